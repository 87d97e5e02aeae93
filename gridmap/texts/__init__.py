"""Texts for people: one catalogue per language, for pages, the command line and errors alike."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh-CN", "en")
DEFAULT_LANGUAGE = "zh-CN"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every text of one of `LANGUAGES`, keyed `section.name`.

    Raises KeyError for another language.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    source = Path(__file__).with_name(f"{language}.toml").read_text(encoding="utf-8")
    return {
        f"{section}.{name}": text
        for section, entries in tomllib.loads(source).items()
        for name, text in entries.items()
    }


def text(language: str, key: str, /, **fields: Any) -> str:
    """The text `key` in `language`, its {fields} filled; the key itself where the catalogue has none.

    A field the text does not name is ignored, a field that is missing shows as its name in braces, a
    list as its parts with commas between.
    """
    template = catalogue(language).get(key)
    return key if template is None else template.format_map(_Fields(_listed(language, fields)))


_WORDED = {
    "status": "status",
    "action": "act",
    "allowed": "act",
    "kinds": "photo_kind",
    "happened": "panel.event_",
    "call": "whistle",
    "step": "whistle",
    "whistle_status": "whistle",
}
"""Fields whose codes have words of their own, and the section these stand in (or how their keys begin: `…_`)."""


def _listed(language: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, lists among them as people write them, codes by their words."""
    comma = ", " if language == "en" else "、"
    return {
        name: comma.join(str(_word(language, name, part)) for part in value)
        if isinstance(value, list | tuple)
        else _word(language, name, value)
        for name, value in fields.items()
    }


def _word(language: str, name: str, value: Any) -> Any:
    section = _WORDED.get(name)
    if section is None:
        return value
    return catalogue(language).get(
        f"{section}{value}" if section.endswith("_") else f"{section}.{value}", value
    )


def choose_language(wishes: str | None) -> str:
    """The language that fits best an `Accept-Language` header or a locale such as `en_GB.UTF-8`.

    Chinese is the first language here: anything that does not ask for English first gets it.
    """
    first = (wishes or "").split(",")[0].strip().lower()
    return "en" if first.startswith("en") else DEFAULT_LANGUAGE


class _Fields(dict[str, Any]):
    """Fields for a template, forgiving about a missing one: a text must never fail to show."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
