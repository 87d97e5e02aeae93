"""Random lives of matters, lived through the very actions people use, while the clock goes on by itself."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.domain.scope import Actor
from gridmap.errors import GridmapError
from tests.conftest import Clock
from tests.town import CENTRES, OUTSIDE, PARKING, RUBBISH, actor_named, report_at

BUSY = ("accept", "dispatch", "dispatch", "start", "finish", "finish", "verify", "close", "close", "rate")
RARE = ("decline", "return", "suspend", "resume", "rework", "reopen", "void", "merge", "raise", "lower")
RARE += ("forward", "move", "recategorise", "extend", "reopen_unsolved", "amend", "supervise")
ACTORS = ("seat", "seat2", "li", "wang", "sun", "head1", "streethead", "zhao", "water", "dong", "admin")
PAUSES = (1, 1, 2, 4, 9, 20, 90, 400)
"""Minutes from one act to the next."""
SOURCES = ("staff", "staff", "resident", "resident", "seat", "api")


@dataclass
class Lives:
    """Draws what happens next; the same seed gives the same lives."""

    office: Office
    clock: Clock
    seed: int

    def __post_init__(self) -> None:
        self.office = replace(self.office, acceptance=frozenset({"resident"}))
        self.draw = random.Random(self.seed)
        self.people = {name: actor_named(self.office, name) for name in ACTORS}
        self.numbers: list[str] = []

    def live(self, matters: int, acts: int) -> None:
        """So many matters are reported, and about so many acts are tried on each."""
        for step in range(matters * (acts + 1)):
            self.clock.forward(minutes=self.draw.choice(PAUSES))
            if step % (acts + 1) == 0:
                self._report()
            else:
                self._act(self.draw.choice(self.numbers[-self.draw.choice((1, 3, 40)) :]))

    def _report(self) -> None:
        lon, lat = self.draw.choice([*CENTRES.values(), *CENTRES.values(), OUTSIDE])
        category, source = self.draw.choice((RUBBISH, PARKING)), self.draw.choice(SOURCES)
        who = self.draw.choice([name for name in ACTORS if name != "water"])
        what = report_at(lon, lat, category=category, source=source)
        self.numbers.append(report(self.office, self.people[who], what).number)

    def _act(self, number: str) -> None:
        """Somebody tries something; what is not allowed is refused and changes nothing."""
        for name in (self.draw.choice(RARE if self.draw.random() < 0.25 else BUSY), "start", "finish"):
            for who in self._shuffled():
                try:
                    act_on(self.office, who, number, self._made(name))
                except GridmapError:
                    continue
                return

    def _shuffled(self) -> Sequence[Actor]:
        return self.draw.sample(list(self.people.values()), 4)

    def _made(self, name: str) -> Act:
        lon, lat = self.draw.choice(list(CENTRES.values()))
        return Act(
            name,
            sent=report_at(lon, lat).sent if name in ("move", "amend") else None,
            category=self.draw.choice((RUBBISH, PARKING)) if name == "recategorise" else None,
            words="because",
            unit="water" if name == "forward" or (name == "dispatch" and self.draw.random() < 0.4) else None,
            until=self.clock.now + timedelta(hours=self.draw.choice((3, 30))),
            into=self.draw.choice(self.numbers),
            solved=self.draw.randrange(3),
            satisfaction=self.draw.randrange(3),
        )
