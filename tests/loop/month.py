"""A month of a town by the script: reports from staff, seats and residents, people who act, wait, err and are away."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from gridmap.actions.accounts import NewAccount, add_account
from gridmap.actions.acts import Act
from gridmap.actions.answering import accept_call, check_in, finish_call, rate_call
from gridmap.actions.handling import act_on, standing_by_posts
from gridmap.actions.keeping import do_what_is_due, routines
from gridmap.actions.office import Office
from gridmap.actions.rechecking import recheck
from gridmap.actions.reporting import Report, report
from gridmap.actions.rostering import Leave, hand_over, note_absence, set_shifts
from gridmap.db import posts
from gridmap.db.loop_models import Recheck, WhistleCall
from gridmap.db.models import Issue, Person
from gridmap.domain.assignment import Post
from gridmap.domain.issues import OPEN
from gridmap.domain.roster import Shift
from gridmap.domain.scope import Actor
from gridmap.errors import GridmapError
from tests.conftest import Clock
from tests.town import (
    C1,
    C2,
    C3,
    C4,
    C5,
    C6,
    CENTRES,
    OUTSIDE,
    PARKING,
    PASSWORD,
    RUBBISH,
    RULES,
    Sent,
    actor_named,
)

BEGIN = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""A Monday."""
PEOPLE = ("seat", "seat2", "li", "wang", "sun", "head1", "streethead", "zhao", "dong", "water", "power")
WEIGHTS = {
    "accept": 20, "dispatch": 10, "start": 30, "finish": 40, "verify": 20, "close": 25, "rate": 3, "rework": 3,
    "return": 2, "suspend": 1, "resume": 10, "extend": 1, "raise": 1, "lower": 1, "supervise": 1, "unsupervise": 2,
    "urge": 1, "decline": 1, "void": 0.3, "merge": 0.5, "reopen": 0.2, "reopen_unsolved": 1, "forward": 1,
    "comment": 1, "recategorise": 0.5, "amend": 0.5, "whistle": 1, "object": 0.3, "choose_cell": 20,
}  # fmt: skip
"""How often people do what; anything not named they do not do."""
DUTIES = ("seal", "forget_stream", "raise_whistles", "pass_duties", "draw_rechecks")
"""What the background worker does in the month; there is no door whose visitors it could forget."""
TALKATIVE = 0.1
"""So often somebody says something with an act that needs no words."""


@dataclass
class Month:
    """The town, its clock, and a stream of chance that is the same for the same seed."""

    office: Office
    clock: Clock
    seed: int = 1
    reported: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.office = replace(self.office, acceptance=frozenset({"resident"}))
        add_account(self.office, None, NewAccount("power", "department", None, "power", PASSWORD), RULES)
        self.clock.now = BEGIN
        self.actors = {name: actor_named(self.office, name) for name in PEOPLE}
        self.held = self._posts_held()
        self.duties = tuple(one for one in routines(7, recheck_percent=20) if one.name in DUTIES)
        self._plan_duty()

    def _plan_duty(self) -> None:
        """Sun works by day and is away twice, Li once with nobody standing in; the police work shifts."""
        seat, day = self.actors["seat"], Shift(0b11111, 8 * 60, 18 * 60)
        (sun,), (zhao,) = self.held["sun"], self.held["zhao"]
        set_shifts(self.office, seat, sun.id, [day])
        set_shifts(self.office, seat, zhao.id, [Shift(0b1111111, 20 * 60, 8 * 60), day])
        for person, since, days, deputy in (
            ("sun", 7, 5, "dong"),
            ("sun", 29, 4, "head1"),
            ("li", 12, 6, None),
        ):
            begins = BEGIN + timedelta(days=since)
            note_absence(self.office, seat, Leave(begins, begins + timedelta(days=days), deputy, person))

    def _posts_held(self) -> dict[str, list[Post]]:
        with self.office.database.reading() as session:
            return {
                name: posts.of_person(session, actor.person_id, self.clock()) if actor.person_id else []
                for name, actor in self.actors.items()
            }

    def run(self, matters: int, days: int = 30) -> None:
        """So many matters over so many days, four hours at a time."""
        steps = days * 6
        for step in range(steps):
            self.clock.forward(hours=4)
            due = round(matters * (step + 1) / steps) - self.reported
            for _ in range(due):
                self.report()
            self.act(diligence=0.3)
            self.answer(diligence=0.3)
            self.look_again(diligence=0.3)
            self.pass_time()
            if step == steps // 2:
                self.change_hands()

    def change_hands(self) -> None:
        """Wang's post goes over to Li, with all that hangs on it."""
        (post,) = self.held["wang"]
        with self.office.database.reading() as session:
            code = session.get_one(Person, self.actors["li"].person_id).code
        hand_over(self.office, self.actors["seat"], post.id, code)
        self.actors = {name: actor_named(self.office, name) for name in PEOPLE}
        self.held = self._posts_held()

    def settle(self, days: int = 30) -> None:
        """No more reports, and everybody does their work."""
        for _ in range(days * 4):
            self.clock.forward(hours=6)
            self.act(diligence=0.9)
            self.answer(diligence=0.9)
            self.look_again(diligence=0.9)
            self.pass_time()
            if not self.open():
                return

    def report(self) -> None:
        """Somebody reports something, somewhere in or just outside the town."""
        source, by = self.chance.choice(
            [("staff", "li"), ("staff", "dong"), ("resident", "seat"), ("seat", "seat")]
        )
        lon, lat = self.chance.choice([*(CENTRES[cell] for cell in (C1, C2, C3, C4, C5, C6)), OUTSIDE])
        lon, lat = lon + self.chance.uniform(-0.004, 0.004), lat + self.chance.uniform(-0.004, 0.004)
        what = Report(
            Sent(lon, lat, "wgs84", None), self.chance.choice((RUBBISH, PARKING)), "按脚本上报", source=source
        )
        report(self.office, self.actors[by], what)
        self.reported += 1

    def open(self) -> list[Issue]:
        """What is open, detached."""
        with self.office.database.reading() as session:
            found = list(session.scalars(select(Issue).where(Issue.status.in_(OPEN)).order_by(Issue.id)))
            session.expunge_all()
            return found

    def act(self, diligence: float) -> None:
        """A share of the open matters gets what somebody who may wants to do to it."""
        for issue in self.open():
            if self.chance.random() < diligence:
                self._one(issue)

    def _one(self, issue: Issue) -> None:
        wishes = [(actor, name) for actor in self.actors.values() for name in self._allowed(actor, issue)]
        if not wishes:
            return
        actor, name = self.chance.choices(wishes, [WEIGHTS[wish] for _, wish in wishes])[0]
        self._try(name, partial(act_on, self.office, actor, issue.number, self._act(name, issue)))

    def look_again(self, diligence: float) -> None:
        """Some of the closed matters that were drawn are looked at again; one in four was not well."""
        with self.office.database.reading() as session:
            drawn = list(session.scalars(select(Recheck.id).where(Recheck.done_at.is_(None))))
        for key in drawn:
            if self.chance.random() < diligence:
                by = self.actors[self.chance.choice(("seat", "streethead"))]
                is_well = self.chance.random() < 0.75
                self._try("recheck", partial(recheck, self.office, by, key, is_well, "按脚本回访"))

    def answer(self, diligence: float) -> None:
        """Units that were called come, or not; whoever called them says how it was."""
        with self.office.database.reading() as session:
            calls = list(session.scalars(select(WhistleCall).where(WhistleCall.rating.is_(None))))
            session.expunge_all()
        for call in calls:
            if self.chance.random() < diligence:
                self._try(f"call {call.status}", partial(self._answered, call))

    def _answered(self, call: WhistleCall) -> None:
        office, unit = self.office, self.actors[call.unit]
        if call.status == "called":
            accept_call(office, unit, call.whistle_id)
        elif call.status == "accepted":
            check_in(office, unit, call.whistle_id, Sent(*CENTRES[C1], "wgs84", 20.0))
        elif call.status == "on_site":
            finish_call(office, unit, call.whistle_id, "按脚本到场处置")
        else:
            rate_call(office, self.actors["seat"], call.whistle_id, call.unit, self.chance.choice((0, 1, 2)))

    def _try(self, name: str, do: Callable[[], object]) -> None:
        try:
            do()
            self.done[name] += 1
        except GridmapError as refusal:
            self.refused[f"{name}: {refusal.code}"] += 1

    def _allowed(self, actor: Actor, issue: Issue) -> Sequence[str]:
        tie_sees = actor.scope.covers(issue.path) or issue.account_id == actor.account_id
        is_theirs = actor.person_id is not None and actor.person_id in (issue.owner_id, issue.handler_id)
        if not (tie_sees or is_theirs or (actor.unit and actor.unit == issue.unit)):
            return []
        held = self.held[actor.username]
        standing = standing_by_posts(self.office, held, actor, issue, self.clock())
        allowed = self.office.workflow.allowed(issue.status, standing.ties, standing.hindered)
        return [name for name in allowed if name in WEIGHTS and (name != "choose_cell" or issue.is_triage)]

    def _act(self, name: str, issue: Issue) -> Act:
        fill = NEEDS.get(name)
        speaks = "words" in self.office.workflow.named(name).needs or self.chance.random() < TALKATIVE
        return Act(name, words="按脚本办理" if speaks else None, **(fill(self, issue) if fill else {}))

    def pass_time(self) -> None:
        """What the background worker does."""
        do_what_is_due(self.office, self.duties)


def _until(month: Month, issue: Issue) -> dict[str, Any]:
    return {"until": (issue.due_at or month.clock()) + timedelta(minutes=month.chance.choice((30, 60, 600)))}


def _into(month: Month, issue: Issue) -> dict[str, Any]:
    others = [other.number for other in month.open() if other.path == issue.path and other.id != issue.id]
    return {"into": month.chance.choice(others or [issue.number])}


NEEDS: dict[str, Callable[[Month, Issue], dict[str, Any]]] = {
    "dispatch": lambda m, i: m.chance.choice([{}, {}, {"unit": "water"}, {"unit": "power"}]),
    "forward": lambda m, i: {"unit": m.chance.choice(("water", "power"))},
    "rate": lambda m, i: {
        "solved": m.chance.choice((0, 1, 2, 2)),
        "satisfaction": m.chance.choice((0, 1, 2, 2)),
    },
    "extend": _until,
    "merge": _into,
    "recategorise": lambda m, i: {"category": m.chance.choice((RUBBISH, PARKING))},
    "amend": lambda m, i: {"category": m.chance.choice((RUBBISH, PARKING))},
    "whistle": lambda m, i: {"units": ("water", "power")[: m.chance.choice((1, 2))], "kind": "daily"},
    "choose_cell": lambda m, i: {"cell": m.chance.choice((C1, C2, C3, C4))},
}
