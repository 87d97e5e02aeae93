"""Assignment: each step of the chain cell → community → street → district, who stands in, and what is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.domain.assignment import Assignment, Part, Post, assign
from gridmap.domain.codes import ancestors
from gridmap.domain.roster import NO_ROSTER, Absence, Roster, Shift
from gridmap.files.tables import load_roles

ROLES = load_roles()
NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
LONG_AGO, TOMORROW = NOW - timedelta(days=900), NOW + timedelta(days=1)
DISTRICT = "990001/"
STREET = DISTRICT + "990001001/"
COMMUNITY = STREET + "990001001001/"
CELL = COMMUNITY + "990001001001007/"
UPWARD = (CELL, COMMUNITY, STREET, DISTRICT)
NEXT_CELL = COMMUNITY + "990001001001008/"
NOBODY = Part(None, "leader", None, "nobody")


def post(
    id: int, role: str, path: str = CELL, since: datetime = LONG_AGO, until: datetime | None = None
) -> Post:
    """A post of the person whose number is 100 above the post's."""
    return Post(id, id + 100, role, path, since, until)


def part(held: Post, how: str) -> Part:
    return Part(held.person_id, held.role, held.area_path, how, held.id)


def assigned(*posts: Post, role: str | None = "sanitation", path: str = CELL) -> Assignment:
    return assign(path, role, posts, ROLES, NOW)


LEADER = post(1, "leader")
HEADS = {
    COMMUNITY: post(11, "community_head", COMMUNITY),
    STREET: post(12, "street_head", STREET),
    DISTRICT: post(13, "district_head", DISTRICT),
}


def test_a_full_cell_needs_nothing_said():
    cleaner = post(2, "sanitation")
    found = assigned(LEADER, cleaner, *HEADS.values())
    assert found == Assignment(part(LEADER, "cell"), part(cleaner, "cell"))


@pytest.mark.parametrize("level", UPWARD)
def test_the_handler_is_looked_for_upward(level):
    cleaner = post(2, "sanitation", level)
    found = assigned(LEADER, cleaner, *HEADS.values())
    assert found.handler == part(cleaner, "cell" if level == CELL else "inherited")
    assert found.notes == ()


@pytest.mark.parametrize("n", range(1, 4))
def test_the_nearest_holder_goes_before_those_above(n):
    cleaners = [post(20 + i, "sanitation", path) for i, path in enumerate(UPWARD)]
    assert assigned(LEADER, *reversed(cleaners[n:])).handler == part(cleaners[n], "inherited")
    assert assigned(LEADER, *reversed(cleaners)).handler == part(cleaners[0], "cell")


@pytest.mark.parametrize("level", UPWARD[1:])
def test_a_leader_above_serves_the_cell_and_it_is_said(level):
    above = post(3, "leader", level)
    found = assigned(above, *HEADS.values())
    assert found.owner == part(above, "inherited")
    assert found.handler == part(above, "leader_instead")
    assert found.notes == ("leader_inherited", "role_vacant")


def test_the_leader_stands_in_for_a_vacant_role():
    found = assigned(LEADER, post(2, "police"), *HEADS.values())
    assert found.handler == part(LEADER, "leader_instead")
    assert found.notes == ("role_vacant",)


@pytest.mark.parametrize("n", range(3))
def test_without_a_leader_the_nearest_head_stands_in(n):
    heads = list(HEADS.values())[n:]
    found = assigned(*reversed(heads))
    assert found.owner == found.handler == part(heads[0], "head_instead")
    assert found.notes == ("leader_vacant", "role_vacant")


def test_a_head_who_owns_does_not_take_the_work_of_a_holder():
    cleaner = post(2, "sanitation", STREET)
    found = assigned(cleaner, *HEADS.values())
    assert (found.owner, found.handler) == (
        part(HEADS[COMMUNITY], "head_instead"),
        part(cleaner, "inherited"),
    )
    assert found.notes == ("leader_vacant",)


def test_where_nobody_is_anybody_it_is_said_twice():
    found = assigned()
    assert found == Assignment(
        NOBODY, Part(None, "sanitation", None, "nobody"), (), ("owner_nobody", "handler_nobody")
    )


def test_a_holder_handles_even_where_nobody_owns():
    cleaner = post(2, "sanitation", DISTRICT)
    found = assigned(cleaner)
    assert (found.owner, found.handler, found.notes) == (
        NOBODY,
        part(cleaner, "inherited"),
        ("owner_nobody",),
    )


def test_a_category_of_no_role_goes_to_the_owner():
    found = assigned(LEADER, post(2, "sanitation"), role=None)
    assert found.owner == found.handler == part(LEADER, "cell")
    assert found.notes == ("category_without_role",)


def test_a_matter_without_a_place_is_nobodys_and_says_so():
    found = assigned(LEADER, *HEADS.values(), path="")
    assert (found.owner.how, found.handler.how, found.informed) == ("nobody", "nobody", ())
    assert found.notes == ("no_place", "owner_nobody", "handler_nobody")
    assert assigned(path="", role=None).notes == ("no_place", "owner_nobody", "category_without_role")


def test_a_matter_in_triage_goes_to_the_head_of_its_smallest_area():
    found = assigned(LEADER, *HEADS.values(), path=STREET)
    assert found.owner == found.handler == part(HEADS[STREET], "head_without_cell")
    assert found.notes == ("no_cell",)  # no cell, so no post of it is vacant
    assert assigned(*HEADS.values(), path=STREET, role=None).notes == ("no_cell", "category_without_role")


def test_posts_beside_and_below_are_ignored():
    strangers = [
        post(2, "sanitation", NEXT_CELL),
        post(3, "leader", CELL + "x/"),
        post(4, "sanitation", DISTRICT[:-2] + "/"),
        post(5, "leader", ""),
    ]
    assert assigned(*strangers).notes == ("owner_nobody", "handler_nobody")


@pytest.mark.parametrize(
    ("since", "until", "is_held"),
    [
        (LONG_AGO, None, True),
        (LONG_AGO, TOMORROW, True),
        (NOW, None, True),
        (LONG_AGO, NOW, False),
        (LONG_AGO, NOW - timedelta(seconds=1), False),
        (TOMORROW, None, False),
        (NOW + timedelta(microseconds=1), TOMORROW, False),
    ],
)
def test_only_who_holds_a_post_now_counts(since, until, is_held):
    leader = post(3, "leader", since=since, until=until)
    assert leader.is_held(NOW) is is_held
    assert (assigned(leader).owner == part(leader, "cell")) is is_held


def test_an_ended_post_does_not_hide_the_one_above():
    ended, above = post(2, "sanitation", until=NOW), post(3, "sanitation", COMMUNITY)
    assert assigned(LEADER, ended, above).handler == part(above, "inherited")


def test_of_several_holders_the_longest_in_the_post_then_the_lower_id():
    longest = [post(9, "sanitation"), post(4, "sanitation"), post(2, "sanitation", since=NOW)]
    assert assigned(LEADER, *longest).handler == part(longest[1], "cell")
    assert assigned(LEADER, longest[0], longest[2]).handler == part(longest[0], "cell")


FIVE = [post(30 + n, role) for n, role in enumerate(("police", "community_worker", "urban_management"))]
FIVE += [post(40, "market_supervision", COMMUNITY), post(41, "sanitation", STREET)]


def test_the_others_of_the_five_and_the_n_of_the_cell_are_informed():
    dynamic = [post(50, "dynamic"), post(51, "dynamic")]
    far = [post(52, "dynamic", COMMUNITY), post(53, "dynamic", NEXT_CELL)]
    found = assigned(LEADER, *HEADS.values(), *far, *dynamic, *FIVE)
    assert found.handler == part(FIVE[4], "inherited")
    assert found.informed == (
        part(FIVE[0], "cell"),
        *(part(FIVE[n], "cell" if n < 3 else "inherited") for n in (1, 2, 3)),
        *(part(one, "cell") for one in dynamic),
    )


def test_who_has_several_posts_is_informed_once_and_not_at_all_when_busy():
    leads = Post(60, LEADER.person_id, "police", CELL, LONG_AGO)
    twice = [Post(61, 500, "urban_management", CELL, LONG_AGO), Post(62, 500, "dynamic", CELL, LONG_AGO)]
    found = assigned(LEADER, leads, *twice, post(63, "sanitation"))
    assert found.informed == (part(twice[0], "cell"),)


def test_of_each_role_only_the_nearest_is_informed():
    near, far = post(70, "police", COMMUNITY), post(71, "police", STREET)
    assert assigned(LEADER, far, near).informed == (part(near, "inherited"),)


POSTS = st.lists(
    st.builds(
        Post,
        id=st.integers(1, 99),
        person_id=st.integers(1, 6),
        role=st.sampled_from([*ROLES, "unknown"]),
        area_path=st.sampled_from([*UPWARD, NEXT_CELL]),
        valid_from=st.sampled_from([LONG_AGO, NOW, TOMORROW]),
        valid_to=st.sampled_from([None, NOW, TOMORROW]),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)
ROLE = st.sampled_from([None, "police", "sanitation", "dynamic"])


@given(posts=POSTS, role=ROLE, data=st.data())
def test_the_answer_does_not_depend_on_the_order_of_the_posts(posts, role, data):
    again = data.draw(st.permutations(posts))
    assert assign(CELL, role, again, ROLES, NOW) == assign(CELL, role, posts, ROLES, NOW)


@given(posts=POSTS, role=ROLE)
def test_nobody_is_named_twice_and_only_who_holds_a_post_on_the_way_up(posts, role):
    found = assign(CELL, role, posts, ROLES, NOW)
    held = {one.id: one for one in posts if one.is_held(NOW) and one.area_path in ancestors(CELL)}
    parts = [found.owner, found.handler, *found.informed]
    for one in parts:
        expected = held.get(one.post_id)
        assert (one.how == "nobody") is (expected is None) is (one.person_id is None)
        assert expected is None or one == Part(
            expected.person_id, expected.role, expected.area_path, one.how, expected.id
        )
    informed = [one.person_id for one in found.informed]
    assert len(set(informed)) == len(informed)
    assert not {found.owner.person_id, found.handler.person_id} & set(informed)


@given(posts=POSTS, role=ROLE)
def test_nobody_is_only_said_where_no_leader_and_no_head_is_left(posts, role):
    found = assign(CELL, role, posts, ROLES, NOW)
    held = [one for one in posts if one.is_held(NOW) and one.area_path in ancestors(CELL)]
    can_own = any(one.role in ROLES and ROLES[one.role].slot in ("1", "head") for one in held)
    assert (found.owner.how == "nobody") is not can_own
    assert ("owner_nobody" in found.notes) is not can_own


# --- who is on duty

NEVER_NOW = (Shift(127, 0, 1),)
"""A shift of one minute after midnight, UTC."""


def off(*posts: Post, more: Roster = NO_ROSTER) -> Roster:
    """A roster in which these are off duty."""
    return Roster({**more.shifts, **{one.id: NEVER_NOW for one in posts}}, more.absences, {}, more.loads)


def away(*posts: Post, deputy: int | None = None) -> Roster:
    """A roster in which the holders of these are away."""
    return Roster(absences={one.person_id: (Absence(LONG_AGO, TOMORROW, deputy),) for one in posts})


def by(
    roster: Roster, *posts: Post, role: str | None = "sanitation", path: str = CELL, tier: int = 1
) -> Assignment:
    return assign(path, role, posts, ROLES, NOW, roster, tier)


CLEANERS = [
    post(21, "sanitation", COMMUNITY),
    post(22, "sanitation", COMMUNITY),
    post(23, "sanitation", STREET),
]


def test_who_is_off_duty_is_passed_over_for_an_equal():
    assert by(off(CLEANERS[0]), LEADER, *CLEANERS).handler == part(CLEANERS[1], "inherited")


def test_among_equals_it_goes_to_the_least_loaded_and_says_so():
    loads = Roster(loads={121: 4, 122: 3})
    found = by(loads, LEADER, *CLEANERS)
    assert found.handler == replace(part(CLEANERS[1], "inherited"), load=3)
    assert found.notes == ("least_loaded",)
    assert by(Roster(loads={121: 3, 122: 3}), LEADER, *CLEANERS).handler.person_id == 121
    assert by(off(CLEANERS[1], more=loads), LEADER, *CLEANERS).handler == part(CLEANERS[0], "inherited")


def test_where_nobody_there_is_on_duty_the_deputy_goes_before_the_next_area():
    found = by(away(*CLEANERS[:2], deputy=500), LEADER, *CLEANERS)
    assert found.handler == Part(500, "sanitation", COMMUNITY, "deputy", 21, for_person_id=121)
    assert found.notes == ()


def test_without_a_deputy_it_is_the_next_area_and_that_is_said():
    found = by(away(*CLEANERS[:2]), LEADER, *CLEANERS)
    assert (found.handler, found.notes) == (part(CLEANERS[2], "inherited"), ("nearest_off_duty",))


def test_where_the_whole_role_is_off_duty_the_leader_stands_in():
    found = by(off(*CLEANERS), LEADER, *CLEANERS)
    assert (found.handler, found.notes) == (part(LEADER, "leader_instead"), ("role_off_duty",))


def test_a_leader_off_duty_leaves_it_to_the_head():
    found = by(off(LEADER), LEADER, *HEADS.values(), *CLEANERS)
    assert (found.owner, found.handler.person_id) == (part(HEADS[COMMUNITY], "head_instead"), 121)
    assert found.notes == ("leader_off_duty",)
    other = post(5, "leader", STREET)
    assert by(off(LEADER), LEADER, other).notes[0] == "leader_off_duty"
    assert by(off(LEADER), LEADER, other).owner == part(other, "inherited")


def test_the_deputy_of_a_leader_owns_and_stands_in():
    found = by(away(LEADER, deputy=500), LEADER, *HEADS.values())
    stands_in = Part(500, "leader", CELL, "deputy", 1, for_person_id=101)
    assert (found.owner, found.handler, found.notes) == (stands_in, stands_in, ("role_vacant",))


def test_at_night_nothing_is_left_to_nobody():
    everybody = [LEADER, *HEADS.values(), *CLEANERS]
    found = by(off(*everybody), *everybody)
    assert found.owner == part(LEADER, "off_duty")
    assert found.handler == part(CLEANERS[0], "off_duty")
    assert found.notes == ("off_duty",)
    assert by(off(LEADER), LEADER).handler == part(LEADER, "off_duty")
    assert by(off(LEADER), LEADER).notes == ("off_duty", "role_vacant")


def test_who_comes_first_keeps_it_at_night():
    sooner = Roster({21: (Shift(127, 9 * 60, 600),), 22: (Shift(127, 8 * 60, 600),)})
    assert by(sooner, *CLEANERS[:2]).handler == part(CLEANERS[1], "off_duty")


def test_in_triage_a_head_off_duty_leaves_it_to_the_next():
    found = by(off(HEADS[STREET]), LEADER, *HEADS.values(), path=STREET)
    assert (found.owner, found.notes) == (part(HEADS[DISTRICT], "head_without_cell"), ("no_cell",))


@pytest.mark.parametrize(("tier", "path"), [(2, COMMUNITY), (3, STREET), (4, DISTRICT)])
def test_a_higher_tier_is_owned_by_the_head_of_its_level(tier, path):
    found = by(NO_ROSTER, LEADER, *HEADS.values(), *CLEANERS, tier=tier)
    assert (found.owner, found.notes) == (part(HEADS[path], "tier"), ())
    assert found.handler == part(CLEANERS[0], "inherited")


def test_where_that_head_is_missing_it_is_the_next_above_then_below_then_the_leader():
    upper, lower = HEADS[DISTRICT], HEADS[COMMUNITY]
    assert by(NO_ROSTER, LEADER, upper, lower, tier=3).owner == part(upper, "head_instead")
    assert by(NO_ROSTER, LEADER, lower, tier=3).owner == part(lower, "head_instead")
    assert by(NO_ROSTER, LEADER, lower, tier=3).notes == ("head_vacant", "role_vacant")
    assert by(NO_ROSTER, LEADER, tier=3).owner == part(LEADER, "leader_instead")
    assert by(off(HEADS[STREET]), *HEADS.values(), tier=3).notes[0] == "head_off_duty"
    assert by(NO_ROSTER, tier=3).notes == ("owner_nobody", "handler_nobody")
    assert by(off(upper), upper, tier=2).owner == part(upper, "off_duty")


ROSTERS = st.builds(
    Roster,
    shifts=st.dictionaries(st.integers(1, 99), st.sampled_from([NEVER_NOW, (Shift(127, 0, 0),)])),
    absences=st.dictionaries(
        st.integers(1, 9),
        st.builds(
            Absence,
            st.just(LONG_AGO),
            st.sampled_from([NOW, TOMORROW]),
            st.sampled_from([None, *range(1, 9)]),
        ).map(lambda one: (one,)),
    ),
    posts_of=st.dictionaries(st.integers(1, 9), st.lists(st.integers(1, 99), max_size=2).map(tuple)),
    loads=st.dictionaries(st.integers(1, 9), st.integers(0, 5)),
)


def is_there(chosen: Part, roster: Roster, posts: list[Post]) -> bool:
    """Whether whoever was chosen is on duty, or stands in for somebody who is away and is there."""
    (held,) = [one for one in posts if one.id == chosen.post_id]
    if chosen.how == "deputy":
        return (
            roster.is_away(held.person_id, NOW) and roster.deputy_of(held.person_id, NOW) == chosen.person_id
        )
    return held.person_id == chosen.person_id and roster.is_on_duty(held, NOW)


@given(posts=POSTS, role=ROLE, roster=ROSTERS, tier=st.integers(1, 4))
def test_it_never_lands_on_somebody_absent_while_anybody_in_the_chain_is_there(posts, role, roster, tier):
    found = assign(CELL, role, posts, ROLES, NOW, roster, tier)
    held = [one for one in posts if one.is_held(NOW) and one.area_path in ancestors(CELL)]
    chain = [one for one in held if one.role in ROLES and ROLES[one.role].slot in ("1", "head")]
    could = [one for one in held if one.role == role] + chain
    for chosen, asked in ((found.owner, chain), (found.handler, chain if role is None else could)):
        is_anybody = any(
            roster.is_on_duty(one, NOW) or roster.deputy_of(one.person_id, NOW) is not None for one in asked
        )
        assert (chosen.how not in ("off_duty", "nobody")) is is_anybody
        assert not is_anybody or is_there(chosen, roster, held)
        assert (chosen.person_id is None) is not asked


@given(posts=POSTS, role=ROLE, roster=ROSTERS, tier=st.integers(1, 4), data=st.data())
def test_with_a_roster_too_the_answer_does_not_depend_on_the_order(posts, role, roster, tier, data):
    again = data.draw(st.permutations(posts))
    assert assign(CELL, role, again, ROLES, NOW, roster, tier) == assign(
        CELL, role, posts, ROLES, NOW, roster, tier
    )


def test_who_is_away_is_not_informed_but_the_next_who_is_there():
    near, far = post(70, "police", COMMUNITY), post(71, "police", STREET)
    found = by(away(near), LEADER, near, far, post(72, "dynamic"))
    assert [one.person_id for one in found.informed] == [171, 172]
    assert by(away(post(72, "dynamic")), LEADER, post(72, "dynamic")).informed == ()
