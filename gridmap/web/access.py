"""Who is behind a request, and whether they may: nothing is served that does not say who may have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, g, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect

from gridmap.actions.office import Office
from gridmap.actions.signing_in import (
    SESSION,
    TOKEN,
    SignInRules,
    actor_by_secret,
    keep_awake,
    open_session,
    sign_out,
)
from gridmap.config import Settings
from gridmap.domain.scope import Actor
from gridmap.errors import ForbiddenError, NotSignedInError
from gridmap.live import Live
from gridmap.web.pace import Pace

PUBLIC, SIGNED_IN = "public", "signed in"
SAFE = ("GET", "HEAD", "OPTIONS")

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


def parts() -> Parts:
    """The parts of the running application."""
    found: Parts = current_app.extensions["gridmap"]
    return found


def office() -> Office:
    """What actions need."""
    return parts().office


def needs(*permissions: str) -> Callable[[View], View]:
    """Mark a view with the permissions one of which it needs; `PUBLIC` and `SIGNED_IN` are the two lowest."""

    def mark(view: View) -> View:
        view.needs = permissions  # type: ignore[attr-defined]
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
            g.actor = None if proof.secret is None else actor_by(parts(), proof)
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
    if proof.secret is None:
        raise NotSignedInError("not_signed_in")
    return actor_by_secret(here.office, proof.secret, here.rules, proof.kind)


def _bearer() -> str | None:
    header = request.headers.get("Authorization", "")
    return header[7:].strip() if header[:7].lower() == "bearer " else None


def remember(account_id: int) -> None:
    """Begin a session for an account that has just signed in; what the cookie held before goes."""
    forget()
    session.permanent = True
    session["secret"] = open_session(office(), account_id)


def forget() -> None:
    """End this browser's session, here and in the store."""
    secret = session.get("secret")
    session.clear()
    if secret is not None:
        sign_out(office(), secret)


def install(app: Flask) -> None:
    """Check every request before its view."""
    csrf.init_app(app)
    app.before_request(_admit)


def _admit() -> None:
    if request.endpoint is None or request.endpoint == "static":
        return
    view = current_app.view_functions[request.endpoint]
    wanted: tuple[str, ...] | None = getattr(view, "needs", None)
    if wanted is None:
        raise ForbiddenError("forbidden", kind="", permission="unstated")
    found = None if PUBLIC in wanted else actor()
    if request.method not in SAFE and _bearer() is None:
        _check_csrf()
    if found is None:
        return
    _keep_awake()
    if SIGNED_IN not in wanted and not any(found.may(permission) for permission in wanted):
        raise ForbiddenError("forbidden", kind=found.kind, permission=wanted[0])
    if request.method not in SAFE and request.blueprint == "api":
        parts().pace.take(found.account_id)


def _check_csrf() -> None:
    try:
        csrf.protect()
    except CSRFError as error:
        raise ForbiddenError("csrf_failed") from error


def _keep_awake() -> None:
    # An open page that listens by itself is no sign of a person.
    if "secret" in session and _bearer() is None and request.endpoint != "api.stream":
        keep_awake(office(), session["secret"])
