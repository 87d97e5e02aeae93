"""What keeping a report asks of the store before it is written: on PostgreSQL all of it in one journey."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from gridmap.db import areas, issues, posts, rosters
from gridmap.db.bulk import as_others, draw
from gridmap.db.issues import SentBefore
from gridmap.db.models import Base
from gridmap.db.posts import PersonName
from gridmap.domain.codes import ancestors
from gridmap.domain.roster import NO_ROSTER, Post, Roster


class Asked(NamedTuple):
    """What a new report is of: who sent it, their own id for it, and the place as one version of the net has it.

    Who holds `role` (None: nobody is asked for) or is the `leader` may have to be chosen among several.
    """

    account_id: int
    client_id: str | None
    net_version: int
    path: str
    counter: str
    role: str | None
    leader: str


class Intake(NamedTuple):
    """What the store says to that.

    `earlier` is what was sent before under the same id, `is_current` whether the net is still of that
    version. Where it is, and nothing was sent before, `sequence` is the next number of the counter, `keys`
    are those of the new rows, `held` the posts along the path, `people` the names of their holders and deputies
    and `roster` who of them is on duty; else they say nothing.
    """

    earlier: SentBefore | None
    is_current: bool
    sequence: int = 0
    keys: Sequence[int] = ()
    held: Sequence[Post] = ()
    people: dict[int, PersonName] = {}  # noqa: RUF012 (never written to)
    roster: Roster = NO_ROSTER


def begin(
    session: Session, asked: Asked, models: Sequence[type[Base]], now: datetime, zone: tzinfo
) -> Intake:
    """Ask all of it, and draw the number and a key for a row of each of `models`; shifts are in `zone`.

    On PostgreSQL the session's statements stand for themselves (`Database.brief`), so the counter's row
    is locked for this one only; on SQLite the write transaction is open already.
    """
    if session.get_bind().dialect.name == "sqlite":
        return _step_by_step(session, asked, models, now, zone)
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    values = {**asked._asdict(), "paths": "\n".join(ancestors(asked.path)), "now": now}
    with as_others(connection.dialect, "intake"):
        found = driver.execute(_asking(tuple(models)), values).fetchone()
    earlier, (version, last, held, shifts, away, _), keys = found[:3], found[3:9], found[9:]
    if earlier[0] is not None:
        return Intake(SentBefore(*earlier), version == asked.net_version)
    staff = rosters.Staff(held, shifts, away, zone)
    return Intake(None, last is not None, last or 0, keys, staff.held, _named(staff.names), staff.roster)


def _step_by_step(
    session: Session, asked: Asked, models: Sequence[type[Base]], now: datetime, zone: tzinfo
) -> Intake:
    earlier = issues.by_client(session, asked.account_id, asked.client_id) if asked.client_id else None
    is_current = areas.net_version(session) == asked.net_version
    if earlier is not None or not is_current:
        return Intake(earlier, is_current)
    sequence, keys = draw(session, asked.counter, models)
    if not asked.path:
        return Intake(None, True, sequence, keys)
    held, people = posts.along_named(session, asked.path, now)
    roster = rosters.roster_of(session, held, now, zone, (asked.role, asked.leader))
    people |= _named({row.id: row.name for row in posts.people(session, roster.posts_of).values()})
    return Intake(None, True, sequence, keys, held, people, roster)


def _named(names: dict[int, str]) -> dict[int, PersonName]:
    return {key: PersonName(key, name) for key, name in names.items()}


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
        " ON CONFLICT (name) DO UPDATE SET last = counters.last + 1 RETURNING last),"
        f" {rosters.HELD_SQL}"
        " SELECT earlier.id AS earlier_id, earlier.number, earlier.body_digest, net.version, drawn.last,"
        f" {rosters.STAFF_SQL},"
        f" set_config('synchronous_commit', 'off', true) AS waits, {keys}"
        " FROM net LEFT JOIN earlier ON true LEFT JOIN drawn ON true"
    )
