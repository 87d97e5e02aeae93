"""The tables, columns only. What fills them is in actions/, what reads them in the queries beside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from gridmap.db.types import CanonicalJson, Instant
from gridmap.domain.issues import CLOSED, DROPPED, OPEN
from gridmap.geo.crs import WGS84

Id = BigInteger().with_variant(Integer, "sqlite")
"""A row's key: 64 bits on both; SQLite counts up only in its own INTEGER."""
Code = String(64, collation="C").with_variant(String(64), "sqlite")
"""A code, compared byte by byte."""
ForeignId = String(200, collation="C").with_variant(String(200), "sqlite")
"""What a matter is called in the system it came from, compared byte by byte: sorted in half the time."""
Path = String(512, collation="C").with_variant(String(512), "sqlite")
"""A path of terminated codes, compared byte by byte: asked by range (see domain/codes)."""


_IS_OPEN = text(f"status IN ({', '.join(repr(status) for status in OPEN)})")
_IS_ENDED = text(f"status IN ({', '.join(repr(status) for status in (*CLOSED, *DROPPED))})")
_URGENT = text("coalesce(stage_due_at, due_at, 'infinity')")


def _index_where(condition: str, name: str, *columns: str) -> Index:
    """An index of the rows that meet `condition` only."""
    return Index(name, *columns, postgresql_where=text(condition), sqlite_where=text(condition))


def _geometry(kind: str, nullable: bool = False) -> Any:
    # The migration makes geometry columns and their indexes; the models only speak of them.
    return mapped_column(Geometry(kind, srid=WGS84, spatial_index=False), nullable=nullable)


class Base(DeclarativeBase):
    """The tables' common root."""


class Area(Base):
    """One version of an area of any level: district, street, community or cell. Current: `valid_to` is null."""

    __tablename__ = "areas"
    __table_args__ = (
        UniqueConstraint("code", "version", name="areas_code_version"),
        Index(
            "areas_current",
            "code",
            unique=True,
            postgresql_where="valid_to IS NULL",
            sqlite_where="valid_to IS NULL",
        ),
        Index("areas_path", "path"),
        Index("areas_parent", "parent_path"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    level: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(Path)
    parent_path: Mapped[str] = mapped_column(Path)
    version: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_to: Mapped[datetime | None] = mapped_column(Instant)
    area_m2: Mapped[float] = mapped_column(Float(53))
    label_lon: Mapped[float] = mapped_column(Float(53))
    label_lat: Mapped[float] = mapped_column(Float(53))
    digest: Mapped[str] = mapped_column(String(64))
    geom: Mapped[Any] = _geometry("MULTIPOLYGON")


class NetRow(Base):
    """The one row that counts how often areas or categories changed; the store itself counts, by triggers."""

    __tablename__ = "net"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(Id)


class Building(Base):
    """A building: where it stands, and its footprint if known. `path` is the cell its point lies in."""

    __tablename__ = "buildings"
    __table_args__ = (
        UniqueConstraint("district_code", "code", name="buildings_code"),
        Index("buildings_path", "path"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    code: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(400))
    floors: Mapped[int | None] = mapped_column(Integer)
    households: Mapped[int | None] = mapped_column(Integer)
    chief: Mapped[str | None] = mapped_column(String(100))
    path: Mapped[str] = mapped_column(Path)
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_to: Mapped[datetime | None] = mapped_column(Instant)
    digest: Mapped[str] = mapped_column(String(64))
    point: Mapped[Any] = _geometry("POINT")
    footprint: Mapped[Any | None] = _geometry("MULTIPOLYGON", nullable=True)


class Landmark(Base):
    """What a map shows beside cells and buildings: a `kind` such as road, water, green, field, place.

    `rank` is a class within the kind (a main or a minor road; a school, a market), "" for none. The
    shape may be a point, a line or a polygon.
    """

    __tablename__ = "landmarks"
    __table_args__ = (Index("landmarks_kind", "district_code", "kind"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    kind: Mapped[str] = mapped_column(String(20))
    rank: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    geom: Mapped[Any] = _geometry("GEOMETRY")


class Person(Base):
    """A member of staff. `code` is the staff number of the place they work at."""

    __tablename__ = "persons"
    __table_args__ = (UniqueConstraint("district_code", "code", name="persons_code"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    code: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str | None] = mapped_column(String(40))
    unit: Mapped[str | None] = mapped_column(String(64))


class Post(Base):
    """A person holding a role on an area from–to. By the area's code, so that it outlives redrawing."""

    __tablename__ = "posts"
    __table_args__ = (Index("posts_area", "area_path"), Index("posts_person", "person_id"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    person_id: Mapped[int] = mapped_column(Id, ForeignKey("persons.id"))
    role: Mapped[str] = mapped_column(String(40))
    area_code: Mapped[str] = mapped_column(Code)
    area_path: Mapped[str] = mapped_column(Path)
    valid_from: Mapped[datetime] = mapped_column(Instant)
    valid_to: Mapped[datetime | None] = mapped_column(Instant)


class CategoryRow(Base):
    """A kind of matter in one of the catalogues; `role` is the one of the five that handles it, `retired_at` when it left them."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("standard", "kind", "code", name="categories_key"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    standard: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(40))
    name_zh: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(200))
    group_code: Mapped[str] = mapped_column(String(40))
    group_zh: Mapped[str] = mapped_column(String(100))
    role: Mapped[str | None] = mapped_column(String(40))
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class Account(Base):
    """Somebody or something that signs in. `area_path` limits a seat, wall or administrator ("" = everything).

    `display_name`: what others are told it is called, where no person stands behind it (None: the kind of account).
    """

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    username: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(Id, ForeignKey("persons.id"))
    area_path: Mapped[str | None] = mapped_column(Path)
    unit: Mapped[str | None] = mapped_column(String(64))
    display_name: Mapped[str | None] = mapped_column(String(40))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_set_at: Mapped[datetime | None] = mapped_column(Instant)
    one_time_digest: Mapped[str | None] = mapped_column(String(64))
    one_time_until: Mapped[datetime | None] = mapped_column(Instant)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class OldPassword(Base):
    """The hash of a password an account has or had: the last few may not be taken again."""

    __tablename__ = "old_passwords"
    __table_args__ = (Index("old_passwords_account", "account_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    password_hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(Instant)


class AccountNote(Base):
    """What was done to or with an account, append-only: made, closed, reset, signed in, failed, locked, tokens."""

    __tablename__ = "account_notes"
    __table_args__ = (Index("account_notes_account", "account_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    actor_id: Mapped[int | None] = mapped_column(Id, ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    act: Mapped[str] = mapped_column(String(30))


class Token(Base):
    """A bearer token or a session (`kind`), kept as the digest of its secret."""

    __tablename__ = "tokens"
    __table_args__ = (Index("tokens_account", "account_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    parent_id: Mapped[int | None] = mapped_column(Id, ForeignKey("tokens.id"))
    kind: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)


class SignInAttempt(Base):
    """A try at signing in, under digests of the name (or of the known browser) and of the client's address."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("sign_in_attempts_name", "name", "at"),
        Index("sign_in_attempts_address", "address", "at"),
        Index("sign_in_attempts_at", "at"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    name: Mapped[str] = mapped_column(String(32))
    address: Mapped[str | None] = mapped_column(String(32))


class Issue(Base):
    """A matter as it stands now. What was sent stays beside what it became; words are in `words`.

    Category, cell, owner and handler are keys of rows that are never deleted; the store does not check
    each (decision 14). Why it lies where it does and whom else it went to is told by its events.
    `due_at` is the deadline of the whole; `stage_at` and `stage_due_at` are the clock of the step it is
    in (issues.STAGES), which stood still for `paused_s` seconds. A clock that stands still has `left_s` seconds left, for `left_for` (whom it was
    given to: who gets it again goes on with that; None: whoever) and goes back to the state `resumes_to`.
    `reopened_at` is when its reporter had it taken up again, not content with the outcome (None: never since).
    `called` are the units of its open whistles, a line each; `finished_by` is the account that did the work.
    """

    __tablename__ = "issues"
    __table_args__ = (
        UniqueConstraint("account_id", "client_id", name="issues_client"),
        Index("issues_external", "source", "external_id", unique=True),
        Index("issues_path", "path", "status"),
        # Open ones stand in the desk's index; SQLite keeps all, it does not see that a parameter is none of them.
        Index("issues_status", "status", "id", postgresql_where=_IS_ENDED),
        Index("issues_owner", "owner_id"),
        Index("issues_handler", "handler_id", "status"),
        # Rows are wide: what is counted over many of them stands in the index.
        Index(
            "issues_open",
            *("due_at", "id", "path", "status", "is_triage", "account_id", "category_id", "left_s"),
            postgresql_where=_IS_OPEN,
            sqlite_where=_IS_OPEN,
        ),
        Index("issues_reported", "reported_at", "path"),
        # The queues of the desk: by state in their order of urgency, and all they count by.
        Index(
            "issues_desk",
            *("status", _URGENT, "id", "path", "stage_due_at", "due_at"),
            *("is_triage", "handler_id", "unit", "category_id", "left_s"),
            postgresql_where=_IS_OPEN,
            sqlite_where=_IS_OPEN,
        ),
        _index_where("supervised_at IS NOT NULL", "issues_supervised", "supervised_at", "id"),
        _index_where("reopened_at IS NOT NULL", "issues_reopened", "reopened_at", "id"),
        _index_where("closed_at IS NOT NULL", "issues_closed_due", "due_at", "path", "closed_at"),
        _index_where("closed_at IS NOT NULL", "issues_closed", "closed_at", "path", "due_at"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    number: Mapped[str] = mapped_column(Code, unique=True)
    status: Mapped[str] = mapped_column(String(20))
    is_triage: Mapped[bool] = mapped_column(Boolean)
    category_id: Mapped[int] = mapped_column(Id)
    source: Mapped[str] = mapped_column(String(40))
    external_id: Mapped[str | None] = mapped_column(ForeignId)
    account_id: Mapped[int | None] = mapped_column(Id, ForeignKey("accounts.id"))
    client_id: Mapped[str | None] = mapped_column(String(64))
    body_digest: Mapped[str] = mapped_column(String(64))
    sent_lon: Mapped[float] = mapped_column(Float(53))
    sent_lat: Mapped[float] = mapped_column(Float(53))
    datum: Mapped[str] = mapped_column(String(10))
    accuracy_m: Mapped[float | None] = mapped_column(Float(53))
    path: Mapped[str] = mapped_column(Path)
    cell_id: Mapped[int | None] = mapped_column(Id)
    owner_id: Mapped[int | None] = mapped_column(Id)
    handler_id: Mapped[int | None] = mapped_column(Id)
    unit: Mapped[str | None] = mapped_column(String(64))
    occurred_at: Mapped[datetime] = mapped_column(Instant)
    reported_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    tier: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    stage_at: Mapped[datetime | None] = mapped_column(Instant)
    stage_due_at: Mapped[datetime | None] = mapped_column(Instant)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    paused_s: Mapped[int | None] = mapped_column(Integer)
    left_s: Mapped[int | None] = mapped_column(Integer)
    left_for: Mapped[str | None] = mapped_column(String(80))
    resumes_to: Mapped[str | None] = mapped_column(String(20))
    finished_by: Mapped[int | None] = mapped_column(Id)
    supervised_at: Mapped[datetime | None] = mapped_column(Instant)
    reopened_at: Mapped[datetime | None] = mapped_column(Instant)
    called: Mapped[str | None] = mapped_column(Text)
    merged_into: Mapped[int | None] = mapped_column(Id)
    history_seq: Mapped[int] = mapped_column(Integer)
    history_digest: Mapped[str] = mapped_column(String(64))
    sealed_seq: Mapped[int] = mapped_column(Integer, default=0)
    geom: Mapped[Any] = _geometry("POINT")


class AssignmentText(Base):
    """An assignment that many imported matters share, under the SHA-256 of its canonical JSON: their events name that."""

    __tablename__ = "assignments"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[str] = mapped_column(Text)


class Words(Base):
    """Words about a matter that the law may want forgotten: `text` and `salt` are null once erased."""

    __tablename__ = "words"
    __table_args__ = (Index("words_issue", "issue_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    issue_id: Mapped[int] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(20))
    salt: Mapped[str | None] = mapped_column(String(32))
    text: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class Photo(Base):
    """A photo of a matter, stored outside the database under the digest of its bytes."""

    __tablename__ = "photos"
    __table_args__ = (UniqueConstraint("issue_id", "client_id", name="photos_client"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    issue_id: Mapped[int] = mapped_column(Id, ForeignKey("issues.id"))
    account_id: Mapped[int | None] = mapped_column(Id, ForeignKey("accounts.id"))
    client_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str | None] = mapped_column(String(10))
    sent_digest: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    taken_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class EventRow(Base):
    """One link of a matter's history: append-only, each with the digest of the one before."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("issue_id", "seq", name="events_seq"),
        UniqueConstraint("issue_id", "actor_id", "client_id", name="events_client"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    issue_id: Mapped[int] = mapped_column(Id)
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None] = mapped_column(Id, ForeignKey("accounts.id"))
    client_id: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class Head(Base):
    """A seal over the tips of all chains that grew since the seal before: a missing chain shows."""

    __tablename__ = "heads"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    sealed_at: Mapped[datetime] = mapped_column(Instant)
    chains: Mapped[int] = mapped_column(Integer)
    before: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class Tip(Base):
    """One chain's tip under one seal."""

    __tablename__ = "tips"
    __table_args__ = (Index("tips_number", "number"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    head_id: Mapped[int] = mapped_column(Id, ForeignKey("heads.id"), index=True)
    district_code: Mapped[str] = mapped_column(Code)
    number: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))


class StreamRow(Base):
    """What open pages are told, in one gapless order; the last thing written before a commit."""

    __tablename__ = "stream"
    number: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    district_code: Mapped[str] = mapped_column(Code)
    kind: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    data: Mapped[Any] = mapped_column(CanonicalJson)
    before: Mapped[Any | None] = mapped_column(CanonicalJson)
    after: Mapped[Any | None] = mapped_column(CanonicalJson)


class Counter(Base):
    """The last sequence number given out under a name: numbers of one district's day."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class Chore(Base):
    """A job that comes back: when it was last done, and until when somebody has it in hand."""

    __tablename__ = "chores"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_until: Mapped[datetime | None] = mapped_column(Instant)


class ImportRow(Base):
    """A file that was taken in: what, whose, when, and how much of it."""

    __tablename__ = "imports"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(300))
    file_digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    counts: Mapped[Any] = mapped_column(CanonicalJson)


class TileSet(Base):
    """The newest baked version of a set of tiles, the one before it, and what of the store it was made from (`stamp`).

    Its file lies in the data directory of each machine that serves it, so it may be missing here.
    """

    __tablename__ = "tile_sets"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[str] = mapped_column(String(16))
    previous: Mapped[str | None] = mapped_column(String(16))
    stamp: Mapped[str] = mapped_column(String(100))
    baked_at: Mapped[datetime] = mapped_column(Instant)
    seconds: Mapped[float] = mapped_column(Float(53))
    features: Mapped[int] = mapped_column(Integer)
    bytes: Mapped[int] = mapped_column(BigInteger)


class Meta(Base):
    """Facts about this installation that pages must state, such as the notice of an invented district."""

    __tablename__ = "meta"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
