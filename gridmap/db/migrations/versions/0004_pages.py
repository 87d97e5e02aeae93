"""What pages show beside cells and matters: landmarks (roads, water, greens, places); indexes for open and recent matters."""

import sqlalchemy as sa
from alembic import op

from gridmap.db.migrations.geometry import add_geometry, drop_table

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
CODE = sa.String(64, collation="C").with_variant(sa.String(64), "sqlite")
OPEN = "status IN ('reported', 'handling', 'handled')"


def upgrade() -> None:
    op.create_table(
        "landmarks",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("rank", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
    )
    add_geometry("landmarks", "geom", "GEOMETRY")
    op.create_index("landmarks_kind", "landmarks", ["district_code", "kind"])
    op.create_index(
        "issues_open",
        "issues",
        ["due_at", "id", "path", "status", "is_triage", "account_id", "category_id"],
        postgresql_where=sa.text(OPEN),
        sqlite_where=sa.text(OPEN),
    )
    op.create_index("issues_reported", "issues", ["reported_at", "path"])
    op.create_index("issues_closed", "issues", ["closed_at", "path", "due_at"])


def downgrade() -> None:
    for name in ("issues_closed", "issues_reported", "issues_open"):
        op.drop_index(name, "issues")
    drop_table("landmarks", "geom")
