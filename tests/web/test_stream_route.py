"""GET /stream: told within a second, inside one's scope, resumed where one was, ended when one may no longer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from gridmap import live
from gridmap.actions.accounts import NewAccount, add_account
from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_staff import import_staff
from gridmap.actions.office import Office
from gridmap.db import stream
from gridmap.web import build
from gridmap.web.api import stream as stream_route
from tests.conftest import Clock, settings_for
from tests.town import C1, C3, C4, C5, CENTRES, RULES, Caller, caller, staff_rows
from tests.web.asking import act, callers, fault, reported, signed_in, submit
from tests.web.streaming import OpenPage

Listen = Callable[..., OpenPage]
NUMBERS_OF_A_REPORT = {"number", "kind", "status", "category", "cell", "in_triage", "occurred_at"}


@pytest.fixture(autouse=True)
def _quick_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT_S", 0.1)
    monkeypatch.setattr(live, "POLL_S", 0.05)


@pytest.fixture(autouse=True)
def _no_other_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places are counted for the whole process: a browser of an earlier test may not have been missed yet."""
    monkeypatch.setattr(stream_route, "_open", Counter())


@pytest.fixture
def listen(app: Flask, office: Office) -> Iterator[Listen]:
    """Opens a page of somebody, greeted; all are closed at the end."""
    pages = []

    def begin(name: str, last: int | None = None, greeting: str = "ready") -> OpenPage:
        pages.append(OpenPage(app.test_client(), caller(app, office, name).token, last))
        assert pages[-1].next().event == greeting
        return pages[-1]

    yield begin
    for page in pages:
        page.close()


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def newest(office: Office) -> int:
    with office.database.reading() as session:
        return stream.latest(session)


def test_it_begins_with_where_one_stands(app: Flask, office: Office, seat: Caller) -> None:
    reported(seat, C1)
    page = OpenPage(app.test_client(), seat.token)
    assert page.response.mimetype == "text/event-stream"
    assert (page.response.headers["Cache-Control"], page.response.headers["X-Accel-Buffering"]) == (
        "no-cache",
        "no",
    )
    told = page.next()
    assert (told.event, told.number, told.data) == ("ready", newest(office), {})
    page.close()


def test_a_report_is_told_as_it_happens(
    listen: Listen, seat: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert live.POLL_S <= 0.5, "within a second, on a machine that has one to spare"
    monkeypatch.setattr(live, "BEAT_S", 0.3)
    page = listen("li")
    number = reported(seat, C1, description="秘密")
    told = page.next(within_s=10.0)
    assert (told.event, told.data["number"], told.data["kind"]) == ("issue", number, "reported")
    assert set(told.data) == NUMBERS_OF_A_REPORT
    assert (told.data["status"], told.data["cell"], told.data["in_triage"]) == ("reported", C1, False)


def test_who_never_saw_it_is_told_nothing(listen: Listen, seat: Caller) -> None:
    page = listen("li")
    elsewhere, here = reported(seat, C3), reported(seat, C1)
    act(seat, elsewhere, "close")
    act(seat, here, "start")
    told = [page.next(), page.next()]
    assert [(one.event, one.data["number"], one.data["kind"]) for one in told] == [
        ("issue", here, "reported"), ("issue", here, "start"),
    ]  # fmt: skip


def test_who_loses_sight_after_a_move_is_told_it_is_gone(listen: Listen, seat: Caller) -> None:
    li, wang = listen("li"), listen("wang")
    number = reported(seat, C1)
    assert li.next().event == "issue"
    act(seat, number, "move", **dict(zip(("lon", "lat"), CENTRES[C4], strict=True)))
    gone, came = li.next(), wang.next()
    assert (gone.event, gone.data) == ("gone", {"number": number})
    assert (came.event, came.data["number"], came.data["cell"]) == ("issue", number, C4)


def test_a_unit_is_told_when_it_gets_and_when_it_loses_a_matter(
    listen: Listen, seat: Caller, office: Office
) -> None:
    add_account(office, None, NewAccount("power", "department", None, "power"), RULES)
    page, number = listen("water"), reported(seat, C1)
    for unit in ("water", "power"):
        act(seat, number, "forward", unit=unit)
    assert [(told.event, told.data["number"]) for told in (page.next(), page.next())] == [
        ("issue", number), ("gone", number),
    ]  # fmt: skip


def test_a_wall_is_told_what_it_may_show(listen: Listen, seat: Caller) -> None:
    page = listen("wall")
    number = reported(seat, (103.8007, 25.5009), description="张三家门口")
    told = page.next()
    assert (told.data["number"], set(told.data)) == (number, NUMBERS_OF_A_REPORT - {"kind", "occurred_at"})
    assert "103.8007" not in str(told)
    assert "张三" not in str(told)


def test_whoever_comes_back_is_told_exactly_what_was_missed(
    listen: Listen, seat: Caller, office: Office
) -> None:
    reported(seat, C1)
    left_at = newest(office)
    missed = [reported(seat, place) for place in (C1, C3, C1, C1)]
    page = listen("li", last=left_at)
    after = reported(seat, C1)
    told = [page.next() for _ in range(4)]
    assert [one.data["number"] for one in told] == [missed[0], missed[2], missed[3], after]
    assert [one.number for one in told] == [left_at + 1, left_at + 3, left_at + 4, left_at + 5]


def test_resuming_by_the_query_for_readers_without_the_header(
    app: Flask, seat: Caller, office: Office
) -> None:
    left_at = newest(office)
    number = reported(seat, C1)
    response = seat.client.get(
        "/api/v1/stream",
        query_string={"last_event_id": left_at},
        headers={"Authorization": f"Bearer {seat.token}"},
    )
    pieces = response.iter_encoded()
    said = [next(pieces).decode() for _ in range(3)]
    response.close()
    assert said[0] == "retry: 2000\n\n"
    assert said[1].startswith(f"id: {left_at}\nevent: ready\n")
    assert f"id: {left_at + 1}\nevent: issue\n" in said[2]
    assert number in said[2]


def test_who_was_further_than_there_is_loads_again(listen: Listen, office: Office) -> None:
    for beyond in (1, 1_000_000):
        listen("seat", last=newest(office) + beyond, greeting="reset")


def test_who_was_away_too_long_loads_again(
    listen: Listen, seat: Caller, office: Office, clock: Clock
) -> None:
    left_at = newest(office)
    reported(seat, C1)
    clock.forward(days=8)
    reported(seat, C1)
    with office.work() as work:
        assert stream.forget_before(work.session, clock.now) > 0
    page = listen("seat", last=left_at, greeting="reset")
    number = reported(seat, C1)
    assert page.next().data["number"] == number


def test_a_revoked_token_ends_its_stream(app: Flask, office: Office, seat: Caller) -> None:
    made: Any = seat.post("/tokens", {"label": "a page"})
    page = OpenPage(app.test_client(), made.json["token"])
    assert page.next().event == "ready"
    seat.delete(f"/tokens/{made.json['id']}")
    assert page.next().event == "signed-out"
    assert page.has_ended()


def test_ones_other_token_ends_nothing(listen: Listen, seat: Caller) -> None:
    page = listen("seat")
    made: Any = seat.post("/tokens", {"label": "another"})
    seat.delete(f"/tokens/{made.json['id']}")
    number = reported(seat, C1)
    assert page.next().data["number"] == number


def test_a_closed_account_ends_its_stream(app: Flask, office: Office, listen: Listen) -> None:
    page, other = listen("wang"), listen("li")
    admin, seat = callers(app, office, "admin", "seat")
    admin.delete("/accounts/wang")
    assert page.next().event == "signed-out"
    number = reported(seat, C1)
    assert other.next().data["number"] == number


def test_signing_out_ends_the_pages_of_that_session(app: Flask, office: Office) -> None:
    client, copied = signed_in(app, "seat"), app.test_client()
    cookie = client.get_cookie("session")
    assert cookie is not None
    copied.set_cookie("session", cookie.value)
    page = OpenPage(copied)
    assert page.next().event == "ready"
    submit(client, "/sign-out", "/account")
    assert page.next().event == "signed-out"
    assert page.has_ended()


def test_an_idle_session_is_found_out(app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "RECHECK_S", 0.05)
    page, wall = OpenPage(signed_in(app, "seat")), OpenPage(signed_in(app, "wall"))
    assert page.next().event == wall.next().event == "ready"
    clock.forward(minutes=31)
    assert page.next().event == "signed-out"
    with pytest.raises(AssertionError, match="nothing was told"):
        wall.next(within_s=0.5)
    wall.close()


def test_a_new_post_widens_it(listen: Listen, office: Office, seat: Caller) -> None:
    page = listen("wang")
    import_staff(
        office, staff_rows(office, (("wang", "Wang Leads", "leader", C5),)), ImportFile("more", "9"), RULES
    )
    assert page.next().event == "reset"
    number = reported(seat, C5)
    assert page.next().data["number"] == number


def test_a_place_is_given_back(office: Office) -> None:
    app = build(settings_for(office, GRIDMAP_STREAM_LIMIT="1"), office, RULES)
    seat = caller(app, office, "seat")
    page = OpenPage(app.test_client(), seat.token)
    full: Any = seat.get("/stream")
    assert fault(full) == (503, "streams_full")
    assert full.headers["Retry-After"] == "10"
    page.close()
    for _ in range(3):
        again: Any = seat.get("/stream")
        again.close()
        assert again.status_code == 200
    app.extensions["gridmap"].live.stop()


def test_one_account_cannot_take_every_place(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridmap.web.api.stream.ACCOUNT_LIMIT", 1)
    seat, li = callers(app, office, "seat", "li")
    pages = [OpenPage(app.test_client(), who.token) for who in (seat, li)]
    full: Any = seat.get("/stream")
    assert fault(full) == (429, "streams_of_account_full")
    assert full.headers["Retry-After"] == "10"
    for page in pages:
        page.close()


def test_a_look_at_the_headers_takes_no_place(office: Office) -> None:
    app = build(settings_for(office, GRIDMAP_STREAM_LIMIT="1"), office, RULES)
    seat = caller(app, office, "seat")
    for _ in range(3):
        head = seat.client.head("/api/v1/stream", headers={"Authorization": f"Bearer {seat.token}"})
        head.close()
        assert head.status_code == 200
    app.extensions["gridmap"].live.stop()


def test_an_ending_process_lets_its_readers_go(app: Flask, office: Office, seat: Caller) -> None:
    page = OpenPage(app.test_client(), seat.token)
    assert page.next().event == "ready"
    app.extensions["gridmap"].live.stop()
    assert page.has_ended()
