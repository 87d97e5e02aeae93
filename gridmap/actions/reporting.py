"""Report a matter: it finds its cell and its people, and is kept once, whatever the network does."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy.exc import IntegrityError

from gridmap.actions.office import Office, Work, add_event, add_words, tie_of
from gridmap.actions.placing import Sent, Standing, assignment_json, staff, why_of
from gridmap.db import categories, history, issues
from gridmap.db.bulk import next_in_row
from gridmap.db.engine import is_unique_violation
from gridmap.db.models import CategoryRow, Issue
from gridmap.db.spatial import geometry_value
from gridmap.domain.categories import resolve
from gridmap.domain.history import canonical
from gridmap.domain.issues import readable_number
from gridmap.domain.scope import Actor
from gridmap.errors import ConflictError, InvalidInputError

WORDS_LIMIT = 4000
CLIENT_ID_LIMIT = 64


@dataclass(frozen=True)
class Report:
    """What a person sends: where, what kind, in which words, since when; `client_id` makes sending twice safe."""

    sent: Sent
    category: str
    description: str = ""
    occurred_at: datetime | None = None
    client_id: str | None = None
    source: str = "staff"

    def digest(self) -> str:
        """What has to be equal, beside the words, for two sendings to be the same report.

        Words are left out: a digest of them without salt would let erased ones be guessed back.
        """
        occurred = self.occurred_at.isoformat() if self.occurred_at else None
        body = [vars(self.sent), self.category, occurred]
        return hashlib.sha256(canonical(body).encode()).hexdigest()


@dataclass(frozen=True)
class Reported:
    """The number a report got, and whether it is new or had been sent before."""

    number: str
    is_new: bool


def report(office: Office, actor: Actor, what: Report) -> Reported:
    """Keep a report, find its cell and its people; commits.

    Never refused for its place: outside every cell it goes to triage. Raises InvalidInputError for
    what cannot be meant, ChoiceNeededError for an ambiguous category, ForbiddenError for accounts
    that do not report, ConflictError `client_id_reused` where the same `client_id` came with
    another body.
    """
    actor.require("report")
    _check(what)
    try:
        with office.work() as work:
            earlier = _earlier(work, actor, what)
            return earlier or Reported(_keep(office, work, actor, what).number, True)
    except IntegrityError as error:
        # The same report, sent twice at once: the other one was faster.
        if not (what.client_id and is_unique_violation(error)):
            raise
        with office.work() as work:
            earlier = _earlier(work, actor, what)
            if earlier is None:
                raise
            return earlier


def _check(what: Report) -> None:
    if len(what.description) > WORDS_LIMIT:
        raise InvalidInputError("words_too_long", limit=WORDS_LIMIT, length=len(what.description))
    if what.client_id is not None and not 0 < len(what.client_id) <= CLIENT_ID_LIMIT:
        raise InvalidInputError("client_id_invalid", limit=CLIENT_ID_LIMIT)
    what.sent.to_wgs84()


def _earlier(work: Work, actor: Actor, what: Report) -> Reported | None:
    if what.client_id is None:
        return None
    row = issues.by_client(work.session, actor.account_id, what.client_id)
    if row is None:
        return None
    words = history.description_of(work.session, row.id)
    is_erased = words is not None and words.text is None
    has_same_words = is_erased or (words.text if words else "") == what.description
    if row.body_digest != what.digest() or not has_same_words:
        raise ConflictError("client_id_reused", client_id=what.client_id, number=row.number)
    return Reported(row.number, False)


def find_category(work: Work, wish: str) -> CategoryRow:
    """The category `wish` means. Raises InvalidInputError or ChoiceNeededError."""
    rows = categories.by_wish(work.session, wish)
    return rows[resolve(wish, {key: categories.to_domain(row) for key, row in rows.items()}).key]


def _keep(office: Office, work: Work, actor: Actor, what: Report) -> Issue:
    category = find_category(work, what.category)
    standing = office.grounds.current(work.session).find(what.sent)
    assigned = assignment_json(staff(work.session, standing.path, category.role, office.roles, work.now))
    issue = _row(office, work, actor, what, category, standing, assigned)
    work.session.add(issue)
    work.session.flush()
    words = [add_words(work, issue, "description", what.description)] if what.description else []
    data = {"why": issue.why, "category": key_of(category), "assignment": assigned, "words": words}
    data["occurred_at"] = issue.occurred_at.isoformat()
    add_event(work, issue, "reported", actor.account_id, data, client_id=what.client_id)
    work.tell(
        "issue", news_of(issue, category, "reported"), district_code=issue.district_code, after=tie_of(issue)
    )
    return issue


def _row(
    office: Office,
    work: Work,
    actor: Actor,
    what: Report,
    category: CategoryRow,
    standing: Standing,
    assigned: Mapping[str, Any],
) -> Issue:
    today = work.now.astimezone(office.zone).date()
    sequence = next_in_row(work.session, f"{standing.district_code}-{today:%Y%m%d}")
    return Issue(
        number=readable_number(standing.district_code, today, sequence),
        status="reported",
        category_id=category.id,
        source=what.source,
        account_id=actor.account_id,
        client_id=what.client_id,
        body_digest=what.digest(),
        # A phone's clock may be wrong: nothing happens after it was reported.
        occurred_at=min(what.occurred_at or work.now, work.now),
        reported_at=work.now,
        history_seq=0,
        history_digest="",
        **place_columns(standing, what.sent),
        **people_columns(assigned),
    )


def place_columns(standing: Standing, sent: Sent) -> dict[str, Any]:
    """What a matter keeps of its place."""
    return {
        "district_code": standing.district_code,
        "is_triage": standing.place.cell is None,
        "sent_lon": sent.lon,
        "sent_lat": sent.lat,
        "datum": sent.datum,
        "accuracy_m": sent.accuracy_m,
        "path": standing.path,
        "cell_id": standing.cell_id,
        "why": why_of(standing, sent),
        "geom": geometry_value(shapely.points(standing.place.lon_lat)),
    }


def people_columns(assigned: Mapping[str, Any]) -> dict[str, Any]:
    """What a matter keeps of its people."""
    return {
        "owner_id": assigned["owner"]["person_id"],
        "handler_id": assigned["handler"]["person_id"],
        "assignment": assigned,
    }


def key_of(category: CategoryRow) -> str:
    """The key `standard:kind:code` of a stored category."""
    return f"{category.standard}:{category.kind}:{category.code}"


def news_of(issue: Issue, category: CategoryRow, kind: str) -> dict[str, Any]:
    """What the stream says about a matter: absolute values, by number; no words, no names."""
    cell = issue.why["cell"]
    return {
        "number": issue.number,
        "kind": kind,
        "status": issue.status,
        "category": key_of(category),
        "cell": cell["code"] if cell else None,
        "in_triage": issue.is_triage,
        "occurred_at": issue.occurred_at.isoformat(),
    }
