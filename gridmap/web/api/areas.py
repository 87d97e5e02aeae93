"""Routes of places: areas with their staff, buildings, where a point lies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, jsonify
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.actions.placing import Sent, why_of
from gridmap.db import areas, buildings, issues, posts, rosters, state
from gridmap.db.models import Area, CategoryRow, Issue
from gridmap.db.spatial import as_wkb
from gridmap.domain.days import last_days
from gridmap.domain.issues import CLOSED, OPEN
from gridmap.domain.scope import Actor
from gridmap.domain.staffing import read_staff
from gridmap.errors import NotFoundError
from gridmap.web import shapes
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS, AreaCollection, BuildingCollection, Why
from gridmap.web.answers_whole import WholeArea
from gridmap.web.api.blueprint import PLACES, api, count_below
from gridmap.web.api.issues import area_path, as_of
from gridmap.web.counting import counted, open_below
from gridmap.web.params import (
    AreaQuery,
    BuildingQuery,
    CodePath,
    LanguageQuery,
    LocateQuery,
    check_level,
    parse_bbox,
    read_cursor,
    read_number_cursor,
    write_cursor,
)


@api.get("/areas", tags=[PLACES], responses={200: AreaCollection, **ERRORS})
@needs("read", "projection")
def list_areas(query: AreaQuery) -> Response:
    """Current areas in the order of their codes; how many open matters where that is the reader's to know."""
    who = actor()
    with office().database.reading() as session:
        rows = areas.page(
            session,
            level=check_level(query.level),
            under=area_path(session, query.under),
            parent=area_path(session, query.parent),
            bbox=parse_bbox(query.bbox),
            words=query.q,
            after=read_cursor(query.cursor) or "",
            limit=query.limit + 1,
            geometry=query.geometry,
        )
        counts = open_below(session, who.scope, [row.path for row in rows])
    features = [
        _feature(row, count_below(counts, row.path, who.scope), row.wkb if query.geometry else None)
        for row in rows[: query.limit]
    ]
    more = write_cursor(rows[query.limit - 1].code) if len(rows) > query.limit else None
    return jsonify(type="FeatureCollection", features=features, next=more)


def _feature(row: Any, count: int | None, wkb: bytes | None) -> dict[str, Any]:
    properties = shapes.area_properties(row, count)
    return {"type": "Feature", "id": row.code, "geometry": shapes.geometry(wkb), "properties": properties}


@api.get("/areas/<string:code>", tags=[PLACES], responses={200: WholeArea, **ERRORS})
@needs("read", "projection")
def read_area(path: CodePath, query: LanguageQuery) -> Response:
    """An area: where it lies in the tree; staff as 1, 5, N and counts, where they are the reader's to know."""
    who, here = actor(), office()
    with here.database.reading() as session:
        area = areas.current(session, path.code)
        if area is None:
            raise NotFoundError("area_not_found", area_code=path.code)
        wkb = session.scalar(_shape(area))
        is_mine = who.scope.covers(area.path)
        counts = _counts(session, who, area) if is_mine else None
        lately = _lately(session, who, area) if is_mine else {"days": None, "on_time": None}
        feature = _feature(area, counts["open"] if counts else None, wkb)
        feature["properties"] |= {
            "breadcrumb": [
                {"code": row.code, "name": row.name, "level": row.level}
                for row in areas.above(session, area.path)
            ],
            "counts": counts,
            **lately,
            "staff": _staff(session, area.path) if is_mine and who.may("staff") else None,
        }
    return jsonify(feature)


def _shape(area: Area) -> Any:
    return select(as_wkb(Area.geom)).where(Area.id == area.id)


DAYS, ON_TIME_DAYS = 14, 30
"""How far an area's figures look back: day by day, and for what was closed in time."""


def _lately(session: Session, who: Actor, area: Area) -> dict[str, Any]:
    here, below = office(), issues.Filter(area_path=area.path)
    now = here.clock()
    days = last_days(now, here.zone, DAYS)
    reported = state.by_day(session, who.scope, below, Issue.reported_at, days)
    closed = state.by_day(session, who.scope, below, Issue.closed_at, days)
    on_time = state.share_in_time(session, who.scope, below, now - timedelta(days=ON_TIME_DAYS))
    return {
        "days": [
            {"day": day.day.isoformat(), "reported": came, "closed": went}
            for day, came, went in zip(days, reported, closed, strict=True)
        ],
        "on_time": on_time,
    }


def _counts(session: Session, who: Actor, area: Area) -> dict[str, Any]:
    below = issues.Filter(area_path=area.path)
    stand = counted(session, who.scope, below, as_of(office()))
    by_status = issues.count_by(session, who.scope, below, Issue.status)
    open_ones = issues.Filter(area_path=area.path, statuses=OPEN)
    by_category = issues.count_by(session, who.scope, open_ones, Issue.category_id)
    names = {row.id: row for row in session.query(CategoryRow).filter(CategoryRow.id.in_(by_category))}
    top = sorted(by_category.items(), key=lambda item: (-item[1], item[0]))[:20]
    standing, households = buildings.totals(session, area.path)
    return {
        "open": sum(by_status.get(status, 0) for status in OPEN),
        "closed": sum(by_status.get(status, 0) for status in CLOSED),
        "overdue": stand.total.late,
        "due_today": stand.due_today,
        "by_status": by_status,
        "by_category": [
            {
                "category": f"{names[key].standard}:{names[key].kind}:{names[key].code}",
                "name": shapes.category_name(names[key]),
                "open": number,
            }
            for key, number in top
        ],
        "buildings": standing,
        "households": households,
    }


def _staff(session: Session, path: str) -> dict[str, list[dict[str, Any]]]:
    here = office()
    now = here.clock()
    staff = read_staff(path, posts.along(session, path, now), here.roles, now)
    held = [entry.post for entries in staff.values() for entry in entries if entry.post]
    roster = rosters.roster_of(session, held, now, here.zone)
    people = posts.people(session, [*(post.person_id for post in held), *roster.posts_of])
    places = areas.named(session, [post.area_path for post in held])
    return {
        slot: [
            shapes.member(entry, people, places, here.roles.get(entry.role), roster, now) for entry in entries
        ]
        for slot, entries in staff.items()
    }


@api.get("/buildings", tags=[PLACES], responses={200: BuildingCollection, **ERRORS})
@needs("read", "projection")
def list_buildings(query: BuildingQuery) -> Response:
    """Standing buildings, in a box or with a part of their name, address or code."""
    who = actor()
    with office().database.reading() as session:
        after = read_number_cursor(query.cursor) or 0
        box = parse_bbox(query.bbox)
        rows = buildings.page(session, box, words=query.q, after_id=after, limit=query.limit + 1)
    features = []
    for row in rows[: query.limit]:
        feature = shapes.building_feature(row)
        if not (who.may("staff") and who.scope.covers(row.path)):
            feature["properties"] |= {"chief": None, "households": None}
        features.append(feature)
    more = write_cursor(rows[query.limit - 1].id) if len(rows) > query.limit else None
    return jsonify(type="FeatureCollection", features=features, next=more)


@api.get("/locate", tags=[PLACES], responses={200: Why, **ERRORS})
@needs("read")
def locate_point(query: LocateQuery) -> Response:
    """Where a point lies, explained; stores nothing."""
    sent = Sent(query.lon, query.lat, query.datum, query.accuracy_m)
    with office().database.reading() as session:
        return jsonify(why_of(office().grounds.current(session).find(sent), sent))
