"""Coming to the residents' door as a browser does: a puzzle solved, a report sent, its secret kept."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from gridmap.actions.doorkeeping import Knock, Received, draw_puzzle, report_at_door
from gridmap.actions.office import Office
from gridmap.domain.door import DoorRules, is_solved
from tests.town import C1, CENTRES, report_at

EASY = DoorRules(b"only for tests", bits=4)
"""Puzzles that cost nothing; what they cost really has a test of its own."""


def solved(rules: DoorRules, puzzle: str) -> str:
    """The answer to a puzzle."""
    return next(str(n) for n in count() if is_solved(rules, puzzle, str(n)))


def knock(office: Office, rules: DoorRules = EASY, address: str = "203.0.113.7") -> Knock:
    """A new puzzle, solved."""
    puzzle, _ = draw_puzzle(office, rules)
    return Knock(puzzle, solved(rules, puzzle), address)


def reported_at_door(office: Office, words: str = "路灯坏了", contact: str = "", **more: object) -> Received:
    """A resident's report in the middle of C1."""
    what = report_at(*CENTRES[C1], description=words, source="resident")
    return report_at_door(office, more.pop("rules", EASY), knock(office), what, contact)  # type: ignore[arg-type]


def with_acceptance(office: Office) -> Office:
    """The office where residents' reports wait to be accepted."""
    return replace(office, acceptance=frozenset({"resident"}))
