"""One's own notices over HTTP: listed, counted, read; live through the stream; other ways to be told; what was lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from gridmap.actions.delivering import deliver_due
from gridmap.actions.noticing import read_notices, tell_due, tell_new
from gridmap.actions.office import Office
from gridmap.live import _told
from gridmap.web import build
from tests.conftest import Clock, settings_for
from tests.receiver import CORP_SECRET, ENVIRON, Receiver, declared, receiving
from tests.town import C1, CENTRES, RULES, Caller, actor_named, caller, token_for
from tests.web.asking import act, reported


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def telling(
    office: Office, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The application, with every way declared."""
    monkeypatch.setenv("CORP_SECRET", ENVIRON["CORP_SECRET"])
    file = declared(tmp_path, receiver.address)
    made = build(settings_for(office, GRIDMAP_CHANNELS=str(file)), office, RULES)
    yield made
    made.extensions["gridmap"].live.stop()


def listed(who: Caller, **query: Any) -> list[str]:
    response: Any = who.get("/notices", **query)
    assert response.status_code == 200
    return [one["kind"] for one in response.json["notices"]]


def unread(who: Caller) -> int:
    response: Any = who.get("/notices", limit=1)
    return int(response.json["unread"])


def test_a_notice_says_what_happened_to_what(app: Flask, office: Office) -> None:
    number = reported(caller(app, office, "zhao"), CENTRES[C1])
    tell_new(office)
    response: Any = caller(app, office, "sun").get("/notices")
    (one,) = response.json["notices"]
    assert (one["title"], one["about"]) == ("有新事件交给您", "暴露垃圾 · 河滨第1网格")
    assert (one["number"], one["urgency"], one["read_at"]) == (number, "usual", None)
    english: Any = caller(app, office, "sun").get("/notices", lang="en")
    assert english.json["notices"][0]["title"] == "A matter was given to you"


def test_notices_are_read_one_by_one_or_all(app: Flask, office: Office) -> None:
    sun, zhao = caller(app, office, "sun"), caller(app, office, "zhao")
    for _ in range(3):
        reported(zhao, CENTRES[C1])
    tell_new(office)
    response: Any = sun.get("/notices")
    newest, *_ = [one["id"] for one in response.json["notices"]]
    answer: Any = sun.post("/notices/read", {"ids": [newest]})
    assert (answer.json["unread"], unread(sun)) == (2, 2)
    assert len(listed(sun, unread="true")) == 2
    answer = sun.post("/notices/read", {"until": newest})
    assert (answer.json["unread"], listed(sun, unread="true"), len(listed(sun))) == (0, [], 3)


def summed(who: Caller, **query: Any) -> Any:
    response: Any = who.get("/notices/lines", **query)
    assert response.status_code == 200, response.json
    return response.json


def test_many_of_a_kind_are_one_line_that_is_read_as_one(app: Flask, office: Office) -> None:
    sun, zhao = caller(app, office, "sun"), caller(app, office, "zhao")
    for _ in range(5):
        number = reported(zhao, CENTRES[C1])
    act(caller(app, office, "seat"), number, "urge")
    tell_new(office)
    told = summed(sun)
    assert [(one["kind"], one["matters"]) for one in told["lines"]] == [("urged", 1), ("assigned", 5)]
    urged, many = told["lines"]
    assert (urged["number"], many["number"], many["opens"]) == (number, None, "mine")
    assert many["title"] == "有新事件交给您：5 件"
    assert many["about"] == "暴露垃圾 · 河滨第1网格、暴露垃圾 · 河滨第1网格 等"
    assert told["unread"] == 2
    sun.post("/notices/read", {"ids": many["ids"]})
    assert (summed(sun)["unread"], unread(sun)) == (1, 1)
    sun.post("/notices/read", {"until": told["until"]})
    assert summed(sun)["unread"] == 0


def test_a_late_step_says_which(app: Flask, office: Office, clock: Clock) -> None:
    number = reported(caller(app, office, "li"), CENTRES[C1])
    act(caller(app, office, "sun"), number, "finish")
    clock.forward(minutes=31)
    tell_due(office)
    (line,) = [one for one in summed(caller(app, office, "seat"))["lines"] if one["kind"] == "step_late"]
    assert (line["title"], line["opens"]) == ("核查超时", "verify")


@pytest.mark.parametrize(
    ("who", "name", "place"),
    [
        ("seat", "verify", "/desk#queue=verify"),
        ("seat", "very_late", "/desk#queue=overdue&due=very_late"),
        ("seat", "mine", "/map#mode=issues"),
        ("li", "soon", "/map#mode=issues&status=warning&mine=1"),
        ("li", "overdue", "/map#mode=issues&status=overdue&mine=1"),
        ("sun", "overdue", "/field#/tasks"),
    ],
)
def test_a_line_of_many_leads_to_their_list(
    app: Flask, office: Office, who: str, name: str, place: str
) -> None:
    headers = {"Authorization": f"Bearer {token_for(office, who)}"}
    answer = app.test_client().get(f"/lists/{name}", headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (302, place)


def test_nobody_reads_for_another(app: Flask, office: Office) -> None:
    reported(caller(app, office, "zhao"), CENTRES[C1])
    tell_new(office)
    response: Any = caller(app, office, "sun").get("/notices")
    caller(app, office, "li").post("/notices/read", {"ids": [response.json["notices"][0]["id"]]})
    assert unread(caller(app, office, "sun")) == 1


@pytest.mark.parametrize("body", [{}, {"ids": [1], "until": 1}])
def test_one_of_the_two_is_said(app: Flask, office: Office, body: dict[str, Any]) -> None:
    response: Any = caller(app, office, "sun").post("/notices/read", body)
    assert (response.status_code, response.json["error"]["code"]) == (422, "ids_or_until")


def test_the_stream_rings_for_whom_it_concerns_and_tells_nothing_else(app: Flask, office: Office) -> None:
    reported(caller(app, office, "zhao"), CENTRES[C1])
    tell_new(office)
    live = app.extensions["gridmap"].live
    from gridmap.db import stream
    from gridmap.live import _plain

    with office.database.reading() as session:
        row = _plain(stream.after(session, stream.latest(session) - 1)[0])
    rung = {name: _told(row, actor_named(office, name)) for name in ("sun", "li", "zhao", "admin", "wall")}
    assert {name for name, message in rung.items() if message} == {"sun", "li"}
    assert rung["sun"].data == {}  # type: ignore[union-attr]
    assert live is not None


def test_reading_rings_in_ones_other_windows(app: Flask, office: Office) -> None:
    from gridmap.db import stream

    reported(caller(app, office, "zhao"), CENTRES[C1])
    tell_new(office)
    sun = actor_named(office, "sun").account_id
    for expected in (True, False):
        with office.database.reading() as session:
            before = stream.latest(session)
        read_notices(office, sun, until=2**40)
        with office.database.reading() as session:
            assert (stream.latest(session) > before) is expected


def test_a_notice_leads_to_the_page_one_works_with(app: Flask, office: Office) -> None:
    for name, place in (
        ("sun", "/field#/task/A-1"),
        ("li", "/map#at=issue:A-1"),
        ("water", "/map#at=issue:A-1"),
    ):
        headers = {"Authorization": f"Bearer {token_for(office, name)}"}
        assert app.test_client().get("/matters/A-1", headers=headers).headers["Location"] == place


def test_without_a_file_nothing_is_offered(app: Flask, office: Office) -> None:
    response: Any = caller(app, office, "sun").get("/notices/ways")
    assert (response.json["offered"], response.json["push_key"], response.json["addresses"]) == ([], None, [])
    refused: Any = caller(app, office, "sun").post("/notices/ways", {"way": "sms", "address": "13900000000"})
    assert refused.json["error"]["code"] == "channel_not_offered"


def test_a_browser_subscribes_and_is_told(telling: Flask, office: Office, receiver: Receiver) -> None:
    sun, browser = caller(telling, office, "sun"), receiver.browser("sun")
    body = {"way": "push", "address": browser.endpoint, "keys": browser.keys}
    made: Any = sun.post("/notices/ways", body)
    assert (made.status_code, made.json["address"]) == (201, receiver.address)
    reported(caller(telling, office, "zhao"), CENTRES[C1])
    tell_new(office)
    assert deliver_due(office, telling.extensions["gridmap"].ways) == 1
    assert browser.read(receiver.bodies("/push/sun")[0])["title"] == "有新事件交给您"
    ended: Any = sun.delete(f"/notices/ways/{made.json['id']}")
    ways: Any = sun.get("/notices/ways")
    assert (ended.status_code, ways.json["addresses"]) == (200, [])


def test_what_is_offered_is_told_without_secrets(telling: Flask, office: Office) -> None:
    response: Any = caller(telling, office, "sun").get("/notices/ways")
    assert response.json["offered"] == ["push", "sms", "wecom"]
    assert response.json["quiet"] == {"begins": "22:00", "ends": "07:00"}
    assert len(response.json["push_key"]) == 87
    assert CORP_SECRET not in response.text


def test_addresses_that_are_none_are_refused(telling: Flask, office: Office, receiver: Receiver) -> None:
    sun = caller(telling, office, "sun")
    for body in (
        {"way": "sms", "address": "x"},
        {"way": "push", "address": "http://169.254.169.254/latest", "keys": receiver.browser("a").keys},
        {"way": "push", "address": receiver.address + "/push/a"},
    ):
        response: Any = sun.post("/notices/ways", body)
        assert (response.status_code, response.json["error"]["code"]) == (422, "address_invalid")
    assert receiver.came == []


def test_what_was_lost_is_shown_to_administrators(telling: Flask, office: Office) -> None:
    sun = caller(telling, office, "sun")
    sun.post("/notices/ways", {"way": "wecom", "address": "nobody"})
    number = reported(caller(telling, office, "zhao"), CENTRES[C1])
    act(caller(telling, office, "seat"), number, "urge")
    tell_new(office)
    deliver_due(office, telling.extensions["gridmap"].ways)
    lost: Any = caller(telling, office, "admin").get("/notices/lost")
    told = {(one["way"], one["kind"], one["fault"]) for one in lost.json["lost"]}
    assert told == {("wecom", "assigned", "invaliduser"), ("wecom", "urged", "invaliduser")}
    assert number not in lost.text
    assert caller(telling, office, "seat").get("/notices/lost").status_code == 403


def test_every_kind_of_the_table_has_its_words(office: Office) -> None:
    from gridmap.texts import LANGUAGES, catalogue

    kinds = {row.kind for rows in office.notices.tellings.values() for row in rows} | {
        "missed",
        "missed_about",
    }
    for language in LANGUAGES:
        assert [kind for kind in kinds if f"notice.{kind}" not in catalogue(language)] == []
