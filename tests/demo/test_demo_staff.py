"""The staff of the demo: 1 + 5 + N on their areas, with a few posts vacant."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import islice

import numpy as np
import pytest
from shapely import box

from gridmap.demo import plan
from gridmap.demo.blocks import borders_of
from gridmap.demo.names import draw_people
from gridmap.demo.people import SHARED_OFFICERS
from gridmap.domain.roles import five, head_of, leader_role, read_roles
from gridmap.resources import folder


@pytest.fixture(scope="module")
def roles():
    return read_roles((folder("geodata") / "roles.csv").read_text(encoding="utf-8"))


def of_role(district, role):
    return district.staff[district.staff["role"] == role]


def areas_of(district, level):
    return set(district.areas["code"][district.areas["level"] == level])


def test_roles_are_those_of_the_table(district, roles):
    assert set(district.staff["role"]) == set(roles)
    assert {role.code for role in five(roles)} == set(SHARED_OFFICERS)


def test_every_post_is_on_an_area_of_the_level_its_role_sits_on(district, roles):
    level = district.areas.set_index("code")["level"]
    for post in district.staff.itertuples():
        assert level[post.area] == roles[post.role].level


def test_two_or_three_cells_have_no_leader(district, roles):
    led = of_role(district, leader_role(roles).code)["area"]
    assert led.is_unique
    assert 2 <= len(areas_of(district, "grid") - set(led)) <= 3


def test_leaders_hold_one_to_three_cells_of_one_community(district):
    for _, posts in of_role(district, "leader").groupby("staff_code"):
        assert 1 <= len(posts) <= 3
        assert len({area[:12] for area in posts["area"]}) == 1
    assert of_role(district, "leader")["staff_code"].duplicated().any()


def test_cells_of_a_leader_lie_side_by_side(district):
    shapes = district.areas.set_index("code").geometry
    held = of_role(district, "leader").groupby("staff_code")["area"].apply(list)
    for cells in held[held.str.len() == 2]:
        assert borders_of([shapes[code] for code in cells])[0], cells


def test_a_few_officers_are_missing(district):
    posts = {(post.area, post.role) for post in district.staff.itertuples() if post.role in SHARED_OFFICERS}
    assert len(areas_of(district, "community")) * 5 - len(posts) == 4


def test_some_officers_cover_two_communities_of_a_street(district):
    shared = 0
    for role in SHARED_OFFICERS:
        for _, posts in of_role(district, role).groupby("staff_code"):
            assert len(posts) <= 2
            assert len({area[:9] for area in posts["area"]}) == 1
            shared += len(posts) == 2
    assert shared >= 3


def test_cells_have_up_to_three_dynamic_members(district):
    members = Counter(of_role(district, "dynamic")["area"])
    numbers = {members[cell] for cell in areas_of(district, "grid")}
    assert numbers == {0, 1, 2, 3}


def test_each_community_street_and_district_has_its_head(district, roles):
    for level in ("community", "street", "district"):
        heads = of_role(district, head_of(roles, level).code)["area"]
        assert sorted(heads) == sorted(areas_of(district, level))


def test_a_code_is_one_person_and_phones_are_not_invented(district):
    people = district.staff.drop_duplicates(["staff_code", "name"])
    assert people["staff_code"].is_unique
    assert people["name"].is_unique
    assert all(phone is None for phone in district.staff["phone"])
    assert all(code.startswith(plan.DISTRICT_CODE) for code in people["staff_code"])


def test_posts_began_before_the_day_of_the_demo(district):
    assert max(district.staff["from_date"]) < date(2026, 11, 20)


def test_names_are_many_chinese_and_never_twice():
    names = list(islice(draw_people(np.random.Generator(np.random.PCG64(5))), 20_000))
    assert len(names) == len(set(names)) == 20_000
    assert all(2 <= len(name) <= 3 and all("一" <= sign <= "鿿" for sign in name) for name in names)
    assert "刘永福" not in names


def test_the_side_by_side_check_can_fail():
    assert not borders_of([box(0, 0, 1, 1), box(2, 0, 3, 1)])[0]
