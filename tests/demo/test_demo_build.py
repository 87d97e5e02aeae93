"""The demo goes in through the ordinary doors, once, and its history verifies; on both engines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gridmap.actions.auditing import audit
from gridmap.actions.office import Office
from gridmap.actions.signing_in import SignInRules, sign_in
from gridmap.db.models import Area, Building, Issue, Meta, Person
from gridmap.demo.build import DEMO_PASSWORD, build_demo
from gridmap.errors import ConflictError, NotSignedInError
from tests.conftest import settings_for
from tests.town import build_areas

SEED = 990001


def silent(_stage: str, _done: int, _of: int) -> None:
    pass


def test_the_demo_is_whole_verifies_and_is_built_once(empty_office: Office, rules: SignInRules) -> None:
    signs = build_demo(empty_office, rules, SEED, silent)
    again = build_demo(empty_office, rules, SEED, silent)
    with empty_office.database.reading() as session:
        counts = [session.scalar(select(func.count()).select_from(t)) for t in (Area, Building, Issue)]
        staffless = session.scalar(select(func.count()).select_from(Issue).where(Issue.owner_id.is_(None)))
        statuses = set(session.scalars(select(Issue.status)))
        notice = session.scalar(select(Meta.value).where(Meta.name == "notice"))
    assert again == signs
    assert counts[0] == 130 + 12 + 3 + 1
    assert counts[1] > 2500
    assert counts[2] == 1500
    assert staffless == 0
    assert statuses == {"reported", "handling", "handled", "closed"}
    assert notice == "示例·示意图，非行政区划界线"
    assert audit(empty_office).faults == ()
    for sign in signs:
        assert not sign_in(empty_office, sign.username, DEMO_PASSWORD, rules).must_set_password


def test_the_demos_password_opens_nobody_elses_account(empty_office: Office, rules: SignInRules) -> None:
    signs = {sign.username for sign in build_demo(empty_office, rules, SEED, silent)}
    from gridmap.web import build

    app = build(settings_for(empty_office), empty_office, rules)
    page = app.test_client().get("/sign-in").get_data(as_text=True)
    assert DEMO_PASSWORD in page
    with empty_office.database.reading() as session:
        others = set(session.scalars(select(Person.code))) - signs
        listed = json.loads(session.scalar(select(Meta.value).where(Meta.name == "demo_accounts")) or "[]")
    assert {one["username"] for one in listed} == signs
    for stranger in sorted(others)[:3]:
        with pytest.raises(NotSignedInError):
            sign_in(empty_office, stranger, DEMO_PASSWORD, rules)


def test_the_demo_is_not_built_over_somebody_elses_data(
    empty_office: Office, rules: SignInRules, tmp_path: Path
) -> None:
    build_areas(empty_office)
    with pytest.raises(ConflictError, match="demo_needs_empty"):
        build_demo(empty_office, rules, SEED, silent)
