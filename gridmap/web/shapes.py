"""Rows into the JSON of the contract: features, members, events; a wall gets its projection."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import Row

from gridmap.db.models import EventRow, Issue, Words
from gridmap.domain.deadlines import Limit
from gridmap.domain.issues import STAGE_OF, TIERS
from gridmap.domain.roles import Role
from gridmap.domain.roster import ON, Roster
from gridmap.domain.staffing import Member
from gridmap.texts import text
from gridmap.web.access import actor
from gridmap.web.language import language
from gridmap.web.params import iso

_POINT = struct.pack("<BI", 1, 1)
"""How the WKB of a plane point begins, its smallest bytes first: what both stores answer with."""


def geometry(wkb: bytes | None) -> dict[str, Any] | None:
    """WKB as GeoJSON; None for none."""
    if wkb is None:
        return None
    if bytes(wkb[:5]) == _POINT:
        return {"type": "Point", "coordinates": list(struct.unpack("<dd", wkb[5:]))}
    shape: dict[str, Any] = json.loads(shapely.to_geojson(shapely.from_wkb(bytes(wkb))))
    return shape


def point(lon: float, lat: float) -> bytes:
    """The WKB of a point."""
    return _POINT + struct.pack("<dd", lon, lat)


def category_name(row: Any) -> str:
    """A category's name in the reader's language."""
    return str(row.name_en if language() == "en" and row.name_en else row.name_zh)


def role_name(role: Role | None, code: str) -> str:
    """A role's name in the reader's language; its code where the table has no such role."""
    if role is None:
        return code
    return role.name_en if language() == "en" else role.name_zh


def account_name(kind: str, name: str | None, unit: str | None) -> str:
    """What an account is called before others: its unit and its own name, else its kind in words; never its sign-in name.

    `name` is its person's, or the one it was given.
    """
    return " ".join(filter(None, (unit, name))) or text(language(), f"page.who_{kind}")


def limit(found: Limit | None) -> dict[str, Any] | None:
    """How long a matter may take, also in the reader's words; None for no limit."""
    if found is None:
        return None
    words = text(language(), f"limit.{found.unit}", n=found.amount)
    return {"amount": found.amount, "unit": found.unit, "text": words}


def cell_of(row: Any) -> dict[str, Any] | None:
    """The version of the cell a matter lies in; None in triage."""
    if row.cell_code is None:
        return None
    return {"code": row.cell_code, "name": row.cell_name, "version": row.cell_version}


def issue_feature(row: Any) -> dict[str, Any]:
    """A matter as a list shows it."""
    issue: Issue = row.Issue
    return {
        "type": "Feature",
        "id": issue.number,
        "geometry": geometry(row.wkb),
        "properties": {
            "number": issue.number,
            "seq": issue.history_seq,
            "status": issue.status,
            "in_triage": issue.is_triage,
            "category": f"{row.standard}:{row.kind}:{row.category_code}",
            "category_name": category_name(row),
            "description": row.description or "",
            "occurred_at": iso(issue.occurred_at),
            "reported_at": iso(issue.reported_at),
            "closed_at": iso(issue.closed_at),
            "due_at": iso(issue.due_at),
            "stands_still": issue.left_s is not None,
            "cell": cell_of(row),
            "owner": _person(issue.owner_id, row.owner_name),
            "handler": _person(issue.handler_id, row.handler_name),
            "unit": issue.unit,
            "tier": issue.tier or TIERS[0],
            "stage": STAGE_OF.get(issue.status),
            "stage_due_at": iso(issue.stage_due_at),
            "paused_at": iso(issue.paused_at),
            "supervised_at": iso(issue.supervised_at),
            "merged_into": row.merged_number,
            "accuracy_m": issue.accuracy_m,
            "source": issue.source,
            "reported_by_me": issue.account_id == actor().account_id,
        },
    }


def issue_projection(row: Row[Any]) -> dict[str, Any]:
    """A matter as a wall shows it: number, category, state, cell, times, at the cell's label point.

    No words, photos, names, and not the place itself.
    """
    issue: Issue = row.Issue
    point = (
        None if row.cell_code is None else {"type": "Point", "coordinates": [row.label_lon, row.label_lat]}
    )
    return {
        "type": "Feature",
        "id": issue.number,
        "geometry": point,
        "properties": {
            "number": issue.number,
            "status": issue.status,
            "in_triage": issue.is_triage,
            "category": f"{row.standard}:{row.kind}:{row.category_code}",
            "category_name": category_name(row),
            "reported_at": iso(issue.reported_at),
            "due_at": iso(issue.due_at),
            "stands_still": issue.left_s is not None,
            "cell": cell_of(row),
        },
    }


def _person(person_id: int | None, name: str | None) -> dict[str, Any] | None:
    return None if person_id is None else {"id": person_id, "name": name}


def _named(person: Any) -> dict[str, Any] | None:
    return None if person is None else {"id": person.id, "name": person.name}


def assignment(
    kept: Mapping[str, Any], people: Mapping[int, Any], places: Mapping[str, Any], roles: Mapping[str, Role]
) -> dict[str, Any]:
    """An assignment with the names its ids stand for now."""

    def part(entry: Mapping[str, Any]) -> dict[str, Any]:
        person = people.get(entry["person_id"]) if entry["person_id"] is not None else None
        area = places.get(entry["area_path"]) if entry["area_path"] else None
        return {
            "person": _named(person),
            "role": entry["role"],
            "role_name": role_name(roles.get(entry["role"]), entry["role"]),
            "area": None if area is None else {"code": area.code, "name": area.name, "level": area.level},
            "how": entry["how"],
            "for_person": _named(people.get(entry.get("for_person_id") or 0)),
            "load": entry.get("load"),
        }

    return {
        "owner": part(kept["owner"]),
        "handler": part(kept["handler"]),
        "informed": [part(entry) for entry in kept["informed"]],
        "notes": kept["notes"],
    }


_TOLD = (
    *("from", "to", "category", "unit", "photo", "photo_kind", "erased"),
    *("tier", "into", "number", "solved", "satisfaction", "returned_by"),
    *("whistle", "level", "kind", "units", "distance_m", "accuracy_m", "rating"),
    *("reason", "parts"),
)
"""Of an event's data, what is told as it is kept."""


def event(
    row: Any, words: Mapping[int, Words], people: Mapping[int, Any] | None = None, *, post: str | None = None
) -> dict[str, Any]:
    """One event of a matter's history, with the words it speaks of as far as they are kept.

    `people`: by id, at least those it went to; who is not among them stays unnamed. `post`: what its
    actor was then.
    """
    stored: EventRow = row.EventRow
    data = json.loads(stored.data)
    told = {key: data[key] for key in _TOLD if key in data}
    if data.get("handler") is not None:
        handler = (people or {}).get(data["handler"])
        told["handler"] = _person(data["handler"], handler.name if handler else None)
    if "why" in data:
        told["cell"] = data["why"]["cell"]
    if "words" in data:
        told["words"] = [said(e["id"], words) for e in data["words"] if e.get("kind") != "contact"]
    for name in ("due_before", "due_at"):
        if data.get(name):
            told[name] = iso(datetime.fromisoformat(data[name]))
    actor = None
    if row.actor_kind is not None:
        name = account_name(row.actor_kind, row.actor_name, row.actor_unit)
        actor = {"name": name, "kind": row.actor_kind, "post": post}
    return {
        "seq": stored.seq,
        "kind": stored.kind,
        "at": iso(stored.at),
        "actor": actor,
        "data": told,
        "digest": stored.digest,
    }


def said(key: int, words: Mapping[int, Words]) -> dict[str, Any]:
    """The words of that row, as far as they are kept."""
    kept = words.get(key)
    return {"id": key, "text": kept.text if kept else None, "erased": kept is None or kept.text is None}


def area_properties(row: Any, open_count: int | None) -> dict[str, Any]:
    """What every answer about an area says; `open` None: not the reader's to count."""
    parent = row.parent_path.rstrip("/").rsplit("/", 1)[-1] or None
    return {
        "code": row.code,
        "name": row.name,
        "level": row.level,
        "version": row.version,
        "valid_from": iso(row.valid_from),
        "area_m2": round(row.area_m2, 1),
        "parent": parent,
        "label": [row.label_lon, row.label_lat],
        "open": open_count,
    }


def member(
    entry: Member,
    people: Mapping[int, Any],
    places: Mapping[str, Any],
    role: Role | None,
    roster: Roster,
    now: datetime,
) -> dict[str, Any]:
    """One place in the 1+5+N."""
    post = entry.post
    duty = roster.duty(post, now) if post else None
    deputy = roster.deputy_of(post.person_id, now) if post else None
    person = people.get(post.person_id) if post else None
    area = places.get(post.area_path) if post else None
    return {
        "role": entry.role,
        "role_name": role_name(role, entry.role),
        "person": _named(person),
        "held_at": None if area is None else {"code": area.code, "name": area.name, "level": area.level},
        "inherited": entry.is_inherited,
        "vacant": entry.is_vacant,
        "since": iso(post.valid_from) if post else None,
        "duty": duty,
        "on_duty_from": iso(roster.on_duty_from(post, now)) if post and duty != ON else None,
        "deputy": _named(people.get(deputy or 0)),
    }


def building_feature(row: Row[Any]) -> dict[str, Any]:
    """A building: its footprint, or its point where none is known."""
    return {
        "type": "Feature",
        "id": row.id,
        "geometry": geometry(row.footprint if row.footprint is not None else row.point),
        "properties": {
            "code": row.code,
            "name": row.name,
            "address": row.address,
            "floors": row.floors,
            "households": row.households,
            "chief": row.chief,
            "cell": row.cell,
        },
    }
