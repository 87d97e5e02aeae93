"""The write door: one transaction per intention, its history chained, its stream rows appended last."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from gridmap.actions.placing import Grounds
from gridmap.db import stream
from gridmap.db.bulk import Put, send, stands_alone, storing
from gridmap.db.engine import Database
from gridmap.db.models import EventRow, Issue, Words
from gridmap.domain.deadlines import Deadlines
from gridmap.domain.history import START, canonical, digest_of, words_digest
from gridmap.domain.notices import NoticeTable
from gridmap.domain.roles import Role
from gridmap.domain.scope import Tie
from gridmap.domain.whistle import Whistles
from gridmap.domain.workflow import Workflow


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Office:
    """What every action needs: the store, the role table, the zone of “today”, where photos lie, the clock, the net.

    Without `deadlines` no matter has one; without `workflow` nothing can be done to one; without limits in
    `whistles` the silence of a whistle raises nothing.
    What comes from one of the sources in `acceptance` waits for somebody to accept it.
    """

    database: Database
    roles: Mapping[str, Role]
    zone: ZoneInfo
    data_dir: Path
    clock: Callable[[], datetime] = utc_now
    grounds: Grounds = field(default_factory=Grounds, compare=False)
    deadlines: Deadlines = field(default_factory=Deadlines)
    workflow: Workflow = field(default_factory=Workflow)
    whistles: Whistles = field(default_factory=Whistles)
    acceptance: frozenset[str] = frozenset()
    notices: NoticeTable = field(default_factory=NoticeTable)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """A write transaction: committed at the end of the block, rolled back where it raises."""
        with self.database.writing() as session:
            work = Work(session, self.clock())
            yield work
            work.finish()

    @contextmanager
    def brief_work(self) -> Iterator[Work]:
        """A write transaction whose rows (see `Work.put_last`) are all sent at its end, in one journey.

        Nothing is locked while it is prepared: what it read before may have changed, so only what the
        store's own constraints guard belongs here.
        """
        with self.database.brief() as session:
            work = Work(session, self.clock())
            yield work
            work.finish()


class Work:
    """One write transaction and what the stream is to be told of it."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self._news: list[dict[str, Any]] = []
        self._last: list[Put] = []
        self._is_abandoned = False

    def tell(
        self,
        kind: str,
        data: Mapping[str, Any],
        *,
        district_code: str,
        before: Tie | None = None,
        after: Tie | None = None,
    ) -> None:
        """Have a row appended to the stream: `before` and `after` say who could and can see it (None: nobody)."""
        self._news.append(
            {
                "district_code": district_code,
                "kind": kind,
                "at": self.now,
                "data": data,
                "before": tie_json(before),
                "after": tie_json(after),
            }
        )

    def put_last(self, rows: Iterable[Put]) -> None:
        """Have rows stored right before the commit, together with what the stream is told."""
        self._last += rows

    def abandon(self) -> None:
        """Have nothing of this transaction kept: a dry run."""
        self._is_abandoned = True

    def finish(self) -> None:
        """Append the stream rows and commit; nothing may be written after."""
        if self._is_abandoned:
            self.session.rollback()
            return
        commands = storing(self.session, self._last)
        commands += stream.appending(self.session, self._news) if self._news else []
        if stands_alone(self.session):
            send(self.session, [("BEGIN ISOLATION LEVEL READ COMMITTED", {}), *commands, ("COMMIT", {})])
        else:
            send(self.session, commands)
            self.session.commit()


def tie_json(tie: Tie | None) -> dict[str, Any] | None:
    """A tie as the stream's table keeps it."""
    return None if tie is None else {k: v for k, v in vars(tie).items() if v is not None and v != ()}


def tie_of(issue: Issue) -> Tie:
    """Who can see a matter as it stands."""
    called = tuple((issue.called or "").split("\n")) if issue.called else ()
    return Tie(issue.path, issue.account_id, issue.owner_id, issue.handler_id, issue.unit, called)


def add_event(
    work: Work,
    issue: Issue,
    kind: str,
    actor: int | None,
    data: Mapping[str, Any],
    *,
    client_id: str | None = None,
) -> None:
    """Append one event to the chain of `issue`, whose row is new or locked."""
    row = _next_link(work, issue, kind, actor, data, client_id)
    work.session.flush()
    work.session.execute(insert(EventRow), [{**row, "issue_id": issue.id}])


def add_events(work: Work, events: Iterable[tuple[Issue, str, Mapping[str, Any]]]) -> None:
    """The same for many that nobody did (matter, kind, data), whose rows are locked: sent together."""
    rows = [
        {**_next_link(work, issue, kind, None, data, None), "issue_id": issue.id}
        for issue, kind, data in events
    ]
    work.session.flush()
    if rows:
        work.session.execute(insert(EventRow), rows)


def _next_link(
    work: Work, issue: Issue, kind: str, actor: int | None, data: Mapping[str, Any], client_id: str | None
) -> dict[str, Any]:
    """The next event of the chain, but for the matter's key; the matter's end of the chain is moved on to it."""
    stored = canonical(dict(data))
    seq, before = issue.history_seq + 1, issue.history_digest if issue.history_seq else START
    digest = digest_of(issue.number, seq, kind, work.now, actor, stored, before)
    issue.history_seq, issue.history_digest = seq, digest
    return {
        "district_code": issue.district_code,
        "seq": seq,
        "kind": kind,
        "at": work.now,
        "actor_id": actor,
        "client_id": client_id,
        "data": stored,
        "before": before,
        "digest": digest,
    }


def add_words(work: Work, issue: Issue, kind: str, text: str) -> dict[str, Any]:
    """Keep words about `issue` in their erasable row; what an event holds of them: id, kind, salted digest."""
    words = Words(
        district_code=issue.district_code, issue_id=issue.id, kind=kind, salt=secrets.token_hex(16), text=text
    )
    work.session.add(words)
    work.session.flush()
    return words_entry(words)


def words_entry(words: Words) -> dict[str, Any]:
    """What an event holds of words: id, kind, salted digest."""
    return {"id": words.id, "kind": words.kind, "digest": words_digest(words.salt or "", words.text or "")}
