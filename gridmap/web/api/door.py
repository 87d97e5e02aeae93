"""Routes of the residents' door: no account, no session; a puzzle opens it, a secret follows a matter."""

from __future__ import annotations

from typing import Any

import segno
from flask import Response, jsonify, request

from gridmap.actions.contacts import see_contact
from gridmap.actions.doorkeeping import (
    SOURCE,
    Knock,
    Progress,
    add_photo_at_door,
    draw_puzzle,
    progress_of,
    rate_at_door,
    report_at_door,
    send_back_at_door,
)
from gridmap.actions.placing import Sent
from gridmap.actions.reporting import Report
from gridmap.errors import InvalidInputError
from gridmap.web import door
from gridmap.web.access import PUBLIC, actor, needs, office
from gridmap.web.answers import ERRORS, WRITE_ERRORS
from gridmap.web.answers_door import ContactAnswer, KeptPhoto, ProgressAnswer, PuzzleAnswer, ReceivedAnswer
from gridmap.web.api.blueprint import DOOR, MATTERS, api
from gridmap.web.params import LanguageQuery, NumberPath, check_text, iso
from gridmap.web.params_door import DoorBody, EmptyBody, RatingBody, SecretBody, SendBackBody

_FORM = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["secret", "photo"],
            "properties": {
                "secret": {"type": "string", "minLength": 1, "maxLength": 64},
                "photo": {"type": "string", "format": "binary"},
            },
        }
    }
}


@api.get("/door/puzzle", tags=[DOOR], responses={200: PuzzleAnswer, **ERRORS})
@needs(PUBLIC, bare=True)
def ask_puzzle(query: LanguageQuery) -> Response:
    """A puzzle: find an answer (digits) so that SHA-256 of `puzzle.answer` begins with `bits` zero bits."""
    rules = door.open_door().rules
    puzzle, until = draw_puzzle(office(), rules)
    return jsonify(puzzle=puzzle, bits=rules.bits, expires_at=iso(until))


@api.post("/door", tags=[DOOR], responses={200: ReceivedAnswer, 201: ReceivedAnswer, **WRITE_ERRORS})
@needs(PUBLIC, bare=True)
def report_through_door(query: LanguageQuery, body: DoorBody) -> tuple[Response, int]:
    """Report as a resident: 201 when new, 200 with the same number and secret when this was sent before."""
    here = door.called_on()
    if body.website:
        raise InvalidInputError("door_not_accepted")
    if body.category not in here.choices:
        raise InvalidInputError("door_category_unknown", choices=list(here.choices))
    what = Report(_place(body), body.category, body.words.strip(), source=SOURCE)
    knock = Knock(body.puzzle, body.answer, door.address())
    done = report_at_door(office(), here.rules, knock, what, body.contact)
    link = f"{door.origin()}/track#{done.secret}"
    code = segno.make(link, error="m", micro=False)
    answer = jsonify(
        number=done.number,
        secret=done.secret,
        link=link,
        qr=code.svg_data_uri(scale=6, border=2, dark="#1B2430", light="#FFFFFF"),
    )
    return answer, 201 if done.is_new else 200


def _place(body: DoorBody) -> Sent:
    """Where somebody is, or else the middle of the cell whose notice board they stand before."""
    if body.lon is not None and body.lat is not None:
        return Sent(body.lon, body.lat, body.datum, body.accuracy_m)
    if body.cell is None:
        raise InvalidInputError("door_place_missing")
    cell = door.board(body.cell)
    return Sent(cell.label_lon, cell.label_lat, "wgs84", None)


@api.post("/track", tags=[DOOR], responses={200: ProgressAnswer, **WRITE_ERRORS})
@needs(PUBLIC, bare=True)
def follow_matter(query: LanguageQuery, body: SecretBody) -> Response:
    """How far the matter has come that a secret follows; a wrong secret and none at all are told alike."""
    door.called_on()
    return _told(body.secret)


@api.post("/track/rating", tags=[DOOR], responses={200: ProgressAnswer, **WRITE_ERRORS})
@needs(PUBLIC, bare=True)
def rate_matter(query: LanguageQuery, body: RatingBody) -> Response:
    """Say once of a closed matter whether it was solved and how content one is."""
    door.called_on()
    rate_at_door(office(), body.secret, body.solved, body.satisfaction)
    return _told(body.secret)


@api.post("/track/return", tags=[DOOR], responses={200: ProgressAnswer, **WRITE_ERRORS})
@needs(PUBLIC, bare=True)
def send_matter_back(query: LanguageQuery, body: SendBackBody) -> Response:
    """Have a matter taken up again that was rated as not solved or not content with; once, within 15 days."""
    door.called_on()
    send_back_at_door(office(), body.secret, body.words)
    return _told(body.secret)


@api.post(
    "/track/photos",
    tags=[DOOR],
    responses={200: KeptPhoto, 201: KeptPhoto, **WRITE_ERRORS},
    openapi_extensions={"requestBody": {"required": True, "content": _FORM}},
)
@needs(PUBLIC, bare=True)
def add_residents_photo(query: LanguageQuery) -> tuple[Response, int]:
    """Add a photo to one's report (multipart: `secret`, `photo`), at most three, within the hour."""
    door.called_on()
    file, secret = request.files.get("photo"), request.form.get("secret", "")
    if file is None:
        raise InvalidInputError("field_missing", field="photo", action="photos")
    check_text(secret, "secret")
    photos, is_new = add_photo_at_door(office(), secret, file.read())
    return jsonify(photos=photos), 201 if is_new else 200


def _told(secret: str) -> Response:
    found = progress_of(office(), secret)
    return jsonify(
        number=found.number,
        category=door.category_words(found.category),
        cell=found.cell,
        steps=[{"step": step.name, "at": iso(step.at)} for step in found.steps],
        **_asked(found),
    )


def _asked(found: Progress) -> dict[str, Any]:
    rated = found.rated and {"solved": found.rated[0], "satisfaction": found.rated[1]}
    return {
        "rated": rated,
        "may_rate": found.may_rate,
        "may_send_back": found.may_send_back,
        "may_add_photos": found.may_add_photos,
        "photos": found.photos,
        "holds_contact": found.holds_contact,
    }


@api.post("/issues/<string:number>/contact", tags=[MATTERS], responses={200: ContactAnswer, **WRITE_ERRORS})
@needs("dispatch")
def read_contact(path: NumberPath, query: LanguageQuery, body: EmptyBody) -> Response:
    """How the resident who reported a matter is reached; that it was asked for is an event of the matter."""
    return jsonify(contact=see_contact(office(), actor(), path.number))
