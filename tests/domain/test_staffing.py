"""How a cell's staff reads: its own, who is inherited, what is vacant; 1, 5, N and the heads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gridmap.domain.assignment import Post
from gridmap.domain.staffing import Member, read_staff
from gridmap.files.tables import load_roles

ROLES = load_roles()
NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=900)
STREET, COMMUNITY, CELL = "1/", "1/2/", "1/2/3/"
FIVE = ("police", "community_worker", "urban_management", "market_supervision", "sanitation")


def post(id: int, role: str, path: str = CELL, until: datetime | None = None) -> Post:
    return Post(id, id + 100, role, path, LONG_AGO, until)


def read(*posts: Post, path: str = CELL) -> dict[str, list[Member]]:
    return read_staff(path, posts, ROLES, NOW)


def test_an_empty_cell_shows_one_and_five_vacant_places_and_no_others():
    staff = read()
    assert {slot: len(members) for slot, members in staff.items()} == {"1": 1, "5": 5, "N": 0, "head": 0}
    assert all(m.is_vacant and not m.is_inherited for m in staff["1"] + staff["5"])
    assert [m.role for m in staff["1"] + staff["5"]] == ["leader", *FIVE]


def test_a_full_cell_shows_its_own():
    posts = [post(1, "leader"), *(post(n + 2, role) for n, role in enumerate(FIVE)), post(9, "dynamic")]
    staff = read(*reversed(posts))
    assert staff["1"] == [Member("leader", posts[0], False)]
    assert staff["5"] == [Member(p.role, p, False) for p in posts[1:6]]
    assert staff["N"] == [Member("dynamic", posts[6], False)]


def test_what_is_not_held_here_is_inherited_from_the_nearest_above():
    near, far = post(1, "police", COMMUNITY), post(2, "police", STREET)
    police = [m for m in read(far, near)["5"] if m.role == "police"]
    assert police == [Member("police", near, True)]
    assert not police[0].is_vacant


def test_what_is_held_here_hides_what_is_above():
    here, above = post(1, "leader"), post(2, "leader", COMMUNITY)
    assert read(above, here)["1"] == [Member("leader", here, False)]


def test_every_holder_at_the_nearest_area_is_listed_longest_first():
    both = [post(8, "sanitation", COMMUNITY), post(3, "sanitation", COMMUNITY)]
    listed = [m for m in read(*both, post(1, "sanitation", STREET))["5"] if m.role == "sanitation"]
    assert listed == [Member("sanitation", both[1], True), Member("sanitation", both[0], True)]


def test_the_others_are_never_inherited():
    assert read(post(1, "dynamic", COMMUNITY), post(2, "dynamic", STREET))["N"] == []
    assert [m.post.id for m in read(post(5, "dynamic"), post(4, "dynamic"))["N"]] == [4, 5]


def test_heads_stand_nearest_first_and_tell_whether_they_are_of_here():
    heads = [post(1, "street_head", STREET), post(2, "community_head", COMMUNITY)]
    assert read(*heads)["head"] == [
        Member("community_head", heads[1], True),
        Member("street_head", heads[0], True),
    ]
    assert [m.is_inherited for m in read(*heads, path=COMMUNITY)["head"]] == [False, True]


@pytest.mark.parametrize(
    "ignored",
    [
        post(1, "leader", until=NOW),
        post(1, "leader", "1/2/4/"),
        post(1, "leader", "1/2/3/5/"),
        post(1, "leader", "1/20/"),
        Post(1, 101, "leader", CELL, NOW + timedelta(seconds=1)),
    ],
    ids=["ended", "beside", "below", "longer_code", "future"],
)
def test_who_does_not_hold_a_post_on_the_way_up_is_ignored(ignored):
    assert read(ignored) == read()


def test_a_role_the_table_does_not_know_stands_nowhere():
    assert read(post(1, "ghost")) == read()
