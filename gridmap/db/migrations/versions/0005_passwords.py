"""When a password was set, and the hashes of an account's last ones, so that they are not taken again."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("accounts", sa.Column("password_set_at", INSTANT))
    op.create_table(
        "old_passwords",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("account_id", ID, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
    )
    op.create_index("old_passwords_account", "old_passwords", ["account_id"])
    # Nobody noted when the passwords of now were set: their days begin today.
    now = sa.bindparam("now", datetime.now(UTC), INSTANT)
    has_one = "WHERE password_hash IS NOT NULL"
    op.execute(sa.text(f"UPDATE accounts SET password_set_at = :now {has_one}").bindparams(now))
    op.execute(
        sa.text(
            "INSERT INTO old_passwords (account_id, password_hash, set_at)"
            f" SELECT id, password_hash, :now FROM accounts {has_one}"
        ).bindparams(now)
    )


def downgrade() -> None:
    op.drop_table("old_passwords")
    op.drop_column("accounts", "password_set_at")
