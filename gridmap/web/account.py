"""One's own account: who one is here, a new password, where one is signed in, and ending it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap.actions.own_sessions import end_others, end_own
from gridmap.actions.signing_in import secret_digest, set_password
from gridmap.db import accounts
from gridmap.db.models import Token
from gridmap.errors import GridmapError, InvalidInputError
from gridmap.texts import text
from gridmap.web.access import SIGNED_IN, actor, credentials, needs, office, parts, remember
from gridmap.web.api.me import describe_me
from gridmap.web.errors import said_of, status_of
from gridmap.web.language import language
from gridmap.web.pages import pages
from gridmap.web.visitors import browser_words, visitor_for


@pages.get("/account")
@needs(SIGNED_IN)
def account_page() -> AnyResponse:
    """Who one is here: name, kind, posts; sessions, tokens, the form for a new password."""
    return _page()


def _page(error: GridmapError | None = None) -> Response:
    me, who, rules = describe_me(), actor(), parts().rules
    with office().database.reading() as db:
        since = office().clock() - timedelta(minutes=rules.idle_minutes)
        held = accounts.live_sessions(db, who.account_id, since)
        tokens = [row for row in accounts.tokens_of(db, who.account_id) if _is_valid(row)]
    page = render_template(
        "account.html",
        account=me,
        user={"name": me["name"], "kind": me["kind"]},
        before=_before(),
        sessions=[_shown(row) for row in held],
        tokens=[_shown(row) for row in tokens],
        rules=rules.password,
        idle_minutes=rules.idle_minutes,
        may_change=who.may("tokens"),
        error=said_of(error) if error else None,
    )
    return make_response(page, status_of(error) if error else 200)


def _before() -> dict[str, Any]:
    """The sign-in before this one: when (None: not known), and how many tries failed since."""
    kept = session.get("before", {})
    at = kept.get("at")
    return {"at": datetime.fromisoformat(at) if at else None, "failed": kept.get("failed", 0)}


def _is_valid(token: Token) -> bool:
    now = office().clock()
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > now)


def _shown(token: Token) -> dict[str, Any]:
    secret = credentials().secret
    return {
        "id": token.id,
        "label": token.label,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "seen_at": token.seen_at,
        "is_mine": secret is not None and token.digest == secret_digest(secret),
    }


@pages.post("/account/password")
@needs("tokens")
def change_password() -> AnyResponse:
    """Set a new password; every other session ends, this browser begins a new one."""
    old, new, again = (request.form.get(name, "")[:256] for name in ("old_password", "new_password", "again"))
    who = actor()
    try:
        if new != again:
            raise InvalidInputError("passwords_differ")
        visitor = visitor_for(who.username)
        set_password(office(), who.account_id, new, parts().rules, old=old, visitor=visitor)
    except GridmapError as error:
        return _page(error)
    before = session.get("before")
    remember(who.account_id, browser_words())
    session["before"] = before or {}
    return _done("account.password_changed")


@pages.post("/account/sessions/<int(max=9007199254740991):token_id>/end")
@needs("tokens")
def end_session(token_id: int) -> AnyResponse:
    """End one of one's own sessions or tokens."""
    end_own(office(), actor(), token_id)
    return _done("account.ended")


@pages.post("/account/sessions/end-others")
@needs("tokens")
def end_other_sessions() -> AnyResponse:
    """End all one's sessions and tokens but the one in use."""
    end_others(office(), actor(), credentials().secret or "")
    return _done("account.others_ended")


def _done(key: str) -> AnyResponse:
    flash(text(language(), key))
    return redirect(url_for("pages.account_page"))
