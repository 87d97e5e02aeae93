"""Staff on duty over HTTP: people counted once in each area, who is there now, and nobody by name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from gridmap.actions.office import Office
from gridmap.actions.rostering import Leave, note_absence
from gridmap.web.api import duty
from tests.conftest import START
from tests.town import C1, C2, C3, C4, EASTGATE, RIVERSIDE, STAFF, actor_named, caller
from tests.web.asking import fault

SEVEN = len({code for code, *_ in STAFF})


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duty, "KEPT_S", -1.0)


def away(office: Office, username: str) -> None:
    """Somebody is away from now on, with nobody in their place."""
    who = actor_named(office, username)
    note_absence(office, who, Leave(START, START + timedelta(days=1), None, None))


def asked(app: Flask, office: Office, username: str, **query: str) -> dict[str, Any]:
    response: Any = caller(app, office, username).get("/duty", **query)
    assert response.status_code == 200, response.json
    return dict(response.json)


def counts(app: Flask, office: Office, username: str, level: str) -> dict[str, tuple[int, int]]:
    told = asked(app, office, username, level=level)
    assert told["level"] == level
    return {one["code"]: (one["on"], one["people"]) for one in told["areas"]}


def test_a_person_counts_once_in_each_area(app: Flask, office: Office) -> None:
    assert counts(app, office, "seat", "grid")[C1] == (2, 2)  # Li and Dong
    assert counts(app, office, "seat", "grid")[C2] == (1, 1)  # Li again
    assert counts(app, office, "seat", "community") == {RIVERSIDE: (5, 5), EASTGATE: (0, 0)}
    told = asked(app, office, "seat")
    assert (told["on"], told["people"]) == (SEVEN, SEVEN)


def test_who_is_away_is_not_there_in_any_area(app: Flask, office: Office) -> None:
    away(office, "li")
    of_cells = counts(app, office, "seat", "grid")
    assert [of_cells[code] for code in (C1, C2, C3, C4)] == [(1, 2), (0, 1), (0, 0), (1, 1)]
    assert counts(app, office, "seat", "community")[RIVERSIDE] == (4, 5)


def test_a_wall_sees_numbers_of_communities_and_of_no_cell(app: Flask, office: Office) -> None:
    wall = caller(app, office, "wall")
    assert counts(app, office, "wall", "community")[RIVERSIDE] == (5, 5)
    assert fault(wall.get("/duty", level="grid")) == (403, "forbidden")
    assert "Li Leads" not in wall.get("/duty").get_data(as_text=True)


def test_a_leader_sees_their_own_cells_alone(app: Flask, office: Office) -> None:
    assert set(counts(app, office, "wang", "grid")) == {C4}
    assert counts(app, office, "wang", "community") == {}


def test_the_wall_tells_it_beside_the_matters(app: Flask, office: Office) -> None:
    away(office, "sun")
    told: Any = caller(app, office, "wall").get("/wall").json
    assert told["duty"] == {"people": SEVEN, "on": SEVEN - 1}
    assert [(one["code"], one["on"], one["people"]) for one in told["communities"]] == [
        (RIVERSIDE, 4, 5),
        (EASTGATE, 0, 0),
    ]
