"""When two reports may be of the same thing: one category, near each other, soon after each other.

A hint for a person, never a decision: whoever reads both says whether they are the same.
"""

from __future__ import annotations

from datetime import timedelta

NEAR_M, MOST_M = 50.0, 500.0
"""How near two places are that were both found well, and how far apart they may be at most."""
WELL_M = 15.0
"""The 95 % radius up to which a place was found well: what a phone reaches under an open sky."""
WITHIN = timedelta(hours=24)
"""How much later or earlier the other one was reported at most."""


def radius_m(accuracy_m: float | None, other_m: float | None) -> float:
    """How far apart two places may lie for one thing, by the 95 % radius of each (None: not told, taken as found well).

    50 m, and of each radius what it has beyond 15 m, for by so much more either may be wrong; at most 500 m.
    """
    excess = sum(max(0.0, (accuracy or 0.0) - WELL_M) for accuracy in (accuracy_m, other_m))
    return min(NEAR_M + excess, MOST_M)
