"""Which community each block belongs to: settled places for the small district, drawn ones for the large."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import dist

import numpy as np
from shapely import Polygon

from gridmap.demo.blocks import Blocks, joined
from gridmap.demo.growing import are_whole, grow, seats, touching
from gridmap.demo.names import community_names, street_names
from gridmap.demo.plan import DISTRICT_CODE, CommunityPlan, Place, Plan

_TOWNSHIPS = 3
"""So many of the drawn streets, those farthest out, are townships (镇), whose codes begin at 101."""
_TRIES = 12

Owners = list[str]
"""For each block its community's code."""


def settle(rng: np.random.Generator, blocks: Blocks, plan: Plan) -> tuple[Plan, Owners]:
    """The plan with its streets and communities, and the community of each block.

    Communities grow over the quarters between main roads, each on its own bank, so that main roads or
    the river divide them. Where the plan says only how many streets and communities there are, they are drawn so
    that all have about as many blocks. Raises RuntimeError where no try makes every one whole.
    """
    if plan.communities:
        return plan, _settled(blocks, plan.communities)
    for _ in range(_TRIES):
        drawn, owners = _drawn(rng, blocks, plan)
        if _are_all_whole(blocks, owners):
            return drawn, owners
    raise RuntimeError("no division into communities without holes")  # pragma: no cover


def _are_all_whole(blocks: Blocks, owners: Owners) -> bool:
    return all(
        are_whole([joined(shapes) for shapes in _shapes_by(blocks, [owner[:digits] for owner in owners])])
        for digits in (9, 12)
    )


def _shapes_by(blocks: Blocks, owners: Sequence[str]) -> list[list[Polygon]]:
    groups: dict[str, list[Polygon]] = {}
    for shape, owner in zip(blocks.shapes, owners, strict=True):
        groups.setdefault(owner, []).append(shape)
    return list(groups.values())


def _settled(blocks: Blocks, communities: Sequence[CommunityPlan]) -> Owners:
    middle, size = _quarters(blocks)
    seeds: dict[str, int] = {}
    for c in communities:
        free = size.keys() - seeds.values()
        seeds[c.code] = min(free, key=lambda q: (dist(middle[q], c.place), q))
    place = {c.code: c.place for c in communities}
    owner = grow(
        _beside(blocks),
        size,
        seeds,
        {c.code: c.size for c in communities},
        lambda code, q: dist(middle[q], place[code]),
    )
    return [owner[q] for q in blocks.quarter]


def _drawn(rng: np.random.Generator, blocks: Blocks, plan: Plan) -> tuple[Plan, Owners]:
    middle, size = _quarters(blocks)
    wanted, parts = plan.drawn[1], list(middle)
    points, weights = np.array([middle[q] for q in parts]), np.array([float(size[q]) for q in parts])
    seeds, places = seats(rng, points, weights, wanted)
    owner = _all_of(
        grow(
            _beside(blocks),
            size,
            {n: parts[seed] for n, seed in enumerate(seeds)},
            dict.fromkeys(range(wanted), 1.0),
            lambda n, q: dist(middle[q], places[n]),
        ),
        _beside(blocks, is_crossing=True),
    )
    return _named(rng, blocks, plan, [owner[q] for q in blocks.quarter], wanted)


def _named(
    rng: np.random.Generator, blocks: Blocks, plan: Plan, group: list[int], wanted: int
) -> tuple[Plan, Owners]:
    """Communities (numbers) put into streets, both with codes and names, the inner ones first."""
    middles = np.array([_middle(blocks, group, n) for n in range(wanted)])
    far = [
        float(np.mean([f for f, g in zip(blocks.far, group, strict=True) if g == n])) for n in range(wanted)
    ]
    street_of = _streets(rng, blocks, group, middles, plan.drawn[0])
    order = sorted(
        range(plan.drawn[0]), key=lambda s: np.mean([far[n] for n in street_of if street_of[n] == s])
    )
    codes = _street_codes(len(order))
    streets = dict(zip(codes, street_names(len(order), _TOWNSHIPS), strict=True))
    names = community_names(rng, [value > 1 for value in far])
    communities, code_of = [], {}
    for street, code in zip(order, codes, strict=True):
        members = sorted((n for n in street_of if street_of[n] == street), key=lambda n: (far[n], n))
        for number, n in enumerate(members, start=1):
            code_of[n] = f"{code}{number if far[n] <= 1 else 199 + number:03d}"
            communities.append(CommunityPlan(code_of[n], names[n], code, Place(*middles[n])))
    communities.sort()
    return plan._replace(streets=streets, communities=tuple(communities)), [code_of[n] for n in group]


def _street_codes(number: int) -> list[str]:
    inner = number - _TOWNSHIPS
    return [f"{DISTRICT_CODE}{n + 1 if n < inner else 101 + n - inner:03d}" for n in range(number)]


def _streets(
    rng: np.random.Generator, blocks: Blocks, group: list[int], middles: np.ndarray, number: int
) -> dict[int, int]:
    """The street (a number) of each community (a number)."""
    beside = dict(enumerate(touching(len(middles), blocks.borders, group)))
    seeds, places = seats(rng, middles, np.ones(len(middles)), number)
    owner = grow(
        beside,
        dict.fromkeys(range(len(middles)), 1.0),
        dict(enumerate(seeds)),
        dict.fromkeys(range(number), 1.0),
        lambda s, n: dist(middles[n], places[s]),
    )
    return dict(sorted(owner.items()))


def _middle(blocks: Blocks, group: list[int], wanted: int) -> tuple[float, float]:
    points = [shape.centroid for shape, g in zip(blocks.shapes, group, strict=True) if g == wanted]
    return float(np.mean([p.x for p in points])), float(np.mean([p.y for p in points]))


def _quarters(blocks: Blocks) -> tuple[dict[int, tuple[float, float]], Counter[int]]:
    """The middle of each quarter, and how many blocks it has."""
    size = Counter(blocks.quarter)
    sums: dict[int, list[float]] = {}
    for shape, q in zip(blocks.shapes, blocks.quarter, strict=True):
        at, total = shape.centroid, sums.setdefault(q, [0.0, 0.0, 0.0])
        for n, value in enumerate((shape.area, shape.area * at.x, shape.area * at.y)):
            total[n] += value
    return {q: (x / area, y / area) for q, (area, x, y) in sorted(sums.items())}, size


def _beside(blocks: Blocks, *, is_crossing: bool = False) -> dict[int, set[int]]:
    """The quarters that share a border with each quarter; over the river only where `is_crossing`."""
    beside: dict[int, set[int]] = {q: set() for q in blocks.quarter}
    for n, others in blocks.borders.items():
        for other in others:
            is_same_bank = blocks.is_north[n] == blocks.is_north[other]
            if blocks.quarter[n] != blocks.quarter[other] and (is_same_bank or is_crossing):
                beside[blocks.quarter[n]].add(blocks.quarter[other])
    return beside


def _all_of(owner: dict[int, int], beside: Mapping[int, set[int]]) -> dict[int, int]:
    """What was cut off on its bank goes to a neighbour over the river."""
    left = sorted(beside.keys() - owner.keys())
    while left:
        reached = {q: owner[o] for q in left for o in sorted(beside[q]) if o in owner}
        owner |= reached
        left = [q for q in left if q not in reached]
    return owner
