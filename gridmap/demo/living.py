"""Matters with photos, lived through the very actions people use, with the office's clock set to then."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import select

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.importing import Progress
from gridmap.actions.office import Office
from gridmap.actions.photographing import add_photo
from gridmap.db.models import Issue
from gridmap.demo.pasts import Staff, actor_by_id, moments
from gridmap.demo.photos.album import picture
from gridmap.demo.photos.light import light_at
from gridmap.demo.rhythm import ZONE
from gridmap.demo.sayings import BY_KEY
from gridmap.demo.signs import SEAT, UNIT
from gridmap.domain.issues import OPEN

_RECENT = timedelta(days=4)
_OPEN_SHARE, _CLOSED_SHARE, _AFTER_SHARE, _FORWARD_SHARE = 0.8, 0.12, 0.85, 0.06
MOST = 180
"""So many matters have photos at most."""


@dataclass(frozen=True)
class Shot:
    """A photo to be drawn: the scene, its seed, the light, before or after."""

    scene: str
    seed: int
    light: str
    is_done: bool

    def draw(self) -> bytes:
        """The JPEG."""
        return picture(self.scene, self.seed, self.light, is_done=self.is_done)


@dataclass(frozen=True)
class Deed:
    """One thing that somebody does to a matter of the frame at a moment: an action, or a photo."""

    row: int
    at: datetime
    by: str
    action: str
    shot: Shot | None = None


def choose_lived(
    rng: np.random.Generator, issues: pd.DataFrame, now: datetime, most: int = MOST
) -> list[int]:
    """The rows that get photos: most of the open ones that staff reported, a few of those closed lately."""
    is_open = issues["closed_at"].isna().to_numpy()
    is_recent = (issues["occurred_at"] > pd.Timestamp(now - _RECENT)).to_numpy()
    chance = np.where(is_open, _OPEN_SHARE, np.where(is_recent, _CLOSED_SHARE, 0.0))
    chance = np.where((issues["source"] == "staff").to_numpy(), chance, 0.0)
    rows = np.flatnonzero(rng.random(len(issues)) < chance)
    if len(rows) > most:
        rows = rng.choice(rows, most, replace=False)
    return sorted(int(row) for row in rows)


def deeds_of(
    rng: np.random.Generator, issues: pd.DataFrame, rows: Sequence[int], now: datetime
) -> list[Deed]:
    """What was done to those rows, in the order of time."""
    columns = {name: moments(issues, name) for name in ("started_at", "finished_at", "closed_at")}
    deeds = list[Deed]()
    for row in rows:
        reported = issues["occurred_at"].iloc[row].to_pydatetime()
        life = [columns[name][row] for name in columns]
        scene, seed = BY_KEY[issues["category"].iloc[row]].scene, int(rng.integers(0, 2**31))
        deeds += _deeds(rng, row, reported, life, scene, seed)
    return sorted((deed for deed in deeds if deed.at <= now), key=lambda deed: deed.at)


def _deeds(
    rng: np.random.Generator,
    row: int,
    reported: datetime,
    life: Sequence[datetime | None],
    scene: str,
    seed: int,
) -> Iterator[Deed]:
    """One matter's: the photo sent with the report, the acts, the photo taken when it was done."""
    started, finished, closed = life
    shortly = timedelta(seconds=int(rng.integers(4, 40)))
    yield Deed(row, reported + shortly, "reporter", "photo", shot_of(scene, seed, reported, is_done=False))
    if started is not None:
        yield Deed(row, max(started, reported + 2 * shortly), "handler", "start")
        if closed is None and rng.random() < _FORWARD_SHARE:
            yield Deed(row, started + timedelta(minutes=6), SEAT, "forward")
    if finished is not None:
        if rng.random() < _AFTER_SHARE:
            after = shot_of(scene, seed, finished, is_done=True)
            yield Deed(row, max(finished, reported + 3 * shortly), "handler", "photo", after)
        yield Deed(row, max(finished, reported + 3 * shortly) + timedelta(seconds=20), "handler", "finish")
    if closed is not None:
        yield Deed(row, closed + 4 * shortly + timedelta(seconds=30), "owner", "close")


def shot_of(scene: str, seed: int, at: datetime, *, is_done: bool) -> Shot:
    """The photo of a scene as it looks at that moment."""
    light = light_at(at.astimezone(ZONE).hour)
    return Shot(scene, seed, "overcast" if light == "noon" and seed % 4 == 0 else light, is_done)


class Studio:
    """Draws photos while other work is done; ask for one when it is needed."""

    def __init__(self, shots: Sequence[Shot]) -> None:
        self._threads = ThreadPoolExecutor(2, "drawing")
        self._drawn: dict[Shot, Future[bytes]] = {shot: self._threads.submit(shot.draw) for shot in shots}

    def __enter__(self) -> Callable[[Shot], bytes]:
        return lambda shot: self._drawn.pop(shot).result()

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)


def live_through(
    office: Office,
    issues: pd.DataFrame,
    deeds: Sequence[Deed],
    staff: Staff,
    drawn: Callable[[Shot], bytes],
    progress: Progress,
) -> None:
    """Have the deeds done, each at its time by whom the matter then went to; commits each."""
    known = _stored(office, issues["external_id"])
    for count, deed in enumerate(deeds, start=1):
        number, accounts = known[issues["external_id"].iloc[deed.row]]
        actor = actor_by_id(office, _who(staff, accounts, deed.by))
        then = at_the_time(office, deed.at)
        if deed.shot is not None:
            sent = drawn(deed.shot)
            add_photo(then, actor, number, hashlib.sha256(sent).hexdigest(), sent)
        else:
            act_on(then, actor, number, Act(deed.action, unit=UNIT if deed.action == "forward" else None))
        progress("live", count, len(deeds))


def at_the_time(office: Office, moment: datetime) -> Office:
    """The same office at another time."""
    return replace(office, clock=lambda: moment)


def _who(staff: Staff, matter: Mapping[str, int | None], by: str) -> int:
    """The account of who reported a matter, owns or handles it; the seat's where nobody does."""
    if by == "owner" and matter["owner"] == matter["handler"]:
        return staff.seat  # whoever did the work does not judge it
    key = matter.get(by)
    account = key if by == "reporter" else staff.by_person.get(key or 0)
    return account or staff.seat


def _stored(office: Office, external_ids: Iterable[str]) -> dict[str, tuple[str, Mapping[str, int | None]]]:
    """The number of each matter, and the keys of its people."""
    wanted = set(external_ids)
    query = select(Issue).where(Issue.external_id.is_not(None), Issue.status.in_(OPEN))
    with office.database.reading() as session:
        return {
            str(issue.external_id): (
                issue.number,
                {"reporter": issue.account_id, "owner": issue.owner_id, "handler": issue.handler_id},
            )
            for issue in session.scalars(query)
            if issue.external_id in wanted
        }
