"""What tests look at in a store, and how they change it behind the program's back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, func, select, text

from gridmap.actions.office import Office
from gridmap.db import history
from gridmap.db.models import Area, Base, Issue, StreamRow


def count(office: Office, model: type[Base]) -> int:
    """How many rows a table has."""
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def rows_of(office: Office, model: type[Base]) -> list[Any]:
    """All rows of a table in the order of their keys, detached."""
    with office.database.reading() as session:
        rows = list(session.scalars(select(model).order_by(*model.__table__.primary_key.columns)))
        session.expunge_all()
        return rows


def facts_of(office: Office, issue: Issue) -> history.Facts:
    """What a matter's history last says of it."""
    with office.database.reading() as session:
        return history.facts_of(session, issue.id)


def stream_kinds(office: Office) -> list[str]:
    """The kinds of all rows of the stream, in order."""
    return [row.kind for row in rows_of(office, StreamRow)]


def current_areas(office: Office) -> dict[str, Area]:
    """The current areas by code."""
    return {area.code: area for area in rows_of(office, Area) if area.valid_to is None}


def run_sql(office: Office, *statements: str, **values: object) -> None:
    """Change the store directly; every statement uses all of `values`."""
    with office.database._writer.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def ask_sql(office: Office, statement: str, **values: object) -> list[tuple[Any, ...]]:
    """Ask the store directly."""
    with office.database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def plan_of(office: Office, ask: Any) -> str:
    """How the engine goes about the last query that `ask(session)` sends, as its planner tells it."""
    sent: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    with office.database.reading() as session:
        event.listen(office.database.engine, "before_cursor_execute", listen)
        try:
            ask(session)
        finally:
            event.remove(office.database.engine, "before_cursor_execute", listen)
        word = "EXPLAIN QUERY PLAN " if office.database.is_sqlite else "EXPLAIN "
        if not office.database.is_sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))  # so few rows are read faster without
        statement, parameters = sent[-1]
        found = session.connection().exec_driver_sql(word + statement, parameters)
        return "\n".join(str(row[-1]) for row in found)
