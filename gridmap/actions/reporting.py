"""Report a matter: it finds its cell and its people, and is kept once, whatever the network does."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.actions.office import Office, Work, tie_of, words_entry
from gridmap.actions.placing import LoadedGround, Sent, Standing, assignment_json, why_of
from gridmap.db import history, issues, posts
from gridmap.db.bulk import Put, blank, instant_text, kept_points, kept_value
from gridmap.db.engine import is_unique_violation
from gridmap.db.history import Facts
from gridmap.db.intake import Asked, Intake, begin
from gridmap.db.issues import SentBefore
from gridmap.db.models import Base, CategoryRow, EventRow, Issue, Words
from gridmap.db.spatial import geometry_value
from gridmap.domain.assignment import Post, assign
from gridmap.domain.codes import codes_in
from gridmap.domain.history import START, canonical, digest_of
from gridmap.domain.issues import STAGE_OF, readable_number
from gridmap.domain.roles import leader_role
from gridmap.domain.scope import Actor
from gridmap.errors import ConflictError, GridmapError, InvalidInputError
from gridmap.geo.crs import LonLat
from gridmap.geo.locate import Cell

WORDS_LIMIT = 4000
CLIENT_ID_LIMIT = 64


@dataclass(frozen=True)
class Report:
    """What a person sends: where, what kind, in which words, since when; `client_id` makes sending twice safe.

    `is_unsure`: they cannot say which of the cells around it is, so it goes to triage.
    """

    sent: Sent
    category: str
    description: str = ""
    occurred_at: datetime | None = None
    client_id: str | None = None
    source: str = "staff"
    is_unsure: bool = False

    def digest(self) -> str:
        """What has to be equal, beside the words, for two sendings to be the same report.

        Words are left out: a digest of them without salt would let erased ones be guessed back.
        """
        occurred = self.occurred_at.isoformat() if self.occurred_at else None
        body = [vars(self.sent), self.category, occurred, *(["unsure"] if self.is_unsure else [])]
        return hashlib.sha256(canonical(body).encode()).hexdigest()


@dataclass(frozen=True)
class Told:
    """A matter just kept, with all that an answer about it needs: as reading it again would find it.

    `facts` are what its history says, `held` are the posts along its path, `people` the names of their holders; `words` None: it came
    without.
    """

    issue: Issue
    category: CategoryRow
    ground: LoadedGround
    cell: Cell | None
    lon_lat: LonLat
    facts: Facts
    held: Sequence[Post]
    people: Mapping[int, posts.PersonName]
    event: EventRow
    words: Words | None


@dataclass(frozen=True)
class Reported:
    """The number a report got, and whether it is new or had been sent before (then `told` is None)."""

    number: str
    told: Told | None

    @property
    def is_new(self) -> bool:
        """Whether it had not been sent before."""
        return self.told is not None


@dataclass(frozen=True)
class Beside:
    """Rows that are kept together with a new matter: all of it, or nothing.

    Each of `models` gets a key; `make` is given the matter and these keys, and answers a row for each, which
    may be words, too: those stand in the matter's first event.
    """

    models: tuple[type[Base], ...]
    make: Callable[[Issue, Sequence[int]], Sequence[Any]]


def report(office: Office, actor: Actor, what: Report) -> Reported:
    """Keep a report, find its cell and its people; commits.

    Never refused for its place: outside every cell it goes to triage. Raises InvalidInputError for
    what cannot be meant, ChoiceNeededError for an ambiguous category, ForbiddenError for accounts
    that do not report, ConflictError `client_id_reused` where the same `client_id` came with
    another body.
    """
    actor.require("report")
    check_report(what)
    try:
        with office.brief_work() as work:
            try:
                return take_in(office, work, actor, what)
            except GridmapError:
                # What was sent before is answered whatever holds by now.
                if (earlier := _earlier(work, actor, what)) is None:
                    raise
                return earlier
    except IntegrityError as error:
        # The same report, sent twice at once: the other one was faster.
        if not (what.client_id and is_unique_violation(error)):
            raise
        with office.work() as work:
            earlier = _earlier(work, actor, what)
            if earlier is None:
                raise
            return earlier


def check_report(what: Report) -> None:
    """Raises InvalidInputError for what cannot be meant, whatever is stored."""
    if len(what.description) > WORDS_LIMIT:
        raise InvalidInputError("words_too_long", limit=WORDS_LIMIT, length=len(what.description))
    if what.client_id is not None and not 0 < len(what.client_id) <= CLIENT_ID_LIMIT:
        raise InvalidInputError("client_id_invalid", limit=CLIENT_ID_LIMIT)
    what.sent.to_wgs84()


def _earlier(work: Work, actor: Actor, what: Report) -> Reported | None:
    if what.client_id is None:
        return None
    row = issues.by_client(work.session, actor.account_id, what.client_id)
    return None if row is None else _same(work, row, what)


def _same(work: Work, row: SentBefore, what: Report) -> Reported:
    """The matter that was made of a report when it came before. Raises ConflictError where it is another one."""
    words = history.description_of(work.session, row.id)
    is_erased = words is not None and words.text is None
    has_same_words = is_erased or (words.text if words else "") == what.description
    if row.body_digest != what.digest() or not has_same_words:
        raise ConflictError("client_id_reused", client_id=what.client_id, number=row.number)
    return Reported(row.number, None)


@dataclass(frozen=True)
class _Found:
    """Which kind a report is of and where it stands, as `ground` has it."""

    ground: LoadedGround
    category: CategoryRow
    standing: Standing


def _find(office: Office, work: Work, what: Report) -> _Found:
    """Raises InvalidInputError, ChoiceNeededError."""

    def on(ground: LoadedGround) -> _Found:
        standing = ground.find(what.sent)
        return _Found(
            ground, ground.category(what.category), ground.left_open(standing) if what.is_unsure else standing
        )

    try:
        return on(office.grounds.at_hand(work.session))
    except GridmapError:  # what is at hand may be old
        return on(office.grounds.current(work.session))


def take_in(office: Office, work: Work, actor: Actor, what: Report, beside: Beside | None = None) -> Reported:
    """Keep a report in a `brief_work`. Raises InvalidInputError, ChoiceNeededError, ConflictError.

    It is found on the ground at hand; the store says, with all else, whether that still holds.
    """
    found, today = _find(office, work, what), work.now.astimezone(office.zone).date()
    standing, more = found.standing, beside.models if beside else ()
    models: list[type[Base]] = [Issue, *([Words] if what.description else []), *more]
    counter = f"{standing.district_code}-{today:%Y%m%d}"
    role, leader = found.category.role, leader_role(office.roles).code
    version = found.ground.version
    asked = Asked(actor.account_id, what.client_id, version, standing.path, counter, role, leader)
    intake = begin(work.session, asked, models, work.now, office.zone)
    if intake.earlier is not None:
        return _same(work, intake.earlier, what)
    if not intake.is_current:
        office.grounds.current(work.session)
        return take_in(office, work, actor, what, beside)
    number = readable_number(standing.district_code, today, intake.sequence)
    return Reported(number, _keep(office, work, actor, what, found, intake, number, beside))


def _keep(
    office: Office,
    work: Work,
    actor: Actor,
    what: Report,
    found: _Found,
    intake: Intake,
    number: str,
    beside: Beside | None,
) -> Told:
    category, standing, held = found.category, found.standing, intake.held
    assigned = assign(standing.path, category.role, held, office.roles, work.now, intake.roster)
    facts = Facts(why_of(standing, what.sent), assignment_json(assigned))
    issue = _issue(office, actor, what, category, standing, facts.assignment, work.now)
    issue.id, issue.number = intake.keys[0], number
    words = new_words(issue, intake.keys[1], "description", what.description) if what.description else None
    own: list[tuple[type[Base], Any]] = [(Issue, issue), *([(Words, words)] if words else [])]
    more = _made(beside, issue, intake.keys[len(own) :])
    said = [row for model, row in [*own, *more] if model is Words]
    event = _event(work, actor, issue, category, what, said, facts)
    cell, lon_lat = standing.place.cell, standing.place.lon_lat
    work.put_last(_rows(work.session, [*own, *more, (EventRow, event)], lon_lat))
    news = news_of(issue, category, "reported")
    work.tell("issue", news, district_code=issue.district_code, after=tie_of(issue))
    return Told(issue, category, found.ground, cell, lon_lat, facts, held, intake.people, event, words)


def _issue(
    office: Office,
    actor: Actor,
    what: Report,
    category: CategoryRow,
    standing: Standing,
    assigned: Mapping[str, Any],
    now: datetime,
) -> Issue:
    status = "received" if what.source in office.acceptance else "reported"
    issue: Issue = blank(
        Issue,
        status=status,
        tier=1,
        stage_at=now,
        stage_due_at=office.deadlines.stage_due_at(STAGE_OF[status], now),
        category_id=category.id,
        source=what.source,
        account_id=actor.account_id,
        client_id=what.client_id,
        body_digest=what.digest(),
        # A phone's clock may be wrong: nothing happens after it was reported.
        occurred_at=min(what.occurred_at or now, now).astimezone(UTC),
        reported_at=now,
        due_at=office.deadlines.due_at(category, now, standing.path),
        sealed_seq=0,
        **_place(standing, what.sent),
        **people_columns(assigned),
    )
    return issue


def _made(beside: Beside | None, issue: Issue, keys: Sequence[int]) -> list[tuple[type[Base], Any]]:
    return list(zip(beside.models, beside.make(issue, keys), strict=True)) if beside else []


def new_words(issue: Issue, key: int, kind: str, text: str) -> Words:
    """Words about a new matter, in a row that is not stored yet."""
    salt = secrets.token_hex(16)
    place = {"district_code": issue.district_code, "issue_id": issue.id}
    words: Words = blank(Words, id=key, **place, kind=kind, salt=salt, text=text)
    return words


def _event(
    work: Work,
    actor: Actor,
    issue: Issue,
    category: CategoryRow,
    what: Report,
    words: Sequence[Words],
    facts: Facts,
) -> EventRow:
    """The first link of the chain; its digest is noted in `issue`."""
    data = canonical(
        {
            "why": facts.why,
            "category": key_of(category),
            "assignment": facts.assignment,
            "words": [words_entry(one) for one in words],
            "occurred_at": issue.occurred_at.isoformat(),
            "due_at": due_text(issue),
            **({"to": issue.status} if issue.status != "reported" else {}),
        }
    )
    digest = digest_of(issue.number, 1, "reported", work.now, actor.account_id, data, START)
    issue.history_seq, issue.history_digest = 1, digest
    event: EventRow = blank(
        EventRow,
        district_code=issue.district_code,
        issue_id=issue.id,
        seq=1,
        kind="reported",
        at=work.now,
        actor_id=actor.account_id,
        client_id=what.client_id,
        data=data,
        before=START,
        digest=digest,
    )
    return event


def _rows(session: Session, made: Sequence[tuple[type[Base], Any]], lon_lat: LonLat) -> list[Put]:
    """The rows of a new matter as they are stored; the matter's own is the first of `made`."""
    instant = instant_text(session)
    rows = [
        Put(
            model,
            {name: kept_value(value, instant) for name, value in vars(row).items() if value is not None},
        )
        for model, row in made
    ]
    (point,) = kept_points(session, np.array([lon_lat.lon]), np.array([lon_lat.lat]))
    return [Put(Issue, {**rows[0].values, "geom": point}), *rows[1:]]


def place_columns(standing: Standing, sent: Sent) -> dict[str, Any]:
    """What a matter keeps of its place."""
    return {**_place(standing, sent), "geom": geometry_value(shapely.points(standing.place.lon_lat))}


def _place(standing: Standing, sent: Sent) -> dict[str, Any]:
    """The same without the geometry, which a new matter's row gets beside the rest."""
    return {
        "district_code": standing.district_code,
        "is_triage": standing.place.cell is None,
        "sent_lon": sent.lon,
        "sent_lat": sent.lat,
        "datum": sent.datum,
        "accuracy_m": sent.accuracy_m,
        "path": standing.path,
        "cell_id": standing.cell_id,
    }


def people_columns(assigned: Mapping[str, Any]) -> dict[str, Any]:
    """What a matter keeps of its people."""
    return {"owner_id": assigned["owner"]["person_id"], "handler_id": assigned["handler"]["person_id"]}


def key_of(category: CategoryRow) -> str:
    """The key `standard:kind:code` of a stored category."""
    return f"{category.standard}:{category.kind}:{category.code}"


def due_text(issue: Issue) -> str | None:
    """A matter's deadline as an event keeps it; None where it has none."""
    return issue.due_at.isoformat() if issue.due_at else None


def news_of(issue: Issue, category: CategoryRow, kind: str) -> dict[str, Any]:
    """What the stream says about a matter: absolute values, by number; no words, no names."""
    return {
        "number": issue.number,
        "kind": kind,
        "status": issue.status,
        "category": key_of(category),
        "cell": None if issue.is_triage else codes_in(issue.path)[-1],
        "in_triage": issue.is_triage,
        "occurred_at": issue.occurred_at.isoformat(),
    }
