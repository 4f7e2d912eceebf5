"""Draw and speed of a job under a power cap, from a table of measured knots.

A curve is ``count`` rows of :data:`KNOT` from ``first``, by increasing ``x``: the cap as a share of the job's natural
draw. Between knots it is linear; beyond the last the cap does nothing; below the first nothing was measured, and a cap
is taken as if it were there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import kernel

KNOT = np.dtype([("x", "f8"), ("draw", "f8"), ("speed", "f8")])
"""``draw`` and ``speed`` are shares of uncapped."""


@kernel
def _knot_above(knots: Any, first: int, count: int, x: float) -> int:
    """The first row from ``first + 1`` on whose x is at least ``x``; there must be one."""
    low, high = first + 1, first + count - 1
    while low < high:
        middle = (low + high) // 2
        if knots[middle].x < x:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def capped_draw(knots: Any, first: int, count: int, x: float) -> float:
    """The share of its natural draw that a job takes under the cap ``x``."""
    if x >= knots[first + count - 1].x:
        return 1.0
    if x <= knots[first].x:
        return knots[first].draw
    above = _knot_above(knots, first, count, x)
    low, high = knots[above - 1], knots[above]
    return low.draw + (high.draw - low.draw) * (x - low.x) / (high.x - low.x)


@kernel
def capped_speed(knots: Any, first: int, count: int, x: float) -> float:
    """The share of its full speed that a job keeps under the cap ``x``."""
    if x >= knots[first + count - 1].x:
        return 1.0
    if x <= knots[first].x:
        return knots[first].speed
    above = _knot_above(knots, first, count, x)
    low, high = knots[above - 1], knots[above]
    return low.speed + (high.speed - low.speed) * (x - low.x) / (high.x - low.x)


@kernel
def cap_for_draw(knots: Any, first: int, count: int, draw: float) -> float:
    """The highest cap ``x`` under which a job takes at most the share ``draw`` of its natural draw."""
    if draw >= knots[first + count - 1].draw:
        return knots[first + count - 1].x
    if draw <= knots[first].draw:
        return knots[first].x
    row = first + count - 1
    while knots[row - 1].draw > draw:
        row -= 1
    low, high = knots[row - 1], knots[row]
    return low.x + (high.x - low.x) * (draw - low.draw) / (high.draw - low.draw)
