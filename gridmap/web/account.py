"""One's own account: who one is here, a new password, where one is signed in, and ending it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from gridmap.actions.own_sessions import end_others, end_own
from gridmap.actions.rostering import Leave, end_absence, note_absence
from gridmap.actions.signing_in import secret_digest, set_password
from gridmap.db import accounts, areas, posts, rosters
from gridmap.db.models import Token
from gridmap.domain.codes import ancestors
from gridmap.errors import GridmapError, InvalidInputError
from gridmap.texts import text
from gridmap.web.access import SIGNED_IN, actor, credentials, needs, office, parts, remember
from gridmap.web.api.me import describe_me
from gridmap.web.errors import said_of, status_of
from gridmap.web.language import language
from gridmap.web.moments import years_without_calendar
from gridmap.web.pages import pages
from gridmap.web.shapes import role_name
from gridmap.web.visitors import browser_words, visitor_for


@pages.get("/account")
@needs(SIGNED_IN)
def account_page() -> AnyResponse:
    """Who one is here: name, kind, posts; sessions, tokens, the form for a new password."""
    return _page()


def _page(error: GridmapError | None = None, away_error: GridmapError | None = None) -> Response:
    me, who, rules = describe_me(), actor(), parts().rules
    with office().database.reading() as db:
        since = office().clock() - timedelta(minutes=rules.idle_minutes)
        held = accounts.live_sessions(db, who.account_id, since)
        tokens = [row for row in accounts.tokens_of(db, who.account_id) if _is_valid(row)]
        duty = _duty(db)
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
        duty=duty,
        calendar_missing=years_without_calendar() if who.may("manage") else (),
        away_error=said_of(away_error) if away_error else None,
    )
    fault = error or away_error
    return make_response(page, status_of(fault) if fault else 200)


def _duty(db: Session) -> dict[str, Any] | None:
    """One's own posts with shifts, absences that are not over, and who could stand in; None for who holds no post."""
    who, here = actor(), office()
    now = here.clock()
    held = posts.of_person(db, who.person_id, now) if who.person_id else []
    if not held or not who.may("act"):
        return None
    away = rosters.absences_of(db, [post.person_id for post in held], now)
    colleagues = rosters.colleagues(db, held, now)
    deputies = posts.people(db, [one.deputy_id for one in away])
    return {
        "away": [_away(one, deputies) for one in away],
        "colleagues": _by_post(db, colleagues),
        "now": now.astimezone(here.zone).strftime("%Y-%m-%dT%H:%M"),
    }


def _by_post(db: Session, colleagues: Sequence[rosters.Colleague]) -> list[dict[str, Any]]:
    """Who could stand in, by community and role in the order of the roles; each with the area of their post."""
    roles = office().roles
    above = {one.area_path: ancestors(one.area_path)[:3][-1] for one in colleagues}
    named = areas.named(db, {*above, *above.values()})
    several = len(set(above.values())) > 1
    found: dict[tuple[str, int, str], list[dict[str, Any]]] = {}
    for one in colleagues:
        role, place = roles.get(one.role), named.get(one.area_path)
        key = (above[one.area_path], role.order if role else len(roles), one.role)
        found.setdefault(key, []).append(
            {"code": one.code, "name": one.name, "area": place.name if place else ""}
        )

    def title(path: str, role: str) -> str:
        words = [named[path].name] if several and path in named else []
        return " · ".join([*words, role_name(roles.get(role), role)])

    return [
        {"title": title(path, role), "people": found[path, order, role]}
        for path, order, role in sorted(found)
    ]


def _away(one: rosters.Away, people: Mapping[int, Any]) -> dict[str, Any]:
    deputy = people.get(one.deputy_id or 0)
    return {
        "id": one.id,
        "begins": _shown_local(one.begins_at),
        "ends": _shown_local(one.ends_at),
        "deputy": deputy.name if deputy else None,
    }


def _shown_local(moment: datetime) -> str:
    return f"{moment.astimezone(office().zone):%Y-%m-%d %H:%M}"


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


@pages.post("/account/absences")
@needs("act")
def note_own_absence() -> AnyResponse:
    """Note that one is away oneself; times are local ones."""
    try:
        begins, ends = (_local(request.form.get(name, "")) for name in ("begins", "ends"))
        deputy = request.form.get("deputy", "")[:64] or None
        note_absence(office(), actor(), Leave(begins, ends, deputy))
    except GridmapError as error:
        return _page(away_error=error)
    return _done("roster.saved")


def _local(text_: str) -> datetime:
    try:
        return datetime.fromisoformat(text_[:16]).replace(tzinfo=office().zone)
    except ValueError:
        raise InvalidInputError("absence_invalid") from None


@pages.post("/account/absences/<int(max=9007199254740991):absence_id>/end")
@needs("act")
def end_own_absence(absence_id: int) -> AnyResponse:
    """End an absence of one's own."""
    end_absence(office(), actor(), absence_id)
    return _done("roster.ended")


def _done(key: str) -> AnyResponse:
    flash(text(language(), key))
    return redirect(url_for("pages.account_page"))
