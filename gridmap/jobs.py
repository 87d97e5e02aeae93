"""Background work: every minute, what is due; `gridmap work`, and a thread of each serving process."""

from __future__ import annotations

import logging
import threading

from gridmap.actions.keeping import Routine, do_what_is_due
from gridmap.actions.office import Office
from gridmap.errors import GridmapError

log = logging.getLogger(__name__)
LOOK_S = 60.0


def work_until(stop: threading.Event, office: Office, wanted: tuple[Routine, ...]) -> None:
    """Do what is due, look again every minute, until `stop` is set; a fault is logged and tried again."""
    while True:
        try:
            for name, answer in do_what_is_due(office, wanted).items():
                log.info("done: %s %s", name, answer)
        except Exception as error:
            # Whatever it is: without this thread nothing would be sealed or forgotten any more.
            log.warning("background work: %s", error, exc_info=not isinstance(error, GridmapError))
        if stop.wait(LOOK_S):
            return


def start(office: Office, wanted: tuple[Routine, ...]) -> threading.Event:
    """Work in a thread of this process; set the answer to end it."""
    stop = threading.Event()
    threading.Thread(target=work_until, args=(stop, office, wanted), name="gridmap-work", daemon=True).start()
    return stop
