"""GET /hotspots: hot and cold cells of one's own areas, named by their chance, in groups with what they hold."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from flask import Flask

from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from tests.conftest import Clock
from tests.town import EASTGATE, Caller, actor_named, add_areas, caller, report_at
from tests.web.asking import fault

SIDE = 0.002
HEAP = ((4, 3), (5, 3), (4, 4), (5, 4))


def code(x: int, y: int) -> str:
    return f"{EASTGATE}{100 + 8 * y + x}"


def corner(x: int, y: int) -> tuple[float, float]:
    return 103.85 + x * SIDE, 25.49 + y * SIDE


@pytest.fixture
def wide(office: Office) -> Office:
    """64 cells more, in which four hold a heap and every third holds one matter."""
    rows = [
        (code(x, y), f"第{x}{y}网格", shapely.box(*corner(x, y), *corner(x + 1, y + 1)))
        for y in range(8)
        for x in range(8)
    ]
    add_areas(office, "grid", rows, parent_code=EASTGATE)
    seat = actor_named(office, "admin")
    for x, y in [*HEAP * 6, *((n % 8, n // 8) for n in range(0, 64, 3))]:
        lon, lat = corner(x, y)
        report(office, seat, report_at(lon + SIDE / 2, lat + SIDE / 2))
    return office


@pytest.fixture
def admin(app: Flask, wide: Office) -> Caller:
    return caller(app, wide, "admin")


def hot(who: Caller, **query: Any) -> dict[str, Any]:
    response: Any = who.get("/hotspots", **query)
    assert response.status_code == 200, response.json
    return dict(response.json)


def test_the_heap_is_hot_and_is_one_group(admin: Caller) -> None:
    told = hot(admin)
    assert (told["status"], told["p"], told["cells"], told["unit"]) == ("ok", 0.05, 70, "件/km²")
    assert {code(*cell) for cell in HEAP} <= {one for one, kind in told["kinds"].items() if kind == 2}
    first = told["features"][0]["properties"]
    assert (first["kind"], first["level"]) == ("hot", 99)
    assert {code(*cell) for cell in HEAP} <= set(first["cells"])
    assert first["open"] >= 24
    assert first["z"] > 3


def test_its_outline_holds_its_cells_and_its_value_is_their_density(admin: Caller) -> None:
    told = hot(admin)["features"][0]
    cells, outline = told["properties"]["cells"], shapely.geometry.shape(told["geometry"])
    assert outline.area == pytest.approx(len(cells) * SIDE**2, rel=1e-3)
    km2 = len(cells) * SIDE**2 * 100.5 * 110.8
    assert told["properties"]["value"] == pytest.approx(told["properties"]["open"] / km2, rel=0.01)


def test_it_counts_what_was_asked_for_and_when(admin: Caller, clock: Clock) -> None:
    assert hot(admin, category="GBT47678:matter:09009")["features"] == []
    clock.forward(hours=1)
    before = hot(admin, at="2026-11-20T06:29:00Z")
    assert (before["features"], before["kinds"], before["at"]) == ([], {}, "2026-11-20T06:29:00Z")


def test_one_judges_ones_own_areas_only_and_not_too_few_cells(app: Flask, wide: Office) -> None:
    seat2 = hot(caller(app, wide, "seat2"))
    assert seat2["cells"] == 66
    assert all(one.startswith(EASTGATE) for one in seat2["kinds"])
    li = hot(caller(app, wide, "li"))
    assert (li["status"], li["cells"], li["fewest_cells"], li["kinds"], li["features"]) == (
        "too_few",
        2,
        30,
        {},
        [],
    )


def test_an_area_narrows_it(admin: Caller) -> None:
    assert hot(admin, area=EASTGATE)["cells"] == 66
    assert fault(admin.get("/hotspots", area="nowhere")) == (404, "area_not_found")


def test_cells_without_households_are_left_out_of_a_rate(admin: Caller) -> None:
    told = hot(admin, per="households")
    assert (told["status"], told["cells"], told["left_out"]) == ("too_few", 0, 70)


@pytest.mark.parametrize("query", [{"bbox": "1,2,3,4"}, {"per": "x"}, {"at": "2027-01-01T00:00:00Z"}])
def test_what_is_not_known_is_refused(admin: Caller, query: dict[str, str]) -> None:
    assert fault(admin.get("/hotspots", **query))[0] == 422
