"""The brushes of every scene: shapes, soft shadows and gradients on 1200 × 800 units, with smooth edges."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from gridmap.demo.photos.light import LIGHTS, Light, Rgb, rgb

WIDTH, HEIGHT = 1200, 800
_FINE = 2
"""So many times as large is drawn as is kept: edges get smooth."""
_QUALITY = 80
Point = tuple[float, float]


class Canvas:
    """A picture in the making. Units are pixels of the finished picture, y grows downward."""

    def __init__(self, light: str) -> None:
        self.light: Light = LIGHTS[light]
        self.is_night = light == "night"
        self._image = Image.new("RGB", (WIDTH * _FINE, HEIGHT * _FINE))
        self._pen = ImageDraw.Draw(self._image, "RGBA")

    def ink(self, colour: str) -> Rgb:
        """The colour as it looks in this light."""
        red, green, blue = (
            round(part * tint) for part, tint in zip(rgb(colour), self.light.tint, strict=True)
        )
        return red, green, blue

    def polygon(self, points: Sequence[Point], fill: str, alpha: float = 1.0) -> None:
        """A filled polygon."""
        self._pen.polygon([_fine(p) for p in points], (*self.ink(fill), round(alpha * 255)))

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        *,
        radius: float = 0,
        alpha: float = 1.0,
    ) -> None:
        """A filled rectangle, its corners round by `radius`."""
        box = [*_fine((x, y)), *_fine((x + width, y + height))]
        colour = (*self.ink(fill), round(alpha * 255))
        if radius:
            self._pen.rounded_rectangle(box, radius * _FINE, colour)
        else:
            self._pen.rectangle(box, colour)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: str, alpha: float = 1.0) -> None:
        """A filled ellipse around (x, y)."""
        box = [*_fine((x - rx, y - ry)), *_fine((x + rx, y + ry))]
        self._pen.ellipse(box, (*self.ink(fill), round(alpha * 255)))

    def ring(self, x: float, y: float, rx: float, ry: float, fill: str, width: float) -> None:
        """The outline of an ellipse."""
        box = [*_fine((x - rx, y - ry)), *_fine((x + rx, y + ry))]
        self._pen.ellipse(box, outline=self.ink(fill), width=round(width * _FINE))

    def arc(
        self, x: float, y: float, rx: float, ry: float, begin: float, end: float, fill: str, width: float
    ) -> None:
        """A part of that outline, from `begin` to `end` in degrees, clockwise from the east."""
        box = [*_fine((x - rx, y - ry)), *_fine((x + rx, y + ry))]
        self._pen.arc(box, begin, end, self.ink(fill), round(width * _FINE))

    def line(self, points: Sequence[Point], fill: str, width: float, alpha: float = 1.0) -> None:
        """A line through the points, its joints and ends round."""
        colour = (*self.ink(fill), round(alpha * 255))
        fine = [_fine(p) for p in points]
        self._pen.line(fine, colour, round(width * _FINE), joint="curve")
        if alpha == 1 and width > 2:
            half = width * _FINE / 2
            for x, y in (fine[0], fine[-1]):
                self._pen.ellipse([x - half, y - half, x + half, y + half], colour)

    def curve(self, begin: Point, sag: Point, end: Point, fill: str, width: float) -> None:
        """A bent line from `begin` to `end`, pulled toward `sag`."""
        way = [(n / 24) for n in range(25)]
        points = [
            (
                (1 - t) ** 2 * begin[0] + 2 * t * (1 - t) * sag[0] + t * t * end[0],
                (1 - t) ** 2 * begin[1] + 2 * t * (1 - t) * sag[1] + t * t * end[1],
            )
            for t in way
        ]
        self.line(points, fill, width)

    def shadow(self, x: float, y: float, rx: float, ry: float, strength: float = 1.0) -> None:
        """A soft shadow on the ground around (x, y)."""
        alpha = round(self.light.shade * strength * 60)
        for share in (1.0, 0.86, 0.72, 0.58):
            box = [*_fine((x - rx * share, y - ry * share)), *_fine((x + rx * share, y + ry * share))]
            self._pen.ellipse(box, (20, 24, 40, alpha))

    def fade(
        self, top: str, bottom: str, y: float, height: float, *, x: float = 0, width: float = WIDTH
    ) -> None:
        """A band whose colour runs from `top` to `bottom`."""
        rows = max(1, round(height * _FINE))
        share = np.linspace(0, 1, rows)[:, None]
        band = np.array(self.ink(top)) * (1 - share) + np.array(self.ink(bottom)) * share
        strip = Image.fromarray(band.round().astype(np.uint8)[:, None, :])
        size = (round(width * _FINE), rows)
        self._image.paste(strip.resize(size, Image.Resampling.NEAREST), (round(x * _FINE), round(y * _FINE)))

    def sky(self, until_y: float) -> None:
        """The sky of this light, down to `until_y`; its colours are the light's own, not tinted again."""
        plain, self.light = self.light, self.light._replace(tint=(1, 1, 1))
        self.fade(*plain.sky, 0, until_y)
        self.light = plain

    def shine(self, points: Sequence[Point], colour: str, alpha: float) -> None:
        """A polygon of light: its colour is not dimmed by the time of day."""
        self._pen.polygon([_fine(p) for p in points], (*rgb(colour), round(alpha * 255)))

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float = 1.0) -> None:
        """A soft round light around (x, y)."""
        steps = 14
        for n in range(steps):
            r = radius * (1 - n / steps)
            box = [*_fine((x - r, y - r)), *_fine((x + r, y + r))]
            self._pen.ellipse(box, (*rgb(colour), round(strength * 16)))

    def jpeg(self) -> bytes:
        """The finished picture."""
        out = io.BytesIO()
        self._image.reduce(_FINE).save(out, "JPEG", quality=_QUALITY)
        return out.getvalue()


def _fine(point: Point) -> Point:
    return point[0] * _FINE, point[1] * _FINE
