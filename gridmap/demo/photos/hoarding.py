"""A building site: its hoarding leans and dust blows; afterwards it stands and water is sprayed."""

from __future__ import annotations

from gridmap.demo.photos import backdrops
from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """Panels along the pavement, the shell of a house and a crane behind."""
    canvas.sky(500)
    _shell(canvas, float(rng.uniform(520, 640)))
    _crane(canvas, float(rng.uniform(200, 330)))
    panel = pick(rng, ("#3F7CA8", "#4C8C6A", "#5B7FA6"))
    tilted = set() if is_done else {int(n) for n in rng.choice(range(2, 8), 3, replace=False)}
    backdrops.pavement(canvas, rng, 560, "#B3A792")
    for n in range(10):
        lean = 46 if n in tilted else 0
        x = n * 124 - 10
        corners = [(x + lean, 330 + lean * 0.7), (x + 116 + lean, 330 + lean * 0.7), (x + 116, 572), (x, 572)]
        canvas.polygon(corners, tone(panel, 0.88 if n % 2 else 1.0))
        canvas.polygon(
            [
                (x + lean, 330 + lean * 0.7),
                (x + 116 + lean, 330 + lean * 0.7),
                (x + 114 + lean, 350 + lean * 0.7),
                (x - 2 + lean, 350 + lean * 0.7),
            ],
            "#F2EFE6",
        )
        for dx in (30, 60, 90):
            canvas.line([(x + dx + lean, 356 + lean * 0.6), (x + dx, 568)], tone(panel, 0.76), 3)
    if is_done:
        for n in range(6):
            canvas.curve((160 + n * 190, 330), (190 + n * 190, 250), (250 + n * 190, 322), "#EAF4F8", 5)
        canvas.oval(600, 690, 520, 30, "#5F7A80", 0.22)
        return
    for _ in range(34):
        x, y = float(rng.uniform(100, 1150)), float(rng.uniform(360, 660))
        canvas.oval(x, y, float(rng.uniform(90, 190)), float(rng.uniform(34, 70)), "#D8C09A", 0.10)
    for _ in range(12):
        x, y = float(rng.uniform(60, 1140)), float(rng.uniform(640, 770))
        canvas.oval(x, y, float(rng.uniform(14, 44)), float(rng.uniform(7, 15)), "#8F6F4B")


def _shell(canvas: Canvas, x: float) -> None:
    for floor in range(5):
        y = 500 - floor * 88
        canvas.rect(x, y - 14, 470, 14, "#B9B4AA")
        for column in range(6):
            canvas.rect(x + 8 + column * 88, y - 88, 18, 76, "#A8A297")
    for column in range(9):
        canvas.line([(x - 26 + column * 64, 60), (x - 26 + column * 64, 500)], "#8E7B52", 4)
    for row in range(6):
        canvas.line([(x - 30, 80 + row * 84), (x + 500, 80 + row * 84)], "#8E7B52", 4)
    canvas.rect(x - 30, 150, 250, 170, "#4E8A63", alpha=0.75)


def _crane(canvas: Canvas, x: float) -> None:
    yellow = "#E0A92E"
    for dx in (-14, 14):
        canvas.line([(x + dx, 520), (x + dx, 70)], yellow, 6)
    for n in range(15):
        y = 510 - n * 30
        canvas.line([(x - 14, y), (x + 14, y - 30), (x - 14, y - 30)], yellow, 3)
    canvas.line([(x - 150, 84), (x + 470, 84)], yellow, 10)
    canvas.line([(x, 30), (x + 420, 80)], yellow, 3)
    canvas.line([(x, 30), (x - 140, 80)], yellow, 3)
    canvas.line([(x, 30), (x, 84)], yellow, 8)
    canvas.rect(x - 160, 84, 56, 46, "#6C757C")
    canvas.line([(x + 330, 88), (x + 330, 230)], "#3A3E44", 3)
    canvas.rect(x + 312, 230, 36, 24, "#B8433A")
