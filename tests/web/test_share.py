"""GET /share: the map of one's own area as one file, with the counts of the moment and nobody else's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from gridmap.actions.office import Office
from tests.town import C1, C3, Caller, caller
from tests.web.asking import act, fault, reported


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def shared(who: Caller, **query: Any) -> str:
    response: Any = who.get("/share", **query)
    assert response.status_code == 200, response.json
    assert response.mimetype == "text/html"
    assert "attachment; filename=gridmap-20261120-1430.html" in response.headers["Content-Disposition"]
    return str(response.text)


def counts(page: str) -> dict[str, int]:
    """The open matters of each area drawn in a file."""
    found = re.findall(
        r'"code": "(\d+)", "label": \[[^]]*\], "level": "\w+", "name": "[^"]*", "open": (\d+)', page
    )
    return {code: int(number) for code, number in found}


def test_it_says_what_it_shows_of_when_and_loads_nothing(seat: Caller) -> None:
    reported(seat, C1), reported(seat, C1), reported(seat, C3)
    page = shared(seat)
    assert "截至 2026-11-20 14:30" in page
    assert {code: n for code, n in counts(page).items() if n} == {C1: 2, C3: 1}
    assert not re.search(r'(?:src|href)="', page.split("<script")[0])


def test_it_counts_what_the_filters_let_through(seat: Caller) -> None:
    act(seat, reported(seat, C1), "start")
    reported(seat, C3)
    page = shared(seat, status="handling")
    assert {code: n for code, n in counts(page).items() if n} == {C1: 1}
    assert "仅统计：处置中" in page


def test_areas_above_count_all_below_them(seat: Caller) -> None:
    reported(seat, C1), reported(seat, C3)
    assert sum(counts(shared(seat, level="street")).values()) == 2


def test_a_leader_gets_their_own_cells_alone(app: Flask, office: Office, seat: Caller) -> None:
    reported(seat, C1), reported(seat, C3)
    told = counts(shared(caller(app, office, "li")))
    assert told[C1] == 1
    assert C3 not in told


def test_who_answers_for_no_area_has_no_map(app: Flask, office: Office) -> None:
    assert fault(caller(app, office, "water").get("/share")) == (404, "nothing_to_share")
