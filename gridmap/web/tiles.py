"""The routes of baked tiles: what there is, one tile as it is stored, the list of all areas."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, jsonify, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field

from gridmap.actions.baking import stamp_of
from gridmap.db import tiles as stored
from gridmap.errors import NotFoundError, UnavailableError
from gridmap.files.tiles import SETS, VERSION, Shelf, TileFile
from gridmap.web.access import needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.answers_tiles import AreaIndex, TileJson
from gridmap.web.params import LanguageQuery, Strict

MIMETYPE = "application/vnd.mapbox-vector-tile"
_FOR_EVER = "private, max-age=31536000, immutable"
_RETRY_S = 2
_VERSION = re.compile(VERSION, re.ASCII)
_TILE = {
    200: {
        "description": "A vector tile (MVT 2.1)",
        "content": {MIMETYPE: {"schema": {"type": "string", "format": "binary"}}},
    },
    204: {"description": "Nothing is there"},
}
_TAG = Tag(name="tiles", description="Areas, buildings and ground as vector tiles")


def _operation_id(*, name: str, path: str, method: str) -> str:
    return name


blueprint = APIBlueprint(
    "tiles",
    __name__,
    url_prefix="/tiles",
    abp_security=[{"bearer": []}, {"session": []}],
    operation_id_callback=_operation_id,
)


class SetPath(Strict):
    """Which set."""

    set_name: str = Field(json_schema_extra={"enum": list(SETS)})


class VersionPath(Strict):
    """Which version of the areas."""

    version: str = Field(json_schema_extra={"pattern": f"^{VERSION}$"})


class CellsQuery(LanguageQuery):
    """Whether cells are wanted where they are too small to be seen."""

    cells: bool = Field(
        True, description="false: without them, where the set says that another level is drawn from afar"
    )


class TilePath(SetPath, VersionPath):
    """Which tile: rows count from the north."""

    z: int
    x: int
    y: int


@blueprint.get("/<string:set_name>.json", tags=[_TAG], responses={200: TileJson, **ERRORS})
@needs("read", "projection")
def describe_tiles(path: SetPath, query: LanguageQuery) -> Response:
    """A set of tiles in its newest version that is baked here (TileJSON), with an ETag."""
    file, version, is_current = _newest(path.set_name)
    told = {
        "tilejson": "3.0.0",
        "name": path.set_name,
        "scheme": "xyz",
        "tiles": [f"/tiles/{path.set_name}/{version}/{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": file.min_zoom,
        "maxzoom": file.max_zoom,
        "bounds": file.bounds,
        "vector_layers": file.vector_layers,
        "version": version,
        "is_current": is_current,
        "far": far_json(file),
    }
    etag = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]
    response = Response(status=304) if etag in request.if_none_match else jsonify(told)
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Authorization", "Cookie"))
    return response


@blueprint.get("/areas/<string:version>/index.json", tags=[_TAG], responses={200: AreaIndex, **ERRORS})
@needs("read", "projection")
def list_areas_baked(path: VersionPath, query: CellsQuery) -> Response:
    """Code, name, level, parent, label and box of every area of one version; never changes."""
    index = _file("areas", path.version).index(is_far=not query.cells)
    if index is None:
        raise NotFoundError("tiles_not_found", name="areas", version=path.version)
    return _as_stored(index, "application/json")


@blueprint.get(
    "/<string:set_name>/<string:version>/<int:z>/<int:x>/<int:y>.mvt",
    tags=[_TAG],
    responses={**_TILE, **ERRORS},
)
@needs("read", "projection", often=True)
def read_tile(path: TilePath, query: CellsQuery) -> Response:
    """One tile of one version, as it was baked; never changes."""
    file = _file(path.set_name, path.version)
    is_there = file.min_zoom <= path.z <= file.max_zoom and max(path.x, path.y) < 1 << path.z
    if not is_there:
        raise NotFoundError("tile_outside", z=path.z, x=path.x, y=path.y)
    found = file.tile(path.z, path.x, path.y, is_far=not query.cells)
    return _kept(Response(status=204)) if found is None else _as_stored(found, MIMETYPE)


def _as_stored(gzipped: bytes, mimetype: str) -> Response:
    """Bytes as they lie in the file; opened only for who cannot take them gzipped."""
    if request.accept_encodings["gzip"] > 0:
        response = Response(gzipped, mimetype=mimetype)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(gzip.decompress(gzipped), mimetype=mimetype)
    return _kept(response)


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = _FOR_EVER
    response.headers["Vary"] = "Accept-Encoding"
    return response


def far_json(file: TileFile) -> dict[str, Any] | None:
    """What stands for the cells of a set from afar; None where nothing does."""
    return None if file.far is None else dict(zip(("level", "below"), file.far, strict=True))


def far_now() -> dict[str, Any] | None:
    """The same of the newest areas that are baked here; None also before the first are."""
    try:
        return far_json(_newest("areas")[0])
    except UnavailableError:
        return None


def install(app: Flask, data_dir: Path) -> None:
    """Add the routes to the application, over the files of `data_dir`."""
    app.extensions["gridmap_tiles"] = Shelf(data_dir)
    app.register_api(blueprint)  # type: ignore[attr-defined]


def _shelf() -> Shelf:
    found: Shelf = current_app.extensions["gridmap_tiles"]
    return found


def _file(name: str, version: str) -> TileFile:
    """Raises NotFoundError `tiles_not_found`; UnavailableError `tiles_not_baked` where only this machine lacks it."""
    if name in SETS and _VERSION.fullmatch(version):
        found = _shelf().file(name, version)
        if found is not None:
            return found
        with office().database.asking() as connection:
            known = stored.known(connection).get(name)
        if known is not None and known.version == version:
            raise UnavailableError("tiles_not_baked", retry_after_s=_RETRY_S)
    raise NotFoundError("tiles_not_found", name=name, version=version)


def _newest(name: str) -> tuple[TileFile, str, bool]:
    """The newest version of a set that lies here, and whether there is none newer in the store.

    Raises NotFoundError `tiles_not_found`, UnavailableError `tiles_not_baked`.
    """
    if name not in SETS:
        raise NotFoundError("tiles_not_found", name=name, version="")
    with office().database.asking() as connection:
        known, stamps = stored.known(connection).get(name), stored.stamps(connection)
    if known is not None:
        file = _shelf().file(name, known.version)
        if file is not None:
            return file, known.version, known.stamp == stamp_of(stamps[name])
        before = _shelf().file(name, known.previous) if known.previous else None
        if before is not None and known.previous:
            return before, known.previous, False
    raise UnavailableError("tiles_not_baked", retry_after_s=_RETRY_S)
