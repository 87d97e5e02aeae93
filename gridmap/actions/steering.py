"""Have the walls of one's areas show something for a while: told once, kept nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gridmap.actions.office import Office
from gridmap.db import areas
from gridmap.domain.codes import NO_DISTRICT, codes_in
from gridmap.domain.scope import Actor
from gridmap.errors import NotFoundError


@dataclass(frozen=True)
class Wish:
    """What walls are to show: a kind of scene (see domain/scenes), an area's code (None: all), for how long."""

    scene: str
    area: str | None
    seconds: int


def steer(office: Office, actor: Actor, wish: Wish) -> datetime:
    """Tell the walls that lie in the actor's areas, and see the area, what to show; until when. Commits.

    Nothing of it is kept but the row of the stream, which walls that come too late pass over. Raises
    ForbiddenError, NotFoundError `area_not_found` for an area outside one's own.
    """
    actor.require("dispatch")
    with office.work() as work:
        area = areas.current(work.session, wish.area) if wish.area else None
        if wish.area and (area is None or not actor.scope.covers(area.path)):
            raise NotFoundError("area_not_found", area_code=wish.area)
        until = work.now + timedelta(seconds=wish.seconds)
        told = {
            "scene": wish.scene,
            "area": area.code if area else None,
            "path": area.path if area else None,
            "until": until.isoformat(),
            "seconds": wish.seconds,
            "by": _sender(work.session, actor),
            "within": list(actor.scope.paths),
        }
        district = area.district_code if area else NO_DISTRICT
        work.tell("steer", told, district_code=district)
    return until


def _sender(session: Session, actor: Actor) -> str | None:
    """The name of the areas the actor's seat is for; None for whoever has a district or more: the command centre."""
    if any(len(codes_in(path)) < 2 for path in actor.scope.paths):
        return None
    return "、".join(area.name for area in areas.named(session, actor.scope.paths).values())
