"""Geometry columns for migrations, made the engine's own way on both.

SpatiaLite needs its metadata told, so a table with geometry is never changed by Alembic's batch mode
(copy and move), which would leave the metadata on the temporary table.
"""

from __future__ import annotations

from alembic import op

from gridmap.geo.crs import WGS84


def is_sqlite() -> bool:
    """Whether the migration runs on SpatiaLite."""
    return op.get_bind().dialect.name == "sqlite"


def add_geometry(table: str, column: str, kind: str, *, nullable: bool = False) -> None:
    """A real geometry column (`kind` such as MULTIPOLYGON, lon/lat) with a spatial index."""
    if is_sqlite():
        not_null = 0 if nullable else 1
        op.execute(f"SELECT AddGeometryColumn('{table}', '{column}', {WGS84}, '{kind}', 'XY', {not_null})")
        op.execute(f"SELECT CreateSpatialIndex('{table}', '{column}')")
    else:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} geometry({kind}, {WGS84}){'' if nullable else ' NOT NULL'}"
        )
        op.execute(f"CREATE INDEX idx_{table}_{column} ON {table} USING gist ({column})")


def drop_table(table: str, *columns: str) -> None:
    """Drop a table together with its geometry columns and their indexes."""
    if is_sqlite():
        for column in columns:
            op.execute(f"SELECT DisableSpatialIndex('{table}', '{column}')")
            op.execute(f"SELECT DiscardGeometryColumn('{table}', '{column}')")
            op.execute(f"DROP TABLE IF EXISTS idx_{table}_{column}")
    op.drop_table(table)


def forbid_changes(table: str) -> None:
    """Triggers that refuse UPDATE and DELETE: the table is append-only for everybody."""
    if is_sqlite():
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
    )


def allow_changes(table: str) -> None:
    """Take those triggers away again."""
    if is_sqlite():
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{verb}")
    else:
        op.execute(f"DROP TRIGGER {table}_no_change ON {table}")
        op.execute(f"DROP FUNCTION {table}_append_only()")


def forbid_deletion(table: str) -> None:
    """A trigger that refuses DELETE, and TRUNCATE where there is such a thing: its rows stay, other rows point at them."""
    if is_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} stay'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'rows of {table} stay'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_stays BEFORE DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_stays()"
    )


def allow_deletion(table: str) -> None:
    """Take that trigger away again."""
    if is_sqlite():
        op.execute(f"DROP TRIGGER {table}_stays")
    else:
        op.execute(f"DROP TRIGGER {table}_stays ON {table}")
        op.execute(f"DROP FUNCTION {table}_stays()")


def forbid_truncation(table: str) -> None:
    """TRUNCATE is refused for an append-only table too; SQLite knows no such thing."""
    if not is_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
        )


def allow_truncation(table: str) -> None:
    """Take that trigger away again."""
    if not is_sqlite():
        op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
