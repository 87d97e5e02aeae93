"""Which language this request is answered in: asked for, kept in a cookie, or the browser's."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, has_request_context, request

from gridmap.texts import DEFAULT_LANGUAGE, LANGUAGES, choose_language
from gridmap.web.targets import safe_target

COOKIE = "lang"
_YEAR_S = 31_536_000
_NO_COOKIES = ("/api/", "/static/", "/tiles/", "/door", "/track")
"""Where none is set: a resident's browser keeps nothing of us; there the address says the language."""


def language() -> str:
    """One of `texts.LANGUAGES`: `?lang=`, the cookie, the installation's setting, or Accept-Language."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    found: str | None = g.get("language")
    if found is None:
        found = g.language = _chosen()
    return found


def _chosen() -> str:
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    setting = current_app.extensions["gridmap"].settings.language
    return choose_language(setting or request.headers.get("Accept-Language"))


def languages() -> list[dict[str, object]]:
    """The choice a page offers: code, key of its own name, this page's address in it, whether it is shown now."""
    named = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    kept = [(name, value) for name, value in named if name != "next" or safe_target(value)]
    return [
        {
            "code": code,
            "name": f"page.language_{code[:2]}",
            "address": "?" + urlencode([*kept, ("lang", code)]),
            "is_shown": code == language(),
        }
        for code in LANGUAGES
    ]


def install(app: Flask, *, is_https: bool) -> None:
    """Have pages remember a language that was asked for."""

    @app.after_request
    def keep(response: Response) -> Response:
        wish = request.args.get("lang", "")
        if wish in LANGUAGES and not request.path.startswith(_NO_COOKIES):
            response.set_cookie(COOKIE, wish, max_age=_YEAR_S, httponly=True, samesite="Lax", secure=is_https)
        return response
