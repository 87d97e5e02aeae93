"""What stands behind a scene: a street, a wall, a shop, a corridor, a park, a road. Each tells where the ground begins."""

from __future__ import annotations

import numpy as np

from gridmap.demo.photos.brushes import HEIGHT, WIDTH, Canvas
from gridmap.demo.photos.light import tone

Chance = np.random.Generator
WALLS = ("#D8C3A5", "#C9D1D3", "#E3D5C5", "#C7B9A6", "#D5CFC4", "#BFC9C2", "#E0CDB8")
BRICKS = ("#B98A73", "#A98C7C", "#B7A08C", "#9C8579", "#A59A8C")
PAVEMENTS = ("#BDB6AC", "#B4B4B0", "#C4BAAB", "#AEB1B4")
GREENS = ("#5F8F4E", "#6B9A55", "#4F8554", "#7A9B52")
ASPHALT = "#6E7277"


def pick(rng: Chance, colours: tuple[str, ...]) -> str:
    """One of the colours."""
    return colours[int(rng.integers(0, len(colours)))]


def street(canvas: Canvas, rng: Chance, ground_y: float = 430) -> float:
    """Houses and trees behind a low wall, and a pavement before it."""
    canvas.sky(ground_y)
    _houses(canvas, rng, ground_y - 40)
    for x in rng.uniform(40, WIDTH - 40, 2):
        tree(canvas, rng, float(x), ground_y - 20, float(rng.uniform(150, 210)))
    colour = pick(rng, WALLS)
    canvas.fade(colour, tone(colour, 0.88), ground_y - 96, 96)
    canvas.rect(0, ground_y - 106, WIDTH, 14, tone(colour, 1.35))
    canvas.rect(0, ground_y - 93, WIDTH, 4, tone(colour, 0.7), alpha=0.5)
    for x in np.arange(rng.uniform(0, 200), WIDTH, 230):
        canvas.rect(float(x), ground_y - 106, 26, 106, tone(colour, 0.93))
    pavement(canvas, rng, ground_y)
    return ground_y


def _houses(canvas: Canvas, rng: Chance, base_y: float) -> None:
    x = float(rng.uniform(-80, 0))
    while x < WIDTH:
        width, height = float(rng.uniform(170, 290)), float(rng.uniform(190, 380))
        colour = pick(rng, WALLS)
        canvas.rect(x, base_y - height, width, height + 60, colour)
        canvas.rect(x + width * 0.8, base_y - height, width * 0.2, height + 60, tone(colour, 0.86))
        canvas.rect(x - 4, base_y - height - 8, width + 8, 10, tone(colour, 0.72))
        _windows(canvas, rng, x, base_y - height, width * 0.8, height)
        x += width + float(rng.uniform(6, 70))


def _windows(canvas: Canvas, rng: Chance, x: float, y: float, width: float, height: float) -> None:
    columns = max(2, int(width // 52))
    step = width / columns
    for row in range(int(height // 54)):
        for column in range(columns):
            is_lit = canvas.is_night and rng.random() < 0.3
            left, top = x + column * step + step * 0.22, y + 18 + row * 54
            if is_lit:
                corners = [
                    (left, top),
                    (left + step * 0.56, top),
                    (left + step * 0.56, top + 30),
                    (left, top + 30),
                ]
                canvas.shine(corners, "#F6D58A", 0.9)
            else:
                canvas.rect(left, top, step * 0.56, 30, "#7E99A8")
                canvas.rect(left, top, step * 0.56, 9, "#A9C0CB")
            canvas.rect(left - 2, top + 30, step * 0.56 + 4, 4, "#F2EEE6", alpha=0.8)


def tree(canvas: Canvas, rng: Chance, x: float, y: float, size: float) -> None:
    """A round tree whose trunk stands at (x, y)."""
    green = pick(rng, GREENS)
    canvas.polygon(
        [
            (x - size * 0.06, y),
            (x + size * 0.06, y),
            (x + size * 0.03, y - size),
            (x - size * 0.03, y - size),
        ],
        "#7A5C43",
    )
    offsets = ((-0.34, -0.95, 0.36), (0.34, -0.98, 0.38), (0, -1.28, 0.44), (-0.1, -0.86, 0.40))
    for dx, dy, r in offsets:
        canvas.oval(x + dx * size, y + dy * size, r * size, r * size * 0.86, tone(green, 0.86))
    for dx, dy, r in offsets:
        canvas.oval(x + (dx - 0.07) * size, y + (dy - 0.1) * size, r * size * 0.72, r * size * 0.58, green)
    canvas.oval(x - 0.2 * size, y - 1.38 * size, 0.2 * size, 0.15 * size, tone(green, 1.18))


def pavement(canvas: Canvas, rng: Chance, ground_y: float, colour: str | None = None) -> None:
    """Flagstones from `ground_y` down, seen from a standing person's eyes."""
    stone = colour or pick(rng, PAVEMENTS)
    canvas.fade(tone(stone, 0.86), tone(stone, 1.08), ground_y, HEIGHT - ground_y)
    y, gap = ground_y, 14.0
    while y < HEIGHT:
        canvas.line([(0, y), (WIDTH, y)], tone(stone, 0.74), 1.6, 0.55)
        y, gap = y + gap, gap * 1.36
    vanish = WIDTH / 2 + float(rng.uniform(-260, 260))
    for foot in np.arange(-WIDTH * 1.2, WIDTH * 2.2, 150):
        at = vanish + (foot - vanish) * 0.36
        canvas.line([(at, ground_y), (float(foot), HEIGHT)], tone(stone, 0.76), 1.6, 0.5)
    canvas.rect(0, ground_y, WIDTH, 12, "#2A2E38", alpha=0.10)


def brick_wall(canvas: Canvas, rng: Chance, ground_y: float = 440) -> float:
    """A brick wall close by, and the pavement before it."""
    brick = pick(rng, BRICKS)
    canvas.fade(tone(brick, 1.1), tone(brick, 0.92), 0, ground_y)
    for row in range(int(ground_y // 30) + 1):
        y = ground_y - row * 30
        canvas.line([(0, y), (WIDTH, y)], tone(brick, 1.4), 2.2, 0.6)
        for x in np.arange(-40 + (row % 2) * 42, WIDTH, 84):
            canvas.line([(float(x), y - 30), (float(x), y)], tone(brick, 1.4), 2.2, 0.6)
            if rng.random() < 0.16:
                canvas.rect(float(x) + 2, y - 28, 80, 26, tone(brick, float(rng.uniform(0.82, 1.16))))
    canvas.rect(0, ground_y - 34, WIDTH, 34, tone(brick, 0.74))
    pavement(canvas, rng, ground_y)
    return ground_y


def shop(canvas: Canvas, rng: Chance, ground_y: float = 450) -> float:
    """The front of a shop: sign, awning, window and door, and the pavement before it."""
    wall, cloth = (
        pick(rng, WALLS),
        pick(rng, ("#C8553D", "#3E7C8C", "#D08C34", "#5B8C5A", "#9A4C63", "#4A6FA5")),
    )
    canvas.fade(tone(wall, 1.06), tone(wall, 0.92), 0, ground_y)
    for x in np.arange(60, WIDTH, 270):
        canvas.rect(float(x), -30, 130, 92, "#7E99A8")
        canvas.rect(float(x), -30, 130, 26, "#A9C0CB")
        canvas.rect(float(x) - 6, 62, 142, 8, tone(wall, 1.3))
    canvas.rect(30, 100, WIDTH - 60, 78, tone(cloth, 0.78), radius=6)
    for n, width in enumerate(rng.uniform(46, 62, 5)):
        canvas.rect(430 + n * 74, 118, float(width), 42, "#F7EBD0", radius=7, alpha=0.92)
    _shop_window(canvas, rng, ground_y)
    for n in range(12):
        x = 24 + n * 96
        stripe = cloth if n % 2 else "#F4EFE6"
        canvas.polygon([(x + 6, 182), (x + 102, 182), (x + 96, 232), (x, 232)], stripe)
        canvas.oval(x + 48, 232, 48, 15, stripe)
    canvas.rect(0, 240, WIDTH, 18, "#20242C", alpha=0.14)
    pavement(canvas, rng, ground_y)
    return ground_y


def _shop_window(canvas: Canvas, rng: Chance, ground_y: float) -> None:
    canvas.rect(60, 230, 690, ground_y - 250, "#4E6470", radius=4)
    canvas.rect(70, 240, 670, ground_y - 270, "#93AFBB")
    for y in (ground_y - 150, ground_y - 92):
        canvas.rect(70, y, 670, 7, "#6C7F88")
        for x in np.arange(86, 720, 38):
            colour = pick(rng, ("#D9A441", "#B5533C", "#5E8C61", "#E8DCC0", "#6A8CAF", "#C97B63"))
            height = float(rng.uniform(22, 42))
            canvas.rect(float(x), y - height, 26, height, colour, radius=4, alpha=0.85)
    canvas.polygon([(120, 240), (240, 240), (140, ground_y - 30), (20 + 60, ground_y - 30)], "#FFFFFF", 0.16)
    canvas.rect(60, ground_y - 30, 690, 30, "#8A857B")
    canvas.rect(800, 230, 200, ground_y - 230, "#5A4A3F", radius=3)
    canvas.rect(814, 246, 172, ground_y - 246, "#A7BDC5")
    canvas.rect(896, 246, 6, ground_y - 246, "#5A4A3F")
    canvas.rect(880, 340, 8, 46, "#E8DCC0", radius=4)


def corridor(canvas: Canvas, rng: Chance, ground_y: float = 560) -> float:
    """The corridor of a staircase: painted walls, a floor of tiles."""
    wall = pick(rng, ("#E6E2D6", "#E9E4E0", "#DFE5E2"))
    base = pick(rng, ("#8FA9A0", "#9BB0C0", "#B9A58C"))
    canvas.fade(tone(wall, 0.94), wall, 0, ground_y)
    canvas.fade(base, tone(base, 0.9), ground_y - 210, 210)
    canvas.rect(0, ground_y - 214, WIDTH, 6, tone(base, 0.7))
    canvas.rect(0, ground_y - 16, WIDTH, 16, tone(base, 0.6))
    pavement(canvas, rng, ground_y, "#B9B2A6")
    return ground_y


def park(canvas: Canvas, rng: Chance, ground_y: float = 380) -> float:
    """Trees over a lawn, houses far behind."""
    canvas.sky(ground_y)
    _houses(canvas, rng, ground_y - 10)
    for x in np.arange(-20, WIDTH + 60, 120):
        tree(
            canvas,
            rng,
            float(x + rng.uniform(-30, 30)),
            ground_y + float(rng.uniform(0, 18)),
            float(rng.uniform(110, 170)),
        )
    green = pick(rng, GREENS)
    canvas.fade(tone(green, 1.1), tone(green, 1.32), ground_y, HEIGHT - ground_y)
    for _ in range(90):
        x, y = float(rng.uniform(0, WIDTH)), float(rng.uniform(ground_y + 20, HEIGHT))
        size = 6 + 16 * (y - ground_y) / (HEIGHT - ground_y)
        canvas.line([(x, y), (x + size * 0.3, y - size)], tone(green, 0.9), 2.4, 0.6)
    return ground_y


def road(canvas: Canvas, rng: Chance, ground_y: float = 300) -> float:
    """A carriageway with its kerb and pavement, houses and trees beyond."""
    canvas.sky(ground_y)
    _houses(canvas, rng, ground_y - 30)
    for x in np.arange(rng.uniform(0, 120), WIDTH, 330):
        tree(canvas, rng, float(x), ground_y + 14, float(rng.uniform(120, 160)))
    stone = pick(rng, PAVEMENTS)
    canvas.fade(tone(stone, 0.92), stone, ground_y, 66)
    for x in np.arange(-60, WIDTH + 60, 62):
        canvas.line([(float(x) + 16, ground_y), (float(x), ground_y + 60)], tone(stone, 0.76), 1.6, 0.5)
    canvas.rect(0, ground_y + 60, WIDTH, 12, tone(stone, 1.35))
    canvas.rect(0, ground_y + 72, WIDTH, 12, tone(stone, 0.72))
    canvas.fade(tone(ASPHALT, 0.94), tone(ASPHALT, 1.12), ground_y + 84, HEIGHT - ground_y - 84)
    for _ in range(140):
        x, y = float(rng.uniform(0, WIDTH)), float(rng.uniform(ground_y + 90, HEIGHT))
        canvas.oval(x, y, 2.4, 1.4, tone(ASPHALT, float(rng.choice([0.85, 1.25]))), 0.7)
    return ground_y + 84
