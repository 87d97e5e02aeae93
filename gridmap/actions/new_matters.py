"""What a file's new matters are kept as: their rows, the first links of their chains, their words.

Every JSON text made here is the one that `canonical` would write. What repeats from one matter to the
next (a cell, who is asked there) is written out once; an event names who is asked by a digest.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from gridmap.actions.placing import Sent, StaffingTable, assignment_json, why_of
from gridmap.actions.pretences import Done, Pretence
from gridmap.actions.standings import Standings, Stood
from gridmap.db.bulk import Loading, instant_text, kept_points
from gridmap.db.models import EventRow, Issue, Words
from gridmap.domain.deadlines import Deadlines, Limit
from gridmap.domain.history import START, canonical, digest_of, first_link, words_digest
from gridmap.domain.issues import number_prefix
from gridmap.files.matters import Matters
from gridmap.geo.locate import Cell

quoted: Callable[[str], str] = json.encoder.encode_basestring
"""A text as JSON, Chinese as it is written: what `canonical` does with it."""

_ISSUE = (
    "id", "district_code", "number", "status", "is_triage", "category_id", "source", "external_id",
    "body_digest", "sent_lon", "sent_lat", "datum", "accuracy_m", "path", "cell_id", "owner_id",
    "handler_id", "occurred_at", "reported_at", "closed_at", "due_at", "history_seq", "history_digest",
    "sealed_seq", "account_id", "geom",
)  # fmt: skip
_WORDS = ("id", "district_code", "issue_id", "kind", "salt", "text")
_EVENT = ("district_code", "issue_id", "seq", "kind", "at", "data", "before", "digest", "actor_id")

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

DayKey = tuple[str, date]
"""A district and a local day: what numbers are counted in."""


def _salts() -> Iterator[str]:
    """Random salts without end, drawn many at a time: asking the system for each takes longer than all else."""
    while True:
        drawn = secrets.token_hex(16 * 1000)
        yield from (drawn[n : n + 32] for n in range(0, len(drawn), 32))


class Category(NamedTuple):
    """What is asked of a stored category."""

    id: int
    role: str | None
    limit: Limit | None = None


class _People(NamedTuple):
    """Who a matter goes to: the digest of the assignment as JSON, and its two chief parts."""

    digest: str
    owner_id: int | None
    handler_id: int | None


class _Numbers(NamedTuple):
    """What the numbers of a district's day begin with, and how they go on."""

    prefix: str
    sequence: Iterator[int]


class _Link(NamedTuple):
    seq: int
    kind: str
    at: datetime
    data: str
    before: str
    digest: str
    actor: int | None = None


@dataclass
class NewMatters:
    """Makes and stores the rows of new matters.

    `keys`, `digests` and `standings` are by row of the file; `first` holds the first sequence number of
    each district and day. `is_pretence`: kept as if reported and closed here, then, by those who hold
    the posts; `pretence` tells more of that past. `shared` are the assignments that the events name, by digest.
    """

    matters: Matters
    source: str
    datum: str
    is_pretence: bool
    pretence: Pretence | None
    keys: Sequence[str]
    digests: Sequence[str]
    standings: Standings
    categories: Mapping[str, Category]
    staffing: StaffingTable
    zone: ZoneInfo
    deadlines: Deadlines
    first: Mapping[DayKey, int]
    now: datetime
    shared: dict[str, str] = field(default_factory=dict)
    _given: dict[DayKey, _Numbers] = field(default_factory=dict)
    _people: dict[tuple[str, str | None], _People] = field(default_factory=dict)
    _cells: dict[int, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._digest = first_link("imported", self.now, None)
        self._salts = _salts()

    def load(
        self, loading: Loading, rows: Sequence[int], ids: Sequence[int], word_ids: Iterator[int]
    ) -> None:
        """Store the matters that stand in `rows` of the file under the keys `ids`, with words and chains."""
        issues, words, events = list[tuple[Any, ...]](), list[tuple[Any, ...]](), list[tuple[Any, ...]]()
        lon, lat = self.standings.lon[list(rows)], self.standings.lat[list(rows)]
        points = kept_points(loading.session, lon, lat)
        wgs84 = zip(lon.tolist(), lat.tolist(), strict=True)
        instant, moments = instant_text(loading.session), dict[datetime, str]()
        for row, issue_id, point, lon_lat in zip(rows, ids, points, wgs84, strict=True):
            stood = self.standings.of(row)
            number = self._number(row, stood.district_code)
            why, people = self._why(row, stood, lon_lat), self._who(row, stood.path)
            said = self._said(row, stood.district_code, issue_id, word_ids)
            due = self._due(row)
            links = self._links(row, number, self._facts(row, why, people.digest, said, due), people)
            words += said
            for one in links:
                if one.at not in moments:
                    moments[one.at] = instant(one.at)
                told = (stood.district_code, issue_id, one.seq, one.kind, moments[one.at], *one[3:])
                events.append(told)
            kept = self._kept(row, number, stood, people, links[-1], due, instant)
            issues.append((issue_id, *kept, point))
        loading.add(Issue, _ISSUE, issues)
        if words:
            loading.add(Words, _WORDS, words)
        loading.add(EventRow, _EVENT, events)

    def _number(self, row: int, district_code: str) -> str:
        key = district_code, self.matters.created_at[row].astimezone(self.zone).date()
        if key not in self._given:
            self._given[key] = _Numbers(number_prefix(*key), count(self.first.get(key, 1)))
        prefix, sequence = self._given[key]
        return f"{prefix}{next(sequence):04d}"

    def _kept(
        self,
        row: int,
        number: str,
        stood: Stood,
        people: _People,
        tip: _Link,
        due: datetime | None,
        instant: Callable[[datetime], str],
    ) -> tuple[Any, ...]:
        """The row of a matter, from the district to the seal."""
        matters = self.matters
        created, closed = instant(matters.created_at[row]), matters.closed_at[row]
        past = self.pretence.pasts[row] if self.pretence else None
        return (
            stood.district_code,
            number,
            self.pretence.status(row) if self.pretence else "closed" if closed else "reported",
            stood.cell is None,
            self.categories[self.keys[row]].id,
            past.source if past else self.source,
            matters.external_id[row],
            self.digests[row],
            float(matters.lon[row]),
            float(matters.lat[row]),
            self.datum,
            matters.accuracy_m[row],
            stood.path,
            stood.cell.id if stood.cell else None,
            people.owner_id,
            people.handler_id,
            created,
            created,
            instant(closed) if closed else None,
            instant(due) if due else None,
            tip.seq,
            tip.digest,
            0,
            past.reporter if past else None,
        )

    def _why(self, row: int, stood: Stood, wgs84: tuple[float, float]) -> str:
        matters = self.matters
        lon, lat, accuracy = float(matters.lon[row]), float(matters.lat[row]), matters.accuracy_m[row]
        if stood.told is not None or stood.cell is None:
            return canonical(why_of(self.standings.whole(row), Sent(lon, lat, self.datum, accuracy)))
        candidate, cell = self._cell_texts(stood.cell)
        none = "" if not accuracy else ',{"code":null,"name":null,"share":0.0}'
        return (
            f'{{"candidates":[{candidate}{none}],"cell":{cell},"lon_lat_wgs84":[{wgs84[0]!r},{wgs84[1]!r}],'
            f'"margin_m":{round(stood.margin_m, 2)!r},"nearest":null,"rule":"covered_by_one",'
            f'"sent":{{"accuracy_m":{"null" if accuracy is None else repr(accuracy)},'
            f'"datum":"{self.datum}","lat":{lat!r},"lon":{lon!r}}},"status":"inside"}}'
        )

    def _cell_texts(self, cell: Cell) -> tuple[str, str]:
        if cell.id not in self._cells:
            candidate = canonical({"code": cell.code, "name": cell.name, "share": 1.0})
            here = canonical({"code": cell.code, "name": cell.name, "version": cell.version})
            self._cells[cell.id] = candidate, here
        return self._cells[cell.id]

    def _who(self, row: int, path: str) -> _People:
        if self.matters.closed_at[row] is not None and not self.is_pretence:
            return self._nobody
        role = self.categories[self.keys[row]].role
        found = self._people.get((path, role))
        if found is None:
            told = assignment_json(self.staffing.staff(path, role))
            found = self._people[path, role] = self._named(told)
        return found

    @cached_property
    def _nobody(self) -> _People:
        return self._named(NOBODY)

    def _named(self, told: Mapping[str, Any]) -> _People:
        text = canonical(told)
        digest = hashlib.sha256(text.encode()).hexdigest()
        self.shared[digest] = text
        return _People(digest, told["owner"]["person_id"], told["handler"]["person_id"])

    def _due(self, row: int) -> datetime | None:
        """A closed matter gets no deadline that nobody there knew of."""
        if self.matters.closed_at[row] is not None and not self.is_pretence:
            return None
        limit = self.categories[self.keys[row]].limit
        return self.deadlines.due_by(limit, self.matters.created_at[row])

    def _said(self, row: int, district_code: str, issue_id: int, ids: Iterator[int]) -> list[tuple[Any, ...]]:
        text = self.matters.description[row]
        if not text:
            return []
        return [(next(ids), district_code, issue_id, "description", next(self._salts), text)]

    def _facts(
        self, row: int, why: str, who: str, said: Sequence[tuple[Any, ...]], due: datetime | None
    ) -> str:
        """What a matter's first event tells."""
        matters, closed = self.matters, None if self.pretence else self.matters.closed_at[row]
        state = "closed" if closed and not self.is_pretence else "reported"
        words = [
            f'{{"digest":"{words_digest(salt, text)}","id":{key},"kind":"{kind}"}}'
            for key, _, _, kind, salt, text in said
        ]
        return (
            f'{{"assignment":"{who}","category":{quoted(self.keys[row])},'
            f'"closed_at":{quoted(closed.isoformat()) if closed else "null"},'
            f'"due_at":{quoted(due.isoformat()) if due else "null"},'
            f'"external_id":{quoted(matters.external_id[row])},'
            f'"occurred_at":"{matters.created_at[row].isoformat()}","source":{quoted(self.source)},'
            f'"to":"{state}","why":{why},"words":[{",".join(words)}]}}'
        )

    def _links(self, row: int, number: str, facts: str, people: _People) -> list[_Link]:
        """The first links of a matter's chain."""
        if not self.is_pretence:
            return [_Link(1, "imported", self.now, facts, START, self._digest(number, facts))]
        links, tip = list[_Link](), START
        for seq, (kind, at, data, actor) in enumerate(self._told(row, facts, people), start=1):
            digest = digest_of(number, seq, kind, at, actor, data, tip)
            links.append(_Link(seq, kind, at, data, tip, digest, actor))
            tip = digest
        return links

    def _told(self, row: int, facts: str, people: _People) -> list[Done]:
        """What a matter's chain pretends."""
        created, closed = self.matters.created_at[row], self.matters.closed_at[row]
        if self.pretence is not None:
            first = Done("reported", created, facts, self.pretence.pasts[row].reporter)
            return [first, *self.pretence.done(row, people.owner_id, people.handler_id)]
        told = [Done("reported", created, facts, None)]
        if closed:
            told.append(Done("close", closed, canonical({"from": "reported", "to": "closed"}), None))
        return told
