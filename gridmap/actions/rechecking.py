"""Look again at matters that were closed (抽查): a share of each month is drawn, and what was not well begins anew."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from gridmap.actions.acts import Act, Case, keep_words, needed
from gridmap.actions.clocks import before_of, turn
from gridmap.actions.looping import LOOPING
from gridmap.actions.office import Office, Work, add_event, tie_of
from gridmap.actions.reporting import WORDS_LIMIT, news_of
from gridmap.db import posts
from gridmap.db.engine import hold
from gridmap.db.loop_models import Recheck, Step
from gridmap.db.models import EventRow, Issue
from gridmap.domain.assignment import Post
from gridmap.domain.codes import ancestors, is_below
from gridmap.domain.issues import CLOSED
from gridmap.domain.roles import HEAD_SLOT
from gridmap.domain.scope import Actor
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError

DRAWING = 0x726563686B
"""“rechk”"""
PERCENT = 5
QUIET_SHARE = 3
"""One in so many of those drawn was settled without the desk, where there are any: nobody else has looked at them."""


class Closed(NamedTuple):
    """A closed matter to draw from; `is_quiet`: settled in its cell or fixed on the spot, without the desk."""

    id: int
    number: str
    district_code: str
    path: str
    is_quiet: bool


def draw_rechecks(office: Office, percent: int = PERCENT) -> int:
    """Draw last month's matters to be looked at again, `percent` of those closed in each street; commits. How many.

    Once for a month: the same ones whoever draws (their order is a digest of month, district and number). At least
    one of each street, and where there are any always some that were settled without the desk. Months that passed
    while nobody drew are not made up for.
    """
    with office.work() as work:
        hold(work.session.connection(), DRAWING)
        begin, end = _last_month(work.now, office.zone)
        month = f"{begin.astimezone(office.zone):%Y-%m}"
        is_drawn = work.session.scalar(select(Recheck.id).where(Recheck.month == month).limit(1))
        if percent <= 0 or is_drawn is not None:
            return 0
        chosen = drawn(_closed_within(work.session, begin, end), month, percent)
        work.session.add_all(
            Recheck(
                district_code=one.district_code,
                issue_id=one.id,
                path=one.path,
                month=month,
                drawn_at=work.now,
            )
            for one in chosen
        )
        return len(chosen)


def _last_month(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The local month before that of `now`, in UTC, its end outside."""
    end = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    begin = (end - timedelta(days=1)).replace(day=1)
    return begin.astimezone(UTC), end.astimezone(UTC)


def _closed_within(session: Session, begin: datetime, end: datetime) -> list[Closed]:
    in_the_cell = or_(and_(Step.action == "close", Step.stage == "handle"), Step.action == "self_fix")
    quiet = exists().where(Step.issue_id == Issue.id, in_the_cell)
    query = select(Issue.id, Issue.number, Issue.district_code, Issue.path, quiet).where(
        Issue.closed_at >= begin, Issue.closed_at < end, Issue.status.in_(CLOSED)
    )
    return [Closed(*row[:4], bool(row[4])) for row in session.execute(query)]


def drawn(closed: Sequence[Closed], month: str, percent: int) -> list[Closed]:
    """Those of `closed` that are drawn: `percent` of each street, rounded up."""

    def place(one: Closed) -> str:
        return hashlib.sha256(f"{month}:{one.district_code}:{one.number}".encode()).hexdigest()

    streets: dict[str, list[Closed]] = {}
    for one in sorted(closed, key=place):
        streets.setdefault((ancestors(one.path)[:2] or [""])[-1], []).append(one)
    chosen = []
    for _, ranked in sorted(streets.items()):
        size = math.ceil(len(ranked) * percent / 100)
        quiet = [one for one in ranked if one.is_quiet][: math.ceil(size / QUIET_SHARE)]
        rest = [one for one in ranked if one not in quiet]
        chosen += [*quiet, *rest[: size - len(quiet)]]
    return chosen


def recheck(
    office: Office, actor: Actor, recheck_id: int, is_well: bool, words: str | None = None
) -> tuple[str, str]:
    """Say how a matter that was drawn was found; commits. Its number, and its state afterwards.

    By a seat that covers it or the head of an area above, not by who did the work or closed it. What was not well
    begins anew, with `words` that say why; one that was reopened meanwhile stays as it is. Raises NotFoundError
    `recheck_not_found`, ForbiddenError `not_yours_to_recheck`, `own_work_rechecked`, ConflictError `recheck_done`,
    InvalidInputError `field_missing`, `words_too_long`.
    """
    if words is not None and len(words) > WORDS_LIMIT:
        raise InvalidInputError("words_too_long", limit=WORDS_LIMIT, length=len(words))
    with office.work() as work:
        row = work.session.get(Recheck, recheck_id, with_for_update=True)
        issue = work.session.get(Issue, row.issue_id, with_for_update=True) if row else None
        if row is None or issue is None or not (actor.may("act") and actor.scope.covers(issue.path)):
            raise NotFoundError("recheck_not_found", recheck_id=recheck_id)
        _refuse_unless_theirs(office, work, actor, issue)
        if row.done_at is not None:
            raise ConflictError("recheck_done", number=issue.number)
        if not is_well:
            needed(words, "words", "recheck")
        row.done_at, row.done_by, row.is_well = work.now, actor.account_id, is_well
        _follow(Case(office, work, actor, issue, Act("recheck", words=words)), is_well)
        return issue.number, issue.status


def _refuse_unless_theirs(office: Office, work: Work, actor: Actor, issue: Issue) -> None:
    held = [] if actor.person_id is None else posts.of_person(work.session, actor.person_id, work.now)
    if not may_recheck(office, actor, held, issue.path):
        raise ForbiddenError("not_yours_to_recheck", number=issue.number)
    closer = work.session.scalar(
        select(EventRow.actor_id)
        .where(EventRow.issue_id == issue.id, EventRow.kind == "close")
        .order_by(EventRow.seq.desc())
        .limit(1)
    )
    is_handler = actor.person_id is not None and actor.person_id == issue.handler_id
    if is_handler or actor.account_id in (closer, issue.finished_by):
        raise ForbiddenError("own_work_rechecked", number=issue.number)


def may_recheck(office: Office, actor: Actor, held: Sequence[Post], path: str) -> bool:
    """Whether the actor, who holds `held`, looks again at what was closed at `path`."""
    is_seat = actor.may("dispatch") and actor.scope.covers(path)
    return is_seat or any(is_below(path, area) for area in head_paths(office, held))


def head_paths(office: Office, held: Sequence[Post]) -> tuple[str, ...]:
    """The areas that who holds `held` is head of."""
    roles = office.roles
    return tuple(p.area_path for p in held if p.role in roles and roles[p.role].slot == HEAD_SLOT)


def _follow(case: Case, is_well: bool) -> None:
    """What comes of it: the event, and where it was not well a new beginning."""
    issue, work = case.issue, case.work
    before, was = tie_of(issue), before_of(issue)
    kind = "recheck_passed" if is_well else "recheck_failed"
    if not is_well and issue.status not in CLOSED:
        kind = "recheck_moot"
    if kind == "recheck_failed":
        LOOPING["reopen"](case)
        issue.status = "reported"
        case.assign()
        turn(case, was)
    keep_words(case)
    data = {**case.data, "from": was.status, "to": issue.status}
    add_event(work, issue, kind, case.actor.account_id, data)
    news = news_of(issue, case.category, kind)
    work.tell("issue", news, district_code=issue.district_code, before=before, after=tie_of(issue))
