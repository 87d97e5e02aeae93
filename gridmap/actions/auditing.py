"""Verify the history: every chain, every seal, every erasable word; and seal what grew since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from gridmap.actions.office import Office
from gridmap.db import history
from gridmap.db.models import Head, Issue, Tip
from gridmap.domain.history import START, first_fault, head_digest, words_digest


@dataclass(frozen=True)
class Fault:
    """One thing that does not verify: what kind, on which matter or seal, and where."""

    kind: str
    record: str
    where: str


@dataclass(frozen=True)
class AuditReport:
    """What was verified and what did not hold; `head` is the newest seal's digest (None: nothing sealed yet)."""

    issues: int
    events: int
    seals: int
    head: str | None
    faults: tuple[Fault, ...]


def audit(office: Office, progress: Callable[[int], None] = lambda done: None) -> AuditReport:
    """Verify every chain and every seal as of one moment; writes nothing.

    `progress` is told the matters done so far.
    """
    with office.database.snapshot() as session:
        faults: list[Fault] = []
        changed = dict(_assignments(session))
        done = events = 0
        for row, chain in history.chains(session):
            reason = first_fault(chain)
            tip = chain[-1][0] if chain else None
            if reason:
                faults.append(Fault("chain", row.number, reason))
            elif tip is not None and (tip.seq, tip.digest) != (row.history_seq, row.history_digest):
                faults.append(Fault("tip", row.number, f"{tip.seq}!={row.history_seq}"))
            if not reason:  # what a broken chain says of words may not even be readable
                data = [json.loads(stored) for _, stored in chain]
                faults += _word_faults(session, row.id, row.number, data)
                faults += _assignment_faults(row.number, data, changed)
            done, events = done + 1, events + len(chain)
            progress(done)
        faults += _seal_faults(session)
        heads = history.heads(session)
        return AuditReport(done, events, len(heads), heads[-1].digest if heads else None, tuple(faults))


def _word_faults(
    session: Session, issue_id: int, number: str, data: list[dict[str, object]]
) -> Iterator[Fault]:
    kept = {w["id"]: w["digest"] for d in data for w in d.get("words", [])}  # type: ignore[attr-defined]
    if not kept:
        return
    erased = {d["erased"] for d in data if "erased" in d}
    rows = history.words_of(session, issue_id)
    for key, digest in kept.items():
        words = rows.get(key)
        if words is None:
            yield Fault("words_missing", number, str(key))
        elif words.text is None or words.salt is None:
            if key not in erased:
                yield Fault("words_erased_without_event", number, str(key))
        elif words_digest(words.salt, words.text) != digest:
            yield Fault("words_changed", number, str(key))


def _assignments(session: Session) -> Iterator[tuple[str, bool]]:
    """Every assignment that is kept under a digest, and whether it is another one by now."""
    for digest, text in history.shared_assignments(session):
        yield digest, hashlib.sha256(text.encode()).hexdigest() != digest


def _assignment_faults(
    number: str, data: list[dict[str, object]], changed: Mapping[str, bool]
) -> Iterator[Fault]:
    for named in (one["assignment"] for one in data if isinstance(one.get("assignment"), str)):
        is_changed = changed.get(str(named))
        if is_changed is not False:
            yield Fault(
                "assignment_missing" if is_changed is None else "assignment_changed", number, str(named)
            )


def _seal_faults(session: Session) -> Iterator[Fault]:
    before = START
    for head in history.heads(session):
        tips = history.tips_of(session, head.id)
        if head.before != before or head_digest(before, tips) != head.digest or len(tips) != head.chains:
            yield Fault("seal", str(head.id), "digest")
        really = history.digests_at(session, head.id)
        for number, seq, digest in tips:
            if really.get(number) is None:
                yield Fault("chain_missing", number, f"seal {head.id}")
            elif really[number] != digest:
                yield Fault("chain_rewritten", number, f"seal {head.id}, event {seq}")
        before = head.digest


def seal(office: Office) -> str | None:
    """Seal the tips of all chains that grew since the last seal; commits. The new head's digest, None for none.

    Keep the digest outside the database: with it, even somebody who can rewrite every table cannot
    rewrite what was sealed without its showing.
    """
    with office.work() as work:
        session = work.session
        history.lock_seals(session)
        grown = history.grown(session)
        if not grown:
            return None
        last = history.last_head(session)
        before = last.digest if last else START
        tips = [(row.number, row.history_seq, row.history_digest) for row in grown]
        head = Head(sealed_at=work.now, chains=len(tips), before=before, digest=head_digest(before, tips))
        session.add(head)
        session.flush()
        session.execute(
            insert(Tip),
            [
                {
                    "head_id": head.id,
                    "district_code": row.district_code,
                    "number": row.number,
                    "seq": row.history_seq,
                    "digest": row.history_digest,
                }
                for row in grown
            ],
        )
        session.execute(update(Issue), [{"id": row.id, "sealed_seq": row.history_seq} for row in grown])
        return head.digest
