"""What the demo shows of the closed loop: units called by whistle, matters suspended, raised, urged, supervised; a roster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import func, select, update

from gridmap.actions.acts import Act
from gridmap.actions.answering import accept_call, check_in, finish_call, rate_call
from gridmap.actions.handling import act_on
from gridmap.actions.importing import Progress
from gridmap.actions.noticing import tell_due, tell_new
from gridmap.actions.office import Office
from gridmap.actions.rostering import Leave, note_absence, put_shifts
from gridmap.db.loop_models import Notice, Whistle
from gridmap.db.models import EventRow, Issue, Person, Post
from gridmap.demo.going_on import near
from gridmap.demo.living import at_the_time
from gridmap.demo.pasts import Staff, actor_by_id
from gridmap.demo.signs import DEPARTMENTS
from gridmap.domain.roster import Shift
from gridmap.domain.scope import Actor
from gridmap.errors import GridmapError

EACH = {"small": 3, "district": 12}
"""How often each of the little stories is told."""
_SHIFTS = {
    "sanitation": Shift(0b1111111, 5 * 60, 21 * 60),
    "market_supervision": Shift(0b0111111, 8 * 60, 20 * 60),
}
"""When those roles are on duty, local minutes; the others always are."""
_WORKERS = ("community_worker", "urban_management")
"""Who stands in for each other."""


@dataclass(frozen=True)
class _Story:
    """One matter and those who act on it; `at` minutes after its beginning is a moment of it."""

    office: Office
    matter: Issue
    seat: Actor
    owner: Actor
    units: Mapping[str, Actor]
    begin: datetime

    def then(self, minutes: float) -> Office:
        return at_the_time(self.office, self.begin + timedelta(minutes=minutes))

    def act(self, minutes: float, actor: Actor, act: Act) -> None:
        act_on(self.then(minutes), actor, self.matter.number, act)


def play_loop(office: Office, rng: np.random.Generator, staff: Staff, size: str, progress: Progress) -> None:
    """Tell the stories on matters that are in hand, each in the last hours; commits each act."""
    stories = list(_stories(office, rng, staff, EACH[size] * len(TELLINGS)))
    for count, story in enumerate(stories, start=1):
        try:
            TELLINGS[count % len(TELLINGS)](story, rng)
        except GridmapError:
            continue  # this matter's past does not allow it: another one shows it
        finally:
            progress("live", count, len(stories))
    _plan_duty(office, actor_by_id(office, staff.by_name["admin"]), size)


def hush(office: Office) -> None:
    """Whatever people were told until now they have read: the bell rings for what happens from here on; commits."""
    tell_new(office)
    tell_due(office)
    with office.work() as work:
        work.session.execute(update(Notice).where(Notice.read_at.is_(None)).values(read_at=work.now))


def _stories(office: Office, rng: np.random.Generator, staff: Staff, number: int) -> Iterator[_Story]:
    now, seat = office.clock(), actor_by_id(office, staff.seat)
    units = {unit: actor_by_id(office, staff.by_name[name]) for name, unit in DEPARTMENTS}
    last = select(func.max(EventRow.at)).where(EventRow.issue_id == Issue.id).scalar_subquery()
    wanted = Issue.status.in_(("reported", "handling")) & Issue.is_triage.is_(False)
    with office.database.reading() as session:
        query = (
            select(Issue, last).where(wanted, last < now - timedelta(hours=6)).order_by(Issue.due_at.desc())
        )
        found = [(issue, moment) for issue, moment in session.execute(query.limit(6 * number))]
        session.expunge_all()
    for n in rng.permutation(len(found))[:number]:
        matter, moment = found[int(n)]
        owner = staff.by_person.get(matter.owner_id or 0)
        latest = max(moment + timedelta(minutes=5), now - timedelta(hours=float(rng.uniform(4, 6))))
        yield _Story(office, matter, seat, actor_by_id(office, owner) if owner else seat, units, latest)


def _blow(story: _Story, kind: str, units: tuple[str, ...], words: str) -> int:
    story.act(0, story.owner, Act("whistle", units=units, kind=kind, words=words))
    with story.office.database.reading() as session:
        return (
            session.scalars(
                select(Whistle.id).where(Whistle.issue_id == story.matter.id).order_by(Whistle.id.desc())
            ).first()
            or 0
        )


def _answered_in_full(story: _Story, rng: np.random.Generator) -> None:
    """Both units came, did their part and were rated."""
    names = tuple(rng.permutation(list(story.units))[:2].tolist())
    whistle = _blow(story, "daily", names, "社区多次协调未果，请到场会商")
    for n, name in enumerate(names):
        actor = story.units[name]
        accept_call(story.then(6 + 9 * n), actor, whistle)
        check_in(story.then(28 + 14 * n), actor, whistle, near(story.matter, rng))
        finish_call(story.then(75 + 40 * n), actor, whistle, "已到场处置，责任人签字确认，后续每周复查。")
        rate_call(story.then(130 + 20 * n), story.owner, whistle, name, int(rng.choice([2, 2, 1])))


def _answered_in_part(story: _Story, rng: np.random.Generator) -> None:
    """One unit is on site, the other on its way."""
    names = tuple(rng.permutation(list(story.units))[:2].tolist())
    whistle = _blow(story, "key", names, "涉及两家权属单位，请共同到场")
    accept_call(story.then(12), story.units[names[0]], whistle)
    check_in(story.then(41), story.units[names[0]], whistle, near(story.matter, rng))
    accept_call(story.then(55), story.units[names[1]], whistle)


def _silent(story: _Story, rng: np.random.Generator) -> None:
    """Nobody has answered yet."""
    _blow(story, "daily", (str(rng.choice(list(story.units))),), "无执法权，请派员到场")


def _suspended(story: _Story, rng: np.random.Generator) -> None:
    story.act(0, story.seat, Act("suspend", words="配件采购中，预计三日内到货"))


def _supervised(story: _Story, rng: np.random.Generator) -> None:
    story.act(0, story.seat, Act("supervise", words="居民反映强烈，列入督办"))
    story.act(35, story.seat, Act("urge", words="请今日内回复处置进展"))


def _raised(story: _Story, rng: np.random.Generator) -> None:
    story.act(0, story.owner, Act("raise", words="网格内协商两次未达成一致，请社区牵头"))


def _dispatched(story: _Story, rng: np.random.Generator) -> None:
    story.act(0, story.seat, Act("dispatch", unit=str(rng.choice(list(story.units))), words="请按职责处置"))


def _returned(story: _Story, rng: np.random.Generator) -> None:
    unit = str(rng.choice(list(story.units)))
    story.act(0, story.seat, Act("dispatch", unit=unit))
    story.act(50, story.units[unit], Act("return", words="非本单位管养范围，建议转权属单位"))


TELLINGS: tuple[Callable[[_Story, np.random.Generator], None], ...] = (
    _answered_in_full,
    _answered_in_part,
    _silent,
    _suspended,
    _supervised,
    _raised,
    _dispatched,
    _returned,
)


def _plan_duty(office: Office, admin: Actor, size: str) -> None:
    """Shifts for two of the roles, and a few people away with somebody standing in."""
    with office.work() as work:
        for post in work.session.scalars(select(Post).where(Post.role.in_(_SHIFTS))):
            put_shifts(work, post, [_SHIFTS[post.role]])
    now = office.clock()
    beside = dict[str, list[str]]()
    with office.database.reading() as session:
        query = select(Post.area_path, Person.code).join(Person, Person.id == Post.person_id)
        for path, code in session.execute(query.where(Post.role.in_(_WORKERS)).order_by(Post.id)).tuples():
            beside.setdefault(path, []).append(code)
    pairs = [(codes[0], codes[1]) for codes in beside.values() if len({*codes[:2]}) == 2]
    away = set[str]()
    for n, (person, deputy) in enumerate(pairs):
        if len(away) >= 2 * EACH[size] or away & {person, deputy}:
            continue
        away |= {person, deputy}
        note_absence(
            office, admin, Leave(now - timedelta(hours=3), now + timedelta(days=2 + n % 3), deputy, person)
        )
