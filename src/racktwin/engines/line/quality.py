"""Defects: how they come in, turn patent under stress, are found, mended, and ship."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from racktwin.sim.distributions import binomial
from racktwin.sim.jit import kernel
from racktwin.sim.rng import philox, uniform

from .recording import record_defect
from .tables import (
    DISCARDED,
    DRAW_FALSE,
    DRAW_LEFT,
    DRAW_MENDED,
    MENDED,
    VISIT_DRAWS,
    Line,
)

_STRESS_ROUNDING_S = 1e-6

_LOT_KEY = np.uint64(0x9E3779B97F4A7C15)
"""Makes the draws of each lot its own."""

MOST_VISITS = 1 << 20
"""Defects made by a visit draw beyond the numbers of any visit."""


@kernel
def make_defect(line: Line, index: int, kind: int, maker: Any, draw: int) -> int:
    """A new defect on item ``index``, or -1 if no row is free; ``maker`` is the random stream of what made it."""
    clock, item, row = line.clock[0], line.items[index], line.kinds[kind]
    d = clock.free_defect
    if d < 0:
        clock.overflow = 1
        return -1
    defect = line.defects[d]
    clock.free_defect = defect.next
    clock.free_defects -= 1
    defect.number, defect.kind = clock.next_defect, kind
    defect.child_serial = defect.child_part = -1
    clock.next_defect += 1
    defect.key, _ = philox(maker, np.uint64(draw), np.uint64(item.entity))
    defect.origin_part = defect.origin_operation = defect.found_operation = -1
    defect.is_latent = defect.was_latent = row.is_latent
    defect.is_found = 0
    defect.created_s, defect.born_stress_s = clock.now_s, item.stress_s
    defect.fails_at_s = 0.0
    defect.precipitated_s = defect.found_s = np.nan
    if row.is_latent:
        defect.fails_at_s = row.scale_s * (-math.log(uniform(defect.key, 0, 0))) ** (1.0 / row.weibull_shape)
    defect.next = item.defects
    item.defects = d
    return d


@kernel
def improved(line: Line, kind: int) -> float:
    """The share of its first probability that the defect kind still has."""
    row = line.kinds[kind]
    if row.improves_in_s <= 0.0:
        return 1.0
    return row.improves_to + (1.0 - row.improves_to) * math.exp(-line.clock[0].now_s / row.improves_in_s)


@kernel
def bring_defects(line: Line, index: int, part: int, pieces: int, draw: int, lot: int) -> None:
    """Defects that ``pieces`` of a bought part, of a lot or (-1) of none, bring into item ``index`` as it is kitted."""
    item, row = line.items[index], line.parts[part]
    key = line.operations[item.operation].key ^ row.key
    first, count = row.first_brought, row.n_brought
    if lot >= 0:
        first, count = line.lots[lot].first_brought, line.lots[lot].n_brought
        key ^= _LOT_KEY * np.uint64(lot + 1)
    for k in range(count):
        link = line.links[first + k]
        number = draw + VISIT_DRAWS * item.visits + k
        p_defect = link.amount * improved(line, link.to)
        for copy in range(binomial(pieces, p_defect, uniform(key, item.entity, number))):
            d = make_defect(line, index, link.to, key, number + VISIT_DRAWS * MOST_VISITS * (copy + 1))
            if d >= 0:
                line.defects[d].origin_part = part


@kernel
def leave_defects(line: Line, index: int) -> None:
    """Defects that the operation just done on item ``index`` leaves behind."""
    item = line.items[index]
    operation = line.operations[item.operation]
    for k in range(operation.n_left):
        link = line.links[operation.first_left + k]
        number = VISIT_DRAWS * item.visits + DRAW_LEFT + k
        if uniform(operation.key, item.entity, number) < link.amount * improved(line, link.to):
            d = make_defect(line, index, link.to, operation.key, number + VISIT_DRAWS * MOST_VISITS)
            if d >= 0:
                line.defects[d].origin_operation = item.operation


@kernel
def inherit_defects(line: Line, index: int, child: int) -> None:
    """Defects of a component pass to the assembly it goes into, with the stress they have had."""
    item, component = line.items[index], line.items[child]
    d = component.defects
    while d >= 0:
        defect = line.defects[d]
        following = defect.next
        defect.born_stress_s += item.stress_s - component.stress_s
        defect.child_serial, defect.child_part = component.serial, component.part
        defect.next = item.defects
        item.defects = d
        d = following
    component.defects = -1


@kernel
def _p_detect(line: Line, operation: int, kind: int) -> float:
    row = line.operations[operation]
    for index in range(row.first_detected, row.first_detected + row.n_detected):
        if line.links[index].to == kind:
            return line.links[index].amount
    return 0.0


@kernel
def _is_seen(line: Line, index: int, d: int) -> bool:
    """Whether this visit of the item to its operation would find the defect, once patent."""
    item, defect = line.items[index], line.defects[d]
    p_detect = _p_detect(line, item.operation, defect.kind)
    if p_detect <= 0.0:
        return False
    key = line.operations[item.operation].key ^ defect.key
    return uniform(key, item.visits, 1) < p_detect


@kernel
def first_failure_under_stress(line: Line, index: int, stress_s: float) -> tuple[int, float]:
    """The latent defect to turn patent *and* be seen first within ``stress_s`` more stress: (defect or -1, stress)."""
    item = line.items[index]
    first, soonest_s = -1, stress_s
    d = item.defects
    while d >= 0:
        defect = line.defects[d]
        if defect.is_latent:
            left_s = max(0.0, defect.fails_at_s - (item.stress_s - defect.born_stress_s))
            if left_s < soonest_s and _is_seen(line, index, d):
                first, soonest_s = d, left_s
        d = defect.next
    return first, soonest_s


@kernel
def add_stress(line: Line, index: int, stress_s: float, stress_per_s: float) -> None:
    """Stress item ``index`` has just received; latent defects whose time has come turn patent."""
    item, now_s = line.items[index], line.clock[0].now_s
    item.stress_s += stress_s
    d = item.defects
    while d >= 0:
        defect = line.defects[d]
        over_s = item.stress_s - defect.born_stress_s - defect.fails_at_s
        if defect.is_latent and over_s >= -_STRESS_ROUNDING_S:
            defect.is_latent = 0
            defect.precipitated_s = now_s - max(0.0, over_s) / stress_per_s
        d = defect.next


@kernel
def mark_found(line: Line, index: int, d: int) -> None:
    """The defect ``d`` of item ``index`` is known from now on."""
    defect = line.defects[d]
    defect.is_latent, defect.is_found, defect.found_s = 0, 1, line.clock[0].now_s
    defect.found_operation = line.items[index].operation


@kernel
def find_defects(line: Line, index: int) -> int:
    """Test item ``index`` at the end of its operation: how many defects are newly found."""
    found = 0
    d = line.items[index].defects
    while d >= 0:
        defect = line.defects[d]
        if not defect.is_latent and not defect.is_found and _is_seen(line, index, d):
            mark_found(line, index, d)
            found += 1
        d = defect.next
    return found


@kernel
def fails_falsely(line: Line, index: int) -> bool:
    """Whether a good item fails its test all the same."""
    item = line.items[index]
    operation = line.operations[item.operation]
    if operation.p_false_failure <= 0.0:
        return False
    u = uniform(operation.key, item.entity, VISIT_DRAWS * item.visits + DRAW_FALSE)
    return u < operation.p_false_failure


@kernel
def next_to_mend(line: Line, index: int) -> int:
    """A known defect of item ``index``, or -1."""
    d = line.items[index].defects
    while d >= 0 and not line.defects[d].is_found:
        d = line.defects[d].next
    return d


@kernel
def free_defect(line: Line, d: int, serial: int, fate: int) -> None:
    """Record the end of a defect and make its row free; the caller has unlinked it."""
    clock = line.clock[0]
    record_defect(line, d, serial, fate, clock.now_s)
    line.defects[d].next = clock.free_defect
    clock.free_defect = d
    clock.free_defects += 1


@kernel
def mend(line: Line, index: int) -> None:
    """Repair the defect in hand; if the component that carries it was swapped, all its other defects go with it."""
    item = line.items[index]
    mended = line.defects[item.mending]
    number = VISIT_DRAWS * item.visits + DRAW_MENDED
    key = line.operations[item.operation].key
    if uniform(key, item.entity, number) >= line.kinds[mended.kind].p_repaired:
        mended.is_found = 0
        item.mending = -1
        return
    is_swapped = mended.child_serial >= 0 and line.kinds[mended.kind].replace == mended.child_part
    gone_serial = mended.child_serial if is_swapped else -1
    previous, d = -1, item.defects
    while d >= 0:
        defect = line.defects[d]
        following = defect.next
        if d == item.mending or (gone_serial >= 0 and defect.child_serial == gone_serial):
            if previous >= 0:
                line.defects[previous].next = following
            else:
                item.defects = following
            free_defect(line, d, item.serial, MENDED if d == item.mending else DISCARDED)
        else:
            previous = d
        d = following
    item.mending = -1


@kernel
def end_defects(line: Line, index: int, fate: int) -> tuple[int, int]:
    """All defects of item ``index`` end with it: (latent, patent) counts."""
    item = line.items[index]
    latent = patent = 0
    d = item.defects
    while d >= 0:
        following = line.defects[d].next
        if line.defects[d].is_latent:
            latent += 1
        else:
            patent += 1
        free_defect(line, d, item.serial, fate)
        d = following
    item.defects = -1
    return latent, patent
