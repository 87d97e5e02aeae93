"""Who leads whom directly, on a line of areas drawn by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gridmap.domain.assignment import Post
from gridmap.domain.leading import Leading
from gridmap.files.tables import load_roles

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SINCE = NOW - timedelta(days=9)
DISTRICT, STREET = "d/", "d/s/"
COMMUNITY, CELL = "d/s/c/", "d/s/c/1/"
ROLES = load_roles()


def held(person: int, role: str, path: str, until: datetime | None = None) -> Post:
    return Post(person * 100 + len(path), person, role, path, SINCE, until)


LEADER, HEAD, STREET_HEAD = (
    held(1, "leader", CELL),
    held(2, "community_head", COMMUNITY),
    held(3, "street_head", STREET),
)
DYNAMIC, OFFICER = held(4, "dynamic", CELL), held(5, "sanitation", COMMUNITY)
ALL = (LEADER, HEAD, STREET_HEAD, DYNAMIC, OFFICER)


def leaders(person: int, *posts: Post) -> frozenset[int]:
    return Leading(posts, ROLES, NOW).leaders_of(person)


def test_each_is_led_by_the_nearest_at_or_above() -> None:
    assert [leaders(n, *ALL) for n in (1, 2, 3, 4, 5)] == [{2}, {3}, set(), {1}, {2}]


def test_a_vacant_post_is_passed_over() -> None:
    assert leaders(4, DYNAMIC, HEAD, STREET_HEAD) == {2}
    assert leaders(1, LEADER, STREET_HEAD) == {3}
    assert leaders(1, LEADER, held(2, "community_head", COMMUNITY, NOW), STREET_HEAD) == {3}


def test_nobody_leads_themselves_nor_does_an_equal() -> None:
    assert leaders(1, LEADER, held(1, "community_head", COMMUNITY), STREET_HEAD) == {3}
    assert leaders(1, LEADER, held(9, "leader", CELL)) == set()
    assert leaders(8, *ALL) == set()


def test_who_holds_two_posts_has_two_leaders() -> None:
    other = held(7, "leader", "d/s/e/1/")
    assert leaders(4, *ALL, other, held(4, "dynamic", "d/s/e/1/")) == {1, 7}


def test_those_somebody_leads_are_named_in_the_order_of_their_keys() -> None:
    assert Leading(ALL, ROLES, NOW).led_by(2) == [1, 5]
    assert Leading(ALL, ROLES, NOW).led_by(4) == []
