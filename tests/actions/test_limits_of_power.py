"""What nobody may reach by a detour: other areas through a unit, life after a reset, words by their digest."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from gridmap.actions import passwords
from gridmap.actions.accounts import (
    NewAccount,
    add_account,
    close_account,
    make_token,
    make_token_for,
    reset_account,
    revoke_token,
)
from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.passwords import hash_password
from gridmap.actions.reporting import report
from gridmap.actions.signing_in import TOKEN, SignInRules, actor_by_secret
from gridmap.db.models import Account, EventRow, Token
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotSignedInError, TooManyError
from tests.town import C1, CENTRES, EASTGATE, PASSWORD, RIVERSIDE, actor_named, report_at


def is_known(office: Office, secret: str) -> bool:
    try:
        actor_by_secret(office, secret, SignInRules(), TOKEN)
    except NotSignedInError:
        return False
    return True


def test_an_administrator_of_one_area_makes_no_account_that_reaches_beyond_it(
    office: Office, rules: SignInRules
) -> None:
    add_account(office, None, NewAccount("local", "administrator", RIVERSIDE, password=PASSWORD), rules)
    local = actor_named(office, "local")
    beyond = [NewAccount("x1", "department", unit="water"), NewAccount("x2", "staff", RIVERSIDE)]
    beyond += [NewAccount("x3", "seat", EASTGATE), NewAccount("x4", "seat")]
    for new in beyond:
        with pytest.raises(ForbiddenError):
            add_account(office, local, new, rules)
    with pytest.raises(InvalidInputError, match="unit_only_for_departments"):
        add_account(
            office, actor_named(office, "admin"), NewAccount("x5", "seat", RIVERSIDE, unit="water"), rules
        )
    assert add_account(office, local, NewAccount("x6", "seat", RIVERSIDE), rules)


def test_a_reset_ends_tokens_too(office: Office, rules: SignInRules) -> None:
    secret = make_token_for(office, "seat", "before")
    assert is_known(office, secret)
    reset_account(office, None, "seat", rules)
    assert not is_known(office, secret)


def test_a_token_made_with_a_token_ends_with_it(office: Office) -> None:
    seat = actor_named(office, "seat")
    parent_id, parent = make_token(office, seat.account_id, "parent", days=1)
    child_id, child = make_token(office, seat.account_id, "child", days=900, made_with=parent)
    with office.database.reading() as session:
        ends = {key: at for key, at in session.execute(select(Token.id, Token.expires_at))}
    assert ends[child_id] == ends[parent_id] is not None
    revoke_token(office, seat, parent_id)
    assert not is_known(office, child)


def test_the_last_who_sees_everything_stays_whatever_others_there_are(
    office: Office, rules: SignInRules
) -> None:
    add_account(office, None, NewAccount("local", "administrator", RIVERSIDE, password=PASSWORD), rules)
    with pytest.raises(ConflictError, match="last_administrator"):
        close_account(office, actor_named(office, "admin"), "admin")
    with office.database.reading() as session:
        assert session.scalar(select(Account.is_active).where(Account.username == "admin"))


def test_no_digest_that_stays_depends_on_words(office: Office) -> None:
    seat = actor_named(office, "seat")
    number = report(office, seat, report_at(*CENTRES[C1])).number
    digests = set()
    for client_id, words in (("a", "first words"), ("b", "other words")):
        act_on(office, seat, number, Act("comment", words=words, client_id=client_id))
    with office.database.reading() as session:
        for data in session.scalars(select(EventRow.data).where(EventRow.kind == "comment")):
            digests.add(json.loads(data)["body"])
    assert len(digests) == 1
    with pytest.raises(ConflictError, match="client_id_reused"):
        act_on(office, seat, number, Act("comment", words="a third", client_id="a"))


def test_a_matter_does_not_go_to_a_unit_nobody_answers_for(office: Office) -> None:
    seat = actor_named(office, "seat")
    number = report(office, seat, report_at(*CENTRES[C1])).number
    with pytest.raises(InvalidInputError, match="unit_unknown") as refused:
        act_on(office, seat, number, Act("forward", unit="nobody's"))
    assert refused.value.details["choices"] == ["water"]


def test_only_a_few_hash_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PLACE_WAIT_S", 0.01)
    taken = [passwords._PLACES.acquire(timeout=1) for _ in range(2)]
    try:
        with pytest.raises(TooManyError):
            hash_password("anything")
    finally:
        for _ in taken:
            passwords._PLACES.release()
    assert hash_password("anything").startswith("$argon2id$")
