"""The route of base maps, and what pages are told of them; keys and addresses stay on this side."""

from __future__ import annotations

import os

from flask import Flask, Response, current_app
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field

from gridmap.actions.office import Office
from gridmap.config import Settings
from gridmap.files.basemaps.shelf import Shelf, open_shelf
from gridmap.web.access import needs
from gridmap.web.answers import ERRORS, Error
from gridmap.web.language import language
from gridmap.web.params import LanguageQuery, Strict

_DAY_S, _SOON_S = 86_400, 60
_PICTURE = {"schema": {"type": "string", "format": "binary"}}
_TILE = {
    200: {
        "description": "A picture of the tile; transparent where there is nothing",
        "content": {"image/png": _PICTURE, "image/jpeg": _PICTURE, "image/webp": _PICTURE},
    }
}
_TAG = Tag(name="base", description="Base maps the operator configured, in Web Mercator, true to WGS84")


def _operation_id(*, name: str, path: str, method: str) -> str:
    return name


blueprint = APIBlueprint(
    "base",
    __name__,
    url_prefix="/base",
    abp_security=[{"bearer": []}, {"session": []}],
    operation_id_callback=_operation_id,
)


class BaseTilePath(Strict):
    """Which tile of which base map: rows count from the north."""

    map_id: str = Field(max_length=32)
    z: int
    x: int
    y: int


@blueprint.get(
    "/<string:map_id>/<int:z>/<int:x>/<int:y>",
    tags=[_TAG],
    responses={**_TILE, **ERRORS, 502: Error, 504: Error},
)
@needs("read", "projection", often=True)
def read_base_tile(path: BaseTilePath, query: LanguageQuery) -> Response:
    """One tile of a base map; whatever datum it was drawn in, it fits WGS84."""
    here = shelf()
    found = here.tile(path.map_id, path.z, path.x, path.y)
    response = Response(found.data, mimetype=found.mimetype)
    # What may not be kept here may not be kept there either.
    is_kept = here.declared.keep_days > 0 or here.maps[path.map_id].file is not None
    age_s = _DAY_S if found.is_whole else _SOON_S
    response.headers["Cache-Control"] = f"private, max-age={age_s}" if is_kept else "no-store"
    return response


def install(app: Flask, settings: Settings, office: Office) -> None:
    """Add the route, over what GRIDMAP_BASE_MAPS declares. Raises InvalidInputError for what cannot be used."""
    app.extensions["gridmap_base"] = open_shelf(settings.base_maps, os.environ, office.data_dir)
    app.register_api(blueprint)  # type: ignore[attr-defined]


def shelf() -> Shelf:
    """The base maps of the running application."""
    found: Shelf = current_app.extensions["gridmap_base"]
    return found


def offered() -> list[dict[str, object]]:
    """The base maps a page may choose from, in the reader's language."""
    return [_told(one) for one in shelf().maps]


def on_walls() -> dict[str, object] | None:
    """The base map of the walls; None for none."""
    chosen = shelf().declared.wall
    return None if chosen is None else _told(chosen)


def _told(map_id: str) -> dict[str, object]:
    here = shelf()
    one, (least, most) = here.maps[map_id], here.zooms(map_id)
    return {
        "id": one.id,
        "name": one.name_en if language() == "en" else one.name,
        "attribution": one.attribution,
        "path": f"/base/{one.id}/{{z}}/{{x}}/{{y}}",
        "min_zoom": least,
        "max_zoom": most,
        "tile_size": one.tile_size,
        "in_prints": one.in_prints,
        "look": one.look,
    }
