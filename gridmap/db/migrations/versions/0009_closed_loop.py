"""The closed loop: states and clocks of matters, steps that ended, whistles, roster, feedback, notices, evaluation."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from gridmap.db.types import Instant

revision = "0009"
down_revision = "0008"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
CODE = sa.String(64, collation="C").with_variant(sa.String(64), "sqlite")
PATH = sa.String(512, collation="C").with_variant(sa.String(512), "sqlite")
COLUMNS = ["due_at", "id", "path", "status", "is_triage", "account_id", "category_id"]
OPEN_BEFORE = ("reported", "handling", "handled")
OPEN = ("received", "reported", "accepted", "dispatched", "handling", "handled", "verified", "suspended")
TABLES = (
    "steps",
    "whistles",
    "whistle_calls",
    "shifts",
    "absences",
    "ratings",
    "trackings",
    "door_passes",
    "notices",
    "deliveries",
    "channels",
    "rechecks",
    "objections",
)
OF_ISSUES = (
    ("stage_at", Instant),
    ("stage_due_at", Instant),
    ("paused_at", Instant),
    ("paused_s", sa.Integer),
    ("left_s", sa.Integer),
    ("left_for", sa.String(80)),
    ("resumes_to", sa.String(20)),
    ("finished_by", ID),
    ("supervised_at", Instant),
    ("reopened_at", Instant),
    ("called", sa.Text),
    ("merged_into", ID),
)
ENDED = ("closed", "rated", "void", "merged")
OF_DESK = ["status", sa.text("coalesce(stage_due_at, due_at, 'infinity')"), "id", "path", "stage_due_at"]
OF_DESK += ["due_at", "is_triage", "handler_id", "unit", "category_id", "left_s"]
PARTIAL = (
    ("issues_desk", OF_DESK, f"status IN ({', '.join(repr(status) for status in OPEN)})"),
    ("issues_supervised", ["supervised_at", "id"], "supervised_at IS NOT NULL"),
    ("issues_reopened", ["reopened_at", "id"], "reopened_at IS NOT NULL"),
    ("issues_closed_due", ["due_at", "path", "closed_at"], "closed_at IS NOT NULL"),
)


def upgrade() -> None:
    _compare("C")
    op.add_column("issues", sa.Column("tier", sa.SmallInteger, nullable=False, server_default="1"))
    for name, kind in OF_ISSUES:
        op.add_column("issues", sa.Column(name, kind, nullable=True))
    op.add_column("photos", sa.Column("kind", sa.String(10), nullable=True))
    op.add_column("categories", sa.Column("retired_at", Instant, nullable=True))
    op.add_column("accounts", sa.Column("display_name", sa.String(40), nullable=True))
    op.drop_index("issues_open", "issues")
    _index("issues_open", [*COLUMNS, "left_s"], _among(OPEN))
    op.drop_index("issues_handler", "issues")
    op.create_index("issues_handler", "issues", ["handler_id", "status"])
    _by_state(sa.text(_among(ENDED)))
    for name, columns, condition in PARTIAL:
        _index(name, columns, condition)
    for make in (_steps, _whistles, _roster, _feedback, _notices, _evaluation):
        make()


def _index(name: str, columns: list[Any], condition: str) -> None:
    only = sa.text(condition)
    op.create_index(name, "issues", columns, postgresql_where=only, sqlite_where=only)


def _by_state(only: sa.TextClause | None) -> None:
    """The index of states, on PostgreSQL of some only: open ones stand in the desk's index."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_index("issues_status", "issues")
        op.create_index("issues_status", "issues", ["status", "id"], postgresql_where=only)


def _compare(collation: str) -> None:
    """How numbers and foreign ids are compared on PostgreSQL; SQLite compares all texts byte by byte."""
    if op.get_bind().dialect.name != "sqlite":
        # In one go: their indexes are built anew for it.
        kinds = {"number": "varchar(64)", "external_id": "varchar(200)"}
        changes = [f'ALTER {name} TYPE {kind} COLLATE "{collation}"' for name, kind in kinds.items()]
        op.execute(sa.text(f"ALTER TABLE issues {', '.join(changes)}"))


def _among(statuses: tuple[str, ...]) -> str:
    return f"status IN ({', '.join(repr(status) for status in statuses)})"


def _steps() -> None:
    op.create_table(
        "steps",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("stage", sa.String(10), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("path", PATH, nullable=False),
        sa.Column("category_id", ID, nullable=False),
        sa.Column("began_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=True),
        sa.Column("ended_at", Instant, nullable=False),
        sa.Column("paused_s", sa.Integer, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("unit", sa.String(64), nullable=True),
        sa.Column("action", sa.String(30), nullable=False),
        sa.Column("account_id", ID, nullable=True),
    )
    op.create_index("steps_due", "steps", ["due_at"])
    op.create_index("steps_ended", "steps", ["ended_at", "stage", "path"])
    op.create_index("steps_issue", "steps", ["issue_id"])


def _whistles() -> None:
    op.create_table(
        "whistles",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("path", PATH, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("caller_id", ID, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("called_at", Instant, nullable=False),
        sa.Column("answer_by", Instant, nullable=True),
        sa.Column("raised", sa.Integer, nullable=False),
        sa.Column("ended_at", Instant, nullable=True),
    )
    op.create_index("whistles_answer", "whistles", ["status", "answer_by"])
    op.create_index("whistles_issue", "whistles", ["issue_id"])
    op.create_table(
        "whistle_calls",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("whistle_id", ID, sa.ForeignKey("whistles.id"), nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("called_at", Instant, nullable=False),
        sa.Column("site_by", Instant, nullable=True),
        sa.Column("accepted_at", Instant, nullable=True),
        sa.Column("accepted_by", ID, nullable=True),
        sa.Column("checked_in_at", Instant, nullable=True),
        sa.Column("checked_in_by", ID, nullable=True),
        sa.Column("lon", sa.Float(53), nullable=True),
        sa.Column("lat", sa.Float(53), nullable=True),
        sa.Column("accuracy_m", sa.Float(53), nullable=True),
        sa.Column("distance_m", sa.Float(53), nullable=True),
        sa.Column("done_at", Instant, nullable=True),
        sa.Column("done_by", ID, nullable=True),
        sa.Column("evidence", sa.Text, nullable=True),
        sa.Column("rating", sa.Integer, nullable=True),
        sa.Column("rated_at", Instant, nullable=True),
        sa.UniqueConstraint("whistle_id", "unit", name="whistle_calls_unit"),
    )
    op.create_index("whistle_calls_issue", "whistle_calls", ["issue_id"])
    op.create_index("whistle_calls_of_unit", "whistle_calls", ["unit", "issue_id"])


def _roster() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("post_id", ID, sa.ForeignKey("posts.id"), nullable=False),
        sa.Column("weekdays", sa.Integer, nullable=False),
        sa.Column("begins", sa.Integer, nullable=False),
        sa.Column("ends", sa.Integer, nullable=False),
    )
    op.create_index("shifts_post", "shifts", ["post_id"])
    op.create_table(
        "absences",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("person_id", ID, sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("deputy_id", ID, sa.ForeignKey("persons.id"), nullable=True),
        sa.Column("begins_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.Column("noted_by", ID, nullable=True),
        sa.Column("noted_at", Instant, nullable=False),
        sa.Column("handed_at", Instant, nullable=True),
    )
    op.create_index("absences_person", "absences", ["person_id", "ends_at"])


def _feedback() -> None:
    op.create_table(
        "ratings",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("path", PATH, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("solved", sa.Integer, nullable=False),
        sa.Column("satisfaction", sa.Integer, nullable=False),
        sa.Column("account_id", ID, nullable=True),
    )
    op.create_index("ratings_at", "ratings", ["at", "path"])
    op.create_index("ratings_issue", "ratings", ["issue_id"])
    op.create_table(
        "trackings",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("forget_at", Instant, nullable=True),
    )
    op.create_index("trackings_forget", "trackings", ["forget_at"])
    op.create_index("trackings_issue", "trackings", ["issue_id"])
    op.create_table(
        "door_passes",
        sa.Column("digest", sa.String(64), primary_key=True, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("address", sa.String(64), nullable=True),
        sa.Column("path", PATH, nullable=False),
    )
    op.create_index("door_passes_address", "door_passes", ["address", "at"])
    op.create_index("door_passes_at", "door_passes", ["at"])
    op.create_index("door_passes_path", "door_passes", ["path", "at"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("account_id", ID, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("issue_id", ID, nullable=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("read_at", Instant, nullable=True),
        sa.UniqueConstraint("account_id", "key", name="notices_key"),
    )
    op.create_index("notices_account", "notices", ["account_id", "read_at"])
    op.create_index("notices_at", "notices", ["at"])
    op.create_table(
        "deliveries",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("notice_id", ID, nullable=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("target", sa.String(600), nullable=False),
        sa.Column("key", sa.String(240), nullable=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("next_at", Instant, nullable=True),
        sa.Column("sent_at", Instant, nullable=True),
        sa.Column("fault", sa.String(200), nullable=True),
        sa.UniqueConstraint("key", name="deliveries_key"),
    )
    op.create_index("deliveries_next", "deliveries", ["next_at"])
    op.create_index("deliveries_notice", "deliveries", ["notice_id"])
    op.create_table(
        "channels",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("account_id", ID, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(600), nullable=False),
        sa.Column("keys", sa.Text, nullable=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.UniqueConstraint("account_id", "channel", "address", name="channels_address"),
    )
    op.create_index("channels_account", "channels", ["account_id"])


def _evaluation() -> None:
    op.create_table(
        "rechecks",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("path", PATH, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("drawn_at", Instant, nullable=False),
        sa.Column("done_at", Instant, nullable=True),
        sa.Column("done_by", ID, nullable=True),
        sa.Column("is_well", sa.Boolean, nullable=True),
        sa.UniqueConstraint("issue_id", "month", name="rechecks_month"),
    )
    op.create_index("rechecks_done", "rechecks", ["done_at", "path"])
    op.create_table(
        "objections",
        sa.Column("id", ID, primary_key=True, nullable=False),
        sa.Column("district_code", CODE, nullable=False),
        sa.Column("person_id", ID, sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("indicator", sa.String(40), nullable=False),
        sa.Column("issue_id", ID, nullable=True),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("answer", sa.Text, nullable=True),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", Instant, nullable=True),
        sa.Column("is_accepted", sa.Boolean, nullable=True),
    )
    op.create_index("objections_person", "objections", ["person_id", "month"])


def downgrade() -> None:
    """What is in a state that was not known before goes back to the one nearest to it."""
    for name in reversed(TABLES):
        op.drop_table(name)
    _compare("default")
    op.drop_index("issues_handler", "issues")
    op.create_index("issues_handler", "issues", ["handler_id"])
    _by_state(None)
    op.drop_index("issues_open", "issues")
    for name, _, _ in PARTIAL:
        op.drop_index(name, "issues")
    for before, states in (
        ("reported", ("received", "accepted", "dispatched", "suspended")),
        ("handled", ("verified",)),
        ("closed", ("rated",)),
        ("void", ("merged",)),
    ):
        op.execute(sa.text(f"UPDATE issues SET status = '{before}' WHERE {_among(states)}"))
    _index("issues_open", COLUMNS, _among(OPEN_BEFORE))
    op.drop_column("accounts", "display_name")
    op.drop_column("categories", "retired_at")
    op.drop_column("photos", "kind")
    for name in (*reversed([name for name, _ in OF_ISSUES]), "tier"):
        op.drop_column("issues", name)
