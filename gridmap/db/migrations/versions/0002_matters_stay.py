"""Matters, areas and persons stay; what grows points at them unchecked (decision 14); changes of the net and the categories are counted."""

import sqlalchemy as sa
from alembic import op

from gridmap.db.migrations.geometry import (
    allow_deletion,
    allow_truncation,
    forbid_deletion,
    forbid_truncation,
    is_sqlite,
)

revision = "0002"
down_revision = "0001"

_REFERENCES = (
    ("issues", "category_id", "categories"),
    ("issues", "cell_id", "areas"),
    ("issues", "owner_id", "persons"),
    ("issues", "handler_id", "persons"),
    ("words", "issue_id", "issues"),
    ("events", "issue_id", "issues"),
)
_KEPT = ("areas", "persons", "issues")
_APPEND_ONLY = ("events", "account_notes")


ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_COUNTED = tuple(
    (table, verb) for table in ("areas", "categories") for verb in ("INSERT", "UPDATE", "DELETE")
)
_COUNTING = "UPDATE net SET version = version + 1"


def upgrade() -> None:
    op.create_table(
        "net",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("version", ID, nullable=False),
    )
    op.execute("INSERT INTO net (id, version) VALUES (1, 1)")
    _count_changes()
    for table in _KEPT:
        forbid_deletion(table)
    for table in _APPEND_ONLY:
        forbid_truncation(table)
    if not is_sqlite():  # SQLite cannot take a reference away, and its checks cost next to nothing
        for table, column, _ in _REFERENCES:
            op.drop_constraint(f"{table}_{column}_fkey", table, type_="foreignkey")


def downgrade() -> None:
    if not is_sqlite():
        for table, column, other in _REFERENCES:
            op.create_foreign_key(f"{table}_{column}_fkey", table, other, [column], ["id"])
    for table in _APPEND_ONLY:
        allow_truncation(table)
    for table in _KEPT:
        allow_deletion(table)
    _forget_changes()
    op.drop_table("net")


def _count_changes() -> None:
    if is_sqlite():
        for table, verb in _COUNTED:
            op.execute(
                f"CREATE TRIGGER {table}_count_{verb.lower()} AFTER {verb} ON {table} BEGIN {_COUNTING}; END"
            )
        return
    op.execute(
        f"CREATE FUNCTION net_count() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {_COUNTING}; RETURN NULL; END $$"
    )
    for table, verb in _COUNTED:
        op.execute(
            f"CREATE TRIGGER {table}_count_{verb.lower()} AFTER {verb} ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION net_count()"
        )


def _forget_changes() -> None:
    for table, verb in _COUNTED:
        op.execute(f"DROP TRIGGER {table}_count_{verb.lower()}" + ("" if is_sqlite() else f" ON {table}"))
    if not is_sqlite():
        op.execute("DROP FUNCTION net_count()")
