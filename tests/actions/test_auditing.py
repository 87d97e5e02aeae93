"""The history verifies, and whatever somebody changes behind its back shows."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from gridmap.actions import auditing
from gridmap.actions.acts import Act
from gridmap.actions.auditing import audit, seal
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db import history
from gridmap.db.models import EventRow, Head, Issue, Tip, Words
from gridmap.domain.history import START as NOTHING_BEFORE
from gridmap.domain.history import digest_of, head_digest
from tests.db.listening import at_once
from tests.db.looking import count, rows_of, run_sql
from tests.town import C1, CENTRES, actor_named, report_at

FALSE = "f" * 64


def matter(office: Office, words: str = "a broken bin") -> str:
    """A matter with three events: reported, start, comment."""
    number = report(office, actor_named(office, "li"), report_at(*CENTRES[C1], description=words)).number
    for name in ("start", "comment"):
        act_on(office, actor_named(office, "seat"), number, Act(name, words=f"{name} {words}"))
    return number


@pytest.fixture
def number(office: Office) -> str:
    """One matter, the only one."""
    return matter(office)


GUARDED = (
    "events_no_update",
    "events_no_delete",
    "issues_stays",
    "assignments_no_update",
    "assignments_no_delete",
)


def tamper(office: Office, *statements: str, **values: object) -> None:
    """Change the history as somebody could who owns the database: without the triggers that forbid it."""
    if office.database.is_sqlite:
        off = [f"DROP TRIGGER IF EXISTS {name}" for name in GUARDED]
    else:
        off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in ("events", "issues", "assignments")]
    run_sql(office, *off)
    run_sql(office, *statements, **values)


def faults(office: Office) -> list[tuple[str, str, str]]:
    return [(fault.kind, fault.record, fault.where) for fault in audit(office).faults]


def test_an_untouched_history_verifies(office: Office, number: str) -> None:
    assert audit(office) == auditing.AuditReport(issues=1, events=3, seals=0, head=None, faults=())
    head = seal(office)
    assert audit(office) == auditing.AuditReport(issues=1, events=3, seals=1, head=head, faults=())


def test_an_empty_history_verifies(empty_office: Office) -> None:
    assert audit(empty_office) == auditing.AuditReport(0, 0, 0, None, ())
    assert seal(empty_office) is None


CHANGES = {
    "data": ("UPDATE events SET data = replace(data, 'handling', 'closed') WHERE seq = 2", "digest@2"),
    "kind": ("UPDATE events SET kind = 'finish' WHERE seq = 2", "digest@2"),
    "digest": (f"UPDATE events SET digest = '{FALSE}' WHERE seq = 1", "digest@1"),
    "link": (f"UPDATE events SET before = '{FALSE}' WHERE seq = 3", "link@3"),
    "who": ("UPDATE events SET actor_id = 1 WHERE seq = 2", "digest@2"),
    "nobody": ("UPDATE events SET actor_id = NULL WHERE seq = 2", "digest@2"),
    "removed from the middle": ("DELETE FROM events WHERE seq = 2", "gap@2"),
    "removed from the start": ("DELETE FROM events WHERE seq = 1", "gap@1"),
    "all removed": ("DELETE FROM events WHERE seq > 0", "empty@0"),
}


def test_changed_events_are_found_each_where_it_was_changed(office: Office) -> None:
    numbers = {change: matter(office) for change in CHANGES}
    keys = {issue.number: issue.id for issue in rows_of(office, Issue)}
    for change, (statement, _) in CHANGES.items():
        tamper(office, f"{statement} AND issue_id = :issue", issue=keys[numbers[change]])
    found = {record: where for kind, record, where in faults(office) if kind == "chain"}
    assert {change: found.get(number) for change, number in numbers.items()} == {
        change: where for change, (_, where) in CHANGES.items()
    }


def test_another_moment_is_found(office: Office, number: str) -> None:
    moment = "2026-11-20 06:30:00.000001"
    tamper(
        office,
        "UPDATE events SET at = :at WHERE seq = 3",
        at=moment if office.database.is_sqlite else f"{moment}Z",
    )
    assert faults(office) == [("chain", number, "digest@3")]


def test_another_order_is_found(office: Office, number: str) -> None:
    swaps = [f"UPDATE events SET seq = {to} WHERE seq = {was}" for was, to in ((2, 9), (3, 2), (9, 3))]
    tamper(office, *swaps)
    assert faults(office) == [("chain", number, "link@2")]


def test_a_removed_last_event_is_found(office: Office, number: str) -> None:
    tamper(office, "DELETE FROM events WHERE seq = 3")
    kinds = [(kind, where) for kind, _, where in faults(office)]
    assert kinds == [("tip", "2!=3")]


def test_events_of_another_matter_are_found(office: Office, number: str) -> None:
    other = matter(office)
    tamper(office, "DELETE FROM events WHERE issue_id = 2", "UPDATE events SET issue_id = 2")
    assert [found for found in faults(office) if found[0] == "chain"] == [
        ("chain", number, "empty@0"),
        ("chain", other, "digest@1"),
    ]


def test_only_the_matter_that_was_touched_is_named(office: Office) -> None:
    numbers = [matter(office) for _ in range(3)]
    tamper(office, "UPDATE events SET kind = 'x' WHERE issue_id = 2 AND seq = 1")
    assert faults(office) == [("chain", numbers[1], "digest@1")]


def forget(office: Office, number: str) -> None:
    """Remove a matter with all its traces outside the seals."""
    (issue,) = (issue.id for issue in rows_of(office, Issue) if issue.number == number)
    for table in ("events", "words"):
        tamper(office, f"DELETE FROM {table} WHERE issue_id = :issue", issue=issue)
    tamper(office, "DELETE FROM issues WHERE id = :issue", issue=issue)


def test_a_removed_matter_is_found_once_it_was_sealed(office: Office) -> None:
    first, second = matter(office), matter(office)
    seal(office)
    forget(office, first)
    assert faults(office) == [("chain_missing", first, "seal 1")]
    assert second not in str(faults(office))


def rewrite(office: Office, number: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what happened first and compute every digest anew, as somebody could who knows the rules."""
    (issue,) = (issue for issue in rows_of(office, Issue) if issue.number == number)
    before = NOTHING_BEFORE
    for event in (event for event in rows_of(office, EventRow) if event.issue_id == issue.id):
        data = json.loads(event.data)
        if event.seq == 1:
            change(data)
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = digest_of(number, event.seq, event.kind, event.at, event.actor_id, text, before)
        values = {"data": text, "before": before, "digest": digest, "id": event.id}
        tamper(
            office,
            "UPDATE events SET data = :data, before = :before, digest = :digest WHERE id = :id",
            **values,
        )
        before = digest
    tamper(office, "UPDATE issues SET history_digest = :tip WHERE id = :id", tip=before, id=issue.id)


def test_a_rewritten_chain_shows_against_the_seal(office: Office, number: str) -> None:
    seal(office)
    rewrite(office, number, lambda data: data.update(category="own:matter:01001"))
    assert faults(office) == [("chain_rewritten", number, "seal 1, event 3")]


def test_a_rewritten_chain_with_a_rewritten_seal_shows_in_the_head(office: Office, number: str) -> None:
    """Whoever rewrites everything is still given away by the digest that was kept elsewhere."""
    head = seal(office)
    rewrite(office, number, lambda data: data.update(category="own:matter:01001"))
    tip = rows_of(office, Issue)[0].history_digest
    new_head = head_digest(NOTHING_BEFORE, [(number, 3, tip)])
    tamper(office, "UPDATE tips SET digest = :tip", tip=tip)
    tamper(office, "UPDATE heads SET digest = :head", head=new_head)
    found = audit(office)
    assert found.faults == ()
    assert found.head == new_head != head


SEAL_CHANGES = {
    "a changed tip": f"UPDATE tips SET digest = '{FALSE}' WHERE head_id = 1",
    "a changed head": f"UPDATE heads SET digest = '{FALSE}' WHERE id = 1",
    "another number of chains": "UPDATE heads SET chains = 7 WHERE id = 1",
    "a cut link": f"UPDATE heads SET before = '{FALSE}' WHERE id = 2",
    "a removed tip": "DELETE FROM tips WHERE head_id = 1",
}


@pytest.mark.parametrize("change", SEAL_CHANGES)
def test_a_changed_seal_is_found(office: Office, number: str, change: str) -> None:
    seal(office)
    matter(office)
    seal(office)
    tamper(office, SEAL_CHANGES[change])
    assert "seal" in {kind for kind, _, _ in faults(office)}


def test_a_removed_seal_is_found_by_the_next_one(office: Office, number: str) -> None:
    seal(office)
    matter(office)
    seal(office)
    tamper(office, "DELETE FROM tips WHERE head_id = 1", "DELETE FROM heads WHERE id = 1")
    assert ("seal", "2", "digest") in faults(office)


WORD_CHANGES = (
    ("words_changed", "UPDATE words SET text = 'nothing happened' WHERE id = :words"),
    ("words_changed", "UPDATE words SET salt = '00' WHERE id = :words"),
    ("words_erased_without_event", "UPDATE words SET text = NULL, salt = NULL WHERE id = :words"),
    ("words_missing", "DELETE FROM words WHERE id = :words"),
)


def test_changed_words_are_found(office: Office) -> None:
    numbers = [matter(office) for _ in WORD_CHANGES]
    for n, (_, statement) in enumerate(WORD_CHANGES):
        tamper(office, statement, words=3 * n + 1)
    assert faults(office) == [(kind, numbers[n], str(3 * n + 1)) for n, (kind, _) in enumerate(WORD_CHANGES)]


def erase(office: Office, number: str, words_id: int) -> None:
    act_on(office, actor_named(office, "seat"), number, Act("erase", words_id=words_id))


def test_erasing_by_the_action_keeps_the_chain(office: Office, number: str) -> None:
    seal(office)
    erase(office, number, 1)
    words = rows_of(office, Words)[0]
    assert (words.text, words.salt, words.erased_at) == (None, None, office.clock())
    assert "broken bin" not in " ".join(event.data for event in rows_of(office, EventRow))
    assert faults(office) == []


def test_one_erasure_excuses_no_other(office: Office, number: str) -> None:
    erase(office, number, 1)
    tamper(office, "UPDATE words SET text = NULL, salt = NULL WHERE id = 2")
    assert faults(office) == [("words_erased_without_event", number, "2")]


def test_sealing_again_seals_only_what_grew(office: Office, clock: object) -> None:
    first, second = matter(office), matter(office)
    head = seal(office)
    assert seal(office) is None
    clock.forward(days=1)  # type: ignore[attr-defined]
    act_on(office, actor_named(office, "seat"), first, Act("finish"))
    again = seal(office)
    heads = rows_of(office, Head)
    assert [(h.chains, h.before, h.digest) for h in heads] == [(2, NOTHING_BEFORE, head), (1, head, again)]
    assert heads[1].sealed_at - heads[0].sealed_at == timedelta(days=1)
    assert [(t.head_id, t.number, t.seq) for t in rows_of(office, Tip)] == [
        (1, first, 3),
        (1, second, 3),
        (2, first, 4),
    ]
    assert faults(office) == []


def test_what_is_changed_between_two_seals_is_told_by_the_first(office: Office, number: str) -> None:
    seal(office)
    act_on(office, actor_named(office, "seat"), number, Act("finish"))
    rewrite(office, number, lambda data: data.update(category="own:matter:01001"))
    seal(office)
    assert faults(office) == [("chain_rewritten", number, "seal 1, event 3")]


def test_two_who_seal_at_once_make_one_chain_of_seals(
    office: Office, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are let read what has grown before either writes, if nothing keeps them apart."""
    together, real = threading.Barrier(2), history.last_head

    def read_together(session: object) -> object:
        with suppress(threading.BrokenBarrierError):
            together.wait(0.5)
        return real(session)  # type: ignore[arg-type]

    monkeypatch.setattr(auditing.history, "last_head", read_together)
    heads = at_once(2, lambda _n: seal(office))
    assert [head for head in heads if head] == [rows_of(office, Head)[0].digest]
    assert faults(office) == []


def test_who_works_while_the_audit_reads_is_no_fault(
    office: Office, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = history.chains

    def chains_with_work_in_between(session: object, *args: int) -> object:
        first = True
        for row, chain in real(session, *args):  # type: ignore[arg-type]
            yield row, chain
            if first:
                erase(office, number, 1)
                matter(office)
                seal(office)
            first = False

    monkeypatch.setattr(auditing.history, "chains", chains_with_work_in_between)
    monkeypatch.setattr(history, "_issues_after", _slowly(office, number, history._issues_after))
    assert audit(office).faults == ()
    monkeypatch.undo()
    assert faults(office) == []


def _slowly(office: Office, number: str, real: Callable[..., object]) -> Callable[..., object]:
    """Somebody acts on the matter after its row was read and before its events are."""

    def read(*args: object) -> object:
        rows = real(*args)
        if rows and count(office, Head) == 0:
            act_on(office, actor_named(office, "seat"), number, Act("comment", words="meanwhile"))
        return rows

    return read


def test_an_audit_says_how_far_it_is(office: Office) -> None:
    for _ in range(3):
        matter(office)
    told: list[int] = []
    audit(office, told.append)
    assert told == [1, 2, 3]


def test_chains_are_read_in_batches(office: Office) -> None:
    numbers = [matter(office) for _ in range(5)]
    with office.database.reading() as session:
        found = [(row.number, len(chain)) for row, chain in history.chains(session, 2)]
    assert found == [(number, 3) for number in numbers]
