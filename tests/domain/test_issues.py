"""What a matter is: its states sorted into what they mean, and the number people quote."""

from __future__ import annotations

from datetime import date

from gridmap.domain.issues import (
    CLOSED,
    DONE_WITH,
    DROPPED,
    OPEN,
    PAUSED,
    RUNNING,
    STAGE_OF,
    STAGES,
    STATUSES,
    WAITING,
    readable_number,
)


def test_every_state_means_one_thing():
    kinds = [*WAITING, "handling", *DONE_WITH, PAUSED, *CLOSED, *DROPPED]
    assert sorted(kinds) == sorted(STATUSES)
    assert set(OPEN) == set(STATUSES) - {*CLOSED, *DROPPED}
    assert set(RUNNING) == {*WAITING, "handling"}


def test_what_is_open_and_not_suspended_is_in_a_step():
    assert set(STAGE_OF) == set(OPEN) - {PAUSED}
    assert set(STAGE_OF.values()) == set(STAGES)


def test_the_number_people_quote():
    assert readable_number("990001", date(2026, 11, 20), 7) == "990001-20261120-0007"
    assert readable_number("990001", date(2026, 11, 20), 12345) == "990001-20261120-12345"
