"""The bell of every page, and the address under which a notice leads to its matter, whoever opens it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gridmap.errors import GridmapError
from gridmap.texts import catalogue
from gridmap.web.access import actor, actor_or_none, needs, parts
from gridmap.web.landing import FIELD, start_of
from gridmap.web.language import language
from gridmap.web.pages import pages

_MATTER = {FIELD: "/field#/task/"}
_SECTIONS = ("notice.", "time.")


@pages.get("/matters/<string:number>")
@needs("read")
def matter_page(number: str) -> AnyResponse:
    """To the matter, on the page that whoever asks works with."""
    return redirect(f"{_MATTER.get(start_of(actor()), '/map#at=issue:')}{quote(number)}")


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
        "timezone": parts().settings.timezone,
    }
