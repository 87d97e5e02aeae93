"""The background work in a thread of the tests' own process."""

from __future__ import annotations

import threading

from gridmap.actions.keeping import Routine
from gridmap.actions.office import Office
from gridmap.channels.declared import Ways
from gridmap.jobs import work_until


def begin_work(office: Office, wanted: tuple[Routine, ...] = (), ways: Ways | None = None) -> threading.Event:
    """Begin it; set the answer to end it."""
    stop = threading.Event()
    threading.Thread(
        target=work_until, args=(stop, office, wanted, ways), name="gridmap-work", daemon=True
    ).start()
    return stop
