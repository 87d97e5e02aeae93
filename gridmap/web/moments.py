"""Moments as pages write them that come finished from the server: 今天 14:32, 昨天 09:10, 11月3日 14:32."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from gridmap.texts import text
from gridmap.web.access import office, parts
from gridmap.web.language import language
from gridmap.web.params import iso


def moment(at: datetime | None) -> Markup:
    """A moment as an element, in this installation's zone, with the full time on hover; empty for None."""
    if at is None:
        return Markup()
    local = at.astimezone(parts().settings.zone)
    full = f"{local:%Y-%m-%d %H:%M:%S}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(iso(at), full, _short(local))


def years_without_calendar() -> tuple[int, ...]:
    """The years deadlines are soon reckoned in whose public holidays nobody has said."""
    today = office().clock().astimezone(parts().settings.zone).date()
    return office().deadlines.without_calendar(today)


def _short(local: datetime) -> str:
    today = office().clock().astimezone(local.tzinfo).date()
    clock, days = f"{local:%H:%M}", (today - local.date()).days
    if days in (0, 1):
        return text(language(), "time.yesterday" if days else "time.today", clock=clock)
    fields = {"year": local.year, "month": local.month, "day": local.day, "name": f"{local:%b}"}
    key = "time.day" if local.year == today.year else "time.day_of_year"
    return f"{text(language(), key, **fields)} {clock}"
