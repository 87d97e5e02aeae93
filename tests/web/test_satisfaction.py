"""How content reporters were, by area: counted in each level, kept quiet where there are few."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from gridmap.actions.office import Office
from gridmap.db.loop_models import Rating
from gridmap.db.satisfaction import DAYS
from gridmap.domain.codes import path_of
from tests.conftest import START
from tests.town import C1, C2, C3, DISTRICT, EASTGATE, RIVERSIDE, STREET, caller


def path_to(code: str) -> str:
    path = ""
    for one in (DISTRICT, STREET, code[:12], code):
        path = path_of(one, path)
    return path


def rate(office: Office, code: str, *contents: int, days_ago: float = 1) -> None:
    """Ratings of matters in a cell: 2 content, 1 about, 0 not."""
    with office.work() as work:
        work.session.add_all(
            Rating(
                district_code=DISTRICT,
                issue_id=n + 1,
                path=path_to(code),
                at=START - timedelta(days=days_ago),
                solved=2,
                satisfaction=content,
            )
            for n, content in enumerate(contents)
        )


def asked(app: Flask, office: Office, username: str, level: str) -> dict[str, Any]:
    response: Any = caller(app, office, username).get("/satisfaction", level=level)
    assert response.status_code == 200, response.json
    return {code: (one["discontent"], one["rated"]) for code, one in response.json["areas"].items()}


def test_ratings_add_up_from_cells_to_the_district(app: Flask, office: Office) -> None:
    rate(office, C1, 2, 2, 1, 0, 0)
    rate(office, C2, 2, 0)
    rate(office, C3, 2, 2, 2, 2, 1)
    assert asked(app, office, "seat", "grid") == {C1: (2, 5), C3: (0, 5)}  # C2 has too few
    assert asked(app, office, "seat", "community") == {RIVERSIDE: (3, 7), EASTGATE: (0, 5)}
    assert asked(app, office, "seat", "district") == {DISTRICT: (3, 12)}


def test_old_ratings_and_those_of_others_say_nothing(app: Flask, office: Office) -> None:
    rate(office, C1, 0, 0, 0, 0, 0, days_ago=DAYS + 1)
    rate(office, C3, 0, 0, 0, 0, 0)
    assert asked(app, office, "seat", "grid") == {C3: (5, 5)}
    assert asked(app, office, "head1", "grid") == {}
