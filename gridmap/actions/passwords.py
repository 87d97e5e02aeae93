"""Passwords: how they are hashed, what they must be like, and which ones an account had before."""

from __future__ import annotations

import secrets
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from sqlalchemy.orm import Session

from gridmap.actions.office import Work
from gridmap.db import accounts
from gridmap.db.models import Account, OldPassword
from gridmap.errors import InvalidInputError, TooManyError

LONGEST = 200
WALL = "wall"
PLACE_WAIT_S = 5.0
_HASHER = PasswordHasher()
_PLACES = threading.BoundedSemaphore(2)
KINDS: dict[str, Callable[[str], bool]] = {
    "lower": str.islower,
    "upper": str.isupper,
    "digit": str.isdigit,
    "sign": lambda c: not c.isalnum(),
}


@dataclass(frozen=True)
class PasswordRules:
    """What a password must be like.

    `length` in characters; `kinds` of the four of KINDS it must have; `kept`: so many last ones are not
    taken again (0: any is); `days` after which it must be changed (0: never).
    """

    length: int = 10
    kinds: int = 3
    kept: int = 5
    days: int = 90


@contextmanager
def _a_place() -> Iterator[None]:
    """A place at the hasher: each hash takes 64 MB and a core, so only a few run at once."""
    if not _PLACES.acquire(timeout=PLACE_WAIT_S):
        raise TooManyError("too_many", retry_after_s=5)
    try:
        yield
    finally:
        _PLACES.release()


def hash_password(password: str) -> str:
    """The argon2id hash of a password. Raises TooManyError where too many wait."""
    with _a_place():
        return _HASHER.hash(password)


def nobodys_hash() -> str:
    """What no password comes to, as slow to verify as any hash: taken where no account is, so that the same time passes."""
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    salt, digest = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (_HASHER.salt_len, _HASHER.hash_len)
    )
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"


def matches(password_hash: str, password: str) -> bool:
    """Whether it is the hash of this password. Raises TooManyError where too many wait."""
    try:
        with _a_place():
            return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def check_password(password: str, username: str, rules: PasswordRules) -> None:
    """Raises InvalidInputError `password_weak` with the reason: short, too few kinds, the name in it, long."""
    if len(password) < rules.length:
        reason = "short"
    elif sum(any(kind(c) for c in password) for kind in KINDS.values()) < rules.kinds:
        reason = "kinds"
    elif username.lower() in password.lower():
        reason = "name"
    elif len(password) > LONGEST:
        reason = "long"
    else:
        return
    raise _weak(reason, rules)


def _weak(reason: str, rules: PasswordRules) -> InvalidInputError:
    return InvalidInputError(
        "password_weak", reason=reason, length=rules.length, kinds=rules.kinds, kept=rules.kept
    )


def check_unused(session: Session, account: Account, password: str, rules: PasswordRules) -> None:
    """Raises InvalidInputError `password_weak`, reason `used`, for one of the account's last ones."""
    if not rules.kept:
        return
    last = accounts.last_passwords(session, account, rules.kept)
    if any(matches(one, password) for one in last):
        raise _weak("used", rules)


def put_password(work: Work, account: Account, hashed: str, rules: PasswordRules) -> None:
    """Make a hash the account's password, and remember it among its last ones; not committed."""
    account.password_hash = hashed
    account.password_set_at = work.now
    if rules.kept:
        work.session.add(OldPassword(account_id=account.id, password_hash=hashed, set_at=work.now))
        work.session.flush()
    accounts.forget_passwords(work.session, account.id, keep=rules.kept)


def is_too_old(account: Account, now: datetime, rules: PasswordRules) -> bool:
    """Whether the account must change its password; a wall's never, since nobody sits before it.

    Where it is not known when it was set, it does not age.
    """
    if not rules.days or account.password_set_at is None or account.kind == WALL:
        return False
    return now - account.password_set_at > timedelta(days=rules.days)
