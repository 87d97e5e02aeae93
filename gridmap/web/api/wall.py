"""The routes of the wall: all its figures in one answer, and what its map is drawn from."""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar, cast

import shapely
from flask import Response, current_app, jsonify, request
from sqlalchemy import Row
from sqlalchemy.orm import Session

from gridmap import __version__
from gridmap.db import areas, figures
from gridmap.domain.codes import LEVELS
from gridmap.domain.figures import Today
from gridmap.domain.scope import Scope
from gridmap.errors import NotFoundError
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.answers_wall import WallAnswer, WallBlocks, WallGround
from gridmap.web.api.blueprint import STATE, api
from gridmap.web.board import Board, Past, Week, read_past, read_week
from gridmap.web.params import Code, LanguageQuery

WEEK_S, PAST_S = 600.0, 60.0
"""So long the days before, and yesterday at this hour, are kept for everybody with the same scope."""
_SCOPES = 64
_Read = TypeVar("_Read")
_GRID_DEG = 1e-6
"""A tenth of a metre: finer than a wall can show."""


class BlocksQuery(LanguageQuery):
    """Which buildings."""

    area: Code


class Kept:
    """What was read of the past, by scope and day, for a while; bounded."""

    def __init__(self) -> None:
        self._held: dict[Hashable, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, seconds: float, read: Callable[[], _Read]) -> _Read:
        """What `read` answers, or answered in the last `seconds`."""
        with self._lock:
            since, found = self._held.get(key, (-math.inf, None))
        if time.monotonic() - since <= seconds:
            return cast(_Read, found)
        fresh = read()
        with self._lock:
            if len(self._held) >= _SCOPES:
                self._held.clear()
            self._held[key] = (time.monotonic(), fresh)
        return fresh


@api.get("/wall", tags=[STATE], responses={200: WallAnswer, **ERRORS})
@needs("projection", "read")
def read_wall(query: LanguageQuery) -> Response:
    """All figures of a wall at one moment, inside the asker's scope: they agree with each other."""
    scope, here = actor().scope, office()
    with here.database.reading() as session:
        today = Today(here.clock(), here.zone)
        told = Board(session, scope, today, _before(session, scope, today)).whole()
    return jsonify(version=__version__, **told)


def _before(session: Session, scope: Scope, today: Today) -> tuple[Week, Past]:
    kept: Kept = current_app.extensions.setdefault("gridmap_past", Kept())
    week = kept.get(("week", scope, today.day), WEEK_S, lambda: read_week(session, scope, today))
    past = kept.get(("past", scope, today.day), PAST_S, lambda: read_past(session, scope, today, week))
    return week, past


@api.get("/wall/ground", tags=[STATE], responses={200: WallGround, **ERRORS})
@needs("projection", "read")
def read_wall_ground(query: LanguageQuery) -> Response:
    """The areas of the scope by level, as a wall draws them; with an ETag that holds until areas change."""
    scope = actor().scope
    with office().database.reading() as session:
        etag = _etag("ground", figures.net_version(session), scope.paths)
        if etag in request.if_none_match:
            return _kept(Response(status=304), etag)
        rows = figures.shapes_in(session, scope)
    told = ",".join(f'"{level}":{_areas(rows, level)}' for level in LEVELS)
    return _kept(Response(f"{{{told}}}", mimetype="application/json"), etag)


@api.get("/wall/buildings", tags=[STATE], responses={200: WallBlocks, **ERRORS})
@needs("projection", "read")
def list_wall_buildings(query: BlocksQuery) -> Response:
    """Footprints and floors of the buildings of an area in scope; with an ETag that holds until they change."""
    scope = actor().scope
    with office().database.reading() as session:
        path = _path_in(session, scope, query.area)
        etag = _etag("buildings", figures.buildings_version(session, path), path)
        if etag in request.if_none_match:
            return _kept(Response(status=304), etag)
        rows = figures.blocks(session, path)
    told = _collection(rows, ({"floors": row.floors} for row in rows))
    return _kept(Response(told, mimetype="application/json"), etag)


def _path_in(session: Session, scope: Scope, code: str) -> str:
    area = areas.current(session, code)
    if area is None or not scope.covers(area.path):
        raise NotFoundError("area_not_found", area_code=code)
    return area.path


def _areas(rows: list[Row[Any]], level: str) -> str:
    of_level = [row for row in rows if row.level == level]
    return _collection(
        of_level,
        (
            {
                "code": row.code,
                "name": row.name,
                "km2": round(row.area_m2 / 1e6, 3),
                "label": [round(row.label_lon, 6), round(row.label_lat, 6)],
            }
            for row in of_level
        ),
    )


def _collection(rows: list[Row[Any]], properties: Iterable[dict[str, Any]]) -> str:
    """GeoJSON as text: put together here, since there may be thousands of shapes."""
    shapes = shapely.set_precision(shapely.from_wkb([row.wkb for row in rows]), _GRID_DEG, mode="pointwise")
    features = [
        f'{{"type":"Feature","properties":{json.dumps(told, ensure_ascii=False)},"geometry":{shape}}}'
        for shape, told in zip(shapely.to_geojson(shapes).tolist(), properties, strict=True)
    ]
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def _etag(*told: Any) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def _kept(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Authorization", "Cookie"))
    return response
