"""Readers of the stream for tests: one that polls the table, one that follows a process's Live in a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gridmap.actions.office import Office
from gridmap.db import stream
from gridmap.db.models import StreamRow
from gridmap.live import Live, Message, follow
from tests.town import actor_named


class Poller:
    """Reads the table the way every process does: what comes after the highest number seen."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.rows: list[StreamRow] = []
        with office.database.reading() as session:
            self.base = stream.latest(session)

    def poll(self) -> list[StreamRow]:
        """All rows seen so far, after looking once more."""
        with self._office.database.reading() as session:
            last = self.rows[-1].number if self.rows else self.base
            self.rows += stream.after(session, last)
            session.expunge_all()
        return self.rows

    @property
    def numbers(self) -> list[int]:
        """The numbers seen, counted from where it began."""
        return [row.number - self.base for row in self.rows]


class Listener(threading.Thread):
    """One open page: follows a Live in its own thread and keeps what it is told."""

    def __init__(self, live: Live, office: Office, username: str, last: int | None = None) -> None:
        super().__init__(daemon=True)
        actor = actor_named(office, username)
        self._follow = follow(live, actor, last, lambda: actor_named(office, username))
        self.told: list[Message] = [next(m for m in self._follow if m is not None)]

    def run(self) -> None:
        for message in self._follow:
            if message is not None:
                self.told.append(message)

    @property
    def events(self) -> list[str]:
        """The names of what it was told after the greeting."""
        return [message.event for message in self.told[1:]]


@contextmanager
def running(live: Live) -> Iterator[Live]:
    """A Live that follows, stopped at the end."""
    live.start()
    try:
        yield live
    finally:
        live.stop()
        if live._thread is not None:
            live._thread.join(10)


def until(condition: Callable[[], bool], *, seconds: float = 60) -> bool:
    """Whether the condition came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def at_once(number: int, do: Callable[[int], object], *, seconds: float = 60) -> list[object]:
    """The answers (or exceptions) of `number` threads that begin `do(n)` at the same moment."""
    start, answers = threading.Barrier(number), list[object]([None]) * number

    def run(n: int) -> None:
        start.wait(seconds)
        try:
            answers[n] = do(n)
        except Exception as error:
            answers[n] = error

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads), "a thread hangs"
    return answers
