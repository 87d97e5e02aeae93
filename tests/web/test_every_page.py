"""Every page, walked: its policy holds for it, nothing comes from outside, it speaks one language and offers the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from gridmap.texts import LANGUAGES
from gridmap.web import build
from tests.conftest import settings_for
from tests.town import RULES
from tests.web.asking import signed_in
from tests.web.conftest import Town
from tests.web.test_security_headers import nonce, policy

CHINESE = re.compile(r"[\u3400-\u9fff]")
NAMES = re.compile(r"中文|示例区|白石街道|(河滨|东门)(社区|第\d网格)")
"""A language's own name, and what the town's places are called."""
Pages = dict[str, dict[str, TestResponse]]
WORKERS = {"/field-worker.js"}
"""Scripts among the pages' addresses."""
DRAWN = {"/field"}
"""Pages whose scripts draw the choice of language: the field's is under 我的."""


class Seen(HTMLParser):
    """Every start tag of a page, and its texts outside scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open not in ("script", "style"):
            self.texts.append(data)


def pages_of(app: Flask) -> list[str]:
    """Every address without a variable that answers a browser with a page."""
    return sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.arguments
        and not rule.rule.startswith(("/api/", "/healthz"))
        and rule.rule not in WORKERS
    )


@pytest.fixture(scope="module")
def everything(town: Town) -> Iterator[Pages]:
    """Every page in each language, where the installation states its address, so that no page is missing."""
    settings = settings_for(town.office, GRIDMAP_PUBLIC_URL="https://192.0.2.7/")
    app = build(settings, town.office, RULES)
    yield {language: walked(app, language) for language in LANGUAGES}
    app.extensions["gridmap"].live.stop()


def walked(app: Flask, language: str) -> dict[str, TestResponse]:
    """Each page as somebody sees it who may: the seat, the wall, nobody; and two that say what went wrong."""
    seen = {}
    for path in [*pages_of(app), "/nothing", "/account/password"]:
        clients = (signed_in(app, "seat"), signed_in(app, "wall"), app.test_client())
        answers = [client.get(f"{path}?lang={language}") for client in clients]
        shown = [answer for answer in answers if answer.status_code != 302]
        assert shown or path in ("/", "/set-password"), path
        seen |= {f"{path} {place}": answer for place, answer in enumerate(shown)}
    return seen


def test_the_policy_holds_for_every_page(everything: Pages) -> None:
    for path, answer in everything["zh-CN"].items():
        rules, own = policy(answer), nonce(answer)
        assert "unsafe" not in answer.headers["Content-Security-Policy"], path
        assert (rules["worker-src"], rules["default-src"]) == ("'self'", "'none'"), path
        for tag, attributes in Seen(answer.text).tags:
            inline = tag == "style" or (tag == "script" and "src" not in attributes)
            assert not inline or attributes.get("nonce") == own, (path, tag)
            assert not [name for name in attributes if name == "style" or name.startswith("on")], (path, tag)


def test_nothing_on_a_page_comes_from_outside(everything: Pages) -> None:
    for path, answer in everything["zh-CN"].items():
        links = [a.get("src") or a.get("href") or "" for tag, a in Seen(answer.text).tags if tag != "a"]
        assert [link for link in links if link.startswith(("http:", "https:", "//"))] == [], path


def test_every_page_offers_the_other_language(everything: Pages) -> None:
    for path, answer in everything["zh-CN"].items():
        tags = Seen(answer.text).tags
        assert ("html", {"lang": "zh-CN"}) in tags, path
        offered = [a["href"] for tag, a in tags if tag == "a" and a.get("lang") == "en"]
        is_drawn = path.split()[0] in DRAWN and answer.status_code == 200
        assert offered or is_drawn, path
        assert all("lang=en" in href for href in offered), path


def texts_for_scripts(page: str) -> dict[str, str]:
    found = re.search(r'id="page-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    return dict(json.loads(found[1])["texts"]) if found else {}


def test_english_pages_have_no_chinese_but_names(everything: Pages) -> None:
    for path, answer in everything["en"].items():
        seen, said = Seen(answer.text), texts_for_scripts(answer.text)
        spoken = [
            a[name]
            for _, a in seen.tags
            for name in ("title", "aria-label", "placeholder", "alt")
            if name in a
        ]
        foreign = [one.strip() for one in [*seen.texts, *spoken] if CHINESE.search(bare(one))]
        assert foreign == [], path
        assert {key for key, text in said.items() if CHINESE.search(text)} <= {"page.language_zh"}, path


def bare(words: str) -> str:
    return NAMES.sub("", words)


def test_a_chinese_word_is_found() -> None:
    assert not CHINESE.search(bare("河滨社区 · 中文"))
    assert CHINESE.search(bare("河滨社区的事件"))
