"""Limits that change in time, and the control loop that eases off: emergencies, shedding, ramps."""

from __future__ import annotations

from racktwin.sim.events import schedule
from racktwin.sim.jit import kernel

from .capping_rule import ask_caps
from .coolant import set_plant_share
from .power import SLACK, checked_setting, deepest, load_rack, mark_limit
from .recording import touch_limit
from .runs import interrupt, settle_power
from .smoothing import let_fall
from .tables import NO_DOOR, SHED, Fleet


@kernel
def capacity_of(fleet: Fleet, index: int) -> float:
    """What a limit can carry now."""
    return fleet.limits[index].capacity * fleet.limits[index].scale


@kernel
def scale_limit(fleet: Fleet, index: int, scale: float, is_sudden: int) -> None:
    """A limit carries another share of its capacity; if that is sudden, racks need the response time to follow."""
    touch_limit(fleet, index)
    weight = fleet.limits[index].plant_weight
    if weight > 0.0:
        set_plant_share(fleet, fleet.clock[0].plant_share + weight * (scale - fleet.limits[index].scale))
    fleet.limits[index].scale = scale
    fleet.clock[0].is_freed = 1
    if is_sudden:
        alarm(fleet, index)
    else:
        keep_limit(fleet, index)


@kernel
def alarm(fleet: Fleet, index: int) -> None:
    """If a limit cannot carry what it carries any more, racks follow within the response time."""
    clock, limit = fleet.clock[0], fleet.limits[index]
    load = fleet.limit_loads[index, max(limit.setting, clock.least_setting)]
    if clock.response_s > 0.0 and load > capacity_of(fleet, index) * SLACK:
        touch_limit(fleet, index)
        limit.is_emergency = 1
        limit.is_braking = int(not limit.is_steered)
        schedule(fleet.events, clock.first_response_slot + index, clock.now_s + clock.response_s)
    elif not limit.is_emergency:
        keep_limit(fleet, index)


@kernel
def respond(fleet: Fleet, index: int) -> None:
    """The response time is over: the limit is kept again."""
    touch_limit(fleet, index)
    fleet.limits[index].is_emergency = 0
    keep_limit(fleet, index)


@kernel
def keep_limit(fleet: Fleet, index: int) -> None:
    """Shed work until the limit can be kept by capping the rest (or at once, where racks are not capped)."""
    clock, limit = fleet.clock[0], fleet.limits[index]
    setting = deepest(fleet) if limit.is_braking else checked_setting(fleet, limit.is_steered)
    while fleet.limit_loads[index, setting] > capacity_of(fleet, index) * SLACK:
        run = _first_to_shed(fleet, index)
        if run < 0:
            break
        interrupt(fleet, run, SHED)
    mark_limit(fleet, index)
    clock.is_freed = 1


@kernel
def _first_to_shed(fleet: Fleet, index: int) -> int:
    """Of the runs that load the limit, the one of lowest priority that started last; -1 if there is none."""
    limit = fleet.limits[index]
    best = -1
    for place in range(limit.first_below, limit.first_below + limit.n_below):
        if fleet.paths[fleet.below[place].path].factor <= 0.0:
            continue
        p = fleet.racks[fleet.below[place].rack].first_piece
        while p >= 0:
            run = fleet.pieces[p].run
            if fleet.pieces[p].milli > 0 and (best < 0 or _goes_before(fleet, run, best)):
                best = run
            p = fleet.pieces[p].next_in_rack
    return best


@kernel
def _goes_before(fleet: Fleet, a: int, b: int) -> bool:
    """Whether run ``a`` is shed before run ``b``."""
    first, second = fleet.jobs[fleet.runs[a].job].priority, fleet.jobs[fleet.runs[b].job].priority
    if first != second:
        return first < second
    return fleet.runs[a].start_s > fleet.runs[b].start_s


@kernel
def tick(fleet: Fleet) -> None:
    """The control loop: shared limits ease off as far as they can, ramps get their next step."""
    clock = fleet.clock[0]
    schedule(fleet.events, clock.tick_slot, clock.now_s + clock.tick_s)
    has_room, is_ramping = 0, False
    let_fall(fleet)
    if clock.cap_door != NO_DOOR:
        ask_caps(fleet)
        has_room = 1
    for index in range(fleet.limits.size):
        limit = fleet.limits[index]
        if limit.ramp_per_s > 0.0:
            limit.ceiling = max(limit.draw, fleet.limit_loads[index, limit.setting]) + limit.ramp_per_s * clock.tick_s
            has_room, is_ramping = 1, True
        if limit.setting > 0:
            mark_limit(fleet, index)
            has_room = 1
    if has_room:
        settle_power(fleet, 1)
        if is_ramping or not clock.is_settled:
            clock.is_freed = int(clock.n_waiting > 0)


@kernel
def lose_side(fleet: Fleet, index: int, is_lost: int) -> None:
    """Every rack that draws half of its power through limit ``index`` draws all of it through its other feed, or back.

    A rack that loses both stops.
    """
    limit = fleet.limits[index]
    limit.is_lost = is_lost
    for place in range(limit.first_below, limit.first_below + limit.n_below):
        r = fleet.below[place].rack
        load_rack(fleet, r, -1.0)
        _share_sides(fleet, r)
        load_rack(fleet, r, 1.0)


@kernel
def _share_sides(fleet: Fleet, r: int) -> None:
    """Which of its feeds carry rack ``r``, by what is lost on the way up."""
    rack = fleet.racks[r]
    lost = 0
    for index in range(rack.first_path, rack.first_path + rack.n_paths):
        path = fleet.paths[index]
        if path.side >= 0 and fleet.limits[path.limit].is_lost:
            lost |= 1 << path.side
        elif fleet.limits[path.limit].is_lost:
            lost = (1 << rack.n_sides) - 1
    rack.sides_lost = lost
    for index in range(rack.first_path, rack.first_path + rack.n_paths):
        path = fleet.paths[index]
        if path.side >= 0:
            other_lost = rack.n_sides < 2 or (lost >> (1 - path.side)) & 1
            own_lost = (lost >> path.side) & 1
            path.factor = 0.0 if own_lost else path.whole * (1.0 if other_lost else 1.0 / rack.n_sides)


@kernel
def alarm_all(fleet: Fleet) -> None:
    """Every limit that carries too much now raises its alarm."""
    for index in range(fleet.limits.size):
        load = fleet.limit_loads[index, max(fleet.limits[index].setting, fleet.clock[0].least_setting)]
        if load > capacity_of(fleet, index) * SLACK:
            alarm(fleet, index)
