"""Accounts, passwords, one-time codes and tokens: who is behind a request, and who may make whom."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from gridmap.actions.office import Office, Work
from gridmap.db import accounts, areas
from gridmap.db.models import Account, Token
from gridmap.domain.codes import NO_DISTRICT
from gridmap.domain.scope import KINDS, Actor
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, NotSignedInError

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_hex(16))  # verified against where no account is: the same time passes
_ONE_TIME_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
ONE_TIME_LENGTH = 13


@dataclass(frozen=True)
class SignInRules:
    """How strict signing in is: tries before a lock, its length, password length, life of a one-time code."""

    tries: int = 5
    lock_minutes: int = 30
    password_length: int = 10
    one_time_days: int = 14


def secret_digest(secret: str) -> str:
    """SHA-256, in hex, of a random secret (a token, a one-time code); passwords are hashed with argon2."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_one_time_code() -> str:
    """A fresh one-time code: 13 letters and digits that cannot be mistaken (64 bits)."""
    return "".join(secrets.choice(_ONE_TIME_ALPHABET) for _ in range(ONE_TIME_LENGTH))


def check_password(password: str, username: str, rules: SignInRules) -> None:
    """Raises InvalidInputError `password_weak` with the reason: too short, too few kinds, the name itself."""
    kinds: list[Callable[[str], bool]] = [str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum()]
    if len(password) < rules.password_length:
        reason = "short"
    elif sum(any(kind(c) for c in password) for kind in kinds) < 3:
        reason = "kinds"
    elif username.lower() in password.lower():
        reason = "name"
    elif len(password) > 200:
        reason = "long"
    else:
        return
    raise InvalidInputError("password_weak", reason=reason, length=rules.password_length)


def actor_of(session: Session, account: Account, now: datetime) -> Actor:
    """The account as somebody who acts, with what it may see at `now`."""
    scope = accounts.scope_of(session, account, now)
    return Actor(account.id, account.kind, account.username, scope, account.person_id, account.unit)


def actor_by_token(office: Office, secret: str) -> Actor:
    """Who a bearer token stands for. Raises NotSignedInError `token_invalid`."""
    with office.database.reading() as session:
        now = office.clock()
        found = accounts.by_token(session, secret_digest(secret), now)
        if found is None:
            raise NotSignedInError("token_invalid")
        return actor_of(session, found[0], now)


def actor_by_session(office: Office, account_id: int, epoch: int) -> Actor:
    """Who a signed-in session stands for. Raises NotSignedInError where it ended (password changed, closed)."""
    with office.database.reading() as session:
        account = accounts.by_id(session, account_id)
        if account is None or not account.is_active or account.epoch != epoch:
            raise NotSignedInError("session_ended")
        return actor_of(session, account, office.clock())


@dataclass(frozen=True)
class SignedIn:
    """A sign-in that succeeded: the account, its epoch, and whether a password must be set first."""

    account_id: int
    epoch: int
    must_set_password: bool


def sign_in(office: Office, username: str, secret: str, rules: SignInRules) -> SignedIn:
    """Sign in by password or one-time code; commits the count of tries.

    Raises NotSignedInError `sign_in_wrong` for any wrong pair, and `sign_in_locked` with `minutes`
    after too many tries. Which of name and password was wrong is not said.
    """
    # argon2 takes its time on purpose: not while others wait for the write lock.
    with office.database.reading() as session:
        account = accounts.by_name(session, username)
        by_code = account is not None and _is_one_time(account, secret, office.clock())
        stored = (account.password_hash if account and account.is_active else None) or _NOBODY
    is_right = _matches(stored, secret) or by_code
    with office.work() as work:
        account = accounts.locked_by_name(work.session, username)
        if account is None or not account.is_active:
            raise NotSignedInError("sign_in_wrong")
        if account.locked_until and account.locked_until > work.now:
            minutes = int((account.locked_until - work.now).total_seconds() // 60) + 1
            raise NotSignedInError("sign_in_locked", minutes=minutes)
        if is_right:
            account.failed_tries, account.locked_until = 0, None
        else:
            _count_failure(account, work.now, rules)
        result = SignedIn(account.id, account.epoch, by_code)
    if not is_right:
        raise NotSignedInError("sign_in_wrong")
    return result


def _is_one_time(account: Account, secret: str, now: datetime) -> bool:
    if account.one_time_digest is None or account.one_time_until is None or account.one_time_until < now:
        return False
    code = secret.strip().upper().replace("-", "")
    return secrets.compare_digest(account.one_time_digest, secret_digest(code))


def _matches(password_hash: str, secret: str) -> bool:
    try:
        return _HASHER.verify(password_hash, secret)
    except (VerificationError, InvalidHashError):
        return False


def _count_failure(account: Account, now: datetime, rules: SignInRules) -> None:
    account.failed_tries += 1
    if account.failed_tries >= rules.tries:
        account.failed_tries, account.locked_until = 0, now + timedelta(minutes=rules.lock_minutes)


def set_password(
    office: Office, account_id: int, new: str, rules: SignInRules, *, old: str | None = None
) -> int:
    """Set a new password and end every session but the one told the new epoch, which is answered; commits.

    `old` is the present password, or the one-time code. Raises InvalidInputError `password_weak`,
    ForbiddenError `password_wrong`.
    """
    with office.work() as work:
        account = work.session.get_one(Account, account_id, with_for_update=True)
        check_password(new, account.username, rules)
        is_right = old is not None and (
            _is_one_time(account, old, work.now) or _matches(account.password_hash or _NOBODY, old)
        )
        if not is_right:
            raise ForbiddenError("password_wrong")
        account.password_hash = _HASHER.hash(new)
        account.one_time_digest = account.one_time_until = None
        account.epoch += 1
        _tell_access(work, account.id)
        return account.epoch


@dataclass(frozen=True)
class NewAccount:
    """An account to be made: one of `scope.KINDS`; `area` is the code it is limited to (None: everything)."""

    username: str
    kind: str
    area: str | None = None
    unit: str | None = None
    password: str | None = None


def add_account(office: Office, actor: Actor | None, new: NewAccount, rules: SignInRules) -> str | None:
    """Make an account; commits. Its one-time code, None where it came with a password.

    `actor` None is the operator at the command line. Raises ForbiddenError for anybody who does not
    manage accounts, ConflictError `username_taken`, InvalidInputError for what does not fit its kind.
    """
    if actor is not None:
        actor.require("manage")
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
            created_at=work.now,
        )
        code = None
        if new.password is None:
            code = give_one_time_code(account, work.now, rules)
        else:
            account.password_hash = _HASHER.hash(new.password)
        work.session.add(account)
        return code


def _check_new(new: NewAccount, rules: SignInRules) -> None:
    if new.kind not in KINDS:
        raise InvalidInputError("account_kind_unknown", kind=new.kind, choices=list(KINDS))
    if not 2 <= len(new.username) <= 100 or not _is_name(new.username):
        raise InvalidInputError("username_invalid", username=new.username)
    if new.kind == "department" and not new.unit:
        raise InvalidInputError("field_missing", field="unit", action="user add")
    if new.password is not None:
        check_password(new.password, new.username, rules)


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


def reset_account(office: Office, actor: Actor | None, username: str, rules: SignInRules) -> str:
    """End an account's password and sessions and give it a one-time code; commits."""
    with office.work() as work:
        account = _managed(work, actor, username)
        account.password_hash, account.locked_until, account.failed_tries = None, None, 0
        account.epoch += 1
        _tell_access(work, account.id)
        return give_one_time_code(account, work.now, rules)


def close_account(office: Office, actor: Actor | None, username: str) -> None:
    """End an account, its sessions, tokens and open streams; commits. The last administrator stays."""
    with office.work() as work:
        account = _managed(work, actor, username)
        if account.kind == "administrator" and accounts.administrators(work.session) == 1:
            raise ConflictError("last_administrator", username=username)
        account.is_active = False
        account.epoch += 1
        _tell_access(work, account.id)


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


def make_token(office: Office, account_id: int, label: str, *, days: int | None = None) -> tuple[int, str]:
    """Make a bearer token for an account; commits. Its key and its secret, which is shown this once."""
    if not 0 <= len(label) <= 100:
        raise InvalidInputError("field_too_long", field="label", limit=100)
    secret = secrets.token_urlsafe(32)
    with office.work() as work:
        until = None if days is None else work.now + timedelta(days=days)
        token = Token(
            account_id=account_id,
            digest=secret_digest(secret),
            label=label,
            created_at=work.now,
            expires_at=until,
        )
        work.session.add(token)
        work.session.flush()
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
        if token is None or token.account_id != actor.account_id:
            raise NotFoundError("token_not_found", token_id=token_id)
        token.revoked_at = token.revoked_at or work.now
        _tell_access(work, token.account_id)


def _tell_access(work: Work, account_id: int) -> None:
    # Open streams look again at who they serve when they meet such a row.
    work.tell("access", {"account": account_id}, district_code=NO_DISTRICT)
