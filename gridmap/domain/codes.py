"""Codes are the tree: what a code's level and parent are, and the path that scope asks by range.

District 6 digits, street 9, community 12, cell 15 (county code of GB/T 2260, then three digits a
level): an ancestor's code is a prefix. Foreign codes are allowed with an explicit parent. Either way
an area's `path` is the list of codes from its root down to itself, each ended by “/”, so that the
foreign “1” is no ancestor of “10”.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from gridmap.errors import InvalidInputError

LEVELS = ("district", "street", "community", "grid")
NO_DISTRICT = "000000"
"""Stands where a row belongs to no district: no county bears it."""

_LENGTHS = {6: "district", 9: "street", 12: "community", 15: "grid"}
_FOREIGN = re.compile(r"[^\s/\x00-\x1f\x7f]{1,64}")


class PathRange(NamedTuple):
    """The half-open range of paths, byte by byte, that an area and all below it lie in."""

    low: str
    high: str


def level_of(code: str) -> str | None:
    """The level a Chinese code stands for by its length; None for a foreign code."""
    return _LENGTHS.get(len(code)) if code.isascii() and code.isdigit() else None


def parent_code(code: str) -> str | None:
    """The code one level up of a Chinese code; None for a district or a foreign code."""
    level = level_of(code)
    return None if level in (None, "district") else code[:-3]


def check_code(code: str) -> str:
    """`code` as it may be stored.

    Raises InvalidInputError `code_invalid` where it is empty, longer than 64 characters, or has
    blanks, control characters or “/”, which ends a path's segment.
    """
    if not _FOREIGN.fullmatch(code):
        raise InvalidInputError("code_invalid", area_code=code)
    return code


def path_of(code: str, parent_path: str = "") -> str:
    """The path of the area `code` below the area whose path is `parent_path` (a root: "")."""
    return f"{parent_path}{check_code(code)}/"


def ancestors(path: str) -> list[str]:
    """The paths from the root down to `path` itself."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: n + 1]) + "/" for n in range(len(parts))]


def codes_in(path: str) -> list[str]:
    """The codes along a path, root first; [] for the path of nothing."""
    return path.split("/")[:-1]


def summed_at(counts: Mapping[str, Sequence[int]], paths: AbstractSet[str]) -> dict[str, list[int]]:
    """Counts at paths (all of one length), added up by the area among `paths` that each lies in; its own path where none has it."""
    found: dict[str, list[int]] = {}
    for key, row in zip(lifted(counts, paths), counts.values(), strict=True):
        held = found.get(key)
        found[key] = list(row) if held is None else [a + b for a, b in zip(held, row, strict=True)]
    return found


def lifted(paths: Iterable[str], areas: AbstractSet[str]) -> list[str]:
    """For each path the one among `areas` that it is or lies in; itself where none has it."""
    above: dict[str, str | None] = {}  # many cells have few parents
    found = []
    for path in paths:
        parent = path[: path.rfind("/", 0, -1) + 1]
        if parent not in above:
            above[parent] = next((step for step in reversed(ancestors(parent)) if step in areas), None)
        found.append(path if path in areas else above[parent] or path)
    return found


def last_code(path: str) -> str:
    """The code a path ends in: that of the area itself."""
    return path[path.rfind("/", 0, -1) + 1 : -1]


def range_below(path: str) -> PathRange:
    """The range of all paths at or below `path`: `low <= p < high` in byte order.

    “0” is the character after “/”, so every continuation of the terminated path sorts before it.
    """
    if not path.endswith("/"):
        raise ValueError(f"not a terminated path: {path!r}")
    return PathRange(path, path[:-1] + "0")


def is_below(path: str, ancestor: str) -> bool:
    """Whether `path` lies at or below `ancestor`; everything lies below the empty path."""
    return path.startswith(ancestor)
