"""The route of choices: what there is to choose from for what one may do to a matter now."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from gridmap.actions.handling import standing_of
from gridmap.actions.looping import latest_extension
from gridmap.db import accounts, areas, issues, posts
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
        )


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
