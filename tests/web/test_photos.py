"""Photos: kept once, drawn anew without what the camera wrote into them, seen through scope only."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from gridmap.actions.auditing import audit
from gridmap.actions.office import Office
from tests.town import C1, Caller, caller
from tests.web.asking import GPS_TAG, act, callers, events, fault, fetch, picture, read, reported, send_photo
from tests.web.conftest import Town


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def stored(who: Caller, url: str) -> Image.Image:
    response = fetch(who, url)
    assert (response.status_code, response.mimetype) == (200, "image/jpeg")
    with io.BytesIO(response.data) as data:
        image = Image.open(data)
        image.load()
    return image


def test_a_photo_comes_back_without_what_the_camera_wrote(seat: Caller) -> None:
    number, sent = reported(seat, C1), picture(with_gps=True)
    with io.BytesIO(sent) as data:
        assert GPS_TAG in Image.open(data).getexif()
    response = send_photo(seat, number, sent)
    assert response.status_code == 201
    for url in (response.json["url"], response.json["thumbnail_url"]):
        image = stored(seat, url)
        assert dict(image.getexif()) == {}
        assert "exif" not in image.info


def test_it_stands_in_the_matter_and_in_its_history(office: Office, seat: Caller) -> None:
    number = reported(seat, C1)
    photo = send_photo(seat, number, picture()).json
    told = read(seat, number)
    assert told["photos"] == [photo]
    assert told["events"][1]["data"] == {"photo": photo["id"]}
    assert audit(office).faults == ()


def test_what_phones_make_is_taken_and_kept_as_jpeg(seat: Caller) -> None:
    number = reported(seat, C1)
    for kind in ("JPEG", "PNG", "WEBP"):
        photo = send_photo(seat, number, picture(kind), kind).json
        assert stored(seat, photo["url"]).format == "JPEG", kind


def test_the_same_photo_again_is_kept_once(seat: Caller) -> None:
    number = reported(seat, C1)
    first, again = (send_photo(seat, number, picture(), "p-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert events(seat, number) == ["reported", "photo"]


def test_the_same_key_with_another_photo_is_refused(seat: Caller) -> None:
    number = reported(seat, C1)
    send_photo(seat, number, picture(colour="red"), "p-1")
    assert fault(send_photo(seat, number, picture(colour="blue"), "p-1")) == (409, "client_id_reused")
    assert len(read(seat, number)["photos"]) == 1


def test_what_is_no_photo_is_refused_and_leaves_nothing(town: Town) -> None:
    for sent in (b"", b"GIF89a", b"<svg/>", picture()[:300], picture("GIF"), picture("BMP")):
        assert fault(send_photo(town.seat, town.number, sent)) == (422, "photo_unreadable")
    assert events(town.seat, town.number) == ["reported"]
    assert not (town.office.data_dir / "photos").exists()


def test_a_photo_needs_its_senders_key(town: Town) -> None:
    for client_id, code in (
        ("", "client_id_invalid"),
        ("x" * 65, "client_id_invalid"),
        ("a\0b", "control_character"),
    ):
        assert fault(send_photo(town.seat, town.number, picture(), client_id)) == (422, code)


def test_a_photo_that_is_missing_is_named(town: Town) -> None:
    address, headers = f"/api/v1/issues/{town.number}/photos", {"Authorization": f"Bearer {town.seat.token}"}
    for body in ({"data": {"client_id": "p-1"}}, {"json": {"client_id": "p-1"}}):
        response = town.seat.client.post(address, headers=headers, **body)  # type: ignore[arg-type]
        assert fault(response) == (422, "field_missing")


def test_too_large_is_said_before_it_is_read(town: Town) -> None:
    assert fault(send_photo(town.seat, town.number, b"x" * 10_000_001)) == (413, "photo_too_large")
    assert fault(send_photo(town.seat, town.number, b"x" * 12_000_001)) == (413, "too_large")


def test_only_who_sees_the_matter_sees_its_photo(app: Flask, office: Office, seat: Caller) -> None:
    number = reported(seat, C1)
    photo: dict[str, Any] = send_photo(seat, number, picture()).json
    li, wang, wall, water = callers(app, office, "li", "wang", "wall", "water")
    for url in (photo["url"], photo["thumbnail_url"]):
        found = [fetch(who, url).status_code for who in (li, wang, wall, water, Caller(seat.client, None))]
        assert found == [200, 404, 403, 404, 401]
    act(seat, number, "forward", unit="water")
    assert fetch(water, photo["url"]).status_code == 200


def test_a_photo_of_one_matter_is_not_reached_through_another(seat: Caller) -> None:
    number, other = reported(seat, C1), reported(seat, C1)
    photo = send_photo(seat, number, picture()).json
    url = f"/api/v1/issues/{other}/photos/{photo['id']}"
    assert fault(fetch(seat, url)) == (404, "photo_not_found")


def test_photos_are_private_to_their_reader(seat: Caller) -> None:
    photo = send_photo(seat, reported(seat, C1), picture()).json
    response = fetch(seat, photo["url"])
    assert response.headers["Cache-Control"] == "private, max-age=3600"
