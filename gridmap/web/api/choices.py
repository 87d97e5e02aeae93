"""The route of choices: what there is to choose from for what one may do to a matter now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from gridmap.actions.handling import standing_of
from gridmap.actions.looping import latest_extension
from gridmap.db import accounts, areas, history, issues, posts
from gridmap.db.models import CategoryRow, Issue
from gridmap.errors import NotFoundError
from gridmap.web import shapes
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.answers_whole import ChoicesAnswer
from gridmap.web.api.blueprint import MATTERS, api
from gridmap.web.params import LanguageQuery, NumberPath, iso

_TO_UNITS = {"dispatch", "forward", "whistle"}


@api.get("/issues/<string:number>/choices", tags=[MATTERS], responses={200: ChoicesAnswer, **ERRORS})
@needs("read")
def read_choices(path: NumberPath, query: LanguageQuery) -> Response:
    """Units and people a matter may be given to, and how far its deadline may be moved."""
    who, here = actor(), office()
    with here.database.reading() as session:
        row = issues.one(session, who.scope, path.number)
        if row is None:
            raise NotFoundError("issue_not_found", number=path.number)
        issue = row.Issue
        standing = standing_of(here, session, here.clock(), who, issue)
        allowed = set(here.workflow.allowed(issue.status, standing.ties, standing.hindered))
        return jsonify(
            units=accounts.units(session) if allowed & _TO_UNITS else [],
            people=_hands(session, issue) if "dispatch" in allowed else [],
            extension=_extension(session, issue) if "extend" in allowed else None,
            returned=_returned(session, issue) if allowed & _TO_UNITS else [],
            whistle=_whistle_limits() if "whistle" in allowed else [],
        )


def _returned(session: Session, issue: Issue) -> list[dict[str, Any]]:
    """Who gave a matter back, each by the last time, the last one first."""
    words, found, is_fresh = history.words_of(session, issue.id), dict[Any, dict[str, Any]](), True
    for row in reversed(history.of_issue(session, issue.id)):
        stored = row.EventRow
        if stored.kind == "return":
            data = json.loads(stored.data)
            unit = data.get("returned_by")
            said = [shapes.said(entry["id"], words)["text"] for entry in data.get("words", [])]
            told = {"unit": unit, "person": _code(session, data, row), "at": iso(stored.at)}
            told |= {"words": " ".join(filter(None, said)), "is_last": is_fresh}
            found.setdefault((unit, told["person"]), told)
        is_fresh = is_fresh and stored.kind not in ("return", "dispatch", "forward")
    return list(found.values())


def _code(session: Session, data: Mapping[str, Any], row: Any) -> str | None:
    """The staff number of the person who had a matter that was returned; None where a unit had it, or nobody."""
    key = data.get("from_person")
    if key is None:
        return None if data.get("returned_by") else row.actor_code
    person = posts.people(session, [key]).get(key)
    return person.code if person else None


def _whistle_limits() -> list[dict[str, Any]]:
    """How soon each level and kind of whistle has to be answered and reported in to."""
    rows = sorted(office().whistles.limits.items())
    return [
        {
            "level": level,
            "kind": kind,
            "answer": shapes.limit(one.answer),
            "on_site": shapes.limit(one.on_site),
        }
        for (level, kind), one in rows
    ]


def _hands(session: Session, issue: Issue) -> list[dict[str, Any]]:
    """Those with a post at or above the matter, each once, by the post nearest to it."""
    here = office()
    held = posts.along(session, issue.path, here.clock()) if issue.path else []
    held.sort(key=lambda post: (-len(post.area_path), _rank(post.role), post.id))
    nearest = {post.person_id: post for post in reversed(held)}
    people = posts.people(session, nearest)
    places = areas.named(session, [post.area_path for post in held])
    seen = dict.fromkeys(post.person_id for post in held)
    return [
        {
            "code": people[key].code,
            "name": people[key].name,
            "role_name": shapes.role_name(here.roles.get(nearest[key].role), nearest[key].role),
            "area": _area(places.get(nearest[key].area_path)),
            "is_handler": key == issue.handler_id,
        }
        for key in seen
        if key in people
    ]


def _rank(role: str) -> int:
    known = office().roles.get(role)
    return known.order if known else len(office().roles) + 1


def _area(row: Any) -> dict[str, Any] | None:
    return None if row is None else {"code": row.code, "name": row.name, "level": row.level}


def _extension(session: Session, issue: Issue) -> dict[str, Any] | None:
    latest = latest_extension(office(), session.get_one(CategoryRow, issue.category_id), issue)
    return None if latest is None else {"due_at": iso(issue.due_at), "latest": iso(latest)}
