"""Short ways to ask the web application, for the tests beside: reports, photos, forms, error codes."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from gridmap.actions.office import Office
from gridmap.actions.signing_in import open_session
from tests.town import CENTRES, RUBBISH, Caller, actor_named, caller

GPS_TAG = 0x8825


def fault(response: Any) -> tuple[int, str]:
    """Status and code of an answer in the one error shape, which is checked on the way."""
    assert set(response.json) == {"error"}, response.json
    assert set(response.json["error"]) == {"code", "message", "details"}
    assert response.json["error"]["message"]
    return response.status_code, response.json["error"]["code"]


def details(response: Any) -> dict[str, Any]:
    return dict(response.json["error"]["details"])


def body_at(place: str | tuple[float, float], **more: Any) -> dict[str, Any]:
    """A report in the middle of a cell, or at lon, lat."""
    lon, lat = CENTRES[place] if isinstance(place, str) else place
    return {"lon": lon, "lat": lat, "category": RUBBISH, **more}


def reported(who: Caller, place: str | tuple[float, float], **more: Any) -> str:
    """The number of a new matter."""
    response: Any = who.post("/issues", body_at(place, **more))
    assert response.status_code == 201, response.json
    return str(response.json["id"])


def read(who: Caller, number: str) -> dict[str, Any]:
    """The properties of a matter."""
    response: Any = who.get(f"/issues/{number}")
    assert response.status_code == 200, response.json
    return dict(response.json["properties"])


def act(who: Caller, number: str, name: str, **body: Any) -> Any:
    return who.post(f"/issues/{number}/actions/{name}", body)


def listed(who: Caller, **query: Any) -> list[str]:
    """The numbers of a list, in its order."""
    response: Any = who.get("/issues", **query)
    assert response.status_code == 200, response.json
    return [feature["id"] for feature in response.json["features"]]


def events(who: Caller, number: str) -> list[str]:
    return [event["kind"] for event in read(who, number)["events"]]


def picture(kind: str = "JPEG", colour: str = "red", *, with_gps: bool = False) -> bytes:
    """A small photo, as a phone would write it."""
    image, out = Image.new("RGB", (64, 48), colour), io.BytesIO()
    exif = Image.Exif()
    if with_gps:
        exif[0x010F] = "PhoneMaker"
        exif[GPS_TAG] = {1: "N", 2: (25.0, 30.0, 0.0), 3: "E", 4: (103.0, 48.0, 0.0)}
    image.save(out, kind, exif=exif)
    return out.getvalue()


def send_photo(who: Caller, number: str, photo: bytes, client_id: str = "p-1", **more: str) -> Any:
    headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}
    file = FileStorage(io.BytesIO(photo), "photo.jpg", content_type="image/jpeg")
    boundary, form = encode_multipart(MultiDict([("client_id", client_id), *more.items(), ("photo", file)]))
    kind = f'multipart/form-data; boundary="{boundary}"'
    return who.client.post(f"/api/v1/issues/{number}/photos", data=form, content_type=kind, headers=headers)


def fetch(who: Caller, url: str) -> TestResponse:
    """What stands at an address that an answer gave."""
    headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}
    return who.client.get(url, headers=headers, buffered=True)


def csrf_of(client: FlaskClient, path: str = "/sign-in") -> str:
    """The token in the form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found, path
    return found[1]


def submit(client: FlaskClient, path: str, form_at: str | None = None, **fields: str) -> TestResponse:
    """A form filled in and sent as a browser would."""
    return client.post(path, data={"csrf_token": csrf_of(client, form_at or path), **fields})


def signed_in(app: Flask, username: str) -> FlaskClient:
    """A browser in which somebody is signed in, without the cost of their password."""
    client, office = app.test_client(), app.extensions["gridmap"].office
    secret = open_session(office, actor_named(office, username).account_id)
    with client.session_transaction() as held:
        held["secret"] = secret
    return client


def callers(app: Flask, office: Office, *names: str) -> list[Caller]:
    return [caller(app, office, name) for name in names]
