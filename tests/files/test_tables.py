"""The rule tables that come with the program can be loaded."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from gridmap.domain.categories import everyday_words
from gridmap.domain.deadlines import UNITS, Limit
from gridmap.files.tables import load_categories, load_deadlines, load_groups, load_roles, load_synonyms


def test_roles_hold_one_leader_five_officers_and_the_heads() -> None:
    slots = [role.slot for role in load_roles().values()]
    assert (slots.count("1"), slots.count("5")) == (1, 5)


def test_every_category_has_its_key_and_a_role_of_the_five_or_none() -> None:
    roles, categories = load_roles(), load_categories()
    assert all(key == category.key for key, category in categories.items())
    assert {c.role for c in categories.values() if c.role} <= {
        r.code for r in roles.values() if r.slot == "5"
    }
    assert {"GBT47678", "GBT30428"} <= {c.standard for c in categories.values()}


def test_every_category_has_a_limit_of_its_own_or_of_its_group() -> None:
    deadlines, categories = load_deadlines(ZoneInfo("Asia/Shanghai")), load_categories()
    assert [key for key, category in categories.items() if deadlines.limit_of(category) is None] == []
    assert {limit.unit for limit in deadlines.limits.by_category.values()} == set(UNITS)
    assert set(deadlines.limits.by_group) == set(load_groups())


def test_limits_are_those_that_were_taken_down() -> None:
    deadlines, categories = load_deadlines(ZoneInfo("Asia/Shanghai")), load_categories()
    taken_down = {
        "01001": Limit(2, "urgent_hours"), "06010": Limit(4, "working_hours"), "06011": Limit(5, "working_days"),
        "06001": Limit(2, "calendar_days"), "09005": Limit(2, "urgent_hours"),
    }  # fmt: skip
    found = {code: deadlines.limit_of(categories[f"GBT47678:matter:{code}"]) for code in taken_down}
    assert found == taken_down


def test_everyday_words_find_categories_and_none_of_them_leads_nowhere() -> None:
    names, synonyms = [category.name_zh for category in load_categories().values()], load_synonyms()
    idle = [row.means for row in synonyms if not any(part in name for part in row.means for name in names)]
    assert idle == []
    assert {"桶", "污水"} <= {
        *everyday_words("垃圾站(箱)满溢", synonyms),
        *everyday_words("雨水箅子异常", synonyms),
    }
    assert everyday_words("诈骗", synonyms)[:1] == ["诈骗"]
