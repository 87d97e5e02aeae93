"""Los Angeles: who is asked where a report stands near a border, and who is not, against dice thrown independently."""

from __future__ import annotations

import json
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Transformer

from tests.conftest import ENGINES, PostgresServer
from tests.real.command import DATA, Store, on_both

FILE = "los-angeles/neighborhood_councils_2019.geojson"
UTM = 32611
ACCURACIES_M = (5, 30, 200)
STEPS_M = (-60, -10, -1, 1, 10, 60)
"""Metres from the border, along its normal: negative is inside the first council."""
THROWS = 20_000
ASKED_FROM = 0.1
MAY_DIFFER = 0.015
Thrown = tuple[dict[str, float], set[str]]


@dataclass
class Border:
    """A place in the middle of a border: metres, and the unit normal that leads out of the first council."""

    x: float
    y: float
    out: tuple[float, float]

    def at(self, step_m: float) -> tuple[float, float]:
        return self.x + self.out[0] * step_m, self.y + self.out[1] * step_m


@pytest.fixture(scope="module")
def councils() -> gpd.GeoDataFrame:
    """The councils in metres, by code."""
    return gpd.read_file(DATA / FILE).set_index("nc_id")[["geometry"]].to_crs(UTM)


def straight_piece(
    line: shapely.Geometry, shape: shapely.Geometry, away_from: shapely.Geometry | None
) -> Border:
    """The middle of the longest straight piece of a border, far enough from anybody else."""
    parts = [p for p in shapely.get_parts(shapely.line_merge(line)) if p.geom_type == "LineString"]
    pieces = [
        s
        for part in parts
        for s in map(shapely.LineString, zip(part.coords[:-1], part.coords[1:], strict=True))
    ]
    if away_from is not None:
        pieces = [
            piece for piece in pieces if piece.interpolate(0.5, normalized=True).distance(away_from) > 700
        ]
    piece = max(pieces, key=lambda one: one.length)
    (ax, ay), (bx, by) = piece.coords
    x, y, length = (ax + bx) / 2, (ay + by) / 2, piece.length
    out = ((by - ay) / length, (ax - bx) / length)
    is_inside = shape.contains(shapely.Point(x + out[0] * 0.5, y + out[1] * 0.5))
    return Border(x, y, (-out[0], -out[1]) if is_inside else out)


@pytest.fixture(scope="module")
def borders(councils: gpd.GeoDataFrame) -> dict[str, Border]:
    """One between two councils that share it, and one to where there is no council."""
    shapes = councils.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    common = {
        (a, b): shapely.intersection(shapes[a].boundary, shapes[b].boundary)
        for a, b in zip(left, right, strict=True)
        if a < b
    }
    (first, _), shared = max(common.items(), key=lambda pair: pair[1].length)
    city = shapely.union_all(shapes)
    edge = max(range(len(shapes)), key=lambda n: shapes[n].boundary.intersection(city.boundary).length)
    others = shapely.union_all([shape for n, shape in enumerate(shapes) if n != edge])
    outer = shapes[edge].boundary.intersection(city.boundary)
    return {
        "shared": straight_piece(shared, shapes[first], None),
        "outer": straight_piece(outer, shapes[edge], others),
    }


def thrown(
    councils: gpd.GeoDataFrame, x: float, y: float, accuracy_m: float
) -> tuple[dict[str, float], set[str]]:
    """The share of dice in each council ("" for none), and the councils that cover the very point.

    The accuracy is a 95 % radius: a two-dimensional normal distribution with σ = accuracy / 2.4477. A throw
    into several councils is the smallest one's.
    """
    rng = np.random.default_rng(7)
    spots = rng.normal((x, y), accuracy_m / 2.4477, (THROWS, 2))
    points, by_area = shapely.points(spots), councils.assign(size=councils.area).sort_values("size")
    left, shares = np.ones(THROWS, dtype=bool), {}
    for code, shape in by_area.geometry[
        by_area.intersects(shapely.Point(x, y).buffer(accuracy_m * 3))
    ].items():
        hit = left & shapely.contains(shape, points)
        shares[str(code)] = hit.mean()
        left &= ~hit
    return {**shares, "": left.mean()}, set(councils.index[councils.covers(shapely.Point(x, y))])


@pytest.fixture(scope="module")
def expected(councils: gpd.GeoDataFrame, borders: dict[str, Border]) -> dict[tuple[str, int, int], Thrown]:
    """The dice for every border, accuracy and step, thrown once for both engines."""
    shapely.prepare(councils.geometry.to_numpy())
    return {
        (kind, accuracy_m, step_m): thrown(councils, *borders[kind].at(step_m), accuracy_m)
        for kind in borders
        for accuracy_m in ACCURACIES_M
        for step_m in STEPS_M
    }


@pytest.fixture(scope="module")
def stores(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Store]:
    made = on_both(ENGINES, postgres, tmp_path_factory.mktemp)
    for store in made.values():
        store.take_in("areas", FILE, "--level", "grid", "--code", "nc_id", "--name", "name", name="councils")
    return made


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, stores: dict[str, Store]) -> Store:
    return stores[request.param]


def asked(store: Store, x: float, y: float, accuracy_m: float) -> dict[str, object]:
    lon, lat = Transformer.from_crs(UTM, 4326, always_xy=True).transform(x, y)
    return json.loads(store.run("locate", lon, lat, "--accuracy", accuracy_m))


@pytest.mark.parametrize("kind", ["shared", "outer"])
def test_who_is_asked_at_a_border(
    store: Store, expected: dict[tuple[str, int, int], Thrown], borders: dict[str, Border], kind: str
) -> None:
    for (of, accuracy_m, step_m), (shares, covering) in expected.items():
        if of == kind:
            why = asked(store, *borders[kind].at(step_m), accuracy_m)
            told = {c["code"] or "": c["share"] for c in why["candidates"]}
            said = ", ".join(
                f"{code or 'none'} {share:.2f}" for code, share in told.items() if share >= 0.005
            )
            print(f"{kind:6} {step_m:+4} m ±{accuracy_m:3} m  {why['status']:9} {said}")
            assert sum(told.values()) == pytest.approx(1, abs=1e-3)
            for code in {*shares, *told}:
                assert told.get(code, 0) == pytest.approx(shares.get(code, 0), abs=MAY_DIFFER)
            assert why["status"] in statuses(why["cell"], shares, covering)


def statuses(cell: dict[str, str] | None, shares: dict[str, float], covering: set[str]) -> set[str]:
    """What it may be called; both where the dice are too close to the limit to tell."""
    if not covering:
        assert cell is None
        return {"near", "outside"} if max((s for c, s in shares.items() if c), default=0) < 0.05 else {"near"}
    assert cell is not None
    assert cell["code"] in covering
    others = max(share for code, share in shares.items() if code != cell["code"])
    if abs(others - ASKED_FROM) < MAY_DIFFER:
        return {"inside", "ambiguous"}
    return {"ambiguous"} if others >= ASKED_FROM else {"inside"}
