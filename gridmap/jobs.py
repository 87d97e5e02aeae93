"""Background work: tiles when shapes changed, chores when due; `gridmap work`, and a thread of each serving process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from gridmap.actions.baking import bake_due
from gridmap.actions.keeping import Routine, do_what_is_due
from gridmap.actions.office import Office
from gridmap.errors import GridmapError

log = logging.getLogger(__name__)
LOOK_S = 60.0
LOOK_AT_SHAPES_S = 3.0
"""An open map shows what was imported so long after, and the time of baking it."""


def work_until(stop: threading.Event, office: Office, wanted: tuple[Routine, ...]) -> None:
    """Do what is due, and look again, until `stop` is set: for chores every minute, for shapes every few seconds.

    A fault is logged, and tried again after a minute.
    """
    next_at = {_bake: 0.0, _chores: 0.0}
    while True:
        for do, every in ((_bake, LOOK_AT_SHAPES_S), (_chores, LOOK_S)):
            if time.monotonic() >= next_at[do] and not stop.is_set():
                is_well = _tried(do, office, wanted)
                next_at[do] = time.monotonic() + (every if is_well else LOOK_S)
        if stop.wait(max(0.0, min(next_at.values()) - time.monotonic())):
            return


def _tried(
    do: Callable[[Office, tuple[Routine, ...]], None], office: Office, wanted: tuple[Routine, ...]
) -> bool:
    """Whether it went well."""
    try:
        do(office, wanted)
    except Exception as error:
        # Whatever it is: without this thread nothing would be baked, sealed or forgotten any more.
        log.warning("background work: %s", error, exc_info=not isinstance(error, GridmapError))
        return False
    return True


def _bake(office: Office, _wanted: tuple[Routine, ...]) -> None:
    for baked in bake_due(office):
        log.info("baked: %s", baked)


def _chores(office: Office, wanted: tuple[Routine, ...]) -> None:
    for name, answer in do_what_is_due(office, wanted).items():
        log.info("done: %s %s", name, answer)


def start(office: Office, wanted: tuple[Routine, ...]) -> threading.Event:
    """Work in a thread of this process; set the answer to end it."""
    stop = threading.Event()
    threading.Thread(target=work_until, args=(stop, office, wanted), name="gridmap-work", daemon=True).start()
    return stop
