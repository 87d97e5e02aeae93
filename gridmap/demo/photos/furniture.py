"""An old sofa, a mattress and boxes left on the pavement; afterwards they are gone."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """Before a wall."""
    ground = (backdrops.brick_wall if rng.random() < 0.6 else backdrops.street)(canvas, rng, 430)
    cloth, x = (
        pick(rng, ("#8C5A4A", "#5B6F8A", "#6E7B5B", "#9A7B3F", "#7A5470")),
        float(rng.uniform(330, 480)),
    )
    boxes = [float(rng.uniform(-16, 16)) for _ in range(4)]
    if is_done:
        return
    _mattress(canvas, x + 330, ground)
    _sofa(canvas, x, ground + 190, cloth)
    for n, shift in enumerate(boxes[:3]):
        props.box(canvas, x + 360 + n * 120 + shift, ground + 232 + (n % 2) * 30, 116, 96)
    props.box(canvas, x + 412 + boxes[3], ground + 138, 104, 76, "#B5824C")
    props.litter(canvas, rng, x + 200, ground + 250, 190, 12)


def _sofa(canvas: Canvas, x: float, y: float, cloth: str) -> None:
    canvas.shadow(x + 20, y, 330, 44, 1.2)
    canvas.rect(x - 270, y - 250, 540, 190, tone(cloth, 0.9), radius=34)
    for n in range(3):
        canvas.rect(x - 240 + n * 162, y - 232, 154, 140, cloth, radius=24)
        canvas.oval(x - 163 + n * 162, y - 168, 9, 9, tone(cloth, 0.66))
        canvas.rect(x - 240 + n * 162, y - 118, 154, 64, tone(cloth, 1.14), radius=18)
    for side in (-300, 230):
        canvas.rect(x + side, y - 178, 74, 150, tone(cloth, 0.8), radius=28)
    canvas.rect(x - 262, y - 62, 524, 42, tone(cloth, 0.7), radius=10)
    for leg in (-248, 232):
        canvas.rect(x + leg, y - 24, 22, 24, "#3A2E26")
    canvas.polygon([(x + 40, y - 96), (x + 100, y - 110), (x + 124, y - 78), (x + 62, y - 68)], "#E9DDBF")


def _mattress(canvas: Canvas, x: float, ground: float) -> None:
    canvas.polygon(
        [(x - 70, ground + 90), (x + 250, ground + 90), (x + 320, ground - 230), (x + 10, ground - 240)],
        "#E7E2D4",
    )
    canvas.polygon(
        [(x + 250, ground + 90), (x + 286, ground + 78), (x + 352, ground - 226), (x + 320, ground - 230)],
        "#C7C0AE",
    )
    for n in range(1, 5):
        y = ground + 90 - n * 64
        canvas.line([(x - 70 + n * 16, y), (x + 250 + n * 14, y)], "#C7C0AE", 4)
    canvas.oval(x + 120, ground - 60, 62, 40, "#B9A97E", 0.5)
