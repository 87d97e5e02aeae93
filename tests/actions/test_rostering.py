"""The roster lived through: who is asked by day and night, absence and deputy, a post handed over with its matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gridmap.actions.accounts import close_account
from gridmap.actions.acts import Act
from gridmap.actions.auditing import audit
from gridmap.actions.handling import act_on
from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_staff import import_staff
from gridmap.actions.office import Office
from gridmap.actions.passing import pass_duties
from gridmap.actions.placing import StaffingTable
from gridmap.actions.reporting import report
from gridmap.actions.rostering import Leave, end_absence, hand_over, note_absence, set_shifts
from gridmap.db import areas, history, posts
from gridmap.db.intake import Asked, begin
from gridmap.db.loop_models import Absence, Shift, Step
from gridmap.db.models import EventRow, Issue, Person, Post, StreamRow
from gridmap.db.rosters import roster_of
from gridmap.domain import roster as rules
from gridmap.errors import ConflictError, GridmapError, InvalidInputError, NotFoundError
from tests.conftest import Clock
from tests.db.looking import rows_of
from tests.town import (
    C1,
    C3,
    C4,
    CENTRES,
    PARKING,
    RIVERSIDE,
    RUBBISH,
    RULES,
    actor_named,
    report_at,
    staff_rows,
)

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""A Monday, twelve o'clock there."""
DAY, NIGHT = rules.Shift(0b11111, 8 * 60, 18 * 60), rules.Shift(0b11111, 22 * 60, 6 * 60)
HOUR = timedelta(hours=1)


@pytest.fixture
def noon(office: Office, clock: Clock) -> Office:
    """The town with a second cleaner, who came a day later."""
    clock.now = NOON
    add_staff(office, ("mei", "Mei Cleans", "sanitation", RIVERSIDE))
    return office


def add_staff(office: Office, *staff: tuple[str, str, str, str]) -> None:
    import_staff(office, staff_rows(office, staff), ImportFile("more", "2"), RULES)


def new(office: Office, cell: str = C1, category: str = RUBBISH) -> str:
    return report(office, actor_named(office, "seat"), report_at(*CENTRES[cell], category=category)).number


def the(office: Office, number: str) -> Issue:
    return next(issue for issue in rows_of(office, Issue) if issue.number == number)


def code_of(office: Office, person_id: int | None) -> str | None:
    return next((person.code for person in rows_of(office, Person) if person.id == person_id), None)


def kept(office: Office, number: str) -> dict[str, Any]:
    """A matter's assignment as its history has it."""
    with office.database.reading() as session:
        return dict(history.facts_of(session, the(office, number).id).assignment)


def who(office: Office, number: str) -> tuple[str | None, str | None]:
    """The staff numbers of owner and handler; what the history says is the same."""
    issue, told = the(office, number), kept(office, number)
    assert (told["owner"]["person_id"], told["handler"]["person_id"]) == (issue.owner_id, issue.handler_id)
    return code_of(office, issue.owner_id), code_of(office, issue.handler_id)


def post_of(office: Office, code: str, area: str | None = None) -> int:
    """The key of the post somebody holds now."""
    people = {person.id: person.code for person in rows_of(office, Person)}
    held = [p for p in rows_of(office, Post) if people[p.person_id] == code and area in (None, p.area_code)]
    return int(next(post.id for post in held if post.valid_to is None))


def shifts(office: Office, code: str, *wanted: rules.Shift, by: str = "seat") -> None:
    set_shifts(office, actor_named(office, by), post_of(office, code), wanted)


def leave(
    office: Office,
    code: str | None,
    deputy: str | None = None,
    *,
    by: str = "seat",
    hours: float = 8,
    after: float = 0,
) -> int:
    begins = office.clock() + after * HOUR
    return note_absence(office, actor_named(office, by), Leave(begins, begins + hours * HOUR, deputy, code))


def refused(office: Office, do: Any, *args: Any, **more: Any) -> str:
    """The code of a refusal, which changes nothing."""
    before = [len(rows_of(office, model)) for model in (Absence, Shift, Post, EventRow, StreamRow)]
    with pytest.raises(GridmapError) as error:
        do(office, *args, **more)
    assert [len(rows_of(office, model)) for model in (Absence, Shift, Post, EventRow, StreamRow)] == before
    return error.value.code


# --- who a matter goes to


def test_it_goes_to_the_one_with_less_in_hand_and_says_how_much(noon: Office) -> None:
    numbers = [new(noon) for _ in range(3)]
    assert [who(noon, number)[1] for number in numbers] == ["sun", "mei", "sun"]
    assert [kept(noon, number)["handler"]["load"] for number in numbers] == [0, 0, 1]
    assert kept(noon, numbers[0])["notes"] == ["least_loaded"]


def test_what_was_done_is_no_load(noon: Office) -> None:
    first = new(noon)
    act_on(noon, actor_named(noon, "sun"), first, Act("finish"))
    assert who(noon, new(noon))[1] == "sun"


def test_who_is_off_duty_gets_nothing_until_the_shift_begins(noon: Office, clock: Clock) -> None:
    shifts(noon, "sun", NIGHT)
    assert [who(noon, new(noon))[1] for _ in range(2)] == ["mei", "mei"]
    clock.forward(hours=11)
    assert who(noon, new(noon))[1] == "sun"


def test_at_night_it_goes_up_and_is_never_left_to_nobody(noon: Office, clock: Clock) -> None:
    for code in ("sun", "mei", "li", "head1", "streethead"):
        shifts(noon, code, DAY)
    set_shifts(noon, actor_named(noon, "seat"), post_of(noon, "li", "990001001001002"), [DAY])
    clock.forward(hours=11)
    told = kept(noon, new(noon))
    assert (told["owner"]["how"], told["handler"]["how"], told["notes"]) == (
        "off_duty",
        "off_duty",
        ["off_duty"],
    )
    shifts(noon, "head1")
    number = new(noon)
    assert who(noon, number) == ("head1", "head1")
    assert kept(noon, number)["notes"] == ["leader_off_duty", "role_off_duty"]


def test_the_deputy_is_named_and_for_whom(noon: Office) -> None:
    leave(noon, "mei")
    leave(noon, "sun", "dong")
    number = new(noon)
    handler = kept(noon, number)["handler"]
    assert (who(noon, number)[1], handler["how"]) == ("dong", "deputy")
    assert code_of(noon, handler["for_person_id"]) == "sun"


def test_a_deputy_who_is_off_duty_or_away_does_not_count(noon: Office) -> None:
    leave(noon, "mei")
    leave(noon, "sun", "dong")
    shifts(noon, "dong", NIGHT)
    assert who(noon, new(noon))[1] == "li"
    shifts(noon, "dong")
    leave(noon, "dong")
    assert who(noon, new(noon))[1] == "li"


def test_moving_a_matter_asks_the_roster_anew(noon: Office) -> None:
    leave(noon, "sun")
    number = new(noon, C3)
    act_on(noon, actor_named(noon, "seat"), number, Act("choose_cell", cell=C1))
    assert who(noon, number) == ("li", "mei")


def test_raising_the_tier_changes_who_answers_for_it(noon: Office) -> None:
    number, seat = new(noon), actor_named(noon, "seat")
    act_on(noon, seat, number, Act("raise", words="two cells are concerned"))
    assert (who(noon, number)[0], kept(noon, number)["owner"]["how"]) == ("head1", "tier")
    act_on(noon, seat, number, Act("raise", words="two communities are"))
    assert who(noon, number)[0] == "streethead"
    act_on(noon, seat, number, Act("raise", words="and the district"))
    assert (who(noon, number)[0], kept(noon, number)["notes"][0]) == ("streethead", "head_vacant")
    act_on(noon, seat, number, Act("lower", words="it is not"))
    act_on(noon, seat, number, Act("lower", words="nor that"))
    act_on(noon, seat, number, Act("lower", words="only one cell"))
    assert who(noon, number)[0] == "li"


def test_an_area_without_a_leader_is_its_heads_also_while_one_is_away(noon: Office) -> None:
    assert who(noon, new(noon, C3)) == ("streethead", "streethead")
    leave(noon, "streethead")
    told = kept(noon, new(noon, C3))
    assert (told["owner"]["how"], told["notes"]) == ("off_duty", ["off_duty", "role_vacant"])


# --- shifts


def test_shifts_replace_those_before_and_none_means_always(noon: Office) -> None:
    shifts(noon, "sun", DAY, NIGHT, DAY)
    assert len(rows_of(noon, Shift)) == 2
    shifts(noon, "sun", NIGHT, by="head1")
    assert [(row.begins, row.ends) for row in rows_of(noon, Shift)] == [(22 * 60, 6 * 60)]
    shifts(noon, "sun")
    assert rows_of(noon, Shift) == []


def test_who_may_say_when_a_post_works(noon: Office) -> None:
    post, cases = (
        post_of(noon, "sun"),
        [("li", "post_not_found"), ("sun", "not_above_the_post"), ("water", "post_not_found")],
    )
    for by, code in [*cases, ("seat2", "post_not_found"), ("wang", "post_not_found")]:
        assert refused(noon, set_shifts, actor_named(noon, by), post, [DAY]) == code
    for by in ("admin", "seat", "streethead", "head1"):
        set_shifts(noon, actor_named(noon, by), post, [DAY])
    head = post_of(noon, "head1")
    assert refused(noon, set_shifts, actor_named(noon, "head1"), head, [DAY]) == "not_above_the_post"
    set_shifts(noon, actor_named(noon, "li"), post_of(noon, "dong"), [DAY])


def test_shifts_that_no_day_has_are_refused(noon: Office) -> None:
    seat, post = actor_named(noon, "seat"), post_of(noon, "sun")
    assert refused(noon, set_shifts, seat, post, [rules.Shift(0, 1, 2)]) == "shift_invalid"
    many = [rules.Shift(1, minute, 900) for minute in range(15)]
    assert refused(noon, set_shifts, seat, post, many) == "shifts_too_many"
    assert refused(noon, set_shifts, seat, 10**6, [DAY]) == "post_not_found"


# --- absences


def test_ones_own_absence_and_that_of_those_below(noon: Office) -> None:
    leave(noon, None, "mei", by="sun")
    leave(noon, "dong", by="li")
    leave(noon, "li", "wang", by="head1")
    (own, *_) = rows_of(noon, Absence)
    assert (code_of(noon, own.person_id), code_of(noon, own.deputy_id)) == ("sun", "mei")
    assert not {"reason", "words", "why"} & {column.name for column in Absence.__table__.columns}


@pytest.mark.parametrize(
    ("by", "code", "deputy", "expected"),
    [
        ("li", "wang", None, "staff_not_found"),
        ("li", "nobody", None, "staff_not_found"),
        ("head1", "streethead", None, "staff_not_found"),
        ("dong", "li", None, "not_above_the_person"),
        ("seat", None, None, "field_missing"),
        ("water", "sun", None, "staff_not_found"),
        ("seat", "sun", "nobody", "deputy_unknown"),
        ("seat", "sun", "sun", "deputy_is_oneself"),
    ],
)
def test_absences_that_are_refused(
    noon: Office, by: str, code: str | None, deputy: str | None, expected: str
) -> None:
    def note(office: Office) -> None:
        leave(office, code, deputy, by=by)

    assert refused(noon, note) == expected


@pytest.mark.parametrize(("after", "hours"), [(-9, 8), (0, -1), (0, 0), (0, 24 * 367)])
def test_a_time_that_cannot_be_meant_is_refused(noon: Office, after: float, hours: float) -> None:
    with pytest.raises(InvalidInputError, match="absence_invalid"):
        leave(noon, "sun", after=after, hours=hours)
    bare = Leave(datetime(2026, 11, 24), datetime(2026, 11, 25))
    assert refused(noon, note_absence, actor_named(noon, "sun"), bare) == "absence_invalid"


def test_one_is_away_once_at_a_time_and_so_is_a_deputy(noon: Office) -> None:
    leave(noon, "sun", "mei")
    for code, deputy, expected in (("sun", None, "absence_overlaps"), ("mei", "sun", "deputy_away")):
        with pytest.raises(ConflictError, match=expected):
            leave(noon, code, deputy, after=7)
    leave(noon, "sun", after=8)


def test_an_absence_is_ended_or_taken_back(noon: Office, clock: Clock) -> None:
    running, coming = leave(noon, "sun", "mei"), leave(noon, "dong", after=24)
    clock.forward(hours=1)
    assert refused(noon, end_absence, actor_named(noon, "li"), running) == "absence_not_found"
    end_absence(noon, actor_named(noon, "sun"), running)
    end_absence(noon, actor_named(noon, "li"), coming)
    assert [row.ends_at for row in rows_of(noon, Absence)] == [NOON + HOUR]
    assert refused(noon, end_absence, actor_named(noon, "sun"), running) == "absence_not_found"
    assert who(noon, new(noon))[1] == "sun"


# --- what is in hand when an absence begins


def test_when_an_absence_begins_what_is_in_hand_goes_to_the_deputy_once(noon: Office, clock: Clock) -> None:
    numbers = [new(noon) for _ in range(4)]
    leave(noon, "sun", "dong", after=1)
    assert pass_duties(noon) == 0
    clock.forward(hours=2)
    assert pass_duties(noon) == 2
    assert pass_duties(noon) == 0
    assert [who(noon, number)[1] for number in numbers] == ["dong", "mei", "dong", "mei"]
    handler = kept(noon, numbers[0])["handler"]
    assert (handler["how"], code_of(noon, handler["for_person_id"])) == ("deputy", "sun")
    events = [row.kind for row in rows_of(noon, EventRow)]
    assert events.count("handed_over") == 2
    told = [row.data["number"] for row in rows_of(noon, StreamRow) if row.data.get("kind") == "handed_over"]
    assert told == [numbers[0], numbers[2]]
    assert audit(noon).faults == ()


def test_the_step_of_who_had_it_ends_and_nothing_comes_back_by_itself(noon: Office, clock: Clock) -> None:
    number = new(noon)
    key = leave(noon, "sun", "dong", after=1)
    clock.forward(hours=2)
    pass_duties(noon)
    end_absence(noon, actor_named(noon, "sun"), key)
    pass_duties(noon)
    assert who(noon, number)[1] == "dong"
    (step,) = rows_of(noon, Step)
    assert (code_of(noon, step.person_id), step.action, step.account_id) == ("sun", "handed_over", None)
    act_on(noon, actor_named(noon, "dong"), number, Act("start"))


def test_without_a_deputy_the_rules_find_somebody_else(noon: Office, clock: Clock) -> None:
    number = new(noon)
    leave(noon, "sun", after=1)
    clock.forward(hours=2)
    assert pass_duties(noon) == 1
    assert who(noon, number)[1] == "mei"


def test_where_nobody_is_on_duty_it_stays(noon: Office, clock: Clock) -> None:
    number = new(noon, C3)
    assert who(noon, number) == ("streethead", "streethead")
    leave(noon, "streethead")
    assert pass_duties(noon) == 0
    assert who(noon, number)[1] == "streethead"


def test_a_day_without_the_worker_and_a_clock_set_back_do_no_harm(noon: Office, clock: Clock) -> None:
    number = new(noon)
    leave(noon, "sun", "dong", hours=48)
    clock.forward(hours=24)
    assert pass_duties(noon) == 1
    clock.forward(hours=-30)
    assert pass_duties(noon) == 0
    clock.forward(hours=60)
    assert pass_duties(noon) == 0
    assert who(noon, number)[1] == "dong"


def test_an_absence_that_was_over_before_anybody_looked_passes_nothing(noon: Office, clock: Clock) -> None:
    number = new(noon)
    leave(noon, "sun", "dong", hours=2)
    clock.forward(hours=24)
    assert pass_duties(noon) == 0
    assert who(noon, number)[1] == "sun"


# --- handing over a post


def test_a_post_goes_over_with_its_shifts_and_its_matters(noon: Office, clock: Clock) -> None:
    shifts(noon, "sun", DAY)
    mine, done = new(noon), new(noon)
    act_on(noon, actor_named(noon, "seat"), done, Act("dispatch", person="sun"))
    act_on(noon, actor_named(noon, "sun"), done, Act("finish"))
    clock.forward(hours=1)
    old = post_of(noon, "sun")
    made = hand_over(noon, actor_named(noon, "head1"), old, "dong")
    assert made.matters == 2
    assert (who(noon, mine)[1], who(noon, done)[1]) == ("dong", "dong")
    posts = {post.id: post for post in rows_of(noon, Post)}
    assert (posts[old].valid_to, posts[made.post_id].valid_from) == (NOON + HOUR, NOON + HOUR)
    assert [row.post_id for row in rows_of(noon, Shift)] == [old, made.post_id]
    assert who(noon, new(noon))[1] == "mei"  # dong has two in hand
    assert audit(noon).faults == ()


def test_what_somebody_has_by_another_post_stays_with_them(noon: Office) -> None:
    here, there = new(noon, C1, PARKING), new(noon, C4)
    made = hand_over(noon, actor_named(noon, "head1"), post_of(noon, "li", C1), "wang")
    assert (made.matters, who(noon, here)[0], who(noon, there)[0]) == (1, "wang", "wang")
    other = new(noon, "990001001001002")
    assert who(noon, other)[0] == "li"


def test_of_two_posts_above_one_matter_only_that_it_came_by_goes_over(noon: Office) -> None:
    add_staff(noon, ("li", "Li Leads", "sanitation", RIVERSIDE))
    for code in ("sun", "mei"):
        leave(noon, code)
    number = new(noon)
    assert who(noon, number) == ("li", "li")
    hand_over(noon, actor_named(noon, "head1"), post_of(noon, "li", RIVERSIDE), "zhao")
    assert who(noon, number) == ("li", "zhao")


def test_who_loses_a_post_is_told_and_no_longer_sees(noon: Office) -> None:
    number = new(noon)
    hand_over(noon, actor_named(noon, "seat"), post_of(noon, "li", C1), "wang")
    news = [row for row in rows_of(noon, StreamRow) if row.data.get("kind") == "handed_over"]
    assert [row.data["number"] for row in news] == [number]
    assert news[0].before["owner"] != news[0].after["owner"]
    assert any(row.kind == "access" for row in rows_of(noon, StreamRow))
    with pytest.raises(NotFoundError):
        act_on(noon, actor_named(noon, "li"), number, Act("comment", words="mine?"))


@pytest.mark.parametrize(
    ("by", "to", "expected"),
    [
        ("sun", "dong", "not_above_the_post"),
        ("wang", "dong", "post_not_found"),
        ("seat", "nobody", "successor_unknown"),
        ("seat", "mei", "post_held_already"),
        ("seat", "sun", "post_held_already"),
    ],
)
def test_handing_over_that_is_refused(noon: Office, by: str, to: str, expected: str) -> None:
    new(noon)
    assert refused(noon, hand_over, actor_named(noon, by), post_of(noon, "sun"), to) == expected


def test_a_post_is_handed_over_once(noon: Office) -> None:
    old, seat = post_of(noon, "sun"), actor_named(noon, "seat")
    hand_over(noon, seat, old, "dong")
    assert refused(noon, hand_over, seat, old, "zhao") == "post_not_found"


def test_a_clock_that_waits_for_somebody_waits_for_their_successor(noon: Office) -> None:
    number = new(noon)
    act_on(noon, actor_named(noon, "sun"), number, Act("return", words="not mine"))
    before = the(noon, number)
    assert before.left_for == f"person:{actor_named(noon, 'sun').person_id}"
    hand_over(noon, actor_named(noon, "seat"), post_of(noon, "sun"), "dong")
    after = the(noon, number)
    dong = actor_named(noon, "dong").person_id
    assert (after.left_for, after.handler_id) == (f"person:{dong}", None)
    act_on(noon, actor_named(noon, "seat"), number, Act("dispatch", person="dong"))
    assert the(noon, number).due_at == before.due_at


def test_it_is_named_by_a_dispatch_only_while_it_is_there(noon: Office) -> None:
    number = new(noon)
    leave(noon, "mei", "dong")
    with pytest.raises(ConflictError) as error:
        act_on(noon, actor_named(noon, "seat"), number, Act("dispatch", person="mei"))
    assert (error.value.code, error.value.details["deputy"]) == ("person_away", "dong")


def test_a_department_without_people_is_given_nothing(noon: Office) -> None:
    number, seat = new(noon), actor_named(noon, "seat")
    close_account(noon, actor_named(noon, "admin"), "water")
    with pytest.raises(InvalidInputError, match="unit_unknown"):
        act_on(noon, seat, number, Act("dispatch", unit="water"))
    assert who(noon, number)[1] == "sun"


def test_an_import_asks_the_roster_too(noon: Office) -> None:
    leave(noon, "sun", "dong")
    leave(noon, "mei")
    with noon.database.reading() as session:
        path = the(noon, new(noon)).path
        held = posts.along_many(session, [path], noon.clock())
        table = StaffingTable(
            held, noon.roles, noon.clock(), roster_of(session, held, noon.clock(), noon.zone)
        )
    handler = table.staff(path, "sanitation").handler
    assert (code_of(noon, handler.person_id), handler.how) == ("dong", "deputy")


def test_both_engines_ask_the_same_in_one_journey_or_in_steps(noon: Office) -> None:
    """What a report's one statement brings is what small queries would have said."""
    shifts(noon, "zhao", NIGHT)
    shifts(noon, "dong", DAY, NIGHT)
    leave(noon, "dong", after=30)
    leave(noon, "sun", "dong")
    number = new(noon)
    path, now = the(noon, number).path, noon.clock()
    asked = Asked(1, None, _version(noon), path, "990001-20261123", "sanitation", "leader")
    with noon.database.brief() as session:
        found = begin(session, asked, [Issue], now, noon.zone)
        session.rollback()
    with noon.database.reading() as session:
        roster = roster_of(session, found.held, now, noon.zone, ("sanitation", "leader"))
    assert found.roster == roster
    assert set(roster.loads) == {code for code in roster.loads if roster.loads[code] in (0, 1)}
    assert {person.name for person in found.people.values()} >= {"Sun Cleans", "Dong Dynamic"}


def _version(office: Office) -> int:
    with office.database.reading() as session:
        return areas.net_version(session)
