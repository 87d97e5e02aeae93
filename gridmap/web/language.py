"""Which language this request is answered in: asked for, kept in a cookie, or the browser's."""

from __future__ import annotations

from flask import current_app, g, has_request_context, request

from gridmap.texts import DEFAULT_LANGUAGE, LANGUAGES, choose_language

COOKIE = "lang"


def language() -> str:
    """One of `texts.LANGUAGES`: `?lang=`, the cookie, the installation's setting, or Accept-Language."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    if "language" not in g:
        g.language = _chosen()
    return str(g.language)


def _chosen() -> str:
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    setting = current_app.extensions["gridmap"].settings.language
    return choose_language(setting or request.headers.get("Accept-Language"))
