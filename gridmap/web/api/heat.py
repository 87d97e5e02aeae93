"""The routes of heat: open matters as a density in classes that fit the view, now and over the last 30 days."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import numpy as np
import shapely
from flask import Response, jsonify

from gridmap.actions.office import Office
from gridmap.db.due import LATE
from gridmap.db.standing import Chosen, Moment, in_steps, narrowed
from gridmap.domain.hiding import FEWEST
from gridmap.errors import InvalidInputError
from gridmap.geo.crs import LonLat
from gridmap.geo.heat import (
    Density,
    Isopleth,
    bandwidth_for_zoom,
    breaks,
    density,
    grid_shape,
    isopleths,
    per_thousand,
    value_at,
)
from gridmap.geo.locate import BBox, box_around
from gridmap.texts import text
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.answers_state import HeatAnswer, HeatPastAnswer
from gridmap.web.api.blueprint import STATE, api
from gridmap.web.api.issues import as_of
from gridmap.web.language import language
from gridmap.web.params import HeatPastQuery, HeatQuery, iso, parse_bbox, parse_breaks
from gridmap.web.warmth import (
    LOOKED_BACK,
    Warm,
    households_of,
    kept,
    moment_of,
    wanted_of,
    warm_places,
)

CLASSES = 6
_REACH = 4
"""Matters up to so many bandwidths outside the view still warm its edge."""
_GRID_DEG = 1e-6
_STEPS = {"day": (0,), "6h": (0, 6, 12, 18)}


@api.get("/heat", tags=[STATE], responses={200: HeatAnswer, **ERRORS})
@needs("read", "projection")
def read_heat(query: HeatQuery) -> Response:
    """Open matters in scope per km², or per 1,000 households, over a view: filled classes between the breaks.

    `weight=urgent`: each matter counts 1, where its limit is in urgent hours (紧急工作时) 1 more, where it
    is late 2 more. `at`: as they stood then, at most 30 days ago. Who may not see single matters gets
    those of whole cells, in whole fives, as of the last quarter of an hour, and may narrow nothing but the area.
    """
    who, here = actor(), office()
    view, given = _view(query.bbox), parse_breaks(query.breaks)
    moment = moment_of(here, who, query.at)
    bandwidth = bandwidth_for_zoom(query.zoom)
    is_weighted = query.weight == "urgent"
    box = _grown(view, bandwidth * _REACH)
    warm = warm_places(here, who, query, moment, is_weighted=is_weighted, box=box)
    shape = grid_shape(view, bandwidth)
    found = density(warm.lon, warm.lat, warm.weights, view, bandwidth, shape)
    without = None
    if query.per == "households":
        homes = households_of(here, who)
        found = per_thousand(found, density(homes.lon, homes.lat, homes.number, view, bandwidth, shape))
        without = _left_out(found, warm, view)
    count = warm.count(_in(view, warm))
    # A view with one matter is no place worse than others: as many classes as matters, and no more.
    bounds = given or breaks(found, max(1, min(CLASSES, count)))
    told = {
        "type": "FeatureCollection",
        "unit": text(language(), f"heat.unit_{query.per}{'_weighted' if is_weighted else ''}"),
        "per": query.per,
        "weight": query.weight,
        "bandwidth_m": bandwidth,
        "breaks": bounds,
        "count": count,
        "rounded_to": None if who.may("read") else FEWEST,
        "without_households": without,
        "at": iso(moment.now.at) if moment.is_past else None,
        "computed_at": iso(here.clock()),
    }
    return _with_features(told, isopleths(found, bounds))


def _with_features(told: dict[str, object], parts: Iterable[Isopleth]) -> Response:
    """The answer with its surfaces, put together as text: they are most of it."""
    features = ",".join(
        f'{{"type":"Feature","properties":{{"level":{part.level},"from":{part.low},"to":{json.dumps(part.high)}}},'
        f'"geometry":{shapely.to_geojson(shapely.transform(part.geometry, _rounded))}}}'
        for part in parts
    )
    head = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return Response(f'{head[:-1]},"features":[{features}]}}', mimetype="application/json")


def _rounded(lon_lat: np.ndarray) -> np.ndarray:
    return lon_lat.round(6)


@api.get("/heat/past", tags=[STATE], responses={200: HeatPastAnswer, **ERRORS})
@needs("read")
def read_heat_past(query: HeatPastQuery) -> Response:
    """How many of the matters in scope and view stood open at each step of the last 30 days."""
    who, here = actor(), office()
    view = _view(query.bbox)
    moments = _moments(here, query.step)
    with here.database.reading() as session:
        wanted = replace(wanted_of(session, query, Moment(as_of(here), is_past=True)), bbox=view)
    if wanted.due and wanted.due[0] != LATE:
        raise InvalidInputError("status_not_then", status=wanted.due[0])
    with kept().matters.held(here.clock()) as columns:
        ever = narrowed(columns, who.scope, wanted)
        numbers = in_steps(columns, ever, moments, is_late=wanted.due is not None)
    return jsonify(
        step=query.step,
        moments=[iso(moment) for moment in moments],
        open=numbers,
        computed_at=iso(here.clock()),
    )


def _moments(here: Office, step: str) -> list[datetime]:
    """The steps of the last 30 days, oldest first: local midnights, or every sixth hour of the local day."""
    now = here.clock()
    today = now.astimezone(here.zone).date()
    days = (today - timedelta(days=back) for back in range(LOOKED_BACK.days, -1, -1))
    steps = (
        datetime.combine(day, time(hour), here.zone).astimezone(UTC) for day in days for hour in _STEPS[step]
    )
    return [moment for moment in steps if now - LOOKED_BACK <= moment <= now]


def _view(bbox: str) -> BBox:
    view = parse_bbox(bbox)
    if view is None or view[0] >= view[2] or view[1] >= view[3]:
        raise InvalidInputError("bbox_invalid", bbox=bbox)
    return view


def _grown(view: BBox, metres: float) -> BBox:
    south_west = box_around(LonLat(view[0], view[1]), metres)
    north_east = box_around(LonLat(view[2], view[3]), metres)
    return (south_west[0], south_west[1], north_east[2], north_east[3])


def _in(view: BBox, warm: Warm) -> Chosen:
    west, south, east, north = view
    return (warm.lon >= west) & (warm.lon <= east) & (warm.lat >= south) & (warm.lat <= north)


def _left_out(found: Density, warm: Warm, view: BBox) -> int:
    """How many matters in view lie where there are too few households for a rate."""
    return warm.count(_in(view, warm) & (value_at(found, warm.lon, warm.lat) <= 0))
