"""A kitchen tap without water, buckets waiting; afterwards it runs."""

from __future__ import annotations

from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """The sink before a tiled wall."""
    tile = pick(rng, ("#DCE6E8", "#E8E2D6", "#D9E4DC"))
    canvas.fade(tile, tone(tile, 0.95), 0, 560)
    for n in range(15):
        canvas.line([(n * 88, 0), (n * 88, 560)], tone(tile, 0.86), 3)
    for n in range(7):
        canvas.line([(0, n * 88), (1200, n * 88)], tone(tile, 0.86), 3)
    canvas.rect(0, 540, 1200, 44, "#B9B4AA")
    canvas.fade("#8A6A4B", "#7A5C40", 584, 216)
    for x in (20, 420, 820):
        canvas.rect(x, 606, 370, 190, "#9A7856", radius=8)
    canvas.rect(300, 500, 560, 66, "#D5D9DA", radius=22)
    canvas.oval(580, 512, 250, 24, "#8B9499")
    canvas.oval(580, 518, 226, 18, "#6C757C")
    canvas.line([(580, 500), (580, 250)], "#AEB6BB", 34)
    canvas.curve((580, 250), (590, 150), (700, 190), "#AEB6BB", 34)
    canvas.line([(700, 186), (700, 236)], "#AEB6BB", 30)
    canvas.rect(500, 300, 80, 22, "#C9CED2", radius=10)
    if is_done:
        canvas.rect(688, 240, 24, 266, "#BFE3F2", alpha=0.85)
        canvas.rect(694, 240, 6, 266, "#FFFFFF", alpha=0.7)
        canvas.oval(700, 512, 80, 14, "#E8F6FB", 0.8)
        return
    canvas.oval(700, 262, 8, 12, "#8FC4DB")
    for x, colour in ((130, "#B8433A"), (1010, "#3D6DA8")):
        canvas.polygon([(x - 96, 330), (x + 96, 330), (x + 74, 540), (x - 74, 540)], colour)
        canvas.oval(x, 330, 96, 22, tone(colour, 0.6))
        canvas.arc(x, 330, 92, 120, 190, 350, "#8B9097", 7)
