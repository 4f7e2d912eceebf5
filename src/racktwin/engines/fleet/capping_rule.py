"""How deep each rack is capped by a user's rule: asked rack by rack at the ticks of the control loop.

What the rule asks for comes on top of what limits ask for: a limit is kept whatever the rule says.
"""

from __future__ import annotations

import math

from racktwin.sim.calling import call_by_address
from racktwin.sim.jit import kernel

from .power import deepest, mark_rack
from .tables import CAP_RULE, NO_RULE, WHOLE, Fleet

HOUR_S = 3600.0


@kernel
def _fullest(fleet: Fleet, r: int) -> float:
    """Of the fullest limit that rack ``r`` hangs on, what share would be reserved if no limit asked for caps."""
    rack, most = fleet.racks[r], 0.0
    for index in range(rack.first_path, rack.first_path + rack.n_paths):
        path = fleet.paths[index]
        limit = fleet.limits[path.limit]
        capacity = limit.capacity * limit.scale
        if path.factor > 0.0 and capacity > 0.0:
            most = max(most, fleet.limit_loads[path.limit, 0] / capacity)
    return most


@kernel
def _fits(fleet: Fleet, r: int, setting: int) -> bool:
    """Whether all that rack ``r`` hangs on has room for what it would reserve at a setting."""
    rack = fleet.racks[r]
    if fleet.rack_loads[r, setting] > rack.budget_w:
        return False
    for index in range(rack.first_path, rack.first_path + rack.n_paths):
        path = fleet.paths[index]
        limit = fleet.limits[path.limit]
        change_w = fleet.rack_loads[r, setting] - fleet.rack_loads[r, rack.own]
        load = fleet.limit_loads[path.limit, 0] + path.factor * change_w
        if path.factor > 0.0 and load > limit.capacity * limit.scale:
            return False
    return True


@kernel
def _list_settings(fleet: Fleet, r: int) -> None:
    """All settings that rack ``r`` could obey, with what it would draw and how fast its jobs would go."""
    clock, rack, busy = fleet.clock[0], fleet.racks[r], 0.0
    fullest, hour = _fullest(fleet, r), int((clock.now_s + clock.first_hour_s) // HOUR_S)
    for setting in range(deepest(fleet) + 1):
        row = fleet.cap_steps[setting]
        row.rack, row.setting, row.present_setting = r, setting, rack.setting
        row.draw_w, row.speed, row.fits = rack.idle_w, 0.0, int(_fits(fleet, r, setting))
        row.load_share, row.budget_w = fullest, rack.budget_w
        row.price_usd_per_mwh = row.carbon_g_per_kwh = math.nan
        if hour < fleet.hours.size:
            row.price_usd_per_mwh = fleet.hours[hour].price_usd_per_mwh
            row.carbon_g_per_kwh = fleet.hours[hour].carbon_g_per_kwh
    p = rack.first_piece
    while p >= 0:
        piece = fleet.pieces[p]
        run, gpus = fleet.runs[piece.run], piece.milli / WHOLE
        load = fleet.klasses[fleet.jobs[run.job].klass].load
        busy += gpus
        for setting in range(deepest(fleet) + 1):
            fleet.cap_steps[setting].draw_w += gpus * fleet.draws[run.kind, setting] * load
            fleet.cap_steps[setting].speed += gpus * fleet.speeds[run.kind, setting]
        p = piece.next_in_rack
    for setting in range(deepest(fleet) + 1):
        row = fleet.cap_steps[setting]
        row.busy_gpus, row.speed = busy, row.speed / busy if busy > 0.0 else 1.0


@kernel
def ask_caps(fleet: Fleet) -> None:
    """Let the rule say how deep each rack is capped from now on."""
    clock = fleet.clock[0]
    for r in range(fleet.racks.size):
        rack = fleet.racks[r]
        if not rack.is_here or clock.wrong_rule != NO_RULE:
            continue
        _list_settings(fleet, r)
        choice = call_by_address(clock.cap_rule, fleet.cap_steps, fleet.cap_steps.size, clock.now_s)
        if choice < 0 or choice >= fleet.cap_steps.size:
            clock.wrong_rule, clock.wrong_choice, clock.wrong_count = CAP_RULE, choice, fleet.cap_steps.size
        elif choice != rack.asked or choice != rack.own:
            rack.asked = choice
            mark_rack(fleet, r)
