"""Which page somebody starts at, which ones they may open, and where they may be sent after signing in."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing.exceptions import RoutingException

from gridmap.db import posts
from gridmap.domain.roles import HEAD_SLOT, LEADER_SLOT
from gridmap.domain.scope import Actor
from gridmap.web.access import PUBLIC, SIGNED_IN, office

MAP, DESK, FIELD, WALL, ACCOUNT = "/map", "/desk", "/field", "/wall", "/account"
EVALUATION, ROSTER = "/evaluation", "/roster"
NAMES = {
    MAP: "page.to_map",
    DESK: "page.to_desk",
    FIELD: "page.to_field",
    WALL: "page.to_wall",
    EVALUATION: "page.to_evaluation",
    ROSTER: "page.to_roster",
    ACCOUNT: "page.account",
}
"""The pages people have, in their order, and what they are called."""


def start_of(who: Actor) -> str:
    """The page `who` starts at: a wall its wall, staff who lead nobody the field, all others the map."""
    if not who.may("read"):
        wanted = WALL
    elif who.kind == "staff" and not _leads(who):
        wanted = FIELD
    else:
        wanted = MAP
    return wanted if may_open(who, wanted) else ACCOUNT


def _leads(who: Actor) -> bool:
    here = office()
    with here.database.reading() as session:
        held = posts.of_person(session, who.person_id, here.clock()) if who.person_id else []
    roles = [here.roles.get(post.role) for post in held]
    return any(role is not None and role.slot in (LEADER_SLOT, HEAD_SLOT) for role in roles)


def may_open(who: Actor, target: str) -> bool:
    """Whether a page of ours lies at the address `target`, and `who` may open it."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(urlsplit(target).path)
    except (HTTPException, RoutingException):
        return False
    wanted = getattr(current_app.view_functions[endpoint], "needs", ())
    return any(need in (PUBLIC, SIGNED_IN) or who.may(need) for need in wanted)


def pages_for(who: Actor | None) -> list[dict[str, object]]:
    """The pages `who` may open, as links: path, key of its name, whether one is there. Nobody: none."""
    return [
        {"path": path, "name": name, "is_here": request.path == path}
        for path, name in NAMES.items()
        if who is not None and may_open(who, path)
    ]
