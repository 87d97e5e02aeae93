"""What happens after a page was made and before its stream is open is told to it all the same."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from tests.browser.conftest import Visitor, until
from tests.town import C1, CENTRES, actor_named, report_at

pytestmark = pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
FIGURES = {"/map": ".legend__head span", "/desk": "[data-queue=triage] b"}


def held_back(page: Page) -> list[Route]:
    """The streams a page asks for, none of which it gets yet."""
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/api/v1/stream*", hold)
    return asked


@pytest.mark.parametrize(("path", "before", "after"), [("/map", "0 件", "1 件"), ("/desk", "0", "1")])
def test_what_comes_before_the_stream_is_told_when_it_opens(
    office: Office, visitor: Visitor, path: str, before: str, after: str
) -> None:
    streams, seen = held_back(visitor.page), visitor.page.locator(FIGURES[path]).first
    visitor.enter("seat", path)
    expect(seen).to_contain_text(before)
    until(visitor.page, lambda: bool(streams))
    place = CENTRES[C1] if path == "/map" else (105.0, 27.0)
    report(office, actor_named(office, "seat"), report_at(*place))
    streams[0].continue_()
    expect(seen).to_contain_text(after)
    assert visitor.complaints == []
