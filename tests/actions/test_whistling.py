"""A whistle from blowing to rating: who may, what each unit does, what the matter waits for, who sees it when."""

from __future__ import annotations

import json

import pytest

from gridmap.actions.acts import Act
from gridmap.actions.answering import accept_call, cancel_whistle, check_in, finish_call, rate_call
from gridmap.actions.auditing import audit
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office, tie_of
from gridmap.actions.placing import Sent
from gridmap.db.loop_models import Whistle, WhistleCall
from gridmap.db.models import Account, EventRow, Issue
from gridmap.errors import ConflictError, ForbiddenError, GridmapError, InvalidInputError, NotFoundError
from gridmap.geo.crs import from_wgs84
from tests.actions.whistled import (
    SITE,
    accept,
    add_unit,
    arrive,
    blow,
    blown,
    call_row,
    do_all,
    finish,
    kinds,
    new_matter,
    photograph,
    sees,
    whistle_row,
)
from tests.conftest import START, Clock
from tests.db.listening import Poller, at_once
from tests.db.looking import count, rows_of
from tests.town import C1, CENTRES, actor_named

POWER = "power & “light”"
ODD = ["power & “light”", "供电,公司", "<b>水务</b>", "it's 100%_done"]


def test_the_whole_path_each_step_timed(office: Office, clock: Clock) -> None:
    _, whistle = blown(office, words="地下室进水")
    for step in (accept, arrive, finish):
        clock.forward(minutes=2)
        step(office, whistle)
    clock.forward(minutes=2)
    rate_call(office, actor_named(office, "li"), whistle, "water", 2)
    call, row = call_row(office, whistle), whistle_row(office, whistle)
    stamps = (call.called_at, call.accepted_at, call.checked_in_at, call.done_at, call.rated_at)
    assert [(at - START).seconds // 60 for at in stamps if at] == [0, 2, 4, 6, 8]
    assert (call.status, call.rating, row.status, row.answer_by) == ("done", 2, "closed", None)
    assert (row.ended_at, rows_of(office, Issue)[0].called) == (clock(), None)
    assert kinds(office) == [
        "reported", "whistle", "whistle_accepted", "whistle_on_site", "whistle_done", "whistle_rated",
    ]  # fmt: skip
    assert audit(office).faults == ()


def test_the_event_of_a_whistle_holds_what_it_called(office: Office) -> None:
    _, whistle = blown(office, level=1)
    data = json.loads(rows_of(office, EventRow)[-1].data)
    assert (data["whistle"], data["level"], data["kind"], data["units"]) == (
        whistle,
        1,
        "emergency",
        ["water"],
    )
    assert data["answer_by"] == "2026-11-20T06:40:00+00:00"
    assert call_row(office, whistle).site_by == START.replace(hour=7, minute=0)


@pytest.mark.parametrize(
    ("who", "highest"), [("li", 1), ("head1", 2), ("streethead", 3), ("seat", 4), ("admin", 4)]
)
def test_who_may_blow_which_level(office: Office, who: str, highest: int) -> None:
    number = new_matter(office)
    for level in range(1, 5):
        add_unit(office, f"unit{level}")
        if level <= highest:
            assert (
                whistle_row(office, blow(office, number, f"unit{level}", by=who, level=level)).level == level
            )
        else:
            with pytest.raises(ForbiddenError, match="whistle_above_your_level"):
                blow(office, number, f"unit{level}", by=who, level=level)
    assert count(office, Whistle) == highest


@pytest.mark.parametrize(("who", "level"), [("li", 1), ("head1", 2), ("streethead", 3), ("seat", 1)])
def test_without_a_level_it_is_ones_own_and_for_a_seat_the_matters(
    office: Office, who: str, level: int
) -> None:
    assert whistle_row(office, blown(office, by=who)[1]).level == level


@pytest.mark.parametrize("who", ["sun", "dong", "water"])
def test_who_leads_nothing_blows_nothing(office: Office, who: str) -> None:
    number = new_matter(office)
    with pytest.raises((ForbiddenError, NotFoundError)):
        blow(office, number, by=who)
    assert (count(office, Whistle), kinds(office)) == (0, ["reported"])


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (Act("whistle", kind="daily"), "field_missing"),
        (Act("whistle", units=("water",)), "field_missing"),
        (Act("whistle", units=("nobody",), kind="daily"), "unit_unknown"),
        (Act("whistle", units=("water", "water"), kind="daily"), "unit_called_twice"),
        (Act("whistle", units=("water",), kind="loud"), "whistle_kind_unknown"),
        (Act("whistle", units=("water",), kind="daily", level=5), "whistle_level_unknown"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(office: Office, act: Act, code: str) -> None:
    number = new_matter(office)
    with pytest.raises(InvalidInputError) as refused:
        act_on(office, actor_named(office, "seat"), number, act)
    assert refused.value.code == code
    assert (count(office, Whistle), count(office, WhistleCall), kinds(office)) == (0, 0, ["reported"])


def test_a_unit_without_people_is_not_called(office: Office) -> None:
    name = add_unit(office, "gone")
    number = new_matter(office)
    with office.work() as work:
        work.session.query(Account).filter_by(username=name).update({"is_active": False})
    with pytest.raises(InvalidInputError, match="unit_unknown"):
        blow(office, number, "gone")


def test_a_second_whistle_stands_beside_the_first_with_its_own_clock(office: Office, clock: Clock) -> None:
    number, first = blown(office)
    add_unit(office, "power")
    clock.forward(minutes=5)
    second = blow(office, number, "power", by="head1", kind="daily")
    assert whistle_row(office, first).answer_by == START.replace(minute=40)
    assert (whistle_row(office, second).level, rows_of(office, Issue)[0].called) == (2, "power\nwater")
    with pytest.raises(ConflictError, match="unit_called_already"):
        blow(office, number, "power", by="seat")
    do_all(office, second, "power")
    blow(office, number, "power", by="seat")  # it had done its part: it may be called again


@pytest.mark.parametrize("unit", ODD)
def test_units_may_be_called_anything(office: Office, unit: str) -> None:
    add_unit(office, unit, "odd")
    number, whistle = blown(office, "water", unit)
    assert sees(office, "odd", number)
    do_all(office, whistle, "odd")
    with pytest.raises(ConflictError) as refused:
        act_on(office, actor_named(office, "li"), number, Act("finish"))
    assert refused.value.details["units"] == ["water"]


def test_a_called_unit_sees_the_matter_from_the_call_until_the_whistle_ends(office: Office) -> None:
    number = new_matter(office)
    add_unit(office, "power")
    reader = Poller(office)
    assert not sees(office, "water", number)
    whistle = blow(office, number, "water", "power")
    told = reader.poll()[-1]
    assert "called" not in (told.before or {}) and told.after["called"] == ["power", "water"]
    do_all(office, whistle)
    assert sees(office, "water", number)  # its part is over, the whistle is not
    do_all(office, whistle, "power")
    li = actor_named(office, "li")
    for unit in ("water", "power"):
        assert sees(office, "water", number)
        rate_call(office, li, whistle, unit, 1)
    assert not sees(office, "water", number)
    told = reader.poll()[-1]
    assert told.before["called"] == ["power", "water"] and "called" not in told.after


def test_the_query_and_the_rule_of_scope_say_the_same(office: Office) -> None:
    """A unit of a whistle that has ended does not come back when another unit is called."""
    number, first = blown(office)
    add_unit(office, "power")
    cancel_whistle(office, actor_named(office, "li"), first, "不需要了")
    blow(office, number, "power")
    issue = rows_of(office, Issue)[0]
    for who, expected in (("water", False), ("power", True)):
        assert sees(office, who, number) == actor_named(office, who).scope.sees(tie_of(issue)) == expected


def test_the_matter_waits_for_every_units_evidence(office: Office) -> None:
    add_unit(office, "power")
    number, whistle = blown(office, "water", "power")
    seat, li = actor_named(office, "seat"), actor_named(office, "li")
    for name, more in (("finish", {}), ("close", {}), ("void", {}), ("decline", {"words": "x"})):
        with pytest.raises(ConflictError) as refused:
            act_on(office, seat, number, Act(name, **more))  # type: ignore[arg-type]
        assert (refused.value.code, refused.value.details["units"]) == ("whistle_open", ["power", "water"])
    do_all(office, whistle)
    with pytest.raises(ConflictError, match="whistle_open"):
        act_on(office, li, number, Act("finish"))
    do_all(office, whistle, "power")
    assert whistle_row(office, whistle).status == "done"
    assert act_on(office, li, number, Act("finish")) == "handled"
    assert act_on(office, seat, number, Act("close")) == "closed"
    assert (whistle_row(office, whistle).status, sees(office, "water", number)) == ("closed", False)
    rate_call(office, li, whistle, "water", 0)  # what they did can still be rated


def test_a_merge_waits_too(office: Office) -> None:
    number, other = blown(office)[0], new_matter(office)
    with pytest.raises(ConflictError, match="whistle_open"):
        act_on(office, actor_named(office, "seat"), number, Act("merge", into=other))


def test_what_does_not_end_the_matter_goes_on(office: Office) -> None:
    number, whistle = blown(office)
    seat = actor_named(office, "seat")
    for act in (Act("start"), Act("comment", words="x"), Act("suspend", words="x"), Act("resume")):
        act_on(office, seat, number, act)
    assert whistle_row(office, whistle).status == "blown"


@pytest.mark.parametrize("step", [arrive, finish])
def test_steps_come_in_their_order(office: Office, step: object) -> None:
    _, whistle = blown(office)
    with pytest.raises(ConflictError, match="call_not_now"):
        step(office, whistle)  # type: ignore[operator]
    accept(office, whistle)
    with pytest.raises(ConflictError, match="call_not_now"):
        accept(office, whistle)
    assert kinds(office) == ["reported", "whistle", "whistle_accepted"]


def test_answers_are_for_the_unit_that_was_called(office: Office) -> None:
    add_unit(office, "power")
    _, whistle = blown(office)
    for who in ("li", "seat", "admin"):
        with pytest.raises(ForbiddenError, match="call_not_yours"):
            accept(office, whistle, who)
    for who, asked in (("power", whistle), ("wang", whistle), ("seat", 10**6)):
        with pytest.raises(NotFoundError, match="whistle_not_found"):
            accept(office, asked, who)
    with pytest.raises(ForbiddenError):
        accept(office, whistle, "wall")
    assert call_row(office, whistle).status == "called"


def test_how_far_a_check_in_was_is_kept_and_refuses_nothing(office: Office) -> None:
    add_unit(office, "power")
    _, whistle = blown(office, "water", "power")
    lon, lat = CENTRES[C1]
    accept(office, whistle)
    gcj = from_wgs84(lon, lat + 0.01, "gcj02")
    arrive(office, whistle, sent=Sent(gcj.lon, gcj.lat, "gcj02", 35.0))
    call = call_row(office, whistle)
    assert call.distance_m == pytest.approx(1107.8, abs=0.2)  # a hundredth of a degree at 25.5 north
    assert (call.accuracy_m, call.lat) == (35.0, pytest.approx(lat + 0.01))
    accept(office, whistle, "power")
    arrive(office, whistle, "power", Sent(0.0, 0.0, "wgs84", None))
    assert call_row(office, whistle, "power").distance_m > 10_000_000
    with pytest.raises(InvalidInputError, match="coordinates_swapped"):
        arrive(office, whistle, sent=Sent(25.5, 103.8, "wgs84", None))


def test_finishing_needs_words_or_a_photo_of_that_unit_since_the_call(office: Office, clock: Clock) -> None:
    add_unit(office, "power")
    number = new_matter(office)
    photograph(office, number, "li")
    clock.forward(minutes=1)
    whistle = blow(office, number, "water", "power")
    for who in ("water", "power"):
        accept(office, whistle, who)
        arrive(office, whistle, who)
    photograph(office, number, "power", "after")
    for words in (None, "", "  "):
        with pytest.raises(InvalidInputError, match="evidence_missing"):
            finish(office, whistle, words=words)
    photo = photograph(office, number, "water")
    with pytest.raises(InvalidInputError, match="evidence_missing"):
        finish(office, whistle, "power", words=None)
    finish(office, whistle, words=None)
    assert call_row(office, whistle).evidence == {"photos": [photo], "words": []}


def test_sent_again_each_step_is_done_once(office: Office) -> None:
    _, whistle = blown(office)
    water, li = actor_named(office, "water"), actor_named(office, "li")
    for _ in range(2):
        accept_call(office, water, whistle, "a")
        check_in(office, water, whistle, SITE, "b")
        finish_call(office, water, whistle, "好了", "c")
        rate_call(office, li, whistle, "water", 2, "d")
    assert kinds(office)[2:] == ["whistle_accepted", "whistle_on_site", "whistle_done", "whistle_rated"]
    with pytest.raises(ConflictError, match="client_id_reused"):
        rate_call(office, li, whistle, "water", 1, "d")


def test_of_two_of_a_unit_at_once_one_accepts_and_the_other_is_told(office: Office) -> None:
    add_unit(office, "water", "water2")
    _, whistle = blown(office)
    people = [actor_named(office, name) for name in ("water", "water2")]
    answers = at_once(2, lambda n: accept_call(office, people[n], whistle))
    assert sorted(isinstance(answer, ConflictError) for answer in answers) == [False, True]
    assert kinds(office).count("whistle_accepted") == 1


def test_accepting_and_taking_back_at_once_leave_one_truth(office: Office) -> None:
    _, whistle = blown(office)
    water, li = actor_named(office, "water"), actor_named(office, "li")
    acts = (
        lambda: accept_call(office, water, whistle),
        lambda: cancel_whistle(office, li, whistle, "不用了"),
    )
    answers = at_once(2, lambda n: acts[n]())
    assert all(isinstance(answer, str | GridmapError) for answer in answers), answers
    row, call = whistle_row(office, whistle), call_row(office, whistle)
    assert (row.status, call.status) in {("cancelled", "called"), ("cancelled", "accepted")}
    assert audit(office).faults == ()


def test_the_caller_rates_or_who_stands_above(office: Office) -> None:
    add_unit(office, "power")
    _, whistle = blown(office, "water", "power", by="head1")
    li, head, street = (actor_named(office, name) for name in ("li", "head1", "streethead"))
    with pytest.raises(ConflictError, match="call_not_done"):
        rate_call(office, head, whistle, "water", 2)
    for who in ("water", "power"):
        do_all(office, whistle, who)
    for actor in (li, actor_named(office, "water")):
        with pytest.raises(ForbiddenError, match="whistle_not_yours"):
            rate_call(office, actor, whistle, "water", 2)
    with pytest.raises(InvalidInputError, match="unit_not_called"):
        rate_call(office, head, whistle, "gas", 2)
    with pytest.raises(InvalidInputError, match="whistle_rating_invalid"):
        rate_call(office, head, whistle, "water", 3)
    rate_call(office, street, whistle, "water", 1)
    with pytest.raises(ConflictError, match="call_rated"):
        rate_call(office, head, whistle, "water", 2)
    rate_call(office, head, whistle, "power", 2)
    assert whistle_row(office, whistle).status == "closed"


def test_a_whistle_taken_back_lets_the_matter_go(office: Office) -> None:
    number, whistle = blown(office)
    li = actor_named(office, "li")
    with pytest.raises(ForbiddenError, match="whistle_not_yours"):
        cancel_whistle(office, actor_named(office, "water"), whistle, "不去")
    with pytest.raises(InvalidInputError, match="field_missing"):
        cancel_whistle(office, li, whistle, " ")
    cancel_whistle(office, li, whistle, "已自行解决")
    assert not sees(office, "water", number)
    with pytest.raises(ConflictError, match="whistle_ended"):
        cancel_whistle(office, li, whistle, "再一次")
    assert act_on(office, li, number, Act("finish")) == "handled"


def test_many_units_are_called(office: Office) -> None:
    """Twenty names of the longest kind fit into what a matter keeps of them."""
    units = [f"{n:02}{'单' * 62}" for n in range(20)]
    for n, unit in enumerate(units):
        add_unit(office, unit, f"unit{n}")
    number, _ = blown(office, *units)
    assert sees(office, "unit7", number)
