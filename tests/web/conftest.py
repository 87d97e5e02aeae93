"""A town made once for all tests of a module that leave it as it is: refusals, above all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from gridmap.actions.office import Office
from gridmap.web import build
from tests.conftest import ENGINES, Clock, Templates, make_office, settings_for
from tests.town import C1, RULES, Caller, caller
from tests.web.asking import reported


@dataclass(frozen=True)
class Town:
    """The web application over the town, a seat, and one open matter of the seat's in C1."""

    app: Flask
    office: Office
    seat: Caller
    number: str

    def caller(self, username: str | None) -> Caller:
        """Somebody else of the town."""
        return caller(self.app, self.office, username)


@pytest.fixture(scope="module", params=ENGINES)
def town(
    request: pytest.FixtureRequest, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """For tests that change nothing; on both engines."""
    folder = tmp_path_factory.mktemp("town")
    url = templates.copy(str(request.param), True, folder)
    office = make_office(url, folder, Clock())
    app = build(settings_for(office), office, RULES)
    seat = caller(app, office, "seat")
    yield Town(app, office, seat, reported(seat, C1))
    app.extensions["gridmap"].live.stop()
    office.database.dispose()
    if request.param == "postgis":
        request.getfixturevalue("postgres").drop(url)
