"""The ready sign-ins a demo states, as cards: who that is, on which page they start, what they will see."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.orm import Session

from gridmap.actions.signing_in import actor_of
from gridmap.db import accounts, areas, posts
from gridmap.db.models import Account
from gridmap.domain.roles import HEAD_SLOT, LEADER_SLOT, Role
from gridmap.domain.scope import Actor
from gridmap.texts import text
from gridmap.web import shapes
from gridmap.web.access import office
from gridmap.web.landing import start_of
from gridmap.web.language import language
from gridmap.web.pages import meta

_ORDER = ("leader", "officer", "member", "community", "street", "district", "seat", "wall", "administrator")


def demo_cards() -> list[dict[str, Any]] | None:
    """The cards in the order of _ORDER, others last; None where this is no demo.

    `view` is what a card draws: one of _ORDER, or the account's kind.
    """
    listed = json.loads(meta("demo_accounts") or "null")
    if not listed:
        return None
    with office().database.reading() as session:
        cards = [_card(session, one) for one in listed]
    return sorted(
        cards, key=lambda card: _ORDER.index(card["view"]) if card["view"] in _ORDER else len(_ORDER)
    )


def _card(session: Session, listed: dict[str, str]) -> dict[str, Any]:
    title = listed["title_en"] if language() == "en" else listed["title"]
    card: dict[str, Any] = {"username": listed["username"], "password": listed["password"]}
    account = accounts.by_name(session, listed["username"])
    if account is None:
        return card | {"view": "", "title": title, "place": None, "page": None, "sees": None}
    who = actor_of(session, account, office().clock())
    role, place = _post_of(session, account, who)
    view = _view(who, role)
    named = shapes.role_name(role, role.code) if role else text(language(), f"page.kind_{who.kind}")
    return card | {
        "view": view,
        "title": named if role or who.kind != "department" else title,
        "name": _name_of(session, who),
        "place": place,
        "page": start_of(who),
        "sees": f"signin.sees_{view}",
    }


def _post_of(session: Session, account: Account, who: Actor) -> tuple[Role | None, str | None]:
    """The first role somebody holds, and where; for who holds none, the area of the account."""
    here = office()
    held = posts.of_person(session, who.person_id, here.clock()) if who.person_id else []
    paths = [post.area_path for post in held] or [path for path in (account.area_path,) if path]
    named = areas.named(session, paths)
    places = [named[path].name for path in paths if path in named]
    more = text(language(), "signin.and_more", place=places[0], n=len(places)) if len(places) > 1 else None
    return (here.roles.get(held[0].role) if held else None), more or next(iter(places), None)


def _name_of(session: Session, who: Actor) -> str | None:
    known = posts.people(session, [who.person_id])
    return known[who.person_id].name if who.person_id in known else None


def _view(who: Actor, role: Role | None) -> str:
    if role is None:
        return who.kind
    if role.slot == LEADER_SLOT:
        return "leader"
    if role.slot == HEAD_SLOT:
        return role.level
    return "officer" if role.slot == "5" else "member"
