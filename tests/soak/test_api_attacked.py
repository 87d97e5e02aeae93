"""The API under attack for minutes, with a seed of its own each time; it is printed, and runs again by it."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from gridmap.actions.auditing import audit
from gridmap.actions.baking import bake_all
from gridmap.actions.office import Office
from gridmap.web import build
from tests.conftest import settings_for
from tests.town import C1, RULES, caller
from tests.web.asking import reported
from tests.web.attacking import attack
from tests.web.test_schemathesis import lasting_token

MINUTES = float(os.environ.get("GRIDMAP_SOAK_MINUTES") or 10)
SEED = int(os.environ.get("GRIDMAP_SOAK_SEED") or random.SystemRandom().getrandbits(32))
CALLERS = ("admin", "seat", "wall", "li", None)
SHARE_S = max(10, int(MINUTES * 60 / 2 / len(CALLERS)))
"""Seconds of one caller on one engine."""


@pytest.fixture
def attacked(office: Office) -> Iterator[Flask]:
    app = build(settings_for(office, GRIDMAP_WRITES_PER_MINUTE="0"), office, RULES)
    reported(caller(app, office, "seat"), C1)
    bake_all(office)
    yield app
    app.extensions["gridmap"].live.stop()


@pytest.mark.timeout(SHARE_S + 300)
@pytest.mark.parametrize("who", CALLERS)
def test_it_keeps_to_its_document_for_long(attacked: Flask, office: Office, who: str | None) -> None:
    print(f"\nseed {SEED} (GRIDMAP_SOAK_SEED), {SHARE_S} s as {who or 'nobody'}")
    token, started = lasting_token(office, who) if who else None, time.monotonic()
    found = attack(attacked, token, seed=SEED, examples=30, seconds=SHARE_S)
    print(f"{found.statuses.total()} calls in {time.monotonic() - started:.0f} s: {dict(found.statuses)}")
    assert found.faults == {}
    assert audit(office).faults == ()
