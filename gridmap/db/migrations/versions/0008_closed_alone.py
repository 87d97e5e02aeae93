"""The index of closing times holds the matters that were closed: nobody asks it for others, and each report is spared it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NAME, COLUMNS = "issues_closed", ["closed_at", "path", "due_at"]


def upgrade() -> None:
    is_closed = sa.text("closed_at IS NOT NULL")
    op.drop_index(NAME, "issues")
    op.create_index(NAME, "issues", COLUMNS, postgresql_where=is_closed, sqlite_where=is_closed)


def downgrade() -> None:
    op.drop_index(NAME, "issues")
    op.create_index(NAME, "issues", COLUMNS)
