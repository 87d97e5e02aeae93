"""The route of hot and cold spots: cells that lie among high or low ones beyond chance."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from flask import Response
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.actions.office import Office
from gridmap.db import areas
from gridmap.domain.codes import is_below
from gridmap.domain.scope import Actor
from gridmap.geo.heat import FEWEST_HOUSEHOLDS
from gridmap.geo.hotspots import FEWEST_CELLS, P, Spots, groups, neighbours, spots
from gridmap.geo.locate import Cell
from gridmap.texts import text
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.answers_state import HotspotsAnswer
from gridmap.web.api.blueprint import STATE, api
from gridmap.web.api.issues import area_path
from gridmap.web.language import language
from gridmap.web.params import WarmQuery, iso
from gridmap.web.warmth import cells_then, households_of, kept, moment_of

_GRID_DEG = 1e-6
_HAIR_DEG = 1e-7
"""Cells are joined with this much leeway, so that no hair-fine gap is left between them."""


class Lattice(NamedTuple):
    """Cells, which of them touch (a sparse matrix), and their shapes."""

    cells: list[Cell]
    touching: Any

    def only(self, at: NDArray[np.int64]) -> Lattice:
        """Those at these positions."""
        return Lattice([self.cells[n] for n in at], self.touching[at][:, at])


@api.get("/hotspots", tags=[STATE], responses={200: HotspotsAnswer, **ERRORS})
@needs("read")
def read_hotspots(query: WarmQuery) -> Response:
    """Hot and cold cells in one's areas by Getis-Ord Gi*, of open matters per km² or per 1,000 households."""
    who, here = actor(), office()
    moment = moment_of(here, who, query.at)
    is_weighted = query.weight == "urgent"
    with here.database.reading() as session:
        lattice = _inside(_lattice(here, session), who, area_path(session, query.area))
    weights, numbers = cells_then(here, who, query, moment, is_weighted=is_weighted)
    base = _base(here, who, lattice, query.per)
    told = np.flatnonzero(base > 0)
    lattice = lattice.only(told)
    values = np.array([weights.get(cell.path, 0.0) for cell in lattice.cells]) / base[told]
    found = spots(values, lattice.touching)
    answer = {
        "type": "FeatureCollection",
        "status": "too_few" if found is None else "ok",
        "p": P,
        "cells": len(lattice.cells),
        "fewest_cells": FEWEST_CELLS,
        "left_out": len(base) - len(told),
        "unit": text(language(), f"heat.unit_{query.per}{'_weighted' if is_weighted else ''}"),
        "per": query.per,
        "weight": query.weight,
        "at": iso(moment.now.at) if moment.is_past else None,
        "computed_at": iso(here.clock()),
        "kinds": {} if found is None else _kinds(lattice, found),
        "features": [] if found is None else _features(lattice, found, numbers, values, base[told]),
    }
    return Response(
        json.dumps(answer, ensure_ascii=False, separators=(",", ":")), mimetype="application/json"
    )


def _lattice(here: Office, session: Session) -> Lattice:
    """All current cells, kept until areas change."""
    version = areas.net_version(session)

    def make() -> Lattice:
        cells = here.grounds.current(session).cells.cells
        return Lattice(cells, neighbours([cell.geometry for cell in cells]))

    return kept().good_for("lattice", version, make)


def _inside(lattice: Lattice, who: Actor, below: str | None) -> Lattice:
    """The cells of one's areas, of those below an area."""
    at = (
        n
        for n, cell in enumerate(lattice.cells)
        if who.scope.covers(cell.path) and (below is None or is_below(cell.path, below))
    )
    return lattice.only(np.fromiter(at, np.int64))


def _base(here: Office, who: Actor, lattice: Lattice, per: str) -> NDArray[np.float64]:
    """What the matters of each cell are divided by: km², or thousands of households (0: too few)."""
    if per == "km2":
        return np.array([cell.area_m2 / 1e6 for cell in lattice.cells])
    homes = households_of(here, who).by_path()
    number = np.array([homes.get(cell.path, 0.0) for cell in lattice.cells])
    return np.where(number >= FEWEST_HOUSEHOLDS, number / 1000, 0.0)


def _kinds(lattice: Lattice, found: Spots) -> dict[str, int]:
    return {lattice.cells[n].code: int(found.kind[n]) for n in np.flatnonzero(found.kind)}


def _features(
    lattice: Lattice,
    found: Spots,
    numbers: dict[str, int],
    values: NDArray[np.float64],
    base: NDArray[np.float64],
) -> list[dict[str, Any]]:
    """The groups as GeoJSON: hot ones by their highest z, then cold ones by their lowest."""
    parts = sorted(
        groups(found.kind, lattice.touching), key=lambda at: (found.z[at[0]] < 0, -np.abs(found.z[at]).max())
    )
    return [
        _feature(lattice, found, numbers, at, float(np.average(values[at], weights=base[at]))) for at in parts
    ]


def _feature(
    lattice: Lattice, found: Spots, numbers: dict[str, int], at: NDArray[np.int64], value: float
) -> dict[str, Any]:
    cells = [lattice.cells[n] for n in at]
    shape = _outline([cell.geometry for cell in cells])
    clearest = int(at[np.abs(found.z[at]).argmax()])
    label = shape.representative_point()
    strength = int(np.abs(found.kind[at]).max())
    return {
        "type": "Feature",
        "geometry": json.loads(shapely.to_geojson(shape)),
        "properties": {
            "kind": "hot" if found.kind[clearest] > 0 else "cold",
            "level": 99 if strength > 1 else 95,
            "z": round(float(found.z[clearest]), 1),
            "value": round(value, 2),
            "open": sum(numbers.get(cell.path, 0) for cell in cells),
            "cells": [cell.code for cell in cells],
            "name": lattice.cells[clearest].name,
            "label": [round(label.x, 6), round(label.y, 6)],
        },
    }


def _outline(shapes: Sequence[shapely.Geometry]) -> shapely.Geometry:
    whole = shapely.union_all(shapely.buffer(np.asarray(shapes, object), _HAIR_DEG, join_style="mitre"))
    return shapely.set_precision(whole, _GRID_DEG)
