"""Bad input never hurts: a clear error in the one shape and in both languages, and every table as it was."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from shapely import box
from sqlalchemy import func, select

from gridmap.actions.accounts import NewAccount, add_account, close_account, make_token, revoke_token
from gridmap.actions.office import Office
from gridmap.actions.signing_in import open_session
from gridmap.db.models import Base
from gridmap.texts import text
from gridmap.web import build
from tests.conftest import Clock, settings_for
from tests.town import C1, CENTRES, PASSWORD, RUBBISH, RULES, Caller, actor_named, add_areas, caller
from tests.web.asking import GPS_TAG, act, body_at, details, fault, fetch, picture, read, reported, send_photo
from tests.web.conftest import Town

LON, LAT = CENTRES[C1]
GOOD: dict[str, Any] = {"lon": LON, "lat": LAT, "category": RUBBISH}
ENGLISH = {"Accept-Language": "en-GB,en;q=0.8"}


def rows(office: Office) -> dict[str, int]:
    """How many rows each table has, and how many files there are beside them."""
    with office.database.reading() as session:
        counts = {
            table.name: int(session.scalar(select(func.count()).select_from(table)) or 0)
            for table in Base.metadata.sorted_tables
        }
    photos = office.data_dir / "photos"
    return counts | {"photo files": len([one for one in photos.rglob("*") if one.is_file()])}


def sent(who: Caller, data: str | bytes, path: str = "/issues", **headers: str) -> Any:
    headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "application/json"} | headers
    return who.client.post(f"/api/v1{path}", data=data, headers=headers)


def refuses(office: Office, ask: Callable[[dict[str, str]], Any], status: int, code: str) -> dict[str, Any]:
    """Asked in Chinese and in English it is refused, clearly, and nothing has changed; the details."""
    before = rows(office)
    for language, headers in (("zh-CN", {}), ("en", ENGLISH)):
        response = ask(headers)
        assert fault(response) == (status, code)
        assert response.json["error"]["message"] == text(language, f"error.{code}", **details(response))
    assert rows(office) == before
    return details(response)


def raw(**changes: str) -> str:
    """A report whose fields are JSON as it is written here, also where Python would write no such thing."""
    fields = {name: json.dumps(value) for name, value in GOOD.items()} | changes
    return "{" + ", ".join(f'"{name}": {value}' for name, value in fields.items() if value) + "}"


NO_NUMBERS = (
    "",
    "null",
    '"103.8"',
    '"NaN"',
    "true",
    "[103.8]",
    "{}",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "9" * 400,
)
FIELDS = [
    *[({name: value}, name) for name in ("lon", "lat") for value in NO_NUMBERS],
    *[({"accuracy_m": value}, "accuracy_m") for value in ("-1", '"5"', "NaN", "1e400", "true", "[]")],
    ({"category": ""}, "category"), ({"category": "{}"}, "category"), ({"category": '""'}, "category"),
    ({"datum": "4326"}, "datum"), ({"datum": "null"}, "datum"),
    ({"occurred_at": '"yesterday"'}, "occurred_at"), ({"client_id": '"1"'}, "client_id"),
    ({"description": "7"}, "description"), ({"owner": '"me"'}, "owner"),
]  # fmt: skip
MEANINGS = [
    ({"lat": "91"}, "coordinates_invalid"), ({"lon": "-180.1"}, "coordinates_invalid"),
    ({"lon": "1e300"}, "coordinates_invalid"), ({"lon": str(LAT), "lat": str(LON)}, "coordinates_swapped"),
    ({"datum": '"wgs-84"'}, "datum_unknown"), ({"datum": '"GCJ02"'}, "datum_unknown"), ({"datum": '""'}, "datum_unknown"),
    ({"category": '"99999"'}, "category_unknown"), ({"category": '"a:b:c"'}, "category_unknown"),
    ({"category": '"\\u0000"'}, "control_character"),
    ({"lon": '103.8, "lon": 103.9'}, "field_repeated"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field"), FIELDS, ids=str)
def test_a_field_that_cannot_be_is_named(town: Town, changes: dict[str, str], field: str) -> None:
    told = refuses(
        town.office, lambda headers: sent(town.seat, raw(**changes), **headers), 422, "invalid_input"
    )
    assert [entry["field"] for entry in told["fields"]] == [field]


@pytest.mark.parametrize(("changes", "code"), MEANINGS, ids=str)
def test_what_cannot_be_meant_is_said(town: Town, changes: dict[str, str], code: str) -> None:
    refuses(town.office, lambda headers: sent(town.seat, raw(**changes), **headers), 422, code)


@pytest.mark.parametrize(
    "query", ["lon=NaN&lat=1", "lon=1e400&lat=1", "lon=&lat=1", "lat=1", "lon=x&lat=1", "lon=1&lon=2&lat=1",
              "lon=181&lat=1", "lon=25.5&lat=103.8", "lon=1&lat=1&accuracy_m=-1", "lon=1&lat=1&datum=mars"],
)  # fmt: skip
def test_asking_where_a_point_lies_is_as_strict(town: Town, query: str) -> None:
    token = {"Authorization": f"Bearer {town.seat.token}"}
    response = town.seat.client.get(f"/api/v1/locate?{query}", headers=token)
    code = fault(response)[1]
    refuses(
        town.office,
        lambda headers: town.seat.client.get(f"/api/v1/locate?{query}", headers=token | headers),
        422,
        code,
    )


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BODIES: dict[str, tuple[str | bytes, dict[str, str], int, str]] = {
    "no JSON": ("lon=1&lat=2", {}, 422, "body_not_json"),
    "nothing": ("", {}, 422, "body_not_json"),
    "cut off": (raw()[:-1], {}, 422, "body_not_json"),
    "two": (raw() + raw(), {}, 422, "body_not_json"),
    "a list": (f"[{raw()}]", {}, 422, "body_not_json"),
    "nested deeply": ('{"lon":' * 24_000 + "1" + "}" * 24_000, {}, 422, "body_not_json"),
    "nested in a field": (raw(description="[" * 90_000 + "]" * 90_000), {}, 422, "body_not_json"),
    "12,000 fields": (json.dumps({f"f{n}": n for n in range(12_000)}), {}, 422, "invalid_input"),
    "100,000 fields": (json.dumps({f"f{n}": n for n in range(100_000)}), {}, 413, "too_large"),
    "100,000 times one field": ("{" + ",".join(['"a":1'] * 30_000) + "}", {}, 422, "field_repeated"),
    "too large": (raw(description=f'"{"x" * 200_000}"'), {}, 413, "too_large"),
    "larger than anything": (b" " * 12_000_001, {}, 413, "too_large"),
    "a form": (raw(), FORM, 422, "body_not_json"),
    "a file": (raw(), {"Content-Type": "multipart/form-data; boundary=x"}, 422, "body_not_json"),
    "another JSON": (raw(), {"Content-Type": "application/geo+json"}, 422, "body_not_json"),
    "GBK": (raw(description='"垃圾"').encode("gbk"), {"Content-Type": "application/json; charset=gbk"}, 422, "body_not_json"),
    "half a character": (raw(description='"\\ud800"'), {}, 422, "invalid_input"),
    "packed": (gzip.compress(raw().encode()), {"Content-Encoding": "gzip"}, 422, "body_not_json"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "kind", "status", "code"), BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_none(
    town: Town, body: str | bytes, kind: dict[str, str], status: int, code: str
) -> None:
    refuses(town.office, lambda headers: sent(town.seat, body, **kind, **headers), status, code)


def test_a_body_in_pieces_is_taken_as_one_in_whole(app: Flask, office: Office) -> None:
    seat = caller(app, office, "seat")
    headers = {"Authorization": f"Bearer {seat.token}", "Transfer-Encoding": "chunked"}
    made = seat.client.post(
        "/api/v1/issues",
        input_stream=io.BytesIO(raw().encode()),
        content_type="application/json",
        headers=headers,
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert made.status_code == 201


def test_a_place_elsewhere_is_taken_and_goes_to_triage(app: Flask, office: Office) -> None:
    seat = caller(app, office, "seat")
    for lon, lat in ((0, 0), (-103.8, 25.5), (103.8, -25.5), (180, 90), (-180, -90), (80.5, 25.5)):
        told = read(seat, reported(seat, (lon, lat)))
        assert (told["in_triage"], told["cell"]) == (True, None), (lon, lat)
        assert told["why"]["nearest"]["code"]


def test_a_place_that_looks_swapped_is_taken_and_says_so(empty_office: Office) -> None:
    """In the far west both numbers are below 90, so the other way round is a place too."""
    kashgar = box(75.9, 39.4, 76.0, 39.5)
    add_areas(empty_office, "district", [("653101", "区", kashgar)])
    for level, code in (("street", "653101001"), ("community", "653101001001"), ("grid", "653101001001001")):
        add_areas(empty_office, level, [(code, "格", kashgar)])
    add_account(empty_office, None, NewAccount("seat", "seat", "653101", None, PASSWORD), RULES)
    app = build(settings_for(empty_office), empty_office, RULES)
    seat = caller(app, empty_office, "seat")
    whys = [
        read(seat, reported(seat, place))["why"] for place in ((39.45, 75.95), (75.95, 39.45), (75.0, 39.0))
    ]
    assert [why["status"] for why in whys] == ["outside", "inside", "outside"]
    assert whys[0]["swapped"] == {"code": "653101001001001", "name": "格", "version": 1}
    assert whys[0]["nearest"]["code"] == "653101001001001"
    assert not [why for why in whys[1:] if "swapped" in why]


def png(width: int, height: int) -> bytes:
    """A picture that says it is that large, in a few kilobytes: one bit for each pixel, all the same."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * ((width // 8 + 1) * height), 9)
    parts = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts
    )


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
RED, BLUE = Image.new("RGB", (40, 30), "red"), Image.new("RGB", (40, 30), "blue")
NO_PHOTOS = {
    "nothing": (b"", 422, "photo_unreadable"), "text": (b"a photo", 422, "photo_unreadable"),
    "SVG": (SVG, 422, "photo_unreadable"), "HTML": (b"<!doctype html><img src=x>", 422, "photo_unreadable"),
    "HTML before a photo": (b"<!doctype html>" + picture(), 422, "photo_unreadable"),
    "cut off": (picture()[:300], 422, "photo_unreadable"), "its first bytes": (b"\xff\xd8\xff\xe0", 422, "photo_unreadable"),
    "GIF": (saved(RED, "GIF"), 422, "photo_unreadable"), "TIFF": (saved(RED, "TIFF"), 422, "photo_unreadable"),
    "moving GIF": (saved(RED, "GIF", save_all=True, append_images=[BLUE]), 422, "photo_unreadable"),
    "PDF": (saved(RED, "PDF"), 422, "photo_unreadable"), "PNG without pixels": (png(1, 1)[:33], 422, "photo_unreadable"),
    "bomb": (png(20_000, 20_000), 413, "photo_too_many_pixels"), "thread": (png(30_000, 1), 413, "photo_too_many_pixels"),
    "bytes": (b"x" * 10_000_001, 413, "photo_too_large"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "status", "code"), NO_PHOTOS.values(), ids=NO_PHOTOS.keys())
def test_a_photo_that_is_none(town: Town, data: bytes, status: int, code: str) -> None:
    def ask(headers: dict[str, str]) -> Any:
        town.seat.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = headers.get("Accept-Language", "zh-CN")
        return send_photo(town.seat, town.number, data)

    refuses(town.office, ask, status, code)


def turned() -> bytes:
    """Red above blue, as a phone held sideways stores it, with the place where it was taken."""
    image, exif = Image.new("RGB", (40, 80), "red"), Image.Exif()
    image.paste((0, 0, 255), (0, 40, 40, 80))
    exif[0x0112], exif[GPS_TAG] = 6, {1: "N", 2: (25.0, 30.0, 0.0)}
    return saved(image.rotate(90, expand=True), "JPEG", exif=exif, quality=95)


GREY = Image.frombytes("I;16", (40, 30), struct.pack("<H", 65_535 // 4) * 1200)
CLEAR = Image.new("P", (40, 30), 0)
CLEAR.putpalette([255, 0, 0, 0, 255, 0])
PHOTOS = {
    "CMYK": saved(Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "JPEG"),
    "palette with transparency": saved(CLEAR, "PNG", transparency=1),
    "with an alpha": saved(RED.convert("RGBA"), "PNG"), "moving PNG": saved(RED, "PNG", save_all=True, append_images=[BLUE]),
    "moving WebP": saved(RED, "WEBP", save_all=True, append_images=[BLUE], lossless=True),
    "HTML behind a photo": saved(RED, "JPEG") + SVG, "sideways": turned(),
}  # fmt: skip


@pytest.mark.parametrize("data", PHOTOS.values(), ids=PHOTOS.keys())
def test_an_odd_photo_is_redrawn(app: Flask, office: Office, data: bytes) -> None:
    seat = caller(app, office, "seat")
    kept = fetch(seat, send_photo(seat, reported(seat, C1), data).json["url"])
    with Image.open(io.BytesIO(kept.data)) as image:
        red, _, blue = image.convert("RGB").getpixel((image.width // 2, 3))  # type: ignore[misc]
        assert (red > 200, blue < 60, dict(image.getexif())) == (True, True, {})
    assert SVG not in kept.data
    assert kept.headers["X-Content-Type-Options"] == "nosniff"


def test_a_grey_of_sixteen_bits_keeps_its_brightness(app: Flask, office: Office) -> None:
    seat = caller(app, office, "seat")
    kept = fetch(seat, send_photo(seat, reported(seat, C1), saved(GREY, "PNG")).json["url"])
    with Image.open(io.BytesIO(kept.data)) as image:
        assert abs(image.convert("L").getpixel((20, 15)) - 64) < 4  # type: ignore[operator]


def wrong(_app: Flask, _office: Office, _clock: Clock) -> str:
    return "gm_not_a_token"


def revoked(app: Flask, office: Office, _clock: Clock) -> str:
    seat = actor_named(office, "seat")
    token_id, secret = make_token(office, seat.account_id, "lost")
    revoke_token(office, seat, token_id)
    return secret


def expired(_app: Flask, office: Office, clock: Clock) -> str:
    _, secret = make_token(office, actor_named(office, "seat").account_id, "short", days=1)
    clock.forward(days=1, seconds=1)
    return secret


def of_a_closed_account(_app: Flask, office: Office, _clock: Clock) -> str:
    _, secret = make_token(office, actor_named(office, "seat").account_id, "left")
    close_account(office, None, "seat")
    return secret


def of_a_session(_app: Flask, office: Office, _clock: Clock) -> str:
    return open_session(office, actor_named(office, "seat").account_id)


def not_even_text(_app: Flask, _office: Office, _clock: Clock) -> str:
    return "\xff\x00".replace("\x00", "") + "x" * 3000


@pytest.mark.parametrize("kind", [wrong, revoked, expired, of_a_closed_account, of_a_session, not_even_text])
def test_a_token_that_is_none(app: Flask, office: Office, clock: Clock, kind: Any) -> None:
    client, headers = app.test_client(), {"Authorization": f"Bearer {kind(app, office, clock)}"}
    for method, path in (
        ("GET", "/issues"),
        ("POST", "/issues"),
        ("DELETE", "/tokens/1"),
        ("GET", "/stream"),
    ):
        refuses(
            office,
            lambda more, method=method, path=path: client.open(
                f"/api/v1{path}", method=method, headers=headers | more, json=GOOD
            ),
            401,
            "token_invalid",
        )


LOWER = [
    ("wall", "POST", "/issues", GOOD), ("wall", "GET", "/issues/x", None), ("wall", "GET", "/locate?lon=1&lat=1", None),
    ("wall", "POST", "/issues/x/actions/start", {}), ("water", "POST", "/issues", GOOD), ("seat", "GET", "/accounts", None),
    ("seat", "POST", "/accounts", {"username": "me2", "kind": "administrator"}), ("li", "DELETE", "/accounts/seat", None),
]  # fmt: skip


@pytest.mark.parametrize(("who", "method", "path", "body"), LOWER, ids=str)
def test_a_token_of_a_lower_role(town: Town, who: str, method: str, path: str, body: Any) -> None:
    one = town.caller(who)
    token = {"Authorization": f"Bearer {one.token}"}

    def ask(headers: dict[str, str]) -> Any:
        return one.client.open(f"/api/v1{path}", method=method, headers=token | headers, json=body)

    refuses(town.office, ask, 403, "forbidden")


@pytest.mark.parametrize(
    ("who", "name", "status", "code"),
    [("dong", "start", 403, "action_not_yours"), ("seat", "reopen", 409, "action_not_now"),
     ("seat", "explode", 404, "action_unknown"), ("water", "start", 404, "issue_not_found")],
)  # fmt: skip
def test_an_act_that_is_not_theirs_or_not_now(
    town: Town, who: str, name: str, status: int, code: str
) -> None:
    one = town.caller(who)
    one.client.environ_base.pop("HTTP_ACCEPT_LANGUAGE", None)
    before = rows(town.office)
    assert fault(act(one, town.number, name)) == (status, code)
    assert rows(town.office) == before


def test_counting_sees_what_is_left_behind(app: Flask, office: Office) -> None:
    before = rows(office)
    seat = caller(app, office, "seat")
    send_photo(seat, reported(seat, C1), picture())
    seat.post("/issues", body_at(C1, description="x"))
    changed = {name for name, number in rows(office).items() if number != before[name]}
    assert {"issues", "events", "stream", "words", "photos", "photo files", "tokens"} <= changed
