"""Short ways to blow and answer whistles, for the tests beside."""

from __future__ import annotations

import io
from uuid import uuid4

from PIL import Image

from gridmap.actions.accounts import NewAccount, add_account
from gridmap.actions.acts import Act
from gridmap.actions.answering import accept_call, check_in, finish_call
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.photographing import add_photo
from gridmap.actions.placing import Sent
from gridmap.actions.reporting import report
from gridmap.db import issues
from gridmap.db.loop_models import Whistle, WhistleCall
from gridmap.db.models import EventRow
from tests.db.looking import rows_of
from tests.town import C1, CENTRES, PASSWORD, RULES, actor_named, report_at

SITE = Sent(*CENTRES[C1], "wgs84", 12.0)


def add_unit(office: Office, unit: str, username: str | None = None) -> str:
    """An account of a department; its name."""
    name = username or unit
    add_account(office, None, NewAccount(name, "department", unit=unit, password=PASSWORD), RULES)
    return name


def new_matter(office: Office, place: tuple[float, float] = CENTRES[C1]) -> str:
    return report(office, actor_named(office, "seat"), report_at(*place)).number


def blow(
    office: Office, number: str, *units: str, by: str = "li", kind: str = "emergency", **more: object
) -> int:
    """Somebody blows a whistle; its key."""
    act = Act("whistle", units=units or ("water",), kind=kind, **more)  # type: ignore[arg-type]
    act_on(office, actor_named(office, by), number, act)
    return max(whistle.id for whistle in rows_of(office, Whistle))


def blown(office: Office, *units: str, **more: object) -> tuple[str, int]:
    """A new matter and a whistle over it."""
    number = new_matter(office)
    return number, blow(office, number, *units, **more)  # type: ignore[arg-type]


def accept(office: Office, whistle: int, who: str = "water") -> str:
    return accept_call(office, actor_named(office, who), whistle)


def arrive(office: Office, whistle: int, who: str = "water", sent: Sent = SITE) -> str:
    return check_in(office, actor_named(office, who), whistle, sent)


def finish(office: Office, whistle: int, who: str = "water", words: str | None = "已排水") -> str:
    return finish_call(office, actor_named(office, who), whistle, words)


def do_all(office: Office, whistle: int, who: str = "water") -> None:
    """A unit accepts, arrives and finishes."""
    for step in (accept, arrive, finish):
        step(office, whistle, who)  # type: ignore[operator]


def photograph(office: Office, number: str, who: str, kind: str | None = "evidence") -> int:
    """A photo by somebody; its key."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "JPEG")
    return add_photo(office, actor_named(office, who), number, str(uuid4()), out.getvalue(), kind)[0]


def whistle_row(office: Office, whistle: int) -> Whistle:
    return next(row for row in rows_of(office, Whistle) if row.id == whistle)


def call_row(office: Office, whistle: int, unit: str = "water") -> WhistleCall:
    return next(row for row in rows_of(office, WhistleCall) if (row.whistle_id, row.unit) == (whistle, unit))


def sees(office: Office, who: str, number: str) -> bool:
    """Whether somebody finds the matter, by the query; a list of matters asks the same."""
    with office.database.reading() as session:
        return issues.one(session, actor_named(office, who).scope, number) is not None


def kinds(office: Office) -> list[str]:
    return [event.kind for event in rows_of(office, EventRow)]
