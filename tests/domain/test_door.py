"""The door's rules without a store: puzzles, secrets, choices, steps in plain words, masks."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from gridmap.domain.door import (
    STEP_OF,
    DoorRules,
    Turn,
    digest_of_secret,
    is_solved,
    is_stale,
    make_puzzle,
    masked,
    may_send_back,
    read_choices,
    secret_of,
    steps_of,
)
from gridmap.domain.issues import STATUSES
from gridmap.errors import InvalidInputError
from gridmap.files.tables import load_door_choices

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
RULES = DoorRules(b"a key", bits=8)
PUZZLE = make_puzzle(RULES, NOW, bytes(range(9)))


def answer_to(puzzle: str, rules: DoorRules = RULES) -> str:
    return next(str(n) for n in count() if is_solved(rules, puzzle, str(n)))


def test_an_answer_costs_the_work_that_was_asked_for() -> None:
    answer = answer_to(PUZZLE)
    digest = hashlib.sha256(f"{PUZZLE}.{answer}".encode()).digest()
    assert digest[0] == 0
    assert sum(is_solved(RULES, PUZZLE, str(n)) for n in range(5000)) in range(5, 45)


def test_a_puzzle_fits_with_its_answer_into_one_block() -> None:
    assert len(PUZZLE) == 42
    assert len(f"{PUZZLE}.9999999999") <= 55


@pytest.mark.parametrize(
    "wrong",
    ["", "0" * 42, PUZZLE[:-1], PUZZLE + "0", "f" + PUZZLE[1:], PUZZLE[:8] + "B" + PUZZLE[9:], "汉" * 42],
)
def test_only_our_own_puzzles_are_known(wrong: str) -> None:
    lenient = DoorRules(RULES.key, bits=0)
    assert is_solved(lenient, PUZZLE, "0")
    assert not is_solved(lenient, wrong, "0")


@pytest.mark.parametrize("answer", ["", "-1", "0x1", "1" * 11, "１", " 1"])
def test_an_answer_is_digits(answer: str) -> None:
    assert not is_solved(DoorRules(RULES.key, bits=0), PUZZLE, answer)


def test_it_holds_for_its_minutes() -> None:
    assert not is_stale(PUZZLE, NOW + timedelta(minutes=29, seconds=59))
    assert is_stale(PUZZLE, NOW + timedelta(minutes=30))


def test_a_secret_is_long_its_puzzles_alone_and_forgiving_to_type() -> None:
    secret = secret_of(RULES, PUZZLE)
    assert len(secret) == 16
    assert secret == secret_of(RULES, PUZZLE)
    assert secret != secret_of(DoorRules(b"another"), PUZZLE)
    typed = f" {secret[:4]}-{secret[4:8]} {secret[8:]}".lower()
    assert digest_of_secret(typed) == digest_of_secret(secret)
    assert digest_of_secret("0" * 16) == digest_of_secret("O" * 16) != digest_of_secret("1" * 16)


def test_the_table_of_this_installation_can_be_read() -> None:
    choices = load_door_choices()
    assert 10 <= len(choices) <= 20
    assert [choice.order for choice in choices] == sorted({choice.order for choice in choices})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x:y:z,1,甲,A", "category_unknown"),
        ("a:b:c,1,甲,A\na:b:c,2,乙,B", "category_twice"),
        ("a:b:c,first,甲,A", "order_invalid"),
        ("a:b:c,1,,A", "cell_empty"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(row: str, reason: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_choices(f"category,order,name_zh,name_en\n{row}\n", ["a:b:c"])
    assert (refused.value.code, refused.value.details["reason"]) == ("door_table_invalid", reason)


def test_every_state_is_a_step_in_plain_words() -> None:
    assert set(STEP_OF) == set(STATUSES)


def named(status: str, *turns: tuple[str, str, str]) -> list[str]:
    made = [
        Turn(kind, NOW + timedelta(hours=n), before, after)
        for n, (kind, before, after) in enumerate(turns, 1)
    ]
    return [step.name for step in steps_of(NOW, status, made)]


def test_steps_follow_one_another_and_inner_ones_are_not_told() -> None:
    assert named("received") == ["received"]
    assert named("reported") == ["received", "accepted"]
    inner = (("accept", "received", "accepted"), ("dispatch", "accepted", "dispatched"))
    assert named("dispatched", *inner) == ["received", "accepted"]
    pause = (("start", "reported", "handling"), ("suspend", "handling", "suspended"))
    assert named("suspended", *pause) == ["received", "accepted", "handling"]
    rework = (("finish", "handling", "handled"), ("rework", "handled", "handling"))
    assert named("handling", *rework) == ["received", "handling", "checking", "handling"]
    again = (("close", "reported", "closed"), ("reopen_unsolved", "closed", "reported"))
    assert named("reported", *again) == ["received", "accepted", "closed", "reopened", "accepted"]


@pytest.mark.parametrize(
    ("solved", "satisfaction", "days", "was", "may"),
    [
        (0, 2, 1, False, True),
        (1, 2, 1, False, True),
        (2, 0, 15, False, True),
        (2, 1, 1, False, False),
        (0, 0, 16, False, False),
        (0, 0, 1, True, False),
    ],
)
def test_who_is_not_content_may_send_it_back(
    solved: int, satisfaction: int, days: int, was: bool, may: bool
) -> None:
    found = may_send_back(
        closed_at=NOW,
        now=NOW + timedelta(days=days),
        solved=solved,
        satisfaction=satisfaction,
        was_sent_back=was,
    )
    assert found is may


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("13812341234", "138****1234"),
        ("王女士 138 1234 1234", "王** 138****1234"),
        ("0874-3123456", "087****3456"),
        ("Li 3123456", "L** 3****6"),
        ("3号楼", "3号**"),
        ("", ""),
    ],
)
def test_a_masked_contact_tells_its_owner_apart_and_no_more(contact: str, shown: str) -> None:
    assert masked(contact) == shown
