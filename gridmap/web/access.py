"""Who is behind a request, and whether they may: nothing is served that does not say who may have it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask, Response, after_this_request, current_app, g, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect

from gridmap.actions.office import Office
from gridmap.actions.signing_in import (
    SESSION,
    TOKEN,
    SignInRules,
    keep_awake,
    open_session,
    proven,
    sign_out,
)
from gridmap.channels.declared import Ways
from gridmap.config import Settings
from gridmap.domain.scope import Actor
from gridmap.errors import ForbiddenError, NotSignedInError, UnavailableError
from gridmap.live import Live
from gridmap.web.pace import Pace

PUBLIC, SIGNED_IN = "public", "signed in"
SAFE = ("GET", "HEAD", "OPTIONS")
ALONE = "X-Unattended"
"""Sent by pages nobody has touched for a while: what they ask does not keep the session awake."""

TRUSTED_S = 10.0
"""So long a view that is asked often takes the last answer for who may see it: a token that is revoked fetches tiles so long."""
_TRUSTED_MOST = 10_000

View = TypeVar("View", bound=Callable[..., Any])
csrf = CSRFProtect()


@dataclass(frozen=True)
class Parts:
    """What the factory put together, kept at the application."""

    settings: Settings
    office: Office
    rules: SignInRules
    live: Live
    pace: Pace
    ways: Ways = field(default_factory=Ways)


def parts() -> Parts:
    """The parts of the running application."""
    found: Parts = current_app.extensions["gridmap"]
    return found


def office() -> Office:
    """What actions need."""
    return parts().office


def needs(*permissions: str, often: bool = False, bare: bool = False) -> Callable[[View], View]:
    """Mark a view with the permissions one of which it needs; `PUBLIC` and `SIGNED_IN` are the two lowest.

    `often`: what it serves is the same for everybody and about nobody, and is asked for by the dozen: who
    was let in is not asked again for `TRUSTED_S` seconds, in this process.
    `bare`: it reads no session, so nobody can make another's browser use one: it asks for no CSRF token.
    """

    def mark(view: View) -> View:
        view.needs, view.often, view.bare = permissions, often, bare  # type: ignore[attr-defined]
        return view

    return mark


def actor() -> Actor:
    """Who is behind this request. Raises NotSignedInError where nobody is."""
    found = actor_or_none()
    if found is None:
        raise NotSignedInError("not_signed_in")
    return found


def actor_or_none() -> Actor | None:
    """Who is behind this request; None for nobody. Raises NotSignedInError for a bad token or an ended session."""
    if "actor" not in g:
        proof = credentials()
        try:
            g.actor, g.used_at = (None, None) if proof.secret is None else _proven(parts(), proof)
        except NotSignedInError:
            session.clear()
            raise
    found: Actor | None = g.actor
    return found


@dataclass(frozen=True)
class Credentials:
    """What a request proves itself with: the secret of a bearer token or of a session (`kind`); None for nothing."""

    secret: str | None
    kind: str


def credentials() -> Credentials:
    """What this request proves itself with; a bearer token before a session."""
    token = _bearer()
    return Credentials(session.get("secret"), SESSION) if token is None else Credentials(token, TOKEN)


def actor_by(here: Parts, proof: Credentials) -> Actor:
    """Who is behind `proof` by now. Raises NotSignedInError."""
    return _proven(here, proof)[0]


def _proven(here: Parts, proof: Credentials) -> tuple[Actor, datetime]:
    if proof.secret is None:
        raise NotSignedInError("not_signed_in")
    return proven(here.office, proof.secret, here.rules, proof.kind)


def _bearer() -> str | None:
    header = request.headers.get("Authorization", "")
    return header[7:].strip() if header[:7].lower() == "bearer " else None


def remember(account_id: int, label: str = "") -> None:
    """Begin a session for an account that has just signed in; what the cookie held before goes.

    `label` says to its owner which browser that is. From now on this request is theirs.
    """
    forget()
    g.pop("actor", None)
    session.permanent = True
    session["secret"] = open_session(office(), account_id, label, parts().rules.session_hours)


def forget() -> None:
    """End this browser's session, here and in the store."""
    secret = session.get("secret")
    session.clear()
    if secret is not None:
        sign_out(office(), secret)


def install(app: Flask) -> None:
    """Check every request before its view."""
    csrf.init_app(app)
    app.extensions["gridmap_trusted"] = {}
    app.before_request(_admit)


def _admit() -> None:
    if request.endpoint is None or request.endpoint == "static":
        return
    view = current_app.view_functions[request.endpoint]
    wanted: tuple[str, ...] | None = getattr(view, "needs", None)
    if wanted is None:
        raise ForbiddenError("forbidden", kind="", permission="unstated")
    is_often = getattr(view, "often", False)
    if is_often and _was_let_in():
        return
    found = None if PUBLIC in wanted else actor()
    is_bare = getattr(view, "bare", False)
    if request.method not in SAFE and _bearer() is None and not is_bare:
        _check_csrf()
    if found is None:
        return
    if SIGNED_IN not in wanted and not any(found.may(permission) for permission in wanted):
        raise ForbiddenError("forbidden", kind=found.kind, permission=wanted[0])
    _keep_awake()
    if request.method not in SAFE:
        parts().pace.take(found.account_id)
    if is_often:
        _let_in()


def _was_let_in() -> bool:
    """Whether whoever asks was let in to such a view a moment ago."""
    since = _trusted().get(_asker())
    return since is not None and 0 <= time.monotonic() - since < TRUSTED_S


def _let_in() -> None:
    known = _trusted()
    if len(known) >= _TRUSTED_MOST:
        known.clear()
    known[_asker()] = time.monotonic()


def _trusted() -> dict[bytes, float]:
    found: dict[bytes, float] = current_app.extensions["gridmap_trusted"]
    return found


def _asker() -> bytes:
    """What stands for a proof in memory; one for all who have none, who are never let in."""
    proof = credentials()
    return hashlib.sha256(f"{proof.kind} {proof.secret or ''}".encode()).digest()


def _check_csrf() -> None:
    try:
        csrf.protect()
    except CSRFError as error:
        raise ForbiddenError("csrf_failed") from error


def _keep_awake() -> None:
    proof = credentials()
    if proof.secret is None:
        return
    if proof.kind == TOKEN:
        after_this_request(_note_use)
        return
    # An open page that listens, or asks anew by itself, is no sign of a person.
    is_alone = request.endpoint == "api.stream" or request.headers.get(ALONE) == "1"
    if not is_alone:
        keep_awake(office(), proof.secret, SESSION, g.used_at)


def _note_use(response: Response) -> Response:
    """Note that a token is used when its answer has gone: nobody waits for that."""
    here, secret, used_at = office(), credentials().secret or "", g.used_at

    def note() -> None:
        with suppress(UnavailableError):  # the next use is noted
            keep_awake(here, secret, TOKEN, used_at)

    response.call_on_close(note)
    return response
