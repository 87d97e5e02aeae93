"""`gridmap demo`: build the fictional district once, serve it, keep it moving."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from gridmap.app import create_app, sign_in_rules
from gridmap.cli.desk import Desk, command
from gridmap.cli.imports import Bars
from gridmap.cli.parents import end_with_parent

SIZES = ("small", "district")
_LEAVE_S = 10.0


@click.command("demo")
@click.option("--seed", type=int, default=990001, show_default=True)
@click.option("--size", type=click.Choice(SIZES), default="small", show_default=True)
@click.option("--serve/--no-serve", "is_serving", default=False, help="Serve it afterwards.")
@click.option("--live/--no-live", "is_live", default=False, help="Keep reporting and handling.")
@click.option(
    "--pace",
    type=click.FloatRange(0.1, 120),
    default=6,
    show_default=True,
    help="With --live: so many new matters a minute, and as many closed.",
)
@command
def demo_command(desk: Desk, seed: int, size: str, is_serving: bool, is_live: bool, pace: float) -> None:
    """Build the fictional demo district (示例区) once."""
    from gridmap.demo.build import build_demo  # noqa: PLC0415  (only this command draws)
    from gridmap.demo.signs import DEMO_PASSWORD  # noqa: PLC0415

    with Bars(desk) as progress:
        signs = build_demo(desk.office, sign_in_rules(desk.settings), seed, progress, size)
    if is_live and not is_serving:
        _keep_moving(desk, pace)
        return
    desk.say("demo_ready", password=DEMO_PASSWORD)
    for sign in signs:
        click.echo(f"  {sign.username:<12} {sign.title}", err=True)
    if is_serving:
        from gridmap.web.server import run  # noqa: PLC0415

        desk.close()  # the processes that serve open their own
        with _moving(desk, pace if is_live else 0):
            run(create_app, desk.settings, desk.settings.host, desk.settings.port)


def _keep_moving(desk: Desk, pace: float) -> None:
    """Move the demo until stopped from the keyboard, or by the end of the process that began this one."""
    from gridmap.demo.catching_up import catch_up  # noqa: PLC0415
    from gridmap.demo.live import LASTS, Tally, keep_moving  # noqa: PLC0415

    def tell(tally: Tally) -> None:
        done = {name: tally.done[name] for name in ("report", "start", "finish", "close")}
        desk.say("live_told", open=tally.opened, **done)

    stop = end_with_parent()
    with Bars(desk) as progress:
        added = catch_up(desk.office, stop, progress)
    if added:
        desk.say("live_caught_up", count=added)
    desk.say("live_began", pace=f"{pace:g}", hours=round(LASTS.total_seconds() / 3600))
    keep_moving(desk.office, stop, pace, tell)
    desk.say("live_ended")


@contextmanager
def _moving(desk: Desk, pace: float) -> Iterator[None]:
    """A process of its own that moves the demo while the block runs; none for a pace of 0."""
    if not pace:
        desk.say("live_off")
        yield
        return
    order = [sys.executable, "-m", "gridmap", "demo", "--live", "--pace", str(pace)]
    mover = subprocess.Popen(order, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 (our own command)
    mine = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == mine:  # a serving process that ends leaves through here too
            _end(mover)


def _end(mover: subprocess.Popen[bytes]) -> None:
    mover.terminate()
    try:
        mover.wait(_LEAVE_S)
    except subprocess.TimeoutExpired:
        mover.kill()
