"""Hundreds of odd matters at once are kept as each of them would be by the functions for a single one."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from gridmap.actions import importing_issues
from gridmap.actions.auditing import audit
from gridmap.actions.office import Office
from gridmap.actions.placing import Sent, Standing, assignment_json, load_ground, staff, why_of
from gridmap.db import categories, first_load
from gridmap.db.models import AssignmentText, EventRow, Issue, Words
from gridmap.domain.assignment import Assignment
from gridmap.domain.history import START, canonical, digest_of, words_digest
from gridmap.domain.issues import readable_number
from gridmap.geo.crs import from_wgs84
from gridmap.geo.locate import locate
from tests.actions.test_importing_issues import row, take_in
from tests.db.looking import rows_of
from tests.town import OUTSIDE, PARKING, RUBBISH

MANY = 500
BORDERS = [103.80, 103.81, 103.8099999, 103.8200001, 25.50, 103.83]
TIMES = ["2026-07-01 12:00:05", "2026/07/01 23:59:59", "2026-07-01T16:00:00Z", "2026-02-28", "20260301T0801"]
TIMES += ["1901-01-01 00:02:00", "1940-06-01 00:30:00", "2026-11-19 09:00:00.25", "2026-11-19 09:00:00+02:00"]
WORDS = ["", "", "broken bin", 'a"b\\c\td\n\\. \\N', "垃圾\u2028é\U0001f6ae", "\\"]
KINDS = [RUBBISH, PARKING, "GBT47678:component:01001", 'stray "cats"\\', "流浪 狗"]


def odd_rows(datum: str) -> list[dict[str, str]]:
    """Matters inside, on borders and corners, outside; closed or not; of every kind of time, word and accuracy."""
    chance = random.Random(5)
    found = []
    for n in range(MANY):
        lon, lat = chance.uniform(103.795, 103.835), chance.uniform(25.485, 25.515)
        if n % 5 == 0:
            lon, lat = chance.choice(BORDERS) % 180, chance.choice([25.49, 25.50, 25.51, 25.505])
        lon, lat = OUTSIDE if n % 97 == 0 else (lon, lat)
        lon, lat = from_wgs84(lon, lat, datum)
        made = {"accuracy_m": chance.choice(["", "", "0", "3.5", "60", "900"]), "closed": ""}
        if n % 7 == 0:
            made["closed"] = chance.choice(["2026-11-19 15:00:00", "2026-12-01"])
        made |= {"created": chance.choice(TIMES), "category": chance.choice(KINDS)}
        found.append(row(f"№{n}\\", lon=repr(lon), lat=repr(lat), description=chance.choice(WORDS), **made))
    return found


both_datums = pytest.mark.parametrize("datum", ["wgs84", "gcj02"], indirect=True)


@pytest.fixture
def datum(request: pytest.FixtureRequest) -> str:
    return getattr(request, "param", "wgs84")


# In how many processes rows are made; SQLite's never are in others.
pytestmark = pytest.mark.parametrize(
    ("engine", "makers"),
    [("spatialite", 0), ("postgis", 0), ("postgis", 2)],
    ids=["spatialite", "postgis", "postgis-by_makers"],
)


@pytest.fixture
def rows(office: Office, datum: str, makers: int, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The rows, taken in as a large first import is, some hundred at a time."""
    monkeypatch.setattr(first_load, "MANY", 1)
    monkeypatch.setattr(importing_issues, "_MANY", 1)
    monkeypatch.setattr(importing_issues, "_LOT", 240)
    rows = odd_rows(datum)
    take_in(office, *rows, datum=datum, source="hotline", makers=makers)
    return rows


def moment(office: Office, text: str) -> datetime | None:
    if not text:
        return None
    said = datetime.fromisoformat(text.replace("/", "-"))
    return (said if said.tzinfo else said.replace(tzinfo=office.zone)).astimezone(UTC)


class Careful:
    """What a single matter is kept as, by the functions that reports and amendments go through."""

    def __init__(self, office: Office, datum: str) -> None:
        self.office, self.datum = office, datum
        self.given = Counter[tuple[str, Any]]()
        with office.database.reading() as session:
            self.ground = load_ground(session)
            self.kinds = categories.rows_by_key(session)
            self.by_code = {kind.code: kind for kind in self.kinds.values() if kind.group_code == "import"}
            self.asked = {
                (area, role): staff(session, area, role, office.roles, office.clock(), office.zone)
                for area in {c.path for c in self.ground.cells.cells} | {"990001/", ""}
                for role in {kind.role for kind in self.kinds.values()}
            }

    def kind(self, wish: str) -> Any:
        return self.kinds.get(wish) or self.by_code[wish]

    def number(self, standing: Standing, created: datetime) -> str:
        day = created.astimezone(self.office.zone).date()
        self.given[standing.district_code, day] += 1
        return readable_number(standing.district_code, day, self.given[standing.district_code, day])

    def facts(self, one: dict[str, str], standing: Standing, sent: Sent, asked: Any, due: Any) -> Any:
        closed = moment(self.office, one["closed"])
        created: Any = moment(self.office, one["created"])
        kind = self.kind(one["category"])
        return {
            "source": "hotline",
            "external_id": one["id"],
            "category": f"{kind.standard}:{kind.kind}:{kind.code}",
            "why": why_of(standing, sent),
            "assignment": hashlib.sha256(canonical(asked).encode()).hexdigest(),
            "occurred_at": created.isoformat(),
            "closed_at": closed.isoformat() if closed else None,
            "due_at": due.isoformat() if due else None,
            "to": "closed" if closed else "reported",
        }

    def sent(self, one: dict[str, str]) -> Sent:
        return Sent(float(one["lon"]), float(one["lat"]), self.datum, float(one["accuracy_m"] or 0) or None)

    def asked_for(self, one: dict[str, str], standing: Standing) -> Any:
        if one["closed"]:
            return importing_issues.NOBODY
        found: Assignment = self.asked[standing.path, self.kind(one["category"]).role]
        return assignment_json(found)

    def kept(self, one: dict[str, str]) -> tuple[dict[str, Any], Any, Any]:
        """A matter's row, what its event says but for its words, and who is asked."""
        sent, kind, closed = self.sent(one), self.kind(one["category"]), moment(self.office, one["closed"])
        created: Any = moment(self.office, one["created"])
        standing = self.ground.standing(locate(self.ground.cells, sent.to_wgs84(), sent.accuracy_m))
        asked = self.asked_for(one, standing)
        due = None if closed else self.office.deadlines.due_at(kind, created)
        facts = self.facts(one, standing, sent, asked, due)
        body = [sent.lon, sent.lat, sent.datum, sent.accuracy_m, facts["category"], facts["occurred_at"]]
        body_digest = hashlib.sha256(canonical([*body, facts["closed_at"]]).encode()).hexdigest()
        people = {f"{part}_id": asked[part]["person_id"] for part in ("owner", "handler")}
        place = {"path": standing.path, "cell_id": standing.cell_id, "is_triage": standing.cell_id is None}
        place |= {"sent_lon": sent.lon, "sent_lat": sent.lat, "datum": sent.datum}
        place |= {"district_code": standing.district_code, "accuracy_m": sent.accuracy_m}
        times = {"occurred_at": created, "reported_at": created, "closed_at": closed, "due_at": due}
        own = {"external_id": one["id"], "source": "hotline", "category_id": kind.id, "status": facts["to"]}
        own |= {"number": self.number(standing, created), "body_digest": body_digest, "history_seq": 1}
        rest = {"sealed_seq": 0, "account_id": None, "client_id": None, "unit": None}
        return own | people | place | times | rest, facts, asked


def stored(office: Office) -> Iterator[tuple[Issue, EventRow, Words | None]]:
    """Every matter with its one event and its words."""
    events = {event.issue_id: event for event in rows_of(office, EventRow)}
    words = {said.issue_id: said for said in rows_of(office, Words)}
    for issue in rows_of(office, Issue):
        yield issue, events.pop(issue.id), words.pop(issue.id, None)
    assert (events, words) == ({}, {})


@both_datums
def test_every_row_is_the_one_that_a_careful_hand_would_keep(
    office: Office, rows: list[dict[str, str]], datum: str
) -> None:
    careful, found, shared = Careful(office, datum), list(stored(office)), {}
    assert len(found) == MANY
    for one, (issue, event, _) in zip(rows, found, strict=True):
        kept, _, asked = careful.kept(one)
        assert {name: getattr(issue, name) for name in kept} == kept
        assert issue.history_digest == event.digest
        shared[hashlib.sha256(canonical(asked).encode()).hexdigest()] = canonical(asked)
    assert {text.digest: text.data for text in rows_of(office, AssignmentText)} == shared
    assert len(set(shared)) > 10
    assert {issue.is_triage for issue, _, _ in found} == {True, False}


@both_datums
def test_every_event_is_the_one_that_a_careful_hand_would_chain(
    office: Office, rows: list[dict[str, str]], datum: str
) -> None:
    careful, statuses = Careful(office, datum), Counter[str]()
    for one, (issue, event, words) in zip(rows, stored(office), strict=True):
        kept, facts, _ = careful.kept(one)
        told = []
        if words is not None:
            told = [{"id": words.id, "kind": "description", "digest": words_digest(words.salt, words.text)}]
        data = canonical(facts | {"words": told})
        digest = digest_of(kept["number"], 1, "imported", office.clock(), None, data, START)
        told_of = (event.seq, event.kind, event.at, event.before, event.actor_id, event.district_code)
        assert told_of == (1, "imported", office.clock(), START, None, issue.district_code)
        assert (event.data, event.digest) == (data, digest)
        assert (words.text if words else "") == one["description"].strip()
        statuses[facts["why"]["status"]] += 1
    assert min(statuses[status] for status in ("inside", "ambiguous", "near", "outside")) > 10
    assert audit(office).faults == ()


def test_salts_are_each_their_own_and_words_lie_with_their_matter(
    office: Office, rows: list[dict[str, str]]
) -> None:
    said = rows_of(office, Words)
    spoken = [one["id"] for one in rows if one["description"]]
    with office.database.reading() as session:
        ids = dict(session.execute(select(Issue.id, Issue.external_id)).tuples().all())
    assert [ids[words.issue_id] for words in said] == spoken
    assert len({words.salt for words in said}) == len(said) > 200


def test_the_same_odd_rows_again_change_nothing(
    office: Office, rows: list[dict[str, str]], datum: str
) -> None:
    again = take_in(office, *rows, datum=datum, source="hotline")
    assert (again.counts["new"], again.counts["changed"], again.counts["unchanged"]) == (0, 0, MANY)
