"""A sheet drawn in slices: shown when it is whole, left off where the map goes on, and nothing of that is left in the next."""

from __future__ import annotations

from typing import Any

import pytest

from tests.maps.test_ground_in_browser import PAGE

START = """async () => {
  const node = document.getElementById('map');
  Object.assign(node.style, { width: '400px', height: '300px' });
  window.map = L.map(node, { zoomAnimation: false, fadeAnimation: false }).setView([25.5, 103.8], 15);
  const { sliced } = await import('/static/js/ground/slices.js');
  window.begun = window.done = 0;
  window.hold = window.isReady = true;
  window.painted = sliced(map, 'tried', 240, function* paint(context, { size }) {
    begun += 1;
    context.save();
    context.beginPath();
    context.rect(0, 0, 10, 10);
    context.clip();
    context.globalAlpha = 0.5;
    while (hold) { const end = performance.now() + 20; while (performance.now() < end); yield; }
    context.restore();
    context.fillStyle = '#FF0000';
    context.fillRect(0, 0, size.x, size.y);
    done += 1;
  }, { isReady: () => isReady, patience: 300 });
}"""
MIDDLE = """() => { const canvas = map.getPane('tried').querySelector('canvas');
  return [...canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data]; }"""
RED = [255, 0, 0, 255]


@pytest.fixture
def page(site: Any) -> Any:
    site.html = PAGE
    site.page.goto(site.address)
    site.page.evaluate(START)
    return site.page


def test_what_was_left_half_drawn_spoils_nothing(page: Any) -> None:
    page.wait_for_function("begun === 1")
    page.evaluate("map.panBy([50, 0], { animate: false })")
    page.wait_for_function("begun === 2")
    page.evaluate("hold = false")
    page.wait_for_function("done === 1")
    assert page.evaluate(MIDDLE) == RED
    assert page.evaluate("begun") == 2


def test_what_changes_while_it_is_drawn_is_drawn_once_more(page: Any) -> None:
    page.wait_for_function("begun === 1")
    page.evaluate("painted.redraw(); painted.redraw(); hold = false")
    page.wait_for_function("done === 2")
    page.wait_for_timeout(200)
    assert page.evaluate("[begun, done]") == [2, 2]


def test_it_waits_for_what_it_is_made_of_but_not_for_ever(page: Any) -> None:
    page.evaluate("hold = false")
    page.wait_for_function("done === 1")
    page.evaluate("isReady = false; map.panBy([50, 0], { animate: false })")
    assert page.evaluate("begun") == 1
    page.evaluate("isReady = true; painted.redraw()")
    page.wait_for_function("done === 2")
    page.evaluate("isReady = false; map.panBy([50, 0], { animate: false })")
    page.wait_for_function("done === 3")
    assert page.evaluate(MIDDLE) == RED
