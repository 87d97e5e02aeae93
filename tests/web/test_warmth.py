"""What a process reads before anybody asks: of walls that have accounts, all they show; and it writes nothing."""

from __future__ import annotations

import pytest
from flask import Flask

from gridmap.actions.office import Office
from gridmap.web.api.wall import warm_walls
from tests.town import caller


def test_a_walls_first_look_finds_the_past_already_read(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm_walls(app)
    for name in ("read_week", "read_past"):
        monkeypatch.setattr(f"gridmap.web.api.wall.{name}", lambda *_: pytest.fail("read again"))
    told = caller(app, office, "wall").get("/wall")
    assert told.status_code == 200
    assert told.json["open"]["total"] == 0


def test_nothing_is_written(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office.database, "writing", lambda: pytest.fail("nothing is to be written"))
    warm_walls(app)
