"""The command `gridmap`: translates words of the shell into calls, and answers into text and JSON."""

from __future__ import annotations

import json
import os
import sys
import threading

import click

from gridmap import __version__
from gridmap.actions import accounts, auditing
from gridmap.actions.baking import bake_all
from gridmap.actions.keeping import routines
from gridmap.actions.placing import Sent, stored_ground, why_of
from gridmap.app import create_app, initialise, sign_in_rules
from gridmap.channels.declared import load_ways
from gridmap.cli.backup import backup_command, restore_command
from gridmap.cli.demo import demo_command
from gridmap.cli.desk import BROKEN, Desk, command
from gridmap.cli.door import door_sheets_command
from gridmap.cli.imports import Bars, import_group
from gridmap.cli.parents import end_with_parent
from gridmap.cli.serving import bound_host, prepared
from gridmap.db import accounts as stored_accounts
from gridmap.db import schema
from gridmap.domain.scope import KINDS
from gridmap.errors import UnavailableError
from gridmap.geo.crs import DATUMS
from gridmap.jobs import work_once, work_until

LESS = 10
"""How far the work beside a server steps back (nice)."""


@click.group()
@click.version_option(__version__, prog_name="gridmap")
def main() -> None:
    """GIS grid management: a report finds its cell and its people."""


@main.command()
@command
def init(desk: Desk) -> None:
    """Create or upgrade the schema, and load the rule tables."""
    changes = initialise(desk.office)
    desk.say(
        "initialised",
        url=desk.office.database.engine.url.render_as_string(hide_password=True),
        changes=changes,
    )


main.add_command(import_group)
main.add_command(backup_command)
main.add_command(restore_command)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("lon", type=float)
@click.argument("lat", type=float)
@click.option("--accuracy", type=float, help="95 % radius in metres.")
@click.option("--datum", type=click.Choice(DATUMS), default="wgs84", show_default=True)
@command
def locate(desk: Desk, lon: float, lat: float, accuracy: float | None, datum: str) -> None:
    """Where a point lies, explained, as JSON."""
    sent = Sent(lon, lat, datum, accuracy)
    with desk.office.database.reading() as session:
        click.echo(json.dumps(why_of(stored_ground(session).find(sent), sent), ensure_ascii=False, indent=1))


@main.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.argument("username")
@click.option(
    "--kind",
    type=click.Choice([k for k in KINDS if k != "staff"]),
    default="administrator",
    show_default=True,
)
@click.option("--area", help="Limit it to this area's code.")
@click.option("--unit", help="The unit of a department's account.")
@click.option("--name", help="What others are told it is called; without, what kind of account it is.")
@command
def user_add(
    desk: Desk, username: str, kind: str, area: str | None, unit: str | None, name: str | None
) -> None:
    """Make an account; prints its one-time code (staff accounts come with `import staff`)."""
    new = accounts.NewAccount(username, kind, area, unit, name=name)
    code = accounts.add_account(desk.office, None, new, sign_in_rules(desk.settings))
    desk.say("user_added", username=username, days=desk.settings.one_time_days)
    click.echo(code)


@user.command("name")
@click.argument("username")
@click.argument("name", required=False)
@command
def user_name(desk: Desk, username: str, name: str | None) -> None:
    """Say what others are told an account is called; without NAME, what kind of account it is."""
    accounts.name_account(desk.office, None, username, name)
    desk.say("user_named", username=username, name=name or "—")


@user.command("reset")
@click.argument("username")
@command
def user_reset(desk: Desk, username: str) -> None:
    """End the password and all sessions; prints a new one-time code."""
    click.echo(accounts.reset_account(desk.office, None, username, sign_in_rules(desk.settings)))


@user.command("close")
@click.argument("username")
@command
def user_close(desk: Desk, username: str) -> None:
    """End an account, its sessions, tokens and open streams."""
    accounts.close_account(desk.office, None, username)
    desk.say("user_closed", username=username)


@user.command("log")
@click.argument("username")
@command
def user_log(desk: Desk, username: str) -> None:
    """What was done to or with an account: made, reset, closed, signed in, failed, tokens."""
    with desk.office.database.reading() as session:
        for at, act, by in stored_accounts.notes(session, username):
            click.echo(f"{at.astimezone(desk.settings.zone):%Y-%m-%d %H:%M:%S}  {act}  {by or ''}".rstrip())


@main.command()
@click.argument("username")
@click.option("--label", default="cli", show_default=True)
@click.option("--days", type=click.IntRange(1, 3650), help="Valid so long (default: until revoked).")
@command
def token(desk: Desk, username: str, label: str, days: int | None) -> None:
    """Make a bearer token for an account; it is shown this once."""
    click.echo(accounts.make_token_for(desk.office, username, label, days=days))


@main.command()
@click.option("--seal", is_flag=True, help="Then seal what grew since the last seal, and print the head.")
@command
def audit(desk: Desk, seal: bool) -> None:
    """Verify every chain of the history, every seal, every erasable word."""
    report = auditing.audit(desk.office)
    for fault in report.faults[:50]:
        click.echo(f"{fault.kind} {fault.record} {fault.where}", err=True)
    desk.say(
        "audited", issues=report.issues, events=report.events, seals=report.seals, faults=len(report.faults)
    )
    _say_calendar(desk)
    if report.faults:
        sys.exit(BROKEN)
    if seal:
        click.echo(auditing.seal(desk.office) or report.head or "")


@main.command()
@click.option("--once", is_flag=True, help="Do what is due and end.")
@click.option("--beside", type=int, hidden=True, help="The process of the server.")
@command
def work(desk: Desk, once: bool, beside: int | None) -> None:
    """Background work: bake tiles, tell people, seal the history, forget old rows of the stream (`serve` does it too)."""
    wanted = routines(
        desk.settings.stream_days,
        desk.settings.attempt_minutes,
        desk.settings.contact_days,
        recheck_percent=desk.settings.recheck_percent,
    )
    ways = load_ways(desk.settings.channels, os.environ, desk.settings.public_url)
    if once:
        click.echo(json.dumps(work_once(desk.office, wanted, ways), default=str))
    else:
        work_until(_stepping_back(beside) if beside else threading.Event(), desk.office, wanted, ways)


def _stepping_back(server: int) -> threading.Event:
    """Let those who answer go first, and end with the server."""
    os.nice(LESS)
    return end_with_parent(server)


@main.command("bake")
@click.option("--force", "is_forced", is_flag=True, help="Also what is up to date.")
@command
def bake_command(desk: Desk, is_forced: bool) -> None:
    """Bake vector tiles of areas, buildings and ground, where the store has changed (`serve` does it too)."""
    with Bars(desk) as progress:
        versions = bake_all(desk.office, is_forced=is_forced, progress=progress)
    desk.say("baked", versions=", ".join(f"{name} {version}" for name, version in versions.items()))
    click.echo(json.dumps(versions))


@main.command()
@click.option("--host", help="Default: GRIDMAP_HOST.")
@click.option("--port", type=int, help="Default: GRIDMAP_PORT.")
@click.option("--init", "is_initialising", is_flag=True, help="Create or upgrade the schema before.")
@click.option(
    "--tls",
    "is_tls",
    is_flag=True,
    help="HTTPS with a certificate made here, on all addresses; shows a QR code for phones.",
)
@command
def serve(desk: Desk, host: str | None, port: int | None, is_initialising: bool, is_tls: bool) -> None:
    """Serve pages, API and stream with gunicorn."""
    from gridmap.web.server import run  # noqa: PLC0415  (the other commands do without Flask)

    if is_initialising:
        initialise(desk.office)
    host, port = bound_host(desk.settings, host, is_tls=is_tls), port or desk.settings.port
    _require_schema(desk)
    _say_calendar(desk)
    settings, certificate = prepared(desk, host, port, is_tls=is_tls)
    desk.close()  # the processes that serve open their own
    run(create_app, settings, host, port, certificate)


def _say_calendar(desk: Desk) -> None:
    """Say which years deadlines are reckoned in without a calendar of public holidays."""
    today = desk.office.clock().astimezone(desk.settings.zone).date()
    if years := desk.office.deadlines.without_calendar(today):
        desk.say("calendar_missing", years=list(years))


def _require_schema(desk: Desk) -> None:
    """Raises UnavailableError `not_initialised` where `gridmap init` has not been run, or not since an upgrade.

    A database that does not answer yet is waited for while serving: everything says 503 until it does.
    """
    try:
        with desk.office.database.reading() as session:
            if schema.current_revision(session.connection()) != schema.newest_revision():
                raise UnavailableError("not_initialised")
    except UnavailableError as error:
        if error.code != "database_gone":
            raise
        desk.explain(error)


main.add_command(demo_command)
main.add_command(door_sheets_command)
