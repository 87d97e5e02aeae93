"""Create, upgrade, take back and check the schema, on either engine."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from gridmap.db.engine import Database, hold, translated
from gridmap.db.models import Base
from gridmap.errors import UnavailableError

GEOMETRIES = (
    ("areas", "geom", "MULTIPOLYGON"),
    ("buildings", "point", "POINT"),
    ("buildings", "footprint", "MULTIPOLYGON"),
    ("issues", "geom", "POINT"),
    ("landmarks", "geom", "GEOMETRY"),
)


LOCK = 0x736368656D61  # “schema”


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to `revision` and check its geometry; commits.

    Safe to run again, and by several processes at once. Raises UnavailableError where the store
    cannot be reached, and as `check_geometry`.
    """
    with translated():
        with database._writer.begin() as connection:
            lock(connection)
            _prepare_spatial(connection)
        with database._writer.begin() as connection:
            lock(connection)
            command.upgrade(_config(connection), revision)
        if revision == "head":
            with database.engine.connect() as connection:
                check_geometry(connection)


def lock(connection: Connection) -> None:
    """Keep others from changing schema and rule tables until this transaction ends."""
    hold(connection, LOCK)


def downgrade(database: Database, revision: str = "base") -> None:
    """Take the schema back to `revision`, data included; commits."""
    with database._writer.begin() as connection:
        command.downgrade(_config(connection), revision)


def current_revision(connection: Connection) -> str | None:
    """The revision the schema is at; None for none."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """The revision this program brings."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def revisions() -> list[str]:
    """All revisions this program knows, oldest first."""
    return [one.revision for one in ScriptDirectory.from_config(_config(None)).walk_revisions()][::-1]


def differences(connection: Connection) -> list[Any]:
    """Where the migrated schema and the models disagree, SpatiaLite's own tables left out.

    References that SQLite still checks, since it cannot take them away, are no difference, nor is an index over
    an expression, which it does not tell of.
    """
    context = MigrationContext.configure(connection, opts={"include_object": _is_ours, "compare_type": False})
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*expression-based index")
        found = [d for d in compare_metadata(context, Base.metadata) if not _is_geometry_index(d)]
    return [d for d in found if not (connection.dialect.name == "sqlite" and d[0] == "remove_fk")]


def check_geometry(connection: Connection) -> None:
    """Raises UnavailableError `schema_broken` where a geometry column or its index is missing."""
    for table, column, kind in GEOMETRIES:
        if not _has_geometry(connection, table, column, kind):
            raise UnavailableError("schema_broken", table=table, column=column)


def _has_geometry(connection: Connection, table: str, column: str, kind: str) -> bool:
    names = {"table": table, "column": column, "kind": kind, "index": f"idx_{table}_{column}"}
    if connection.dialect.name == "sqlite":
        query = text(
            "SELECT count(*) FROM geometry_columns WHERE f_table_name = :table AND f_geometry_column = :column"
            " AND spatial_index_enabled = 1 AND geometry_type = CASE :kind WHEN 'POINT' THEN 1 WHEN 'MULTIPOLYGON' THEN 6 ELSE 0 END"
            " AND EXISTS (SELECT 1 FROM sqlite_master WHERE name = :index)"
        )
    else:
        query = text(
            "SELECT count(*) FROM geometry_columns g JOIN pg_indexes i ON i.tablename = g.f_table_name"
            " AND i.schemaname = g.f_table_schema WHERE g.f_table_name = :table"
            " AND g.f_geometry_column = :column AND g.type = :kind AND i.indexname = :index"
        )
    return connection.execute(query, names).scalar_one() == 1


def _prepare_spatial(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        if not connection.execute(
            text("SELECT count(*) FROM sqlite_master WHERE name = 'spatial_ref_sys'")
        ).scalar():
            connection.execute(text("SELECT InitSpatialMetaData('WGS84')"))
        return
    has_postgis = connection.execute(
        text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'")
    ).scalar()
    if not has_postgis:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _is_ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    return kind != "table" or name in Base.metadata.tables


def _is_geometry_index(difference: Any) -> bool:
    kind = difference[0] if isinstance(difference, tuple) else ""
    return kind == "remove_index" and str(difference[1].name).startswith("idx_")
