"""Accounts and tokens over HTTP: made, listed, ended; a secret is shown once and kept as a digest."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from gridmap.actions.accounts import NewAccount, add_account, name_account
from gridmap.actions.office import Office
from gridmap.db.models import Token
from gridmap.errors import InvalidInputError
from tests.conftest import Clock
from tests.town import C1, DISTRICT, EASTGATE, RIVERSIDE, RULES, Caller, caller
from tests.web.asking import act, details, fault, read, reported, signed_in
from tests.web.conftest import Town


@pytest.fixture
def admin(app: Flask, office: Office) -> Caller:
    return caller(app, office, "admin")


@pytest.fixture
def chief(app: Flask, office: Office) -> Caller:
    """An administrator of one community."""
    new = NewAccount("chief", "administrator", RIVERSIDE)
    add_account(office, None, new, RULES)
    return caller(app, office, "chief")


def make(who: Caller, username: str, kind: str = "seat", **more: Any) -> Any:
    return who.post("/accounts", {"username": username, "kind": kind, **more})


def names(who: Caller, **query: Any) -> list[str]:
    response: Any = who.get("/accounts", **query)
    return [account["username"] for account in response.json["accounts"]]


def new_token(who: Caller, **body: Any) -> dict[str, Any]:
    response: Any = who.post("/tokens", body)
    assert response.status_code == 201, response.json
    return dict(response.json)


def status_with(app: Flask, token: str) -> int:
    response: Any = Caller(app.test_client(), token).get("/me")
    return int(response.status_code)


def test_a_new_account_gets_a_one_time_code_shown_once(admin: Caller) -> None:
    response = make(admin, "desk-1", area=EASTGATE)
    code = response.json["one_time_code"]
    assert response.status_code == 201
    assert (len(code), code.isalnum(), code.upper()) == (13, True, code)
    listed: Any = admin.get("/accounts", limit=1000)
    assert code not in listed.text
    (entry,) = [account for account in listed.json["accounts"] if account["username"] == "desk-1"]
    wanted = {"username": "desk-1", "kind": "seat", "area": EASTGATE, "unit": None, "name": None}
    assert entry == wanted | {"active": True}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"username": "seat"}, (409, "username_taken")),
        ({"kind": "king"}, (422, "account_kind_unknown")),
        ({"kind": "department"}, (422, "field_missing")),
        ({"unit": "water"}, (422, "unit_only_for_departments")),
        ({"kind": "staff"}, (403, "forbidden")),
        ({"area": "990001001009"}, (404, "area_not_found")),
        ({"username": "x"}, (422, "invalid_input")),
        ({"username": "x" * 101}, (422, "invalid_input")),
        ({"username": "two words"}, (422, "username_invalid")),
        ({"username": "a/b"}, (422, "username_invalid")),
        ({"username": ".."}, (422, "username_invalid")),
        ({"username": "li\u200b"}, (422, "username_invalid")),
        ({"username": "a\u202eb"}, (422, "username_invalid")),
        ({"username": "a\0b"}, (422, "control_character")),
        ({"password": "Chosen-for-them-1"}, (422, "invalid_input")),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    town: Town, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    admin = town.caller("admin")
    before = names(admin)
    assert fault(admin.post("/accounts", {"username": "new-one", "kind": "seat"} | body)) == expected
    assert names(admin) == before


@pytest.mark.parametrize("username", ["王网格长", "Ünï-cødé", "😀😀", "li@990001"])
def test_names_in_any_script_come_and_go(town: Town, username: str) -> None:
    admin = town.caller("admin")
    assert make(admin, username).status_code == 201
    ended: Any = admin.delete(f"/accounts/{username}")
    assert (ended.status_code, ended.json) == (200, {"status": "closed"})


def test_accounts_page_by_page(admin: Caller) -> None:
    everybody, cursor, walked = names(admin), None, []
    while True:
        response: Any = admin.get("/accounts", limit=4, **({"cursor": cursor} if cursor else {}))
        walked += [account["username"] for account in response.json["accounts"]]
        cursor = response.json["next"]
        if cursor is None:
            break
    assert walked == everybody
    assert {"admin", "seat", "wall", "water", "li"} <= set(walked)


def test_an_administrator_of_an_area_manages_that_area(chief: Caller) -> None:
    assert names(chief) == ["chief"]
    assert make(chief, "ours", area=C1).status_code == 201
    assert names(chief) == ["chief", "ours"]
    for area in (EASTGATE, DISTRICT, None):
        assert fault(make(chief, "theirs", **({"area": area} if area else {}))) == (403, "outside_scope")
    assert fault(make(chief, "theirs", "administrator")) == (403, "outside_scope")
    assert fault(make(chief, "theirs", "department", unit="water")) == (403, "forbidden")
    assert fault(chief.delete("/accounts/seat")) == (404, "account_not_found")
    assert fault(chief.delete("/accounts/nobody")) == (404, "account_not_found")


def test_a_closed_account_is_refused_at_once_everywhere(app: Flask, admin: Caller, office: Office) -> None:
    seat, browser = caller(app, office, "seat"), signed_in(app, "seat")
    assert browser.get("/api/v1/me").status_code == status_with(app, str(seat.token)) == 200
    admin.delete("/accounts/seat")
    assert fault(seat.get("/me")) == (401, "token_invalid")
    assert fault(browser.get("/api/v1/me"))[0] == 401
    entry: Any = admin.get("/accounts")
    assert [a["active"] for a in entry.json["accounts"] if a["username"] == "seat"] == [False]


def test_the_last_administrator_stays(admin: Caller) -> None:
    response = admin.delete("/accounts/admin")
    assert fault(response) == (409, "last_administrator")
    assert details(response) == {"username": "admin"}
    make(admin, "second", "administrator")
    assert admin.delete("/accounts/admin").status_code == 200  # type: ignore[attr-defined]


def test_a_token_is_shown_once_and_kept_as_a_digest(admin: Caller, office: Office) -> None:
    made = new_token(admin, label="tablet")
    listed: Any = admin.get("/tokens")
    assert listed.json["tokens"][0] == {
        "id": made["id"], "label": "tablet", "created_at": "2026-11-20T06:30:00Z", "expires_at": None,
        "revoked_at": None,
    }  # fmt: skip
    assert made["token"] not in listed.text
    with office.database.reading() as session:
        kept = session.scalars(select(Token.digest)).all()
    assert made["token"] not in "".join(kept)
    assert all(len(digest) == 64 for digest in kept)


def test_a_revoked_token_is_refused_at_once(app: Flask, admin: Caller) -> None:
    made = new_token(admin)
    assert status_with(app, made["token"]) == 200
    response: Any = admin.delete(f"/tokens/{made['id']}")
    assert (response.status_code, response.json) == (200, {"status": "revoked"})
    assert status_with(app, made["token"]) == 401
    listed: Any = admin.get("/tokens")
    assert listed.json["tokens"][0]["revoked_at"] == "2026-11-20T06:30:00Z"


def test_a_token_can_end_itself(app: Flask, admin: Caller) -> None:
    made = new_token(admin)
    itself = Caller(app.test_client(), made["token"])
    assert itself.delete(f"/tokens/{made['id']}").status_code == 200  # type: ignore[attr-defined]
    assert fault(itself.get("/me")) == (401, "token_invalid")


def test_what_a_token_made_ends_with_it(app: Flask, admin: Caller) -> None:
    parent = new_token(admin, days=7)
    child = new_token(Caller(app.test_client(), parent["token"]), days=30)
    listed: Any = admin.get("/tokens")
    assert len({token["expires_at"] for token in listed.json["tokens"][:2]}) == 1, (
        "no longer than what made it"
    )
    assert status_with(app, child["token"]) == 200
    admin.delete(f"/tokens/{parent['id']}")
    assert status_with(app, child["token"]) == 401


def test_a_token_ends_on_its_day(app: Flask, admin: Caller, clock: Clock) -> None:
    made = new_token(admin, days=7)
    clock.forward(days=6, hours=23)
    assert status_with(app, made["token"]) == 200
    clock.forward(hours=2)
    assert status_with(app, made["token"]) == 401


def test_tokens_are_ones_own(app: Flask, office: Office, admin: Caller) -> None:
    seat = caller(app, office, "seat")
    made = new_token(seat)
    assert fault(admin.delete(f"/tokens/{made['id']}")) == (404, "token_not_found")
    assert made["id"] not in [token["id"] for token in admin.get("/tokens").json["tokens"]]  # type: ignore[attr-defined]
    assert status_with(app, made["token"]) == 200


def test_a_session_is_no_token_and_a_token_no_session(app: Flask, office: Office) -> None:
    browser, seat = signed_in(app, "seat"), caller(app, office, "seat")
    with browser.session_transaction() as held:
        secret = held["secret"]
    assert status_with(app, secret) == 401
    assert len(seat.get("/tokens").json["tokens"]) == 1  # type: ignore[attr-defined]
    with browser.session_transaction() as held:
        held["secret"] = seat.token
    assert browser.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("body", [{"days": 0}, {"days": 3651}, {"days": "seven"}, {"label": "x" * 101}])
def test_a_token_that_cannot_be_is_refused(town: Town, body: dict[str, Any]) -> None:
    assert fault(town.seat.post("/tokens", body)) == (422, "invalid_input")


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer wrong", "bearer wrong", "Bearer ü", "Basic c2VhdDp4", "wrong"]
)
def test_a_wrong_header_is_nobody(town: Town, header: str) -> None:
    response = town.app.test_client().get("/api/v1/me", headers={"Authorization": header})
    assert fault(response)[0] == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_others_are_told_the_name_an_account_was_given_and_never_its_sign_in_name(
    app: Flask, office: Office, admin: Caller
) -> None:
    made: Any = admin.post(
        "/accounts", {"username": "desk7", "kind": "seat", "area": DISTRICT, "name": "七号坐席"}
    )
    assert (made.status_code, made.json["name"]) == (201, "七号坐席")
    desk7, li = caller(app, office, "desk7"), caller(app, office, "li")
    number = reported(li, C1)
    assert act(desk7, number, "supervise").json["properties"]["events"][-1]["actor"]["name"] == "七号坐席"
    blown = act(desk7, number, "whistle", units=["water"], kind="daily").json["properties"]
    assert blown["whistles"][0]["caller"] == "七号坐席"
    name_account(office, None, "desk7", None)
    assert {event["actor"]["name"] for event in read(li, number)["events"][1:]} == {"指挥中心坐席"}
    name_account(office, None, "water", "值班室")
    assert caller(app, office, "water").get("/me").json["name"] == "water 值班室"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("username", "name", "code"),
    [
        ("seat", "", "display_name_invalid"),
        ("seat", "坐" * 41, "display_name_invalid"),
        ("seat", "a\u202eb", "display_name_invalid"),
        ("li", "别名", "name_is_the_persons"),
    ],
)
def test_a_name_that_cannot_be_is_refused(office: Office, username: str, name: str, code: str) -> None:
    with pytest.raises(InvalidInputError, match=code):
        name_account(office, None, username, name)
