"""The background work of a server: a process of its own beside those that answer, begun again where it died."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gridmap.config import Settings

log = logging.getLogger(__name__)
AGAIN_S = 5.0
"""So long after its end it is begun anew."""
LEAVE_S = 10.0
"""How long it may take to leave before it is ended."""


@contextmanager
def working_beside(settings: Settings) -> Iterator[None]:
    """Have `gridmap work` run while the block does, at low priority: nobody who asks for a page waits for a chore."""
    stop, mine = threading.Event(), os.getpid()
    keeper = threading.Thread(target=_keep, args=(stop, settings), name="gridmap-beside", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        if os.getpid() == mine:  # a serving process that ends leaves through here too
            stop.set()
            keeper.join(LEAVE_S + 1)


def _keep(stop: threading.Event, settings: Settings) -> None:
    while not stop.is_set():
        worker = _begun(settings)
        while worker.poll() is None and not stop.wait(0.5):
            pass
        if stop.is_set():
            _end(worker)
        else:
            log.warning("background work ended (%s) and begins again", worker.returncode)
            stop.wait(AGAIN_S)


def _begun(settings: Settings) -> subprocess.Popen[bytes]:
    told = {"GRIDMAP_PUBLIC_URL": settings.public_url} if settings.public_url else {}
    order = [sys.executable, "-m", "gridmap", "work", "--beside", str(os.getpid())]
    # Away from the keyboard: what stops the server stops this one through it.
    return subprocess.Popen(  # noqa: S603  (our own command)
        order, stdin=subprocess.DEVNULL, env={**os.environ, **told}, start_new_session=True
    )


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(LEAVE_S)
    except subprocess.TimeoutExpired:
        worker.kill()
