"""Pages for people: sign in and out, set a password, one's account, the map."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd
import shapely
from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from gridmap.actions.signing_in import open_ticket, set_first_password, sign_in, ticket_holder
from gridmap.db import areas, issues
from gridmap.db.models import Meta
from gridmap.domain.scope import Actor
from gridmap.errors import GridmapError, InvalidInputError, NotSignedInError
from gridmap.geo.crs import WGS84
from gridmap.geo.locate import BBox
from gridmap.maps.page import leader_map, page_texts
from gridmap.texts import LANGUAGES, catalogue, text
from gridmap.web.access import PUBLIC, SIGNED_IN, actor, actor_or_none, forget, needs, office, parts, remember
from gridmap.web.api.blueprint import count_below
from gridmap.web.api.me import describe_me
from gridmap.web.language import COOKIE, language
from gridmap.web.params import iso
from gridmap.web.security import nonce
from gridmap.web.visitors import remember_browser, visitor_for

pages = Blueprint("pages", __name__)
_NOWHERE: BBox = (73.0, 18.0, 135.0, 54.0)
_LEVEL_LIMIT = 20_000


def meta(name: str) -> str | None:
    """A fact about this installation; None where it is not stated."""
    with office().database.reading() as db:
        return db.scalar(select(Meta.value).where(Meta.name == name))


@pages.after_request
def keep_language(response: Response) -> Response:
    """Remember a language that was asked for."""
    if request.args.get("lang") in LANGUAGES:
        settings = parts().settings
        response.set_cookie(
            COOKIE,
            request.args["lang"],
            max_age=31_536_000,
            httponly=True,
            samesite="Lax",
            secure=settings.secure_cookies,
        )
    return response


def _signed_in() -> Actor | None:
    try:
        return actor_or_none()
    except NotSignedInError:
        return None


@pages.get("/")
@needs(PUBLIC)
def start() -> AnyResponse:
    """To the map, or first to signing in."""
    who = _signed_in()
    if who is None:
        return redirect(url_for("pages.sign_in_page"))
    return redirect(url_for("pages.map_page" if who.may("read") else "pages.account_page"))


@pages.get("/sign-in")
@needs(PUBLIC)
def sign_in_page() -> AnyResponse:
    """The form for name and password, or one-time code."""
    if _signed_in() is not None:
        return redirect(url_for("pages.start"))
    session.pop("ticket", None)  # whoever comes next at this browser is somebody else
    return _sign_in_form()


def _sign_in_form(error: GridmapError | None = None, username: str = "", status: int = 200) -> Response:
    said = text(language(), f"error.{error.code}", **error.details) if error else None
    demo = json.loads(meta("demo_accounts") or "null")
    if demo:
        demo = [{**one, "title": one["title_en"] if language() == "en" else one["title"]} for one in demo]
    page = render_template(
        "sign_in.html",
        error=said,
        username=username,
        next=_safe_target(request.values.get("next")),
        demo_accounts=demo,
    )
    return make_response(page, status)


def _safe_target(target: str | None) -> str | None:
    """A path of ours, or None: nobody is sent elsewhere after signing in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if not target.isprintable():
        return None  # browsers leave out tabs and line ends: “/”, tab, “/” is “//”
    parsed = urlsplit(target)
    return None if parsed.scheme or parsed.netloc or "\\" in target else target


@pages.post("/sign-in")
@needs(PUBLIC)
def sign_in_submit() -> AnyResponse:
    """Sign in; with a one-time code a password is set first."""
    username = request.form.get("username", "").strip()[:100]
    secret = request.form.get("password", "")[:256]
    try:
        if not username.isprintable():
            raise NotSignedInError("sign_in_wrong")
        signed = sign_in(office(), username, secret, parts().rules, visitor_for(username))
    except NotSignedInError as error:
        return _sign_in_form(error, username, 401)
    if signed.must_set_password:
        session.clear()
        session["ticket"] = open_ticket(office(), signed.account_id)
        return redirect(url_for("pages.set_password_page"))
    return _entered(signed.account_id, username, _safe_target(request.form.get("next")))


def _entered(account_id: int, username: str, target: str | None = None) -> AnyResponse:
    remember(account_id)
    response = redirect(target or url_for("pages.start"))
    remember_browser(response, username, parts().settings)
    return response


@pages.get("/set-password")
@needs(PUBLIC)
def set_password_page() -> AnyResponse:
    """The form for a first password."""
    if "ticket" not in session:
        return redirect(url_for("pages.sign_in_page"))
    return _set_password_form()


def _set_password_form(error: GridmapError | None = None, status: int = 200) -> Response:
    _, name = ticket_holder(office(), session["ticket"])
    said = None
    if error is not None:
        reason = text(language(), f"error.password_weak_{error.details.get('reason', '')}", **error.details)
        said = (
            reason
            if error.code == "password_weak"
            else text(language(), f"error.{error.code}", **error.details)
        )
    page = render_template(
        "set_password.html", error=said, name=name, min_length=parts().rules.password_length
    )
    return make_response(page, status)


@pages.post("/set-password")
@needs(PUBLIC)
def set_password_submit() -> AnyResponse:
    """Set a first password and begin a session."""
    if "ticket" not in session:
        return redirect(url_for("pages.sign_in_page"))
    new, again = request.form.get("new_password", ""), request.form.get("again", "")
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
    return _entered(account_id, username)


@pages.post("/sign-out")
@needs(PUBLIC)
def sign_out() -> AnyResponse:
    """End this browser's session."""
    forget()
    return redirect(url_for("pages.sign_in_page"))


@pages.get("/account")
@needs(SIGNED_IN)
def account_page() -> AnyResponse:
    """Who one is here: name, kind, posts."""
    me = describe_me()
    user = {"name": me["name"], "kind": me["kind"]}
    return make_response(render_template("account.html", account=me, tokens=None, user=user))


@pages.get("/map")
@needs("read")
def map_page() -> AnyResponse:
    """The map of one's own area."""
    who, me = actor(), describe_me()
    with office().database.reading() as db:
        bounds = areas.extent(db, who.scope.paths) or areas.extent(db, [""]) or _NOWHERE
        counts = issues.open_below(db, who.scope)
        cells = _frame(_rows(db, who, level="grid"), counts, who)
        outline = None if who.scope.is_everything else _frame(_roots(db, who), counts, who)
    texts = catalogue(language())
    drawn = leader_map(cells, outline, bounds=bounds, texts=texts, nonce=nonce())
    data = {
        "me": me,
        "texts": page_texts(texts),
        "endpoints": {"api": "/api/v1", "stream": "/api/v1/stream"},
        "bounds": bounds,
        "timezone": parts().settings.timezone,
        "now": iso(office().clock()),
    }
    title = me["posts"][0]["role_name"] if me["posts"] else None  # type: ignore[index]
    user = {"name": me["name"], "kind": me["kind"], "title": title}
    return make_response(render_template("map.html", map=drawn, page_data=data, user=user))


def _rows(db: Any, who: Actor, *, level: str) -> list[Any]:
    roots = [None] if who.scope.is_everything else list(who.scope.paths)
    return [row for root in roots for row in areas.page(db, level=level, under=root, limit=_LEVEL_LIMIT)]


def _roots(db: Any, who: Actor) -> list[Any]:
    named = areas.named(db, who.scope.paths)
    return [
        row
        for path in who.scope.paths
        if path in named
        for row in areas.page(db, under=path, level=named[path].level, limit=1)
    ]


def _frame(rows: list[Any], counts: dict[str, int], who: Actor) -> gpd.GeoDataFrame | None:
    if not rows:
        return None
    columns = {
        "code": [row.code for row in rows],
        "name": [row.name for row in rows],
        "level": [row.level for row in rows],
        "open": [count_below(counts, row.path, who.scope) for row in rows],
    }
    shapes = shapely.set_precision(shapely.from_wkb([row.wkb for row in rows]), 1e-7, mode="pointwise")
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=WGS84)
