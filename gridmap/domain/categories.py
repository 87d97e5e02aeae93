"""The categories of components (部件) and matters (事项), several catalogues side by side.

A code says nothing without its catalogue: 01001 is a manhole cover and also what is wrong with one,
and the same words stand in an old and a new standard. So the key is standard, kind and code; a
short word is taken only where it can mean one thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gridmap.domain.roles import Role, five, refusal, table_rows
from gridmap.errors import ChoiceNeededError, InvalidInputError

KINDS = ("component", "matter")

_COLUMNS = ("standard", "kind", "code", "name_zh", "name_en", "group_code", "group_zh", "role")
_GROUP_COLUMNS = ("standard", "kind", "group_code", "name_zh", "name_en")
_TABLE_INVALID = "category_table_invalid"
_GROUPS_INVALID = "category_group_table_invalid"
_SYNONYMS_INVALID = "synonym_table_invalid"


@dataclass(frozen=True)
class Category:
    """One class of component or matter (小类) in one catalogue.

    `group_code` and `group_zh` are the 大类 it belongs to; `role` is the one of the five that
    handles it, None where the table leaves it to the cell's leader.
    """

    standard: str
    kind: str
    code: str
    name_zh: str
    name_en: str
    group_code: str
    group_zh: str
    role: str | None

    @property
    def key(self) -> str:
        """`standard:kind:code`, the one name nothing else bears."""
        return f"{self.standard}:{self.kind}:{self.code}"


@dataclass(frozen=True)
class Group:
    """One 大类 of a catalogue in both languages; it may have no categories in the tables."""

    standard: str
    kind: str
    group_code: str
    name_zh: str
    name_en: str

    @property
    def key(self) -> str:
        """`standard:kind:group_code`."""
        return f"{self.standard}:{self.kind}:{self.group_code}"


@dataclass(frozen=True)
class Synonyms:
    """Everyday `words` by which categories are found in whose Chinese names one of `means` occurs."""

    words: tuple[str, ...]
    means: tuple[str, ...]


def read_categories(text: str, roles: Mapping[str, Role]) -> list[Category]:
    """The categories of a CSV table, in its order.

    Raises InvalidInputError `category_table_invalid` with `line`, `reason` and `value` for a table
    that `table_rows` refuses (only the role may be empty), an unknown kind (`kind_unknown`), a colon
    in a part of the key (`key_invalid`), a key given twice (`key_twice`), a role that is none of
    the five of `roles` (`role_not_of_the_five`).
    """
    handlers = {role.code for role in five(roles)}
    read: dict[str, Category] = {}
    for line, row in table_rows(text, _COLUMNS, _TABLE_INVALID, may_be_empty=("role",)):
        role = row.pop("role") or None
        category = Category(**row, role=role)
        if reason := _key_fault(category, read):
            raise refusal(_TABLE_INVALID, line, reason, category.key)
        if role is not None and role not in handlers:
            raise refusal(_TABLE_INVALID, line, "role_not_of_the_five", role)
        read[category.key] = category
    return list(read.values())


def read_groups(text: str) -> dict[str, Group]:
    """The groups (大类) of a CSV table by key, in its order.

    Raises InvalidInputError `category_group_table_invalid`, otherwise as `read_categories`.
    """
    read: dict[str, Group] = {}
    for line, row in table_rows(text, _GROUP_COLUMNS, _GROUPS_INVALID):
        group = Group(**row)
        if reason := _key_fault(group, read):
            raise refusal(_GROUPS_INVALID, line, reason, group.key)
        read[group.key] = group
    return read


def read_synonyms(text: str) -> list[Synonyms]:
    """The everyday words of a CSV table, several in a cell with blanks between.

    Raises InvalidInputError `synonym_table_invalid` for a table that `table_rows` refuses.
    """
    rows = table_rows(text, ("words", "means"), _SYNONYMS_INVALID)
    return [Synonyms(tuple(row["words"].split()), tuple(row["means"].split())) for _, row in rows]


def everyday_words(name_zh: str, synonyms: Iterable[Synonyms]) -> list[str]:
    """By which words people look for a category of this Chinese name, each once, in the order of the table."""
    found = [row.words for row in synonyms if any(part in name_zh for part in row.means)]
    return list(dict.fromkeys(word for words in found for word in words))


def resolve(wish: str, known: Mapping[str, Category]) -> Category:
    """The category that `wish` means: a full key, or a code or Chinese name only one of `known` has.

    `known` is by key. Blanks around the wish are ignored, nothing else is guessed. Raises
    InvalidInputError `category_unknown` where it means nothing, ChoiceNeededError
    `category_ambiguous` with the keys it could mean, sorted, where it means several things.
    """
    word = wish.strip()
    if word in known:
        return known[word]
    choices = {c.key: c for c in known.values() if word in (c.code, c.name_zh)}
    if not choices:
        raise InvalidInputError("category_unknown", category=wish)
    if len(choices) > 1:
        raise ChoiceNeededError("category_ambiguous", category=wish, choices=sorted(choices))
    return choices.popitem()[1]


def _key_fault(entry: Category | Group, earlier: Mapping[str, object]) -> str | None:
    """Why the entry's key cannot be taken; None where it can."""
    if entry.kind not in KINDS:
        return "kind_unknown"
    if entry.key.count(":") != 2:
        return "key_invalid"
    return "key_twice" if entry.key in earlier else None
