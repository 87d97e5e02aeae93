"""Make, reset and end accounts; make and revoke their tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridmap.actions.attempts import mark_of_name
from gridmap.actions.office import Office, Work
from gridmap.actions.passwords import check_password, hash_password
from gridmap.actions.signing_in import TOKEN, SignInRules, end_sessions, note, secret_digest, tell_access
from gridmap.db import accounts, areas, attempts, issues
from gridmap.db.models import Account, Token
from gridmap.domain.codes import NO_DISTRICT
from gridmap.domain.scope import KINDS, Actor
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError

_ONE_TIME_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
ONE_TIME_LENGTH = 13
NAME_LIMIT = 40


def new_one_time_code() -> str:
    """A fresh one-time code: 13 letters and digits that cannot be mistaken (64 bits)."""
    return "".join(secrets.choice(_ONE_TIME_ALPHABET) for _ in range(ONE_TIME_LENGTH))


@dataclass(frozen=True)
class NewAccount:
    """An account to be made: one of `scope.KINDS`; `area` is the code it is limited to (None: everything).

    `name` is what others are told it is called (None: what kind of account it is).
    """

    username: str
    kind: str
    area: str | None = None
    unit: str | None = None
    password: str | None = None
    name: str | None = None


def add_account(office: Office, actor: Actor | None, new: NewAccount, rules: SignInRules) -> str | None:
    """Make an account; commits. Its one-time code, None where it came with a password.

    `actor` None is the operator at the command line. Raises ForbiddenError for anybody who does not
    manage accounts, ConflictError `username_taken`, InvalidInputError for what does not fit its kind.
    """
    if actor is not None:
        actor.require("manage")
        # A unit's matters come from everywhere, and staff belong to the staff file.
        if new.kind == "staff" or (new.unit and not actor.scope.is_everything):
            raise ForbiddenError("forbidden", kind=actor.kind, permission=f"account:{new.kind}")
    _check_new(new, rules)
    with office.work() as work:
        if accounts.by_name(work.session, new.username):
            raise ConflictError("username_taken", username=new.username)
        path, district = _area_of(work, new)
        if actor is not None and not (path is None or actor.scope.covers(path)):
            raise ForbiddenError("outside_scope", area_code=new.area)
        account = Account(
            district_code=district,
            username=new.username,
            kind=new.kind,
            area_path=path,
            unit=new.unit,
            display_name=new.name,
            created_at=work.now,
        )
        code = None
        if new.password is None:
            code = give_one_time_code(account, work.now, rules)
        else:
            account.password_hash, account.password_set_at = hash_password(new.password), work.now
        work.session.add(account)
        work.session.flush()
        note(work, account.id, "made", actor.account_id if actor else None)
        return code


def _check_new(new: NewAccount, rules: SignInRules) -> None:
    if new.kind not in KINDS:
        raise InvalidInputError("account_kind_unknown", kind=new.kind, choices=list(KINDS))
    if not 2 <= len(new.username) <= 100 or not _is_name(new.username):
        raise InvalidInputError("username_invalid", username=new.username)
    if new.kind == "department" and not new.unit:
        raise InvalidInputError("field_missing", field="unit", action="user add")
    if new.unit and new.kind != "department":
        raise InvalidInputError("unit_only_for_departments", kind=new.kind)
    if new.name is not None:
        _check_display_name(new.kind, new.name)
    if new.password is not None:
        check_password(new.password, new.username, rules.password)


def _check_display_name(kind: str, name: str) -> None:
    if kind == "staff":
        raise InvalidInputError("name_is_the_persons", kind=kind)
    if not (0 < len(name) <= NAME_LIMIT and name.isprintable() and name == name.strip()):
        raise InvalidInputError("display_name_invalid", name=name, limit=NAME_LIMIT)


def _is_name(username: str) -> bool:
    # It stands in addresses as one segment; what cannot be seen, or turns the line around, forges another's.
    is_segment = "/" not in username and username.strip(".") != ""
    return is_segment and username.isprintable() and not any(c.isspace() for c in username)


def _area_of(work: Work, new: NewAccount) -> tuple[str | None, str]:
    if new.area is not None:
        area = areas.current(work.session, new.area)
        if area is None:
            raise NotFoundError("area_not_found", area_code=new.area)
        return area.path, area.district_code
    sees_by_post_or_unit = new.kind in ("staff", "department")
    return (None if sees_by_post_or_unit else ""), NO_DISTRICT


def give_one_time_code(account: Account, now: datetime, rules: SignInRules) -> str:
    """Give an account a fresh one-time code, which signs in once a password is set; not committed."""
    code = new_one_time_code()
    account.one_time_digest = secret_digest(code)
    account.one_time_until = now + timedelta(days=rules.one_time_days)
    return code


def name_account(office: Office, actor: Actor | None, username: str, name: str | None) -> None:
    """Say what an account is called before others (None: by its kind), in its history too; commits.

    Raises InvalidInputError `display_name_invalid`, `name_is_the_persons` for staff, who bear their own names.
    """
    with office.work() as work:
        account = _managed(work, actor, username)
        if name is not None:
            _check_display_name(account.kind, name)
        account.display_name = name
        note(work, account.id, "named", actor.account_id if actor else None)


def reset_account(office: Office, actor: Actor | None, username: str, rules: SignInRules) -> str:
    """End an account's password and sessions and give it a one-time code; commits."""
    with office.work() as work:
        account = _managed(work, actor, username)
        account.password_hash = None
        attempts.wipe(work.session, mark_of_name(username))
        end_sessions(work, account.id, tokens_too=True)
        note(work, account.id, "reset", actor.account_id if actor else None)
        return give_one_time_code(account, work.now, rules)


def close_account(office: Office, actor: Actor | None, username: str) -> None:
    """End an account, its sessions, tokens and open streams; commits.

    Raises ConflictError `last_administrator`, and `last_of_unit` for the last account of a department that still has
    matters in hand or is called to some: nobody would look at them any more.
    """
    with office.work() as work:
        account = _managed(work, actor, username)
        if accounts.locked_rulers(work.session) == [account.id]:
            raise ConflictError("last_administrator", username=username)
        _refuse_while_needed(work, account)
        account.is_active = False
        note(work, account.id, "closed", actor.account_id if actor else None)
        end_sessions(work, account.id, tokens_too=True)


def _refuse_while_needed(work: Work, account: Account) -> None:
    if account.kind != "department" or account.unit is None:
        return
    if accounts.held_of_unit(work.session, account.unit, alone=True) == [account.id]:
        matters = issues.open_of_unit(work.session, account.unit)
        if matters:
            raise ConflictError("last_of_unit", username=account.username, unit=account.unit, matters=matters)


def _managed(work: Work, actor: Actor | None, username: str) -> Account:
    if actor is not None:
        actor.require("manage")
    account = accounts.by_name(work.session, username)
    is_outside = actor is not None and account is not None and not actor.scope.covers(account.area_path or "")
    if account is None or (is_outside and not _lies_in_district(actor, account)):
        raise NotFoundError("account_not_found", username=username)
    return account


def _lies_in_district(actor: Actor | None, account: Account) -> bool:
    # Staff have no area of their own: they belong to whoever manages their district.
    return actor is not None and account.area_path is None and actor.scope.covers(f"{account.district_code}/")


def make_token(
    office: Office, account_id: int, label: str, *, days: int | None = None, made_with: str | None = None
) -> tuple[int, str]:
    """Make a bearer token for an account; commits. Its key and its secret, which is shown this once.

    `made_with` is the secret of the session or token it was asked for with: made with a token, it
    lasts no longer than that one, and ends when that one is revoked.
    """
    if not 0 <= len(label) <= 100:
        raise InvalidInputError("field_too_long", field="label", limit=100)
    secret = secrets.token_urlsafe(32)
    with office.work() as work:
        parent = accounts.by_token(work.session, secret_digest(made_with), work.now) if made_with else None
        ends = [work.now + timedelta(days=days)] if days is not None else []
        token = Token(account_id=account_id, kind=TOKEN, digest=secret_digest(secret), label=label)
        token.created_at = work.now
        if parent is not None and parent[1].kind == TOKEN:
            token.parent_id = parent[1].id
            ends += [parent[1].expires_at] if parent[1].expires_at else []
        token.expires_at = min(ends, default=None)
        work.session.add(token)
        work.session.flush()
        note(work, account_id, "token_made")
        return token.id, secret


def make_token_for(office: Office, username: str, label: str, *, days: int | None = None) -> str:
    """A token for the account of that name; commits. Raises NotFoundError."""
    with office.database.reading() as session:
        account = accounts.by_name(session, username)
        if account is None:
            raise NotFoundError("account_not_found", username=username)
        account_id = account.id
    return make_token(office, account_id, label, days=days)[1]


def revoke_token(office: Office, actor: Actor, token_id: int) -> None:
    """End one of one's own tokens and the streams opened with it; commits. Raises NotFoundError."""
    with office.work() as work:
        token = work.session.get(Token, token_id)
        if token is None or token.kind != TOKEN or token.account_id != actor.account_id:
            raise NotFoundError("token_not_found", token_id=token_id)
        note(work, token.account_id, "token_revoked")
        accounts.revoke_with_children(work.session, token, work.now)
        tell_access(work, token.account_id)
