"""The loop lived on: residents' reports accepted and dispatched, whistles answered or not, matters suspended, urged, returned, raised, rated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import and_, func, select

from gridmap.actions.acts import Act
from gridmap.actions.answering import accept_call, check_in, finish_call, rate_call
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.placing import Sent
from gridmap.db.due import IS_OPEN
from gridmap.db.loop_models import Whistle, WhistleCall
from gridmap.db.models import Issue
from gridmap.demo.own import ours, place
from gridmap.demo.pasts import Staff, actor_by_id
from gridmap.demo.signs import DEPARTMENTS
from gridmap.domain.issues import PAUSED
from gridmap.domain.scope import Actor
from gridmap.domain.whistle import LIVE

MORE = 3
"""So many more whistles, suspended and supervised matters than at first there are at most: what began is brought to its end."""
SILENT = 6
"""One call in so many is not answered until the whistle has risen."""
_LOOKED_AT = timedelta(minutes=1)
_TAKES = {"called": timedelta(minutes=2), "accepted": timedelta(minutes=9), "on_site": timedelta(minutes=18)}
_RATED_AFTER = timedelta(minutes=4)
_PAUSE = timedelta(minutes=40)
_TO_UNIT, _DECLINED, _GOES_ON = 0.35, 0.06, 0.6
_AMONG = 6
_AT_WORK = ("reported", "dispatched", "handling")
_STATES = {
    "called": Issue.called.is_not(None),
    "suspended": Issue.status == PAUSED,
    "supervised": and_(Issue.supervised_at.is_not(None), IS_OPEN),
}
_UNIT_NAMES: Mapping[str, str] = {unit: name for name, unit in DEPARTMENTS}


class Loop:
    """What the desk, called units and reporters do while the demo is live; each step commits what one of them does."""

    def __init__(self, office: Office, rng: np.random.Generator, staff: Staff) -> None:
        self._office, self._rng, self._staff = office, rng, staff
        self._most = {state: self._count(condition) + MORE for state, condition in _STATES.items()}

    def at_the_desk(self) -> bool:
        """Accept, or dispatch, what has waited the longest; False where nothing waits."""
        rested = Issue.stage_at < self._office.clock() - _LOOKED_AT
        matter = self._pick(Issue.status.in_(("received", "accepted")), rested, among=1)
        if matter is None:
            return False
        seat = self._seat()
        if matter.is_triage:
            place(self._office, seat, matter)
        if matter.status == "received" and self._rng.random() < _DECLINED:
            return self._act(matter, seat, "decline", words="经核实不属本区管辖，已告知上报人")
        if matter.status == "received":
            return self._act(matter, seat, "accept")
        unit = self._unit() if self._rng.random() < _TO_UNIT else None
        return self._act(matter, seat, "dispatch", unit=unit)

    def on(self) -> bool:
        """Go on with one of the stories that have begun, or begin another; False where nothing is to be told now."""
        going_on = (self._answer, self._rate_call, self._rate, self._resume, self._unsupervise)
        if self._rng.random() < _GOES_ON and any(
            going_on[int(n)]() for n in self._rng.permutation(len(going_on))
        ):
            return True
        begins = (
            self._blow,
            self._blow,
            self._suspend,
            self._supervise,
            self._urge,
            self._raise,
            self._return,
            self._verify,
        )
        return begins[int(self._rng.integers(0, len(begins)))]()

    def _answer(self) -> bool:
        """The next thing a called unit does: accept, check in on site, give its evidence."""
        office, now = self._office, self._office.clock()
        for call, whistle, matter in self._calls(WhistleCall.status != "done", Whistle.status.in_(LIVE)):
            last = call.checked_in_at or call.accepted_at or call.called_at
            is_silent = call.status == "called" and call.id % SILENT == 0 and not whistle.raised
            if is_silent or last + _TAKES[call.status] > now or call.unit not in _UNIT_NAMES:
                continue
            actor = self._of_unit(call.unit)
            if call.status == "called":
                accept_call(office, actor, whistle.id)
            elif call.status == "accepted":
                check_in(office, actor, whistle.id, near(matter, self._rng))
            else:
                finish_call(office, actor, whistle.id, "已到场处置完毕，现场已恢复。")
            return True
        return False

    def _rate_call(self) -> bool:
        """Whoever blew the whistle says how the unit did it."""
        before = self._office.clock() - _RATED_AFTER
        unrated = (WhistleCall.status == "done", WhistleCall.rating.is_(None), WhistleCall.done_at < before)
        for call, whistle, _ in self._calls(*unrated):
            caller = actor_by_id(self._office, whistle.caller_id)
            rate_call(self._office, caller, whistle.id, call.unit, int(self._rng.choice([2, 2, 2, 1])))
            return True
        return False

    def _rate(self) -> bool:
        """A resident says how it was solved."""
        closed = self._office.clock() - _RATED_AFTER
        matter = self._pick(
            Issue.status == "closed",
            Issue.source == "resident",
            Issue.closed_at < closed,
            Issue.account_id.is_not(None),
        )
        if matter is None or matter.account_id is None or self._rng.random() < 0.5:
            return False
        solved, content = ((2, 2), (2, 2), (2, 1), (1, 1), (0, 0))[int(self._rng.integers(0, 5))]
        reporter = actor_by_id(self._office, matter.account_id)
        return self._act(matter, reporter, "rate", solved=solved, satisfaction=content)

    def _resume(self) -> bool:
        long_ago = Issue.paused_at < self._office.clock() - _PAUSE
        matter = self._pick(_STATES["suspended"], long_ago) if self._has_many("suspended") else None
        return matter is not None and self._act(matter, self._seat(), "resume")

    def _unsupervise(self) -> bool:
        matter = self._pick(_STATES["supervised"]) if self._has_many("supervised") else None
        return matter is not None and self._act(matter, self._seat(), "unsupervise")

    def _blow(self) -> bool:
        """One or two units are called, now and then to an emergency."""
        is_enough = self._has_many("called")
        matter = None if is_enough else self._pick(Issue.status.in_(_AT_WORK), Issue.is_triage.is_(False))
        if matter is None:
            return False
        names = self._rng.permutation(list(_UNIT_NAMES))[: int(self._rng.integers(1, 3))]
        kind = str(self._rng.choice(["daily", "daily", "key", "emergency"]))
        words = "社区多次协调未果，请到场会商"
        return self._act(
            matter, self._owner(matter), "whistle", units=tuple(map(str, names)), kind=kind, words=words
        )

    def _suspend(self) -> bool:
        matter = None if self._has_many("suspended") else self._pick(Issue.status == "handling")
        return matter is not None and self._act(
            matter, self._seat(), "suspend", words="配件采购中，预计三日内到货"
        )

    def _supervise(self) -> bool:
        is_new = (Issue.status.in_(_AT_WORK), Issue.supervised_at.is_(None))
        matter = None if self._has_many("supervised") else self._pick(*is_new)
        return matter is not None and self._act(
            matter, self._seat(), "supervise", words="居民反映强烈，列入督办"
        )

    def _urge(self) -> bool:
        matter = self._pick(Issue.status.in_(_AT_WORK), Issue.supervised_at.is_not(None))
        return matter is not None and self._act(matter, self._seat(), "urge", words="请今日内回复处置进展")

    def _raise(self) -> bool:
        matter = self._pick(Issue.status.in_(_AT_WORK), Issue.tier == 1, Issue.is_triage.is_(False))
        words = "网格内协商两次未达成一致，请社区牵头"
        return matter is not None and self._act(matter, self._owner(matter), "raise", words=words)

    def _return(self) -> bool:
        matter = self._pick(Issue.status.in_(("dispatched", "handling")), Issue.unit.in_(list(_UNIT_NAMES)))
        if matter is None or matter.unit is None:
            return False
        return self._act(
            matter, self._of_unit(matter.unit), "return", words="非本单位管养范围，建议转权属单位"
        )

    def _verify(self) -> bool:
        matter = self._pick(Issue.status == "handled")
        return matter is not None and self._act(matter, self._seat(), "verify")

    def _act(self, matter: Issue, actor: Actor, name: str, **needs: Any) -> bool:
        act_on(self._office, actor, matter.number, Act(name, **needs))
        return True

    def _pick(self, *conditions: Any, among: int = _AMONG) -> Issue | None:
        """One of the demo's own matters no open whistle holds back, of those that have waited the longest."""
        query = (
            select(Issue)
            .where(ours(), Issue.called.is_(None), *conditions)
            .order_by(Issue.stage_at, Issue.id)
        )
        with self._office.database.reading() as session:
            found = list(session.scalars(query.limit(among)))
            session.expunge_all()
        return found[int(self._rng.integers(0, len(found)))] if found else None

    def _calls(self, *conditions: Any) -> list[tuple[WhistleCall, Whistle, Issue]]:
        query = (
            select(WhistleCall, Whistle, Issue)
            .join(Whistle, Whistle.id == WhistleCall.whistle_id)
            .join(Issue, Issue.id == WhistleCall.issue_id)
            .where(ours(), *conditions)
        )
        with self._office.database.reading() as session:
            found = [
                (call, whistle, issue)
                for call, whistle, issue in session.execute(query.order_by(WhistleCall.id))
            ]
            session.expunge_all()
        return found

    def _has_many(self, state: str) -> bool:
        return self._count(_STATES[state]) >= self._most[state]

    def _count(self, *conditions: Any) -> int:
        with self._office.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Issue).where(*conditions)) or 0

    def _seat(self) -> Actor:
        return actor_by_id(self._office, self._staff.seat)

    def _owner(self, matter: Issue) -> Actor:
        return actor_by_id(self._office, self._staff.by_person.get(matter.owner_id or 0, self._staff.seat))

    def _unit(self) -> str:
        return str(self._rng.choice(list(_UNIT_NAMES)))

    def _of_unit(self, unit: str) -> Actor:
        return actor_by_id(self._office, self._staff.by_name[_UNIT_NAMES[unit]])


def near(matter: Issue, rng: np.random.Generator) -> Sent:
    """A place some metres from a matter, as a phone says it."""
    lon, lat = (float(degrees) for degrees in rng.normal(0, 2e-4, 2))
    return Sent(round(matter.sent_lon + lon, 6), round(matter.sent_lat + lat, 6), matter.datum, 18.0)
