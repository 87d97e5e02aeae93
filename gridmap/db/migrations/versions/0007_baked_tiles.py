"""Which version of each set of tiles is baked, and what of the store it was made from."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "tile_sets",
        sa.Column("name", sa.String(20), primary_key=True, nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("previous", sa.String(16)),
        sa.Column("stamp", sa.String(100), nullable=False),
        sa.Column("baked_at", INSTANT, nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("features", sa.Integer, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("tile_sets")
