"""The bell of every page, and the addresses under which notices lead to their matter or list, whoever opens them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gridmap.db.queues import QUEUES
from gridmap.errors import GridmapError
from gridmap.texts import catalogue
from gridmap.web.access import actor, actor_or_none, needs, parts
from gridmap.web.landing import DESK, FIELD, MAP, may_open, start_of
from gridmap.web.language import language
from gridmap.web.pages import pages

_MATTER = {FIELD: "/field#/task/", DESK: "/desk#at="}
_LISTS = {FIELD: "/field#/tasks"}
"""The one list a page has of its own."""
_ON_THE_MAP = {
    "soon": "&status=warning",
    "overdue": "&status=overdue",
    "very_late": "&status=very_late",
    "verify": "&status=handled",
}
_AT_THE_DESK = {name: f"queue={name}" for name in QUEUES} | {"very_late": "queue=overdue&due=very_late"}
_SECTIONS = ("notice.", "time.")


@pages.get("/matters/<string:number>")
@needs("read")
def matter_page(number: str) -> AnyResponse:
    """To the matter, on the page that whoever asks works with."""
    return redirect(f"{_MATTER.get(start_of(actor()), '/map#at=issue:')}{quote(number)}")


@pages.get("/lists/<string:name>")
@needs("read")
def list_page(name: str) -> AnyResponse:
    """To the list that a line of many notices stands for, on the page that whoever asks works with."""
    who = actor()
    if name in _AT_THE_DESK and may_open(who, DESK):
        return redirect(f"{DESK}#{_AT_THE_DESK[name]}")
    if start_of(who) == FIELD:
        return redirect(f"{FIELD}#/tasks")
    own = "" if who.may("dispatch") else "&mine=1"
    return redirect(f"{MAP}#mode=issues{_ON_THE_MAP.get(name, '')}{own}")


def bell() -> dict[str, Any] | None:
    """What the bell of a page is given; None for nobody, and for a wall, which is told nothing."""
    try:
        who = actor_or_none()
    except GridmapError:
        return None
    if who is None or not who.may("read"):
        return None
    texts = catalogue(language())
    return {
        "texts": {key: said for key, said in texts.items() if key.startswith(_SECTIONS)},
        "matter": _MATTER.get(request.path, "/matters/"),
        "list": _LISTS.get(request.path, "/lists/"),
        "timezone": parts().settings.timezone,
    }
