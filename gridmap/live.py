"""The stream, read once per process and handed to many readers, each told only what it may see."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from gridmap.db import stream
from gridmap.db.engine import Database
from gridmap.db.models import StreamRow
from gridmap.domain.scope import Actor, Scope, Tie
from gridmap.errors import GridmapError, UnavailableError

log = logging.getLogger(__name__)

POLL_S = 0.2
BEAT_S = 15.0
RECHECK_S = 60.0
RING = 5_000
PROJECTION = ("number", "status", "category", "cell", "in_triage")
"""What a wall is told of a matter."""
STEERED = ("scene", "area", "until", "seconds", "by")
"""What a wall is told to show."""


@dataclass(frozen=True)
class Message:
    """One event for a reader: its name, the stream's number it brings the reader to, its data."""

    event: str
    number: int
    data: dict[str, Any]


@dataclass(frozen=True)
class _Row:
    number: int
    kind: str
    data: dict[str, Any]
    before: Tie | None
    after: Tie | None


class Live:
    """The newest rows of the stream in memory, kept up by one thread of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ring: deque[_Row] = deque(maxlen=RING)
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._number = 0

    def start(self) -> None:
        """Begin following, at the newest row; again does nothing. Raises UnavailableError."""
        if self._thread is not None:
            return
        with self._database.reading() as session:  # a store that is away keeps nobody else waiting here
            newest = stream.latest(session)
        with self._changed:
            if self._thread is None:
                self._number = newest
                self._thread = threading.Thread(target=self._follow, name="gridmap-live", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End following and wake every reader; back when the store is no longer read."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(5.0)

    @property
    def is_stopped(self) -> bool:
        """Whether this process is ending."""
        return self._stop.is_set()

    @property
    def number(self) -> int:
        """The newest number seen."""
        return self._number

    def _follow(self) -> None:
        while not self._stop.wait(POLL_S):
            try:
                with self._database.reading() as session:
                    rows = [_plain(row) for row in stream.after(session, self._number)]
            except Exception as error:
                # Whatever it is: without this thread every open page would go stale without a word.
                log.warning("the stream cannot be read", exc_info=not isinstance(error, GridmapError))
                self._stop.wait(1.0)
                continue
            if rows:
                with self._changed:
                    self._ring.extend(rows)
                    self._number = rows[-1].number
                    self._changed.notify_all()

    def after(self, number: int, timeout_s: float) -> list[_Row]:
        """The rows after `number`, waiting up to `timeout_s` for one; [] when none came."""
        with self._changed:
            if self._number <= number:
                self._changed.wait_for(lambda: self._number > number or self.is_stopped, timeout_s)
            if self._number <= number:
                return []
            if self._ring and self._ring[0].number <= number + 1:
                return [row for row in self._ring if row.number > number]
        with self._database.reading() as session:
            return [_plain(row) for row in stream.after(session, number)]


def _plain(row: StreamRow) -> _Row:
    ties = [None if tie is None else Tie(**tie) for tie in (row.before, row.after)]
    return _Row(row.number, row.kind, row.data, ties[0], ties[1])


def follow(
    live: Live, actor: Actor, last: int | None, look_again: Callable[[], Actor | None]
) -> Iterator[Message | None]:
    """What a reader is told, from after the number `last` (None: from now) until it may no longer look.

    None is a beat: nothing happened for a while. `look_again` answers who the reader is by now (None:
    signed out); it is asked when posts, tokens or accounts change, and once a minute. `reset` says:
    load everything again, since what happened in between is no longer known, or you may now see more.
    Where the store is away when it is needed, the stream ends: readers come back and say where they were.
    """
    try:
        yield from _followed(live, actor, last, look_again)
    except UnavailableError as error:
        log.warning("a stream ends, to be resumed: %s", error)


def _followed(
    live: Live, actor: Actor, last: int | None, look_again: Callable[[], Actor | None]
) -> Iterator[Message | None]:
    number = live.number if last is None else last
    if last is not None and not _is_known(live, last):
        number = live.number
        yield Message("reset", number, {})
    else:
        yield Message("ready", number, {})
    looked = time.monotonic()
    while not live.is_stopped:
        rows = live.after(number, BEAT_S)
        if time.monotonic() - looked > RECHECK_S or any(_concerns(row, actor) for row in rows):
            looked, fresh = time.monotonic(), look_again()
            if fresh is None:
                yield Message("signed-out", number, {})
                return
            if fresh.scope != actor.scope:
                yield Message("reset", number, {})
            actor = fresh
        if not rows:
            yield None
        for row in rows:
            number = row.number
            message = _told(row, actor)
            if message is not None:
                yield message


def _is_known(live: Live, last: int) -> bool:
    with live._database.reading() as session:
        oldest = stream.oldest(session)
        newest = stream.latest(session)
    return last == newest or (oldest is not None and oldest - 1 <= last <= newest)


def _concerns(row: _Row, actor: Actor) -> bool:
    return row.kind == "access" and row.data.get("account") in (None, actor.account_id)


def _told(row: _Row, actor: Actor) -> Message | None:
    if row.kind == "issue":
        sees, saw = (tie is not None and actor.scope.sees(tie) for tie in (row.after, row.before))
        if sees:
            data = row.data if actor.may("read") else {k: row.data[k] for k in PROJECTION if k in row.data}
            return Message("issue", row.number, data)
        return Message("gone", row.number, {"number": row.data["number"]}) if saw else None
    if row.kind == "imported":
        # How many went elsewhere is nobody's business who cannot see them.
        return Message("imported", row.number, row.data if actor.scope.is_everything else {})
    if row.kind in ("areas", "buildings", "tiles"):
        return Message(row.kind, row.number, row.data)
    return _told_to_some(row, actor)


def _told_to_some(row: _Row, actor: Actor) -> Message | None:
    if row.kind == "notice" and actor.account_id in row.data["accounts"]:
        return Message("notice", row.number, {})  # what, it asks for itself
    if row.kind == "steer" and _reaches(row.data, actor.scope):
        return Message("steer", row.number, {key: row.data[key] for key in STEERED})
    return None


def _reaches(data: dict[str, Any], scope: Scope) -> bool:
    """Whether a wall with this scope is one of those steered, and may see the area."""
    is_seen = data["path"] is None or scope.covers(data["path"])
    return is_seen and scope.lies_within(data["within"])
