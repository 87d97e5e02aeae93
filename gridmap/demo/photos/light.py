"""At what time of day a picture is drawn: the sky, and how colours look in that light."""

from __future__ import annotations

from typing import NamedTuple

Rgb = tuple[int, int, int]


class Light(NamedTuple):
    """`sky` runs from the top down; every colour is multiplied by `tint`; `shade` is how dark shadows are (0–1)."""

    sky: tuple[str, str]
    tint: tuple[float, float, float]
    shade: float


LIGHTS = {
    "morning": Light(("#9CC7E8", "#FBE9CF"), (1.0, 0.98, 0.93), 0.26),
    "noon": Light(("#6FB3E6", "#D9EEF8"), (1.0, 1.0, 1.0), 0.32),
    "overcast": Light(("#AEBAC3", "#DDE2E4"), (0.92, 0.94, 0.96), 0.18),
    "evening": Light(("#8DA3CF", "#FAD0A4"), (1.0, 0.92, 0.84), 0.26),
    "night": Light(("#0B1430", "#26345C"), (0.36, 0.42, 0.60), 0.40),
}


def light_at(hour: int) -> str:
    """The light (a key of `LIGHTS`) of an hour of the day, as in the middle latitudes in autumn."""
    if hour < 6 or hour >= 19:
        return "night"
    if hour < 9:
        return "morning"
    return "noon" if hour < 16 else "evening"


def rgb(colour: str) -> Rgb:
    """Red, green, blue of `#RRGGBB`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def tone(colour: str, factor: float) -> str:
    """The colour made lighter (`factor` above 1, toward white) or darker (below 1, toward black)."""
    if factor <= 1:
        mixed = [round(part * factor) for part in rgb(colour)]
    else:
        mixed = [round(part + (255 - part) * min(factor - 1, 1)) for part in rgb(colour)]
    return "#{:02X}{:02X}{:02X}".format(*mixed)
