"""Tell people what happened to their matters: the stream after a cursor, by the district's table, each of it once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gridmap.actions.office import Office, Work
from gridmap.actions.recipients import Happening, Recipients
from gridmap.actions.reminding import passed
from gridmap.db import notices, stream
from gridmap.db.engine import hold
from gridmap.db.models import Chore, StreamRow
from gridmap.db.notices import Matter
from gridmap.domain.codes import NO_DISTRICT
from gridmap.domain.gathering import worst_of
from gridmap.domain.notices import (
    MANY,
    MISSED,
    MOST_AT_ONCE,
    PUSH,
    ROBOT,
    USUAL,
    WECOM,
    Group,
    Telling,
)
from gridmap.domain.scope import Tie

TELLING = 0x74656C6C  # “tell”
DAY = timedelta(days=1)
"""What is older is not told one by one: whoever has matters in hand gets one notice that says so."""
OVERLAP = timedelta(minutes=5)
"""So far each look at deadlines reaches into the one before: what came to lie there meanwhile is not missed."""
TELL_DUE = "tell_due"
_AT_ONCE = 1000
_NAMED = ("number", "zh", "en", "cell_name")
"""What one notice for many says of those it names."""
_WHISTLES = "whistle"
"""Kinds of events that begin so name the whistle, the units it is about, and the head it was raised to."""


@dataclass(frozen=True)
class Draft:
    """A notice before it is stored: for one account, or (None) for groups alone; by which ways beside the page."""

    account_id: int | None
    key: str
    kind: str
    at: datetime
    data: Mapping[str, Any]
    ways: tuple[str, ...]
    happening: Happening | None = None


def tell_new(office: Office, groups: Sequence[Group] = ()) -> int:
    """Tell what the stream brought since the last time; commits. How many notices that made.

    What comes meanwhile is for the next time: many at once cost little more than one. Two who do it at once tell nothing twice. Where something happened more than a day ago, or the stream
    has forgotten it, those who have matters in hand are told once that not everything was told.
    """
    number, is_more = 0, _has_news(office)
    while is_more:
        with office.work() as work:
            told, is_more = _tell_some(office, work, groups)
        number += told
    return number


def _has_news(office: Office) -> bool:
    with office.database.reading() as session:
        return stream.latest(session) != notices.cursor(session)


def _tell_some(office: Office, work: Work, groups: Sequence[Group]) -> tuple[int, bool]:
    """How many notices the next rows of the stream made, and whether more rows were there than are told at once."""
    session = work.session
    hold(session.connection(), TELLING)
    last, newest = notices.cursor(session), stream.latest(session)
    if last > newest:  # another store's numbers: begin with what is there
        last = 0
    rows, oldest = stream.after(session, last, _AT_ONCE), stream.oldest(session)
    notices.move_cursor(session, rows[-1].number if rows else newest)
    is_gap = last > 0 and oldest is not None and oldest > last + 1
    about = [row for row in rows if row.kind == "issue"]
    fresh = [row for row in about if row.at >= work.now - DAY]
    drafts = _drafts(office, work, list(_happened(work, fresh)))
    if is_gap or len(fresh) < len(about):
        drafts += _missed(office, work)
    return _keep(work, drafts, groups), len(rows) == _AT_ONCE


def _happened(work: Work, rows: Sequence[StreamRow]) -> Iterator[Happening]:
    """The events behind rows of the stream: of the same matter and kind, at the same moment."""
    if not rows:
        return
    told = {(row.data["number"], row.data["kind"], row.at): row for row in rows}
    found = notices.matters(work.session, {number for number, _, _ in told})
    by_id = {one.id: one for one in found.values()}
    moments = [row.at for row in rows]
    for event in notices.events(work.session, by_id.keys(), min(moments), max(moments)):
        matter = by_id[event.issue_id]
        row = told.get((matter.number, event.kind, event.at))
        if row is not None:
            before = None if row.before is None else Tie(**row.before)
            said = json.loads(event.data) if event.kind.startswith(_WHISTLES) else {}
            yield Happening(
                matter,
                event.kind,
                str(event.seq),
                event.at,
                event.actor_id,
                before,
                said.get("head"),
                said.get("whistle"),
                tuple(said.get("units", ())),
            )


def _drafts(office: Office, work: Work, happenings: Sequence[Happening]) -> list[Draft]:
    """Who is told what; of several events of a kind of one matter each hears of the last."""
    told = [one for one in happenings if office.notices.of(one.event, one.matter.status)]
    people = Recipients(office, work, told)
    drafts = dict[tuple[int | None, int, str], Draft]()
    for one in told:
        for telling in office.notices.of(one.event, one.matter.status):
            for account in (*people.of(one, telling.who), None):
                drafts[account, one.matter.id, telling.kind] = _draft(one, telling, account)
    return list(drafts.values())


def _draft(one: Happening, telling: Telling, account: int | None) -> Draft:
    key = f"{one.matter.number}:{one.mark}:{telling.kind}"
    return Draft(account, key, telling.kind, one.at, _said(one.matter, telling), telling.ways, one)


def _said(matter: Matter, telling: Telling) -> dict[str, Any]:
    """What a notice says of a matter: never words of people, contact, names."""
    return {
        "number": matter.number,
        "category": matter.category,
        "zh": matter.name_zh,
        "en": matter.name_en,
        "cell": matter.cell_code,
        "cell_name": matter.cell_name,
        "status": matter.status,
        "due_at": matter.due_at.isoformat(timespec="seconds") if matter.due_at else None,
        "urgency": telling.urgency,
    }


def _missed(office: Office, work: Work) -> list[Draft]:
    """One notice a day for each who has matters in hand: that not everything was told."""
    key = f"{MISSED}:{work.now.astimezone(office.zone).date().isoformat()}"
    hands = notices.on_hand(work.session, work.now)
    counts = {(person, unit): (n, late) for person, unit, n, late in hands}
    found = notices.accounts_of(
        work.session, (p for p, _ in counts if p is not None), (u for _, u in counts if u is not None)
    )
    drafts = []
    for account in found:
        n, late = counts.get((account.person_id, None)) or counts.get((None, account.unit)) or (0, 0)
        said = {"open": n, "late": late, "urgency": USUAL}
        drafts.append(Draft(account.id, key, MISSED, work.now, said, (PUSH, WECOM)))
    return drafts


def tell_due(office: Office, groups: Sequence[Group] = ()) -> int:
    """Tell of deadlines that came near or passed since the last look, at most a day ago; commits. How many notices.

    Once for each matter and deadline: of a deadline that was moved anew.
    """
    now = office.clock()
    with office.database.reading() as session:
        chore = session.get(Chore, TELL_DUE)
        last = chore.done_at if chore is not None else None
        since = max(min(last, now) - OVERLAP, now - DAY) if last else now - DAY
        found = passed(office, session, since, now)
    was_away = last is not None and last < now - DAY
    number = 0
    for start in range(0, max(len(found), 1), _AT_ONCE):
        with office.work() as work:
            hold(work.session.connection(), TELLING)
            drafts = _drafts(office, work, found[start : start + _AT_ONCE])
            drafts += _missed(office, work) if was_away and not start else []
            number += _keep(work, drafts, groups)
    return number


def _keep(work: Work, drafts: Iterable[Draft], groups: Sequence[Group]) -> int:
    """Store notices that are not there yet, and what goes out of the house for them; open pages hear of it."""
    wanted = list(drafts)
    rows = {(one.account_id, one.key): one for one in wanted if one.account_id is not None}
    new = notices.put(work.session, [_row(one, account) for (account, _), one in rows.items()])
    ringing = _ringing(work, {key: rows[key] for key in new}, new)
    addresses = notices.addresses(work.session, {one.account_id for one, _ in ringing if one.account_id})
    deliveries = [
        _delivery(work, one, address.channel, address.address, notice_id=row)
        for one, row in ringing
        for address in addresses.get(one.account_id or 0, [])
        if address.channel in one.ways
    ]
    notices.put_deliveries(work.session, deliveries)
    for group in groups:
        _tell_group(work, wanted, group)
    if new:
        told = sorted({account for account, _ in new})
        work.tell("notice", {"accounts": told}, district_code=NO_DISTRICT)
    return len(new)


def _ringing(
    work: Work, new: Mapping[tuple[int, str], Draft], stored: Mapping[tuple[int, str], int]
) -> list[tuple[Draft, int]]:
    """What may ring phones, with the keys of its rows: each new notice, but one for all where many of a kind came at once."""
    crowds = dict[tuple[int, str], list[Draft]]()
    for (account, _), one in new.items():
        crowds.setdefault((account, one.kind), []).append(one)
    many = {
        place: _many(work, place[0], crowd) for place, crowd in crowds.items() if len(crowd) > MOST_AT_ONCE
    }
    rows = notices.put(work.session, [_row(one, account) for (account, _), one in many.items()])
    alone = [(one, stored[key]) for key, one in new.items() if (key[0], one.kind) not in many]
    return alone + [
        (one, rows[account, one.key]) for (account, _), one in many.items() if (account, one.key) in rows
    ]


def _many(work: Work, account_id: int | None, crowd: Sequence[Draft]) -> Draft:
    """One notice for all of a kind, which names those that are due first."""
    kind, data = crowd[0].kind, crowd[0].data
    key = f"{MANY}:{kind}:{work.now.isoformat(timespec='milliseconds')}"
    worst = [{name: one[name] for name in _NAMED} for one in worst_of([one.data for one in crowd])]
    said = {"n": len(crowd), "of": kind, "urgency": data["urgency"], "worst": worst}
    return Draft(account_id, key, MANY, work.now, said, crowd[0].ways)


def _row(draft: Draft, account_id: int) -> dict[str, Any]:
    matter = draft.happening.matter if draft.happening else None
    return {
        "district_code": matter.district_code if matter else NO_DISTRICT,
        "account_id": account_id,
        "key": draft.key,
        "kind": draft.kind,
        "issue_id": matter.id if matter else None,
        "at": draft.at,
        "data": dict(draft.data),
    }


def _tell_group(work: Work, drafts: Sequence[Draft], group: Group) -> None:
    """What one group has not been told yet: each of it, but one for all where many of a kind came at once."""
    told = {f"{group.name}:{one.key}": one for one in drafts if _is_for(one, group)}
    new = notices.put_deliveries(
        work.session, [_delivery(work, one, ROBOT, group.name, key=key) for key, one in told.items()]
    )
    crowds = dict[str, list[str]]()
    for key in new:
        crowds.setdefault(told[key].kind, []).append(key)
    many = [keys for keys in crowds.values() if len(keys) > MOST_AT_ONCE]
    notices.join_deliveries(work.session, [key for keys in many for key in keys])
    joined = [_many(work, None, [told[key] for key in keys]) for keys in many]
    notices.put_deliveries(
        work.session,
        [_delivery(work, one, ROBOT, group.name, key=f"{group.name}:{one.key}") for one in joined],
    )


def _is_for(draft: Draft, group: Group) -> bool:
    one = draft.happening
    is_for_groups = draft.account_id is None and ROBOT in draft.ways and one is not None
    return is_for_groups and group.wants(draft.kind, one.matter.path, one.units)  # type: ignore[union-attr]


def _delivery(
    work: Work, draft: Draft, way: str, target: str, *, notice_id: int | None = None, key: str | None = None
) -> dict[str, Any]:
    return {
        "notice_id": notice_id,
        "channel": way,
        "target": target,
        "key": key,
        "body": {"kind": draft.kind, "key": draft.key, **draft.data},
        "tries": 0,
        "created_at": work.now,
        "next_at": work.now,
    }


def read_notices(
    office: Office, account_id: int, ids: Sequence[int] | None = None, until: int | None = None
) -> int:
    """Mark notices of an account as read: those of the keys `ids`, or all up to the key `until`; commits. How many are left."""
    with office.work() as work:
        if notices.mark_read(work.session, account_id, work.now, ids=ids, until=until):
            work.tell("notice", {"accounts": [account_id]}, district_code=NO_DISTRICT)
        return notices.unread(work.session, account_id)


def forget_notices(office: Office, read_days: int = 30, all_days: int = 180) -> int:
    """Delete notices read so long ago, and all that are so old; commits. How many went."""
    with office.work() as work:
        moments = (work.now - timedelta(days=days) for days in (read_days, all_days))
        return notices.forget(work.session, *moments)
