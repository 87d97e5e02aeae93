"""Chores that come back: taken by one process at a time, done again when their time has passed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from gridmap.actions.attempts import forget_attempts
from gridmap.actions.auditing import seal
from gridmap.actions.contacts import forget_contacts, forget_passes
from gridmap.actions.office import Office, Work
from gridmap.actions.passing import pass_duties
from gridmap.actions.rechecking import PERCENT, draw_rechecks
from gridmap.actions.whistling import raise_silent
from gridmap.db import stream
from gridmap.db.models import Chore
from gridmap.files.photos import forget_parts

HAND_S = 600.0
"""How long a chore stays taken: whoever took it and died no longer has it then."""


@dataclass(frozen=True)
class Routine:
    """A chore: how often, and what is done."""

    name: str
    every: timedelta
    do: Callable[[Office], object]


def routines(
    stream_days: int, attempt_minutes: int = 60, contact_days: int = 30, *, recheck_percent: int = PERCENT
) -> tuple[Routine, ...]:
    """The chores of an installation.

    Seal the history daily, forget old rows of the stream and old tries at signing in hourly, contacts of residents
    and used puzzles of their door too, and daily
    what was left of photos whose writing was cut short. Minutely raise silent whistles and pass what people who are
    away have in hand to their deputies; once a month (looked at daily) draw `recheck_percent` of what was closed.
    """
    return (
        Routine("seal", timedelta(days=1), seal),
        Routine("forget_stream", timedelta(hours=1), lambda office: forget_stream(office, stream_days)),
        Routine(
            "forget_attempts", timedelta(hours=1), lambda office: forget_attempts(office, attempt_minutes)
        ),
        Routine("forget_contacts", timedelta(hours=1), lambda office: forget_contacts(office, contact_days)),
        Routine("forget_passes", timedelta(hours=1), forget_passes),
        Routine("forget_parts", timedelta(days=1), lambda office: forget_parts(office.data_dir)),
        Routine("raise_whistles", timedelta(minutes=1), raise_silent),
        Routine("pass_duties", timedelta(minutes=1), pass_duties),
        Routine("draw_rechecks", timedelta(days=1), lambda office: draw_rechecks(office, recheck_percent)),
    )


def forget_stream(office: Office, days: int) -> int:
    """Delete rows of the stream older than `days`; commits. How many went."""
    with office.work() as work:
        return stream.forget_before(work.session, work.now - timedelta(days=days))


def do_what_is_due(office: Office, wanted: tuple[Routine, ...]) -> Mapping[str, object]:
    """Do each chore whose time has come and that nobody else has in hand; what each answered, by name."""
    done: dict[str, object] = {}
    for routine in _due(office, wanted):
        if not _take(office, routine):
            continue
        done[routine.name] = routine.do(office)
        with office.work() as work:
            chore = _locked(work, routine.name)
            chore.done_at, chore.taken_until = work.now, None
    return done


def _due(office: Office, wanted: Iterable[Routine]) -> list[Routine]:
    """Those that may be done now, by one look that locks nothing."""
    with office.database.reading() as session:
        known = {chore.name: chore for chore in session.scalars(select(Chore))}
    now = office.clock()
    return [one for one in wanted if one.name not in known or _may(known[one.name], one, now)]


def _may(chore: Chore, routine: Routine, now: datetime) -> bool:
    """Whether its time has come and nobody has it in hand."""
    hand = timedelta(seconds=HAND_S)
    is_due = chore.done_at is None or not _is_within(chore.done_at, now, routine.every)
    return is_due and (chore.taken_until is None or not _is_within(chore.taken_until - hand, now, hand))


def _take(office: Office, routine: Routine) -> bool:
    with office.work() as work:
        chore = _locked(work, routine.name)
        is_mine = _may(chore, routine, work.now)
        if is_mine:
            chore.taken_until = work.now + timedelta(seconds=HAND_S)
        return is_mine


def _is_within(since: datetime, now: datetime, span: timedelta) -> bool:
    """Whether `now` lies in the span; a time yet to come was written by a clock that was wrong, and counts for none."""
    return since <= now < since + span


def _locked(work: Work, name: str) -> Chore:
    chore = work.session.get(Chore, name, with_for_update=True)
    if chore is None:  # two processes that start together may both come here
        kind = sqlite.insert if work.session.get_bind().dialect.name == "sqlite" else postgresql.insert
        work.session.execute(kind(Chore).values(name=name).on_conflict_do_nothing())
        chore = work.session.get_one(Chore, name, with_for_update=True)
    return chore
