"""The path: areas, staff, categories, matters with their history and stream, accounts and tokens."""

import sqlalchemy as sa
from alembic import op

from gridmap.db.migrations.geometry import add_geometry, allow_changes, drop_table, forbid_changes

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
CODE = sa.String(64, collation="C").with_variant(sa.String(64), "sqlite")
PATH = sa.String(512, collation="C").with_variant(sa.String(512), "sqlite")
INSTANT = sa.DateTime(timezone=True)
CURRENT = sa.text("valid_to IS NULL")


def upgrade() -> None:
    _create_tables()
    forbid_changes("events")
    forbid_changes("account_notes")


def _create_tables() -> None:
    _create_places()
    _create_staff()
    _create_accounts()
    _create_matters()
    _create_contents()
    _create_history()
    _create_bookkeeping()


def _create_places() -> None:
    op.create_table(
        "areas",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("level", sa.String(12), nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("path", PATH, nullable=False),
        sa.Column("parent_path", PATH, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_to", INSTANT),
        sa.Column("area_m2", sa.Float(53), nullable=False),
        sa.Column("label_lon", sa.Float(53), nullable=False),
        sa.Column("label_lat", sa.Float(53), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.UniqueConstraint("code", "version", name="areas_code_version"),
    )
    add_geometry("areas", "geom", "MULTIPOLYGON")
    op.create_index(
        "areas_current", "areas", ["code"], unique=True, postgresql_where=CURRENT, sqlite_where=CURRENT
    )
    op.create_index("areas_parent", "areas", ["parent_path"])
    op.create_index("areas_path", "areas", ["path"])
    op.create_table(
        "buildings",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("floors", sa.Integer()),
        sa.Column("households", sa.Integer()),
        sa.Column("chief", sa.String(100)),
        sa.Column("path", PATH, nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_to", INSTANT),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.UniqueConstraint("district_code", "code", name="buildings_code"),
    )
    add_geometry("buildings", "point", "POINT")
    add_geometry("buildings", "footprint", "MULTIPOLYGON", nullable=True)
    op.create_index("buildings_path", "buildings", ["path"])


def _create_staff() -> None:
    op.create_table(
        "persons",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("phone", sa.String(40)),
        sa.Column("unit", sa.String(64)),
        sa.UniqueConstraint("district_code", "code", name="persons_code"),
    )
    op.create_table(
        "posts",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("person_id", ID, sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("area_path", PATH, nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_to", INSTANT),
    )
    op.create_index("posts_area", "posts", ["area_path"])
    op.create_index("posts_person", "posts", ["person_id"])


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("person_id", ID, sa.ForeignKey("persons.id")),
        sa.Column("area_path", PATH),
        sa.Column("unit", sa.String(64)),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("one_time_digest", sa.String(64)),
        sa.Column("one_time_until", INSTANT),
        sa.Column("failed_tries", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.UniqueConstraint("username", name="accounts_username_key"),
    )
    op.create_table(
        "account_notes",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("account_id", ID, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("actor_id", ID, sa.ForeignKey("accounts.id")),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("act", sa.String(30), nullable=False),
    )
    op.create_index("account_notes_account", "account_notes", ["account_id"])
    op.create_table(
        "tokens",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("account_id", ID, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("parent_id", ID, sa.ForeignKey("tokens.id")),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.Column("seen_at", INSTANT),
        sa.UniqueConstraint("digest", name="tokens_digest_key"),
    )
    op.create_index("tokens_account", "tokens", ["account_id"])


def _create_matters() -> None:
    op.create_table(
        "categories",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("standard", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name_zh", sa.String(100), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("group_code", sa.String(40), nullable=False),
        sa.Column("group_zh", sa.String(100), nullable=False),
        sa.Column("role", sa.String(40)),
        sa.UniqueConstraint("standard", "kind", "code", name="categories_key"),
    )
    op.create_table(
        "issues",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("is_triage", sa.Boolean(), nullable=False),
        sa.Column("category_id", ID, sa.ForeignKey("categories.id"), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("external_id", sa.String(200)),
        sa.Column("account_id", ID, sa.ForeignKey("accounts.id")),
        sa.Column("client_id", sa.String(64)),
        sa.Column("body_digest", sa.String(64), nullable=False),
        sa.Column("sent_lon", sa.Float(53), nullable=False),
        sa.Column("sent_lat", sa.Float(53), nullable=False),
        sa.Column("datum", sa.String(10), nullable=False),
        sa.Column("accuracy_m", sa.Float(53)),
        sa.Column("path", PATH, nullable=False),
        sa.Column("cell_id", ID, sa.ForeignKey("areas.id")),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("owner_id", ID, sa.ForeignKey("persons.id")),
        sa.Column("handler_id", ID, sa.ForeignKey("persons.id")),
        sa.Column("unit", sa.String(64)),
        sa.Column("assignment", sa.Text(), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("due_at", INSTANT),
        sa.Column("history_seq", sa.Integer(), nullable=False),
        sa.Column("history_digest", sa.String(64), nullable=False),
        sa.Column("sealed_seq", sa.Integer(), nullable=False),
        sa.UniqueConstraint("account_id", "client_id", name="issues_client"),
        sa.UniqueConstraint("number", name="issues_number_key"),
    )
    add_geometry("issues", "geom", "POINT")
    op.create_index("issues_external", "issues", ["source", "external_id"], unique=True)
    op.create_index("issues_handler", "issues", ["handler_id"])
    op.create_index("issues_owner", "issues", ["owner_id"])
    op.create_index("issues_path", "issues", ["path", "status"])
    op.create_index("issues_status", "issues", ["status", "id"])


def _create_contents() -> None:
    op.create_table(
        "words",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("issue_id", ID, sa.ForeignKey("issues.id"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("salt", sa.String(32)),
        sa.Column("text", sa.Text()),
        sa.Column("erased_at", INSTANT),
    )
    op.create_index("words_issue", "words", ["issue_id"])
    op.create_table(
        "photos",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("issue_id", ID, sa.ForeignKey("issues.id"), nullable=False),
        sa.Column("account_id", ID, sa.ForeignKey("accounts.id")),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("sent_digest", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("erased_at", INSTANT),
        sa.UniqueConstraint("issue_id", "client_id", name="photos_client"),
    )


def _create_history() -> None:
    op.create_table(
        "events",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("issue_id", ID, sa.ForeignKey("issues.id"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", ID, sa.ForeignKey("accounts.id")),
        sa.Column("client_id", sa.String(64)),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.UniqueConstraint("issue_id", "seq", name="events_seq"),
        sa.UniqueConstraint("issue_id", "actor_id", "client_id", name="events_client"),
    )
    op.create_table(
        "heads",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_table(
        "tips",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("head_id", ID, sa.ForeignKey("heads.id"), nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("ix_tips_head_id", "tips", ["head_id"])
    op.create_index("tips_number", "tips", ["number"])
    op.create_table(
        "stream",
        sa.Column("number", ID, primary_key=True, autoincrement=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
    )
    op.create_index("ix_stream_at", "stream", ["at"])


def _create_bookkeeping() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(100), primary_key=True, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
    )
    op.create_table(
        "chores",
        sa.Column("name", sa.String(60), primary_key=True, nullable=False),
        sa.Column("done_at", INSTANT),
        sa.Column("taken_until", INSTANT),
    )
    op.create_table(
        "imports",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("file_name", sa.String(300), nullable=False),
        sa.Column("file_digest", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(60), primary_key=True, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    allow_changes("events")
    allow_changes("account_notes")
    for table in (
        "meta",
        "imports",
        "chores",
        "counters",
        "stream",
        "tips",
        "heads",
        "events",
        "photos",
        "words",
    ):
        op.drop_table(table)
    drop_table("issues", "geom")
    for table in ("categories", "tokens", "account_notes", "accounts", "posts", "persons"):
        op.drop_table(table)
    drop_table("buildings", "point", "footprint")
    drop_table("areas", "geom")
