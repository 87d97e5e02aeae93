"""Silence raises a whistle by itself: level after level, whatever else is done to the matter, once, also after a day's sleep."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from gridmap.actions.acts import Act
from gridmap.actions.auditing import audit
from gridmap.actions.handling import act_on
from gridmap.actions.keeping import do_what_is_due, routines
from gridmap.actions.office import Office
from gridmap.actions.placing import Sent
from gridmap.actions.whistling import BATCH, raise_silent
from gridmap.db.loop_models import Whistle, WhistleCall
from gridmap.db.models import EventRow, Issue, Person, StreamRow
from gridmap.domain.whistle import Whistles
from tests.actions.whistled import accept, add_unit, blow, blown, kinds, sees, whistle_row
from tests.conftest import START, Clock
from tests.db.listening import at_once
from tests.db.looking import rows_of, run_sql
from tests.town import C1, C2, CENTRES, PARKING, actor_named

TEN = timedelta(minutes=10)


def rises(office: Office) -> list[dict[str, object]]:
    found = [
        row for row in rows_of(office, EventRow) if row.kind.startswith(("whistle_raised", "whistle_over"))
    ]
    return [json.loads(row.data) for row in found]


def head_names(office: Office) -> list[str | None]:
    people = {person.id: person.name for person in rows_of(office, Person)}
    return [people.get(rise["head"]) if rise["head"] else None for rise in rises(office) if "head" in rise]  # type: ignore[call-overload]


def test_silence_raises_it_level_by_level_and_stays_at_the_highest(office: Office, clock: Clock) -> None:
    _, whistle = blown(office)
    levels = []
    for minutes in (9, 1, 10, 10, 5, 60, 600):
        clock.forward(minutes=minutes)
        raise_silent(office)
        levels.append((whistle_row(office, whistle).level, whistle_row(office, whistle).status))
    assert levels == [
        (1, "blown"), (2, "blown"), (3, "blown"), (4, "blown"), (4, "overdue"), (4, "overdue"), (4, "overdue"),
    ]  # fmt: skip
    assert head_names(office) == ["Head One", "Street Head", None, None]  # nobody heads the district
    assert kinds(office)[2:] == ["whistle_raised"] * 3 + ["whistle_overdue"]
    assert whistle_row(office, whistle).raised == 3
    assert audit(office).faults == ()


def test_nothing_is_due_a_second_before(office: Office, clock: Clock) -> None:
    blown(office)
    clock.forward(seconds=599)
    assert raise_silent(office) == 0
    clock.forward(seconds=1)
    assert (raise_silent(office), raise_silent(office)) == (1, 0)


def test_editing_the_matter_does_not_stop_that_clock(office: Office, clock: Clock) -> None:
    number, whistle = blown(office)
    seat = actor_named(office, "seat")
    due = whistle_row(office, whistle).answer_by
    edits = [
        Act("comment", words="还在等"),
        Act("move", sent=Sent(*CENTRES[C2], "wgs84", None)),
        Act("recategorise", category=PARKING),
        Act("amend", sent=Sent(*CENTRES[C1], "wgs84", None), words="又改回"),
        Act("start"),
        Act("urge"),
        Act("suspend", words="等"),
    ]
    for edit in edits:
        clock.forward(minutes=1)
        act_on(office, seat, number, edit)
    add_unit(office, "power")
    blow(office, number, "power", by="seat")
    assert whistle_row(office, whistle).answer_by == due == START + TEN
    clock.forward(minutes=3)
    assert raise_silent(office) == 1
    assert whistle_row(office, whistle).level == 2


def test_a_whistle_lies_where_its_matter_lies(office: Office) -> None:
    number, whistle = blown(office)
    act_on(office, actor_named(office, "seat"), number, Act("move", sent=Sent(*CENTRES[C2], "wgs84", None)))
    assert whistle_row(office, whistle).path == rows_of(office, Issue)[0].path
    assert sees(office, "water", number)


def test_it_rises_while_one_of_several_units_is_silent(office: Office, clock: Clock) -> None:
    add_unit(office, "power")
    _, whistle = blown(office, "water", "power")
    accept(office, whistle)
    clock.forward(minutes=10)
    assert raise_silent(office) == 1
    assert rises(office)[0]["units"] == ["power"]
    accept(office, whistle, "power")
    clock.forward(minutes=60)
    assert raise_silent(office) == 0
    assert (whistle_row(office, whistle).status, whistle_row(office, whistle).answer_by) == ("answered", None)


def test_an_overdue_one_is_still_answered(office: Office, clock: Clock) -> None:
    _, whistle = blown(office)
    clock.forward(hours=2)
    raise_silent(office)
    assert whistle_row(office, whistle).status == "overdue"
    accept(office, whistle)
    assert whistle_row(office, whistle).status == "answered"


def test_after_a_day_in_which_nobody_looked_it_rises_as_often_as_it_should(
    office: Office, clock: Clock
) -> None:
    _, whistle = blown(office)
    clock.forward(days=1)
    assert raise_silent(office) == 3
    due = [datetime.fromisoformat(str(rise["due"])) - START for rise in rises(office)]
    assert due == [TEN, 2 * TEN, 3 * TEN, timedelta(minutes=35)]
    assert {row.at for row in rows_of(office, EventRow) if row.kind.startswith("whistle_r")} == {clock()}
    assert whistle_row(office, whistle).answer_by == START + timedelta(minutes=35)
    assert raise_silent(office) == 0


def test_working_hours_are_counted_as_such(office: Office, clock: Clock) -> None:
    """Friday 14:30 here, four working hours: Monday 08:30; the night and the weekend raise nothing."""
    _, whistle = blown(office, kind="daily")
    assert whistle_row(office, whistle).answer_by == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    clock.forward(days=2)
    assert raise_silent(office) == 0
    clock.forward(hours=18)
    assert raise_silent(office) == 1


def test_two_workers_at_once_raise_each_once(office: Office, clock: Clock) -> None:
    for _ in range(30):
        blown(office)
    clock.forward(minutes=10)
    answers = at_once(4, lambda _n: raise_silent(office))
    assert sum(answers) == 30  # type: ignore[arg-type]
    assert {whistle.level for whistle in rows_of(office, Whistle)} == {2}
    assert audit(office).faults == ()


def test_raising_and_accepting_at_once_leave_one_truth(office: Office, clock: Clock) -> None:
    found = [blown(office)[1] for _ in range(6)]
    clock.forward(minutes=10)
    acts = [lambda: raise_silent(office), *(lambda one=one: accept(office, one) for one in found)]
    answers = at_once(len(acts), lambda n: acts[n]())
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    raise_silent(office)
    assert {whistle.status for whistle in rows_of(office, Whistle)} == {"answered"}
    assert audit(office).faults == ()


def test_everybody_who_sees_it_is_told(office: Office, clock: Clock) -> None:
    blown(office)
    clock.forward(minutes=10)
    raise_silent(office)
    row = rows_of(office, StreamRow)[-1]
    assert (row.data["kind"], row.before, row.before["called"]) == ("whistle_raised", row.after, ["water"])


def test_a_matter_that_ended_otherwise_ends_its_whistles(office: Office, clock: Clock) -> None:
    number, whistle = blown(office)
    run_sql(office, "UPDATE issues SET status = 'closed'")
    clock.forward(minutes=10)
    assert raise_silent(office) == 0
    assert (whistle_row(office, whistle).status, sees(office, "water", number)) == ("cancelled", False)
    assert rows_of(office, Issue)[0].called is None


def test_a_clock_set_back_raises_nothing(office: Office, clock: Clock) -> None:
    _, whistle = blown(office)
    clock.forward(minutes=10)
    raise_silent(office)
    clock.forward(days=-3)
    assert raise_silent(office) == 0
    assert whistle_row(office, whistle).level == 2


def test_without_limits_no_whistle_rises(office: Office, clock: Clock) -> None:
    bare = replace(office, whistles=Whistles())
    _, whistle = blown(bare)
    clock.forward(days=30)
    assert (raise_silent(bare), whistle_row(bare, whistle).answer_by) == (0, None)


def test_the_background_work_raises(office: Office, clock: Clock) -> None:
    blown(office)
    clock.forward(minutes=10)
    assert do_what_is_due(office, routines(7))["raise_whistles"] == 1


def many(office: Office, number: int) -> None:
    """So many matters, each with a whistle nobody answered."""
    _, whistle = blown(office)
    issue, call = rows_of(office, Issue)[0], rows_of(office, WhistleCall)[0]
    row = whistle_row(office, whistle)
    with office.work() as work:
        for model, like, changes in (
            (
                Issue,
                issue,
                lambda n: {"number": f"{issue.number}-{n}", "client_id": None, "geom": issue.geom},
            ),
            (Whistle, row, lambda n: {"issue_id": issue.id + n}),
            (WhistleCall, call, lambda n: {"issue_id": issue.id + n, "whistle_id": whistle + n}),
        ):
            base = {c.key: getattr(like, c.key) for c in model.__mapper__.column_attrs}  # type: ignore[attr-defined]
            rows = [{**base, "id": like.id + n, **changes(n)} for n in range(1, number)]  # type: ignore[attr-defined]
            work.session.execute(insert(model), rows)


def test_a_thousand_are_raised_by_one_tick(office: Office, clock: Clock) -> None:
    """Promised: in less than 2 s. The bound here is loose, since tests share their machine."""
    many(office, 1000)
    clock.forward(minutes=10)
    began, began_cpu = time.perf_counter(), time.process_time()
    assert raise_silent(office) == 1000
    took, took_cpu = time.perf_counter() - began, time.process_time() - began_cpu
    print(f"\n1000 raised: {took:.2f} s, {took_cpu:.2f} s of this process's processor")
    assert took_cpu < 1
    assert {whistle.level for whistle in rows_of(office, Whistle)} == {2}
    assert kinds(office).count("whistle_raised") == 1000 > BATCH
