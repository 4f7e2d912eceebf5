"""Decision points of the line: which part goes next, to which work unit, and at what cap."""

from __future__ import annotations

import math

from racktwin.sim.jit import kernel

from .draw import refused_by
from .tables import CRITICAL_RATIO, FASTEST, HEADROOM, NO_DOOR, PLANNED, Line
from .work import admitted_w, levels_of, opening_phase

_LATE_S = 1.0
"""Work left that counts at least, so that a finished route does not divide by zero."""


@kernel
def choose_leader(line: Line, w: int) -> tuple[int, int]:
    """(item, the one before it or -1): who of the queue goes next; (-1, -1) if no batch is complete or due."""
    center = line.centers[w]
    is_scored = center.dispatch >= CRITICAL_RATIO and center.door == NO_DOOR
    if center.batch <= 1 and not is_scored:
        return center.queue_head, -1
    best, before_best, best_score = -1, -1, 0.0
    before, index = -1, center.queue_head
    while index >= 0:
        if best >= 0 and (not is_scored or line.items[best].is_hot > line.items[index].is_hot):
            break  # hot lots stand in front
        if center.batch <= 1 or _leads_a_batch(line, w, index):
            score = _score(line, w, index) if is_scored else 0.0
            if best < 0 or score < best_score:
                best, before_best, best_score = index, before, score
        before, index = index, line.items[index].next
    return best, before_best


@kernel
def _score(line: Line, w: int, index: int) -> float:
    """The least goes first."""
    item = line.items[index]
    operation = line.operations[item.operation]
    if line.centers[w].dispatch == PLANNED:
        plan = plan_of(line, index)
        return math.inf if plan < 0 else line.plans[plan].start_s
    if line.centers[w].dispatch == CRITICAL_RATIO:
        return (item.due_s - line.clock[0].now_s) / max(_LATE_S, operation.left_s)
    return least_setup_s(line, w, item.operation)


@kernel
def plan_of(line: Line, index: int) -> int:
    """The row that plans item ``index`` at its operation, or -1."""
    item = line.items[index]
    part = line.parts[item.part]
    step = item.operation - part.first_step
    return item.plan + step if item.plan >= 0 and 0 <= step < part.n_steps else -1


@kernel
def held_until_s(line: Line, w: int, index: int) -> float:
    """Before when item ``index`` may not start at work center ``w``: by its plan, where the center follows it."""
    plan = plan_of(line, index) if line.centers[w].dispatch == PLANNED else -1
    return 0.0 if plan < 0 else line.plans[plan].not_before_s


@kernel
def least_setup_s(line: Line, w: int, operation: int) -> float:
    """The shortest mean set-up for the operation among the free units."""
    center = line.centers[w]
    least_s = math.inf
    for bank in range(center.first_bank, center.first_bank + center.n_banks):
        u = line.banks[bank].free_head
        while u >= 0:
            least_s = min(least_s, _setup_s(line, u, operation))
            u = line.units[u].next_free
    return least_s


@kernel
def _setup_s(line: Line, u: int, operation: int) -> float:
    phase = opening_phase(line, u, operation)
    return line.phases[phase].mean_s if line.phases[phase].is_setup else 0.0


@kernel
def _leads_a_batch(line: Line, w: int, index: int) -> bool:
    """Whether the batch of item ``index`` is large enough, or the item has waited for one long enough."""
    is_complete = line.operations[line.items[index].operation].n_queued >= line.centers[w].least_batch
    return is_complete or line.clock[0].now_s >= batch_due_s(line, w, index)


@kernel
def batch_due_s(line: Line, w: int, index: int) -> float:
    """When item ``index`` will have waited long enough to go in a smaller batch."""
    return line.items[index].waiting_since_s + line.centers[w].batch_wait_s


@kernel
def batch_size(line: Line, w: int, index: int) -> int:
    """How many parts item ``index`` goes with, itself included."""
    center = line.centers[w]
    return 1 if center.batch <= 1 else min(center.batch, line.operations[line.items[index].operation].n_queued)


@kernel
def choose_unit(line: Line, bank: int, operation: int) -> int:
    """The free unit of the bank with the shortest set-up, or the nearest vehicle; else the one free last."""
    row = line.banks[bank]
    center = line.centers[row.center]
    best = row.free_head
    if center.n_families == 0 and center.vehicle_speed_m_per_s <= 0.0:
        return best
    best_score = math.inf
    u = row.free_head
    while u >= 0:
        score = _setup_s(line, u, operation)
        if center.vehicle_speed_m_per_s > 0.0:
            move = line.operations[operation]
            score += abs(line.units[u].x_m - move.from_x_m) + abs(line.units[u].y_m - move.from_y_m)
        if score < best_score:
            best, best_score = u, score
        u = line.units[u].next_free
    return best


@kernel
def _headroom(line: Line, bank: int) -> float:
    """The least share of any limit on the bank's path that is not reserved."""
    row = line.banks[bank]
    least = math.inf
    for index in range(row.first_path, row.first_path + row.n_paths):
        limit = line.limits[line.paths[index].limit]
        if limit.limit > 0.0:
            least = min(least, 1.0 - limit.reserved / limit.limit)
    return least


@kernel
def choose_bank(line: Line, w: int, operation: int, part: int, pieces: int) -> tuple[int, int, int]:
    """(bank, level, -1) for the least cap at which a bank with a free unit can take the parts, or (-1, -1, limit)."""
    center, row = line.centers[w], line.operations[operation]
    refusing = -1
    for level in range(levels_of(line, operation)):
        watts = admitted_w(line, operation, row.first_phase, level) * pieces
        best, best_score = -1, 0.0
        for bank in range(center.first_bank, center.first_bank + center.n_banks):
            if line.banks[bank].n_free > 0 and (best < 0 or center.unit_choice != 0):
                refused = refused_by(line, bank, part, watts)
                if refused < 0:
                    score = 0.0
                    if center.unit_choice == FASTEST:
                        score = line.banks[bank].speed
                    elif center.unit_choice == HEADROOM:
                        score = _headroom(line, bank)
                    if best < 0 or score > best_score:
                        best, best_score = bank, score
                elif refusing < 0:
                    refusing = refused
        if best >= 0:
            return best, level, -1
    return -1, -1, refusing
