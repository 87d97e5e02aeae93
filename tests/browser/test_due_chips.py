"""Matters near their deadline and long past it on the leader's map: chips that list, count and shade by each one's own limit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db.models import Issue
from tests.browser.conftest import Visitor
from tests.town import C1, C2, C3, CENTRES, actor_named, report_at

HOUR = timedelta(hours=1)


def due_in(office: Office, cell: str, hours: float) -> str:
    number = report(office, actor_named(office, "admin"), report_at(*CENTRES[cell])).number
    with office.work() as work:
        due = office.clock() + hours * HOUR
        work.session.execute(update(Issue).where(Issue.number == number).values(due_at=due))
    return number


@pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
def test_what_is_soon_due_and_what_is_very_late_have_their_chips(office: Office, visitor: Visitor) -> None:
    numbers = {"warning": due_in(office, C1, 0.5), "very_late": due_in(office, C2, -72)}
    due_in(office, C3, 72)
    due_in(office, C3, -0.5)
    visitor.enter("seat", "/map")
    page = visitor.page
    expect(page.locator(".row")).to_have_count(4)
    for name, number in numbers.items():
        page.click(f"[data-status={name}]")
        expect(page.locator(f"[data-status={name}] b")).to_have_text("1")
        expect(page.locator(".row")).to_have_count(1)
        expect(page.locator(f".row[data-number='{number}']")).to_be_visible()
        expect(page.locator("[data-status=''] b")).to_have_text("4")  # the others go on counting all
    page.reload()
    expect(page.locator("[data-status=very_late]")).to_have_attribute("aria-pressed", "true")
    assert visitor.complaints == []
