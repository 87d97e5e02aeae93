"""The workflow as its full cross product: every state with every action, allowed or refused, and by whom."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from gridmap.domain.issues import (
    ACTIONS,
    OPEN,
    STATUSES,
    action_named,
    allowed_actions,
    next_status,
    readable_number,
)
from gridmap.errors import ConflictError, NotFoundError

# Rows: actions. Columns: the state before. A word is the state after, “-” is refused.
TABLE = """
               reported  handling  handled   closed    void
start          handling  -         -         -         -
finish         handled   handled   -         -         -
close          closed    closed    closed    -         -
reopen         -         -         reported  reported  reported
void           void      -         -         -         -
move           reported  handling  handled   -         -
choose_cell    reported  handling  handled   -         -
recategorise   reported  handling  handled   -         -
amend          reported  handling  handled   -         -
forward        reported  handling  handled   -         -
erase          reported  handling  handled   closed    void
comment        reported  handling  handled   closed    void
"""
# Rows: actions. Columns: the ties one of which is enough.
WHO = """
               owner  handler  above  reporter  dispatch  unit
start          x      x        -      -         x         x
finish         x      x        -      -         x         x
close          x      -        x      -         x         -
reopen         x      -        x      -         x         -
void           -      -        -      -         x         -
move           x      x        x      x         x         -
choose_cell    x      x        x      x         x         -
recategorise   x      x        x      x         x         -
amend          x      x        x      x         x         -
forward        -      -        -      -         x         -
erase          -      -        -      -         x         -
comment        x      x        x      x         x         x
"""


def read(table: str) -> dict[tuple[str, str], str]:
    """(row, column) to cell."""
    head, *rows = (line.split() for line in table.strip().splitlines())
    return {(row[0], column): cell for row in rows for column, cell in zip(head, row[1:], strict=True)}


AFTER, NEEDS = read(TABLE), read(WHO)
TIES = sorted({tie for _, tie in NEEDS})


def test_the_tables_here_speak_of_the_same_actions_and_states():
    assert {name for name, _ in AFTER} == {name for name, _ in NEEDS} == set(ACTIONS)
    assert {status for _, status in AFTER} == set(STATUSES)
    assert {tie for action in ACTIONS.values() for tie in action.who} <= set(TIES)


@pytest.mark.parametrize(("name", "status"), itertools.product(ACTIONS, STATUSES))
def test_every_action_in_every_state(name, status):
    expected = AFTER[name, status]
    if expected != "-":
        assert next_status(ACTIONS[name], status) == expected
        return
    with pytest.raises(ConflictError) as refused:
        next_status(ACTIONS[name], status)
    assert refused.value.code == "action_not_now"
    assert refused.value.details == {"action": name, "status": status}


@pytest.mark.parametrize(("status", "tie"), itertools.product(STATUSES, TIES))
def test_what_one_tie_allows_in_each_state(status, tie):
    expected = {name for name in ACTIONS if AFTER[name, status] != "-" and NEEDS[name, tie] == "x"}
    allowed = allowed_actions(status, frozenset({tie}))
    assert set(allowed) == expected
    assert len(allowed) == len(expected)


@pytest.mark.parametrize("status", STATUSES)
def test_ties_add_up_and_without_one_nothing_is_allowed(status):
    each = {name for tie in TIES for name in allowed_actions(status, frozenset({tie}))}
    assert set(allowed_actions(status, frozenset(TIES))) == each
    assert allowed_actions(status, frozenset()) == allowed_actions(status, frozenset({"stranger"})) == []


def test_open_is_where_somebody_still_has_to_do_something():
    assert {status for status in STATUSES if AFTER["close", status] != "-"} == set(OPEN)


def test_every_state_can_be_reached_from_a_report():
    reached = {"reported"}
    for _ in STATUSES:
        reached |= {AFTER[name, status] for name, status in AFTER if status in reached} - {"-"}
    assert reached == set(STATUSES)


def test_an_action_is_found_by_its_name():
    assert all(action_named(name).name == name for name in ACTIONS)


@pytest.mark.parametrize("name", ["", "explode", "Start", "start "])
def test_an_unknown_action_is_answered_with_the_known_ones(name):
    with pytest.raises(NotFoundError) as refused:
        action_named(name)
    assert refused.value.code == "action_unknown"
    assert refused.value.details == {"action": name, "choices": sorted(ACTIONS)}


@pytest.mark.parametrize(
    ("sequence", "number"),
    [(1, "990001-20261120-0001"), (9999, "990001-20261120-9999"), (10000, "990001-20261120-10000")],
)
def test_the_number_people_quote(sequence, number):
    assert readable_number("990001", date(2026, 11, 20), sequence) == number
