"""The routes of tiles: what there is, a tile as it is stored, kept for ever; refused in one shape."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from shapely import box

from gridmap.actions.baking import bake_all
from gridmap.actions.office import Office
from gridmap.files.tiles import SETS, path_of
from tests.actions.test_importing_buildings import FOOTPRINT
from tests.actions.test_importing_buildings import take_in as take_in_buildings
from tests.geo.mvt import decode
from tests.town import C1, C6, CENTRES, CORNERS, DISTRICT, RIVERSIDE, Caller, add_areas, caller, square
from tests.web.asking import signed_in
from tests.web.conftest import Town
from tests.web.test_pages import page_data


class Looker:
    """Somebody with a token who asks for tiles."""

    def __init__(self, who: Caller) -> None:
        self._client, self._token = who.client, who.token

    def get(self, path: str, method: str = "GET", **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return self._client.open(f"/tiles/{path}", method=method, headers=sent)


@pytest.fixture(scope="module")
def versions(town: Town) -> dict[str, str]:
    return bake_all(town.office)


@pytest.fixture
def seat(town: Town, versions: dict[str, str]) -> Looker:
    assert versions
    return Looker(town.seat)


def tile_at(lon: float, lat: float, zoom: int) -> str:
    """Zoom, column and row of the tile a place lies in."""
    x = (lon + 180) / 360 * 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom
    return f"{zoom}/{int(x)}/{int(y)}"


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_described(seat: Looker, versions: dict[str, str], name: str) -> None:
    response = seat.get(f"{name}.json")
    told, version = response.json, versions[name]
    assert (response.status_code, told["tilejson"], told["version"], told["is_current"]) == (
        200,
        "3.0.0",
        version,
        True,
    )
    assert told["tiles"] == [f"/tiles/{name}/{version}/{{z}}/{{x}}/{{y}}.mvt"]
    zooms = {"areas": (8, 14), "buildings": (11, 15), "ground": (8, 15)}
    assert (told["minzoom"], told["maxzoom"]) == zooms[name]
    layers = {layer["id"] for layer in told["vector_layers"]}
    expected = {"areas": {"district", "street", "community", "grid", "label"}, "buildings": {"building"}}
    assert layers == expected.get(name, {"ground", "name"})


def test_bounds_are_those_of_the_areas(seat: Looker) -> None:
    bounds = seat.get("areas.json").json["bounds"]
    assert [round(bound, 3) for bound in bounds] == [103.8, 25.49, 103.83, 25.51]


def test_an_answer_that_still_holds_is_not_sent_again(seat: Looker) -> None:
    first = seat.get("areas.json")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = seat.get("areas.json", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


def test_a_tile_goes_out_as_it_is_stored_and_is_kept_for_ever(seat: Looker, versions: dict[str, str]) -> None:
    path = f"areas/{versions['areas']}/{tile_at(*CENTRES[C1], 14)}.mvt"
    packed = seat.get(path, Accept_Encoding="gzip, br")
    assert (packed.status_code, packed.mimetype) == (200, "application/vnd.mapbox-vector-tile")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert C1 in {one.fields["code"] for one in decode(packed.data)["grid"].features}
    for taken in ("identity", "br", "gzip;q=0", ""):
        plain = seat.get(path, Accept_Encoding=taken)
        assert "Content-Encoding" not in plain.headers
        assert plain.data == gzip.decompress(packed.data)
        assert "Accept-Encoding" in plain.headers["Vary"]


def test_asking_for_the_head_says_how_much_there_is(seat: Looker, versions: dict[str, str]) -> None:
    path = f"areas/{versions['areas']}/{tile_at(*CENTRES[C1], 14)}.mvt"
    whole, head = (seat.get(path, method, Accept_Encoding="gzip") for method in ("GET", "HEAD"))
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(whole.data)))


def test_where_nothing_is_the_answer_is_empty_and_kept_too(seat: Looker, versions: dict[str, str]) -> None:
    for name, zoom in (("areas", 14), ("buildings", 11), ("ground", 15)):
        response = seat.get(f"{name}/{versions[name]}/{tile_at(0.0, 0.0, zoom)}.mvt")
        assert (response.status_code, response.data) == (204, b"")
        assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("rivers.json", 404, "tiles_not_found"),
        ("areas/{areas}/7/0/0.mvt", 404, "tile_outside"),
        ("areas/{areas}/15/0/0.mvt", 404, "tile_outside"),
        ("areas/{areas}/999/0/0.mvt", 404, "tile_outside"),
        ("areas/{areas}/8/256/0.mvt", 404, "tile_outside"),
        ("areas/{areas}/8/0/256.mvt", 404, "tile_outside"),
        ("areas/{areas}/8/-1/0.mvt", 404, "not_found"),
        ("areas/{areas}/8/x/0.mvt", 404, "not_found"),
        ("areas/{buildings}/8/0/0.mvt", 404, "tiles_not_found"),
        ("rivers/{areas}/8/0/0.mvt", 404, "tiles_not_found"),
        ("areas/0123456789abcdef/8/0/0.mvt", 404, "tiles_not_found"),
        ("areas/..%2f..%2ftest/8/0/0.mvt", 404, "not_found"),
        ("areas/%2e%2e/index.json", 404, "tiles_not_found"),
        ("areas/{buildings}/index.json", 404, "tiles_not_found"),
        ("areas.json?zoom=3", 422, "invalid_input"),
        ("areas/{areas}/8/0/0.mvt?v=1", 422, "invalid_input"),
        ("areas/{areas}/index.json?v=1", 422, "invalid_input"),
    ],
)
def test_what_there_is_not_is_refused_in_one_shape(seat: Looker, versions: dict[str, str], path: str, status: int, code: str) -> None:  # fmt: skip
    response = seat.get(path.format(**versions))
    assert (response.status_code, response.json["error"]["code"]) == (status, code)
    assert "max-age" not in response.headers["Cache-Control"]


def test_nobody_gets_none(town: Town, versions: dict[str, str]) -> None:
    nobody = Looker(town.caller(None))
    for path in (
        "areas.json",
        f"areas/{versions['areas']}/index.json",
        f"areas/{versions['areas']}/8/201/109.mvt",
    ):
        assert nobody.get(path).status_code == 401


def test_the_list_of_areas_has_all_of_them_parents_first(seat: Looker, versions: dict[str, str]) -> None:
    response = seat.get(f"areas/{versions['areas']}/index.json")
    told = response.json
    assert told["version"] == versions["areas"]
    place = {code: at for at, code in enumerate(told["codes"])}
    assert {code for code in place if len(code) == 15} == set(CORNERS)
    parents = {code: told["parent"][at] for code, at in place.items()}
    assert (parents[DISTRICT], parents[C1], parents[C6]) == (
        -1,
        place[RIVERSIDE],
        place[f"{RIVERSIDE[:-1]}2"],
    )
    assert all(parent < place[code] for code, parent in parents.items())
    assert [told["levels"][told["level"][place[code]]] for code in (DISTRICT, RIVERSIDE, C1)] == [
        "district",
        "community",
        "grid",
    ]
    at = place[C1]
    assert told["box"][at * 4 : at * 4 + 4] == [103_800_000, 25_500_000, 103_810_000, 25_510_000]
    assert told["label"][at * 2 : at * 2 + 2] == [103_805_000, 25_505_000]
    assert len(told["names"]) == len(place)


def test_the_list_is_kept_for_ever_and_packed(seat: Looker, versions: dict[str, str]) -> None:
    response = seat.get(f"areas/{versions['areas']}/index.json", Accept_Encoding="gzip")
    assert (response.headers["Content-Encoding"], response.mimetype) == ("gzip", "application/json")
    assert "immutable" in response.headers["Cache-Control"]
    assert json.loads(gzip.decompress(response.data))["version"] == versions["areas"]


def test_answers_are_as_documented(town: Town, seat: Looker, versions: dict[str, str]) -> None:
    document = town.app.test_client().get("/api/openapi.json").json
    for path, asked in (
        ("/tiles/{set_name}.json", "areas.json"),
        ("/tiles/areas/{version}/index.json", f"areas/{versions['areas']}/index.json"),
    ):
        operation = document["paths"][path]["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**schema, "components": document["components"]})
        assert list(validator.iter_errors(seat.get(asked).json)) == []
    tile = document["paths"]["/tiles/{set_name}/{version}/{z}/{x}/{y}.mvt"]["get"]["responses"]
    assert {"200", "204", "401", "403", "404", "422", "503"} <= set(tile)
    assert set(tile["200"]["content"]) == {"application/vnd.mapbox-vector-tile"}


@pytest.fixture
def fresh(app: Flask, office: Office) -> Iterator[Looker]:
    """Somebody over a store where nothing is baked yet."""
    yield Looker(caller(app, office, "seat"))
    app.extensions["gridmap_tiles"].close()


def test_before_anything_is_baked_it_says_come_again(fresh: Looker) -> None:
    for name in SETS:
        response = fresh.get(f"{name}.json")
        assert (response.status_code, response.json["error"]["code"]) == (503, "tiles_not_baked")
        assert response.headers["Retry-After"] == "2"


def test_while_a_newer_version_is_due_the_old_one_serves(fresh: Looker, office: Office) -> None:
    before = bake_all(office)
    add_areas(office, "grid", [(C6, "新名", square(C6))])
    told = fresh.get("areas.json")
    assert (told.json["version"], told.json["is_current"]) == (before["areas"], False)
    after = bake_all(office)
    newer = fresh.get("areas.json", If_None_Match=told.headers["ETag"])
    assert (newer.status_code, newer.json["version"], newer.json["is_current"]) == (200, after["areas"], True)
    for version in (before["areas"], after["areas"]):  # a page that has not heard of it yet
        assert fresh.get(f"areas/{version}/8/201/109.mvt").status_code == 200


def test_a_version_that_went_is_no_longer_there(fresh: Looker, office: Office) -> None:
    seen = []
    for name in ("甲", "乙", "丙"):
        add_areas(office, "grid", [(C6, name, square(C6))])
        seen.append(bake_all(office)["areas"])
        assert fresh.get(f"areas/{seen[-1]}/8/201/109.mvt").status_code == 200
    assert [fresh.get(f"areas/{version}/8/201/109.mvt").status_code for version in seen] == [404, 200, 200]


def test_a_machine_that_has_no_file_yet_serves_the_one_before_or_says_come_again(
    fresh: Looker, office: Office
) -> None:
    before = bake_all(office)["areas"]
    add_areas(office, "grid", [(C6, "新名", square(C6))])
    after = bake_all(office)["areas"]
    path_of(office.data_dir, "areas", after).unlink()
    assert (fresh.get("areas.json").json["version"], fresh.get("areas.json").json["is_current"]) == (
        before,
        False,
    )
    tile = fresh.get(f"areas/{after}/8/201/109.mvt")
    assert (tile.status_code, tile.json["error"]["code"]) == (503, "tiles_not_baked")


def test_a_wall_gets_the_same_tiles_as_anybody(app: Flask, office: Office) -> None:
    take_in_buildings(
        office, {"B1": box(103.801, 25.501, 103.803, 25.503), "B2": FOOTPRINT}, chief=["张三", ""]
    )
    versions = bake_all(office)
    path = f"buildings/{versions['buildings']}/{tile_at(103.802, 25.502, 14)}.mvt"
    wall, li = (
        Looker(caller(app, office, name)).get(path, Accept_Encoding="gzip") for name in ("wall", "li")
    )
    assert wall.data == li.data
    assert {key for one in decode(wall.data)["building"].features for key in one.fields} == {"code", "name"}
    app.extensions["gridmap_tiles"].close()


def test_a_token_that_is_revoked_gets_tiles_for_a_moment_and_nothing_else(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    version, admin = bake_all(office)["areas"], caller(app, office, "admin")
    made: Any = admin.post("/tokens", {"label": "x"})
    gone, path = Caller(app.test_client(), made.json["token"]), f"areas/{version}/8/201/109.mvt"
    assert Looker(gone).get(path).status_code == 200
    admin.delete(f"/tokens/{made.json['id']}")
    assert [Looker(gone).get(one).status_code for one in (path, "areas.json")] == [200, 401]
    assert gone.get("/me").status_code == 401  # type: ignore[attr-defined]
    monkeypatch.setattr("gridmap.web.access.TRUSTED_S", 0.0)
    assert Looker(gone).get(path).status_code == 401


def test_who_was_let_in_is_not_asked_for_again_at_the_next_tile(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    seat, path = Looker(caller(app, office, "seat")), f"areas/{bake_all(office)['areas']}/8/201/109.mvt"
    nobody = Looker(caller(app, office, None))
    assert seat.get(path).status_code == 200
    monkeypatch.setattr("gridmap.web.access.proven", lambda *_: pytest.fail("the store was asked"))
    assert seat.get(path).status_code == 200
    assert nobody.get(path).status_code == 401


@pytest.fixture
def far(fresh: Looker, office: Office, monkeypatch: pytest.MonkeyPatch) -> str:
    """A version whose six cells are many, and too narrow below zoom 10."""
    monkeypatch.setattr("gridmap.geo.far.FEW_CELLS", 5)
    return bake_all(office)["areas"]


def test_from_afar_tiles_come_without_cells_to_who_asks_so(fresh: Looker, far: str) -> None:
    assert fresh.get("areas.json").json["far"] == {"level": "community", "below": 10}
    for zoom, is_far in ((8, True), (9, True), (10, False), (14, False)):
        path = f"areas/{far}/{tile_at(*CENTRES[C1], zoom)}.mvt"
        whole, thin = (fresh.get(f"{path}{query}", Accept_Encoding="gzip") for query in ("", "?cells=0"))
        assert "grid" in decode(whole.data)
        assert ("grid" not in decode(thin.data)) == is_far
        assert {"community", "street", "district"} <= set(decode(thin.data))
        assert thin.headers["Cache-Control"] == whole.headers["Cache-Control"]


def test_the_list_comes_without_cells_too(fresh: Looker, far: str) -> None:
    whole, thin = (fresh.get(f"areas/{far}/index.json{query}").json for query in ("", "?cells=0"))
    assert thin["codes"] == [code for code in whole["codes"] if code not in CORNERS]
    assert thin["version"] == whole["version"] == far
    assert [len(thin[name]) for name in ("names", "level", "parent", "label", "box")] == [
        len(thin["codes"]) * each for each in (1, 1, 1, 2, 4)
    ]


def test_where_cells_are_few_nothing_is_left_out(seat: Looker, versions: dict[str, str]) -> None:
    assert seat.get("areas.json").json["far"] is None
    for path in (f"areas/{versions['areas']}/index.json", f"areas/{versions['areas']}/8/201/109.mvt"):
        assert seat.get(f"{path}?cells=0").data == seat.get(path).data
    assert seat.get(f"areas/{versions['areas']}/8/201/109.mvt?cells=some").status_code == 422


def test_the_map_is_told_what_stands_for_cells_and_whether_ones_own_are_many(
    app: Flask, office: Office, far: str
) -> None:
    for username, has_many in (("seat", True), ("li", False)):
        told = page_data(signed_in(app, username))
        assert (told["far"], told["has_many"]) == ({"level": "community", "below": 10}, has_many)
    app.extensions["gridmap_tiles"].close()
