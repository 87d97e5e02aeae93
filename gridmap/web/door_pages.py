"""Pages of the residents' door: report, follow; and for those who put up the notice boards their QR codes."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import segno
from flask import Blueprint, Response, make_response, render_template

from gridmap.db import areas
from gridmap.domain.door import CONTACT_LIMIT, CONTACT_SPAN, PHOTOS_MOST, REOPEN_SPAN, WORDS_LIMIT
from gridmap.errors import InvalidInputError, NotFoundError
from gridmap.files.photos import MAX_BYTES
from gridmap.texts import catalogue
from gridmap.web import door, sheets
from gridmap.web.access import PUBLIC, needs, office, parts
from gridmap.web.language import language
from gridmap.web.pages import meta
from gridmap.web.params import iso
from gridmap.web.security import nonce

door_pages = Blueprint("door", __name__)
_SECTIONS = ("door", "page", "time")
_DAY = timedelta(days=1)


@door_pages.get("/door")
@needs(PUBLIC, bare=True)
def door_page() -> Response:
    """Report something as a resident."""
    return _report_page(None)


@door_pages.get("/door/<string:code>")
@needs(PUBLIC, bare=True)
def board_page(code: str) -> Response:
    """The same from the notice board of a cell, which is where it happened unless one says otherwise."""
    door.open_door()
    return _report_page(code)


@door_pages.get("/track")
@needs(PUBLIC, bare=True)
def track_page() -> Response:
    """Follow what one reported; the secret stands behind the # of the address, which no server is told."""
    door.open_door()
    return make_response(render_template("track.html", user=None, page_data=_page_data(), **_promises()))


def _report_page(code: str | None) -> Response:
    here = door.open_door()
    cell = None if code is None else door.board(code)
    choices = [(choice.category, door.choice_name(choice)) for choice in here.choices.values()]
    data = {**_page_data(), "cell": cell and cell.code, "photos": PHOTOS_MOST, "photo_bytes": MAX_BYTES}
    return make_response(
        render_template(
            "door.html",
            user=None,
            page_data=data,
            choices=choices,
            cell=cell and cell.name,
            above=cell and _above(cell.path),
            words_limit=WORDS_LIMIT,
            contact_limit=CONTACT_LIMIT,
            photos_most=PHOTOS_MOST,
            **_promises(),
        )
    )


def _above(path: str) -> str:
    """The community a cell belongs to; "" for none."""
    with office().database.reading() as session:
        names = [row.name for row in areas.above(session, path)]
    return names[-2] if len(names) > 1 else ""


def _promises() -> dict[str, int]:
    return {
        "contact_days": parts().settings.contact_days,
        "contact_most_days": CONTACT_SPAN // _DAY,
        "send_back_days": REOPEN_SPAN // _DAY,
    }


def _page_data() -> dict[str, Any]:
    texts = catalogue(language())
    return {
        "texts": {key: said for key, said in texts.items() if key.split(".", 1)[0] in _SECTIONS},
        "timezone": parts().settings.timezone,
        "now": iso(office().clock()),
        "lang": language(),
        "solver": "/static/js/door/solver.js",
    }


@door_pages.get("/door/<string:code>/qr.svg")
@needs("read")
def board_code(code: str) -> Response:
    """The QR code of a cell's notice board. Raises InvalidInputError `public_url_missing`: whatever Host was asked is not to be printed."""
    door.open_door()
    if not parts().settings.public_url:
        raise InvalidInputError("public_url_missing")
    made = segno.make(f"{door.origin()}/door/{door.board(code).code}", error="q", micro=False)
    drawing = io.BytesIO()
    made.save(drawing, kind="svg", scale=8, border=4, dark="#1B2430", light="#FFFFFF")
    answer = make_response(drawing.getvalue())
    answer.headers["Content-Type"] = "image/svg+xml"
    return answer


@door_pages.get("/door/<string:code>/sheet")
@needs("read")
def board_sheet(code: str) -> Response:
    """The notice board of a cell, to be printed; a specimen where nobody said what address residents reach.

    Raises NotFoundError for a cell that is no more.
    """
    door.open_door()
    here = office()
    with here.database.reading() as session:
        boards = sheets.boards_in(session, code, door.origin())
    if not boards:
        raise NotFoundError("area_not_found", area_code=code)
    is_specimen = not parts().settings.public_url
    drawn = sheets.drawn(
        boards, language(), meta("notice"), nonce=nonce(), are_posters=True, is_specimen=is_specimen
    )
    return make_response(drawn)
