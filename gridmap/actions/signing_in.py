"""Sign in and out, sessions and passwords: who is behind a request, by token or by session.

A session is kept here, not in the browser: its cookie holds a random secret, and what the store says of
it counts. So signing out ends it even for somebody who copied the cookie.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from gridmap.actions import attempts
from gridmap.actions.attempts import Limit, Visitor
from gridmap.actions.office import Office, Work
from gridmap.actions.passwords import (
    WALL,
    PasswordRules,
    check_password,
    check_unused,
    hash_password,
    is_too_old,
    matches,
    nobodys_hash,
    put_password,
)
from gridmap.db import accounts
from gridmap.db.accounts import Holder
from gridmap.db.models import Account, AccountNote, Token
from gridmap.domain.codes import NO_DISTRICT
from gridmap.domain.scope import Actor
from gridmap.errors import ForbiddenError, NotSignedInError, TooManyError

TOKEN, SESSION, TICKET = "token", "session", "ticket"
TICKET_MINUTES = 10
UNKNOWN = Visitor()
AWAKE_S = {SESSION: 60.0, TOKEN: 3600.0}
"""How often one that is used says so."""


@dataclass(frozen=True)
class SignInRules:
    """How strict signing in is.

    Failed tries on one name before it is locked, and the minutes they count; failed tries from one
    address (0: any number), and the minutes they count; password length, life of a one-time code,
    minutes after which an unused session ends (a wall's does not).
    """

    tries: int = 5
    lock_minutes: int = 30
    address_tries: int = 60
    address_minutes: int = 15
    password: PasswordRules = field(default_factory=PasswordRules)
    one_time_days: int = 14
    idle_minutes: int = 30
    session_hours: int = 12

    @property
    def per_name(self) -> Limit:
        """Failed tries on one name, whether or not an account has it."""
        return Limit(self.tries, self.lock_minutes)

    @property
    def per_address(self) -> Limit:
        """Failed tries from one address."""
        return Limit(self.address_tries, self.address_minutes)


def secret_digest(secret: str) -> str:
    """SHA-256, in hex, of a random secret (a token, a one-time code); passwords are hashed with argon2."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_of(session: Session, account: Account, now: datetime) -> Actor:
    """The account as somebody who acts, with what it may see at `now`."""
    scope = accounts.scope_of(session, account, now)
    name = account.display_name  # a person's own is asked for where it is told
    return Actor(account.id, account.kind, account.username, scope, account.person_id, account.unit, name)


def actor_by_secret(office: Office, secret: str, rules: SignInRules, kind: str) -> Actor:
    """Who a bearer token (`kind` TOKEN) or a session's secret (SESSION) stands for. Raises as `proven`."""
    return proven(office, secret, rules, kind)[0]


def proven(office: Office, secret: str, rules: SignInRules, kind: str) -> tuple[Actor, datetime]:
    """Who a bearer token or a session's secret stands for, and when it was last noted to be used, or made.

    Raises NotSignedInError: `token_invalid`, `session_ended`, or `session_idle` for a session unused
    for too long.
    """
    now = office.clock()
    with office.database.asking() as connection:
        found = accounts.holder(connection, secret_digest(secret), now)
    if found is None or found.token_kind != kind:
        raise NotSignedInError("token_invalid" if kind == TOKEN else "session_ended")
    if kind == SESSION and _is_idle(found, now, rules):
        raise NotSignedInError("session_idle", minutes=rules.idle_minutes)
    who = Actor(found.id, found.kind, found.username, found.scope, found.person_id, found.unit, found.name)
    return who, found.seen_at or found.created_at


def _is_idle(holder: Holder, now: datetime, rules: SignInRules) -> bool:
    # Used in a time yet to come: the clock was wrong then, and nobody knows how long ago it was.
    used = holder.seen_at or holder.created_at
    return holder.kind != WALL and abs(now - used) > timedelta(minutes=rules.idle_minutes)


def open_session(office: Office, account_id: int, label: str = "", hours: int | None = None) -> str:
    """Begin a session for an account that has just signed in; commits. Its secret.

    `label` tells its owner later which browser that was. It ends after `hours` (None: it has no end of
    its own); a wall's never does.
    """
    return _issue(office, account_id, SESSION, timedelta(hours=hours) if hours else None, label)


def open_ticket(office: Office, account_id: int) -> str:
    """A ticket, good for ten minutes, to set a first password after a one-time code; commits. Its secret."""
    return _issue(office, account_id, TICKET, timedelta(minutes=TICKET_MINUTES))


def _issue(office: Office, account_id: int, kind: str, life: timedelta | None, label: str = "") -> str:
    secret = secrets.token_urlsafe(32)
    with office.work() as work:
        row = Token(account_id=account_id, kind=kind, digest=secret_digest(secret), label=label[:100])
        row.created_at = row.seen_at = work.now
        is_endless = kind == SESSION and work.session.get_one(Account, account_id).kind == WALL
        row.expires_at = work.now + life if life and not is_endless else None
        work.session.add(row)
    return secret


def keep_awake(office: Office, secret: str, kind: str, used_at: datetime) -> None:
    """Note that a session or token, last noted to be used at `used_at`, is used; commits where that is long ago."""
    if abs(office.clock() - used_at) > timedelta(seconds=AWAKE_S[kind]):
        with office.work() as work:
            mine = Token.digest == secret_digest(secret)
            work.session.execute(update(Token).where(mine).values(seen_at=work.now))


def sign_out(office: Office, secret: str) -> None:
    """End a session and its open streams; commits. An unknown one changes nothing."""
    with office.work() as work:
        found = accounts.by_token(work.session, secret_digest(secret), work.now)
        if found is not None and found[1].kind == SESSION:
            found[1].revoked_at = work.now
            note(work, found[0].id, "signed_out")
            tell_access(work, found[0].id)


def end_sessions(work: Work, account_id: int, *, tokens_too: bool = False) -> None:
    """End every session of an account (its bearer tokens too) and its open streams; not committed."""
    mine = (Token.account_id == account_id) & Token.revoked_at.is_(None)
    if not tokens_too:
        mine &= Token.kind != TOKEN
    work.session.execute(update(Token).where(mine).values(revoked_at=work.now))
    tell_access(work, account_id)


@dataclass(frozen=True)
class SignedIn:
    """A sign-in that succeeded: the account, and whether a password must be set first.

    `is_too_old`: because the one it has has had its days. `last_at` is the sign-in before this one (None:
    there was none), `failed_since` how many tries failed in between.
    """

    account_id: int
    must_set_password: bool
    is_too_old: bool = False
    last_at: datetime | None = None
    failed_since: int = 0


def sign_in(
    office: Office, username: str, secret: str, rules: SignInRules, visitor: Visitor = UNKNOWN
) -> SignedIn:
    """Check a name and a password or one-time code; commits, the try in any case.

    Raises NotSignedInError `sign_in_wrong` for any wrong pair, `sign_in_locked` with `minutes` after
    too many tries on the name, and TooManyError `too_many` with `retry_after_s` after too many from
    the address. Which of name and password was wrong is not said, nor whether there is such a name.
    """
    attempt = attempts.start(
        office, username, visitor, per_name=rules.per_name, per_address=rules.per_address
    )
    # argon2 takes its time on purpose: not while others wait for the write lock.
    with office.database.reading() as session:
        account = accounts.by_name(session, username)
        by_code = account is not None and _is_one_time(account, secret, office.clock())
        stored = (account.password_hash if account and account.is_active else None) or nobodys_hash()
    try:
        is_right = matches(stored, secret) or by_code
    except TooManyError:
        attempts.take_back(office, attempt)
        raise
    with office.work() as work:
        account = accounts.locked_by_name(work.session, username)
        result = None
        if account is not None and account.is_active:
            result = _entered(work, account, by_code, rules) if is_right else None
            note(work, account.id, "signed_in" if is_right else "sign_in_failed")
        attempts.settle(work, attempt, is_right=result is not None)
    if result is None:
        raise NotSignedInError("sign_in_wrong")
    return result


def _entered(work: Work, account: Account, by_code: bool, rules: SignInRules) -> SignedIn:
    has_aged = not by_code and is_too_old(account, work.now, rules.password)
    last_at, failed = accounts.last_sign_in(work.session, account.id)
    return SignedIn(account.id, by_code or has_aged, has_aged, last_at, failed)


def _is_one_time(account: Account, secret: str, now: datetime) -> bool:
    if account.one_time_digest is None or account.one_time_until is None or account.one_time_until < now:
        return False
    code = secret.strip().upper().replace("-", "")
    return secrets.compare_digest(account.one_time_digest, secret_digest(code))


def set_password(
    office: Office, account_id: int, new: str, rules: SignInRules, *, old: str, visitor: Visitor = UNKNOWN
) -> None:
    """Set a new password and end every session of the account; commits.

    `old` is the present password, or the one-time code; a wrong one counts as a try at signing in.
    Raises InvalidInputError `password_weak`, ForbiddenError `password_wrong`, and as `sign_in` where
    there were too many tries.
    """
    with office.database.reading() as session:
        account = session.get_one(Account, account_id)
        stored, by_code = account.password_hash or nobodys_hash(), _is_one_time(account, old, office.clock())
    attempt = attempts.start(
        office, account.username, visitor, per_name=rules.per_name, per_address=rules.per_address
    )
    try:
        is_right = matches(stored, old) or by_code
    except TooManyError:
        attempts.take_back(office, attempt)
        raise
    with office.work() as work:
        attempts.settle(work, attempt, is_right=is_right)
        if not is_right:
            note(work, account_id, "sign_in_failed")
    if not is_right:
        raise ForbiddenError("password_wrong")
    _set_password(office, account_id, new, rules)


def ticket_holder(office: Office, ticket: str) -> tuple[int, str]:
    """Key and name of the account a ticket is for. Raises NotSignedInError `session_ended`."""
    with office.database.reading() as session:
        found = accounts.by_token(session, secret_digest(ticket), office.clock())
        if found is None or found[1].kind != TICKET:
            raise NotSignedInError("session_ended")
        return found[0].id, found[0].username


def set_first_password(office: Office, ticket: str, new: str, rules: SignInRules) -> int:
    """Set the password of the ticket's account, whose one-time code is used up then; commits. Its key.

    Raises NotSignedInError `session_ended`, InvalidInputError `password_weak`.
    """
    account_id, _ = ticket_holder(office, ticket)
    _set_password(office, account_id, new, rules)
    return account_id


def _set_password(office: Office, account_id: int, new: str, rules: SignInRules) -> None:
    with office.database.reading() as session:
        account = session.get_one(Account, account_id)
        check_password(new, account.username, rules.password)
        check_unused(session, account, new, rules.password)
    hashed = hash_password(new)
    with office.work() as work:
        account = work.session.get_one(Account, account_id, with_for_update=True)
        put_password(work, account, hashed, rules.password)
        account.one_time_digest = account.one_time_until = None
        end_sessions(work, account_id, tokens_too=True)
        note(work, account_id, "password_set")


def note(work: Work, account_id: int, act: str, actor_id: int | None = None) -> None:
    """Keep that `act` was done to or with an account; `actor_id` None is the account itself, or the operator."""
    work.session.add(AccountNote(account_id=account_id, actor_id=actor_id, at=work.now, act=act))


def tell_access(work: Work, account_id: int) -> None:
    """Have open streams of an account look again at who they serve; not committed."""
    work.tell("access", {"account": account_id}, district_code=NO_DISTRICT)
