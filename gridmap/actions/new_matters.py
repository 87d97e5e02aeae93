"""What a file's new matters are kept as: their rows, the first links of their chains, their words.

All of it is worked out column by column, some thousand matters at a time. Every JSON text made here is the
one that `canonical` would write. A lot needs nothing of the lots before it, so it can be made anywhere. What repeats from one matter to the next (a cell, who is asked there)
is written out once; an event names who is asked by a digest.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.actions import spelling
from gridmap.actions.comparing import Keys, body_digests
from gridmap.actions.due_together import due_by_each
from gridmap.actions.lots import DayKey, Days, Lot
from gridmap.actions.placing import Sent, StaffingTable, assignment_json, why_of
from gridmap.actions.pretences import Done, Pretence
from gridmap.actions.spelling import Texts, digests, joined, replaced, texts
from gridmap.actions.standings import Standings
from gridmap.db.bulk import ewkb_points, kept_points
from gridmap.db.loading import Columns, Load, load_of
from gridmap.db.models import EventRow, Issue, Words
from gridmap.domain.deadlines import Deadlines, Limit
from gridmap.domain.history import START, canonical, digest_of, quoted, shared_head
from gridmap.domain.issues import number_prefix
from gridmap.files.matters import Matters
from gridmap.files.text_columns import Instants, instants, is_empty

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
_EVENT = ("issue_id", "district_code", "seq", "kind", "at", "data", "before", "digest", "actor_id")
_NOT = -1
"""Instead of a position: nobody, nothing."""
Rows = NDArray[np.int64]


def _salts(number: int) -> list[str]:
    """Random salts, drawn together: asking the system for each takes longer than all else."""
    drawn = secrets.token_hex(16 * number)
    return [drawn[n : n + 32] for n in range(0, len(drawn), 32)]


class Category(NamedTuple):
    """What is asked of a stored category; its limits by class of area."""

    id: int
    role: str | None
    limits: Mapping[str, Limit | None] = {"": None}


class People(NamedTuple):
    """Who a matter goes to: the assignment as JSON, the digest of that, and its two chief parts."""

    text: str
    digest: str
    owner_id: int | None
    handler_id: int | None


class _Known(NamedTuple):
    """Who matters of some kinds go to: the kinds in order, the answers, and these side by side."""

    kinds: Rows
    people: list[People]
    columns: dict[str, Any]


class _Asked(NamedTuple):
    """Who some matters go to: the different answers, and which of them each has."""

    known: _Known
    at: Rows

    def column(self, name: str) -> Any:
        """One of the columns of `People`, a value for each matter."""
        return self.known.columns[name].take(pa.array(self.at))

    def one(self, n: int) -> People:
        """Who one of them goes to."""
        return self.known.people[int(self.at[n])]


class _Part(NamedTuple):
    """Some matters side by side: their rows of the file, their keys, where they stand, what the file says of them.

    `spot` and `kind` are positions in the spots of the standings and in the categories; `lon` and the like are JSON.
    """

    rows: Rows
    ids: Rows
    digests: Texts
    spot: Rows
    kind: Rows
    external_id: Texts
    accuracy_m: NDArray[np.float64]
    created: Instants
    closed: Instants


class _Chains(NamedTuple):
    """The first events of some matters as columns, and each matter's last one: its number in the chain, its digest."""

    events: Columns
    seq: Any
    digest: Any


@dataclass
class NewMatters:
    """Makes the rows of new matters; `session` only says how its store keeps them.

    `keys`, `days` and `standings` are by row of the file. `is_pretence`: kept as if reported and closed
    here, then, by those who hold the posts; `pretence` tells more of that past.
    """

    session: Session
    matters: Matters
    source: str
    datum: str
    is_pretence: bool
    pretence: Pretence | None
    keys: Keys
    days: Days
    standings: Standings
    categories: Mapping[str, Category]
    staffing: StaffingTable
    deadlines: Deadlines
    now: datetime
    _people: _Known = field(init=False)

    def __post_init__(self) -> None:
        spots = self.standings.spots
        self._kinds = list(self.categories.values())
        self._roles = list(dict.fromkeys(kind.role for kind in self._kinds))
        self._role_of = np.array([self._roles.index(kind.role) for kind in self._kinds], dtype=np.int64)
        places = {key: n for n, key in enumerate(self.categories)}
        self._kind_of = np.array([places[key] for key in self.keys.names], dtype=np.int64)[self.keys.at]
        self._spelled = texts(list(map(quoted, self.categories)))
        self._path = texts([spot.path for spot in spots])
        self._district = texts([spot.district_code for spot in spots])
        self._cell_id = pa.array([spot.cell and spot.cell.id for spot in spots], pa.int64())
        told = [self._cell_texts(spot.cell) if spot.cell else ("", "") for spot in spots]
        self._candidate, self._cell = texts([one for one, _ in told]), texts([cell for _, cell in told])
        classes = [self.deadlines.class_of(spot.path) for spot in spots]
        self._classes = sorted(set(classes))
        self._class_of = np.array([self._classes.index(one) for one in classes], dtype=np.int64)
        self._prefix = texts([number_prefix(*key) for key in self.days.keys])

    def _cell_texts(self, cell: Any) -> tuple[str, str]:
        """A cell as the only candidate, and as the one that has the matter."""
        candidate = canonical({"code": cell.code, "name": cell.name, "share": 1.0})
        return candidate, canonical({"code": cell.code, "name": cell.name, "version": cell.version})

    def kinds_of_people(self, rows: Rows) -> Rows:
        """Who some matters go to, as far as that differs: at which spot, for which role."""
        return np.unique(
            self._wanted(self.standings.at[rows], self._kind_of[rows], self.matters.closed[rows])
        )

    def found(self, kinds: Rows) -> list[People]:
        """Who matters of some kinds go to."""
        return [self._found(kind) for kind in kinds.tolist()]

    def learn(self, kinds: Rows, people: Sequence[People]) -> dict[str, str]:
        """Know who matters of all kinds (as `kinds_of_people` gives them) go to, before any of them is made; the different assignments by digest."""
        columns = {
            "digest": pa.array([one.digest for one in people], pa.string()),
            "owner_id": pa.array([one.owner_id for one in people], pa.int64()),
            "handler_id": pa.array([one.handler_id for one in people], pa.int64()),
        }
        self._people = _Known(kinds, list(people), columns)
        return {one.digest: one.text for one in people}

    def make(self, lot: Lot) -> list[Load]:
        """The matters of a lot with their words and chains: rows on their way to the store."""
        part = self._part(lot)
        numbers, asked, due = self._numbers(part, lot.first), self._asked(part), self._due(part)
        words, named = self._said(part, lot.word_ids)
        facts = self._facts(part, self._whys(part), asked, due, named)
        chains = self._chains(part, numbers, facts, asked)
        kept = self._kept(part, numbers, asked, due)
        told = {"history_seq": chains.seq, "history_digest": chains.digest, "geom": self._points(part)}
        tables = [(Issue, {**kept, **told}), (Words, words), (EventRow, chains.events)]
        return [
            load_of(self.session, model, columns)
            for model, columns in tables
            if len(next(iter(columns.values())))
        ]

    def _part(self, lot: Lot) -> _Part:
        matters, rows = self.matters, lot.rows
        return _Part(
            rows,
            np.asarray(lot.ids, dtype=np.int64),
            body_digests(matters, rows, self.keys, self.datum),
            self.standings.at[rows],
            self._kind_of[rows],
            pc.cast(matters.external_id.take(pa.array(rows)), pa.string()),
            matters.accuracy_m[rows],
            matters.created[rows],
            matters.closed[rows],
        )

    def _points(self, part: _Part) -> Any:
        place = self.standings.lon[part.rows], self.standings.lat[part.rows]
        is_sqlite = self.session.get_bind().dialect.name == "sqlite"
        return kept_points(self.session, *place) if is_sqlite else ewkb_points(*place)

    def _numbers(self, part: _Part, first: Mapping[DayKey, int]) -> Texts:
        """Their numbers, each the next of its district's day."""
        days = self.days.at[part.rows]
        present, which, count = np.unique(days, return_inverse=True, return_counts=True)
        begins = np.array([first[self.days.keys[n]] for n in present.tolist()], dtype=np.int64)
        order = np.argsort(which, kind="stable")
        sequence = np.empty(len(days), dtype=np.int64)
        sequence[order] = np.arange(len(days)) - np.repeat(np.cumsum(count) - count, count)
        said = pc.cast(pa.array(sequence + begins[which]), pa.string())
        return joined(self._prefix.take(pa.array(days)), pc.utf8_lpad(said, 4, "0"))

    def _kept(self, part: _Part, numbers: Texts, asked: _Asked, due: Instants) -> dict[str, Any]:
        """The rows of some matters, but for place and history."""
        matters, rows, spot = self.matters, part.rows, pa.array(part.spot)
        cell = self._cell_id.take(spot)
        return {
            "id": part.ids,
            "district_code": self._district.take(spot),
            "number": numbers,
            "is_triage": cell.is_null(),
            "category_id": np.array([kind.id for kind in self._kinds], dtype=np.int64)[part.kind],
            "external_id": part.external_id,
            "body_digest": part.digests,
            "sent_lon": matters.lon[rows],
            "sent_lat": matters.lat[rows],
            "datum": self.datum,
            "accuracy_m": pa.array(part.accuracy_m, from_pandas=True),
            "path": self._path.take(spot),
            "cell_id": cell,
            "owner_id": asked.column("owner_id"),
            "handler_id": asked.column("handler_id"),
            "occurred_at": part.created,
            "reported_at": part.created,
            "closed_at": part.closed,
            "due_at": due,
            "sealed_seq": 0,
            **self._came(part),
        }

    def _came(self, part: _Part) -> dict[str, Any]:
        """Where some matters come from, by whose account, and the state they are in."""
        if self.pretence is None:
            is_open = np.isnat(part.closed)
            state = texts(["closed", "reported"]).take(pa.array(is_open.astype(np.int64)))
            return {"status": state, "source": self.source, "account_id": None}
        some = part.rows.tolist()
        pasts = [self.pretence.pasts[row] for row in some]
        return {
            "status": [self.pretence.status(row) for row in some],
            "source": [past.source for past in pasts],
            "account_id": [past.reporter for past in pasts],
        }

    def _whys(self, part: _Part) -> Texts:
        """Why each lies where it does: written out for those that plainly lie in one cell."""
        rows, spot = part.rows, pa.array(part.spot)
        sent = [self.matters.lon[rows], self.matters.lat[rows]]
        here = [self.standings.lon[rows], self.standings.lat[rows]]
        (lon, lat), none = map(spelling.numbers, sent), texts([f",{_NONE_OF_THEM}", ""])
        is_same = np.array_equal(sent, here)  # as nearly always
        wgs84_lon, wgs84_lat = (lon, lat) if is_same else map(spelling.numbers, here)
        margin = spelling.hundredths(self.standings.margin_m[rows])
        plain = joined(
            '{"candidates":[', self._candidate.take(spot),
            none.take(pa.array(np.isnan(part.accuracy_m).astype(np.int64))), '],"cell":', self._cell.take(spot),
            ',"lon_lat_wgs84":[', wgs84_lon, ",", wgs84_lat, '],"margin_m":', margin,
            ',"nearest":null,"rule":"covered_by_one","sent":{"accuracy_m":', spelling.or_null(part.accuracy_m),
            f',"datum":"{self.datum}","lat":', lat, ',"lon":', lon, '},"status":"inside"}',
        )  # fmt: skip
        told = [(n, row) for n, row in enumerate(rows.tolist()) if row in self.standings.told]
        where = np.zeros(len(rows), dtype=bool)
        where[[n for n, _ in told]] = True
        return replaced(plain, where, [self._told_why(row) for _, row in told])

    def _told_why(self, row: int) -> str:
        matter = self.matters.one(row)
        sent = Sent(matter.lon, matter.lat, self.datum, matter.accuracy_m)
        return canonical(why_of(self.standings.told[row], sent))

    def _asked(self, part: _Part) -> _Asked:
        """Who each goes to; nobody where it came in closed."""
        wanted = self._wanted(part.spot, part.kind, part.closed)
        return _Asked(self._people, np.searchsorted(self._people.kinds, wanted))

    def _wanted(self, spot: Rows, kind: Rows, closed: Instants) -> Rows:
        wanted = spot * len(self._roles) + self._role_of[kind]
        return wanted if self.is_pretence else np.where(np.isnat(closed), wanted, _NOT)

    def _found(self, kind: int) -> People:
        if kind == _NOT:
            told: Mapping[str, Any] = NOBODY
        else:
            spot, role = divmod(kind, len(self._roles))
            told = assignment_json(self.staffing.staff(self.standings.spots[spot].path, self._roles[role]))
        text = canonical(told)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return People(text, digest, told["owner"]["person_id"], told["handler"]["person_id"])

    def _due(self, part: _Part) -> Instants:
        """A closed matter gets no deadline that nobody there knew of."""
        due = np.full(len(part.rows), np.datetime64("NaT"), dtype="datetime64[us]")
        begun = part.created.astype("datetime64[s]").astype(np.int64)
        waits = np.flatnonzero(np.isnat(part.closed) | self.is_pretence)
        limited = part.kind[waits] * len(self._classes) + self._class_of[part.spot[waits]]
        for key in np.unique(limited).tolist():
            kind, named = divmod(key, len(self._classes))
            limit, mine = self._kinds[kind].limits[self._classes[named]], waits[limited == key]
            ends = due_by_each(self.deadlines, limit, begun[mine])
            if ends is not None:
                due[mine] = ends.astype("datetime64[s]")
        return due

    def _said(self, part: _Part, keys: Sequence[int]) -> tuple[Columns, Texts]:
        """The words as columns, and for each matter what its event says of them."""
        said = pc.cast(self.matters.description.take(pa.array(part.rows)), pa.string())
        where = ~is_empty(said)
        at = np.flatnonzero(where)
        said = said.take(pa.array(at))
        salts, ids = texts(_salts(len(at))), pa.array(keys, pa.int64())
        salted = digests(joined(salts, "\n", said))
        told = joined('{"digest":"', salted, '","id":', pc.cast(ids, pa.string()), ',"kind":"description"}')
        return {
            "id": ids,
            "district_code": self._district.take(pa.array(part.spot[at])),
            "issue_id": part.ids[at],
            "kind": "description",
            "salt": salts,
            "text": said,
        }, pc.replace_with_mask(texts([""] * len(part.rows)), pa.array(where), told)

    def _facts(self, part: _Part, whys: Texts, asked: _Asked, due: Instants, named: Texts) -> Texts:
        """What the first event of each matter tells."""
        closed = (
            np.full(len(part.rows), np.datetime64("NaT"), dtype="datetime64[us]")
            if self.pretence
            else part.closed
        )
        return joined(
            '{"assignment":"', asked.column("digest"), '","category":', self._spelled.take(pa.array(part.kind)),
            ',"closed_at":', spelling.moments(closed), ',"due_at":', spelling.moments(due), ',"external_id":',
            spelling.quotes(part.external_id), ',"occurred_at":',
            spelling.moments(part.created), f',"source":{quoted(self.source)},"to":"', self._begun(part, closed),
            '","why":', whys, ',"words":[', named, "]}",
        )  # fmt: skip

    def _begun(self, part: _Part, closed: Instants) -> Texts:
        """The state each begins in."""
        if self.pretence is not None:
            return texts([self.pretence.pasts[row].begins for row in part.rows.tolist()])
        has_ended = np.zeros(len(closed), dtype=bool) if self.is_pretence else ~np.isnat(closed)
        return texts(["reported", "closed"]).take(pa.array(has_ended.astype(np.int64)))

    def _chains(self, part: _Part, numbers: Texts, facts: Texts, asked: _Asked) -> _Chains:
        if self.is_pretence:
            return self._pretended(part, numbers.to_pylist(), facts.to_pylist(), asked)
        quoted_numbers = spelling.quotes(numbers)
        linked = digests(joined("[", quoted_numbers, shared_head("imported", self.now, None), facts))
        events = {
            "issue_id": part.ids,
            "district_code": self._district.take(pa.array(part.spot)),
            "seq": 1,
            "kind": "imported",
            "at": np.datetime64(self.now.astimezone(UTC).replace(tzinfo=None), "us"),
            "data": facts,
            "before": START,
            "digest": linked,
        }
        return _Chains(events, 1, linked)

    def _pretended(self, part: _Part, numbers: list[str], facts: list[str], asked: _Asked) -> _Chains:
        """The chains that a demonstration pretends, matter by matter."""
        events, tips = list[tuple[Any, ...]](), list[tuple[int, str]]()
        districts = self._district.take(pa.array(part.spot)).to_pylist()
        for n, (issue_id, district) in enumerate(zip(part.ids.tolist(), districts, strict=True)):
            tip, people = START, asked.one(n)
            for seq, done in enumerate(self._done(int(part.rows[n]), facts[n], people), start=1):
                kind, at, data, actor = done
                digest = digest_of(numbers[n], seq, kind, at, actor, data, tip)
                events.append((issue_id, district, seq, kind, at, data, tip, digest, actor))
                tip = digest
            tips.append((seq, tip))
        columns: dict[str, Any] = dict(zip(_EVENT, map(list, zip(*events, strict=True)), strict=True))
        columns["at"] = instants(columns["at"])
        seqs, last = zip(*tips, strict=True)
        return _Chains(columns, list(seqs), list(last))

    def _done(self, row: int, facts: str, people: People) -> Iterator[Done]:
        """What the chain of one matter pretends."""
        matter = self.matters.one(row)
        created, closed = matter.created_at, matter.closed_at
        if self.pretence is not None:
            yield Done("reported", created, facts, self.pretence.pasts[row].reporter)
            yield from self.pretence.done(row, people.owner_id, people.handler_id)
            return
        yield Done("reported", created, facts, None)
        if closed:
            yield Done("close", closed, canonical({"from": "reported", "to": "closed"}), None)
