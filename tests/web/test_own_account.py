"""One's own account: what it says, a new password, one's sessions and tokens, and ending them."""

from __future__ import annotations

import html
import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.actions.accounts import make_token_for
from gridmap.actions.office import Office
from tests.conftest import Clock
from tests.town import PASSWORD, caller, token_for
from tests.web.asking import fault, signed_in, submit
from tests.web.conftest import Town
from tests.web.test_sign_in import enter, is_in

NEW = "Quite-another-2"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"
)


def change(
    client: FlaskClient, old: str = PASSWORD, new: str = NEW, again: str | None = None
) -> TestResponse:
    fields = {"old_password": old, "new_password": new, "again": new if again is None else again}
    return submit(client, "/account/password", "/account", **fields)


def alert(response: TestResponse) -> str:
    found = re.search(r'role="alert"[^>]*>([^<]*)<', response.text)
    return html.unescape(found[1]) if found else ""


def ends(client: FlaskClient) -> list[str]:
    """Where the buttons lead that end one of one's sessions or tokens."""
    return re.findall(r'action="(/account/sessions/\d+/end)"', client.get("/account").text)


def test_a_new_password_ends_every_other_session_and_says_so(app: Flask) -> None:
    client, other = signed_in(app, "seat"), signed_in(app, "seat")
    done = change(client)
    assert (done.status_code, done.location) == (302, "/account")
    assert "密码已修改" in client.get("/account").text
    assert "密码已修改" not in client.get("/account").text, "once is enough"
    assert (is_in(client), is_in(other)) == (True, False)
    assert enter(app.test_client(), "seat", PASSWORD).status_code == 401
    assert enter(app.test_client(), "seat", NEW).status_code == 302


def test_a_change_that_is_refused_changes_nothing(app: Flask) -> None:
    client = signed_in(app, "seat")
    for fields, reason, status in (
        ({"old": "wrong"}, "原密码或一次性口令不正确", 403),
        ({"again": "Another-one-3"}, "不一致", 422),
        ({"new": "short"}, "密码太短", 422),
        ({"new": PASSWORD}, "用过", 422),
    ):
        refused = change(client, **fields)
        assert (refused.status_code, reason in alert(refused)) == (status, True), reason
    assert is_in(client)
    assert enter(app.test_client(), "seat", PASSWORD).status_code == 302


def test_guessing_the_old_password_locks_as_signing_in_does(app: Flask) -> None:
    client = signed_in(app, "seat")
    assert {change(client, old="wrong").status_code for _ in range(5)} == {403}
    assert "锁定" in alert(change(client))
    assert enter(app.test_client(), "seat").status_code == 401
    assert is_in(client), "whoever guesses at an open desk does not end its session"


def test_sessions_and_tokens_are_listed_and_ended_one_by_one(app: Flask, office: Office) -> None:
    client, other = signed_in(app, "seat"), app.test_client()
    other.environ_base["HTTP_USER_AGENT"] = ANDROID
    enter(other, "seat")
    make_token_for(office, "seat", "nightly export")
    page = client.get("/account").text
    assert all(words in page for words in ("Chrome · Android", "nightly export", "当前浏览器"))
    assert len(ends(client)) == 2
    for path in ends(client):
        assert submit(client, path, "/account").location == "/account"
    assert (ends(client), is_in(other), is_in(client)) == ([], False, True)


def test_the_last_use_of_a_token_is_shown(app: Flask, office: Office, clock: Clock) -> None:
    seat = caller(app, office, "seat")
    for hours in (0, 2):
        clock.forward(hours=hours)
        seat.get("/me").close()  # type: ignore[attr-defined]
    page = signed_in(app, "seat").get("/account").text
    assert re.search(r"令牌：test</b>\s*<small>最近使用 <time[^>]*>今天 16:30</time>", page)


def test_all_others_end_at_once(app: Flask, office: Office) -> None:
    client, other, seat = signed_in(app, "seat"), signed_in(app, "seat"), caller(app, office, "seat")
    bystander = signed_in(app, "seat2")
    submit(client, "/account/sessions/end-others", "/account")
    assert [is_in(one) for one in (client, other, bystander)] == [True, False, True]
    assert fault(seat.get("/me")) == (401, "token_invalid")


def test_nobody_ends_what_is_somebody_elses(app: Flask) -> None:
    owner, other = signed_in(app, "seat"), signed_in(app, "seat2")
    signed_in(app, "seat")
    (path,) = ends(owner)
    assert submit(other, path, "/account").status_code == 404
    assert len(ends(owner)) == 1


def test_idle_sessions_are_not_listed(app: Flask, clock: Clock) -> None:
    signed_in(app, "seat")
    clock.forward(minutes=31)
    assert ends(signed_in(app, "seat")) == []


def test_the_sign_in_before_and_what_failed_since_are_said(app: Flask, clock: Clock) -> None:
    enter(app.test_client(), "seat")
    clock.forward(hours=1)
    enter(app.test_client(), "seat", "wrong")
    enter(app.test_client(), "seat", "wrong")
    client = app.test_client()
    enter(client, "seat")
    page = client.get("/account").text
    assert "今天 14:30" in page
    assert "此后输错 2 次" in page
    assert "上次登录后，有 2 次输错密码" in page, "beside the link to one's account"


def test_a_wall_looks_on_and_changes_nothing(town: Town) -> None:
    client = signed_in(town.app, "wall")
    page = client.get("/account").text
    assert "只看不办" in page
    assert "old_password" not in page
    for path in ("/account/password", "/account/sessions/end-others"):
        assert submit(client, path, "/account").status_code == 403


def test_each_form_needs_its_token(town: Town) -> None:
    client = signed_in(town.app, "seat")
    for path in ("/account/password", "/account/sessions/1/end", "/account/sessions/end-others"):
        answer = client.post(path, data={"old_password": PASSWORD})
        assert (answer.status_code, "csrf_failed" in answer.text) == (403, True), path


def test_what_a_page_asks_by_itself_does_not_keep_it_awake(app: Flask, clock: Clock) -> None:
    client = signed_in(app, "seat")
    clock.forward(minutes=29)
    assert client.get("/api/v1/me", headers={"X-Unattended": "1"}).status_code == 200
    clock.forward(minutes=2)
    assert fault(client.get("/api/v1/me")) == (401, "session_idle")


def test_a_new_password_ends_the_tokens_too(app: Flask, office: Office) -> None:
    client, seat = signed_in(app, "seat"), caller(app, office, "seat")
    change(client)
    assert fault(seat.get("/me")) == (401, "token_invalid")
    assert is_in(client)


def test_a_token_made_with_a_token_does_not_outlive_it(app: Flask, office: Office) -> None:
    seat = caller(app, office, "seat")
    made = seat.post("/tokens", {"label": "child"}).get_json()["token"]
    headers = {"Authorization": f"Bearer {made}"}
    app.test_client().post("/account/sessions/end-others", headers=headers).close()
    assert seat.get("/me").status_code == 200, "ending the parent would have ended the one in use"


def test_a_session_ends_some_time_however_busy_but_not_a_walls(app: Flask, clock: Clock) -> None:
    busy, wall = app.test_client(), app.test_client()
    enter(busy, "seat")
    enter(wall, "wall")
    for _ in range(25):
        clock.forward(minutes=29)
        busy.get("/account").close()
    assert (is_in(busy), is_in(wall)) == (False, True)


def test_a_number_too_large_for_the_store_is_nobodys(app: Flask) -> None:
    assert submit(signed_in(app, "seat"), f"/account/sessions/{2**63}/end", "/account").status_code == 404


def test_forms_have_the_pace_of_the_api(app: Flask, office: Office) -> None:
    headers = {"Authorization": f"Bearer {token_for(office, 'seat')}"}
    client = app.test_client()
    answers = {client.post("/account/sessions/end-others", headers=headers).status_code for _ in range(400)}
    assert answers == {302, 429}
