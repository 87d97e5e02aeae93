"""The scenes of a wall: what they are called, for how long they stay, and how a round of them is written down."""

from __future__ import annotations

import re
from dataclasses import dataclass

KINDS = ("overview", "areas", "heat", "reports", "late", "duty")
"""Everything; the areas with most late matters, one after the other; density; reports by cell; what is late; staff on duty."""
SHORTEST_S, LONGEST_S = 5, 1800
"""So long a scene stays at least and at most."""
USUAL_S = 30
_STEP = re.compile(r"(?P<kind>[a-z]+)(?:@(?P<area>[^\s,:@]{1,64}))?(?::(?P<seconds>[0-9]{1,5}))?", re.ASCII)


@dataclass(frozen=True)
class Scene:
    """One scene of a round: its kind, the code of the area it shows (None: all there is), how long it stays."""

    kind: str
    area: str | None = None
    seconds: int = USUAL_S


def read_round(text: str) -> tuple[Scene, ...]:
    """A round as `overview:60,areas:20,heat:30,late@990001001:20` writes it; nothing is the overview alone.

    Each part is a kind, `@` and the code of an area, `:` and seconds; the last two may be missing. Raises
    ValueError for a part that is none, with what is wrong.
    """
    parts = [part for part in re.split(r"[\s,]+", text.strip()) if part]
    return tuple(_scene(part) for part in parts) or (Scene("overview"),)


def _scene(part: str) -> Scene:
    found = _STEP.fullmatch(part)
    if found is None or found["kind"] not in KINDS:
        raise ValueError(f"{part!r} is no scene: {', '.join(KINDS)}, as in overview:60 or heat@990001001:30")
    seconds = int(found["seconds"] or USUAL_S)
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise ValueError(f"{part!r}: a scene stays {SHORTEST_S} to {LONGEST_S} seconds")
    if found["kind"] == "areas" and found["area"]:
        raise ValueError(f"{part!r}: areas are found by themselves; one of them is shown by overview@CODE")
    return Scene(found["kind"], found["area"], seconds)
