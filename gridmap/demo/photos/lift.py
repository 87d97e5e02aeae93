"""A lift out of order, barred; afterwards its doors and lights are as they should be."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance
from gridmap.demo.photos.brushes import Canvas


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """The doors on a landing."""
    ground = backdrops.corridor(canvas, rng, 590)
    x, gap = float(rng.uniform(370, 470)), 0 if is_done else float(rng.uniform(24, 60))
    canvas.rect(x - 40, 70, 480, ground - 70, "#8E9499")
    canvas.rect(x, 106, 400, ground - 106, "#23262B")
    for side in (0, 1):
        left = x if side == 0 else x + 200 + gap / 2
        canvas.fade("#C9CED2", "#A3A9AE", 106, ground - 106, x=left, width=200 - gap / 2)
        canvas.rect(left + 60, 106, 26, ground - 106, "#DDE2E4", alpha=0.5)
    canvas.rect(x + 140, 20, 120, 44, "#17191D", radius=6)
    colour = "#7BE0A0" if is_done else "#F2645A"
    canvas.shine([(x + 176, 32), (x + 224, 32), (x + 224, 52), (x + 176, 52)], colour, 0.95)
    canvas.rect(x + 480, 300, 70, 150, "#B9BFC4", radius=8)
    for n in range(2):
        canvas.oval(x + 515, 340 + n * 66, 22, 22, "#F2F4F5")
        canvas.ring(x + 515, 340 + n * 66, 22, 22, "#57B57C" if is_done else "#8B9097", 4)
    if is_done:
        return
    canvas.polygon([(x + 112, 220), (x + 288, 220), (x + 288, 350), (x + 112, 350)], "#F4D95A")
    canvas.polygon([(x + 200, 236), (x + 246, 316), (x + 154, 316)], "#2A2D33")
    canvas.rect(x + 195, 260, 10, 30, "#F4D95A")
    canvas.rect(x + 195, 296, 10, 10, "#F4D95A")
    props.barrier(canvas, x - 60, ground + 110, 520)
