"""What keeping a report asks of the store before it is written: on PostgreSQL all of it in one journey."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from gridmap.db import areas, issues, posts
from gridmap.db.bulk import as_others, draw
from gridmap.db.issues import SentBefore
from gridmap.db.models import Base
from gridmap.db.posts import PersonName
from gridmap.domain.assignment import Post
from gridmap.domain.codes import ancestors


class Asked(NamedTuple):
    """What a new report is of: who sent it, their own id for it, and the place as one version of the net has it."""

    account_id: int
    client_id: str | None
    net_version: int
    path: str
    counter: str


class Intake(NamedTuple):
    """What the store says to that.

    `earlier` is what was sent before under the same id, `is_current` whether the net is still of that
    version. Where it is, and nothing was sent before, `sequence` is the next number of the counter, `keys`
    are those of the new rows, `held` the posts along the path and `people` the names of their holders;
    else they say nothing.
    """

    earlier: SentBefore | None
    is_current: bool
    sequence: int = 0
    keys: Sequence[int] = ()
    held: Sequence[Post] = ()
    people: dict[int, PersonName] = {}  # noqa: RUF012 (never written to)


def begin(session: Session, asked: Asked, models: Sequence[type[Base]], now: datetime) -> Intake:
    """Ask all of it, and draw the number and a key for a row of each of `models`.

    On PostgreSQL the session's statements stand for themselves (`Database.brief`), so the counter's row
    is locked for this one only; on SQLite the write transaction is open already.
    """
    if session.get_bind().dialect.name == "sqlite":
        return _step_by_step(session, asked, models, now)
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    values = {**asked._asdict(), "paths": "\n".join(ancestors(asked.path)), "now": now}
    with as_others(connection.dialect, "intake"):
        found = driver.execute(_asking(tuple(models)), values).fetchone()
    earlier, (version, last, held, _), keys = found[:3], found[3:7], found[7:]
    if earlier[0] is not None:
        return Intake(SentBefore(*earlier), version == asked.net_version)
    return Intake(None, last is not None, last or 0, keys, *_staff(held or []))


def _step_by_step(session: Session, asked: Asked, models: Sequence[type[Base]], now: datetime) -> Intake:
    earlier = issues.by_client(session, asked.account_id, asked.client_id) if asked.client_id else None
    is_current = areas.net_version(session) == asked.net_version
    if earlier is not None or not is_current:
        return Intake(earlier, is_current)
    sequence, keys = draw(session, asked.counter, models)
    held, people = posts.along_named(session, asked.path, now) if asked.path else ([], {})
    return Intake(None, True, sequence, keys, held, people)


def _staff(rows: Sequence[Sequence[Any]]) -> tuple[list[Post], dict[int, PersonName]]:
    held = [
        Post(key, person, role, path, datetime.fromisoformat(since), until and datetime.fromisoformat(until))
        for key, person, role, path, since, until, _ in rows
    ]
    return held, {row[1]: PersonName(row[1], row[6]) for row in rows}


@cache
def _asking(models: tuple[type[Base], ...]) -> str:
    names = [model.__tablename__ for model in models]
    keys = ", ".join(
        f"CASE WHEN drawn.last > 0 THEN nextval('{name}_id_seq') END AS {name}_id" for name in names
    )
    # The counter's commit need not reach the disk by itself: the log holds it before the row that uses it.
    return (
        "WITH earlier AS MATERIALIZED (SELECT id, number, body_digest FROM issues"  # noqa: S608 (our names)
        " WHERE account_id = %(account_id)s AND client_id = %(client_id)s),"
        " drawn AS (INSERT INTO counters (name, last) SELECT %(counter)s, 1 FROM net"
        " WHERE version = %(net_version)s AND NOT EXISTS (SELECT FROM earlier)"
        " ON CONFLICT (name) DO UPDATE SET last = counters.last + 1 RETURNING last)"
        " SELECT earlier.id AS earlier_id, earlier.number, earlier.body_digest, net.version, drawn.last, (SELECT"
        " json_agg(json_build_array(o.id, o.person_id, o.role, o.area_path, o.valid_from, o.valid_to, p.name)"
        " ORDER BY o.id) FROM posts o JOIN persons p ON p.id = o.person_id"
        " WHERE o.area_path = ANY(string_to_array(%(paths)s, E'\\n'))"
        " AND o.valid_from <= %(now)s AND (o.valid_to IS NULL OR o.valid_to > %(now)s)) AS held,"
        f" set_config('synchronous_commit', 'off', true) AS waits, {keys}"
        " FROM net LEFT JOIN earlier ON true LEFT JOIN drawn ON true"
    )
