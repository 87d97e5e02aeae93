"""Which scene shows which kind of matter, and a finished picture of a scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType

import numpy as np

from gridmap.demo.photos import (
    bikes,
    billboard,
    bins,
    branch,
    cable,
    charging,
    fire_lane,
    flagstones,
    flood,
    furniture,
    hoarding,
    lamp,
    leaflets,
    lift,
    manhole,
    mediation,
    parking,
    pothole,
    railing,
    river,
    rubble,
    shed,
    smoke,
    stall,
    tap,
)
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.mark import draw_mark

_MODULES: tuple[ModuleType, ...] = (
    bikes, billboard, bins, branch, cable, charging, fire_lane, flagstones, flood, furniture, hoarding, lamp,
    leaflets, lift, manhole, mediation, parking, pothole, railing, river, rubble, shed, smoke, stall, tap,
)  # fmt: skip
SCENES: Mapping[str, Callable[..., None]] = {
    module.__name__.rpartition(".")[2]: module.draw for module in _MODULES
}
"""Every scene by its name: draws on a canvas with chance, `is_done` says whether it is dealt with."""

INDOORS = frozenset({"charging", "lift", "mediation", "tap", "leaflets"})
AT_NIGHT = frozenset({"lamp"})


def picture(scene: str, seed: int, light: str, *, is_done: bool = False) -> bytes:
    """A JPEG of 1200 × 800; the same seed draws the same place, before and after.

    `light` is a key of `LIGHTS`; indoors the lamps are on, and a street lamp is looked at by night.
    """
    if scene in AT_NIGHT:
        light = "night"
    elif scene in INDOORS and light == "night":
        light = "evening"
    canvas = Canvas(light)
    SCENES[scene](canvas, np.random.default_rng(seed), is_done=is_done)
    draw_mark(canvas)
    return canvas.jpeg()
