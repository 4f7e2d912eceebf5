"""A limit moves while work goes on: what no longer fits is throttled or shed, and raised again when it may."""

from __future__ import annotations

from racktwin.sim.jit import kernel, rare
from racktwin.sim.power import load_per_watt

from .draw import free_reservation, refused_by, reserve, set_draw, tell_freed
from .recording import record_limit
from .tables import PAUSED, UP, WORKING, Line
from .work import (
    admitted_w,
    book_work,
    cap_of,
    cause_of_limit,
    levels_of,
    power_on,
    speed_of,
    start_working,
    stop_working,
    wait_in_cell,
)

_ROUNDING = 1e-9


@kernel
def change_limit(line: Line, index: int, value: float) -> None:
    """The limit is ``value`` from now on."""
    limit, clock = line.limits[index], line.clock[0]
    record_limit(line, index)
    is_raised = value > limit.limit
    limit.limit = value
    if is_raised:
        limit.is_freed = clock.is_freed = clock.is_raised = 1
        return
    while limit.reserved > value * (1.0 + _ROUNDING):
        u = -1 if clock.sheds_first else _latest_user(line, index, True)
        if u >= 0:
            _set_level(line, u, line.units[u].level + 1)
            line.units[u].is_throttled = clock.is_throttling = 1
            tell_freed(line, u)
            continue
        u = _latest_user(line, index, False)
        if u < 0:  # idle draw alone: scenario.checks refuses such a limit
            return
        _shed(line, u, index)


@kernel
def _loads(line: Line, u: int, index: int) -> bool:
    """Whether what unit ``u`` reserves loads the limit."""
    unit = line.units[u]
    if unit.reserved_w <= 0.0:
        return False
    bank, part = line.banks[unit.bank], line.parts[line.items[unit.held].part]
    for k in range(bank.first_path, bank.first_path + bank.n_paths):
        path = line.paths[k]
        if path.limit == index and load_per_watt(path, part.liquid_fraction, part.coolant_flow_m3_per_j) > 0.0:
            return True
    return False


@kernel
def _latest_user(line: Line, index: int, to_throttle: bool) -> int:
    """The unit that loads the limit and began last, or -1; ``to_throttle``: of those that know a lower cap."""
    latest = -1
    for u in range(line.units.size):
        unit = line.units[u]
        if _loads(line, u, index) and (latest < 0 or unit.entered_s >= line.units[latest].entered_s):
            has_lower = unit.level + 1 < levels_of(line, line.items[unit.held].operation)
            if has_lower or not to_throttle:
                latest = u
    return latest


@kernel
def _set_level(line: Line, u: int, level: int) -> None:
    """Let unit ``u`` go on at another cap level: what is left takes longer or shorter."""
    unit = line.units[u]
    item = line.items[unit.held]
    old_speed = speed_of(line, unit.phase, unit.level)
    is_working = unit.health == UP and unit.activity == WORKING
    if is_working:
        book_work(line, u)
    unit.level = level
    unit.lowest_cap = min(unit.lowest_cap, cap_of(line, unit.phase, level))
    if is_working or unit.activity == PAUSED:
        unit.remaining_s *= old_speed / speed_of(line, unit.phase, level)
    if unit.draw_w > 0.0:
        power_on(line, u)
    reserve(line, u, item.part, admitted_w(line, item.operation, unit.phase, level) * unit.n_begun)
    if is_working:
        start_working(line, u)


@kernel
def _shed(line: Line, u: int, index: int) -> None:
    """Switch unit ``u`` off: its work waits in the cell for the limit."""
    unit = line.units[u]
    part = line.items[unit.held].part
    is_working = unit.health == UP and unit.activity == WORKING
    if is_working:
        stop_working(line, u)
    set_draw(line, u, part, 0.0)
    free_reservation(line, u, part)
    line.limits[index].is_freed = 0  # what this limit has lost nobody can have
    unit.is_shed = 1
    if is_working:
        wait_in_cell(line, u, PAUSED, cause_of_limit(line, index), index)


@rare
def raise_throttled(line: Line) -> None:
    """Let throttled units go faster as far as the limits allow; whoever waits for power comes before them."""
    clock = line.clock[0]
    clock.is_raised = clock.is_throttling = 0
    for u in range(line.units.size):
        unit = line.units[u]
        if unit.held < 0 or not unit.is_throttled:
            continue
        clock.is_throttling = 1
        if unit.reserved_w <= 0.0:
            continue
        item = line.items[unit.held]
        for level in range(unit.level):
            more_w = admitted_w(line, item.operation, unit.phase, level) * unit.n_begun - unit.reserved_w
            if refused_by(line, unit.bank, item.part, more_w) < 0:
                _set_level(line, u, level)
                unit.is_throttled = 1 if level > 0 else 0
                break
