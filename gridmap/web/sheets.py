"""Notice boards with the QR codes of the residents' door, as one HTML file that needs nothing else: for printing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import segno
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from sqlalchemy.orm import Session

from gridmap.db import areas, posts
from gridmap.domain.codes import ancestors, is_below, last_code
from gridmap.domain.roles import Role, leader_role
from gridmap.resources import PACKAGE, folder
from gridmap.texts import text

_ON_A_PAGE, _POSTERS_ON_A_PAGE = 8, 2


@dataclass(frozen=True)
class Board:
    """What stands on one notice board; `leader` is the name of the cell's leader, where that is wanted."""

    code: str
    name: str
    above: str
    address: str
    drawing: Markup
    leader: str | None = None


def boards_in(
    session: Session,
    code: str,
    origin: str,
    leaders: tuple[Mapping[str, Role], datetime] | None = None,
) -> list[Board]:
    """The boards of all current cells at or below the area `code`, in the order of their codes; none for no such area.

    `leaders`: the role table and the moment, where the names of leaders are to stand on them.
    """
    root = areas.current(session, code)
    if root is None:
        return []
    names = areas.names(session)
    cells = sorted(path for path, one in names.items() if one.level == "grid" and is_below(path, root.path))
    held = _leaders(session, cells, *leaders) if leaders else {}
    return [_board(names, path, f"{origin}/door/{last_code(path)}", held.get(path)) for path in cells]


def _board(names: Mapping[str, areas.AreaName], path: str, address: str, leader: str | None) -> Board:
    parent = names.get(ancestors(path)[-2]) if len(ancestors(path)) > 1 else None
    made = segno.make(address, error="q", micro=False)
    drawing = Markup(made.svg_inline(scale=4, border=0, dark="#1B2430", omitsize=True))  # noqa: S704 (our own)
    return Board(last_code(path), names[path].name, parent.name if parent else "", address, drawing, leader)


def _leaders(
    session: Session, cells: Sequence[str], roles: Mapping[str, Role], now: datetime
) -> dict[str, str]:
    """The names of those who lead the cells, by path."""
    role = leader_role(roles).code
    held = [post for post in posts.along_many(session, cells, now) if post.role == role]
    people = posts.people(session, [post.person_id for post in held])
    return {post.area_path: people[post.person_id].name for post in held}


def drawn(
    boards: Sequence[Board],
    language: str,
    notice: str | None,
    *,
    nonce: str = "",
    are_posters: bool = False,
    is_specimen: bool = False,
) -> str:
    """The boards on A4 pages, eight on each, or two posters of A5; `notice` says that a district is invented.

    `is_specimen`: their address is only that of this visit, which every page says, on paper too.
    """
    size = _POSTERS_ON_A_PAGE if are_posters else _ON_A_PAGE
    pages = [boards[start : start + size] for start in range(0, len(boards), size)]
    environment = Environment(loader=FileSystemLoader(folder("templates")), autoescape=True)
    return environment.get_template("door_sheets.html").render(
        pages=pages,
        lang=language,
        notice=notice,
        nonce=nonce,
        kind="poster" if are_posters else "label",
        is_specimen=is_specimen,
        style=Markup((PACKAGE / "static" / "css" / "door_sheets.css").read_text(encoding="utf-8")),  # noqa: S704
        t=lambda key, **fields: text(language, key, **fields),
    )
