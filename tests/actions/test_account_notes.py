"""What is done to or with an account is kept, and nobody can change it."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gridmap.actions.accounts import NewAccount, add_account, close_account, make_token_for, reset_account
from gridmap.actions.office import Office
from gridmap.actions.signing_in import SignInRules, sign_in
from gridmap.db import accounts
from gridmap.errors import NotSignedInError
from tests.town import PASSWORD, actor_named


def acts(office: Office, username: str) -> list[tuple[str, str | None]]:
    with office.database.reading() as session:
        return [(act, by) for _, act, by in accounts.notes(session, username)]


def test_an_accounts_life_is_kept(office: Office, rules: SignInRules) -> None:
    admin = actor_named(office, "admin")
    add_account(office, admin, NewAccount("neo", "seat", "990001", password=PASSWORD), rules)
    sign_in(office, "neo", PASSWORD, rules)
    with pytest.raises(NotSignedInError):
        sign_in(office, "neo", "wrong", rules)
    make_token_for(office, "neo", "x")
    reset_account(office, None, "neo", rules)
    close_account(office, admin, "neo")
    told = [("made", "admin"), ("signed_in", None), ("sign_in_failed", None), ("token_made", None)]
    assert acts(office, "neo") == [*told, ("reset", None), ("closed", "admin")]


def test_the_notes_are_append_only(office: Office) -> None:
    for statement in ("UPDATE account_notes SET act = 'x'", "DELETE FROM account_notes"):
        with pytest.raises(DBAPIError, match="append-only"), office.work() as work:
            work.session.execute(text(statement))
