"""Texts for people: both catalogues can always be shown, whatever fields come or stay away."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap import texts
from gridmap.texts import DEFAULT_LANGUAGE, LANGUAGES, catalogue, choose_language, text


def test_chinese_comes_first():
    assert LANGUAGES[0] == DEFAULT_LANGUAGE == "zh-CN"


@pytest.mark.parametrize("language", ["de", "", "zh", "EN", "../en"])
def test_there_is_no_catalogue_of_another_language(language):
    with pytest.raises(KeyError):
        catalogue(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_shown_without_and_with_its_fields(language):
    for key, template in catalogue(language).items():
        named = re.findall(r"\{(\w+)\}", template)
        assert text(language, key) == template
        shown = text(language, key, **{name: f"<{name}>" for name in named})
        assert "{" not in shown
        assert all(f"<{name}>" in shown for name in named)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_has_blanks_around_it(language):
    assert [key for key, said in catalogue(language).items() if not said or said != said.strip()] == []


def test_the_english_catalogue_has_no_chinese_left_in_it():
    own_name = {"page.language_zh"}  # a language is offered in its own name
    left = [k for k, said in catalogue("en").items() if re.search(r"[\u4e00-\u9fff]", said)]
    assert set(left) == own_name


def test_the_chinese_catalogue_speaks_chinese():
    bare = [
        k
        for k, said in catalogue("zh-CN").items()
        if re.search(r"[A-Za-z]{4,}", re.sub(r"\{\w+\}", "", said))
    ]
    foreign = [k for k in bare if not re.search(r"[\u4e00-\u9fff]", catalogue("zh-CN")[k])]
    assert set(foreign) <= {"page.language_en"}


def test_fields_are_filled(monkeypatch):
    given_texts(monkeypatch, {"a.b": "第{n}条，共{all}条"})
    assert text("zh-CN", "a.b", n=1, all=9, other="ignored") == "第1条，共9条"


def test_a_missing_field_shows_its_name(monkeypatch):
    given_texts(monkeypatch, {"a.b": "第{n}条，共{all}条"})
    assert text("zh-CN", "a.b", n=1) == "第1条，共{all}条"


@pytest.mark.parametrize(("language", "shown"), [("zh-CN", "a、b、1"), ("en", "a, b, 1")])
@pytest.mark.parametrize("listed", [["a", "b", 1], ("a", "b", 1)])
def test_a_list_reads_as_people_write_it(monkeypatch, language, shown, listed):
    given_texts(monkeypatch, {"a.b": "{choices}"})
    assert text(language, "a.b", choices=listed) == shown


def test_an_unknown_key_shows_itself():
    assert text("en", "error.never_heard_of", n=1) == "error.never_heard_of"


def test_a_field_may_be_called_like_an_argument(monkeypatch):
    given_texts(monkeypatch, {"a.b": "{language} {key}"})
    assert text("en", "a.b", language="qu", key="k") == "qu k"


@given(said=st.text())
def test_what_people_wrote_is_shown_as_it_is(said):
    shown = text("en", "error.category_unknown", category=said)
    assert shown == catalogue("en")["error.category_unknown"].replace("{category}", said)


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("de-DE,en;q=0.7", "zh-CN"),
        ("*", "zh-CN"),
        ("C.UTF-8", "zh-CN"),
        ("en", "en"),
        ("EN-us,en;q=0.5", "en"),
        (" en-GB ; q=1 , zh", "en"),
        ("en_GB.UTF-8", "en"),
    ],
)
def test_who_asks_for_english_first_gets_it_and_all_others_chinese(wishes, language):
    assert choose_language(wishes) == language


def given_texts(monkeypatch, entries: dict[str, str]) -> None:
    monkeypatch.setattr(texts, "catalogue", lambda language: entries)
