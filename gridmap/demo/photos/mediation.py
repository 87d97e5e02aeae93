"""A table in the community's office where a dispute is talked over; afterwards a paper lies signed."""

from __future__ import annotations

from gridmap.demo.photos.backdrops import Chance, pavement, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """Chairs on both sides, cups, a plant, a window; nobody is shown."""
    wall = pick(rng, ("#E8E2D2", "#DDE5E2", "#E6DCD0"))
    canvas.fade(wall, tone(wall, 0.93), 0, 520)
    canvas.rect(0, 430, 1200, 90, tone(wall, 0.84))
    pavement(canvas, rng, 520, "#C2A583")
    _window(canvas, float(rng.uniform(90, 170)))
    _plant(canvas, 1080, 540)
    canvas.rect(620, 96, 360, 210, "#8A6A4B", radius=6)
    canvas.rect(634, 110, 332, 182, "#F7F4EA")
    for n in range(5):
        canvas.rect(660, 136 + n * 30, float(rng.uniform(180, 280)), 12, "#A9B0B6", radius=4)
    cloth = pick(rng, ("#3D6DA8", "#8C5A4A", "#4C8C6A"))
    for x in (230, 820):
        canvas.shadow(x + 70, 760, 130, 20)
        canvas.rect(x, 440, 140, 190, cloth, radius=26)
        canvas.rect(x - 10, 600, 160, 50, tone(cloth, 0.8), radius=18)
    canvas.shadow(600, 770, 470, 34)
    canvas.polygon([(210, 560), (990, 560), (1080, 660), (120, 660)], "#B5824C")
    canvas.rect(120, 660, 960, 28, "#8F673C")
    for x in (160, 1010):
        canvas.rect(x, 688, 30, 96, "#7A5632")
    for x in (330, 850):
        canvas.oval(x, 618, 34, 12, "#20242C", 0.2)
        canvas.rect(x - 24, 572, 48, 46, "#F2F4F5", radius=10)
        canvas.oval(x, 574, 24, 8, "#A8763E")
    for n in range(1 if is_done else 5):
        x = 520 + n * 38
        canvas.polygon(
            [(x, 586 + n * 6), (x + 120, 580 + n * 7), (x + 140, 632 + n * 3), (x + 6, 640 + n * 2)],
            "#F7F4EA",
        )
        canvas.line([(x + 22, 604 + n * 5), (x + 104, 600 + n * 5)], "#8B9097", 4)
    if is_done:
        canvas.line([(536, 622), (570, 612), (590, 624), (624, 612)], "#2E5FA3", 5)
        canvas.oval(634, 616, 14, 9, "#C23B33", 0.8)


def _window(canvas: Canvas, x: float) -> None:
    canvas.rect(x, 70, 380, 270, "#F6F4EE", radius=4)
    canvas.fade("#A9D0EA", "#E4F1F7", 86, 238, x=x + 16, width=348)
    canvas.oval(x + 90, 300, 90, 60, "#6B9A55")
    canvas.oval(x + 220, 316, 120, 66, "#5F8F4E")
    canvas.rect(x, 324, 380, 30, "#F6F4EE")
    canvas.rect(x + 184, 70, 12, 270, "#F6F4EE")


def _plant(canvas: Canvas, x: float, y: float) -> None:
    for dx, top in ((-70, 300), (-30, 250), (20, 260), (66, 310)):
        canvas.curve((x, y), (x + dx * 0.3, y - 160), (x + dx, top), "#4F8554", 20)
    canvas.polygon([(x - 54, y - 10), (x + 54, y - 10), (x + 40, y + 90), (x - 40, y + 90)], "#B5654A")
