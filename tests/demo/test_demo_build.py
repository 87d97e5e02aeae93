"""The demo goes in through the ordinary doors, once, with a past that reads like one, and goes on; on both engines."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from threading import Event

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import func, select

from gridmap.actions.auditing import audit
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.actions.signing_in import SignInRules, sign_in
from gridmap.actions.whistling import raise_silent
from gridmap.db import history
from gridmap.db.loop_models import Rating
from gridmap.db.loop_models import Step as LoopStep
from gridmap.db.models import Area, Building, EventRow, Issue, Meta, Person, Photo
from gridmap.demo import catching_up, live
from gridmap.demo.build import build_demo
from gridmap.demo.catching_up import catch_up
from gridmap.demo.live import ROUND, Stage, keep_moving
from gridmap.demo.own import MARK
from gridmap.demo.signs import DEMO_PASSWORD
from gridmap.domain.issues import OPEN
from gridmap.errors import ConflictError, NotFoundError, NotSignedInError
from gridmap.files.photos import path_of
from tests.conftest import Clock, settings_for
from tests.db.looking import rows_of
from tests.demo.conftest import PHOTOS, SEED, silent
from tests.town import actor_named, build_areas, report_at


def count(office: Office, *conditions: object, table: type = Issue) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def statuses(office: Office) -> dict[str, int]:
    with office.database.reading() as session:
        return dict(session.execute(select(Issue.status, func.count()).group_by(Issue.status)).all())


def test_the_demo_is_whole_verifies_and_is_built_once(demo_office: Office, rules: SignInRules) -> None:
    signs = build_demo(demo_office, rules, SEED, silent)
    assert count(demo_office, table=Area) == 130 + 12 + 3 + 1
    assert count(demo_office, table=Building) > 2500
    assert count(demo_office, Issue.external_id.is_not(None)) == 1500
    assert {"received", "reported", "handling", "handled", "closed", "rated"} <= statuses(demo_office).keys()
    steps = Counter(row.stage for row in rows_of(demo_office, LoopStep))
    assert steps["handle"] > 1200 > steps["accept"] > 100
    assert count(demo_office, table=Rating) > 30
    with demo_office.database.reading() as session:
        assert (
            session.scalar(select(Meta.value).where(Meta.name == "notice")) == "示例·示意图，非行政区划界线"
        )
    assert audit(demo_office).faults == ()
    assert build_demo(demo_office, rules, SEED, silent) == signs


def test_every_role_has_a_sign_in_that_works_at_once(demo_office: Office, rules: SignInRules) -> None:
    signs = {sign.role: sign for sign in build_demo(demo_office, rules, SEED, silent)}
    assert {
        "administrator",
        "seat",
        "wall",
        "department",
        "leader",
        "dynamic",
        "community_head",
    } <= signs.keys()
    for role in ("leader", "wall", "department"):
        assert not sign_in(demo_office, signs[role].username, DEMO_PASSWORD, rules).must_set_password
    leader = actor_named(demo_office, signs["leader"].username)
    assert len(leader.scope.paths) >= 2
    assert actor_named(demo_office, signs["community_head"].username).scope.covers(leader.scope.paths[0])


def test_the_demos_password_opens_nobody_elses_account(demo_office: Office, rules: SignInRules) -> None:
    with demo_office.database.reading() as session:
        others = set(session.scalars(select(Person.code)))
        listed = json.loads(session.scalar(select(Meta.value).where(Meta.name == "demo_accounts")) or "[]")
    known = {one["username"] for one in listed}
    from gridmap.web import build as build_app

    page = build_app(settings_for(demo_office), demo_office, rules).test_client().get("/sign-in")
    assert DEMO_PASSWORD in page.get_data(as_text=True)
    for stranger in sorted(others - known)[:2]:
        with pytest.raises(NotSignedInError):
            sign_in(demo_office, stranger, DEMO_PASSWORD, rules)


def test_a_closed_matters_past_is_told_by_named_people_in_order(demo_office: Office) -> None:
    with demo_office.database.reading() as session:
        closed = session.scalars(
            select(Issue).where(
                Issue.status == "closed", Issue.source == "staff", Issue.handler_id.is_not(None)
            )
        ).first()
        assert closed is not None
        events = history.of_issue(session, closed.id)
    acts = [row.EventRow.kind for row in events if row.EventRow.kind != "photo"]
    assert [act for act in acts if act != "verify"] == ["reported", "start", "finish", "close"]
    times = [row.EventRow.at for row in events]
    assert times == sorted(times)
    assert all(row.actor_name or row.actor_kind != "staff" for row in events)
    assert (closed.closed_at, closed.account_id) == (times[-1], events[0].EventRow.actor_id)


def test_matters_have_photos_in_the_right_place_of_their_past(demo_office: Office) -> None:
    with demo_office.database.reading() as session:
        photos = list(session.scalars(select(Photo).where(~Photo.client_id.startswith(MARK))))
        kinds = session.execute(
            select(EventRow.issue_id, EventRow.kind).where(EventRow.seq == 2, EventRow.kind == "photo")
        ).all()
    assert PHOTOS <= len(photos) <= 2 * PHOTOS
    assert len(kinds) == PHOTOS
    kept = Image.open(io.BytesIO(path_of(demo_office.data_dir, photos[0].digest).read_bytes()))
    assert kept.size == (1200, 800)


def test_while_it_is_live_counts_stay_level(demo_office: Office) -> None:
    before = statuses(demo_office)
    stage = Stage(demo_office, np.random.default_rng(3))
    for _ in range(6 * len(ROUND)):
        stage.step()
    after = statuses(demo_office)
    assert all(stage.tally.done[name] >= 5 for name in ("report", "start", "finish", "close"))
    assert abs(sum(after.get(name, 0) - before.get(name, 0) for name in OPEN)) <= 2
    assert after["closed"] + after.get("rated", 0) >= before["closed"] + before.get("rated", 0) + 4
    assert count(demo_office, Issue.client_id.startswith(MARK)) == 6


def test_while_it_is_live_the_whole_loop_goes_on(demo_office: Office) -> None:
    """Residents are accepted and dispatched, units are called and come or not, and what began is brought to its end."""
    clock = Clock()
    clock.now = demo_office.clock()
    office = replace(demo_office, clock=clock, acceptance=frozenset({"resident"}))
    stage, since = Stage(office, np.random.default_rng(8)), len(rows_of(office, EventRow))
    for _ in range(30 * len(ROUND)):
        clock.forward(seconds=45)
        stage.step()
        raise_silent(office)
    done = Counter(event.kind for event in rows_of(office, EventRow)[since:])
    told = {"accept", "dispatch", "whistle", "whistle_accepted", "whistle_on_site", "whistle_done", "suspend"}
    assert told - done.keys() == set()
    assert len(done.keys() & {"rate", "return", "raise", "supervise", "urge", "verify", "whistle_rated"}) >= 4
    assert count(office, Issue.client_id.startswith(MARK), Issue.source == "resident") >= 4
    assert audit(office).faults == ()


def test_what_people_report_is_left_to_people(demo_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    urgent = report(demo_office, actor_named(demo_office, "zhongxin"), report_at(103.8, 25.49)).number
    monkeypatch.setattr(live, "ROUND", ("start",))
    stage = Stage(demo_office, np.random.default_rng(4))
    for _ in range(5):
        stage.step()
    with demo_office.database.reading() as session:
        assert session.scalar(select(Issue.status).where(Issue.number == urgent)) == "reported"


class Countdown(Event):
    """Stops after so many waits, which take no time."""

    def __init__(self, left: int, office: Office, **span: float) -> None:
        super().__init__()
        self.left, self.office, self.span, self.asked = left, office, span, list[float]()

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        self.asked.append(timeout or 0)
        self.office.clock.forward(**self.span)  # type: ignore[attr-defined]
        return self.left < 0


def test_it_keeps_the_pace_and_tells_what_it_did(demo_office: Office) -> None:
    clock = Clock()
    clock.now = demo_office.clock()
    office, heard = replace(demo_office, clock=clock), list[int]()
    stop, forgotten = Countdown(8, office, seconds=15), Countdown(1000, office, hours=5)
    chance = np.random.default_rng(5)
    keep_moving(office, stop, 4, lambda tally: heard.append(sum(tally.done.values())), chance)
    assert np.mean(stop.asked) == pytest.approx(60 / 4 / len(ROUND), rel=0.4)
    assert len(heard) == 2
    assert 2 <= heard[0] <= 4 < heard[1] + 2 <= 10
    keep_moving(office, forgotten, 4, lambda tally: None, chance)
    assert len(forgotten.asked) <= 4


def test_looked_at_a_day_later_it_has_gone_on_meanwhile(
    demo_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert catch_up(demo_office, Event(), silent) == 0
    monkeypatch.setattr(catching_up, "_ACTS", 12)
    monkeypatch.setattr(catching_up, "_PHOTOS", 2)
    later = demo_office.clock() + timedelta(hours=20)
    then = replace(demo_office, clock=lambda: later)
    added = catch_up(then, Event(), silent)
    assert added > 20
    assert count(then, Issue.reported_at > later - timedelta(hours=19)) > 10
    assert count(then, Issue.reported_at > later) == 0
    assert audit(then).faults == ()


def test_there_is_nothing_to_move_where_no_demo_is(empty_office: Office) -> None:
    with pytest.raises(NotFoundError, match="demo_missing"):
        Stage(empty_office, np.random.default_rng(1))
    assert catch_up(empty_office, Event(), silent) == 0


def test_the_demo_is_not_built_over_somebody_elses_data(empty_office: Office, rules: SignInRules) -> None:
    build_areas(empty_office)
    with pytest.raises(ConflictError, match="demo_needs_empty"):
        build_demo(empty_office, rules, SEED, silent)
