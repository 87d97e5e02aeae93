"""The routes of the wall: all its figures in one answer, the border of its map, and what it is told to show."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

import shapely
from flask import Flask, Response, current_app, jsonify, request
from pydantic import Field
from sqlalchemy.orm import Session

from gridmap import __version__
from gridmap.actions.steering import Wish, steer
from gridmap.db import accounts, areas, figures
from gridmap.domain.codes import last_code
from gridmap.domain.figures import Today
from gridmap.domain.scenes import LONGEST_S, SHORTEST_S
from gridmap.domain.scope import Scope
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS, WRITE_ERRORS
from gridmap.web.answers_wall import Steered, WallAnswer, WallGround
from gridmap.web.api.blueprint import STATE, api
from gridmap.web.api.duty import on_duty_now
from gridmap.web.board import Board, Ground, Past, Week, read_past, read_week
from gridmap.web.counting import at_hand
from gridmap.web.keeping import Kept
from gridmap.web.params import Code, LanguageQuery, Strict, iso
from gridmap.web.tiles import far_now
from gridmap.web.warmth import cell_labels

WEEK_S, PAST_S = 600.0, 60.0
"""So long the days before, and yesterday at this hour, are kept for everybody with the same scope."""
_WARMED = 5
_GRID_DEG, _HIDDEN_DEG = 1e-6, 1e-5
"""A tenth of a metre, and a metre: finer than a wall can show."""


class SceneBody(Strict):
    """What walls are to show: a kind of scene or `round`, the area it is about, for how many seconds."""

    scene: Literal["overview", "heat", "reports", "late", "duty", "round"]
    area: Code | None = None
    seconds: int = Field(120, ge=SHORTEST_S, le=LONGEST_S)


@api.get("/wall", tags=[STATE], responses={200: WallAnswer, **ERRORS})
@needs("projection", "read")
def read_wall(query: LanguageQuery) -> Response:
    """All figures of a wall at one moment, inside the asker's scope: they agree with each other."""
    with office().database.reading() as session:
        told = _board(session, actor().scope).whole()
    return jsonify(version=__version__, **told)


def _board(session: Session, scope: Scope) -> Board:
    today = Today(office().clock(), office().zone)
    before, staff = _before(session, scope, today), on_duty_now(session, scope.paths)
    return Board(
        session, scope, today, before, staff, Ground(cell_labels(session), (far_now() or {}).get("level"))
    )


def warm_walls(app: Flask) -> None:
    """Read what the first look of each wall would otherwise wait for, of so many that have accounts. Writes nothing."""
    with app.test_request_context(), office().database.reading() as session:
        for scope in accounts.scopes_of_walls(session, _WARMED):
            _board(session, scope).whole()


def _before(session: Session, scope: Scope, today: Today) -> tuple[Week, Past]:
    kept: Kept = current_app.extensions.setdefault("gridmap_past", Kept())
    week = kept.get(("week", scope, today.day), WEEK_S, lambda: _week(session, scope, today))
    past = kept.get(("past", scope, today.day), PAST_S, lambda: read_past(session, scope, today, week))
    return week, past


def _week(session: Session, scope: Scope, today: Today) -> Week:
    with at_hand(scope) as columns:
        return read_week(session, scope, today, columns)


@api.get("/wall/ground", tags=[STATE], responses={200: WallGround, **ERRORS})
@needs("projection", "read")
def read_wall_ground(query: LanguageQuery) -> Response:
    """The border of the scope, its cells and their ground; with an ETag that holds until areas change.

    The border leaves out what a metre hides; shapes of single areas lie in the tiles.
    """
    scope = actor().scope
    with office().database.reading() as session:
        etag = _etag("ground", areas.net_version(session), scope.paths)
        if etag in request.if_none_match:
            return _kept(Response(status=304), etag)
        shapes, (cells, area_m2) = figures.root_shapes(session, scope), figures.ground_in(session, scope)
    roots = None if scope.is_everything else [last_code(path) for path in scope.paths]
    told = {"outline": _outline(shapes), "roots": roots, "cells": cells, "km2": round(area_m2 / 1e6, 3)}
    return _kept(jsonify(told), etag)


def _outline(shapes: list[bytes]) -> dict[str, Any]:
    """All polygons in one, as GeoJSON."""
    simpler = shapely.simplify(shapely.from_wkb(shapes), _HIDDEN_DEG)
    polygons = shapely.get_parts(shapely.set_precision(simpler, _GRID_DEG, mode="pointwise"))
    told: dict[str, Any] = json.loads(shapely.to_geojson(shapely.multipolygons(polygons)))
    return told


@api.post("/wall/scene", tags=[STATE], responses={200: Steered, **WRITE_ERRORS})
@needs("dispatch")
def steer_walls(query: LanguageQuery, body: SceneBody) -> Response:
    """Have the walls of one's areas show a scene for a while, whole or of one area; then they go on with their round."""
    until = steer(office(), actor(), Wish(body.scene, body.area, body.seconds))
    return jsonify(until=iso(until))


def _etag(*told: Any) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def _kept(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Authorization", "Cookie"))
    return response
