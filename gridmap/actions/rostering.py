"""Keep the roster: shifts of posts, who is away and who stands in, a post handed over with all that hangs on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gridmap.actions.office import Office, Work
from gridmap.actions.passing import pass_post
from gridmap.db import posts, rosters
from gridmap.db.loop_models import Absence, Shift
from gridmap.db.models import Person
from gridmap.db.models import Post as PostRow
from gridmap.domain import roster as rules
from gridmap.domain.codes import ancestors, is_below
from gridmap.domain.roles import HEAD_SLOT, LEADER_SLOT
from gridmap.domain.roster import Post
from gridmap.domain.scope import Actor
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError

_COMMUNITY = 3
"""So many levels lie above and at a community."""
SHIFTS_MOST = 14
ABSENCE_MOST = timedelta(days=366)


def set_shifts(office: Office, actor: Actor, post_id: int, shifts: Sequence[rules.Shift]) -> None:
    """Say when a post is on duty, instead of what held before; none: always; commits.

    Raises NotFoundError `post_not_found` for a post nobody holds now or outside the actor's area, ForbiddenError
    `not_above_the_post`, InvalidInputError `shift_invalid`, `shifts_too_many`.
    """
    wanted = list(dict.fromkeys(map(rules.check_shift, shifts)))
    if len(wanted) > SHIFTS_MOST:
        raise InvalidInputError("shifts_too_many", limit=SHIFTS_MOST)
    with office.work() as work:
        put_shifts(work, _ruled_post(office, work, actor, post_id), wanted)


def put_shifts(work: Work, post: PostRow, shifts: Sequence[rules.Shift]) -> None:
    """Replace the shifts of a locked post; not committed."""
    work.session.execute(delete(Shift).where(Shift.post_id == post.id))
    work.session.add_all(
        Shift(district_code=post.district_code, post_id=post.id, **vars(shift)) for shift in shifts
    )


def _ruled_post(office: Office, work: Work, actor: Actor, post_id: int) -> PostRow:
    """The post, its row locked. Raises NotFoundError, ForbiddenError."""
    post = rosters.post_of(work.session, post_id, work.now)
    if post is None or not actor.may("staff") or not actor.scope.covers(post.area_path):
        raise NotFoundError("post_not_found", post_id=post_id)
    held = _held_by(work.session, actor, work.now)
    if not rules_over(office, actor, held, [post_as_rule(post)]):
        raise ForbiddenError("not_above_the_post", post_id=post_id)
    return post


def post_as_rule(row: PostRow) -> Post:
    """A stored post as the rules take it."""
    return Post(row.id, row.person_id, row.role, row.area_path, row.valid_from, row.valid_to)


def _held_by(session: Session, actor: Actor, now: datetime) -> list[Post]:
    return [] if actor.person_id is None else posts.of_person(session, actor.person_id, now)


def rules_over(office: Office, actor: Actor, held: Sequence[Post], others: Sequence[Post]) -> bool:
    """Whether the actor, who holds `held`, says when the holders of `others` work.

    That is a seat or an administrator for their area, and who leads or heads an area at or above each of these posts;
    but not who leads or heads the same area.
    """
    if actor.may("dispatch"):
        return bool(others) and all(actor.scope.covers(post.area_path) for post in others)
    mine = [post for post in held if _leads(office, post)]
    return bool(others) and all(any(_is_above(office, own, post) for own in mine) for post in others)


def _leads(office: Office, post: Post) -> bool:
    return post.role in office.roles and office.roles[post.role].slot in (LEADER_SLOT, HEAD_SLOT)


def _is_above(office: Office, own: Post, post: Post) -> bool:
    is_equal = own.area_path == post.area_path and _leads(office, post)
    return is_below(post.area_path, own.area_path) and not is_equal and own.person_id != post.person_id


@dataclass(frozen=True)
class Leave:
    """When somebody is away; `person` and `deputy` are staff numbers: None is oneself, and nobody."""

    begins: datetime
    ends: datetime
    deputy: str | None = None
    person: str | None = None


def note_absence(office: Office, actor: Actor, leave: Leave) -> int:
    """Note that somebody is away, never why; commits. Its key.

    One's own, or as who is above all posts of the person. What began before now begins now. Raises NotFoundError
    `staff_not_found`, ForbiddenError `not_above_the_person`, InvalidInputError `absence_invalid` (ended, longer than
    a year, without a zone), `deputy_unknown`, `deputy_is_oneself`, ConflictError `absence_overlaps`, `deputy_away`.
    """
    with office.work() as work:
        begins, ends = _span(leave, work.now)
        person = _person(office, work, actor, leave.person)
        deputy = _deputy(work, person, leave.deputy) if leave.deputy else None
        for who, code in ((person, "absence_overlaps"), (deputy, "deputy_away")):
            if who is not None and _is_away_within(work.session, who.id, begins, ends):
                raise ConflictError(code, person=who.code)
        absence = Absence(
            district_code=person.district_code,
            person_id=person.id,
            deputy_id=deputy.id if deputy else None,
            begins_at=begins,
            ends_at=ends,
            noted_by=actor.account_id,
            noted_at=work.now,
        )
        work.session.add(absence)
        work.session.flush()
        return absence.id


def _span(leave: Leave, now: datetime) -> tuple[datetime, datetime]:
    if leave.begins.tzinfo is None or leave.ends.tzinfo is None:
        raise InvalidInputError("absence_invalid")
    begins, ends = max(leave.begins.astimezone(UTC), now), leave.ends.astimezone(UTC)
    if not begins < ends <= begins + ABSENCE_MOST:
        raise InvalidInputError("absence_invalid")
    return begins, ends


def _person(office: Office, work: Work, actor: Actor, code: str | None) -> Person:
    """Whose absence it is, their row locked. Raises NotFoundError, ForbiddenError."""
    session = work.session
    if code is None:
        if actor.person_id is None:
            raise InvalidInputError("field_missing", field="person", action="absence")
        return session.get_one(Person, actor.person_id, with_for_update=True)
    query = select(Person).where(Person.code == code).order_by(Person.id).with_for_update()
    known = [person for person in session.scalars(query) if _is_seen(work, actor, person)]
    if not known:
        raise NotFoundError("staff_not_found", person=code)
    if known[0].id != actor.person_id:
        _refuse_unless_above(office, work, actor, known[0])
    return known[0]


def _is_seen(work: Work, actor: Actor, person: Person) -> bool:
    """Whether the actor may know of a person: themselves, and who holds a post in the actor's area."""
    held = posts.of_person(work.session, person.id, work.now)
    is_inside = actor.may("staff") and any(actor.scope.covers(post.area_path) for post in held)
    return person.id == actor.person_id or is_inside


def _refuse_unless_above(office: Office, work: Work, actor: Actor, person: Person) -> None:
    theirs = posts.of_person(work.session, person.id, work.now)
    if not rules_over(office, actor, _held_by(work.session, actor, work.now), theirs):
        raise ForbiddenError("not_above_the_person", person=person.code)


def _deputy(work: Work, person: Person, code: str) -> Person:
    """A colleague with a post in the same community (for who sits above one: anywhere below). Raises InvalidInputError."""
    query = select(Person).where(Person.code == code, Person.district_code == person.district_code)
    deputy = work.session.scalar(query)
    held = posts.of_person(work.session, deputy.id, work.now) if deputy is not None else []
    own = posts.of_person(work.session, person.id, work.now)
    # No further than the community: whoever may name anybody could ask of each number whether it is away.
    near = {ancestors(post.area_path)[:_COMMUNITY][-1] for post in own}
    if deputy is None or not any(is_below(post.area_path, root) for post in held for root in near):
        raise InvalidInputError("deputy_unknown", deputy=code)
    if deputy.id == person.id:
        raise InvalidInputError("deputy_is_oneself", deputy=code)
    return deputy


def _is_away_within(session: Session, person_id: int, begins: datetime, ends: datetime) -> bool:
    query = select(Absence.id).where(
        Absence.person_id == person_id, Absence.ends_at > begins, Absence.begins_at < ends
    )
    return session.scalar(query.limit(1)) is not None


def end_absence(office: Office, actor: Actor, absence_id: int) -> None:
    """End an absence that runs, take back one that has not begun; commits. What was handed to the deputy stays there.

    Raises NotFoundError `absence_not_found` where there is none, it is over, or it is none of the actor's business;
    ForbiddenError `not_above_the_person`.
    """
    with office.work() as work:
        absence = work.session.get(Absence, absence_id, with_for_update=True)
        person = work.session.get_one(Person, absence.person_id) if absence else None
        if (
            absence is None
            or person is None
            or absence.ends_at <= work.now
            or not _is_seen(work, actor, person)
        ):
            raise NotFoundError("absence_not_found", absence_id=absence_id)
        if person.id != actor.person_id:
            _refuse_unless_above(office, work, actor, person)
        if absence.begins_at >= work.now:
            work.session.delete(absence)
        else:
            absence.ends_at = work.now


@dataclass(frozen=True)
class HandedOver:
    """The post that goes on, and how many open matters went with it."""

    post_id: int
    matters: int


def hand_over(office: Office, actor: Actor, post_id: int, to_person: str) -> HandedOver:
    """End a post now and give it, its shifts and what its holder has open because of it to somebody else; commits.

    `to_person` is a staff number of the same district. Raises NotFoundError `post_not_found`, ForbiddenError
    `not_above_the_post`, InvalidInputError `successor_unknown`, ConflictError `post_held_already`.
    """
    with office.work() as work:
        post = _ruled_post(office, work, actor, post_id)
        successor = _successor(work, post, to_person)
        left = post_as_rule(post)
        new = _new_post(work, post, successor)
        keeps = [one for one in posts.of_person(work.session, left.person_id, work.now) if one.id != left.id]
        passed = pass_post(office, work, left, post_as_rule(new), keeps, actor.account_id)
        work.tell("access", {"account": None}, district_code=post.district_code)
        return HandedOver(new.id, passed)


def _successor(work: Work, post: PostRow, code: str) -> Person:
    query = select(Person).where(Person.code == code, Person.district_code == post.district_code)
    person = work.session.scalar(query)
    if person is None:
        raise InvalidInputError("successor_unknown", person=code)
    held = posts.of_person(work.session, person.id, work.now)
    if any((one.role, one.area_path) == (post.role, post.area_path) for one in held):
        raise ConflictError("post_held_already", person=code)
    return person


def _new_post(work: Work, post: PostRow, person: Person) -> PostRow:
    """The post that begins where the old one ends now, with its shifts."""
    new = PostRow(
        district_code=post.district_code,
        person_id=person.id,
        role=post.role,
        area_code=post.area_code,
        area_path=post.area_path,
        valid_from=work.now,
        valid_to=post.valid_to,
    )
    post.valid_to = work.now
    work.session.add(new)
    work.session.flush()
    put_shifts(work, new, rosters.shifts_of(work.session, [post.id]).get(post.id, ()))
    work.session.flush()
    return new
