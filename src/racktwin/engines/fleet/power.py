"""What jobs reserve and draw, passed on to racks, feeds and loops, and the settings that keep each within its limit."""

from __future__ import annotations

import math
from typing import Any

from racktwin.sim.jit import kernel

from .nodes import set_startable
from .recording import touch_limit, touch_rack
from .tables import WHOLE, Fleet

SLACK = 1.0 + 1e-9
"""For the rounding of sums of reservations."""
MANY = 1 << 40
"""More GPUs than any rack has."""


@kernel
def deepest(fleet: Fleet) -> int:
    """The setting at which everything draws least."""
    return fleet.reserves.shape[1] - 1


@kernel
def checked_setting(fleet: Fleet, is_steered: int) -> int:
    """At which setting work must fit: the deepest where racks are capped to make it fit, else as things are."""
    return deepest(fleet) if is_steered else fleet.clock[0].least_setting


@kernel
def room(fleet: Fleet, index: int) -> float:
    """What a limit has left for new work, in its unit."""
    limit = fleet.limits[index]
    capacity = min(limit.capacity * limit.scale * SLACK, limit.ceiling)
    return capacity - fleet.limit_loads[index, checked_setting(fleet, limit.is_steered)]


@kernel
def refusing(fleet: Fleet, r: int, kind: int, milli: int) -> int:
    """The limit that has no room for so much more in rack ``r``, or -1; a rack's own budget counts after the limits."""
    rack = fleet.racks[r]
    gpus = milli / WHOLE
    setting = checked_setting(fleet, rack.is_steered)
    if fleet.rack_loads[r, setting] + gpus * fleet.reserves[kind, setting] > rack.budget_w * SLACK:
        return fleet.limits.size + r
    for index in range(rack.first_path, rack.first_path + rack.n_paths):
        path = fleet.paths[index]
        if path.factor > 0.0:
            setting = checked_setting(fleet, fleet.limits[path.limit].is_steered)
            load = path.factor * gpus * fleet.reserves[kind, max(setting, rack.own)]
            if load > room(fleet, path.limit):
                return path.limit
    return -1


@kernel
def mark_rack(fleet: Fleet, r: int) -> None:
    """Rack ``r`` and all it hangs on must be looked at before time goes on."""
    clock, rack = fleet.clock[0], fleet.racks[r]
    clock.is_power_dirty = 1
    if not rack.is_dirty:
        rack.is_dirty, rack.next_dirty, clock.dirty_rack = 1, clock.dirty_rack, r


@kernel
def mark_limit(fleet: Fleet, index: int) -> None:
    """Limit ``index`` must be looked at before time goes on."""
    clock, limit = fleet.clock[0], fleet.limits[index]
    clock.is_power_dirty = 1
    if not limit.is_dirty:
        limit.is_dirty, limit.next_dirty, clock.dirty_limit = 1, clock.dirty_limit, index


@kernel
def admit(fleet: Fleet, r: int) -> None:
    """See for how many more GPUs the budget of rack ``r`` has power, if they take as little as any class does.

    Never too few: what takes more is refused when its turn comes.
    """
    rack = fleet.racks[r]
    if rack.budget_w == math.inf:
        return
    setting = checked_setting(fleet, rack.is_steered)
    least_w = fleet.least_reserves[rack.pool, setting]
    left_w = rack.budget_w * SLACK - fleet.rack_loads[r, setting]
    startable = 0
    if least_w <= 0.0:
        startable = MANY
    elif left_w >= 0.0:
        startable = int(left_w / least_w * SLACK) + fleet.clock[0].is_sharing
    set_startable(fleet, r, startable)


@kernel
def _add_reserves(loads: Any, reserves: Any, gpus: float, own: int) -> None:
    """Add to the loads at every setting what so many GPUs reserve there, capped at ``own`` at least."""
    for setting in range(own):
        loads[setting] += gpus * reserves[own]
    for setting in range(own, loads.size):
        loads[setting] += gpus * reserves[setting]


@kernel
def reserve(fleet: Fleet, r: int, kind: int, milli: int) -> None:
    """Rack ``r`` and all it hangs on reserve so much more (less, where negative), at every setting."""
    rack = fleet.racks[r]
    gpus = milli / WHOLE
    touch_rack(fleet, r)
    _add_reserves(fleet.rack_loads[r], fleet.reserves[kind], gpus, 0)
    admit(fleet, r)
    if rack.is_steered:
        mark_rack(fleet, r)
    for index in range(rack.first_path, rack.first_path + rack.n_paths):
        path = fleet.paths[index]
        if path.factor > 0.0:
            touch_limit(fleet, path.limit)
            _add_reserves(fleet.limit_loads[path.limit], fleet.reserves[kind], path.factor * gpus, rack.own)
            if fleet.limits[path.limit].is_steered or fleet.limits[path.limit].is_braking:
                mark_limit(fleet, path.limit)


@kernel
def load_rack(fleet: Fleet, r: int, sign: float) -> None:
    """Add all that rack ``r`` reserves and draws to the limits on its path, or take it off."""
    rack = fleet.racks[r]
    for index in range(rack.first_path, rack.first_path + rack.n_paths):
        path = fleet.paths[index]
        if path.factor > 0.0:
            touch_limit(fleet, path.limit)
            for setting in range(fleet.reserves.shape[1]):
                load = path.factor * fleet.rack_loads[r, max(setting, rack.own)]
                fleet.limit_loads[path.limit, setting] += sign * load
            fleet.limits[path.limit].draw += sign * path.factor * rack.draw_w
            if fleet.limits[path.limit].is_steered or fleet.limits[path.limit].is_braking:
                mark_limit(fleet, path.limit)


@kernel
def change_heat(fleet: Fleet, watts: float) -> None:
    """So much more goes to the coolant from now on; what went there until now is counted."""
    clock = fleet.clock[0]
    clock.heat_j += clock.liquid_w * (clock.now_s - clock.heated_s)
    clock.heated_s = clock.now_s
    clock.liquid_w += watts


@kernel
def add_draw(fleet: Fleet, r: int, watts: float) -> None:
    """Rack ``r`` draws so much more from now on."""
    if watts == 0.0:
        return
    touch_rack(fleet, r)
    rack = fleet.racks[r]
    rack.draw_w += watts
    change_heat(fleet, watts * rack.liquid_share)
    for index in range(rack.first_path, rack.first_path + rack.n_paths):
        path = fleet.paths[index]
        if path.factor > 0.0:
            touch_limit(fleet, path.limit)
            fleet.limits[path.limit].draw += path.factor * watts


@kernel
def least_that_fits_rack(fleet: Fleet, r: int) -> int:
    """The lowest setting at which the rack keeps its budget, or the deepest."""
    budget_w = fleet.racks[r].budget_w * SLACK
    for setting in range(deepest(fleet)):
        if fleet.rack_loads[r, setting] <= budget_w:
            return setting
    return deepest(fleet)


@kernel
def least_that_fits(fleet: Fleet, index: int) -> int:
    """The lowest setting at which the limit is kept, or the deepest."""
    limit = fleet.limits[index]
    capacity = limit.capacity * limit.scale * SLACK
    for setting in range(deepest(fleet)):
        if fleet.limit_loads[index, setting] <= capacity:
            return setting
    return deepest(fleet)


@kernel
def leaves_room(fleet: Fleet, r: int, own: int) -> bool:
    """Whether rack ``r`` may ease off to ``own``: limits whose racks are not capped for them have room for that."""
    rack, setting = fleet.racks[r], fleet.clock[0].least_setting
    for index in range(rack.first_path, rack.first_path + rack.n_paths):
        path = fleet.paths[index]
        if path.factor > 0.0 and not fleet.limits[path.limit].is_steered:
            change_w = fleet.rack_loads[r, max(setting, own)] - fleet.rack_loads[r, max(setting, rack.own)]
            if path.factor * change_w > room(fleet, path.limit):
                return False
    return True


@kernel
def set_own(fleet: Fleet, r: int, own: int) -> None:
    """Rack ``r`` caps its jobs at ``own`` at least, which is less load for all it hangs on."""
    rack = fleet.racks[r]
    for index in range(rack.first_path, rack.first_path + rack.n_paths):
        path = fleet.paths[index]
        if path.factor > 0.0:
            touch_limit(fleet, path.limit)
            for setting in range(max(own, rack.own)):
                change_w = fleet.rack_loads[r, max(setting, own)] - fleet.rack_loads[r, max(setting, rack.own)]
                fleet.limit_loads[path.limit, setting] += path.factor * change_w
            if fleet.limits[path.limit].is_steered or fleet.limits[path.limit].is_braking:
                mark_limit(fleet, path.limit)
    rack.own = own
    fleet.clock[0].is_settled = 0


@kernel
def asked_setting(fleet: Fleet, r: int) -> int:
    """The setting rack ``r`` must obey: the highest that itself, its path or the hall asks for."""
    rack = fleet.racks[r]
    setting = max(rack.own, fleet.clock[0].least_setting)
    if rack.liquid_share > 0.0:
        setting = max(setting, fleet.clock[0].coolant_setting)
    for index in range(rack.first_path, rack.first_path + rack.n_paths):
        path = fleet.paths[index]
        if path.factor > 0.0:
            setting = max(setting, fleet.limits[path.limit].setting)
    return setting
