"""Tries at signing in are counted by name and by address, in a table of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("address", sa.String(32)),
    )
    op.create_index("sign_in_attempts_name", "sign_in_attempts", ["name", "at"])
    op.create_index("sign_in_attempts_address", "sign_in_attempts", ["address", "at"])
    op.create_index("sign_in_attempts_at", "sign_in_attempts", ["at"])
    op.drop_column("accounts", "failed_tries")
    op.drop_column("accounts", "locked_until")


def downgrade() -> None:
    op.add_column("accounts", sa.Column("locked_until", INSTANT))
    op.add_column("accounts", sa.Column("failed_tries", sa.Integer(), nullable=False, server_default="0"))
    op.drop_table("sign_in_attempts")
