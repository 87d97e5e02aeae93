"""The route of landmarks: what a map shows beside cells and buildings."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import shapely
from flask import Response, jsonify, request
from sqlalchemy import Row

from gridmap.db import landmarks
from gridmap.domain.landmarks import KINDS, tolerance_deg
from gridmap.errors import InvalidInputError
from gridmap.web.access import needs, office
from gridmap.web.answers import ERRORS, LandmarkCollection
from gridmap.web.api.blueprint import PLACES, api
from gridmap.web.params import LandmarkQuery, parse_bbox, read_number_cursor, write_cursor

_DECIMALS = 6
"""Of a degree: about a tenth of a metre."""
_FRESH_S = 300


@api.get("/landmarks", tags=[PLACES], responses={200: LandmarkCollection, **ERRORS})
@needs("read", "projection")
def list_landmarks(query: LandmarkQuery) -> Response:
    """Roads, waters, greens, fields and named places, in a box; with `zoom` as much as such a map can show.

    Shapes are rounded to a tenth of a metre, with `zoom` simplified by a third of a pixel. An answer may
    be kept for five minutes, and longer for asking whether it still holds (ETag).
    """
    bbox, kinds = parse_bbox(query.bbox), _kinds(query.kind)
    after = read_number_cursor(query.cursor) or 0
    with office().database.reading() as session:
        etag = _etag(landmarks.version(session), query.model_dump(exclude={"lang"}))
        if etag in request.if_none_match:
            return _kept(Response(status=304), etag)
        rows = landmarks.page(
            session, bbox, kinds=kinds, zoom=query.zoom, after_id=after, limit=query.limit + 1
        )
    features = _features(rows[: query.limit], query.zoom)
    more = write_cursor(rows[query.limit - 1].id) if len(rows) > query.limit else None
    return _kept(jsonify(type="FeatureCollection", features=features, next=more), etag)


def _kinds(text: str | None) -> list[str]:
    """Raises InvalidInputError `landmark_kind_unknown`."""
    kinds = text.split(",") if text else []
    for kind in kinds:
        if kind not in KINDS:
            raise InvalidInputError("landmark_kind_unknown", kind=kind, choices=list(KINDS))
    return kinds


def _features(rows: list[Row[Any]], zoom: float | None) -> list[dict[str, Any]]:
    shapes = shapely.from_wkb([row.wkb for row in rows])
    if tolerance_deg(zoom):
        shapes = shapely.simplify(shapes, tolerance_deg(zoom))
    rounded = shapely.transform(shapes, lambda points: np.round(points, _DECIMALS))
    return [
        {
            "type": "Feature",
            "id": row.id,
            "geometry": json.loads(shape),
            "properties": {"kind": row.kind, "rank": row.rank, "name": row.name},
        }
        for row, shape in zip(rows, shapely.to_geojson(rounded), strict=True)
    ]


def _etag(version: int, asked: dict[str, Any]) -> str:
    told = json.dumps([version, asked], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _kept(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Cache-Control"] = f"private, max-age={_FRESH_S}"
    response.vary.update(("Authorization", "Cookie"))
    return response
