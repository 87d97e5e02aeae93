"""The rule tables that come with the program can be loaded."""

from __future__ import annotations

from gridmap.files.tables import load_categories, load_roles


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
