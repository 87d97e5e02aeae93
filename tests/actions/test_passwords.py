"""Passwords: kinds, the last ones, and how long one is good for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from gridmap.actions import passwords
from gridmap.actions.accounts import reset_account
from gridmap.actions.office import Office
from gridmap.actions.passwords import PasswordRules, check_password, hash_password, nobodys_hash
from gridmap.actions.signing_in import SignInRules, open_ticket, set_first_password, set_password, sign_in
from gridmap.db import schema
from gridmap.db.models import Account
from gridmap.errors import InvalidInputError
from tests.conftest import SLOW_HASHER, Clock
from tests.town import PASSWORD, actor_named

CHEAP = ("First-one-1", "Second-one-2", "Third-one-3")


def reason_of(password: str, **rules: int) -> str | None:
    try:
        check_password(password, "seat", PasswordRules(**rules))
    except InvalidInputError as error:
        return str(error.details["reason"])
    return None


@pytest.mark.parametrize(
    ("password", "kinds", "reason"),
    [
        ("onlylettershere", 1, None),
        ("onlylettershere", 2, "kinds"),
        ("With-signs-here", 3, None),
        ("With-signs-here", 4, "kinds"),
        ("With-signs-4here", 4, None),
        ("My-Seat-12345", 3, "name"),
        ("Short-1", 3, "short"),
        ("A-1" + "b" * 198, 3, "long"),
        ("河滨社区-2026-Ab", 4, None),
    ],
)
def test_kinds_of_characters_are_counted(password: str, kinds: int, reason: str | None) -> None:
    assert reason_of(password, kinds=kinds) == reason


def test_the_last_ones_are_not_taken_again(office: Office) -> None:
    rules = SignInRules(password=PasswordRules(kept=2))
    account_id, old = actor_named(office, "seat").account_id, PASSWORD
    for new in CHEAP:
        set_password(office, account_id, new, rules, old=old)
        old = new
    for used in CHEAP[1:]:
        with pytest.raises(InvalidInputError) as refused:
            set_password(office, account_id, used, rules, old=old)
        assert refused.value.details["reason"] == "used"
    set_password(office, account_id, CHEAP[0], rules, old=old)


def test_a_reset_does_not_forget_them(office: Office, rules: SignInRules) -> None:
    account_id = actor_named(office, "seat").account_id
    set_password(office, account_id, CHEAP[0], rules, old=PASSWORD)
    reset_account(office, None, "seat", rules)
    with pytest.raises(InvalidInputError):
        set_first_password(office, open_ticket(office, account_id), CHEAP[0], rules)


def test_where_none_are_kept_any_is_taken(office: Office) -> None:
    rules = SignInRules(password=PasswordRules(kept=0))
    account_id = actor_named(office, "seat").account_id
    set_password(office, account_id, PASSWORD, rules, old=PASSWORD)


def test_a_password_ages_and_a_walls_does_not(office: Office, rules: SignInRules, clock: Clock) -> None:
    clock.forward(days=90)
    assert not sign_in(office, "seat", PASSWORD, rules).must_set_password
    clock.forward(seconds=1)
    aged = sign_in(office, "seat", PASSWORD, rules)
    assert (aged.must_set_password, aged.is_too_old) == (True, True)
    assert not sign_in(office, "wall", PASSWORD, rules).must_set_password
    ageless = replace(rules, password=replace(rules.password, days=0))
    assert not sign_in(office, "seat", PASSWORD, ageless).must_set_password


def test_an_aged_one_is_changed_before_one_goes_on(office: Office, rules: SignInRules, clock: Clock) -> None:
    clock.forward(days=91)
    ticket = open_ticket(office, sign_in(office, "seat", PASSWORD, rules).account_id)
    with pytest.raises(InvalidInputError):
        set_first_password(office, ticket, PASSWORD, rules)
    set_first_password(office, ticket, CHEAP[0], rules)
    assert not sign_in(office, "seat", CHEAP[0], rules).must_set_password


def test_the_sign_in_before_is_told(office: Office, rules: SignInRules, clock: Clock) -> None:
    first = sign_in(office, "seat", PASSWORD, rules)
    assert (first.last_at, first.failed_since) == (None, 0)
    began = clock()
    clock.forward(hours=1)
    assert sign_in(office, "seat", PASSWORD, rules).last_at == began


def test_an_upgrade_keeps_passwords_and_counts_their_days_from_then(
    office: Office, rules: SignInRules
) -> None:
    schema.downgrade(office.database, "0004")
    schema.upgrade(office.database)
    account_id = actor_named(office, "seat").account_id
    with office.database.reading() as session:
        set_at = session.get_one(Account, account_id).password_set_at
    assert set_at is not None and datetime.now(UTC) - set_at < timedelta(minutes=5)
    with pytest.raises(InvalidInputError):
        set_password(office, account_id, PASSWORD, rules, old=PASSWORD)
    assert sign_in(office, "seat", PASSWORD, rules).account_id == account_id


def test_a_hash_is_slow_and_where_there_is_no_account_it_is_as_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", SLOW_HASHER)
    assert extract_parameters(hash_password(PASSWORD)) == RFC_9106_LOW_MEMORY
    assert extract_parameters(nobodys_hash()) == RFC_9106_LOW_MEMORY
    with pytest.raises(VerifyMismatchError):
        SLOW_HASHER.verify(nobodys_hash(), PASSWORD)
