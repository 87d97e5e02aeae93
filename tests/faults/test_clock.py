"""The clock jumps: numbers, chains and the stream count and do not care; what has a term ends within one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from gridmap.actions.accounts import reset_account
from gridmap.actions.acts import Act
from gridmap.actions.auditing import seal
from gridmap.actions.handling import act_on
from gridmap.actions.keeping import Routine, do_what_is_due, forget_stream, routines
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.actions.signing_in import SESSION, actor_by_secret, keep_awake, open_session, proven, sign_in
from gridmap.db import stream
from gridmap.db.models import Chore, EventRow, Issue, StreamRow
from gridmap.errors import NotSignedInError
from gridmap.live import Live, follow
from tests.conftest import START, Clock
from tests.db.looking import rows_of
from tests.faults.wholeness import half_written
from tests.town import C1, CENTRES, PASSWORD, RULES, actor_named, report_at

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
JUMPS = (-HOUR, DAY, -DAY, timedelta(minutes=-1), -HOUR, YEAR, -YEAR)


def report_one(office: Office, **more: object) -> str:
    return report(office, actor_named(office, "seat"), report_at(*CENTRES[C1], **more)).number


def test_numbers_chains_and_the_stream_do_not_care(office: Office, clock: Clock) -> None:
    seat, numbers = actor_named(office, "seat"), [report_one(office, description="before")]
    for jump in JUMPS:
        clock.now += jump
        numbers += [report_one(office, description="after") for _ in range(2)]
        act_on(office, seat, numbers[0], Act("comment", words=f"at {clock.now}"))
    assert (len(set(numbers)), half_written(office)) == (len(numbers), [])
    by_day: dict[str, list[str]] = {}
    for number in numbers:
        by_day.setdefault(number[:15], []).append(number)
    assert all(day == sorted(day) for day in by_day.values())
    seqs = [event.seq for event in rows_of(office, EventRow) if event.issue_id == 1]
    assert seqs == list(range(1, len(JUMPS) + 2))
    assert seal(office) is not None
    assert half_written(office) == []


def test_a_reader_misses_nothing_when_the_clock_jumps(office: Office, clock: Clock) -> None:
    live = Live(office.database)
    live.start()
    reader = follow(live, actor_named(office, "seat"), live.number, lambda: actor_named(office, "seat"))
    told = [next(reader)]
    for jump in JUMPS:
        clock.now += jump
        number = report_one(office)
        told.append(next(message for message in reader if message is not None))
        assert told[-1] is not None
        assert told[-1].data["number"] == number
    live.stop()
    numbers = [message.number for message in told if message]
    assert numbers == list(range(numbers[0], numbers[0] + len(JUMPS) + 1))


@pytest.mark.parametrize("wrong", [YEAR, -YEAR], ids=["ahead", "behind"])
def test_old_rows_of_the_stream_go_without_leaving_a_gap(
    office: Office, clock: Clock, wrong: timedelta
) -> None:
    for moment in (START, START + wrong, START):
        clock.now = moment
        report_one(office)
    clock.now = START + timedelta(days=8)
    report_one(office)
    forget_stream(office, 7)
    numbers = [row.number for row in rows_of(office, StreamRow)]
    with office.database.reading() as session:
        assert stream.latest(session) == numbers[-1]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert all(row.at < START + DAY * 30 for row in rows_of(office, StreamRow))


def chores_done(office: Office) -> list[str]:
    return sorted(do_what_is_due(office, routines(7)))


def test_no_chore_is_left_out_after_the_clock_was_ahead(office: Office, clock: Clock) -> None:
    every = chores_done(office)
    assert (len(every) > 2, chores_done(office)) == (True, [])
    clock.now += YEAR
    assert chores_done(office) == every
    clock.now -= YEAR
    assert chores_done(office) == every
    assert chores_done(office) == []


def test_a_chore_is_not_in_somebodys_hand_for_ever(office: Office, clock: Clock) -> None:
    clock.now += YEAR
    with office.work() as work:
        work.session.add(Chore(name="a", taken_until=clock.now + timedelta(minutes=10)))
    mine = (Routine("a", DAY, lambda _office: "done"),)
    assert do_what_is_due(office, mine) == {}
    clock.now -= YEAR
    assert do_what_is_due(office, mine) == {"a": "done"}


def code_of(do: Callable[[], object]) -> str:
    with pytest.raises(NotSignedInError) as caught:
        do()
    return caught.value.code


def test_a_locked_account_opens_again(office: Office, clock: Clock) -> None:
    def attempt(secret: str) -> object:
        return sign_in(office, "seat", secret, RULES)

    clock.now += YEAR
    for _ in range(RULES.tries):
        assert code_of(lambda: attempt("wrong")) == "sign_in_wrong"
    assert code_of(lambda: attempt(PASSWORD)) == "sign_in_locked"
    clock.forward(minutes=RULES.lock_minutes - 1)
    assert code_of(lambda: attempt(PASSWORD)) == "sign_in_locked"
    clock.now -= YEAR
    assert attempt(PASSWORD) is not None


def asks(office: Office, secret: str) -> object:
    return actor_by_secret(office, secret, RULES, SESSION)


def test_a_session_of_a_time_to_come_has_ended(office: Office, clock: Clock) -> None:
    clock.now += DAY
    secret = open_session(office, actor_named(office, "seat").account_id)
    assert asks(office, secret)
    clock.now -= DAY
    assert code_of(lambda: asks(office, secret)) == "session_idle"
    again = open_session(office, actor_named(office, "seat").account_id)
    clock.now -= timedelta(minutes=RULES.idle_minutes - 1)
    assert asks(office, again)
    keep_awake(office, again, SESSION, proven(office, again, RULES, SESSION)[1])
    clock.forward(minutes=RULES.idle_minutes + 1)
    assert code_of(lambda: asks(office, again)) == "session_idle"


def test_a_one_time_code_lives_its_days_and_what_the_clock_was_wrong_by(office: Office, clock: Clock) -> None:
    clock.now += HOUR
    code = reset_account(office, None, "seat", RULES)
    clock.now -= HOUR
    clock.forward(days=RULES.one_time_days, minutes=59)
    assert sign_in(office, "seat", code, RULES).must_set_password
    clock.forward(minutes=2)
    assert code_of(lambda: sign_in(office, "seat", code, RULES)) == "sign_in_wrong"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (START + YEAR, START),
        (START + timedelta(seconds=1), START),
        (START - timedelta(seconds=1), START - timedelta(seconds=1)),
        (START - 50 * YEAR, START - 50 * YEAR),
    ],
    ids=["a year ahead", "a second ahead", "a second ago", "fifty years ago"],
)
def test_a_phone_whose_clock_is_wrong(office: Office, said: datetime, kept: datetime) -> None:
    """Nothing happens after it was reported; what was long ago is taken as it is said."""
    number = report_one(office, occurred_at=said)
    [issue] = rows_of(office, Issue)
    assert (issue.occurred_at, issue.reported_at) == (kept, START)
    assert number.startswith("990001-20261120-")
