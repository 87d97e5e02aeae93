"""What a matter's events tell is kept there alone; assignments that many matters share are kept once."""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

from gridmap.db.migrations.geometry import (
    allow_changes,
    allow_truncation,
    forbid_changes,
    forbid_truncation,
    is_sqlite,
)
from gridmap.domain.history import canonical

revision = "0006"
down_revision = "0005"

TOLD = ("why", "assignment")
_AT_ONCE = 1000


def upgrade() -> None:
    op.create_table(
        "assignments",
        sa.Column("digest", sa.String(64), primary_key=True, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    _share_again()
    forbid_changes("assignments")
    forbid_truncation("assignments")
    for name in TOLD:
        op.drop_column("issues", name)


def _share_again() -> None:
    """What events name by its digest is there only where this schema was taken back before."""
    connection = op.get_bind()
    asked = "SELECT DISTINCT i.assignment FROM issues i JOIN events e ON e.issue_id = i.id WHERE e.data LIKE :named"
    texts = connection.execute(sa.text(asked), {"named": '{"assignment":"%'}).scalars()
    rows = [{"digest": hashlib.sha256(text.encode()).hexdigest(), "data": text} for text in texts]
    if rows:
        connection.execute(sa.text("INSERT INTO assignments (digest, data) VALUES (:digest, :data)"), rows)


def downgrade() -> None:
    for name in TOLD:
        op.add_column("issues", sa.Column(name, sa.Text, nullable=False, server_default=""))
    _tell_again()
    if not is_sqlite():  # which cannot take a default away
        for name in TOLD:
            op.alter_column("issues", name, server_default=None)
    allow_truncation("assignments")
    allow_changes("assignments")
    op.drop_table("assignments")


def _tell_again() -> None:
    """Put beside each matter what its events say."""
    connection = op.get_bind()
    shared = dict(connection.execute(sa.text("SELECT digest, data FROM assignments")).tuples().all())
    keys = list(connection.execute(sa.text("SELECT id FROM issues ORDER BY id")).scalars())
    asked = sa.text(
        "SELECT issue_id, data FROM events WHERE issue_id BETWEEN :low AND :high ORDER BY issue_id, seq"
    )
    told = sa.text("UPDATE issues SET why = :why, assignment = :assignment WHERE id = :id")
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        rows = {key: {"id": key, "why": "", "assignment": ""} for key in part}
        for key, data in connection.execute(asked, {"low": part[0], "high": part[-1]}):
            said = json.loads(data)
            rows[key] |= {name: _text(said[name], shared) for name in TOLD if name in said}
        connection.execute(told, list(rows.values()))


def _text(said: object, shared: dict[str, str]) -> str:
    return shared[said] if isinstance(said, str) else canonical(said)
