"""Every text the pages ask for is there, in both languages, with the same fields."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gridmap.resources import PACKAGE, folder
from gridmap.texts import LANGUAGES, catalogue

SECTIONS = {"page", "map", "status", "heat", "panel", "signin", "time"}
SOURCES = [*(PACKAGE / "static" / "js").rglob("*.js"), *folder("templates").glob("*.html")]


def own(language: str) -> dict[str, str]:
    return {key: text for key, text in catalogue(language).items() if key.split(".")[0] in SECTIONS}


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_both_languages_say_the_same_things() -> None:
    assert own("zh-CN").keys() == own("en").keys()


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_key_that_is_asked_for_exists(source: Path) -> None:
    asked = re.findall(
        r"""\bt\(\s*["'`]([a-z]+\.[a-z0-9_]*[a-z0-9])["'`]""", source.read_text(encoding="utf-8")
    )
    assert [key for key in asked if key not in catalogue("zh-CN")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_needs_a_field_the_first_language_has_not(language: str) -> None:
    ours, first = own(language), own("zh-CN")
    may_differ = {"time.day", "time.day_of_year"}  # English names its months
    assert [k for k in ours if k not in may_differ and not fields(ours[k]) <= fields(first[k])] == []
