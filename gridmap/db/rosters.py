"""Asking for the roster: shifts of posts, who is away and who stands in, how much is in hand; for few posts or many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.db.areas import below_any
from gridmap.db.asking import Question, moment
from gridmap.db.loop_models import Absence as AbsenceRow
from gridmap.db.models import Person
from gridmap.db.models import Post as PostRow
from gridmap.domain.codes import ancestors
from gridmap.domain.issues import RUNNING
from gridmap.domain.roster import Absence, Post, Roster, Shift

IN_HAND = RUNNING
"""What somebody still has to work on: states that count as load."""
_EVER = datetime.min.replace(tzinfo=UTC)
_AT_ONCE = 5000
_COLLEAGUES = 500
_SHIFTS = Question("SELECT post_id, weekdays, begins, ends FROM shifts WHERE post_id {any_posts} ORDER BY id")
_ABSENCES = Question(
    "SELECT person_id, begins_at, ends_at, deputy_id FROM absences"
    " WHERE person_id {any_people} AND ends_at > {now} ORDER BY begins_at, id"
)
_POSTS_OF = Question(
    "SELECT person_id, id FROM posts WHERE person_id {any_people}"
    " AND valid_from <= {now} AND (valid_to IS NULL OR valid_to > {now}) ORDER BY id"
)
_LOADS = Question(
    "SELECT handler_id, count(*) FROM issues"
    " WHERE handler_id {any_people} AND status {any_statuses} GROUP BY handler_id"
)


def roster_of(
    session: Session, held: Sequence[Post], now: datetime, zone: tzinfo, roles: Iterable[str | None] = ()
) -> Roster:
    """What is known of those who hold `held`, and of their deputies.

    Open matters in hand are counted only of people between whom there is a choice: who share one of `roles` at an area.
    """
    if not held:
        return Roster(zone=zone)
    absences = _absences(session, {post.person_id for post in held}, now)
    deputies = {
        one.deputy_id
        for of_person in absences.values()
        for one in of_person
        if one.deputy_id is not None and one.holds(now)
    }
    posts_of: dict[int, tuple[int, ...]] = {}
    if deputies:
        posts_of = dict.fromkeys(deputies, ())
        absences |= _absences(session, deputies - absences.keys(), now)
        for person, post_id in _POSTS_OF.ask(session, people=sorted(deputies), now=now):
            posts_of[person] = (*posts_of[person], post_id)
    shifts = shifts_of(session, {post.id for post in held} | {i for ids in posts_of.values() for i in ids})
    rivals = rivals_among(held, roles)
    return Roster(shifts, absences, posts_of, loads_of(session, rivals) if rivals else {}, zone)


def rivals_among(held: Iterable[Post], roles: Iterable[str | None]) -> set[int]:
    """People who share one of `roles` at an area with somebody else."""
    wanted, found = set(roles), dict[tuple[str, str], set[int]]()
    for post in held:
        if post.role in wanted:
            found.setdefault((post.role, post.area_path), set()).add(post.person_id)
    return {person for people in found.values() if len(people) > 1 for person in people}


def shifts_of(session: Session, post_ids: Iterable[int]) -> dict[int, tuple[Shift, ...]]:
    """The shifts of posts that have any."""
    found: dict[int, tuple[Shift, ...]] = {}
    for some in _parts(post_ids):
        for post_id, weekdays, begins, ends in _SHIFTS.ask(session, posts=some):
            found[post_id] = (*found.get(post_id, ()), Shift(weekdays, begins, ends))
    return found


def _absences(session: Session, people: Iterable[int], now: datetime) -> dict[int, tuple[Absence, ...]]:
    """Absences that have not ended by `now`, of people who have any, first to begin first."""
    found: dict[int, tuple[Absence, ...]] = {}
    for some in _parts(people):
        for person, begins, ends, deputy in _ABSENCES.ask(session, people=some, now=now):
            absence = Absence(moment(begins) or _EVER, moment(ends) or _EVER, deputy)
            found[person] = (*found.get(person, ()), absence)
    return found


def loads_of(session: Session, people: Iterable[int]) -> dict[int, int]:
    """How many open matters each of `people` has in hand."""
    wanted = sorted(set(people))
    rows = _LOADS.ask(session, people=wanted, statuses=list(IN_HAND))
    return dict.fromkeys(wanted, 0) | {row[0]: row[1] for row in rows}


def _parts(ids: Iterable[int]) -> Iterable[list[int]]:
    wanted = sorted(set(ids))
    return [wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE)]


class Away(NamedTuple):
    """An absence as lists show it: by key, with codes and names of who is away and who stands in."""

    id: int
    person_id: int
    deputy_id: int | None
    begins_at: datetime
    ends_at: datetime


def absences_of(session: Session, people: Iterable[int], now: datetime) -> list[Away]:
    """Absences of `people` that have not ended by `now`, first to begin first."""
    found: list[Away] = []
    for some in _parts(people):
        query = select(AbsenceRow).where(AbsenceRow.person_id.in_(some), AbsenceRow.ends_at > now)
        found += [
            Away(row.id, row.person_id, row.deputy_id, row.begins_at, row.ends_at)
            for row in session.scalars(query.order_by(AbsenceRow.begins_at, AbsenceRow.id))
        ]
    return found


def post_of(session: Session, post_id: int, now: datetime) -> PostRow | None:
    """A post held at `now`, its row locked until the end of the transaction; None for none."""
    row = session.scalar(select(PostRow).where(PostRow.id == post_id).with_for_update())
    is_held = row is not None and row.valid_from <= now and (row.valid_to is None or row.valid_to > now)
    return row if is_held else None


_DEPUTY = (
    "(SELECT d.name FROM persons d WHERE d.id = a.deputy_id),"
    " (SELECT json_agg(json_build_array(b.begins_at, b.ends_at)) FROM absences b"
    " WHERE b.person_id = a.deputy_id AND b.ends_at > %(now)s),"
    " (SELECT json_agg(json_build_array(q.id, (SELECT json_agg(json_build_array(s.weekdays, s.begins, s.ends)"
    " ORDER BY s.id) FROM shifts s WHERE s.post_id = q.id))) FROM posts q WHERE q.person_id = a.deputy_id"
    " AND q.valid_from <= %(now)s AND (q.valid_to IS NULL OR q.valid_to > %(now)s))"
)
_IN_HAND = ", ".join(f"'{status}'" for status in IN_HAND)
HELD_SQL = (
    "held AS MATERIALIZED (SELECT o.id, o.person_id, o.role, o.area_path, o.valid_from, o.valid_to, p.name"
    " FROM posts o JOIN persons p ON p.id = o.person_id WHERE o.area_path = ANY(string_to_array(%(paths)s, E'\\n'))"
    " AND o.valid_from <= %(now)s AND (o.valid_to IS NULL OR o.valid_to > %(now)s))"
)
"""PostgreSQL: those who hold posts on some `paths` (a line each) at `now`, for `STAFF_SQL`."""
STAFF_SQL = (
    "(SELECT json_agg(json_build_array(h.id, h.person_id, h.role, h.area_path, h.valid_from, h.valid_to, h.name,"  # noqa: S608 (our words)
    " CASE WHEN h.role IN (%(role)s, %(leader)s) AND EXISTS (SELECT FROM held r WHERE r.role = h.role"
    " AND r.area_path = h.area_path AND r.person_id <> h.person_id) THEN (SELECT count(*) FROM issues i"
    f" WHERE i.handler_id = h.person_id AND i.status IN ({_IN_HAND})) END) ORDER BY h.id) FROM held h) AS held,"
    " (SELECT json_agg(json_build_array(s.post_id, s.weekdays, s.begins, s.ends) ORDER BY s.id) FROM shifts s"
    " WHERE s.post_id = ANY(ARRAY(SELECT id FROM held))) AS shifts,"
    f" (SELECT json_agg(json_build_array(a.person_id, a.begins_at, a.ends_at, a.deputy_id, {_DEPUTY})"
    " ORDER BY a.begins_at, a.id) FROM absences a"
    " WHERE a.person_id = ANY(ARRAY(SELECT person_id FROM held)) AND a.ends_at > %(now)s) AS away"
)
"""PostgreSQL: of `HELD_SQL` as JSON, which `Staff` takes: the posts, and where somebody else holds `role` or `leader` at the
same area, how much their holder has in hand; their shifts; absences that have not ended, with the deputies' names,
absences and posts. Whatever is asked is found by the key of a post or a person."""


class Staff:
    """Posts, roster and names out of what `STAFF_SQL` answers."""

    def __init__(self, held: Any, shifts: Any, away: Any, zone: tzinfo) -> None:
        self.names: dict[int, str] = {}
        self._shifts: dict[int, tuple[Shift, ...]] = {}
        self._absences: dict[int, tuple[Absence, ...]] = {}
        self._posts_of: dict[int, tuple[int, ...]] = {}
        self._loads: dict[int, int] = {}
        self.held = [self._post(row) for row in held or ()]
        for post_id, *shift in shifts or ():
            self._shifts[post_id] = (*self._shifts.get(post_id, ()), Shift(*shift))
        for person, begins, ends, deputy, *_ in away or ():
            absence = Absence(datetime.fromisoformat(begins), datetime.fromisoformat(ends), deputy)
            self._absences[person] = (*self._absences.get(person, ()), absence)
        for _, _, _, deputy, *about in away or ():
            if deputy is not None:
                self._stands_in(deputy, *about)
        self.roster = Roster(self._shifts, self._absences, self._posts_of, self._loads, zone)

    def _post(self, row: Sequence[Any]) -> Post:
        key, person, role, path, since, until, name, load = row
        self.names[person] = name
        if load is not None:
            self._loads[person] = load
        return Post(
            key, person, role, path, datetime.fromisoformat(since), until and datetime.fromisoformat(until)
        )

    def _stands_in(self, deputy: int, name: str, away: Any, posts: Any) -> None:
        self.names[deputy] = name
        self._posts_of[deputy] = tuple(sorted(post_id for post_id, _ in posts or ()))
        for post_id, shifts in posts or ():
            if shifts:
                self._shifts[post_id] = tuple(Shift(*shift) for shift in shifts)
        spans = [
            Absence(datetime.fromisoformat(begins), datetime.fromisoformat(ends))
            for begins, ends in away or ()
        ]
        if spans:
            self._absences.setdefault(deputy, tuple(spans))


class Held(NamedTuple):
    """A post with its holder's staff number and name."""

    post: Post
    code: str
    name: str


def page(
    session: Session,
    paths: Sequence[str],
    now: datetime,
    *,
    after_id: int,
    limit: int,
    words: str | None = None,
) -> list[Held]:
    """Posts held at `now` at or below `paths`, in the order of their keys, behind `after_id`.

    `words`: only of people in whose name they occur, or whose staff number begins so.
    """
    held = [PostRow.valid_from <= now, PostRow.valid_to.is_(None) | (PostRow.valid_to > now)]
    if words:
        held.append(
            Person.name.contains(words, autoescape=True) | Person.code.startswith(words, autoescape=True)
        )
    query = (
        select(PostRow, Person.code, Person.name)
        .join(Person, Person.id == PostRow.person_id)
        .where(below_any(paths, PostRow.area_path), PostRow.id > after_id, *held)
    )
    return [
        Held(Post(row.id, row.person_id, row.role, row.area_path, row.valid_from, row.valid_to), code, name)
        for row, code, name in session.execute(query.order_by(PostRow.id).limit(limit))
    ]


class Colleague(NamedTuple):
    """Somebody who could stand in: their staff number, name and (one of) their posts: role and area."""

    person_id: int
    code: str
    name: str
    role: str
    area_path: str


def colleagues(session: Session, held: Sequence[Post], now: datetime) -> list[Colleague]:
    """Who else holds a post in the communities of `held` (where these lie above, in their areas themselves), by name."""
    roots = sorted({(ancestors(post.area_path)[:3] or [""])[-1] for post in held})
    mine = {post.person_id for post in held}
    found: dict[int, Colleague] = {}
    for one in page(session, roots, now, after_id=0, limit=_COLLEAGUES):
        if one.post.person_id not in mine:
            found.setdefault(
                one.post.person_id,
                Colleague(one.post.person_id, one.code, one.name, one.post.role, one.post.area_path),
            )
    return sorted(found.values(), key=lambda colleague: (colleague.name, colleague.code))
