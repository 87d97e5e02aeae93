"""`gridmap door-sheets`: the notice boards of the residents' door as one HTML file for printing."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import select

from gridmap.cli.desk import Desk, command
from gridmap.db.models import Meta
from gridmap.errors import InvalidInputError, NotFoundError


@click.command("door-sheets")
@click.argument("area")
@click.option(
    "--out", "file", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The HTML file."
)
@click.option("--posters", "are_posters", is_flag=True, help="Two posters of A5 a page, not eight labels.")
@click.option("--leader", "has_leader", is_flag=True, help="With the name of each cell's leader.")
@command
def door_sheets_command(desk: Desk, area: str, file: Path, are_posters: bool, has_leader: bool) -> None:
    """Notice boards with QR codes for every cell at or below AREA, to be printed on A4 (GRIDMAP_PUBLIC_URL is needed)."""
    from gridmap.web import sheets  # noqa: PLC0415  (the other commands do without)

    if not desk.settings.public_url:
        raise InvalidInputError("public_url_missing")
    office = desk.office
    leaders = (office.roles, office.clock()) if has_leader else None
    with office.database.reading() as session:
        boards = sheets.boards_in(session, area, desk.settings.public_url.rstrip("/"), leaders)
        notice = session.scalar(select(Meta.value).where(Meta.name == "notice"))
    if not boards:
        raise NotFoundError("area_not_found", area_code=area)
    file.write_text(sheets.drawn(boards, desk.language, notice, are_posters=are_posters), encoding="utf-8")
    desk.say("door_sheets", cells=len(boards), file=file)
