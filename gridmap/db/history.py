"""Asking for history: a matter's chain, all chains in order, seals and their tips."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select
from sqlalchemy import text as sql
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from gridmap.db.bulk import insert_rows
from gridmap.db.engine import hold
from gridmap.db.models import Account, AssignmentText, EventRow, Head, Issue, Person, Tip, Words
from gridmap.domain.history import Event


class Facts(NamedTuple):
    """What the history of a matter last says of it: why it lies where it does, and who it went to."""

    why: Mapping[str, Any]
    assignment: Mapping[str, Any]


SEALING = 0x7365616C  # “seal”


def lock_seals(session: Session) -> None:
    """Keep others from sealing until this transaction ends."""
    hold(session.connection(), SEALING)


def of_issue(session: Session, issue_id: int) -> list[Row[Any]]:
    """The events of a matter in order, each with the account and the person who acted."""
    query = (
        select(
            EventRow,
            Account.kind.label("actor_kind"),
            func.coalesce(Person.name, Account.display_name).label("actor_name"),
            Account.unit.label("actor_unit"),
            Account.person_id,
            Person.code.label("actor_code"),
        )
        .outerjoin(Account, Account.id == EventRow.actor_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(EventRow.issue_id == issue_id)
        .order_by(EventRow.seq)
    )
    return list(session.execute(query))


def facts(session: Session, stored: Iterable[str]) -> Facts:
    """What the events of a matter last say; `stored` is their data, in order."""
    said: dict[str, Any] = {}
    for data in stored:
        said.update(json.loads(data))
    assignment = said["assignment"]
    if isinstance(assignment, str):
        assignment = json.loads(session.get_one(AssignmentText, assignment).data)
    return Facts(said["why"], assignment)


def given_to(stored: Iterable[str]) -> set[int]:
    """The persons a matter was dispatched to by name, as the data of its events tell."""
    told = (json.loads(data).get("handler") for data in stored)
    return {person_id for person_id in told if person_id is not None}


def facts_of(session: Session, issue_id: int) -> Facts:
    """The same of the matter with that key."""
    query = select(EventRow.data).where(EventRow.issue_id == issue_id).order_by(EventRow.seq)
    return facts(session, session.scalars(query))


def share_assignments(session: Session, texts: Mapping[str, str]) -> None:
    """Keep assignments (canonical JSON by its digest) that events name; those that are there already stay.

    In the order of their digests, so that two who keep the same ones wait for each other but once.
    """
    digests = sorted(texts)
    if session.get_bind().dialect.name == "sqlite":
        statement = sqlite.insert(AssignmentText).on_conflict_do_nothing()
        insert_rows(session, statement, [{"digest": digest, "data": texts[digest]} for digest in digests])
        return
    for start in range(0, len(digests), _AT_ONCE):
        some = {digest: texts[digest] for digest in digests[start : start + _AT_ONCE]}
        session.execute(_SHARE, {"texts": json.dumps(some, ensure_ascii=False)})


_AT_ONCE = 10_000
_SHARE = sql(
    "INSERT INTO assignments (digest, data) SELECT key, value FROM json_each_text(cast(:texts AS json))"
    " ORDER BY key ON CONFLICT DO NOTHING"
)
"""One value, which is far less to prepare than two for each row."""


def shared_assignments(session: Session) -> Iterator[tuple[str, str]]:
    """Every assignment that events name by its digest: the digest, and the text it stands for."""
    query = select(AssignmentText.digest, AssignmentText.data)
    for row in session.execute(query, execution_options={"yield_per": 1000}):
        yield row.digest, row.data


def words_of(session: Session, issue_id: int) -> dict[int, Words]:
    """What was said about a matter, by row."""
    return {row.id: row for row in session.scalars(select(Words).where(Words.issue_id == issue_id))}


def sent_before(session: Session, issue_id: int, account_id: int, client_id: str) -> EventRow | None:
    """The event this account's `client_id` made of this matter; None for nothing yet."""
    return session.scalar(
        select(EventRow).where(
            EventRow.issue_id == issue_id, EventRow.actor_id == account_id, EventRow.client_id == client_id
        )
    )


def since(session: Session, issue_id: int, seq: int) -> list[tuple[str, int | None]]:
    """What happened to a matter after the event `seq`, in order: its kind, and by which account (None: nobody)."""
    query = select(EventRow.kind, EventRow.actor_id).where(EventRow.issue_id == issue_id, EventRow.seq > seq)
    return [(kind, actor) for kind, actor in session.execute(query.order_by(EventRow.seq))]


def begun_at(session: Session, issue: Issue) -> datetime:
    """When the clock of a matter began to run: when it was reported, or last reopened."""
    kinds = ("reopen", "reopen_unsolved", "recheck_failed")
    reopened = select(func.max(EventRow.at)).where(EventRow.issue_id == issue.id, EventRow.kind.in_(kinds))
    return session.scalar(reopened) or issue.reported_at


def happened_since(session: Session, issue_id: int, kind: str, since: datetime) -> bool:
    """Whether an event of that kind was added to a matter's history since then."""
    query = select(EventRow.id).where(
        EventRow.issue_id == issue_id, EventRow.kind == kind, EventRow.at >= since
    )
    return session.scalar(query.limit(1)) is not None


def chains(session: Session, batch: int = 1000) -> Iterator[tuple[Row[Any], list[tuple[Event, str]]]]:
    """Every matter (number, id, its tip) with its events in order, each with its stored data."""
    last = 0
    while rows := _issues_after(session, last, batch):
        last = rows[-1].id
        events: dict[int, list[tuple[Event, str]]] = {row.id: [] for row in rows}
        query = select(EventRow).where(EventRow.issue_id > rows[0].id - 1, EventRow.issue_id <= last)
        numbers = {row.id: row.number for row in rows}
        for e in session.scalars(query.order_by(EventRow.issue_id, EventRow.seq)):
            if e.issue_id in events:
                event = Event(numbers[e.issue_id], e.seq, e.kind, e.at, e.actor_id, {}, e.before, e.digest)
                events[e.issue_id].append((event, e.data))
        session.expire_all()
        for row in rows:
            yield row, events[row.id]


def _issues_after(session: Session, last: int, batch: int) -> list[Row[Any]]:
    query = select(Issue.id, Issue.number, Issue.history_seq, Issue.history_digest, Issue.sealed_seq)
    return list(session.execute(query.where(Issue.id > last).order_by(Issue.id).limit(batch)))


def grown(session: Session) -> list[Row[Any]]:
    """The matters whose chains grew since they were last sealed: their tips."""
    query = select(Issue.id, Issue.number, Issue.district_code, Issue.history_seq, Issue.history_digest)
    return list(session.execute(query.where(Issue.history_seq > Issue.sealed_seq).order_by(Issue.id)))


def last_head(session: Session) -> Head | None:
    """The newest seal; None for none."""
    return session.scalar(select(Head).order_by(Head.id.desc()).limit(1))


def heads(session: Session) -> list[Head]:
    """All seals, oldest first."""
    return list(session.scalars(select(Head).order_by(Head.id)))


def tips_of(session: Session, head_id: int) -> list[tuple[str, int, str]]:
    """Number, seq and digest of the chains under one seal."""
    query = select(Tip.number, Tip.seq, Tip.digest).where(Tip.head_id == head_id)
    return [(number, seq, digest) for number, seq, digest in session.execute(query)]


def digests_at(session: Session, head_id: int) -> dict[str, str | None]:
    """For each matter under one seal the digest its chain really has at that place; None where it is gone."""
    query = (
        select(Tip.number, EventRow.digest)
        .outerjoin(Issue, Issue.number == Tip.number)
        .outerjoin(EventRow, (EventRow.issue_id == Issue.id) & (EventRow.seq == Tip.seq))
        .where(Tip.head_id == head_id)
    )
    return {number: digest for number, digest in session.execute(query)}


def description_of(session: Session, issue_id: int) -> Words | None:
    """The words a matter was reported with; None where there were none."""
    return session.scalar(select(Words).where(Words.issue_id == issue_id, Words.kind == "description"))
