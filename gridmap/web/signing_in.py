"""Pages to sign in and out, and to set a password first: after a one-time code, or when the old one had its days."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap.actions.signing_in import (
    SignedIn,
    SignInRules,
    open_ticket,
    set_first_password,
    sign_in,
    ticket_holder,
)
from gridmap.errors import GridmapError, InvalidInputError, NotSignedInError
from gridmap.texts import text
from gridmap.web.access import PUBLIC, forget, needs, office, parts, remember
from gridmap.web.demo_cards import demo_cards
from gridmap.web.errors import said_of
from gridmap.web.landing import may_open
from gridmap.web.language import language
from gridmap.web.pages import here_now, meta, pages
from gridmap.web.params import iso
from gridmap.web.phone import qr_drawing
from gridmap.web.targets import safe_target
from gridmap.web.visitors import browser_words, remember_browser, visitor_for

_REASONS = ("session_idle", "session_ended")


@pages.get("/sign-in")
@needs(PUBLIC)
def sign_in_page() -> AnyResponse:
    """The form for name and password, or one-time code."""
    if here_now() is not None:
        return redirect(url_for("pages.start"))
    session.pop("ticket", None)  # whoever comes next at this browser is somebody else
    return _sign_in_form()


def _sign_in_form(error: GridmapError | None = None, username: str = "", status: int = 200) -> Response:
    url = parts().settings.public_url
    target, why = safe_target(request.values.get("next")), request.args.get("why")
    note = None
    if error is None and why in _REASONS:
        note = text(language(), f"error.{why}", minutes=parts().rules.idle_minutes)
    page = render_template(
        "sign_in.html",
        error=said_of(error) if error else None,
        note=note,
        username=username,
        next=target,
        cards=demo_cards(),
        has_phone=bool(url),
        phone_code=qr_drawing(url) if url else None,
    )
    return make_response(page, status)


def _rules() -> SignInRules:
    """As set; but in a demo, whose sign-ins everybody shares, no password ages."""
    rules = parts().rules
    return replace(rules, password=replace(rules.password, days=0)) if meta("demo_accounts") else rules


@pages.post("/sign-in")
@needs(PUBLIC)
def sign_in_submit() -> AnyResponse:
    """Sign in; with a one-time code, or a password that is too old, a new password is set first."""
    username = request.form.get("username", "").strip()[:100]
    secret = request.form.get("password", "")[:256]
    try:
        if not username.isprintable():
            raise NotSignedInError("sign_in_wrong")
        signed = sign_in(office(), username, secret, _rules(), visitor_for(username))
    except NotSignedInError as error:
        return _sign_in_form(error, username, 401)
    target = safe_target(request.form.get("next"))
    if signed.must_set_password:
        session.clear()
        session["ticket"] = open_ticket(office(), signed.account_id)
        session["after_ticket"] = {"next": target, "is_too_old": signed.is_too_old}
        return redirect(url_for("pages.set_password_page"))
    return _entered(signed, username, target)


def _entered(signed: SignedIn, username: str, target: str | None) -> AnyResponse:
    remember(signed.account_id, browser_words())
    session["before"] = {"at": iso(signed.last_at), "failed": signed.failed_since}
    who = here_now()
    is_open = who is not None and target is not None and may_open(who, target)
    response = redirect(target if is_open and target else url_for("pages.start"))
    remember_browser(response, username, parts().settings)
    return response


@pages.get("/set-password")
@needs(PUBLIC)
def set_password_page() -> AnyResponse:
    """The form for a new password."""
    if "ticket" not in session:
        return redirect(url_for("pages.sign_in_page"))
    return _set_password_form()


def _set_password_form(error: GridmapError | None = None, status: int = 200) -> Response:
    _, name = ticket_holder(office(), session["ticket"])
    page = render_template(
        "set_password.html",
        error=said_of(error) if error else None,
        name=name,
        rules=parts().rules.password,
        is_too_old=session.get("after_ticket", {}).get("is_too_old", False),
    )
    return make_response(page, status)


@pages.post("/set-password")
@needs(PUBLIC)
def set_password_submit() -> AnyResponse:
    """Set a password and begin a session."""
    if "ticket" not in session:
        return redirect(url_for("pages.sign_in_page"))
    new, again = request.form.get("new_password", "")[:256], request.form.get("again", "")[:256]
    try:
        if new != again:
            raise InvalidInputError("passwords_differ")
        _, username = ticket_holder(office(), session["ticket"])
        account_id = set_first_password(office(), session["ticket"], new, parts().rules)
    except NotSignedInError:
        session.clear()
        raise
    except GridmapError as error:
        return _set_password_form(error, 422)
    target = session.get("after_ticket", {}).get("next")
    return _entered(SignedIn(account_id, must_set_password=False), username, target)


@pages.post("/sign-out")
@needs(PUBLIC)
def sign_out() -> AnyResponse:
    """End this browser's session."""
    forget()
    return redirect(url_for("pages.sign_in_page"))
