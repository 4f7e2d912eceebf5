"""Falling load smoothed: ballast below a feed draws on what jobs no longer draw, and lets go at a bounded rate.

Ballast is a load bank, a battery that charges or GPUs that burn: it draws at its feed and at all above it, never more
than their limits leave, and goes at once where jobs or a smaller limit need the room. Its energy is paid for.
"""

from __future__ import annotations

import math

from racktwin.sim.jit import kernel

from .recording import touch_ballast, touch_limit
from .tables import Fleet


@kernel
def _set_ballast(fleet: Fleet, index: int, watts: float) -> None:
    limit = fleet.limits[index]
    change_w = watts - limit.ballast
    if change_w == 0.0:
        return
    touch_ballast(fleet, index)
    touch_limit(fleet, index)
    limit.ballast = watts
    limit.draw += change_w
    for row in range(fleet.upstream.size):
        link = fleet.upstream[row]
        if link.limit == index:
            touch_limit(fleet, link.above)
            fleet.limits[link.above].draw += change_w * link.ratio


@kernel
def _most_ballast(fleet: Fleet, index: int) -> float:
    """What limit ``index`` and those above it leave for its ballast."""
    limit = fleet.limits[index]
    if limit.is_lost:
        return 0.0
    most = limit.capacity * limit.scale - (limit.draw - limit.ballast)
    for row in range(fleet.upstream.size):
        link = fleet.upstream[row]
        if link.limit == index:
            above = fleet.limits[link.above]
            left = above.capacity * above.scale - (above.draw - limit.ballast * link.ratio)
            most = min(most, 0.0 if above.is_lost else left / link.ratio)
    return max(most, 0.0)


@kernel
def hold_draws(fleet: Fleet) -> None:
    """Before time goes on: each feed draws no less than its floor and its envelope, if its limits let it."""
    for place in range(fleet.smoothed.size):
        index = fleet.smoothed[place]
        limit = fleet.limits[index]
        own_w = limit.draw - limit.ballast
        lacking_w = max(max(limit.floor, limit.envelope) - own_w, 0.0)
        watts = min(lacking_w, _most_ballast(fleet, index))
        _set_ballast(fleet, index, math.floor(watts * 1024.0) / 1024.0)  # so that sums of watts are exact
        limit.envelope = limit.draw if limit.fall_per_s < math.inf else 0.0


@kernel
def let_fall(fleet: Fleet) -> None:
    """A tick of the control loop has passed: draws may fall by so much."""
    for place in range(fleet.smoothed.size):
        limit = fleet.limits[fleet.smoothed[place]]
        if limit.fall_per_s < math.inf:
            limit.envelope = limit.draw - limit.fall_per_s * fleet.clock[0].tick_s
