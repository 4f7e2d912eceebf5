"""What a work unit reserves and draws, passed on to every feed and loop on its path."""

from __future__ import annotations

from racktwin.sim.jit import kernel
from racktwin.sim.power import load_per_watt, refusing_limit
from racktwin.sim.states import BATCHING, BLOCKED, CLOSED, COOLANT, PEOPLE, POWER, STANDBY, STARVED

from .recording import record_limit, record_state
from .tables import CALENDAR as CALENDAR_CAUSE
from .tables import COOLANT as COOLANT_CAUSE
from .tables import GANG as GANG_CAUSE
from .tables import PEOPLE as PEOPLE_CAUSE
from .tables import POWER as POWER_CAUSE
from .tables import Line


@kernel
def refused_by(line: Line, bank: int, part: int, watts: float) -> int:
    """The limit that refuses ``watts`` more for the part at the bank, or -1."""
    if watts <= 0.0:
        return -1
    row = line.banks[bank]
    is_fair = line.clock[0].is_fair == 1
    return refusing_limit(line.limits, line.paths, row.first_path, row.n_paths, line.parts[part], watts, is_fair)


@kernel
def _load_path(line: Line, u: int, part: int, reserved_w: float, draw_w: float) -> None:
    """Load every limit on the path of unit ``u`` with so much more reservation and draw of the part."""
    bank, row = line.banks[line.units[u].bank], line.parts[part]
    for index in range(bank.first_path, bank.first_path + bank.n_paths):
        path = line.paths[index]
        load = load_per_watt(path, row.liquid_fraction, row.coolant_flow_m3_per_j)
        if load != 0.0:
            record_limit(line, path.limit)
            line.limits[path.limit].reserved += load * reserved_w
            line.limits[path.limit].draw += load * draw_w


@kernel
def reserve(line: Line, u: int, part: int, watts: float) -> None:
    """Let unit ``u`` hold a reservation of ``watts``, in place of what it held."""
    unit = line.units[u]
    if watts != unit.reserved_w:
        _load_path(line, u, part, watts - unit.reserved_w, 0.0)
        unit.reserved_w = watts


@kernel
def free_reservation(line: Line, u: int, part: int) -> None:
    """Unit ``u`` needs its reservation no more: whoever waits for a limit on its path is to try again."""
    if line.units[u].reserved_w <= 0.0:
        return
    tell_freed(line, u)
    reserve(line, u, part, 0.0)


@kernel
def tell_freed(line: Line, u: int) -> None:
    """Unit ``u`` reserves less than it did: whoever waits for a limit on its path, or runs throttled, is to try."""
    clock, bank = line.clock[0], line.banks[line.units[u].bank]
    for index in range(bank.first_path, bank.first_path + bank.n_paths):
        line.limits[line.paths[index].limit].is_freed = 1
    clock.is_freed = 1
    if clock.is_throttling:
        clock.is_raised = 1


@kernel
def set_draw(line: Line, u: int, part: int, watts: float) -> None:
    """Let unit ``u`` draw ``watts`` from now on, and charge what it drew so far to the item in it."""
    unit, now_s = line.units[u], line.clock[0].now_s
    unit.energy_j += unit.draw_w * (now_s - unit.draw_since_s)
    unit.draw_since_s = now_s
    if watts != unit.draw_w:
        _load_path(line, u, part, 0.0, watts - unit.draw_w)
        unit.draw_w = watts


@kernel
def set_state(line: Line, u: int, state: int, reason: int, serial: int) -> None:
    """Let unit ``u`` be in an E10 state for a reason, with the item of ``serial`` (or -1) in it. Told, never asked."""
    if not line.clock[0].is_recording:
        return
    unit = line.units[u]
    if unit.state == state and unit.reason == reason and unit.state_serial == serial:
        return
    record_state(line, u)
    unit.state, unit.reason, unit.state_serial = state, reason, serial


@kernel
def reason_of(cause: int) -> int:
    """Why a unit stands by, for the cause for which its work center's queue waits."""
    if cause == PEOPLE_CAUSE:
        return PEOPLE
    if cause == POWER_CAUSE:
        return POWER
    if cause == COOLANT_CAUSE:
        return COOLANT
    if cause == GANG_CAUSE:
        return BATCHING
    return CLOSED if cause == CALENDAR_CAUSE else STARVED


@kernel
def stand_by_blocked(line: Line, u: int, serial: int) -> None:
    """Unit ``u`` holds a finished item that has nowhere to go."""
    set_state(line, u, STANDBY, BLOCKED, serial)
