"""Flask, and only here: pages, API, stream, signing in, parameters, the error table."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from flask import Flask, g, request, session
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSessionInterface
from flask_openapi3 import Info, OpenAPI
from flask_wtf.csrf import generate_csrf

from gridmap import __version__
from gridmap.actions.office import Office
from gridmap.actions.signing_in import SignInRules
from gridmap.channels.declared import load_ways
from gridmap.config import Settings
from gridmap.errors import GridmapError, InvalidInputError, TooLargeError
from gridmap.live import Live
from gridmap.maps.assets import import_map, use_local_assets
from gridmap.resources import PACKAGE, folder
from gridmap.texts import text
from gridmap.web import (  # noqa: F401  (some add routes)
    access,
    account,
    api,
    basemaps,
    compressing,
    door,
    errors,
    phone,
    security,
    signing_in,
    tiles,
    visitors,
)
from gridmap.web import language as languages
from gridmap.web.access import Parts
from gridmap.web.actors import own_name
from gridmap.web.answers import Error
from gridmap.web.api import me
from gridmap.web.desk import desk
from gridmap.web.door_pages import door_pages
from gridmap.web.evaluation import evaluation
from gridmap.web.field import field
from gridmap.web.landing import pages_for
from gridmap.web.language import language
from gridmap.web.modules import needed_by
from gridmap.web.moments import moment
from gridmap.web.notices import bell
from gridmap.web.pace import Pace
from gridmap.web.pages import meta, pages
from gridmap.web.roster import roster
from gridmap.web.wall import wall

_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "session",
        "description": "Of a signed-in page; whatever writes also needs the page's token in X-CSRFToken.",
    },
}


class _Json(DefaultJSONProvider):
    """Chinese as it is written, keys as they come."""

    ensure_ascii = False
    sort_keys = False
    compact = True

    def loads(self, s: str | bytes, **options: Any) -> Any:
        """As Python reads it, but a field given twice means two things: raises InvalidInputError `field_repeated`."""
        return super().loads(s, object_pairs_hook=_each_once, **options)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        raise InvalidInputError(
            "field_repeated", fields=[name for name in fields if names.count(name) > 1][:50]
        )
    return fields


def build(settings: Settings, office: Office, rules: SignInRules) -> Flask:
    """The web application over an office."""
    use_local_assets("/static/vendor")
    app = OpenAPI(
        __name__,
        info=Info(
            title="gridmap", version=__version__, description="Grid management: matters, cells, staff."
        ),
        security_schemes=_SECURITY,
        doc_ui=False,
        validation_error_model=Error,
        validation_error_callback=errors.answer_validation,
        template_folder=str(folder("templates")),
        static_folder=str(PACKAGE / "static"),
        static_url_path="/static",
    )
    _configure(app, settings)
    app.session_interface = _Sessions()
    visitors.trust_proxies(app, settings.trusted_proxies)
    pace = Pace(settings.writes_per_minute)
    ways = load_ways(settings.channels, os.environ, settings.public_url)
    app.extensions["gridmap"] = Parts(settings, office, rules, Live(office.database), pace, ways)
    errors.install(app)
    access.install(app)
    app.before_request(_check_query)
    app.before_request(_check_body)
    door.install(app, settings)
    languages.install(app, is_https=settings.secure_cookies)
    security.install(app, is_https=settings.secure_cookies)
    compressing.install(app)
    api.install(app)
    tiles.install(app, office.data_dir)
    basemaps.install(app, settings, office)
    app.add_url_rule("/healthz", "health", me.health)
    app.add_url_rule("/api/openapi.json", "openapi", me.openapi)
    _install_pages(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.json = _Json(app)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body_mb * 1_000_000,
        MAX_FORM_PARTS=50,
        SESSION_REFRESH_EACH_REQUEST=False,  # an answer under way would bring a session back that was signed out
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(days=365),  # walls; others end by being idle (see access)
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )


class _Sessions(SecureCookieSessionInterface):
    """Flask's signed cookies, with one signer for all requests instead of one each; their key stays as it is."""

    _signer: Any = None

    def get_signing_serializer(self, app: Flask) -> Any:
        """What signs them."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


_BODY_LIMIT = 200_000


def _check_body() -> None:
    """JSON routes take one JSON object of bounded size; raises what says so."""
    if request.routing_exception or request.method not in ("POST", "PUT", "PATCH"):
        return  # nothing of ours takes it: 404 or 405 says more
    if not request.path.startswith("/api/") or request.path.endswith("/photos"):
        return
    if request.mimetype != "application/json":
        raise InvalidInputError("body_not_json")
    # A body sent in pieces declares no length: then what came counts.
    if (request.content_length or 0) > _BODY_LIMIT or len(request.get_data()) > _BODY_LIMIT:
        raise TooLargeError("too_large", limit=_BODY_LIMIT)
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        raise InvalidInputError("body_not_json") from None
    if not isinstance(body, dict):
        raise InvalidInputError("body_not_json")


def _check_query() -> None:
    """A parameter given twice means two things: raises InvalidInputError `query_repeated`."""
    if request.routing_exception or not request.path.startswith("/api/"):
        return
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise InvalidInputError("query_repeated", fields=twice[:50])


def _user() -> dict[str, str] | None:
    """Who looks at the page, also at an address that does not exist; None for nobody."""
    try:
        who = access.actor_or_none()
    except GridmapError:
        return None
    return None if who is None else {"name": own_name(who), "kind": who.kind}


def _open_pages() -> list[dict[str, object]]:
    """The pages that whoever looks at this one may open; none for nobody."""
    try:
        return pages_for(access.actor_or_none())
    except GridmapError:
        return []


def _install_pages(app: Flask) -> None:
    app.register_blueprint(pages)
    app.register_blueprint(field)
    app.register_blueprint(desk)
    app.register_blueprint(wall)
    app.register_blueprint(evaluation)
    app.register_blueprint(roster)
    app.register_blueprint(door_pages)

    def notice() -> str | None:
        if "notice" not in g:
            g.notice = meta("notice")
        return g.notice  # type: ignore[no-any-return]

    @app.context_processor
    def page_words() -> dict[str, Any]:
        try:
            said = notice()
        except GridmapError:
            said = None  # the error page itself must still show
        return {
            "lang": language(),
            "t": lambda key, **fields: text(language(), key, **fields),
            "nonce": security.nonce(),
            "import_map": import_map("/static/vendor/"),
            "modules_of": needed_by,
            "csrf_token": generate_csrf,
            "notice": said,
            "user": _user(),
            "languages": languages.languages,
            "open_pages": _open_pages,
            "failed_before": session.get("before", {}).get("failed", 0),
            "moment": moment,
            "bell": bell,
        }
