"""The tables of the closed loop, columns only: steps with their clocks, whistles, roster, ratings, notices, evaluation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.db.models import Base, Code, Id, Path
from gridmap.db.types import CanonicalJson, Instant


class Step(Base):
    """A step of a matter that has ended: one of `issues.STAGES`, its clock, and who had it in hand.

    Written when the step ends; the one that runs stands in the matter's own row (`stage_at`, `stage_due_at`).
    `paused_s` are the seconds it stood still; `action` is what ended it, done by `account_id`.
    """

    __tablename__ = "steps"
    __table_args__ = (
        Index("steps_issue", "issue_id"),
        Index("steps_ended", "ended_at", "stage", "path"),
        Index("steps_due", "due_at"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    issue_id: Mapped[int] = mapped_column(Id)
    stage: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(20))
    path: Mapped[str] = mapped_column(Path)
    category_id: Mapped[int] = mapped_column(Id)
    began_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime] = mapped_column(Instant)
    paused_s: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int | None] = mapped_column(Id)
    unit: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(30))
    account_id: Mapped[int | None] = mapped_column(Id)


class Whistle(Base):
    """A whistle (吹哨) blown over a matter: its level and kind, who blew it, until when somebody must answer.

    `status` is one of whistle.STATUSES. `answer_by` is when its silence raises it by one level; None: it runs no more.
    """

    __tablename__ = "whistles"
    __table_args__ = (Index("whistles_issue", "issue_id"), Index("whistles_answer", "status", "answer_by"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    issue_id: Mapped[int] = mapped_column(Id)
    path: Mapped[str] = mapped_column(Path)
    level: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(12))
    caller_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    called_at: Mapped[datetime] = mapped_column(Instant)
    answer_by: Mapped[datetime | None] = mapped_column(Instant)
    raised: Mapped[int] = mapped_column(Integer)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class WhistleCall(Base):
    """One unit called by a whistle: when it accepted, stood on site, had done its part, and how it was rated.

    `status` is one of whistle.CALL_STATUSES; it should stand on site by `site_by` (None: no limit). `evidence`
    holds the keys of its `photos` and `words`. `lon`, `lat` are where it checked in (WGS84 degrees) with the accuracy of that, `distance_m` how far from
    the matter's place.
    """

    __tablename__ = "whistle_calls"
    __table_args__ = (
        UniqueConstraint("whistle_id", "unit", name="whistle_calls_unit"),
        Index("whistle_calls_of_unit", "unit", "issue_id"),
        Index("whistle_calls_issue", "issue_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    whistle_id: Mapped[int] = mapped_column(Id, ForeignKey("whistles.id"))
    issue_id: Mapped[int] = mapped_column(Id)
    unit: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(12))
    called_at: Mapped[datetime] = mapped_column(Instant)
    site_by: Mapped[datetime | None] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted_by: Mapped[int | None] = mapped_column(Id)
    checked_in_at: Mapped[datetime | None] = mapped_column(Instant)
    checked_in_by: Mapped[int | None] = mapped_column(Id)
    lon: Mapped[float | None] = mapped_column(Float(53))
    lat: Mapped[float | None] = mapped_column(Float(53))
    accuracy_m: Mapped[float | None] = mapped_column(Float(53))
    distance_m: Mapped[float | None] = mapped_column(Float(53))
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    done_by: Mapped[int | None] = mapped_column(Id)
    evidence: Mapped[Any | None] = mapped_column(CanonicalJson)
    rating: Mapped[int | None] = mapped_column(Integer)
    rated_at: Mapped[datetime | None] = mapped_column(Instant)


class Shift(Base):
    """When the holder of a post is on duty: local minutes of the day, on the weekdays of a mask (1: Monday).

    A post without a shift is always on duty; a shift may reach past midnight (`ends` ≤ `begins`).
    """

    __tablename__ = "shifts"
    __table_args__ = (Index("shifts_post", "post_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    post_id: Mapped[int] = mapped_column(Id, ForeignKey("posts.id"))
    weekdays: Mapped[int] = mapped_column(Integer)
    begins: Mapped[int] = mapped_column(Integer)
    ends: Mapped[int] = mapped_column(Integer)


class Absence(Base):
    """A person who is away (leave, training, illness; why is nobody's business here) and who stands in for them."""

    __tablename__ = "absences"
    __table_args__ = (Index("absences_person", "person_id", "ends_at"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    person_id: Mapped[int] = mapped_column(Id, ForeignKey("persons.id"))
    deputy_id: Mapped[int | None] = mapped_column(Id, ForeignKey("persons.id"))
    begins_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    noted_by: Mapped[int | None] = mapped_column(Id)
    noted_at: Mapped[datetime] = mapped_column(Instant)
    handed_at: Mapped[datetime | None] = mapped_column(Instant)


class Rating(Base):
    """What the reporter says of the outcome: solved (2 solved, 1 partly, 0 not) and how content they are (2, 1, 0)."""

    __tablename__ = "ratings"
    __table_args__ = (Index("ratings_issue", "issue_id"), Index("ratings_at", "at", "path"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    issue_id: Mapped[int] = mapped_column(Id)
    path: Mapped[str] = mapped_column(Path)
    at: Mapped[datetime] = mapped_column(Instant)
    solved: Mapped[int] = mapped_column(Integer)
    satisfaction: Mapped[int] = mapped_column(Integer)
    account_id: Mapped[int | None] = mapped_column(Id)


class Tracking(Base):
    """The secret by which a reporter without an account follows a matter, as its digest."""

    __tablename__ = "trackings"
    __table_args__ = (Index("trackings_issue", "issue_id"), Index("trackings_forget", "forget_at"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    issue_id: Mapped[int] = mapped_column(Id)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    contact_id: Mapped[int | None] = mapped_column(Id)
    forget_at: Mapped[datetime | None] = mapped_column(Instant)


class DoorPass(Base):
    """A puzzle of the residents' door that was solved and used: it opens once.

    `address` is a mark of the network it came from, `path` where the matter lies: what paces are counted by.
    """

    __tablename__ = "door_passes"
    __table_args__ = (
        Index("door_passes_at", "at"),
        Index("door_passes_address", "address", "at"),
        Index("door_passes_path", "path", "at"),
    )
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    address: Mapped[str | None] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(Path)


class Notice(Base):
    """What an account is told, also with the page closed. `key` makes telling it twice impossible."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("account_id", "key", name="notices_key"),
        Index("notices_account", "account_id", "read_at"),
        Index("notices_at", "at"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(30))
    issue_id: Mapped[int | None] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Instant)
    data: Mapped[Any] = mapped_column(CanonicalJson)
    read_at: Mapped[datetime | None] = mapped_column(Instant)


class Delivery(Base):
    """One notice on its way through one channel: tried until `next_at` is None, sent or given up.

    `target` is an address, or the name of a group; `key` makes telling a group twice impossible.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("key", name="deliveries_key"),
        Index("deliveries_next", "next_at"),
        Index("deliveries_notice", "notice_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    notice_id: Mapped[int | None] = mapped_column(Id)
    channel: Mapped[str] = mapped_column(String(20))
    target: Mapped[str] = mapped_column(String(600))
    key: Mapped[str | None] = mapped_column(String(240))
    body: Mapped[Any] = mapped_column(CanonicalJson)
    tries: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Instant)
    next_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    fault: Mapped[str | None] = mapped_column(String(200))


class Channel(Base):
    """Where an account may be told beside the page: an address of one channel (a browser's push, 企业微信, a phone)."""

    __tablename__ = "channels"
    __table_args__ = (
        UniqueConstraint("account_id", "channel", "address", name="channels_address"),
        Index("channels_account", "account_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(600))
    keys: Mapped[Any | None] = mapped_column(CanonicalJson)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Recheck(Base):
    """A closed matter drawn to be looked at again (抽查); `result` is None until somebody was there."""

    __tablename__ = "rechecks"
    __table_args__ = (
        UniqueConstraint("issue_id", "month", name="rechecks_month"),
        Index("rechecks_done", "done_at", "path"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    issue_id: Mapped[int] = mapped_column(Id)
    path: Mapped[str] = mapped_column(Path)
    month: Mapped[str] = mapped_column(String(7))
    drawn_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    done_by: Mapped[int | None] = mapped_column(Id)
    is_well: Mapped[bool | None] = mapped_column(Boolean)


class Objection(Base):
    """What a person says against a figure about them, and what their leader answered."""

    __tablename__ = "objections"
    __table_args__ = (Index("objections_person", "person_id", "month"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district_code: Mapped[str] = mapped_column(Code)
    person_id: Mapped[int] = mapped_column(Id, ForeignKey("persons.id"))
    month: Mapped[str] = mapped_column(String(7))
    indicator: Mapped[str] = mapped_column(String(40))
    issue_id: Mapped[int | None] = mapped_column(Id)
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(Id)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    is_accepted: Mapped[bool | None] = mapped_column(Boolean)
