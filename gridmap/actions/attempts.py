"""How often signing in may be tried: per name, per browser the name is known from, per address.

A try is written down before the password is looked at, under a lock on what it is counted under, so a
burst has no more tries than a single caller. Names are counted whether or not an account has them.
Why so, and against whom: docs/decisions/0011-who-may-try-to-sign-in.md.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gridmap.actions.office import Office, Work
from gridmap.db import attempts
from gridmap.db.engine import hold
from gridmap.errors import NotSignedInError, TooManyError


@dataclass(frozen=True)
class Limit:
    """So many failed tries in so many minutes, and no more; 0 tries: any number."""

    tries: int
    minutes: int

    @property
    def span(self) -> timedelta:
        """How long a try counts."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Visitor:
    """Where a try comes from.

    `address`: the client's IP address, empty where none is known. `browser`: the id of the browser,
    where the name that is tried has signed in with it before; None elsewhere.
    """

    address: str = ""
    browser: str | None = None


@dataclass(frozen=True)
class Attempt:
    """A try under way: its key, and the mark it is counted under."""

    id: int
    mark: str


def mark_of_name(username: str) -> str:
    """What tries on a name are counted under: 128 bits of its SHA-256, in hex."""
    return _mark("name", username)


def start(office: Office, username: str, visitor: Visitor, *, per_name: Limit, per_address: Limit) -> Attempt:
    """Write a try down, as long as there are not too many; commits.

    Raises TooManyError `too_many` with `retry_after_s` for the address, NotSignedInError
    `sign_in_locked` with `minutes` for the name. A try that is refused here is not counted.
    """
    is_known = visitor.browser is not None
    mark = _mark("browser", f"{visitor.browser} {username}") if is_known else mark_of_name(username)
    address = None if is_known or not visitor.address else _mark("address", network_of(visitor.address))
    with office.work() as work:
        for held in sorted(filter(None, (mark, address))):
            hold(work.session.connection(), int(held[:15], 16))
        if address is not None and (left := _wait(work, attempts.by_address, address, per_address)):
            raise TooManyError("too_many", retry_after_s=math.ceil(left.total_seconds()))
        if left := _wait(work, attempts.by_name, mark, per_name):
            raise NotSignedInError("sign_in_locked", minutes=math.ceil(left.total_seconds() / 60))
        return Attempt(attempts.add(work.session, mark, address, work.now), mark)


def _wait(
    work: Work,
    times_of: Callable[[Session, str, datetime, datetime, int], list[datetime]],
    mark: str,
    limit: Limit,
) -> timedelta | None:
    """How long until there is room under a limit; None where there is."""
    if not limit.tries:
        return None
    times = times_of(work.session, mark, work.now - limit.span, work.now, limit.tries)
    return times[-1] + limit.span - work.now if len(times) == limit.tries else None


def take_back(office: Office, attempt: Attempt) -> None:
    """Forget a try that came to nothing, right or wrong; commits."""
    with office.work() as work:
        attempts.remove(work.session, attempt.id)


def settle(work: Work, attempt: Attempt, *, is_right: bool) -> None:
    """Count a wrong try from now; a right one wipes what was counted under its mark. Not committed.

    What failed from the same address against other names stays: one's own account is no eraser.
    """
    if is_right:
        attempts.wipe(work.session, attempt.mark)
    else:
        attempts.move(work.session, attempt.id, work.now)


def forget_attempts(office: Office, minutes: int) -> int:
    """Delete tries older than `minutes`; commits. How many went."""
    with office.work() as work:
        return attempts.forget_before(work.session, work.now - timedelta(minutes=minutes))


def network_of(address: str) -> str:
    """What one client has of addresses: an IPv4 address, or the /64 of an IPv6 one; other text as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))


def _mark(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}:{text}".encode(errors="surrogatepass")).hexdigest()[:32]
