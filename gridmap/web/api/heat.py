"""The route of heat: open matters as a density with a unit, in classes that fit the view."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import shapely
from flask import Response, jsonify
from sqlalchemy.orm import Session

from gridmap.db import issues
from gridmap.domain.issues import OPEN
from gridmap.domain.scope import Actor
from gridmap.errors import InvalidInputError
from gridmap.geo.crs import LonLat
from gridmap.geo.heat import bandwidth_for_zoom, breaks, density, grid_shape, isopleths
from gridmap.geo.locate import BBox, box_around
from gridmap.texts import text
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS, HeatAnswer
from gridmap.web.api.blueprint import STATE, api
from gridmap.web.api.issues import as_of, filter_of
from gridmap.web.language import language
from gridmap.web.params import HeatQuery, iso, parse_bbox

CLASSES = 6
_REACH = 4
"""Matters up to so many bandwidths outside the view still warm its edge."""


@api.get("/heat", tags=[STATE], responses={200: HeatAnswer, **ERRORS})
@needs("read", "projection")
def read_heat(query: HeatQuery) -> Response:
    """Open matters in scope per km² over a view: filled classes between the breaks."""
    who, here = actor(), office()
    view = parse_bbox(query.bbox)
    if view is None or view[0] >= view[2] or view[1] >= view[3]:
        raise InvalidInputError("bbox_invalid", bbox=query.bbox)
    bandwidth = bandwidth_for_zoom(query.zoom)
    with here.database.reading() as session:
        points = _points(session, who, query, _grown(view, bandwidth * _REACH))
    shape = grid_shape(view, bandwidth)
    warm = density(points[:, 0], points[:, 1], None, view, bandwidth, shape)
    bounds = breaks(warm, CLASSES)
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(shapely.to_geojson(part.geometry)),
            "properties": {"level": part.level, "from": part.low, "to": part.high},
        }
        for part in isopleths(warm, bounds)
    ]
    return jsonify(
        type="FeatureCollection",
        unit=text(language(), "heat.unit"),
        bandwidth_m=bandwidth,
        breaks=bounds,
        count=_count_in(points, view),
        computed_at=iso(here.clock()),
        features=features,
    )


def _points(session: Session, who: Actor, query: HeatQuery, box: BBox) -> np.ndarray:
    knows_place = who.may("read")
    asked = filter_of(session, query, as_of(office()))
    wanted = replace(
        asked,
        bbox=box if knows_place else None,
        label_bbox=None if knows_place else box,
        statuses=asked.statuses or OPEN,
    )
    if knows_place:
        return issues.points(session, who.scope, wanted)
    # A wall knows a matter's cell, not its place: it is warmed from the cells' label points.
    return issues.label_points(session, who.scope, wanted)


def _grown(view: BBox, metres: float) -> BBox:
    south_west = box_around(LonLat(view[0], view[1]), metres)
    north_east = box_around(LonLat(view[2], view[3]), metres)
    return (south_west[0], south_west[1], north_east[2], north_east[3])


def _count_in(points: np.ndarray, view: BBox) -> int:
    lon, lat = points[:, 0], points[:, 1]
    return int(((lon >= view[0]) & (lon <= view[2]) & (lat >= view[1]) & (lat <= view[3])).sum())
