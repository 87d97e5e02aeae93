"""Background work: tiles when shapes changed, chores when due, notices; `gridmap work`, alone or beside a server."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from gridmap.actions.baking import bake_due
from gridmap.actions.delivering import deliver_due
from gridmap.actions.keeping import Routine, do_what_is_due
from gridmap.actions.noticing import TELL_DUE, forget_notices, tell_due, tell_new
from gridmap.actions.office import Office
from gridmap.channels.declared import Ways
from gridmap.errors import GridmapError

log = logging.getLogger(__name__)
LOOK_S = 60.0
LOOK_AT_SHAPES_S = 3.0
"""An open map shows what was imported so long after, and the time of baking it."""
TELL_S = 3.0
"""Somebody hears of what happened so long after."""


Task = tuple[Callable[[], None], float]
"""What is done again and again, and after how many seconds."""


def work_until(
    stop: threading.Event, office: Office, wanted: tuple[Routine, ...], ways: Ways | None = None
) -> None:
    """Do what is due, and look again, until `stop` is set: for chores every minute, for shapes and news every few seconds.

    Notices have a thread of their own: sending waits for others. A fault is logged, and tried again after a minute.
    """
    out = ways or Ways()
    telling = ((partial(_tell, office, out), TELL_S), (partial(_chores, office, _reminders(out)), LOOK_S))
    threading.Thread(target=_repeat, args=(stop, telling), name="gridmap-notices", daemon=True).start()
    _repeat(stop, ((partial(_bake, office), LOOK_AT_SHAPES_S), (partial(_chores, office, wanted), LOOK_S)))


def _repeat(stop: threading.Event, tasks: tuple[Task, ...]) -> None:
    next_at = [0.0] * len(tasks)
    while True:
        for n, (do, every) in enumerate(tasks):
            if time.monotonic() >= next_at[n] and not stop.is_set():
                is_well = _tried(do)
                next_at[n] = time.monotonic() + (every if is_well else LOOK_S)
        if stop.wait(max(0.0, min(next_at) - time.monotonic())):
            return


def _tried(do: Callable[[], None]) -> bool:
    """Whether it went well."""
    try:
        do()
    except Exception as error:
        # Whatever it is: without this thread nothing would be baked, sealed or forgotten any more.
        log.warning("background work: %s", error, exc_info=not isinstance(error, GridmapError))
        return False
    return True


def _bake(office: Office) -> None:
    for baked in bake_due(office):
        log.info("baked: %s", baked)


def _chores(office: Office, wanted: tuple[Routine, ...]) -> None:
    for name, answer in do_what_is_due(office, wanted).items():
        log.info("done: %s %s", name, answer)


def tell(office: Office, ways: Ways) -> dict[str, int]:
    """Tell people what happened, and send what is due; how many notices, and how many were sent."""
    return {"told": tell_new(office, ways.groups), "sent": deliver_due(office, ways)}


def _tell(office: Office, ways: Ways) -> None:
    done = tell(office, ways)
    if any(done.values()):
        log.info("notices: %s", done)


def _reminders(ways: Ways) -> tuple[Routine, ...]:
    """The chores of notices: each minute of deadlines, and daily what is old goes."""
    return (
        Routine(TELL_DUE, timedelta(seconds=LOOK_S - 5), lambda office: tell_due(office, ways.groups)),
        Routine("forget_notices", timedelta(days=1), forget_notices),
    )


def work_once(office: Office, wanted: tuple[Routine, ...], ways: Ways) -> dict[str, object]:
    """Do what is due, once; what each answered, by name."""
    baked = {one.name: one.version for one in bake_due(office)}
    done: dict[str, object] = {**do_what_is_due(office, wanted + _reminders(ways))}
    told = {name: number for name, number in tell(office, ways).items() if number}
    return {**done, **({"bake": baked} if baked else {}), **told}
