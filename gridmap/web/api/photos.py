"""Routes of photos: send one, look at one; through scope, never as a plain file."""

from __future__ import annotations

from flask import Response, jsonify, request, send_file

from gridmap.actions.photographing import KINDS, add_photo
from gridmap.db import photos
from gridmap.errors import InvalidInputError, NotFoundError
from gridmap.files.photos import path_of
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS, WRITE_ERRORS, PhotoAnswer
from gridmap.web.api.blueprint import MATTERS, api
from gridmap.web.api.issues import photo_links
from gridmap.web.params import LanguageQuery, NumberPath, PhotoPath, check_text

_PICTURE = {"description": "A JPEG without metadata", "content": {"image/jpeg": {}}}
_FORM = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["client_id", "photo"],
            "properties": {
                "client_id": {"type": "string", "minLength": 1, "maxLength": 64},
                "photo": {"type": "string", "format": "binary"},
                "kind": {"type": "string", "enum": list(KINDS)},
            },
        }
    }
}


@api.post(
    "/issues/<string:number>/photos",
    tags=[MATTERS],
    responses={200: PhotoAnswer, 201: PhotoAnswer, **WRITE_ERRORS},
    openapi_extensions={"requestBody": {"required": True, "content": _FORM}},
)
@needs("act")
def send_photo(path: NumberPath, query: LanguageQuery) -> tuple[Response, int]:
    """Add a photo (multipart: `photo`, `client_id`, `kind`): 201 when new, 200 when it was sent before."""
    file = request.files.get("photo")
    if file is None:
        raise InvalidInputError("field_missing", field="photo", action="photos")
    client_id = request.form.get("client_id", "")
    check_text(client_id, "client_id")
    kind = request.form.get("kind") or None
    photo_id, is_new = add_photo(office(), actor(), path.number, client_id, file.read(), kind)
    return jsonify(photo_links(path.number, photo_id, kind)), 201 if is_new else 200


@api.get("/issues/<string:number>/photos/<int:photo_id>", tags=[MATTERS], responses={200: _PICTURE, **ERRORS})
@needs("read")
def read_photo(path: PhotoPath, query: LanguageQuery) -> Response:
    """A photo (JPEG)."""
    return _send(path, thumbnail=False)


@api.get(
    "/issues/<string:number>/photos/<int:photo_id>/small",
    tags=[MATTERS],
    responses={200: _PICTURE, **ERRORS},
)
@needs("read")
def read_thumbnail(path: PhotoPath, query: LanguageQuery) -> Response:
    """A photo, small (JPEG)."""
    return _send(path, thumbnail=True)


def _send(path: PhotoPath, *, thumbnail: bool) -> Response:
    here = office()
    with here.database.reading() as session:
        photo = photos.one(session, actor().scope, path.number, path.photo_id)
        digest = photo.digest if photo else None
    if digest is None:
        raise NotFoundError("photo_not_found", number=path.number)
    response = send_file(path_of(here.data_dir, digest, thumbnail=thumbnail), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
