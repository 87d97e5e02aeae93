"""The statements of a report as the server sends them, recorded, and written as scripts of pgbench.

Reports are sent to the application in this process while every call of the driver is noted. What is
the same in all of them is a constant of the script. Of what differs, a value that an earlier statement
answered (an id, the stream's last number) is taken from that answer again; the ids that must be new are
drawn; the rest stays as it was in one of the recorded reports, and each of them becomes a script.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

_PARAMETER = re.compile(r"%\((\w+)\)s|%%")
_NEW_ID = "lpad(:client::text, 36, '0')"
_NEW_NUMBER = "'B' || lpad(:number::text, 20, '0')"
_BIG = 9_000_000_000_000_000_000


@dataclass(frozen=True)
class Statement:
    """One statement with its parameters and, where it answered exactly one row, that row (column, text)."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)
    row: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Recorded:
    """One report: its statements in order, the id it was sent with, the number it got."""

    statements: list[Statement]
    client_id: str
    number: str

    def without_pings(self) -> Recorded:
        """The same without the empty statements by which the pool asks whether a connection still lives."""
        kept = [statement for statement in self.statements if statement.text.strip(" ;")]
        return Recorded(kept, self.client_id, self.number)

    @property
    def shape(self) -> tuple[str, ...]:
        """The statements without their values."""
        return tuple(statement.text for statement in self.statements)


@contextmanager
def recording() -> Iterator[list[Statement]]:
    """Everything this process sends through psycopg, BEGIN and COMMIT included, while the block runs."""
    noted: list[Statement] = []
    kept = {(kind, name): getattr(kind, name) for kind, name in _SPIED}
    for (kind, name), real in kept.items():
        setattr(kind, name, _SPIED[kind, name](noted, real))
    try:
        yield noted
    finally:
        for (kind, name), real in kept.items():
            setattr(kind, name, real)


def _spy_execute(noted: list[Statement], real: Callable[..., Any]) -> Callable[..., Any]:
    def execute(cursor: psycopg.Cursor, query: Any, params: Any = None, **more: Any) -> Any:
        _note_begin(noted, cursor)
        done = real(cursor, query, params, **more)
        noted.append(Statement(_plain(query), dict(params or {}), _only_row(cursor)))
        return done

    return execute


def _spy_executemany(noted: list[Statement], real: Callable[..., Any]) -> Callable[..., Any]:
    def executemany(cursor: psycopg.Cursor, query: Any, params_seq: Any, **more: Any) -> Any:
        _note_begin(noted, cursor)
        done = real(cursor, query, params_seq, **more)
        noted.extend(Statement(_plain(query), dict(params)) for params in params_seq)
        return done

    return executemany


def _spy_end(word: str) -> Callable[[list[Statement], Callable[..., Any]], Callable[..., Any]]:
    def spy(noted: list[Statement], real: Callable[..., Any]) -> Callable[..., Any]:
        def end(connection: psycopg.Connection) -> Any:
            if connection.info.transaction_status != TransactionStatus.IDLE:
                noted.append(Statement(word))
            return real(connection)

        return end

    return spy


_SPIED: dict[tuple[type, str], Callable[[list[Statement], Callable[..., Any]], Callable[..., Any]]] = {
    (psycopg.Cursor, "execute"): _spy_execute,
    (psycopg.Cursor, "executemany"): _spy_executemany,
    (psycopg.Connection, "commit"): _spy_end("COMMIT"),
    (psycopg.Connection, "rollback"): _spy_end("ROLLBACK"),
}


def _note_begin(noted: list[Statement], cursor: psycopg.Cursor) -> None:
    connection = cursor.connection
    if not connection.autocommit and connection.info.transaction_status == TransactionStatus.IDLE:
        noted.append(Statement("BEGIN"))  # the driver's own


def _plain(query: Any) -> str:
    return (
        query
        if isinstance(query, str)
        else query.as_string()
        if hasattr(query, "as_string")
        else str(query, "utf-8")
    )


def _only_row(cursor: psycopg.Cursor) -> tuple[tuple[str, str | None], ...]:
    result = cursor.pgresult
    if result is None or result.ntuples != 1 or cursor.description is None:
        return ()
    values = (result.get_value(0, n) for n in range(result.nfields))
    names = (column.name for column in cursor.description)
    return tuple(
        (name, None if value is None else bytes(value).decode())
        for name, value in zip(names, values, strict=True)
    )


def write_scripts(
    recorded: Sequence[Recorded], connection: psycopg.Connection, folder: Path, wanted: int
) -> list[Path]:
    """Up to `wanted` scripts, each one of the reports that went the way most of them went."""
    usual = Counter(report.shape for report in recorded).most_common(1)[0][0]
    alike = [report for report in recorded if report.shape == usual]
    slots = {
        (place, name): _slot(alike, place, name)
        for place, statement in enumerate(alike[0].statements)
        for name in statement.values
    }
    asked = {said.partition("_")[0].lstrip(":r") for said in slots.values() if said and said.startswith(":r")}
    files = []
    for number, report in enumerate(alike[:wanted]):
        file = folder / f"report-{number:02d}.sql"
        file.write_text(_script(report, slots, asked, connection), encoding="utf-8")
        files.append(file)
    return files


def _slot(alike: Sequence[Recorded], place: int, name: str) -> str | None:
    """What stands for a parameter in the scripts; None: its recorded value."""
    values = [report.statements[place].values[name] for report in alike]
    if all(value == values[0] for value in values) and len(alike) > 1:
        return None
    if all(str(value) == report.client_id for value, report in zip(values, alike, strict=True)):
        return _NEW_ID
    if all(value == report.number for value, report in zip(values, alike, strict=True)):
        return _NEW_NUMBER
    return _answered(alike, place, values)


def _answered(alike: Sequence[Recorded], place: int, values: Sequence[Any]) -> str | None:
    """The earlier answer that a value always is, or is the next number after."""
    for earlier in range(place):
        rows = [report.statements[earlier].row for report in alike]
        for column in range(min(map(len, rows))):
            given = [row[column][1] for row in rows]
            if all(str(value) == text for value, text in zip(values, given, strict=True)):
                return f":r{earlier}_{rows[0][column][0]}"
            if all(_is_next(value, text) for value, text in zip(values, given, strict=True)):
                return f":r{earlier}_{rows[0][column][0]} + 1"
    return None


def _is_next(value: Any, text: str | None) -> bool:
    return (
        isinstance(value, int) and text is not None and text.lstrip("-").isdigit() and value == int(text) + 1
    )


def _script(
    report: Recorded,
    slots: dict[tuple[int, str], str | None],
    asked: set[str],
    connection: psycopg.Connection,
) -> str:
    lines = [f"\\set client random(1, {_BIG})", f"\\set number random(1, {_BIG})"]
    for place, statement in enumerate(report.statements):

        def fill(match: re.Match[str], place: int = place, statement: Statement = statement) -> str:
            name = match[1]
            if name is None:
                return "%"
            said = slots[place, name]
            return literal(statement.values[name], connection) if said is None else f"({said})"

        text = _PARAMETER.sub(fill, statement.text).rstrip().rstrip(";")
        lines.append(f"{text} \\gset r{place}_" if str(place) in asked else f"{text};")
    return "\n".join(lines) + "\n"


def literal(value: Any, connection: psycopg.Connection) -> str:
    """A value as SQL in which pgbench finds no variable of its own (a colon before a name)."""
    said = sql.Literal(value).as_string(connection).strip()
    match = re.fullmatch(r"(E?)'(.*)'((?:::[\w\[\]\" ]+)?)", said, re.DOTALL)
    if match is None:
        return said
    body = match[2] if match[1] else match[2].replace("\\", "\\\\")
    return "E'" + body.replace(":", "\\x3a") + "'" + match[3]
