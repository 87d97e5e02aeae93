"""Whom an event of a matter concerns, as accounts: handler, owner, unit, the head above, the desk, the reporter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gridmap.actions.office import Office, Work
from gridmap.db import notices, posts
from gridmap.db.notices import Matter, Tellable
from gridmap.domain.codes import is_below
from gridmap.domain.notices import nearest_head
from gridmap.domain.roles import HEAD_SLOT
from gridmap.domain.scope import Tie


@dataclass(frozen=True)
class Happening:
    """Something that happened to a matter: which `event`, by which account (None: by nobody, time passed).

    `mark` tells it from others of its kind: the event's number in its chain, or the deadline. `before` is
    who it concerned before (None: nobody), `head` the person it was raised to, `whistle` the one it is about (None:
    about none), `called` the units that this one called, or that were silent when it rose.
    """

    matter: Matter
    event: str
    mark: str
    at: datetime
    actor: int | None = None
    before: Tie | None = None
    head: int | None = None
    whistle: int | None = None
    called: tuple[str, ...] = ()

    @property
    def units(self) -> tuple[str, ...]:
        """The units that have to do with the matter: the one it was given to, and those a whistle called."""
        units = (self.matter.unit, *(self.matter.called or "").split("\n"), *self.called)
        return tuple(dict.fromkeys(filter(None, units)))

    def persons(self, who: str) -> set[int | None]:
        """The persons that handler, owner or new means."""
        handler, owner = self.matter.handler_id, self.matter.owner_id
        if who == "handler":
            # What was given to a unit is the unit's: the person the rules found has nothing to do with it.
            return set() if self.matter.unit else {handler}
        if who in ("owner", "head"):
            return {owner if who == "owner" else self.head}
        if who != "new":
            return set()
        had = self.before
        return (self.persons("handler") | {owner}) - ({had.owner, had.handler} if had else set())


class Recipients:
    """The accounts that some happenings can concern, read once."""

    def __init__(self, office: Office, work: Work, happenings: Sequence[Happening]) -> None:
        self._heads = _heads(office, work, happenings)
        above = {person for one in happenings for person in (self._above(one), one.head)}
        persons = {person for one in happenings for person in (one.matter.owner_id, one.matter.handler_id)}
        units = {unit for one in happenings for unit in one.units}
        found = notices.accounts_of(work.session, filter(None, persons | above), units)
        self._by_person = _grouped(found, "person_id")
        self._by_unit = _grouped(found, "unit")
        self._seats = notices.seats(work.session)
        self._callers = notices.callers(work.session, set(filter(None, (one.whistle for one in happenings))))
        reporters = {one.matter.account_id for one in happenings} | set(self._callers.values())
        self._others = {
            one.id: one for one in notices.accounts_by_key(work.session, set(filter(None, reporters)))
        }

    def of(self, happening: Happening, who: Iterable[str]) -> set[int]:
        """The accounts of those `who` are meant (see domain.notices.WHO), but for the one that acted."""
        found = {account.id for one in who for account in self._of(happening, one)}
        return found - {happening.actor}

    def _of(self, happening: Happening, who: str) -> list[Tellable]:
        matter = happening.matter
        if who == "desk":
            return [
                seat
                for seat in self._seats
                if seat.area_path is not None and is_below(matter.path, seat.area_path)
            ]
        if who == "reporter":
            return self._other(matter.account_id)
        if who == "caller":
            return self._other(self._callers.get(happening.whistle or 0))
        if who in ("unit", "called", "new"):
            units = _units(happening, who)
            found = [account for unit in units for account in self._by_unit.get(unit, [])]
            if who != "new":
                return found
            return found + self._persons(happening.persons(who))
        persons = {self._above(happening)} if who == "above" else happening.persons(who)
        return self._persons(persons)

    def _persons(self, persons: Collection[int | None]) -> list[Tellable]:
        return [account for person in persons for account in self._by_person.get(person, [])]

    def _other(self, account_id: int | None) -> list[Tellable]:
        return [self._others[account_id]] if account_id in self._others else []

    def _above(self, happening: Happening) -> int | None:
        matter = happening.matter
        return nearest_head(matter.path, self._heads, (matter.owner_id, matter.handler_id))


def _units(happening: Happening, who: str) -> tuple[str, ...]:
    unit = happening.matter.unit
    if who == "called":
        return happening.called
    is_old = who == "new" and happening.before is not None and happening.before.unit == unit
    return (unit,) if unit and not is_old else ()


def _heads(office: Office, work: Work, happenings: Sequence[Happening]) -> list[tuple[str, int]]:
    held = posts.along_many(work.session, {one.matter.path for one in happenings}, work.now)
    roles = office.roles
    return [
        (post.area_path, post.person_id)
        for post in held
        if post.role in roles and roles[post.role].slot == HEAD_SLOT
    ]


def _grouped(accounts: Iterable[Tellable], name: str) -> dict[object, list[Tellable]]:
    found = dict[object, list[Tellable]]()
    for account in accounts:
        if getattr(account, name) is not None:
            found.setdefault(getattr(account, name), []).append(account)
    return found
