"""Long JSON travels gzipped to who can read it; everything else stays as it is."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from flask import Flask

from gridmap.actions.office import Office
from tests.town import Caller, caller


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def asked(who: Caller, path: str, encodings: str | None = None) -> Any:
    more = {"Accept-Encoding": encodings} if encodings else {}
    return who.client.get(f"/api/v1{path}", headers={**who._headers(), **more})  # type: ignore[attr-defined]


@pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
def test_a_long_answer_is_gzipped_for_who_takes_it(seat: Caller) -> None:
    plain, packed = asked(seat, "/areas?geometry=1"), asked(seat, "/areas?geometry=1", "gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.data)) == plain.json
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
def test_a_short_answer_stays_as_it_is(seat: Caller) -> None:
    assert "Content-Encoding" not in asked(seat, "/me", "gzip").headers
