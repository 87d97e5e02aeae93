"""Who may try to sign in, and how often; and how fast one account may write. Nobody is locked out for ever."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.actions import signing_in
from gridmap.actions.accounts import close_account, reset_account
from gridmap.actions.attempts import Visitor, forget_attempts, network_of
from gridmap.actions.keeping import do_what_is_due, routines
from gridmap.actions.office import Office
from gridmap.actions.signing_in import SignInRules, sign_in
from gridmap.app import sign_in_rules
from gridmap.db.models import SignInAttempt
from gridmap.errors import GridmapError, NotSignedInError, TooManyError
from gridmap.web import build
from gridmap.web.pace import BURST_MINUTES, Pace
from tests.conftest import Clock, settings_for
from tests.db.looking import count
from tests.town import C1, PASSWORD, RULES, caller
from tests.web.asking import body_at, details, fault, submit
from tests.web.test_sign_in import enter, is_in, said

FEW = SignInRules(tries=2, lock_minutes=30, address_tries=3, address_minutes=15)


@pytest.fixture
def strict(office: Office) -> Flask:
    return build(settings_for(office), office, FEW)


def from_address(app: Flask, address: str, **headers: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    client.environ_base |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    return client


def tries(client: FlaskClient, *names: str) -> list[int]:
    """The statuses of wrong tries on these names, one after the other."""
    return [enter(client, name, "wrong").status_code for name in names]


def refused(response: TestResponse) -> tuple[int, str | None]:
    return response.status_code, response.headers.get("Retry-After")


def test_an_address_that_fails_too_often_is_held_off_and_told_for_how_long(
    strict: Flask, clock: Clock
) -> None:
    client = from_address(strict, "203.0.113.7")
    assert tries(client, "a", "b", "c") == [401, 401, 401]
    assert refused(enter(client, "seat")) == (429, "900"), "also with the right password"
    assert enter(from_address(strict, "203.0.113.8"), "seat").status_code == 302
    clock.forward(minutes=14)
    assert refused(enter(client, "seat")) == (429, "60")
    clock.forward(minutes=1)
    assert enter(client, "seat").status_code == 302


def test_the_window_slides_and_what_is_refused_is_not_counted(strict: Flask, clock: Clock) -> None:
    client = from_address(strict, "203.0.113.7")
    for name in ("a", "b", "c"):
        assert tries(client, name) == [401]
        clock.forward(minutes=4)
    assert tries(client, *"defghij") == [429] * 7
    clock.forward(minutes=3)
    assert tries(client, "k", "l") == [401, 429], "one is past, so there is room for one"


def test_a_name_that_nobody_has_sounds_and_locks_like_one_that_somebody_has(
    strict: Flask, office: Office
) -> None:
    close_account(office, None, "wall")
    answers = {}
    for number, name in enumerate(("seat", "nobody", "wall")):
        client = from_address(strict, f"203.0.113.{number}")
        answers[name] = [(r.status_code, said(r)) for r in (enter(client, name, "wrong") for _ in range(3))]
    assert answers["seat"] == answers["nobody"] == answers["wall"]
    assert [status for status, _ in answers["seat"]] == [401, 401, 401]
    assert "30 分钟" in answers["seat"][2][1]


def test_known_and_unknown_names_cost_the_same_hash_and_none_once_locked(
    strict: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed, matches = [], signing_in.matches
    monkeypatch.setattr(signing_in, "matches", lambda *pair: bool(hashed.append(1)) or matches(*pair))
    costs = []
    for number, name in enumerate(("seat", "nobody")):
        client = from_address(strict, f"203.0.113.{number}")
        for _ in range(3):
            enter(client, name, "wrong")
            costs.append(len(hashed))
    assert costs == [1, 2, 2, 3, 4, 4]


def test_another_forwarded_address_does_not_pass(strict: Flask) -> None:
    for number in range(3):
        client = from_address(strict, "203.0.113.7", x_forwarded_for=f"198.51.100.{number}")
        assert tries(client, str(number)) == [401]
    client = from_address(strict, "203.0.113.7", x_forwarded_for="198.51.100.99")
    assert tries(client, "x") == [429]


def test_behind_a_proxy_the_address_it_saw_counts_and_what_a_client_claims_does_not(office: Office) -> None:
    app = build(settings_for(office, GRIDMAP_TRUSTED_PROXIES="1"), office, FEW)
    for number in range(4):
        client = from_address(app, "10.0.0.1", x_forwarded_for=f"198.51.100.{number}, 203.0.113.7")
        assert tries(client, str(number)) == [401 if number < 3 else 429]
    assert tries(from_address(app, "10.0.0.1", x_forwarded_for="203.0.113.8"), "x") == [401]


def test_behind_two_proxies_the_last_but_one_counts(office: Office) -> None:
    app = build(settings_for(office, GRIDMAP_TRUSTED_PROXIES="2"), office, FEW)
    for number in range(4):
        client = from_address(app, "10.0.0.1", x_forwarded_for=f"6.6.6.{number}, 203.0.113.7, 10.0.0.2")
        assert tries(client, str(number)) == [401 if number < 3 else 429]


def test_a_leader_gets_in_where_they_did_before_whatever_others_try(strict: Flask, clock: Clock) -> None:
    desk = from_address(strict, "203.0.113.7")
    assert enter(desk, "seat").status_code == 302
    submit(desk, "/sign-out", "/account")
    clock.forward(minutes=1)
    stranger = from_address(strict, "203.0.113.7")
    assert tries(stranger, "seat", "seat", "seat", "b", "c") == [401, 401, 401, 401, 429]
    assert "30 分钟" in said(enter(from_address(strict, "203.0.113.9"), "seat"))
    assert enter(desk, "seat").status_code == 302, "neither the name's lock nor the office's address holds it"


def test_a_known_browser_is_known_for_its_names_only_and_locks_by_itself(strict: Flask, clock: Clock) -> None:
    desk = from_address(strict, "203.0.113.7")
    enter(desk, "seat")
    submit(desk, "/sign-out", "/account")
    assert tries(desk, "seat", "seat", "seat") == [401, 401, 401]
    assert "30 分钟" in said(enter(desk, "seat"))
    assert enter(from_address(strict, "203.0.113.8"), "seat").status_code == 302
    assert tries(desk, "a", "b", "c", "d") == [401, 401, 401, 429]


def test_a_cookie_made_up_makes_no_browser_known(strict: Flask) -> None:
    client = from_address(strict, "203.0.113.7")
    for value in ("x", "W10.x", ""):
        client.set_cookie("browser", value)
        assert tries(client, "seat")[0] == 401
    assert "30 分钟" in said(enter(client, "seat"))


def test_several_people_at_one_browser_are_all_known(strict: Flask) -> None:
    desk = from_address(strict, "203.0.113.7")
    for name in ("seat", "seat2", "admin"):
        assert enter(desk, name).status_code == 302
        submit(desk, "/sign-out", "/account")
    tries(from_address(strict, "203.0.113.9"), "seat", "seat", "seat")
    assert enter(desk, "seat").status_code == 302


def test_a_burst_has_no_more_tries_than_one_after_the_other(office: Office) -> None:
    codes: list[str] = []

    def guess(number: int) -> None:
        try:
            sign_in(office, "seat", f"guess {number}", FEW, Visitor(f"203.0.113.{number}"))
        except GridmapError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["sign_in_locked"] * 6 + ["sign_in_wrong"] * 2


def test_a_reset_opens_a_locked_name(strict: Flask, office: Office) -> None:
    tries(from_address(strict, "203.0.113.7"), "seat", "seat")
    code = reset_account(office, None, "seat", FEW)
    assert enter(from_address(strict, "203.0.113.8"), "seat", code).location == "/set-password"


def test_a_hash_that_was_never_made_is_no_try(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: str) -> bool:
        raise TooManyError("too_many", retry_after_s=5)

    monkeypatch.setattr(signing_in, "matches", busy)
    with pytest.raises(TooManyError):
        sign_in(office, "seat", PASSWORD, FEW, Visitor("203.0.113.7"))
    assert count(office, SignInAttempt) == 0


def test_a_clock_that_was_ahead_locks_nobody(office: Office, clock: Clock) -> None:
    clock.forward(days=300)
    for _ in range(2):
        with pytest.raises(NotSignedInError, match="sign_in_wrong"):
            sign_in(office, "seat", "wrong", FEW)
    clock.forward(days=-300)
    assert not sign_in(office, "seat", PASSWORD, FEW).must_set_password


def test_tries_are_forgotten_when_they_are_of_no_more_use(office: Office, clock: Clock) -> None:
    for name in ("seat", "nobody"):
        with pytest.raises(NotSignedInError):
            sign_in(office, name, "wrong", RULES, Visitor("203.0.113.7"))
    clock.forward(minutes=31)
    assert count(office, SignInAttempt) == 2
    assert do_what_is_due(office, routines(7, 30))["forget_attempts"] == 2
    assert forget_attempts(office, 30) == 0


def test_what_is_kept_of_a_try_names_nobody(office: Office) -> None:
    with pytest.raises(NotSignedInError):
        sign_in(office, "my-password-by-mistake", "wrong", RULES, Visitor("203.0.113.7"))
    with office.database.reading() as session:
        row = session.query(SignInAttempt).one()
        assert {len(row.name), len(row.address or "")} == {32}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
        ("x" * 500, "x" * 100),
    ],
)
def test_one_client_is_one_address_or_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_the_settings_reach_the_rules(office: Office) -> None:
    names = ("TRIES", "LOCK_MINUTES", "ADDRESS_TRIES", "ADDRESS_MINUTES")
    env = {f"GRIDMAP_LOGIN_{name}": str(number) for number, name in enumerate(names, start=2)}
    rules = sign_in_rules(settings_for(office, **env))
    assert (rules.tries, rules.lock_minutes, rules.address_tries, rules.address_minutes) == (2, 3, 4, 5)
    with pytest.raises(ValueError, match="GRIDMAP_LOGIN_TRIES must be 1 or more"):
        settings_for(office, GRIDMAP_LOGIN_TRIES="0")


def test_an_account_that_writes_too_fast_is_slowed_and_nobody_else(office: Office) -> None:
    app = build(settings_for(office, GRIDMAP_WRITES_PER_MINUTE="1"), office, RULES)
    seat, other = caller(app, office, "seat"), caller(app, office, "seat2")
    made: list[Any] = [seat.post("/issues", body_at(C1)) for _ in range(BURST_MINUTES + 1)]
    assert [answer.status_code for answer in made] == [201] * BURST_MINUTES + [429]
    assert fault(made[-1]) == (429, "writes_too_many")
    assert int(made[-1].headers["Retry-After"]) == details(made[-1])["retry_after_s"] <= 60
    assert seat.get("/issues").status_code == 200, "reading goes on"  # type: ignore[attr-defined]
    assert other.post("/issues", body_at(C1)).status_code == 201  # type: ignore[attr-defined]


def test_a_bucket_refills_evenly_and_holds_five_minutes() -> None:
    now = [0.0]
    pace = Pace(60, lambda: now[0])
    for _ in range(60 * BURST_MINUTES):
        pace.take(1)
    with pytest.raises(TooManyError) as refusal:
        pace.take(1)
    assert refusal.value.details == {"retry_after_s": 1}
    now[0] = 1.0
    pace.take(1)
    now[0] = 1e6
    for _ in range(60 * BURST_MINUTES):
        pace.take(1)
    with pytest.raises(TooManyError):
        pace.take(1)


def test_no_limit_is_no_limit_and_full_buckets_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    Pace(0).take(1)
    monkeypatch.setattr("gridmap.web.pace._MANY", 3)
    now = [0.0]
    pace = Pace(60, lambda: now[0])
    for account in range(4):
        now[0] += 10
        pace.take(account)
    assert len(pace._left) == 1


def test_signing_in_stays_possible_after_all_this(strict: Flask) -> None:
    client = from_address(strict, "203.0.113.7")
    assert tries(client, "seat") == [401]
    assert enter(client, "seat").status_code == 302
    assert is_in(client)
