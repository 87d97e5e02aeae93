"""Residents report, follow, rate and send back without an account; whom they may be reached by is forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from gridmap.actions.acts import Act
from gridmap.actions.auditing import audit
from gridmap.actions.contacts import forget_contacts, forget_passes, see_contact
from gridmap.actions.doorkeeping import (
    add_photo_at_door,
    progress_of,
    rate_at_door,
    report_at_door,
    send_back_at_door,
)
from gridmap.actions.handling import act_on
from gridmap.actions.keeping import do_what_is_due, routines
from gridmap.actions.office import Office
from gridmap.db import issues
from gridmap.db.loop_models import DoorPass, Rating, Step, Tracking
from gridmap.db.models import EventRow, Issue, Words
from gridmap.domain.door import DoorRules
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, TooManyError
from tests.conftest import Clock
from tests.db.looking import count
from tests.knocking import EASY, knock, reported_at_door, with_acceptance
from tests.town import C1, C4, CENTRES, OUTSIDE, actor_named, report_at
from tests.web.asking import picture

PHONE = "王女士 13812341234"


def stored(office: Office, number: str) -> Issue:
    with office.database.reading() as session:
        row = issues.one(session, actor_named(office, "admin").scope, number)
        assert row is not None
        session.expunge_all()
        return row.Issue


def kinds(office: Office, number: str) -> list[str]:
    with office.database.reading() as session:
        query = select(EventRow.kind).join(Issue, Issue.id == EventRow.issue_id).where(Issue.number == number)
        return list(session.scalars(query.order_by(EventRow.seq)))


def closed(office: Office, **more: object) -> tuple[str, str]:
    """A resident's matter that a seat has closed: its number and secret."""
    done = reported_at_door(office, **more)  # type: ignore[arg-type]
    act_on(office, actor_named(office, "seat"), done.number, Act("close"))
    return done.number, done.secret


def steps(office: Office, secret: str) -> list[str]:
    return [step.name for step in progress_of(office, secret).steps]


def test_a_report_without_an_account_finds_its_cell_and_waits_to_be_accepted(office: Office) -> None:
    done = reported_at_door(with_acceptance(office))
    issue = stored(office, done.number)
    assert (issue.status, issue.source, issue.account_id, issue.is_triage) == (
        "received",
        "resident",
        None,
        False,
    )
    assert issue.path.endswith(f"{C1}/")
    assert done.is_new
    assert len(done.secret) == 16


def test_it_goes_straight_in_where_the_operator_says_so(office: Office) -> None:
    assert stored(office, reported_at_door(office).number).status == "reported"


def test_no_report_is_refused_for_its_place(office: Office) -> None:
    what = report_at(*OUTSIDE, source="resident")
    done = report_at_door(office, EASY, knock(office), what)
    assert stored(office, done.number).is_triage


def test_sent_again_with_the_same_puzzle_it_is_the_same_matter(office: Office, clock: Clock) -> None:
    once, what = knock(office), report_at(*CENTRES[C1], description="路灯坏了", source="resident")
    first = report_at_door(office, EASY, once, what, PHONE)
    clock.forward(hours=2)  # the network was away for longer than a puzzle holds
    again = report_at_door(office, EASY, once, what, PHONE)
    assert (again.number, again.secret, again.is_new) == (first.number, first.secret, False)
    assert [count(office, table) for table in (Issue, Tracking, DoorPass)] == [1, 1, 1]
    with pytest.raises(ConflictError, match="door_puzzle_used"):
        report_at_door(office, EASY, once, report_at(*CENTRES[C1], description="另一件", source="resident"))


def test_only_a_puzzle_of_ours_that_was_solved_in_time_opens(office: Office, clock: Clock) -> None:
    what, good = report_at(*CENTRES[C1], source="resident"), knock(office)
    for wrong in (
        replace(good, puzzle="0" * 42),
        replace(good, puzzle=f"ffffffff{good.puzzle[8:]}"),
        replace(good, answer="x"),
        replace(good, answer=""),
        knock(office, DoorRules(b"another key", bits=4)),
    ):
        with pytest.raises(InvalidInputError, match="door_puzzle_wrong"):
            report_at_door(office, EASY, wrong, what)
    clock.forward(minutes=30)
    with pytest.raises(InvalidInputError, match="door_puzzle_stale"):
        report_at_door(office, EASY, good, what)
    assert count(office, Issue) == 0


def test_an_address_and_a_cell_have_their_pace(office: Office, clock: Clock) -> None:
    rules = replace(EASY, per_address=2, per_cell=3)

    def send(address: str, place: str = C1) -> str:
        what = report_at(*CENTRES[place], source="resident")
        return report_at_door(office, rules, knock(office, rules, address), what).number

    send("203.0.113.7")
    clock.forward(minutes=20)
    send("203.0.113.7")
    with pytest.raises(TooManyError) as too_many:
        send("203.0.113.7")
    assert (too_many.value.code, too_many.value.details["retry_after_s"]) == ("door_too_many", 2400)
    send("203.0.113.8")
    with pytest.raises(TooManyError, match="door_cell_full"):
        send("203.0.113.9")
    send("203.0.113.9", C4)
    clock.forward(days=1)
    send("203.0.113.7")


def test_used_puzzles_are_forgotten_after_a_day(office: Office, clock: Clock) -> None:
    reported_at_door(office)
    clock.forward(hours=25)
    assert (forget_passes(office), count(office, DoorPass)) == (1, 0)


def test_too_many_words_change_nothing(office: Office) -> None:
    for words, contact, code in (("字" * 1001, "", "words_too_long"), ("", "1" * 61, "contact_too_long")):
        with pytest.raises(InvalidInputError, match=code):
            reported_at_door(office, words, contact)
    assert count(office, Issue) == 0


def test_its_reporter_sees_it_move_in_plain_words(office: Office, clock: Clock) -> None:
    here, seat = with_acceptance(office), actor_named(office, "seat")
    done = reported_at_door(here)
    for name in ("accept", "start", "finish", "close"):
        clock.forward(minutes=5)
        act_on(here, seat, done.number, Act(name))
    found = progress_of(here, done.secret.lower())
    assert [step.name for step in found.steps] == ["received", "accepted", "handling", "checking", "closed"]
    assert [(step.at - found.steps[0].at).seconds // 60 for step in found.steps] == [0, 5, 10, 15, 20]
    assert (found.number, found.cell, found.may_rate, found.rated) == (done.number, "河滨第1网格", True, None)


def test_a_wrong_secret_says_nothing(office: Office) -> None:
    reported_at_door(office)
    for wrong in ("", "0" * 16, "990001-20261120-0001", "x" * 500):
        with pytest.raises(NotFoundError, match="tracking_unknown"):
            progress_of(office, wrong)


def test_it_is_rated_once(office: Office) -> None:
    number, secret = closed(office)
    assert rate_at_door(office, secret, 2, 1) == "rated"
    with pytest.raises(ConflictError, match="action_not_now"):
        rate_at_door(office, secret, 0, 0)
    found = progress_of(office, secret)
    assert (found.rated, found.may_rate, found.may_send_back) == ((2, 1), False, False)
    with office.database.reading() as session:
        [rating] = session.scalars(select(Rating))
        assert (rating.solved, rating.satisfaction, rating.account_id) == (2, 1, None)
    assert kinds(office, number) == ["reported", "close", "rate"]


def test_what_is_not_closed_is_not_rated(office: Office) -> None:
    done = reported_at_door(office)
    with pytest.raises(ConflictError, match="action_not_now"):
        rate_at_door(office, done.secret, 2, 2)
    with pytest.raises(ConflictError, match="action_not_now"):
        send_back_at_door(office, done.secret, "还没好")


def test_who_is_not_content_may_send_it_back_once(office: Office) -> None:
    number, secret = closed(office)
    rate_at_door(office, secret, 0, 0)
    assert send_back_at_door(office, secret, "灯还是不亮") == "reported"
    act_on(office, actor_named(office, "seat"), number, Act("close"))
    rate_at_door(office, secret, 0, 0)
    with pytest.raises(ConflictError, match="door_not_again"):
        send_back_at_door(office, secret, "又不亮了")
    assert steps(office, secret) == ["received", "accepted", "closed", "reopened", "accepted", "closed"]
    with office.database.reading() as session:
        told = list(session.scalars(select(Step.account_id).where(Step.action == "close")))
        assert len(told) == 2
    assert not audit(office).faults


def test_who_is_content_or_late_may_not_send_it_back(office: Office, clock: Clock) -> None:
    _, content = closed(office)
    rate_at_door(office, content, 2, 1)
    _, late = closed(office)
    rate_at_door(office, late, 1, 2)
    assert progress_of(office, late).may_send_back
    clock.forward(days=15, seconds=1)
    for secret in (content, late):
        with pytest.raises(ConflictError, match="door_not_again"):
            send_back_at_door(office, secret, "不行")
    with pytest.raises(InvalidInputError, match="field_missing"):
        send_back_at_door(office, late, "  ")


def test_photos_follow_within_the_hour_three_at_most(office: Office, clock: Clock) -> None:
    done = reported_at_door(office)
    colours = [picture(colour=colour) for colour in ("red", "green", "blue", "black")]
    assert [add_photo_at_door(office, done.secret, one) for one in colours[:2]] == [(1, True), (2, True)]
    assert add_photo_at_door(office, done.secret, colours[1]) == (2, False)
    clock.forward(minutes=61)
    with pytest.raises(ConflictError, match="photos_too_late"):
        add_photo_at_door(office, done.secret, colours[2])
    other = reported_at_door(office)
    for one in colours[:3]:
        add_photo_at_door(office, other.secret, one)
    with pytest.raises(ConflictError, match="photos_too_many"):
        add_photo_at_door(office, other.secret, colours[3])
    assert kinds(office, done.number) == ["reported", "photo", "photo"]


def test_a_seat_sees_the_contact_and_that_is_noted(office: Office) -> None:
    number = reported_at_door(office, contact=PHONE).number
    assert see_contact(office, actor_named(office, "seat"), number) == PHONE
    assert kinds(office, number) == ["reported", "contact_seen"]
    for name, refusal in (("li", ForbiddenError), ("seat2", NotFoundError)):
        with pytest.raises(refusal):
            see_contact(office, actor_named(office, name), number)
    without = reported_at_door(office).number
    with pytest.raises(NotFoundError, match="contact_not_found"):
        see_contact(office, actor_named(office, "seat"), without)


def contacts(office: Office) -> list[str | None]:
    with office.database.reading() as session:
        return list(session.scalars(select(Words.text).where(Words.kind == "contact").order_by(Words.id)))


def test_a_contact_is_forgotten_when_the_matter_has_long_ended(office: Office, clock: Clock) -> None:
    number, secret = closed(office, contact=PHONE)
    reported_at_door(office, contact="13900000000")
    clock.forward(days=29)
    assert do_what_is_due(office, routines(7))["forget_contacts"] == 0
    assert progress_of(office, secret).holds_contact
    clock.forward(days=1)
    assert do_what_is_due(office, routines(7))["forget_contacts"] == 1
    assert contacts(office) == [None, "13900000000"]
    assert kinds(office, number) == ["reported", "close", "contact_forgotten"]
    assert not progress_of(office, secret).holds_contact
    assert (forget_contacts(office, 30), audit(office).faults) == (0, ())


def test_a_contact_goes_after_180_days_whatever_became_of_the_matter(office: Office, clock: Clock) -> None:
    reported_at_door(office, contact=PHONE)
    clock.forward(days=179)
    assert forget_contacts(office, 30) == 0
    clock.forward(days=1)
    assert (forget_contacts(office, 30), contacts(office)) == (1, [None])


def test_the_contact_of_what_was_dropped_goes_too_and_one_erased_before_is_no_second_event(
    office: Office, clock: Clock
) -> None:
    seat, dropped, erased = (
        actor_named(office, "seat"),
        *(reported_at_door(office, contact=PHONE) for _ in "ab"),
    )
    with office.database.reading() as session:
        last = session.scalars(
            select(Words.id).where(Words.kind == "contact").order_by(Words.id.desc())
        ).first()
    act_on(office, seat, dropped.number, Act("void"))
    act_on(office, seat, erased.number, Act("erase", words_id=last))
    act_on(office, seat, erased.number, Act("close"))
    clock.forward(days=30)
    assert (forget_contacts(office, 30), contacts(office)) == (2, [None, None])
    assert kinds(office, dropped.number)[-1] == "contact_forgotten"
    assert kinds(office, erased.number)[-1] == "close"
    assert not audit(office).faults


def test_words_that_were_erased_do_not_make_a_second_matter(office: Office) -> None:
    once, what = knock(office), report_at(*CENTRES[C1], description="路灯坏了", source="resident")
    first = report_at_door(office, EASY, once, what)
    with office.database.reading() as session:
        words_id = session.scalar(select(Words.id))
    act_on(office, actor_named(office, "seat"), first.number, Act("erase", words_id=words_id))
    assert report_at_door(office, EASY, once, what).number == first.number


def test_the_same_report_twice_at_once_is_one_matter(office: Office) -> None:
    once, what = knock(office), report_at(*CENTRES[C1], description="路灯坏了", source="resident")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: report_at_door(office, EASY, once, what, PHONE), range(4)))
    assert len({(one.number, one.secret) for one in found}) == 1
    assert [one.is_new for one in found].count(True) == 1
    assert [count(office, table) for table in (Issue, Tracking, DoorPass)] == [1, 1, 1]


def test_two_who_forget_at_once_forget_once(office: Office, clock: Clock) -> None:
    number, _ = closed(office, contact=PHONE)
    clock.forward(days=31)
    with ThreadPoolExecutor(2) as pool:
        gone = list(pool.map(lambda _: forget_contacts(office, 30), range(2)))
    assert (sum(gone), kinds(office, number).count("contact_forgotten")) == (1, 1)
