"""Text of unknown encoding: which encodings it can be at all, and how each would read it."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from typing import Any

import pandas as pd

from gridmap.files.questions import Question

TRIED = ("utf-8", "gb18030", "big5")
"""What Chinese offices' files are in; gb18030 contains GBK and GB 2312."""
_EXAMPLES = 3
_EXAMPLE_LENGTH = 40

# Files that say GB 2312 have characters of GBK in them, as Windows has no code page of the former.
_WIDER = {"gb2312": "gbk"}

# dBASE's language driver, byte 29 of a .dbf; 0 and 0x57 (“as on this machine”) say nothing.
_DRIVERS = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x4D: "gbk", 0x4E: "cp949", 0x4F: "cp950"}
_DRIVERS |= {0x13: "cp932", 0x58: "cp1252", 0x59: "cp1252", 0x7A: "gbk", 0x78: "cp950", 0xC8: "cp1250"}
_DRIVERS |= {0xC9: "cp1251"}


def known(name: str) -> str | None:
    """Python's name of an encoding as files write it (`GBK`, `936`, `ANSI 936`, `UTF-8`); None for an unknown one."""
    plain = name.strip().lower().removeprefix("ansi").strip(" _-")
    for wanted in (f"cp{plain}", plain) if plain.isdigit() else (plain,):
        try:
            "".encode(wanted)  # also refuses codecs that are none of text
        except (LookupError, ValueError):
            continue
        return _WIDER.get(codecs.lookup(wanted).name, codecs.lookup(wanted).name)
    return {"54936": "gb18030"}.get(plain)


def of_language_driver(number: int) -> str | None:
    """The encoding that a .dbf's language driver stands for; None where it says nothing."""
    return _DRIVERS.get(number)


def decode(data: bytes, encoding: str) -> str | None:
    """The text of one cell, None where it is not in `encoding`.

    A character cut in half by the end of the cell's width is dropped, as its writer dropped it.
    """
    for end in range(len(data), max(len(data) - 4, 0), -1):
        try:
            return data[:end].decode(encoding)
        except UnicodeDecodeError as error:
            if error.end < end:
                return None
    return "" if not data else None


def encoding_question(cells: Iterable[bytes]) -> Question:
    """In which encoding cells with more than ASCII are: which can read them all, and the first as each reads them."""
    raw = [cell for cell in cells if not cell.isascii()]
    facts: list[dict[str, Any]] = []
    for encoding in TRIED:
        texts = [decode(cell, encoding) for cell in raw]
        if texts and all(one is not None and one.isprintable() for one in texts):
            shown = [str(one)[:_EXAMPLE_LENGTH] for one in texts[:_EXAMPLES]]
            facts.append({"says": "encoding_reads", "encoding": encoding, "texts": shown})
        else:
            facts.append({"says": "encoding_fails", "encoding": encoding})
    return Question("encoding", "--encoding ENCODING", tuple(facts))


def decoded(frame: pd.DataFrame, encoding: str) -> pd.DataFrame:
    """A copy of a frame that was read byte for byte as Latin-1, its names and texts in `encoding`.

    Raises UnicodeDecodeError.
    """
    frame = frame.rename(columns={name: _text(name, encoding) for name in frame.columns})
    for name in frame.columns:
        is_text = pd.api.types.is_string_dtype(frame[name]) or frame[name].dtype == object
        if is_text and name != "geometry":
            frame[name] = [_text(value, encoding) for value in frame[name]]
    return frame


def _text(value: Any, encoding: str) -> Any:
    if not isinstance(value, str) or value.isascii():
        return value
    raw = value.encode("latin-1")
    found = decode(raw, encoding)
    return raw.decode(encoding) if found is None else found
