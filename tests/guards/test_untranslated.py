"""No words for people outside the catalogues: not in templates, not in scripts, and none of one language in the other's pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gridmap.resources import PACKAGE
from tests.guards.source import TEMPLATES

SCRIPTS = sorted((PACKAGE / "static" / "js").rglob("*.js"))
CHINESE = re.compile(r"[\u3400-\u9fff]")
SAID = {"title", "alt", "placeholder", "aria-label", "aria-description", "label", "value"}
"""Attributes that people see or hear."""
SILENT = {"script", "style", "code"}
UNITS = {"万", "0万"}
"""The unit that Chinese numbers have."""
TABLES = {"pinyin.js"}
"""Scripts whose characters are compared, not shown."""
TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)
      | (?P<regex>(?<=[(,=:\[!&|?{};\n])\s*/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*)""",
    re.VERBOSE | re.DOTALL,
)


class Shown(HTMLParser):
    """Of a template without its expressions: every text and attribute that people see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        is_code = dict(attrs).get("type") in ("hidden", "application/json")
        self.found += [value for name, value in attrs if value and name in SAID and not is_code]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data.strip())


def words_in_template(text: str) -> list[str]:
    """What a template says by itself, in any language, instead of asking the catalogue."""
    classes = re.compile(r"\{% block \w+_class %\}.*?\{% endblock %\}", re.DOTALL)
    bare = classes.sub("", re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL))
    in_code = [one for one in re.findall(r"\{[{%].*?[%}]\}", bare, re.DOTALL) if CHINESE.search(one)]
    reader = Shown()
    reader.feed(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", bare, flags=re.DOTALL))
    reader.close()
    is_word = re.compile(r"[^\W\d_]{2,}|[\u3400-\u9fff]")
    return [one for one in reader.found if is_word.search(one)] + in_code


def texts_of(script: str) -> Iterator[str]:
    """The texts of a script as they are written, those of templates without what is put into them."""
    for token in TOKEN.finditer(script):
        if token["text"]:
            yield re.sub(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", "0", token["text"][1:-1])


def is_sentence(text: str) -> bool:
    """Whether it is English as people write it for people: words, with a capital before or a stop behind.

    Names of classes, selectors and drawings have neither; fonts have a family behind them.
    """
    is_plain = re.fullmatch(r"[\w\s,.;:!?…'’()“”–—-]+", text) and " " in text.strip()
    words = re.findall(r"(?<![\w-])[A-Za-z][a-z]+(?![\w-])", text)
    is_spoken = text[:1].isupper() or text.rstrip()[-1:] in (".", "!", "?", "…")
    return bool(is_plain and len(words) > 1 and is_spoken and "sans-serif" not in text)


def words_in_script(text: str) -> list[str]:
    """What a script says by itself: anything Chinese, and English sentences."""
    found = [one for one in texts_of(text) if CHINESE.search(one) or is_sentence(one)]
    return [one for one in found if one not in UNITS]


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_templates_say_nothing_by_themselves(template: Path) -> None:
    assert words_in_template(template.read_text(encoding="utf-8")) == []


def test_scripts_say_nothing_by_themselves() -> None:
    found = {
        path.name: words_in_script(path.read_text(encoding="utf-8"))
        for path in SCRIPTS
        if path.name not in TABLES
    }
    assert {name: words for name, words in found.items() if words} == {}


# --- the guards can fail


@pytest.mark.parametrize(
    "template",
    [
        "<p>Loading</p>",
        "<p>正在载入</p>",
        '<button aria-label="Close"></button>',
        '<input placeholder="搜索">',
        "<p>{{ count }} matters</p>",
        '<a title="{{ n }} 件">{{ n }}</a>',
        '{{ "超期" }}',
        "<p>{% if late %}overdue{% endif %}</p>",
    ],
)
def test_words_in_a_template_are_found(template: str) -> None:
    assert len(words_in_template(template)) == 1


@pytest.mark.parametrize(
    "template",
    [
        '<p class="card card--wide">{{ t("page.loading") }} · {{ n }} / 9</p>',
        "{# 说明 Words about it. #}<b>—</b><kbd>/</kbd><code>gridmap serve</code>",
        '<input type="hidden" value="next page"><script>const words = "Some words";</script>',
    ],
)
def test_what_is_no_word_is_none(template: str) -> None:
    assert words_in_template(template) == []


@pytest.mark.parametrize(
    "script",
    [
        'el("p", {}, "超期")',
        "const unit = '件';",
        "x.textContent = `共 ${n} 件`;",
        'say("Please try again")',
        "x.title = `Showing ${n} of ${all} matters.`;",
        'x.textContent = "Not found";',
    ],
)
def test_words_in_a_script_are_found(script: str) -> None:
    assert len(words_in_script(script)) == 1


@pytest.mark.parametrize(
    "script",
    [
        "// 说明：words. And more words.\n/* 也是 */",
        'el("p", { class: "rail rail--open is-late" }, t("map.open"))',
        'const lines = ["M15 5l-7 7 7 7"]; document.querySelector("#list > .row a");',
        'const url = /^https?:\\/\\/[^"\'/]+$/i; const other = text.replace(/["\']/g, "");',
        'ctx.font = "14px Noto Sans CJK SC, sans-serif";',
        'import { a } from "./a.js"; headers["Content-Type"] = "text/plain; charset=utf-8";',
    ],
)
def test_what_is_no_sentence_is_none(script: str) -> None:
    assert words_in_script(script) == []
