"""Who knocks: the client's address, as far as it can be believed, and browsers a name has signed in with.

A browser that somebody signed in with keeps a signed cookie that says so. What others try on that name
elsewhere does not lock it there (docs/decisions/0011-who-may-try-to-sign-in.md).
"""

from __future__ import annotations

import secrets

from flask import Flask, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from gridmap.actions.attempts import Visitor, mark_of_name
from gridmap.config import Settings

COOKIE = "browser"
NAMES_KEPT = 8
_AGE_S = 365 * 86_400
# The first that fits: most browsers also say the names of others.
_BROWSERS = (
    ("MicroMessenger/", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def trust_proxies(app: Flask, number: int) -> None:
    """Believe as many addresses at the end of X-Forwarded-For as there are proxies in front; 0: none."""
    if number:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=0)  # type: ignore[method-assign]


def visitor_for(username: str) -> Visitor:
    """Where a try to sign in as `username` comes from."""
    browser, marks = _kept()
    is_known = mark_of_name(username) in marks
    return Visitor(request.remote_addr or "", browser if is_known else None)


def remember_browser(response: Response, username: str, settings: Settings) -> None:
    """Have this browser say from now on that `username` has signed in with it."""
    browser, marks = _kept()
    mine = mark_of_name(username)
    kept = [mine, *(mark for mark in marks if mark != mine)][:NAMES_KEPT]
    value = str(_signer().dumps([browser, kept]))
    secure = settings.secure_cookies
    response.set_cookie(COOKIE, value, max_age=_AGE_S, path="/", httponly=True, samesite="Lax", secure=secure)


def browser_words() -> str:
    """The browser and system of this request, as far as it says: “Chrome · Android”; empty for none known."""
    agent = request.user_agent.string
    found = [next((name for mark, name in table if mark in agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found))


def _kept() -> tuple[str, list[str]]:
    """The browser's id, a new one where it has none, and the marks of the names it is known by."""
    try:
        browser, marks = _signer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return secrets.token_urlsafe(12), []
    return str(browser), list(marks)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="gridmap-browser")
