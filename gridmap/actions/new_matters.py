"""What a file's new matters are kept as: their rows, the first links of their chains, their words.

All of it is worked out column by column, some thousand matters at a time. Every JSON text made here is the
one that `canonical` would write. A lot needs nothing of the lots before it, so it can be made anywhere. What repeats from one matter to the next (a cell, who is asked there)
is written out once; an event names who is asked by a digest.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from gridmap.actions.comparing import body_digests
from gridmap.actions.lots import DayKey, Lot
from gridmap.actions.placing import Sent, StaffingTable, assignment_json, why_of
from gridmap.actions.pretences import Done, Pretence
from gridmap.actions.standings import Standings, Stood
from gridmap.db.bulk import instant_text, kept_points
from gridmap.db.loading import Columns, Load, load_of
from gridmap.db.models import EventRow, Issue, Words
from gridmap.domain.deadlines import Deadlines, Limit
from gridmap.domain.history import START, canonical, digest_of, first_link, quoted, words_digest
from gridmap.domain.issues import number_prefix
from gridmap.files.matters import Matters
from gridmap.geo.locate import Cell

NOBODY = {
    "owner": {
        "person_id": None, "role": "", "area": None, "area_path": None, "how": "nobody", "post_id": None,
    },
    "handler": {
        "person_id": None, "role": "", "area": None, "area_path": None, "how": "nobody", "post_id": None,
    },
    "informed": [],
    "notes": ["imported_closed"],
}  # fmt: skip
"""The assignment of a matter that came in closed: the file does not say who handled it."""

_NONE_OF_THEM = canonical({"code": None, "name": None, "share": 0.0})
"""The chance that a matter with an accuracy lies in no cell after all, where it plainly lies in one."""
_EVENT = ("district_code", "issue_id", "seq", "kind", "at", "data", "before", "digest", "actor_id")


def _salts(number: int) -> list[str]:
    """Random salts, drawn together: asking the system for each takes longer than all else."""
    drawn = secrets.token_hex(16 * number)
    return [drawn[n : n + 32] for n in range(0, len(drawn), 32)]


class Category(NamedTuple):
    """What is asked of a stored category; its limits by class of area."""

    id: int
    role: str | None
    limits: Mapping[str, Limit | None] = {"": None}


class _People(NamedTuple):
    """Who a matter goes to: the digest of the assignment as JSON, and its two chief parts."""

    digest: str
    owner_id: int | None
    handler_id: int | None


class _Part(NamedTuple):
    """Some matters side by side: their rows of the file, their keys, where they stand, what the file says of them."""

    rows: Sequence[int]
    ids: Sequence[int]
    digests: list[str]
    stood: Stood
    category: list[Category]
    accuracy_m: list[float | None]
    created: list[datetime]
    closed: list[datetime | None]


class _Chains(NamedTuple):
    """The first events of some matters as columns, and each matter's last one: its number in the chain, its digest."""

    events: Columns
    seq: Sequence[int]
    digest: Sequence[str]


class Made(NamedTuple):
    """What some matters are kept as: rows on their way to the store, and assignments that no lot named before, by digest."""

    loads: list[Load]
    shared: Mapping[str, str]


@dataclass
class NewMatters:
    """Makes the rows of new matters; `session` only says how its store keeps them.

    `keys`, `days` (local ones, of the report) and `standings` are by row of the file. `is_pretence`: kept as if reported and closed
    here, then, by those who hold the posts; `pretence` tells more of that past.
    """

    session: Session
    matters: Matters
    source: str
    datum: str
    is_pretence: bool
    pretence: Pretence | None
    keys: Sequence[str]
    days: Sequence[date]
    standings: Standings
    categories: Mapping[str, Category]
    staffing: StaffingTable
    deadlines: Deadlines
    now: datetime
    _shared: dict[str, str] = field(default_factory=dict)
    _people: dict[tuple[str, str | None] | None, _People] = field(default_factory=dict)
    _cells: dict[int, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._digest = first_link("imported", self.now, None)

    def make(self, lot: Lot) -> Made:
        """The matters of a lot with their words and chains."""
        instant, part = instant_text(self.session), self._part(lot)
        numbers, people, due = self._numbers(part, lot.first), self._asked(part), self._due(part)
        words, named = self._said(part, lot.word_ids)
        facts = self._facts(part, self._whys(part), people, due, named)
        chains = self._chains(part, numbers, facts, people, instant)
        kept = self._kept(part, numbers, people, due, instant)
        told = {"history_seq": chains.seq, "history_digest": chains.digest}
        points = kept_points(self.session, self.standings.lon[lot.rows], self.standings.lat[lot.rows])
        tables = [(Issue, {**kept, **told, "geom": points}), (Words, words), (EventRow, chains.events)]
        loads = [
            load_of(self.session, model, columns) for model, columns in tables if columns["district_code"]
        ]
        shared, self._shared = self._shared, {}
        return Made(loads, shared)

    def _part(self, lot: Lot) -> _Part:
        matters, rows = self.matters, lot.rows
        return _Part(
            rows,
            lot.ids,
            body_digests(matters, rows, self.keys, self.datum),
            self.standings.of(rows),
            [self.categories[self.keys[row]] for row in rows],
            [matters.accuracy_m[row] for row in rows],
            [matters.created_at[row] for row in rows],
            [matters.closed_at[row] for row in rows],
        )

    def _numbers(self, part: _Part, first: Mapping[DayKey, int]) -> list[str]:
        given = {key: (number_prefix(*key), count(start)) for key, start in first.items()}
        numbers = []
        for key in zip(part.stood.district_code, [self.days[row] for row in part.rows], strict=True):
            prefix, sequence = given[key]
            numbers.append(f"{prefix}{next(sequence):04d}")
        return numbers

    def _kept(
        self,
        part: _Part,
        numbers: list[str],
        people: list[_People],
        due: list[datetime | None],
        instant: Callable[[datetime], str],
    ) -> dict[str, Sequence[Any]]:
        """The rows of some matters, but for place and history."""
        matters, rows, number, stood = self.matters, part.rows, len(part.rows), part.stood
        created = list(map(instant, part.created))
        return {
            "id": part.ids,
            "district_code": stood.district_code,
            "number": numbers,
            "is_triage": [cell is None for cell in stood.cell],
            "category_id": [category.id for category in part.category],
            "external_id": [matters.external_id[row] for row in rows],
            "body_digest": part.digests,
            "sent_lon": matters.lon[rows].tolist(),
            "sent_lat": matters.lat[rows].tolist(),
            "datum": [self.datum] * number,
            "accuracy_m": part.accuracy_m,
            "path": stood.path,
            "cell_id": [cell and cell.id for cell in stood.cell],
            "owner_id": [asked.owner_id for asked in people],
            "handler_id": [asked.handler_id for asked in people],
            "occurred_at": created,
            "reported_at": created,
            "closed_at": [moment and instant(moment) for moment in part.closed],
            "due_at": [moment and instant(moment) for moment in due],
            "sealed_seq": [0] * number,
            **self._came(part),
        }

    def _came(self, part: _Part) -> dict[str, Sequence[Any]]:
        """Where some matters come from, by whose account, and the state they are in."""
        if self.pretence is None:
            state = ["closed" if closed else "reported" for closed in part.closed]
            number = len(part.rows)
            return {"status": state, "source": [self.source] * number, "account_id": [None] * number}
        pasts = [self.pretence.pasts[row] for row in part.rows]
        return {
            "status": [self.pretence.status(row) for row in part.rows],
            "source": [past.source for past in pasts],
            "account_id": [past.reporter for past in pasts],
        }

    def _whys(self, part: _Part) -> list[str]:
        """Why each lies where it does: written out for those that plainly lie in one cell."""
        stood, datum, none = part.stood, self.datum, f",{_NONE_OF_THEM}"
        cells = [self._cell_texts(cell) if cell else ("", "") for cell in stood.cell]
        sent, here = self._places(part.rows)
        return [
            f'{{"candidates":[{candidate}{none if accuracy else ""}],"cell":{cell},'
            f'"lon_lat_wgs84":[{wgs84_lon},{wgs84_lat}],'
            f'"margin_m":{round(margin, 2)!r},"nearest":null,"rule":"covered_by_one",'
            f'"sent":{{"accuracy_m":{"null" if accuracy is None else repr(accuracy)},'
            f'"datum":"{datum}","lat":{lat},"lon":{lon}}},"status":"inside"}}'
            if told is None
            else canonical(why_of(told, Sent(float(lon), float(lat), datum, accuracy)))
            for lon, lat, wgs84_lon, wgs84_lat, (candidate, cell), margin, told, accuracy in zip(
                *sent, *here, cells, stood.margin_m, stood.told, part.accuracy_m, strict=True
            )
        ]

    def _places(self, rows: Sequence[int]) -> tuple[list[list[str]], list[list[str]]]:
        """Longitudes and latitudes as text: as they were sent, and in WGS84."""
        sent = [self.matters.lon[rows], self.matters.lat[rows]]
        here = [self.standings.lon[rows], self.standings.lat[rows]]
        told = [list(map(repr, degrees.tolist())) for degrees in sent]
        if np.array_equal(sent, here):  # as nearly always
            return told, told
        return told, [list(map(repr, degrees.tolist())) for degrees in here]

    def _cell_texts(self, cell: Cell) -> tuple[str, str]:
        """A cell as the only candidate, and as the one that has the matter."""
        found = self._cells.get(cell.id)
        if found is None:
            candidate = canonical({"code": cell.code, "name": cell.name, "share": 1.0})
            here = canonical({"code": cell.code, "name": cell.name, "version": cell.version})
            found = self._cells[cell.id] = candidate, here
        return found

    def _asked(self, part: _Part) -> list[_People]:
        """Who each goes to; nobody (the key None) where it came in closed."""
        wanted = [
            None if closed is not None and not self.is_pretence else (path, category.role)
            for path, category, closed in zip(part.stood.path, part.category, part.closed, strict=True)
        ]
        for key in set(wanted) - self._people.keys():
            told = assignment_json(self.staffing.staff(*key)) if key else NOBODY
            self._people[key] = self._named(told)
        return [self._people[key] for key in wanted]

    def _named(self, told: Mapping[str, Any]) -> _People:
        text = canonical(told)
        digest = hashlib.sha256(text.encode()).hexdigest()
        self._shared[digest] = text
        return _People(digest, told["owner"]["person_id"], told["handler"]["person_id"])

    def _due(self, part: _Part) -> list[datetime | None]:
        """A closed matter gets no deadline that nobody there knew of."""
        due_by, named = self.deadlines.due_by, self._classes(part)
        return [
            None
            if closed is not None and not self.is_pretence
            else due_by(category.limits[area_class], created)
            for category, created, closed, area_class in zip(
                part.category, part.created, part.closed, named, strict=True
            )
        ]

    def _classes(self, part: _Part) -> list[str]:
        """The class of the area each lies in."""
        paths = part.stood.path
        found = {path: self.deadlines.class_of(path) for path in set(paths)}
        return [found[path] for path in paths]

    def _said(self, part: _Part, keys: Sequence[int]) -> tuple[Columns, list[str]]:
        """The words as columns, and for each matter what its event says of them."""
        texts = [self.matters.description[row] for row in part.rows]
        spoken = [n for n, text in enumerate(texts) if text]
        said = [texts[n] for n in spoken]
        salts = _salts(len(said))
        named = [""] * len(texts)
        for n, key, salt, text in zip(spoken, keys, salts, said, strict=True):
            named[n] = f'{{"digest":"{words_digest(salt, text)}","id":{key},"kind":"description"}}'
        return {
            "id": keys,
            "district_code": [part.stood.district_code[n] for n in spoken],
            "issue_id": [part.ids[n] for n in spoken],
            "kind": ["description"] * len(said),
            "salt": salts,
            "text": said,
        }, named

    def _facts(
        self,
        part: _Part,
        whys: list[str],
        people: list[_People],
        due: list[datetime | None],
        named: list[str],
    ) -> list[str]:
        """What the first event of each matter tells."""
        source = quoted(self.source)
        spelled = {key: quoted(key) for key in self.categories}
        keys = [spelled[self.keys[row]] for row in part.rows]
        ids = [quoted(self.matters.external_id[row]) for row in part.rows]
        closed = [None] * len(part.rows) if self.pretence else part.closed
        begun = [
            "closed" if end and not self.is_pretence else self._begins(row)
            for row, end in zip(part.rows, closed, strict=True)
        ]
        return [
            f'{{"assignment":"{asked.digest}","category":{key},'
            f'"closed_at":{_told(end)},"due_at":{_told(limit)},"external_id":{external},'
            f'"occurred_at":"{created.isoformat()}","source":{source},'
            f'"to":"{status}","why":{why},"words":[{words}]}}'
            for asked, key, end, limit, external, created, status, why, words in zip(
                people, keys, closed, due, ids, part.created, begun, whys, named, strict=True
            )
        ]

    def _begins(self, row: int) -> str:
        return self.pretence.pasts[row].begins if self.pretence else "reported"

    def _chains(
        self,
        part: _Part,
        numbers: list[str],
        facts: list[str],
        people: list[_People],
        instant: Callable[[datetime], str],
    ) -> _Chains:
        if self.is_pretence:
            return self._pretended(part, numbers, facts, people, instant)
        digests = list(map(self._digest, numbers, facts))
        size = len(numbers)
        seq = [1] * size
        events = {
            "district_code": part.stood.district_code,
            "issue_id": part.ids,
            "seq": seq,
            "kind": ["imported"] * size,
            "at": [instant(self.now)] * size,
            "data": facts,
            "before": [START] * size,
            "digest": digests,
            "actor_id": [None] * size,
        }
        return _Chains(events, seq, digests)

    def _pretended(
        self,
        part: _Part,
        numbers: list[str],
        facts: list[str],
        people: list[_People],
        instant: Callable[[datetime], str],
    ) -> _Chains:
        """The chains that a demonstration pretends, matter by matter."""
        events, tips = list[tuple[Any, ...]](), list[tuple[int, str]]()
        for n, (issue_id, district) in enumerate(zip(part.ids, part.stood.district_code, strict=True)):
            tip = START
            for seq, done in enumerate(self._done(part, n, facts[n], people[n]), start=1):
                kind, at, data, actor = done
                digest = digest_of(numbers[n], seq, kind, at, actor, data, tip)
                events.append((district, issue_id, seq, kind, instant(at), data, tip, digest, actor))
                tip = digest
            tips.append((seq, tip))
        return _Chains(dict(zip(_EVENT, zip(*events, strict=True), strict=True)), *zip(*tips, strict=True))

    def _done(self, part: _Part, n: int, facts: str, people: _People) -> Iterator[Done]:
        """What the chain of one of some matters pretends."""
        row, created, closed = part.rows[n], part.created[n], part.closed[n]
        if self.pretence is not None:
            yield Done("reported", created, facts, self.pretence.pasts[row].reporter)
            yield from self.pretence.done(row, people.owner_id, people.handler_id)
            return
        yield Done("reported", created, facts, None)
        if closed:
            yield Done("close", closed, canonical({"from": "reported", "to": "closed"}), None)


def _told(moment: datetime | None) -> str:
    return f'"{moment.isoformat()}"' if moment else "null"
