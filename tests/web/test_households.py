"""GET /households: how many each of one's own cells has, and nothing of others'."""

from __future__ import annotations

from typing import Any

from flask import Flask
from shapely.geometry import Point

from gridmap.actions.office import Office
from tests.actions.test_importing_buildings import take_in
from tests.town import C1, C2, C3, CENTRES, EASTGATE, RIVERSIDE, STREET, caller


def cells(app: Flask, office: Office, username: str) -> dict[str, int]:
    response: Any = caller(app, office, username).get("/households")
    assert response.status_code == 200, response.json
    return dict(response.json["cells"])


def test_ones_own_cells_are_counted_from_their_buildings(app: Flask, office: Office) -> None:
    places = {"a": Point(CENTRES[C1]), "b": Point(CENTRES[C1]), "c": Point(CENTRES[C3])}
    take_in(office, places, households=[10, "", 5])
    assert cells(app, office, "seat") == {C1: 10, C3: 5}
    assert cells(app, office, "li") == {C1: 10}


def test_a_department_is_told_of_none(app: Flask, office: Office) -> None:
    assert cells(app, office, "water") == {}


def test_by_a_level_above_cells_they_add_up(app: Flask, office: Office) -> None:
    take_in(
        office,
        {"a": Point(CENTRES[C1]), "b": Point(CENTRES[C2]), "c": Point(CENTRES[C3])},
        households=[10, 7, 5],
    )
    for level, expected in (("community", {RIVERSIDE: 17, EASTGATE: 5}), ("street", {STREET: 22})):
        response: Any = caller(app, office, "seat").get("/households", by=level)
        assert response.json == {"cells": {}, "areas": expected}
