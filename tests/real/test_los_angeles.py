"""Los Angeles: 99 councils that overlap and leave gaps, 9,989 requests, and the city's own answer."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from gridmap.db.engine import Database
from tests.conftest import ENGINES, PostgresServer

DATA = Path(os.environ["GRIDMAP_REAL_DATA"]) / "los-angeles"
AREAS = ["import", "areas", str(DATA / "neighborhood_councils_2019.geojson"), "--level", "grid"]
AREAS += ["--code", "nc_id", "--name", "name"]
ISSUES = ["import", "issues", str(DATA / "requests_2020.csv"), "--lon", "longitude", "--lat", "latitude"]
ISSUES += ["--category", "type_id", "--created", "created_date", "--closed", "closed_date"]
ISSUES += ["--id", "srnumber", "--tz", "America/Los_Angeles"]


def _why(event: str) -> str:
    """What an event's data says of the place, as text."""
    return json.dumps(json.loads(event)["why"], sort_keys=True)


@dataclass
class City:
    """The city taken in on one engine: what the commands said, and the environment they ran in."""

    env: dict[str, str]
    counts: list[dict[str, int]]

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "gridmap", *words],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self) -> list[tuple[object, ...]]:
        database = Database(self.env["GRIDMAP_DATABASE_URL"])
        with database.reading() as session:
            told = "(SELECT data FROM events WHERE issue_id = issues.id AND seq = 1)"
            query = f"SELECT external_id, number, status, path, is_triage, {told}, occurred_at, closed_at, history_seq"
            found = session.execute(
                text(f"{query} FROM issues ORDER BY external_id COLLATE {self.byte_order}")
            ).all()
        database.dispose()
        return [
            (*row[:4], bool(row[4]), _why(row[5]), str(row[6])[:19], str(row[7])[:19], row[8])
            for row in found
        ]

    @property
    def byte_order(self) -> str:
        return "BINARY" if self.env["GRIDMAP_DATABASE_URL"].startswith("sqlite") else '"C"'


@pytest.fixture(scope="module")
def cities(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, City]]:
    made = {}
    for engine in ENGINES:
        folder = tmp_path_factory.mktemp(engine)
        url = f"sqlite:///{folder / 'la.db'}" if engine == "spatialite" else postgres.empty()
        env = os.environ | {"GRIDMAP_DATABASE_URL": url, "GRIDMAP_DATA_DIR": str(folder), "PGTZ": "UTC"}
        city = City(env, [])
        city.run("init")
        for words in (AREAS, ISSUES, ISSUES, AREAS):
            city.counts.append(json.loads(city.run(*words)))
        made[engine] = city
    return made


@pytest.fixture(params=ENGINES)
def city(request: pytest.FixtureRequest, cities: dict[str, City]) -> City:
    return cities[request.param]


@pytest.fixture(scope="module")
def named_by_city() -> dict[str, str]:
    """For each request the council's code the city itself names; "" for none."""
    with (DATA / "councils.csv").open(encoding="utf-8") as file:
        codes = {row["council_id"]: row["data_code"] for row in csv.DictReader(file)}
    with (DATA / "requests_2020.csv").open(encoding="utf-8") as file:
        return {
            row["srnumber"]: "" if row["council_id"] == "0" else codes[row["council_id"]]
            for row in csv.DictReader(file)
        }


def places(city: City) -> dict[str, tuple[str, set[str]]]:
    """For each request our cell ("" in triage) and every cell that covers it."""
    found = {}
    for external_id, _, _, _, _, why, *_ in city.rows():
        kept = json.loads(str(why))
        cell = kept["cell"]["code"] if kept["cell"] else ""
        found[str(external_id)] = (cell, {c["code"] for c in kept["candidates"]} or {""})
    return found


def test_one_command_each_takes_everything_in(city: City) -> None:
    assert city.counts[0] == {"new": 99, "changed": 0, "unchanged": 0, "ended": 0}
    assert city.counts[1] == {"new": 9989, "changed": 0, "unchanged": 0, "triage": 139}


def test_the_second_import_changes_nothing(city: City) -> None:
    assert city.counts[2] == {"new": 0, "changed": 0, "unchanged": 9989, "triage": 0}
    assert city.counts[3] == {"new": 0, "changed": 0, "unchanged": 99, "ended": 0}
    assert {row[8] for row in city.rows()} == {1}


def test_our_cell_agrees_with_the_citys_own_answer(city: City, named_by_city: dict[str, str]) -> None:
    found = places(city)
    agreeing = sum(found[number][0] == code for number, code in named_by_city.items())
    among = sum(code in found[number][1] for number, code in named_by_city.items())
    print(
        f"our cell is the city's council: {agreeing}; it is our cell or a candidate: {among}; of {len(found)}"
    )
    assert len(found) == len(named_by_city) == 9989
    assert 9909 <= agreeing <= 9918
    assert among == 9923


def test_triage_holds_the_106_of_no_council_and_33_others(city: City, named_by_city: dict[str, str]) -> None:
    in_triage = {number for number, (cell, _) in places(city).items() if not cell}
    of_none = {number for number, code in named_by_city.items() if not code}
    assert of_none <= in_triage
    assert (len(of_none), len(in_triage - of_none)) == (106, 33)


def test_19_rows_lie_in_two_councils_and_keep_both(city: City) -> None:
    double = [kept for _, kept in places(city).values() if len(kept) == 2]
    assert len(double) == 19


def test_both_engines_hold_the_same_row_for_row(cities: dict[str, City]) -> None:
    spatialite, postgis = (cities[engine].rows() for engine in ENGINES)
    assert len(spatialite) == 9989
    assert spatialite == postgis


def test_a_token_on_one_council_sees_its_issues_and_no_other(city: City) -> None:
    code = "47"
    city.run("user", "add", "lincoln", "--kind", "seat", "--area", code)
    token = city.run("token", "lincoln").strip()
    expected = {number for number, (cell, _) in places(city).items() if cell == code}
    assert len(expected) > 40
    assert _seen(city, token) == expected


def _seen(city: City, token: str) -> set[str]:
    from gridmap.app import create_app
    from gridmap.config import read_settings

    app = create_app(read_settings(city.env))
    client, numbers, cursor = app.test_client(), set(), None
    while True:
        query = {"limit": "1000"} | ({"cursor": cursor} if cursor else {})
        answer = client.get(
            "/api/v1/issues", query_string=query, headers={"Authorization": f"Bearer {token}"}
        ).get_json()
        numbers |= {feature["properties"]["number"] for feature in answer["features"]}
        cursor = answer["next"]
        if cursor is None:
            break
    app.extensions["gridmap"].office.database.dispose()
    by_number = {row[1]: row[0] for row in city.rows()}
    return {str(by_number[number]) for number in numbers}


def test_the_history_of_all_of_it_verifies(city: City) -> None:
    assert city.run("audit", "--seal").strip()
    city.run("audit")
