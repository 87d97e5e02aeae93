"""Signing in and out: what is said, what is counted, what a session is worth, what a code is good for."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.actions.accounts import close_account, reset_account
from gridmap.actions.office import Office
from gridmap.actions.signing_in import SignInRules, set_password
from gridmap.web import build
from tests.conftest import Clock, settings_for
from tests.town import PASSWORD, actor_named
from tests.web.asking import csrf_of, fault, signed_in, submit
from tests.web.conftest import Town

NEW_PASSWORD = "Quite-another-2"


def said(response: TestResponse) -> str:
    """What a page's alert says."""
    found = re.search(r'role="alert"[^>]*>([^<]*)<', response.text)
    assert found, response.text
    return found[1]


def enter(client: FlaskClient, username: str, password: str = PASSWORD) -> TestResponse:
    return submit(client, "/sign-in", username=username, password=password)


def is_in(client: FlaskClient) -> bool:
    return client.get("/api/v1/me").status_code == 200


def one_time_code(office: Office, rules: SignInRules, username: str = "seat") -> str:
    return reset_account(office, None, username, rules)


def test_in_and_out_again(app: Flask) -> None:
    client = app.test_client()
    response = enter(client, "seat")
    assert (response.status_code, response.location) == (302, "/")
    assert client.get("/").location == "/map"
    assert client.get("/map").status_code == 200
    assert client.get("/sign-in").location == "/"
    left = submit(client, "/sign-out", "/account")
    assert (left.status_code, left.location) == (302, "/sign-in")
    assert not is_in(client)


def test_a_wrong_name_and_a_wrong_password_sound_the_same(app: Flask, office: Office) -> None:
    close_account(office, None, "wall")
    client = app.test_client()
    pairs = (
        ("seat", "wrong"),
        ("nobody", PASSWORD),
        ("wall", PASSWORD),
        ("seat", ""),
        ("", ""),
        ("se\0at", "x"),
    )
    answers = [enter(client, *pair) for pair in pairs]
    assert {response.status_code for response in answers} == {401}
    assert {said(response) for response in answers} == {"账号或密码不正确。"}
    assert not is_in(client)


def test_what_was_typed_comes_back_escaped_and_the_password_never(town: Town) -> None:
    page = enter(town.app.test_client(), '"><script>alert(1)</script>', "secret-guess").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "secret-guess" not in page


def test_five_wrong_tries_lock_and_time_unlocks(app: Flask, clock: Clock) -> None:
    client = app.test_client()
    for _ in range(5):
        assert said(enter(client, "seat", "wrong")) == "账号或密码不正确。"
    locked = enter(client, "seat")
    assert (locked.status_code, "30 分钟" in said(locked)) == (401, True)
    assert enter(app.test_client(), "seat2").status_code == 302, "nobody else is locked"
    clock.forward(minutes=29)
    assert enter(client, "seat").status_code == 401
    clock.forward(minutes=2)
    assert enter(client, "seat").status_code == 302


def test_a_right_password_wipes_the_count(office: Office) -> None:
    app = build(settings_for(office), office, SignInRules(tries=2))
    for password, status in (("wrong", 401), (PASSWORD, 302), ("wrong", 401), (PASSWORD, 302)):
        assert enter(app.test_client(), "seat", password).status_code == status


def test_a_code_signs_in_once_a_password_is_set(app: Flask, office: Office, rules: SignInRules) -> None:
    code, client = one_time_code(office, rules), app.test_client()
    assert enter(client, "seat").status_code == 401, "the old password is gone"
    first = enter(client, "seat", code.lower())
    assert (first.location, is_in(client)) == ("/set-password", False)
    done = submit(client, "/set-password", new_password=NEW_PASSWORD, again=NEW_PASSWORD)
    assert (done.location, is_in(client)) == ("/", True)
    other = app.test_client()
    assert said(enter(other, "seat", code)) == "账号或密码不正确。"
    assert enter(other, "seat", NEW_PASSWORD).status_code == 302


def test_a_code_used_twice_at_once_sets_one_password(app: Flask, office: Office, rules: SignInRules) -> None:
    code, first, second = one_time_code(office, rules), app.test_client(), app.test_client()
    for client in (first, second):
        enter(client, "seat", code)
    form = {
        "csrf_token": csrf_of(second, "/set-password"),
        "new_password": "Late-comer-3",
        "again": "Late-comer-3",
    }
    submit(first, "/set-password", new_password=NEW_PASSWORD, again=NEW_PASSWORD)
    assert second.post("/set-password", data=form).status_code == 401
    assert (is_in(second), is_in(first)) == (False, True)
    assert enter(second, "seat", NEW_PASSWORD).status_code == 302


def test_a_code_ends_after_its_days(app: Flask, office: Office, rules: SignInRules, clock: Clock) -> None:
    code = one_time_code(office, rules)
    clock.forward(days=rules.one_time_days, seconds=1)
    assert enter(app.test_client(), "seat", code).status_code == 401


WEAK = (
    ("Short-1", "Short-1", "密码太短"),
    ("onlyletters-", "onlyletters-", "至少 3 类"),
    ("My-seat-00001", "My-seat-00001", "不能包含账号名"),
    ("Long-1" * 40, "Long-1" * 40, "密码太长"),
    (NEW_PASSWORD, NEW_PASSWORD + "x", "不一致"),
)


def test_a_weak_password_is_refused_and_the_code_still_works(
    app: Flask, office: Office, rules: SignInRules
) -> None:
    code, client = one_time_code(office, rules), app.test_client()
    enter(client, "seat", code)
    for new, again, reason in WEAK:
        refused = submit(client, "/set-password", new_password=new, again=again)
        assert (refused.status_code, reason in said(refused), is_in(client)) == (422, True, False), reason
    done = submit(client, "/set-password", new_password=NEW_PASSWORD, again=NEW_PASSWORD)
    assert (done.status_code, is_in(client)) == (302, True)


def test_without_a_code_there_is_no_password_to_set(town: Town) -> None:
    client = town.app.test_client()
    assert client.get("/set-password").location == "/sign-in"
    form = {"csrf_token": csrf_of(client), "new_password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert client.post("/set-password", data=form).location == "/sign-in"


def test_an_idle_session_ends_and_a_used_one_does_not(app: Flask, clock: Clock) -> None:
    client = signed_in(app, "seat")
    for _ in range(3):
        clock.forward(minutes=29)
        assert is_in(client)
    clock.forward(minutes=31)
    assert fault(client.get("/api/v1/me")) == (401, "session_idle")
    assert fault(client.get("/api/v1/me")) == (401, "not_signed_in")


def test_a_wall_stays_signed_in(app: Flask, clock: Clock) -> None:
    client = signed_in(app, "wall")
    clock.forward(days=60)
    assert is_in(client)


def test_a_page_that_listens_by_itself_is_no_sign_of_a_person(app: Flask, clock: Clock) -> None:
    client = signed_in(app, "seat")
    clock.forward(minutes=29)
    stream = client.get("/api/v1/stream")
    stream.close()
    clock.forward(minutes=2)
    assert stream.status_code == 200
    assert fault(client.get("/api/v1/me")) == (401, "session_idle")


def test_a_session_ends_with_its_account(app: Flask, office: Office) -> None:
    client = signed_in(app, "seat")
    close_account(office, actor_named(office, "admin"), "seat")
    assert fault(client.get("/api/v1/me")) == (401, "session_ended")


def test_other_sessions_end_when_the_password_changes(app: Flask, office: Office, rules: SignInRules) -> None:
    client = signed_in(app, "seat")
    account_id = actor_named(office, "seat").account_id
    set_password(office, account_id, NEW_PASSWORD, rules, old=PASSWORD)
    assert not is_in(client)
    assert enter(client, "seat", NEW_PASSWORD).status_code == 302


def test_signing_out_ends_a_copied_cookie_too(app: Flask) -> None:
    client, thief = signed_in(app, "seat"), app.test_client()
    cookie = client.get_cookie("session")
    assert cookie is not None
    thief.set_cookie("session", cookie.value)
    assert is_in(thief)
    submit(client, "/sign-out", "/account")
    assert not is_in(thief)


def test_signing_in_begins_a_session_of_its_own(app: Flask) -> None:
    client = app.test_client()
    token = csrf_of(client)
    with client.session_transaction() as held:
        held["planted"], held["secret"] = "by somebody else", "known to somebody else"
    client.post("/sign-in", data={"csrf_token": token, "username": "seat", "password": PASSWORD})
    with client.session_transaction() as held:
        assert set(held) == {"_permanent", "secret", "before"}
        assert held["secret"] != "known to somebody else"


def test_a_cookie_that_was_changed_is_nobody(town: Town) -> None:
    client = signed_in(town.app, "seat")
    cookie = client.get_cookie("session")
    assert cookie is not None
    client.set_cookie("session", cookie.value[:-2] + ("AA" if cookie.value[-2:] != "AA" else "BB"))
    assert not is_in(client)


def test_a_form_without_its_token_is_refused(town: Town) -> None:
    client = signed_in(town.app, "seat")
    other = csrf_of(town.app.test_client())
    for path in ("/sign-in", "/sign-out", "/set-password"):
        for form in ({}, {"csrf_token": "x"}, {"csrf_token": other}):
            response = client.post(path, data={"username": "seat", "password": PASSWORD, **form})
            assert (response.status_code, "csrf_failed" in response.text) == (403, True), (path, form)
    assert is_in(client)


def test_writing_with_a_cookie_needs_the_pages_token(app: Flask) -> None:
    client = signed_in(app, "seat")
    body = {"lon": 103.805, "lat": 25.505, "category": "06010"}
    other = csrf_of(app.test_client())
    for headers in ({}, {"X-CSRFToken": "x"}, {"X-CSRFToken": other}):
        assert fault(client.post("/api/v1/issues", json=body, headers=headers)) == (403, "csrf_failed")
    assert fault(client.delete("/api/v1/tokens/1")) == (403, "csrf_failed")
    right = {"X-CSRFToken": csrf_of(client, "/account")}
    assert client.post("/api/v1/issues", json=body, headers=right).status_code == 201
    assert client.get("/api/v1/issues").json["features"][0]["properties"]["source"] == "seat"


ELSEWHERE = (
    "/\t/evil.example", "/\\evil.example", "/\r\nSet-Cookie: a=evil",  # these three are also posted
    "https://evil.example", "//evil.example", "\\\\evil.example", "///evil.example", "/\n/evil.example",
    "/ok\\..\\evil", "javascript:alert('evil')", "evil.example", " /evil", "http:/evil.example",
)  # fmt: skip


def test_after_signing_in_one_is_where_one_was_going(town: Town) -> None:
    client = town.app.test_client()
    for target in ("/map", "/account?lang=en", "/map#issue=1"):
        form = client.get("/sign-in", query_string={"next": target}).text
        assert f'name="next" value="{target}"' in form
    response = submit(client, "/sign-in", username="seat", password=PASSWORD, next="/account?lang=en")
    assert response.location == "/account?lang=en"


def test_nobody_is_sent_elsewhere_after_signing_in(town: Town) -> None:
    client = town.app.test_client()
    for target in ELSEWHERE:
        assert "evil" not in client.get("/sign-in", query_string={"next": target}).text, target
    for target in ELSEWHERE[:3]:
        fresh = town.app.test_client()
        response = submit(fresh, "/sign-in", username="seat", password=PASSWORD, next=target)
        assert (response.status_code, response.location) == (302, "/"), target


def test_a_page_for_the_signed_in_leads_to_signing_in_and_back(town: Town) -> None:
    client = town.app.test_client()
    response = client.get("/map?area=990001")
    assert (response.status_code, response.location) == (302, "/sign-in?next=/map?area%3D990001")
    assert 'name="next" value="/map?area=990001"' in client.get(response.location).text
