"""The rule tables of this installation: roles and categories out of geodata/."""

from __future__ import annotations

from gridmap.domain.categories import Category, read_categories
from gridmap.domain.roles import Role, read_roles
from gridmap.errors import InvalidInputError
from gridmap.resources import folder


def load_roles() -> dict[str, Role]:
    """The role table. Raises InvalidInputError `role_table_invalid`."""
    return read_roles((folder("geodata") / "roles.csv").read_text(encoding="utf-8"))


def load_categories() -> dict[str, Category]:
    """Every category of every catalogue by key. Raises InvalidInputError `category_table_invalid`."""
    roles, known = load_roles(), dict[str, Category]()
    for file in sorted((folder("geodata") / "categories").glob("*.csv")):
        if file.name == "groups.csv":
            continue
        for category in read_categories(file.read_text(encoding="utf-8"), roles):
            if category.key in known:
                raise InvalidInputError(
                    "category_table_invalid", line=0, reason="key_twice", value=category.key
                )
            known[category.key] = category
    return known
