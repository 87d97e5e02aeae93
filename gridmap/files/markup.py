"""XML from outside: read only where it declares no entities, which can grow without end or name other files."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import IO
from xml.parsers import expat

from gridmap.errors import FileUnreadableError
from gridmap.files.encodings import known

_CHUNK = 65_536
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["'][^>]*\?>""")
_BY_EXPAT = ("utf-8", "utf-16", "ascii", "iso8859-1")


class _PrologueEndsError(Exception):
    """The root element has begun: no declaration can follow."""


def refuse_doctype(stream: IO[bytes], file: str) -> None:
    """Raises FileUnreadableError `xml_with_entities` where the XML has a document type, `file_kind_unknown` for none.

    Reads no further than to the first element.
    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = _end_prologue
    parser.StartDoctypeDeclHandler = _refuse
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except _PrologueEndsError:
        return
    except _DoctypeError:
        raise FileUnreadableError("xml_with_entities", file=file) from None
    except (expat.ExpatError, ValueError) as error:
        raise FileUnreadableError("file_kind_unknown", file=file, reason=str(error)) from error


class _DoctypeError(Exception):
    """A document type declaration."""


def _end_prologue(*_: object) -> None:
    raise _PrologueEndsError


def _refuse(*_: object) -> None:
    raise _DoctypeError


def opened(path: Path) -> IO[bytes]:
    """An XML file as bytes that expat can read: it knows no GBK, which is then turned into UTF-8.

    Raises FileUnreadableError `encoding_wrong` where the text is not in the encoding it declares.
    """
    with path.open("rb") as file:
        declared = _DECLARED.match(file.read(300))
    encoding = known(declared[1].decode()) if declared else "utf-8"
    if declared is None or encoding is None or encoding in _BY_EXPAT:
        return path.open("rb")
    try:
        return io.BytesIO(path.read_bytes()[declared.end() :].decode(encoding).encode())
    except UnicodeDecodeError as error:
        raise FileUnreadableError("encoding_wrong", file=path.name, encoding=encoding) from error
