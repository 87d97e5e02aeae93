"""A demo looked at again after a while: what would have come in and been done meanwhile is told afterwards."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import func, select

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.importing import ImportFile, Progress
from gridmap.actions.importing_issues import IssueImport, import_issues
from gridmap.actions.office import Office
from gridmap.actions.retelling import tell_steps
from gridmap.db.models import Issue, Meta
from gridmap.demo.lives import draw_life
from gridmap.demo.living import Studio, at_the_time, choose_lived, deeds_of, live_through
from gridmap.demo.matters import PLACES, Spot, draw_matters, is_slow
from gridmap.demo.own import ours, place
from gridmap.demo.pasts import Staff, actor_by_id, matters_of, pretence_of, staff_accounts
from gridmap.demo.rhythm import draw_times
from gridmap.demo.sayings import BY_KEY
from gridmap.demo.spots import Spots
from gridmap.domain.issues import OPEN
from gridmap.errors import GridmapError

AWAY = timedelta(hours=1)
"""So long nothing may have come in before anything is told afterwards."""
_AT_MOST, _ACTS, _PHOTOS = timedelta(days=7), 2000, 40
_LEVEL = timedelta(days=5)
WAY = ("accept", "dispatch", "start", "finish", "close")
WAY_FROM = {
    "received": 0, "accepted": 1, "reported": 2, "dispatched": 2, "handling": 3, "handled": 4, "verified": 4,
}  # fmt: skip
"""What is done to a matter, in order, and which of it comes next in a state; a suspended one waits."""


def catch_up(office: Office, stop: threading.Event, progress: Progress) -> int:
    """Tell what came in since the last matter and go on with what was open then; commits. How many came in.

    At the pace of the last days, of at most a week. Nothing where the last matter is not AWAY old.
    """
    now = office.clock()
    with office.database.reading() as session:
        newest = session.scalar(select(func.max(Issue.reported_at)))
        told = session.scalar(select(Meta.value).where(Meta.name == PLACES))
        if newest is None or told is None or now - newest < AWAY:
            return 0
        lately = select(func.count()).where(Issue.reported_at > newest - _LEVEL)
        usual = (session.scalar(lately) or 0) / _LEVEL.days
    chance, away = np.random.default_rng(), min(now - newest, _AT_MOST)
    staff = staff_accounts(office)
    _go_on(office, chance, staff, newest, stop, progress)
    number = round(usual * (away / timedelta(days=1)))
    spots = [Spot(*one) for one in json.loads(told)]
    issues = _drawn(chance, spots, number, away, now)
    _take_in(office, chance, issues, staff, progress)
    return number


def _drawn(
    rng: np.random.Generator, places: Sequence[Spot], number: int, away: timedelta, now: datetime
) -> pd.DataFrame:
    """What came in while nobody looked, in the order it came."""
    chosen = [places[int(n)] for n in rng.integers(0, len(places), number)]
    sayings = [BY_KEY[spot.category] for spot in chosen]
    days = max(away / timedelta(days=1), 2 / 24)
    times = draw_times(rng, sayings, is_slow(sayings), now, days=days, sweep=0)
    order = sorted(range(number), key=times.__getitem__)
    at = np.array([(chosen[n].lon, chosen[n].lat) for n in order]).reshape(number, 2)
    lon_lat = np.round(at + rng.normal(0, 7e-5, at.shape), 7)
    spots = Spots(lon_lat, [sayings[n] for n in order], [chosen[n].words for n in order])
    frame = draw_matters(rng, spots, [times[n] for n in order], now)
    frame.insert(0, "external_id", [f"later-{uuid.uuid4()}" for _ in order])
    frame["reporter"] = [chosen[n].reporter for n in order]
    return frame


def _take_in(
    office: Office, rng: np.random.Generator, issues: pd.DataFrame, staff: Staff, progress: Progress
) -> None:
    if issues.empty:
        return
    lived = choose_lived(rng, issues, office.clock(), _PHOTOS)
    deeds = deeds_of(rng, issues, lived, office.clock())
    with Studio([deed.shot for deed in deeds if deed.shot is not None]) as drawn:
        kept = frozenset(lived)
        wanted = IssueImport("demo", is_pretence=True, pretence=pretence_of(issues, staff, kept))
        file = ImportFile("demo-later", uuid.uuid4().hex)
        import_issues(office, matters_of(issues, kept), wanted, file, progress=progress)
        live_through(office, issues, deeds, staff, drawn, progress)
    tell_steps(office, progress)


def _go_on(
    office: Office,
    rng: np.random.Generator,
    staff: Staff,
    newest: datetime,
    stop: threading.Event,
    progress: Progress,
) -> None:
    """Go on with what was open when the last matter came in, first due first, each act at its time."""
    now = office.clock()
    query = select(Issue).where(Issue.status.in_(OPEN), ours()).order_by(Issue.due_at, Issue.id)
    with office.database.reading() as session:
        matters = list(session.scalars(query.limit(_ACTS)))
        session.expunge_all()
    acts = [act for matter in matters for act in _acts(rng, matter, newest, now)]
    acts.sort(key=lambda act: act[0])
    for count, (at, matter, action, person) in enumerate(acts, start=1):
        if stop.is_set():
            return
        try:
            account = None if matter.is_triage else staff.by_person.get(person or 0)
            actor = actor_by_id(office, account or staff.seat)
            if matter.is_triage and action == "start":
                place(at_the_time(office, at), actor, matter)
            act_on(at_the_time(office, at), actor, matter.number, Act(action))
        except GridmapError:
            continue  # somebody of flesh and blood was there first
        progress("live", count, len(acts))


def _acts(
    rng: np.random.Generator, matter: Issue, newest: datetime, now: datetime
) -> list[tuple[datetime, Issue, str, int | None]]:
    """What is still to be done to a matter and was done by now: when, which, what, by whose key."""
    life = draw_life(rng, matter.reported_at, matter.due_at, now)
    acts = list[tuple[datetime, Issue, str, int | None]]()
    earliest, times = newest, dict(zip(("start", "finish", "close"), life, strict=True))
    owner = None if matter.owner_id == matter.handler_id else matter.owner_id
    people = {"start": matter.handler_id, "finish": matter.handler_id, "close": owner}
    for action in WAY[WAY_FROM.get(matter.status, len(WAY)) :]:
        earliest = max(
            times.get(action, newest) or now, earliest + timedelta(minutes=float(rng.uniform(1, 45)))
        )
        if earliest <= now:
            acts.append((earliest, matter, action, people.get(action)))
    return acts
