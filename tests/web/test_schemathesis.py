"""The API keeps to its document, whoever asks and whatever is sent: schemathesis with a fixed seed.

All of its checks are on. What it may not judge stands in attacking.py, each with its reason.
`make soak` goes on for longer, with another seed each time. Each asker comes to one of the two engines.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from gridmap.actions.baking import bake_all
from gridmap.actions.office import Office
from gridmap.db.models import Token
from gridmap.errors import GridmapError
from gridmap.web import build
from tests.conftest import settings_for
from tests.town import C1, RULES, caller, token_for
from tests.web.asking import reported
from tests.web.attacking import MEANT, OUT_OF_REACH, attack

SEED = 20261120
ANYBODYS = {f"GET /api/v1/{name}" for name in ("me", "issues", "areas", "state", "buildings", "categories")}
LEFT_OUT = {"GET /api/v1/stream", "DELETE /api/v1/tokens/{token_id}"}
"""The stream, which never ends, and the end of the token one comes with."""


@pytest.fixture
def attacked(office: Office) -> Iterator[Flask]:
    """The application over the town with one open matter, and without a limit on writing."""
    app = build(settings_for(office, GRIDMAP_WRITES_PER_MINUTE="0"), office, RULES)
    reported(caller(app, office, "seat"), C1)
    bake_all(office)
    yield app
    app.extensions["gridmap"].live.stop()


def documented(app: Flask) -> set[str]:
    """Every operation of the document, as `METHOD /path`."""
    paths = app.test_client().get("/api/openapi.json").json["paths"]
    return {f"{method.upper()} {path}" for path, item in paths.items() for method in item}


def lasting_token(office: Office, username: str) -> str:
    """A token whose key is no small number: 1 is the first that anybody tries to end."""
    token = token_for(office, username)
    with office.work() as work:
        work.session.execute(update(Token).values(id=Token.id + OUT_OF_REACH))
    return token


@pytest.mark.parametrize(
    ("engine", "who", "phases", "examples"),
    [
        ("postgis", "admin", ("examples", "coverage", "fuzzing", "stateful"), 2),
        ("spatialite", "seat", ("fuzzing", "stateful"), 3),
        ("postgis", "wall", ("fuzzing",), 2),
        ("spatialite", "li", ("fuzzing",), 2),
    ],
)
def test_it_keeps_to_its_document(
    attacked: Flask, office: Office, who: str, phases: tuple[str, ...], examples: int
) -> None:
    token = lasting_token(office, who)
    found = attack(attacked, token, seed=SEED, examples=examples, phases=phases)
    assert found.faults == {}
    assert found.operations == documented(attacked) - LEFT_OUT
    assert found.succeeded >= ANYBODYS
    assert set(found.phases) >= set(phases) - {"examples"}


@pytest.mark.parametrize("engine", ["spatialite"])
def test_nobody_gets_nothing(attacked: Flask) -> None:
    """Only whether it runs is told to anybody; the residents' door gives out its puzzles, and refuses the rest."""
    found = attack(attacked, None, seed=SEED, examples=2, phases=("fuzzing",))
    assert found.faults == {}
    assert set(found.statuses) <= {200, 401, 404, 422}
    assert found.succeeded == {"GET /healthz", "GET /api/v1/door/puzzle"}


@pytest.mark.parametrize("engine", ["postgis"])
def test_tokens_are_made_used_and_ended(attacked: Flask, office: Office) -> None:
    token, only = lasting_token(office, "admin"), "^/api/v1/tokens"
    found = attack(attacked, token, seed=SEED, examples=6, only=only)
    assert found.faults == {}
    assert {"DELETE /api/v1/tokens/{token_id}", "POST /api/v1/tokens"} <= found.operations


@pytest.mark.parametrize("engine", ["spatialite"])
def test_what_breaks_its_word_is_found(
    attacked: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def teapot() -> None:
        raise GridmapError("internal")

    monkeypatch.setattr("gridmap.web.api.me.describe_me", teapot)
    found = attack(attacked, token_for(office, "seat"), seed=SEED, examples=2, only="^/api/v1/me$")
    broken = {key.rsplit(" ", 3)[0] for key in found.faults}
    assert {"not_a_server_error", "status_code_conformance"} <= broken


def test_every_exception_has_its_reason() -> None:
    assert all(reason.strip() for reason in MEANT.values())
