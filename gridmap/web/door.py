"""The residents' door as this installation keeps it: its rules, its choices, how fast one address may come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request

from gridmap.actions.attempts import network_of
from gridmap.config import Settings
from gridmap.db import door as stored
from gridmap.db.models import Area
from gridmap.domain.door import Choice, DoorRules
from gridmap.errors import NotFoundError
from gridmap.files.tables import load_door_choices
from gridmap.web.access import office, parts
from gridmap.web.language import language
from gridmap.web.pace import Pace

CALLS_PER_MINUTE = 20
"""Calls of one address to the door, per process; five minutes' worth at once."""


@dataclass(frozen=True)
class Door:
    """What the door's routes need. `choices` are by key, in their order."""

    rules: DoorRules
    choices: dict[str, Choice]
    pace: Pace


def install(app: Flask, settings: Settings) -> None:
    """Keep the door of this application; none where the operator has closed it."""
    rules = DoorRules(
        settings.secret_key.encode(),
        per_address=settings.door_per_address,
        per_cell=settings.door_per_cell,
        contact_days=settings.contact_days,
    )
    choices = {choice.category: choice for choice in load_door_choices()}
    pace = Pace(CALLS_PER_MINUTE if settings.writes_per_minute else 0)
    app.extensions["gridmap_door"] = Door(rules, choices, pace) if settings.door == "on" else None


def open_door() -> Door:
    """The door. Raises NotFoundError `not_found` where it is closed."""
    found: Door | None = current_app.extensions["gridmap_door"]
    if found is None:
        raise NotFoundError("not_found")
    return found


def called_on() -> Door:
    """The door, for a call that is counted. Raises NotFoundError, TooManyError `writes_too_many`."""
    found = open_door()
    found.pace.take(network_of(address()))
    return found


def address() -> str:
    """Whom a call comes from, as far as it can be believed (see web/visitors)."""
    return request.remote_addr or ""


def origin() -> str:
    """Where residents reach this installation, without a stroke at the end."""
    return (parts().settings.public_url or request.host_url).rstrip("/")


def choice_name(choice: Choice) -> str:
    """What residents call a category, in the reader's language."""
    return choice.name_en if language() == "en" else choice.name_zh


def board(code: str) -> Area:
    """The cell that the notice board `code` hangs in, as it was when it last stood. Raises NotFoundError `area_not_found`."""
    with office().database.reading() as session:
        found = stored.last_version(session, code)
        if found is None:
            raise NotFoundError("area_not_found", area_code=code)
        session.expunge(found)
        return found


def category_words(category: Any) -> str:
    """What residents call a matter's category: as the door does, else as the catalogue."""
    key = f"{category.standard}:{category.kind}:{category.code}"
    choice = open_door().choices.get(key)
    if choice is not None:
        return choice_name(choice)
    return str(category.name_en if language() == "en" else category.name_zh)
