"""The words that go out of the house: which matter, which cell, what is wanted; nothing that anybody wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from gridmap.domain.notices import USUAL, Message
from gridmap.texts import text

_MARKS = re.compile(r"[\[\]()<>`*_#|\\\r\n]")


def words_of(kind: str, language: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """Of a notice, what happened and about what, in one line each; `data` as it was stored."""
    if "of" in data:  # many of a kind
        data = {**data, "what": text(language, f"notice.{data['of']}")}
    title = text(language, f"notice.{kind}", **data)
    if "number" not in data:
        return title, text(language, f"notice.{kind}_about", **data)
    category = data["en"] if language == "en" and data["en"] else data["zh"]
    place = data["cell_name"] or text(language, "notice.no_cell")
    return title, text(language, "notice.about", category=category, cell=place)


def message_of(body: Mapping[str, Any], language: str, public_url: str, id_: str) -> Message:
    """A notice as it is sent; `body` as its delivery holds it."""
    kind, number = str(body["kind"]), str(body.get("number") or "")
    title, about = words_of(kind, language, body)
    lines = [about]
    if number:
        lines.append(text(language, "notice.number", number=number))
    path = f"/matters/{quote(number)}" if number else "/"
    return Message(
        key=id_,
        topic=number or kind,
        title=title,
        lines=tuple(lines),
        address=f"{public_url.rstrip('/')}{path}" if public_url else None,
        urgency=str(body.get("urgency", USUAL)),
        template={"what": title, "number": number, "about": about},
    )


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
