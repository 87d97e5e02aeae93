"""A command that another process began ends with it, however that one ends."""

from __future__ import annotations

import os
import signal
import threading


def end_with_parent(parent: int | None = None) -> threading.Event:
    """Set when this process is told to stop, or when whoever began it (None: who it has for a parent now) is gone."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    threading.Thread(target=_watch, args=(stop, parent or os.getppid()), daemon=True).start()
    return stop


def _watch(stop: threading.Event, parent: int) -> None:
    while not stop.wait(1):
        if os.getppid() != parent:
            stop.set()
