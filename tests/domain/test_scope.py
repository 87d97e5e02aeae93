"""Scope: each tie lets a matter be seen by itself and nothing else does; who may do what, as a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.domain.scope import KINDS, PERMISSIONS, Actor, Scope, Tie, may, smallest_roots
from gridmap.errors import ForbiddenError

HERE, ELSEWHERE = "1/12/", "1/10/"
ME, MY_ACCOUNT, MY_UNIT = 7, 70, "water"
OTHER, OTHER_ACCOUNT, OTHER_UNIT = 8, 80, "roads"
MINE = Scope((HERE,), MY_ACCOUNT, ME, MY_UNIT)

# What each kind may do, written down a second time: a change of the table has to be meant.
MAY = {
    "administrator": "read staff export manage report act dispatch tokens",
    "seat": "read staff export report act dispatch tokens",
    "department": "read act tokens",
    "staff": "read staff report act tokens",
    "wall": "projection",
}
ALL_PERMISSIONS = sorted({word for words in MAY.values() for word in words.split()})


@pytest.mark.parametrize(
    "tie",
    [
        Tie(HERE),
        Tie("1/12/121/"),
        Tie(ELSEWHERE, reporter=MY_ACCOUNT),
        Tie(ELSEWHERE, owner=ME),
        Tie(ELSEWHERE, handler=ME),
        Tie(ELSEWHERE, unit=MY_UNIT),
        Tie("", reporter=MY_ACCOUNT),
        Tie(ELSEWHERE, OTHER_ACCOUNT, OTHER, ME, OTHER_UNIT),
    ],
    ids=["place", "below", "reporter", "owner", "handler", "unit", "reporter_of_no_place", "one_of_many"],
)
def test_one_tie_is_enough(tie):
    assert MINE.sees(tie)


@pytest.mark.parametrize(
    "tie",
    [
        Tie(ELSEWHERE),
        Tie("1/"),
        Tie("1/1/"),
        Tie("1/120/"),
        Tie("12/"),
        Tie(""),
        Tie(ELSEWHERE, OTHER_ACCOUNT, OTHER, OTHER, OTHER_UNIT),
        Tie(ELSEWHERE, reporter=ME),
        Tie(ELSEWHERE, owner=MY_ACCOUNT, handler=MY_ACCOUNT),
        Tie(ELSEWHERE, unit="Water"),
    ],
    ids=[
        "beside",
        "above",
        "prefix_of_mine",
        "mine_is_its_prefix",
        "root",
        "no_place",
        "all_others",
        "person_as_account",
        "account_as_person",
        "unit_in_other_letters",
    ],
)
def test_without_a_tie_it_is_not_seen(tie):
    assert not MINE.sees(tie)


def test_nobody_is_tied_to_what_nobody_holds():
    nobody = Scope((), MY_ACCOUNT)
    assert not nobody.sees(Tie(HERE, None, None, None, None))
    assert not nobody.sees(Tie("", None, None, None, None))


def test_the_empty_path_sees_everything_and_what_has_no_place():
    everything = Scope(("",), MY_ACCOUNT)
    assert everything.is_everything
    assert everything.sees(Tie(""))
    assert everything.sees(Tie(ELSEWHERE))
    assert not MINE.is_everything


def test_several_areas_add_up():
    both = Scope((HERE, "2/"), MY_ACCOUNT)
    assert [both.covers(path) for path in (HERE, "2/21/", "20/", ELSEWHERE)] == [True, True, False, False]


def test_roots_below_others_are_left_out_and_the_rest_is_sorted():
    assert smallest_roots(["2/", "1/12/", "10/", "1/", "1/12/121/", "2/"]) == ("1/", "10/", "2/")
    assert smallest_roots(["1/", "", "2/"]) == ("",)
    assert smallest_roots([]) == ()


PATHS = st.lists(st.sampled_from(["", "1/", "1/1/", "1/10/", "10/", "10/1/", "1/1/1/", "2/"]), max_size=6)


@given(paths=PATHS, place=st.sampled_from(["", "1/", "1/1/", "1/10/", "10/", "1/1/1/1/", "2/2/", "3/"]))
def test_the_smallest_roots_cover_what_all_of_them_cover(paths, place):
    all_of_them, smallest = Scope(tuple(paths), MY_ACCOUNT), Scope(smallest_roots(paths), MY_ACCOUNT)
    assert smallest.covers(place) is all_of_them.covers(place)


def test_the_table_knows_every_kind():
    assert set(PERMISSIONS) == set(KINDS) == set(MAY)
    assert {word for words in PERMISSIONS.values() for word in words} == set(ALL_PERMISSIONS)


@pytest.mark.parametrize("permission", ALL_PERMISSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_may_do(kind, permission):
    actor = Actor(MY_ACCOUNT, kind, "anybody", MINE)
    assert actor.may(permission) is may(kind, permission) is (permission in MAY[kind].split())
    if actor.may(permission):
        actor.require(permission)
        return
    with pytest.raises(ForbiddenError) as refused:
        actor.require(permission)
    assert refused.value.details == {"kind": kind, "permission": permission}


@pytest.mark.parametrize(
    ("kind", "permission"), [("guest", "read"), ("", "read"), ("administrator", ""), ("seat", "fly")]
)
def test_an_unknown_kind_or_permission_is_a_no(kind, permission):
    assert not may(kind, permission)
