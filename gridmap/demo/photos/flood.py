"""Water standing in an underpass or on a road; afterwards it has run off."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone

_CONCRETE = "#A9A7A0"


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """The mouth of the underpass in the middle, or a street after rain."""
    if rng.random() < 0.6:
        _underpass(canvas, rng)
        water = 520.0
    else:
        backdrops.road(canvas, rng)
        water = 470.0
    if is_done:
        canvas.oval(600, 660, 260, 40, "#3C4B57", 0.25)
        for n in range(9):
            canvas.line([(470 + n * 30, 610), (455 + n * 32, 660)], "#23262B", 9)
        canvas.rect(440, 604, 310, 8, "#8B9097")
        canvas.rect(424, 658, 330, 8, "#8B9097")
        return
    canvas.fade("#8FA39F", "#5F7A80", water, 800 - water)
    canvas.rect(0, water, 1200, 5, "#E6EEEC", alpha=0.5)
    for _ in range(34):
        x, y = float(rng.uniform(0, 1200)), float(rng.uniform(water + 14, 790))
        canvas.line([(x, y), (x + float(rng.uniform(40, 170)), y)], "#C9D8D8", 3, 0.45)
    for r in (1, 1.7, 2.5):
        canvas.ring(800, 690, 60 * r, 15 * r, "#B9CCCC", 3)
    colour = ("#B8433A", "#D8DCE0", "#3D6DA8", "#E8B92E")[int(rng.integers(0, 4))]
    x = float(rng.uniform(300, 460))
    props.car(canvas, x, water + 74, 420, colour)
    canvas.fade("#86999A", "#7B9394", water + 44, 40, x=x - 240, width=480)
    canvas.line([(x - 260, water + 44), (x + 260, water + 44)], "#DDE8E6", 4, 0.8)
    props.cone(canvas, 800, 690, 130)
    for _ in range(9):
        x, y = float(rng.uniform(600, 1150)), float(rng.uniform(water + 60, 770))
        canvas.oval(x, y, 14, 5, "#8C7A4F")


def _underpass(canvas: Canvas, rng: Chance) -> None:
    canvas.sky(260)
    backdrops.tree(canvas, rng, 120, 250, 130)
    backdrops.tree(canvas, rng, 1080, 250, 150)
    canvas.fade(tone(_CONCRETE, 1.08), tone(_CONCRETE, 0.84), 200, 330)
    canvas.rect(0, 190, 1200, 24, tone(_CONCRETE, 1.3))
    for x in range(20, 1200, 60):
        canvas.rect(x, 140, 6, 52, "#6C757C")
    canvas.rect(0, 136, 1200, 8, "#6C757C")
    canvas.rect(250, 280, 700, 260, "#24282E", radius=18)
    canvas.fade("#1A1D22", "#3A4047", 300, 240, x=264, width=672)
    canvas.rect(480, 222, 240, 46, "#2E7D4F", radius=6)
    canvas.rect(500, 238, 110, 12, "#F6F4EE", radius=3)
    canvas.rect(626, 238, 70, 12, "#F6F4EE", radius=3)
    for n in range(12):
        canvas.rect(250 + n * 58.4, 262, 29, 18, "#E8B92E")
    canvas.fade("#6A6E73", "#7C8085", 520, 280)
