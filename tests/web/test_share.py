"""GET /share: the map of one's own area as one file, with the counts of the moment and nobody else's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from gridmap.actions.office import Office
from gridmap.maps.share import said
from gridmap.maps.styles import CHOROPLETH
from tests.conftest import Clock
from tests.town import C1, C3, OUTSIDE, Caller, caller
from tests.web.asking import act, fault, reported
from tests.web.test_heat import houses


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


def shades(page: str) -> list[tuple[str, str]]:
    """The classes of a file's legend: fill, and range in words."""
    return re.findall(r'height="100%" fill="([^"]+)"[^>]*></rect></svg>([^<]+)<br>', page)


def legend_of(page: str) -> str:
    return " ".join(
        re.sub(
            r"<[^>]+>",
            " ",
            page.split('<section class="legend"', maxsplit=1)[1].split("</section>", maxsplit=1)[0],
        ).split()
    )


def test_late_ones_are_counted_as_the_state_counts_them(office: Office, clock: Clock, seat: Caller) -> None:
    handled = reported(seat, C1)
    reported(seat, C1), reported(seat, C3)
    act(seat, handled, "start")
    clock.forward(days=30)
    reported(seat, C3)
    page = seat.get("/share", measure="late").text
    state = seat.get("/state").json
    late = {code: classes[3] for code, classes in state["cells"].items() if classes[3]}
    assert {code: n for code, n in counts(page).items() if n} == late == {C1: 2, C3: 1}
    assert "超期事件 件 / 网格" in legend_of(page)
    assert f"· {sum(late.values())} 件" in legend_of(page)


def test_a_rate_is_per_hundred_households_in_tenths(office: Office, seat: Caller) -> None:
    houses(office, C1, 400), houses(office, C3, 1000)
    for place in (C1, C1, C1, C3):
        reported(seat, place)
    page = shared(seat, measure="rate")
    found = dict(re.findall(r'"code": "(\d+)",[^}]*"said": "([^"]+)"', page))
    assert (found[C1], found[C3]) == ("0.8", "0.1")
    assert set(found.values()) == {"0.8", "0.1", "\\u2014"}
    assert "未办结事件 件 / 百户" in legend_of(page)
    assert f"{len(found) - 2} 个区域没有住户数，不着色" in legend_of(page)


def test_the_classes_of_another_map_are_kept(seat: Caller) -> None:
    for _ in range(7):
        reported(seat, C1)
    page = shared(seat, breaks="2,5", steps="14", method="quantile")
    assert shades(page) == [(CHOROPLETH[0], "0"), (CHOROPLETH[1], "1–2"), (CHOROPLETH[4], "3–7")]
    assert "等量分级" in legend_of(page)


@pytest.mark.parametrize(
    "wrong",
    [{"breaks": "3,2"}, {"breaks": "1,2", "steps": "1"}, {"breaks": "1,2,3,4,5,6"}, {"breaks": "0.2,0.4"}],
)
def test_classes_that_are_none_are_refused(seat: Caller, wrong: dict[str, str]) -> None:
    assert fault(seat.get("/share", **wrong)) == (422, "breaks_invalid")


def test_matters_without_a_cell_are_told_beside_those_that_are_shaded(seat: Caller) -> None:
    lon, lat = OUTSIDE
    reported(seat, C1)
    assert (
        seat.post("/issues", {"lon": lon, "lat": lat, "category": "GBT47678:matter:06010"}).status_code == 201
    )
    assert "另有 1 件待定网格" in legend_of(shared(seat))
    assert "仅统计：待定网格" in shared(seat, status="open,triage")


def test_large_figures_have_separators() -> None:
    assert (said(12345, "open"), said(12345, "rate"), said(None, "rate")) == ("12,345", "1,234.5", "—")
