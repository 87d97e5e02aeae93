"""Each is told what concerns them, once: not their own doing, not twice by two workers, not all of a week at once."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from gridmap.actions.accounts import close_account
from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.keeping import Routine, do_what_is_due, forget_stream
from gridmap.actions.noticing import TELL_DUE, forget_notices, read_notices, tell_due, tell_new
from gridmap.actions.office import Office
from gridmap.actions.placing import Sent
from gridmap.actions.reporting import report
from gridmap.actions.whistling import raise_silent
from gridmap.db import notices
from gridmap.db.loop_models import Notice, Whistle
from gridmap.db.models import Account, Issue
from tests.actions.test_importing_issues import row, take_in
from tests.actions.whistled import accept, add_unit, blow, blown, whistle_row
from tests.conftest import Clock
from tests.db.looking import rows_of
from tests.town import C1, C4, CENTRES, actor_named, report_at

FRAUD = "own:matter:A03"
"""电信网络诈骗线索: two hours of the clock, handled by the police."""


def reported(office: Office, by: str = "zhao", **more: Any) -> str:
    return report(office, actor_named(office, by), report_at(*CENTRES[C1], **more)).number


def told(office: Office, *names: str) -> list[tuple[str, str]]:
    """Who was told what, in order; of some, or of everybody."""
    with office.database.reading() as session:
        query = select(Account.username, Notice.kind).join(Account, Account.id == Notice.account_id)
        rows = session.execute(query.order_by(Notice.id)).all()
    return sorted((name, kind) for name, kind in rows if not names or name in names)


def do(office: Office, name: str, number: str, action: str, **more: Any) -> None:
    act_on(office, actor_named(office, name), number, Act(action, **more))


def office_with(office: Office, **rules: Any) -> Office:
    return replace(office, **rules)


def who_has(office: Office) -> tuple[str, str]:
    """The names of the accounts of the only matter's handler and owner."""
    with office.database.reading() as session:
        issue = session.scalars(select(Issue)).one()
        names = {row.person_id: row.username for row in session.scalars(select(Account)) if row.person_id}
    return names[issue.handler_id], names[issue.owner_id]


def many(office: Office, number: int, due_at: datetime) -> None:
    """So many matters, all due at that moment."""
    take_in(office, *(row(f"A{n}") for n in range(number)))
    with office.work() as work:
        work.session.execute(update(Issue).values(due_at=due_at))


def test_a_report_is_told_to_its_handler_and_owner(office: Office) -> None:
    reported(office)
    assert tell_new(office) == 2
    assert told(office) == [("li", "assigned"), ("sun", "assigned")]
    assert tell_new(office) == 0


def test_nobody_is_told_of_their_own_doing(office: Office) -> None:
    number = reported(office, "li")
    tell_new(office)
    do(office, "sun", number, "finish")
    tell_new(office)
    assert told(office) == [("li", "to_verify"), ("sun", "assigned")]


def test_what_is_done_with_is_not_told_as_new(office: Office) -> None:
    number = reported(office, "li")
    do(office, "sun", number, "finish")
    tell_new(office)
    assert told(office, "sun") == []


def test_a_unit_hears_of_what_it_gets_and_its_person_no_more(office: Office) -> None:
    number = reported(office)
    tell_new(office)
    do(office, "seat", number, "forward", unit="water")
    do(office, "seat", number, "urge")
    tell_new(office)
    assert told(office, "water") == [("water", "assigned"), ("water", "urged")]
    assert told(office, "sun") == [("sun", "assigned")]


def test_a_return_is_told_to_the_seats_that_cover_it_and_the_head_above(office: Office) -> None:
    number = reported(office)
    do(office, "sun", number, "return", words="not ours")
    tell_new(office)
    assert told(office) == [("head1", "returned"), ("seat", "returned")]  # seat2 sits elsewhere


def test_what_waits_to_be_accepted_is_told_to_the_desk_alone(office: Office) -> None:
    gated = office_with(office, acceptance=frozenset({"api"}))
    reported(gated, source="api")
    tell_new(gated)
    assert told(office) == [("seat", "to_accept")]


def test_a_wall_and_a_closed_account_are_never_told(office: Office) -> None:
    close_account(office, None, "sun")
    number = reported(office)
    do(office, "seat", number, "supervise")
    tell_new(office)
    assert {name for name, _ in told(office)} == {"li"}


def test_of_many_of_a_kind_the_last_is_told(office: Office, clock: Clock) -> None:
    number = reported(office)
    for _ in range(5):
        clock.forward(seconds=1)
        do(office, "seat", number, "urge")
    tell_new(office)
    assert told(office, "sun") == [("sun", "assigned"), ("sun", "urged")]


def test_a_new_place_is_told_to_whom_it_brings_there(office: Office, clock: Clock) -> None:
    number = reported(office)
    tell_new(office)
    clock.forward(seconds=1)
    lon, lat = CENTRES[C4]
    do(office, "seat", number, "move", sent=Sent(lon, lat, "wgs84", None))
    tell_new(office)
    assert told(office) == [("li", "assigned"), ("sun", "assigned"), ("wang", "assigned")]


def test_what_is_told_holds_no_words_and_no_names(office: Office) -> None:
    number = reported(office, description="call Mrs Secret, 13900000000")
    do(office, "seat", number, "urge", words="Sun Cleans should hurry")
    tell_new(office)
    with office.database.reading() as session:
        said = json.dumps([row.data for row in session.scalars(select(Notice))], ensure_ascii=False)
    assert number in said
    assert not [word for word in ("Secret", "139", "Sun", "hurry", "Li Leads") if word in said]


def test_two_at_once_tell_nothing_twice(office: Office) -> None:
    for _ in range(8):
        reported(office)
    with ThreadPoolExecutor(2) as pool:
        numbers = list(pool.map(lambda _: tell_new(office), range(2)))
    assert sum(numbers) == 16
    assert [kind for _, kind in told(office)].count("assigned") == 16


def test_after_a_day_of_silence_one_notice_says_so(office: Office, clock: Clock) -> None:
    for _ in range(3):
        reported(office, "seat", category=FRAUD)
    clock.forward(hours=25)
    fresh = reported(office, "seat", category=FRAUD)
    tell_new(office)
    assert told(office) == [("li", "assigned"), ("zhao", "assigned"), ("zhao", "missed")]
    with office.database.reading() as session:
        data = session.scalar(select(Notice.data).where(Notice.kind == "missed"))
        numbers = [row["number"] for row in session.scalars(select(Notice.data)) if "number" in row]
    assert (data["open"], data["late"]) == (4, 3)
    assert set(numbers) == {fresh}


def test_what_the_stream_forgot_is_told_as_one(office: Office, clock: Clock) -> None:
    reported(office)
    tell_new(office)
    for _ in range(3):
        reported(office)
    clock.forward(days=8)
    forget_stream(office, 7)
    tell_new(office)
    reported(office)
    assert tell_new(office) == 2
    assert told(office, "sun") == [("sun", "assigned"), ("sun", "assigned"), ("sun", "missed")]


def test_a_store_that_came_out_of_a_backup_begins_with_what_is_there(office: Office) -> None:
    with office.work() as work:
        notices.move_cursor(work.session, 10**6)
    reported(office)
    assert tell_new(office) == 2


def test_an_import_tells_nobody_of_each_matter(office: Office) -> None:
    take_in(office, *(row(f"A{n}") for n in range(20)))
    assert tell_new(office) == 0


def test_a_deadline_is_told_when_it_nears_passes_and_passes_twice(office: Office, clock: Clock) -> None:
    reported(office, category=FRAUD)  # two clock hours
    spoken = []
    for minutes in (89, 2, 28, 2, 118, 2):
        clock.forward(minutes=minutes)
        tell_due(office)
        spoken.append(told(office))
        assert tell_due(office) == 0
    handler, owner = who_has(office)
    assert spoken[0] == []
    assert spoken[1] == spoken[2] == [(handler, "due_soon")]
    assert spoken[3] == spoken[4] == sorted([(handler, "due_soon"), (handler, "overdue"), (owner, "overdue")])
    new = [(handler, "very_late"), (owner, "very_late"), ("head1", "very_late")]
    assert spoken[5] == sorted([*spoken[4], *new])


def test_a_deadline_that_was_moved_is_told_of_anew(office: Office, clock: Clock) -> None:
    number = reported(office, category=FRAUD)
    clock.forward(minutes=91)
    tell_due(office)
    do(office, "seat", number, "extend", words="pump on its way", until=clock() + timedelta(hours=2))
    clock.forward(minutes=91)
    tell_due(office)
    assert len([kind for _, kind in told(office) if kind == "due_soon"]) == 2


def test_who_has_handed_it_over_is_not_reminded(office: Office, clock: Clock) -> None:
    number = reported(office, category=FRAUD)
    do(office, "seat", number, "suspend", words="waits for a part")
    clock.forward(hours=5)
    tell_due(office)
    assert told(office) == []


def test_what_was_returned_is_the_desks_and_its_clock_waits(office: Office, clock: Clock) -> None:
    number = reported(office, category=FRAUD)
    do(office, "zhao", number, "return", words="not ours")
    clock.forward(hours=5)
    tell_due(office)
    assert told(office) == [("seat", "step_late")]


def test_a_step_of_the_desk_that_takes_too_long_is_told_to_its_seats(office: Office, clock: Clock) -> None:
    number = reported(office)
    do(office, "sun", number, "finish")
    clock.forward(minutes=31)
    tell_due(office)
    assert told(office) == [("seat", "step_late")]


def test_a_whistle_that_rises_is_told_to_the_silent_unit_the_head_and_who_blew_it(
    office: Office, clock: Clock
) -> None:
    add_unit(office, "gas")
    _, whistle = blown(office, "water", "gas", by="li")
    accept(office, whistle, "gas")
    tell_new(office)
    clock.now = whistle_row(office, whistle).answer_by
    assert raise_silent(office) == 1
    tell_new(office)
    assert [who for who, kind in told(office) if kind == "whistle_raised"] == ["head1", "li", "water"]


def test_unanswered_at_the_highest_level_the_unit_its_head_and_who_blew_it_are_told(
    office: Office, clock: Clock
) -> None:
    add_unit(office, "power")
    number, first = blown(office, by="streethead")
    do(office, "seat", number, "dispatch", unit="water")  # also where the matter is the unit's own
    blow(office, number, "power", by="seat", level=1)
    accept(office, max(row.id for row in rows_of(office, Whistle)), "power")
    tell_new(office)
    clock.forward(days=30)
    raise_silent(office)
    assert whistle_row(office, first).status == "overdue"
    tell_new(office)
    assert {who for who, kind in told(office) if kind == "whistle_overdue"} == {
        "streethead",
        "water",
        "head1",
    }


def test_a_day_of_downtime_is_caught_up_and_no_more(office: Office, clock: Clock) -> None:
    remind = (Routine(TELL_DUE, timedelta(seconds=55), tell_due),)
    do_what_is_due(office, remind)
    reported(office, category=FRAUD)
    clock.forward(days=3)
    reported(office, category=FRAUD)
    clock.forward(hours=3)
    do_what_is_due(office, remind)
    assert told(office) == [("li", "overdue"), ("zhao", "missed"), ("zhao", "overdue")]


def test_a_clock_set_back_tells_nothing_twice(office: Office, clock: Clock) -> None:
    remind = (Routine(TELL_DUE, timedelta(seconds=55), tell_due),)
    reported(office, category=FRAUD)
    clock.forward(minutes=121)
    do_what_is_due(office, remind)
    before = told(office)
    clock.forward(minutes=-10)
    do_what_is_due(office, remind)
    clock.forward(minutes=20)
    do_what_is_due(office, remind)
    assert told(office) == before


def test_a_thousand_due_matters_are_told_by_one_tick(office: Office, clock: Clock) -> None:
    many(office, 1000, clock())
    clock.forward(seconds=30)
    began = time.process_time()
    assert tell_due(office) >= 2000
    assert time.process_time() - began < 2.0
    assert tell_due(office) == 0


def test_reading_and_forgetting(office: Office, clock: Clock) -> None:
    reported(office)
    tell_new(office)
    sun = actor_named(office, "sun").account_id
    assert read_notices(office, sun, until=2**40) == 0
    clock.forward(days=31)
    assert forget_notices(office) == 1
    clock.forward(days=150)
    assert forget_notices(office) == 1
