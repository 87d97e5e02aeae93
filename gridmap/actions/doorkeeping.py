"""What a resident does without an account: report, follow by a secret, add photos, rate, send back once."""

from __future__ import annotations

import hashlib
import json
import math
import secrets as chance
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.actions.acts import Act, Case
from gridmap.actions.attempts import network_of
from gridmap.actions.handling import carry_out
from gridmap.actions.office import Office, Work
from gridmap.actions.photographing import keep_photo
from gridmap.actions.reporting import Beside, Report, check_report, new_words, take_in
from gridmap.db import door, history
from gridmap.db.bulk import Put, blank, instant_text, kept_value
from gridmap.db.engine import is_unique_violation
from gridmap.db.loop_models import DoorPass, Tracking
from gridmap.db.models import Base, CategoryRow, Issue, Words
from gridmap.domain.door import (
    CONTACT_LIMIT,
    CONTACT_SPAN,
    PHOTO_SPAN,
    PHOTOS_MOST,
    WORDS_LIMIT,
    DoorRules,
    Step,
    Turn,
    digest_of_secret,
    is_solved,
    is_stale,
    make_puzzle,
    mark_of,
    may_send_back,
    secret_of,
    steps_of,
)
from gridmap.domain.scope import Actor, Scope
from gridmap.errors import ConflictError, InvalidInputError, NotFoundError, TooManyError
from gridmap.files.photos import redraw

SOURCE = "resident"
_NOBODY = Scope((), None)  # type: ignore[arg-type]
# Effects and clocks only pass the account on, into columns that may be empty.
RESIDENT = Actor(None, SOURCE, "", _NOBODY)  # type: ignore[arg-type]
"""Whoever has no account: tied to a matter as its reporter, by its secret."""
_REPORTER = frozenset({"reporter"})


@dataclass(frozen=True)
class Knock:
    """With what somebody comes to the door: the puzzle and its answer, the address they come from ("": unknown)."""

    puzzle: str
    answer: str
    address: str = ""


@dataclass(frozen=True)
class Received:
    """What a report through the door gets: its number, the secret it is followed by, whether it is new."""

    number: str
    secret: str
    is_new: bool


def draw_puzzle(office: Office, rules: DoorRules) -> tuple[str, datetime]:
    """A new puzzle, and until when it holds; nothing is kept of it."""
    now = office.clock()
    return make_puzzle(rules, now, chance.token_bytes(9)), now + timedelta(minutes=rules.minutes)


def report_at_door(
    office: Office, rules: DoorRules, knock: Knock, what: Report, contact: str = ""
) -> Received:
    """Keep a resident's report, and how it is followed; commits. Sent again with the same puzzle it changes nothing.

    It begins where the office's acceptance says for the source `resident`, and is never refused for its place.
    Raises InvalidInputError `door_puzzle_wrong`, `door_puzzle_stale`, `words_too_long` or `contact_too_long`,
    ConflictError `door_puzzle_used` for another report with a puzzle that was used, TooManyError
    `door_too_many` for the address and `door_cell_full` for the cell.
    """
    _check(what, contact)
    if not is_solved(rules, knock.puzzle, knock.answer):
        raise InvalidInputError("door_puzzle_wrong")
    secret = secret_of(rules, knock.puzzle)
    try:
        with office.brief_work() as work:
            # What was sent before is answered whatever holds by now.
            if (earlier := _earlier(work, secret, what)) is not None:
                return earlier
            _refuse_too_much(rules, work, knock)
            beside = _Beside(rules, work, knock, secret, contact.strip()).rows(bool(contact.strip()))
            return Received(take_in(office, work, RESIDENT, what, beside).number, secret, True)
    except IntegrityError as error:
        # The same report, sent twice at once: the other one was faster.
        if not is_unique_violation(error):
            raise
        with office.work() as work:
            if (earlier := _earlier(work, secret, what)) is None:
                raise
            return earlier


def _check(what: Report, contact: str) -> None:
    if len(what.description) > WORDS_LIMIT:
        raise InvalidInputError("words_too_long", limit=WORDS_LIMIT, length=len(what.description))
    if len(contact) > CONTACT_LIMIT:
        raise InvalidInputError("contact_too_long", limit=CONTACT_LIMIT)
    check_report(what)


def _earlier(work: Work, secret: str, what: Report) -> Received | None:
    kept = door.tracking(work.session, digest_of_secret(secret))
    if kept is None:
        return None
    issue, words = (
        work.session.get_one(Issue, kept.issue_id),
        history.description_of(work.session, kept.issue_id),
    )
    has_same_words = words.text in (None, what.description) if words else not what.description
    if issue.body_digest != what.digest() or not has_same_words:
        raise ConflictError("door_puzzle_used")
    return Received(issue.number, secret, False)


def _refuse_too_much(rules: DoorRules, work: Work, knock: Knock) -> None:
    """Two at the same moment may both be let in: a pace need not be exact."""
    if is_stale(knock.puzzle, work.now):
        raise InvalidInputError("door_puzzle_stale")
    mark, span = _address(rules, knock), timedelta(hours=1)
    if mark is None or not rules.per_address:
        return
    times = door.passes_from(work.session, mark, work.now - span, rules.per_address)
    if len(times) == rules.per_address:
        left = (times[-1] + span - work.now).total_seconds()
        raise TooManyError("door_too_many", retry_after_s=max(1, math.ceil(left)))


def _address(rules: DoorRules, knock: Knock) -> str | None:
    return mark_of(rules, "address", network_of(knock.address)) if knock.address else None


@dataclass(frozen=True)
class _Beside:
    """What is kept together with a report: the pass that was used, how it is followed, the contact."""

    rules: DoorRules
    work: Work
    knock: Knock
    secret: str
    contact: str

    def rows(self, has_contact: bool) -> Beside:
        models: tuple[type[Base], ...] = (Tracking, Words) if has_contact else (Tracking,)
        return Beside(models, self._make)

    def _make(self, issue: Issue, keys: Sequence[int]) -> list[Any]:
        now, rules = self.work.now, self.rules
        used = door.passes_at(self.work.session, issue.path, now - timedelta(days=1))
        if rules.per_cell and used >= rules.per_cell:
            raise TooManyError("door_cell_full", retry_after_s=3600)
        self._use_pass(issue.path)
        tracking = blank(
            Tracking,
            id=keys[0],
            district_code=issue.district_code,
            issue_id=issue.id,
            digest=digest_of_secret(self.secret),
            created_at=now,
        )
        if not self.contact:
            return [tracking]
        tracking.contact_id, tracking.forget_at = keys[1], now + CONTACT_SPAN
        return [tracking, new_words(issue, keys[1], "contact", self.contact)]

    def _use_pass(self, path: str) -> None:
        row = {
            "digest": mark_of(self.rules, "pass", self.knock.puzzle),
            "at": kept_value(self.work.now, instant_text(self.work.session)),
            "address": _address(self.rules, self.knock),
            "path": path,
        }
        self.work.put_last([Put(DoorPass, row)])


# --- following ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """What a reporter is told: nothing of who works on it, and no words of theirs.

    `cell` is the name of its cell (None: none yet), `rated` what they said of the outcome (solved, satisfaction),
    `photos` how many came with it; `holds_contact` whether a contact is still kept.
    """

    number: str
    category: CategoryRow
    cell: str | None
    steps: list[Step]
    rated: tuple[int, int] | None
    may_rate: bool
    may_send_back: bool
    may_add_photos: bool
    photos: int
    holds_contact: bool


def progress_of(office: Office, secret: str) -> Progress:
    """How far the matter has come that `secret` follows. Raises NotFoundError `tracking_unknown`."""
    with office.database.reading() as session:
        kept = _tracked(session, secret)
        found, now = door.followed(session, kept.issue_id), office.clock()
        issue, photos = found.issue, len(door.photos_of(session, kept.issue_id))
        rating, allowed = door.last_rating(session, issue.id), _allowed(office, issue)
        is_rated = rating is not None and issue.status == "rated"
        return Progress(
            number=issue.number,
            category=found.category,
            cell=found.cell,
            steps=_steps(session, issue),
            rated=(rating.solved, rating.satisfaction) if rating and is_rated else None,
            may_rate="rate" in allowed,
            may_send_back=_may_send_back(office, session, issue, now),
            may_add_photos=photos < PHOTOS_MOST and now - kept.created_at <= PHOTO_SPAN,
            photos=photos,
            holds_contact=kept.contact_id is not None,
        )


def _tracked(session: Session, secret: str) -> Tracking:
    kept = door.tracking(session, digest_of_secret(secret))
    if kept is None:
        raise NotFoundError("tracking_unknown")
    return kept


def _allowed(office: Office, issue: Issue) -> list[str]:
    return office.workflow.allowed(issue.status, _REPORTER)


def _steps(session: Session, issue: Issue) -> list[Step]:
    turns = []
    for row in door.turns(session, issue.id)[1:]:
        data = json.loads(row.data)
        turns.append(Turn(row.kind, row.at, data.get("from"), data.get("to")))
    return steps_of(issue.reported_at, issue.status, turns)


def _may_send_back(office: Office, session: Session, issue: Issue, now: datetime) -> bool:
    rating = door.last_rating(session, issue.id)
    if rating is None or issue.status != "rated" or "reopen_unsolved" not in _allowed(office, issue):
        return False
    return may_send_back(
        closed_at=issue.closed_at,
        now=now,
        solved=rating.solved,
        satisfaction=rating.satisfaction,
        was_sent_back=door.was_sent_back(session, issue.id),
    )


def add_photo_at_door(office: Office, secret: str, sent: bytes) -> tuple[int, bool]:
    """Keep a photo of the matter that `secret` follows; commits. How many it has, and whether this one is new.

    Within PHOTO_SPAN of the report, PHOTOS_MOST in all. Raises NotFoundError `tracking_unknown`, ConflictError
    `photos_too_many` or `photos_too_late`, and what `redraw` raises.
    """
    with office.database.reading() as session:
        _tracked(session, secret)
    picture, sent_digest = redraw(sent), hashlib.sha256(sent).hexdigest()
    with office.work() as work:
        kept = _tracked(work.session, secret)
        issue = door.locked(work.session, kept.issue_id)
        photos = door.photos_of(work.session, issue.id)
        if any(photo.sent_digest == sent_digest for photo in photos):
            return len(photos), False
        if len(photos) >= PHOTOS_MOST:
            raise ConflictError("photos_too_many", limit=PHOTOS_MOST)
        if work.now - kept.created_at > PHOTO_SPAN:
            raise ConflictError("photos_too_late")
        keep_photo(office, work, issue, None, f"door-{sent_digest[:40]}", sent_digest, picture)
        return len(photos) + 1, True


def rate_at_door(office: Office, secret: str, solved: int, satisfaction: int) -> str:
    """Say of a closed matter whether it was solved (2, 1, 0) and how content one is (2, 1, 0); commits. Its state.

    Raises NotFoundError `tracking_unknown`, ConflictError `action_not_now`, InvalidInputError `rating_invalid`.
    """
    with office.work() as work:
        issue = _own(work, secret)
        _refuse_unless(office, issue, "rate")
        act = Act("rate", solved=solved, satisfaction=satisfaction)
        return carry_out(Case(office, work, RESIDENT, issue, act, _REPORTER))


def send_back_at_door(office: Office, secret: str, words: str) -> str:
    """Have a matter taken up again that was rated as not solved or not content with; commits. Its state.

    Raises NotFoundError `tracking_unknown`, ConflictError `action_not_now` or `door_not_again`, InvalidInputError
    `field_missing` or `words_too_long`.
    """
    if len(words) > WORDS_LIMIT:
        raise InvalidInputError("words_too_long", limit=WORDS_LIMIT, length=len(words))
    if not words.strip():
        raise InvalidInputError("field_missing", field="words", action="reopen_unsolved")
    with office.work() as work:
        issue = _own(work, secret)
        _refuse_unless(office, issue, "reopen_unsolved")
        if not _may_send_back(office, work.session, issue, work.now):
            raise ConflictError("door_not_again")
        act = Act("reopen_unsolved", words=words.strip())
        return carry_out(Case(office, work, RESIDENT, issue, act, _REPORTER))


def _own(work: Work, secret: str) -> Issue:
    return door.locked(work.session, _tracked(work.session, secret).issue_id)


def _refuse_unless(office: Office, issue: Issue, action: str) -> None:
    if action not in _allowed(office, issue):
        raise ConflictError("action_not_now", action=action, status=issue.status, allowed=[])
