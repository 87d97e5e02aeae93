"""Questions of every request, put to the store's driver directly: SQLAlchemy would cost more than their answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from gridmap.db.bulk import as_others, kept_value, sqlite_instant


class Question:
    """A SELECT with its values by name in braces; `x {any_xs}` is true where x is one of the list `xs`."""

    def __init__(self, sql: str) -> None:
        one, some = r"\{(?!any_)(\w+)\}", r"\{any_(\w+)\}"
        self._postgres = re.sub(some, r"= ANY(%(\1)s)", re.sub(one, r"%(\1)s", sql))
        self._sqlite = re.sub(some, r"IN (SELECT value FROM json_each(:\1))", re.sub(one, r":\1", sql))

    def ask(self, session: Session | Connection, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of the answer. Moments come as the driver gives them (see `moment`)."""
        connection = session if isinstance(session, Connection) else session.connection()
        driver: Any = connection.connection.driver_connection
        with as_others(connection.dialect, "question"):
            if connection.dialect.name != "sqlite":
                return driver.execute(self._postgres, values).fetchall()  # type: ignore[no-any-return]
            return driver.execute(self._sqlite, _for_sqlite(values)).fetchall()  # type: ignore[no-any-return]


def _for_sqlite(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(value) if isinstance(value, list) else kept_value(value, sqlite_instant)
        for name, value in values.items()
    }


def moment(value: Any) -> datetime | None:
    """A moment as a driver gives it, in UTC; None for none."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return None if value is None else value.astimezone(UTC)
