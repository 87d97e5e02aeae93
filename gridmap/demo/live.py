"""A demo that goes on: matters keep coming in and being dealt with, through the same actions people use."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle

import numpy as np
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.photographing import add_photo
from gridmap.actions.placing import Sent
from gridmap.actions.reporting import Report, report
from gridmap.db.models import CategoryRow, Issue, Meta, Photo
from gridmap.demo.going_on import Loop
from gridmap.demo.living import shot_of
from gridmap.demo.matters import PLACES, Spot
from gridmap.demo.own import MARK, ours, place
from gridmap.demo.pasts import Staff, actor_by_id, staff_accounts
from gridmap.demo.rhythm import ZONE
from gridmap.demo.sayings import BY_KEY, HOURS, say
from gridmap.demo.signs import DEPARTMENTS
from gridmap.domain.issues import OPEN
from gridmap.errors import GridmapError, NotFoundError

log = logging.getLogger(__name__)

ROUND = ("report", "desk", "start", "story", "finish", "close")
"""One of each, so that as many are closed as come in, and the counts stay level; for the desk and the stories of the
loop not always anything is to be done."""

BEFORE: Mapping[str, tuple[str, ...]] = {
    "start": ("reported", "dispatched"),
    "finish": ("handling",),
    "close": ("handled", "verified"),
}
_RESTS = {"start": timedelta(minutes=4), "finish": timedelta(minutes=15), "close": timedelta(minutes=25)}
"""How long ago a matter was reported at least when somebody goes on with it: nobody is there at once."""

LASTS = timedelta(hours=12)
"""It ends by itself after this: a demo that somebody forgot does not grow for ever."""

_PHOTO_SHARE, _NEXT_ONES = 0.5, 6
_RESIDENTS = 0.3
"""So many of the reports come from residents, and wait at the desk to be accepted."""


@dataclass
class Tally:
    """What was done so far, and how many matters are open."""

    done: Counter[str] = field(default_factory=Counter)
    opened: int = 0


class Stage:
    """Plays the district's people: each `step` is one thing that one of them does; every step commits."""

    def __init__(self, office: Office, rng: np.random.Generator) -> None:
        self._office, self._rng = office, rng
        with office.database.reading() as session:
            told = session.scalar(select(Meta.value).where(Meta.name == PLACES))
            if told is None:
                raise NotFoundError("demo_missing")
            self._late = self._count_late(session)
        self._places = [Spot(*one) for one in json.loads(told)]
        self._staff: Staff = staff_accounts(office)
        self._loop = Loop(office, rng, self._staff)
        self._does: Mapping[str, Callable[[], bool]] = {
            "report": self._report,
            "desk": self._loop.at_the_desk,
            "story": self._loop.on,
        }
        self._steps: Iterator[str] = cycle(ROUND)
        self.tally = Tally()

    def step(self) -> None:
        """Do the next thing of the round; somebody else having been faster changes nothing."""
        name = next(self._steps)
        try:
            is_done = self._does[name]() if name in self._does else self._act(name)
        except GridmapError as error:
            log.info("live: %s %s", name, error.code)
            return
        self.tally.done[name] += is_done

    def look(self) -> Tally:
        """What was done, with how many are open now."""
        with self._office.database.reading() as session:
            self.tally.opened = session.scalar(select(func.count()).where(Issue.status.in_(OPEN))) or 0
        return self.tally

    def _report(self) -> bool:
        """Somebody reports something, half the time with a photo."""
        spot, rng = self._spot(), self._rng
        is_resident = rng.random() < _RESIDENTS
        reporter = (None if is_resident else self._staff.by_name.get(spot.reporter)) or self._staff.seat
        actor = actor_by_id(self._office, reporter)
        shift = rng.normal(0, 7e-5, 2)
        sent = Sent(round(spot.lon + shift[0], 7), round(spot.lat + shift[1], 7), "wgs84", self._accuracy())
        saying, key = BY_KEY[spot.category], int(rng.integers(0, 2**31))
        hour = self._office.clock().astimezone(ZONE).hour
        words = say(saying, spot.words, hour, key)
        told = report(
            self._office,
            actor,
            Report(
                sent,
                spot.category,
                words,
                client_id=f"{MARK}{key}-{rng.bytes(6).hex()}",
                source="resident" if is_resident else "staff",
            ),
        )
        if rng.random() < _PHOTO_SHARE:
            shot = shot_of(saying.scene, key, self._office.clock(), is_done=False)
            add_photo(self._office, actor, told.number, f"{MARK}{key}", shot.draw())
        return True

    def _spot(self) -> Spot:
        """A place where something of its kind is likely at this hour."""
        hour = self._office.clock().astimezone(ZONE).hour
        for _ in range(40):
            spot = self._places[int(self._rng.integers(0, len(self._places)))]
            usual = HOURS[BY_KEY[spot.category].hours]
            if self._rng.random() < (usual[hour] + 8) / (max(usual) + 8):
                return spot
        return spot

    def _accuracy(self) -> float:
        return round(float(np.clip(self._rng.lognormal(2.6, 0.6), 5, 60)), 1)

    def _act(self, action: str) -> bool:
        """Whoever it went to goes on with one of the matters due next."""
        matter = self._next(action)
        if matter is None:
            return False
        actor = actor_by_id(self._office, self._who(matter, action))
        if action == "finish":
            self._photo_after(matter)
        if matter.is_triage:
            actor = actor_by_id(self._office, self._staff.seat)
            place(self._office, actor, matter)
        act_on(self._office, actor, matter.number, Act(action))
        return True

    def _who(self, matter: Issue, action: str) -> int:
        """The account of whoever has it in hand; closing is the owner's, who did not do the work, or the seat's."""
        if matter.unit is not None and action != "close":
            names = {unit: name for name, unit in DEPARTMENTS}
            return self._staff.by_name.get(names.get(matter.unit, ""), self._staff.seat)
        owner = None if matter.owner_id == matter.handler_id else matter.owner_id
        person = owner if action == "close" and matter.status == "handled" else matter.handler_id
        is_seats = action == "close" and matter.status != "handled"
        return self._staff.seat if is_seats else self._staff.by_person.get(person or 0, self._staff.seat)

    def _photo_after(self, matter: Issue) -> None:
        """Where the report had a photo of ours, the same place again, now in order."""
        with self._office.database.reading() as session:
            ours = Photo.client_id.startswith(MARK)
            photo = session.scalar(select(Photo.client_id).where(Photo.issue_id == matter.id, ours))
            category = session.get_one(CategoryRow, matter.category_id)
        saying = BY_KEY.get(f"{category.standard}:{category.kind}:{category.code}")
        if photo is None or saying is None:
            return
        shot = shot_of(saying.scene, int(photo.removeprefix(MARK)), self._office.clock(), is_done=True)
        account = self._staff.by_person.get(matter.handler_id or 0, self._staff.seat)
        add_photo(
            self._office, actor_by_id(self._office, account), matter.number, f"done-{photo}", shot.draw()
        )

    def _next(self, action: str) -> Issue | None:
        """One of the matters the action is due next for; a late one only while more are late than at first.

        Those a whistle called units to wait for these.
        """
        now, is_close = self._office.clock(), action == "close"
        rested = (Issue.reported_at < now - _RESTS[action], Issue.called.is_(None))
        query = select(Issue).where(Issue.status.in_(BEFORE[action]), ours(), *rested)
        query = query.order_by(Issue.due_at, Issue.id)
        with self._office.database.reading() as session:
            in_time = or_(Issue.due_at.is_(None), Issue.due_at > now)
            has_more_late = not is_close and self._count_late(session) > self._late
            wanted = query if has_more_late or is_close else query.where(in_time)
            found = list(session.scalars(wanted.limit(1 if has_more_late else _NEXT_ONES)))
            session.expunge_all()
        return found[int(self._rng.integers(0, len(found)))] if found else None

    def _count_late(self, session: Session) -> int:
        late = Issue.status.in_(("reported", "dispatched", "handling")) & (
            Issue.due_at < self._office.clock()
        )
        return session.scalar(select(func.count()).where(late)) or 0


def keep_moving(
    office: Office,
    stop: threading.Event,
    pace: float,
    told: Callable[[Tally], None],
    rng: np.random.Generator | None = None,
) -> None:
    """Have `pace` matters a minute come in and as many go, until `stop` is set or LASTS is over.

    `told` hears every minute what was done. Raises NotFoundError `demo_missing` where no demo was built.
    """
    chance = rng or np.random.default_rng()
    stage, ends, pause_s = Stage(office, chance), office.clock() + LASTS, 60 / pace / len(ROUND)
    said, took_s = office.clock(), 0.0
    while (
        not stop.wait(max(0.0, pause_s * float(chance.uniform(0.5, 1.5)) - took_s)) and office.clock() < ends
    ):
        began = time.monotonic()
        stage.step()
        took_s = time.monotonic() - began
        if office.clock() - said >= timedelta(minutes=1):
            told(stage.look())
            said = office.clock()
