"""The workflow as its full cross product: every state with every action, allowed or refused, by whom, and what hinders."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gridmap.domain.issues import CLOSED, DROPPED, OPEN, STATUSES
from gridmap.domain.workflow import GUARDS, TIES, as_table, diagram, hindered_by, read_workflow
from gridmap.errors import ConflictError, InvalidInputError, NotFoundError
from tests.conftest import WORKFLOW

# Rows: actions. Columns: the state before. A word is the state after, “-” is refused.
TABLE = """
                 received   reported   accepted   dispatched handling   handled    verified   suspended  closed     rated      void       merged
accept           accepted   -          -          -          -          -          -          -          -          -          -          -
decline          void       void       void       -          -          -          -          -          -          -          -          -
dispatch         dispatched dispatched dispatched dispatched dispatched -          -          -          -          -          -          -
start            -          handling   handling   handling   -          -          -          -          -          -          -          -
finish           -          handled    handled    handled    handled    -          -          -          -          -          -          -
self_fix         handled    handled    handled    handled    handled    -          -          -          -          -          -          -
return           -          accepted   -          accepted   accepted   -          -          -          -          -          -          -
suspend          -          suspended  suspended  suspended  suspended  -          -          -          -          -          -          -
resume           -          -          -          -          -          -          -          dispatched -          -          -          -
extend           -          reported   accepted   dispatched handling   -          -          -          -          -          -          -
verify           -          -          -          -          -          verified   -          -          -          -          -          -
rework           -          -          -          -          -          handling   handling   -          -          -          -          -
close            -          closed     closed     closed     closed     closed     closed     closed     -          -          -          -
reopen           -          -          -          -          -          reported   reported   -          reported   reported   reported   reported
reopen_unsolved  -          -          -          -          -          -          -          -          reported   reported   -          -
rate             -          -          -          -          -          -          -          -          rated      -          -          -
void             void       void       void       void       -          -          -          -          -          -          -          -
merge            merged     merged     merged     merged     merged     merged     -          merged     -          -          -          -
raise            received   reported   accepted   dispatched handling   handled    verified   suspended  -          -          -          -
lower            received   reported   accepted   dispatched handling   handled    verified   suspended  -          -          -          -
whistle          received   reported   accepted   dispatched handling   -          -          suspended  -          -          -          -
supervise        received   reported   accepted   dispatched handling   handled    verified   suspended  -          -          -          -
unsupervise      received   reported   accepted   dispatched handling   handled    verified   suspended  -          -          -          -
urge             received   reported   accepted   dispatched handling   handled    -          -          -          -          -          -
move             received   reported   accepted   dispatched handling   handled    verified   suspended  -          -          -          -
choose_cell      received   reported   accepted   dispatched handling   handled    verified   suspended  -          -          -          -
recategorise     received   reported   accepted   dispatched handling   handled    verified   suspended  -          -          -          -
amend            received   reported   accepted   dispatched handling   handled    verified   suspended  -          -          -          -
forward          received   reported   accepted   dispatched handling   handled    verified   suspended  -          -          -          -
erase            received   reported   accepted   dispatched handling   handled    verified   suspended  closed     rated      void       merged
comment          received   reported   accepted   dispatched handling   handled    verified   suspended  closed     rated      void       merged
object           received   reported   accepted   dispatched handling   handled    verified   suspended  closed     rated      void       merged
"""
# Rows: actions. Columns: the ties one of which is enough, and what must not stand in the way.
WHO = """
                 owner      handler    above      head       reporter   dispatch   unit       not_finisher tier       not_overdue in_time
accept           x          -          x          -          -          x          -          -            -          -           -
decline          -          -          -          x          -          x          -          -            x          -           -
dispatch         -          -          x          -          -          x          -          -            -          -           -
start            x          x          -          -          -          x          x          -            -          -           -
finish           x          x          -          -          -          x          x          -            -          -           -
self_fix         x          x          -          -          x          -          -          -            -          -           -
return           x          x          -          -          -          -          x          -            -          -           -
suspend          -          -          -          x          -          x          -          -            -          -           -
resume           -          -          -          x          -          x          -          -            -          -           -
extend           -          -          -          x          -          x          -          -            -          x           -
verify           x          -          x          -          -          x          -          x            -          -           -
rework           x          -          x          -          -          x          -          x            -          -           -
close            x          -          x          -          -          x          -          x            x          -           -
reopen           x          -          x          -          -          x          -          -            -          -           -
reopen_unsolved  -          -          -          -          x          -          -          -            -          -           -
rate             -          -          -          -          x          -          -          x            -          -           -
void             -          -          -          -          -          x          -          -            -          -           -
merge            -          -          x          -          -          x          -          -            x          -           -
raise            x          -          x          -          -          x          -          -            -          -           -
lower            -          -          -          x          -          x          -          -            x          -           -
whistle          x          -          x          -          -          x          -          -            -          -           -
supervise        -          -          -          x          -          x          -          -            -          -           -
unsupervise      -          -          -          x          -          x          -          -            -          -           -
urge             -          -          x          -          x          x          -          -            -          -           -
move             x          x          x          -          x          x          -          -            -          -           x
choose_cell      x          x          x          -          x          x          -          -            -          -           x
recategorise     x          x          x          -          x          x          -          -            -          -           x
amend            x          x          x          -          x          x          -          -            -          -           x
forward          -          -          -          -          -          x          -          -            -          -           -
erase            -          -          -          -          -          x          -          -            -          -           -
comment          x          x          x          -          x          x          x          -            -          -           -
object           x          x          -          -          -          -          x          -            -          -           -
"""
NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
HEAD = "action,before,after,who,needs,guards\n"


def read(table: str) -> dict[tuple[str, str], str]:
    """(row, column) to cell."""
    head, *rows = (line.split() for line in table.strip().splitlines())
    return {(row[0], column): cell for row in rows for column, cell in zip(head, row[1:], strict=True)}


AFTER, NEEDS = read(TABLE), read(WHO)
ACTIONS = WORKFLOW.actions


def test_the_tables_here_speak_of_the_same_actions_and_states():
    assert {name for name, _ in AFTER} == {name for name, _ in NEEDS} == set(ACTIONS)
    assert {status for _, status in AFTER} == set(STATUSES)
    assert {column for _, column in NEEDS} == {*TIES, *GUARDS}


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_in_every_state(name):
    for status in STATUSES:
        expected = AFTER[name, status]
        if expected != "-":
            assert WORKFLOW.after(name, status, was="dispatched") == expected, status
            continue
        with pytest.raises(ConflictError) as refused:
            WORKFLOW.after(name, status)
        assert refused.value.code == "action_not_now"
        assert refused.value.details == {"action": name, "status": status}


@pytest.mark.parametrize(("status", "tie"), itertools.product(STATUSES, TIES))
def test_what_one_tie_allows_in_each_state(status, tie):
    possible = {name for name in ACTIONS if AFTER[name, status] != "-" and NEEDS[name, tie] == "x"}
    allowed = WORKFLOW.allowed(status, frozenset({tie}))
    assert set(allowed) == possible
    assert len(allowed) == len(possible)
    for guard in GUARDS:
        left = WORKFLOW.allowed(status, frozenset({tie}), frozenset({guard}))
        assert set(left) == {name for name in possible if NEEDS[name, guard] == "-"}


@pytest.mark.parametrize("status", STATUSES)
def test_ties_add_up_and_without_one_nothing_is_allowed(status):
    each = {name for tie in TIES for name in WORKFLOW.allowed(status, frozenset({tie}))}
    assert set(WORKFLOW.allowed(status, frozenset(TIES))) == each
    assert WORKFLOW.allowed(status, frozenset()) == WORKFLOW.allowed(status, frozenset({"stranger"})) == []


@pytest.mark.parametrize("status", OPEN)
def test_from_every_open_state_somebody_can_bring_it_to_an_end(status):
    reached = {status}
    for _ in STATUSES:
        reached |= {AFTER[name, one] for name, one in AFTER if one in reached} - {"-"}
    assert "closed" in reached


def test_what_has_ended_is_changed_by_opening_it_again_alone():
    for status in (*CLOSED, *DROPPED):
        leads_to = {AFTER[name, status] for name in ACTIONS} - {"-", status}
        assert leads_to <= {"reported", "rated"}


@pytest.mark.parametrize(
    ("facts", "hindrances"),
    [
        ({}, set()),
        ({"has_it": True}, set()),
        ({"has_it": True, "status": "handled"}, {"not_finisher"}),
        ({"has_it": True, "status": "closed"}, {"not_finisher"}),
        ({"finished_it": True}, {"not_finisher"}),  # also where it was sent back since
        ({"ties": frozenset({"reporter"})}, {"in_time"}),
        ({"ties": frozenset({"reporter"}), "status": "reported"}, set()),
        ({"ties": frozenset({"handler"})}, set()),
        ({"ties": frozenset({"handler"}), "status": "handled"}, {"in_time"}),
        ({"ties": frozenset({"handler", "owner"}), "status": "handled"}, set()),
        ({"tier": 2}, {"tier"}),
        ({"tier": 4, "level": 4}, set()),
        ({"level": 0}, {"tier"}),
        ({"due_at": NOW}, {"not_overdue"}),
        ({"due_at": NOW + timedelta(seconds=1)}, set()),
    ],
)
def test_what_stands_in_the_way(facts, hindrances):
    usual = {"status": "handling", "tier": 1, "due_at": None, "now": NOW, "level": 1}
    usual |= {"ties": frozenset({"owner"}), "has_it": False, "finished_it": False}
    assert hindered_by(**(usual | facts)) == hindrances


def test_a_pause_ends_where_it_began_and_without_a_memory_at_the_beginning():
    assert [WORKFLOW.after("resume", "suspended", was) for was in ("handling", "accepted", None)] == [
        "handling",
        "accepted",
        "reported",
    ]


@pytest.mark.parametrize("name", ["", "explode", "Start", "start "])
def test_an_unknown_action_is_answered_with_the_known_ones(name):
    with pytest.raises(NotFoundError) as refused:
        WORKFLOW.named(name)
    assert refused.value.code == "action_unknown"
    assert refused.value.details == {"action": name, "choices": sorted(ACTIONS)}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("start,asleep,handling,owner,,", "status_unknown"),
        ("start,reported,awake,owner,,", "status_unknown"),
        ("start,reported,handling,anybody,,", "tie_unknown"),
        ("start,reported,handling,owner,,moon", "guard_unknown"),
        ("start,reported,handling,owner,,", "status_without_exit"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(row, reason):
    with pytest.raises(InvalidInputError) as refused:
        read_workflow(HEAD + row + "\n")
    assert refused.value.code == "workflow_table_invalid"
    assert refused.value.details["reason"] == reason


def lines_without(name: str) -> str:
    """This installation's table without an action."""
    text = (Path("geodata") / "workflow.csv").read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith(f"{name},")) + "\n"


@pytest.mark.parametrize(
    ("name", "reason"), [("rate", "status_unreachable"), ("close", "status_without_exit")]
)
def test_a_table_in_which_a_matter_gets_stuck_is_refused(name, reason):
    with pytest.raises(InvalidInputError) as refused:
        read_workflow(lines_without(name))
    assert refused.value.details["reason"] == reason


def test_an_action_twice_is_refused():
    text = (Path("geodata") / "workflow.csv").read_text(encoding="utf-8")
    with pytest.raises(InvalidInputError) as refused:
        read_workflow(text + text.splitlines()[1] + "\n")
    assert refused.value.details["reason"] == "action_twice"


def test_the_document_shows_the_table_as_it_is():
    document = (Path("docs") / "workflow.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{diagram(WORKFLOW)}```" in document
    assert as_table(WORKFLOW) in document
