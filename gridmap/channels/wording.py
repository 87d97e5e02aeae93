"""The words that go out of the house: which matter, which cell, what is wanted; nothing that anybody wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any
from urllib.parse import quote

from gridmap.domain.gathering import LISTS, OWN, Line, step_of, worst_of
from gridmap.domain.notices import USUAL, Message
from gridmap.texts import text

_NAMED_IN_A_LINE = 2
_MARKS = re.compile(r"[\[\]()<>`*_#|\\\r\n]")


def words_of(kind: str, language: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """Of a notice, what happened and about what, in one line each; `data` as it was stored."""
    if "of" in data:
        return _words_of_many(language, data)
    step = step_of(kind, data)
    title = text(language, f"notice.{kind}_{step}" if step else f"notice.{kind}", **data)
    if "number" not in data:
        return title, text(language, f"notice.{kind}_about", **data)
    return title, _matter(language, data)


def line_words(line: Line, language: str) -> tuple[str, str]:
    """The same of a line that may stand for several: how many, and about which first."""
    newest = line.newest
    title, about = words_of(newest.kind, language, newest.data)
    if line.matters > 1:
        worst = worst_of([one.data for one in line.told], _NAMED_IN_A_LINE)
        names = _listed(language, worst)
        said = text(language, "notice.gathered", what=title, n=line.matters)
        return said, text(language, "notice.and_others", names=names)
    if len(line.told) > 1:
        title = text(language, "notice.repeated", what=title, n=len(line.told))
    return title, about


def _matter(language: str, data: Mapping[str, Any]) -> str:
    category = data["en"] if language == "en" and data["en"] else data["zh"]
    place = data["cell_name"] or text(language, "notice.no_cell")
    return text(language, "notice.about", category=category, cell=place)


def _listed(language: str, matters: Iterable[Mapping[str, Any]]) -> str:
    names = (_matter(language, one) for one in matters)
    return reduce(lambda before, name: text(language, "notice.both", before=before, name=name), names)


def _words_of_many(language: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """Of many of a kind: how many, and the worst by category and cell."""
    title = text(language, "notice.many", what=text(language, f"notice.{data['of']}"), n=data["n"])
    names = _listed(language, data["worst"])
    return title, text(language, "notice.and_others", names=names)


def _lines_of_many(language: str, data: Mapping[str, Any]) -> list[str]:
    """The worst with their numbers, a line each, and how many more there are."""
    worst = data["worst"]
    lines = [f"{_matter(language, one)} · {one['number']}" for one in worst]
    return [*lines, text(language, "notice.and_more", n=data["n"] - len(worst))]


def message_of(body: Mapping[str, Any], language: str, public_url: str, id_: str) -> Message:
    """A notice as it is sent; `body` as its delivery holds it."""
    kind, number = str(body["kind"]), str(body.get("number") or "")
    title, about = words_of(kind, language, body)
    lines = _lines_of_many(language, body) if "of" in body else [about]
    if number:
        lines.append(text(language, "notice.number", number=number))
    path = f"/matters/{quote(number)}" if number else _path_of(body)
    return Message(
        key=id_,
        topic=number or kind,
        title=title,
        lines=tuple(lines),
        address=f"{public_url.rstrip('/')}{path}" if public_url else None,
        urgency=str(body.get("urgency", USUAL)),
        template={"what": title, "number": number, "about": about},
    )


def _path_of(body: Mapping[str, Any]) -> str:
    """Where a notice about no single matter leads: to the list that stands for many of a kind."""
    return f"/lists/{LISTS.get(str(body['of']), OWN)}" if "of" in body else "/"


def marked_down(message: Message) -> str:
    """The same in Markdown, as both robots read it; names of categories and cells are no marks."""
    lines = [f"**{_plain(message.title)}**", *(f"> {_plain(line)}" for line in message.lines)]
    if message.address is not None:
        lines.append(f"[{_plain(message.topic)}]({message.address})")
    return "\n\n".join(lines)


def _plain(words: str) -> str:
    return _MARKS.sub(" ", words).strip()


def cut(words: str, most_bytes: int) -> str:
    """As much of it as fits into so many bytes of UTF-8."""
    return words.encode()[:most_bytes].decode(errors="ignore")
