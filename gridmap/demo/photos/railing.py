"""A railing bent by a car; afterwards it stands straight and white."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance
from gridmap.demo.photos.brushes import Canvas


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """The railing between two carriageways."""
    backdrops.road(canvas, rng, 330)
    middle = float(rng.uniform(460, 760))
    posts = [60 + n * 120 for n in range(10)]

    def bent(x: float, y: float) -> tuple[float, float]:
        force = 0.0 if is_done else max(0.0, 1 - abs(x - middle) / 260)
        lift = max(0.0, (640 - y) / 190)
        return x + 90 * force * lift, y + 74 * force * lift**1.4

    canvas.rect(0, 640, 1200, 16, "#B9B4AA")
    canvas.rect(0, 656, 1200, 10, "#8E877C")
    for x in range(60, 1141, 20):
        canvas.line([bent(x, 640), bent(x, 545), bent(x, 470)], "#EDEFEF", 6)
    for y in (460, 500, 615):
        canvas.line([bent(float(x), float(y)) for x in range(40, 1161, 20)], "#F6F7F7", 12)
        canvas.line([bent(float(x), float(y) + 7) for x in range(40, 1161, 20)], "#AEB6BB", 4)
    for x in posts:
        canvas.line([bent(x, 645), bent(x, 545), bent(x, 440)], "#DDE2E4", 18)
        canvas.oval(*bent(x, 434), 13, 11, "#E8B92E")
        canvas.oval(x, 646, 26, 9, "#5C646B")
    if not is_done:
        for _ in range(14):
            x, y = middle + float(rng.normal(80, 120)), float(rng.uniform(680, 760))
            canvas.polygon(
                [(x, y), (x + 22, y - 8), (x + 16, y + 9)], "#C23B33" if rng.random() < 0.4 else "#DDE2E4"
            )
        props.cone(canvas, middle - 170, 760, 140)
        props.cone(canvas, middle + 260, 770, 140)
