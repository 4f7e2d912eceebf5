"""Work enters the plant: pieces and their components, held back by CONWIP and by the rope of the drum."""

from __future__ import annotations

from typing import Any

import numpy as np

from racktwin.sim.distributions import sample
from racktwin.sim.jit import kernel, rare
from racktwin.sim.rng import philox

from .arrival import join
from .tables import Line

SPARES = 1 << 32
"""Copies of a component beyond the bill of materials are numbered from here."""


@kernel
def entity_of(key: Any, first: int, second: int) -> int:
    """The entity of a piece's random draws: a hash of whose it is, so that no other piece's fate can change it."""
    bits, _ = philox(key, np.uint64(first), np.uint64(second))
    return int(np.int64(bits >> np.uint64(1)))


@kernel
def new_item(
    line: Line, part: int, entity: int, order: int, source: int, priority: int, wanted_s: float, due_s: float
) -> int:
    """A row for a piece to be made; it enters the plant by :func:`release`."""
    clock = line.clock[0]
    index = clock.free_item
    if index < 0:  # never: the kernel returns for more rows while there are ``most_items``
        clock.overflow, index = 1, line.items.size - 1
    else:
        clock.free_item = line.items[index].next
        clock.free_items -= 1
    item = line.items[index]
    item.serial, item.part, item.order, item.source = -1, part, order, source
    item.entity = entity
    item.priority, item.wanted_s, item.due_s = priority, wanted_s, due_s
    item.release_s = np.nan
    item.visits = item.failures = item.all_failures = item.is_reworked = item.is_order = item.is_hot = 0
    item.operation = item.furthest = item.passed = item.retest = item.mending = item.unit = item.defects = (
        item.plan
    ) = -1
    item.next = item.gang_next = item.batch_next = -1
    item.stress_s = item.energy_j = item.labour_s = item.drum_left_s = 0.0
    return index


@kernel
def _start(line: Line, index: int) -> None:
    """The piece begins its route."""
    clock, item = line.clock[0], line.items[index]
    item.serial = clock.next_serial
    clock.next_serial += 1
    item.release_s = clock.now_s
    item.drum_left_s = line.parts[item.part].drum_s
    clock.drum_load_s += item.drum_left_s
    join(line, index, line.parts[item.part].first_operation)


@kernel
def release(line: Line, index: int) -> None:
    """Release the piece and, before it, every component made here that it needs at any level."""
    item = line.items[index]
    part = line.parts[item.part]
    for k in range(part.first_component, part.first_component + part.n_components):
        for copy in range(line.links[k].count):
            if not comes_prebuilt(line, line.links[k].to):
                _start(line, component_of(line, index, line.links[k].to, copy))
    _start(line, index)


@kernel
def comes_prebuilt(line: Line, part: int) -> bool:
    """Whether the next piece wanted of a part made here is brought pre-built: so many of those before as its share."""
    row, now_s = line.parts[part], line.clock[0].now_s
    share = 0.0
    for k in range(row.first_prebuilt, row.first_prebuilt + row.n_prebuilt):
        if line.links[k].count <= now_s:
            share = line.links[k].amount
    row.prebuilt_due += share
    if row.prebuilt_due < 1.0 - 1e-9:
        return False
    row.prebuilt_due -= 1.0
    return True


@kernel
def component_of(line: Line, index: int, part: int, copy: int) -> int:
    """A piece of the component ``part`` for item ``index``: its ``copy``-th, of the same order."""
    item = line.items[index]
    entity = entity_of(line.parts[part].key, item.entity, copy)
    component = new_item(line, part, entity, item.order, item.source, item.priority, item.wanted_s, item.due_s)
    line.items[component].is_hot = item.is_hot
    return component


@kernel
def release_spare(line: Line, index: int, part: int) -> None:
    """Make one more of a component that item ``index`` has used up beyond its bill of materials, or have it brought."""
    if comes_prebuilt(line, part):
        return
    spare = component_of(line, index, part, SPARES + line.items[index].visits)
    line.items[spare].wanted_s = line.clock[0].now_s
    release(line, spare)


@kernel
def release_held(line: Line, s: int) -> None:
    """A piece of the source has left: the next order that was held back may go."""
    source = line.sources[s]
    source.wip -= 1
    if may_release(line, s):
        if source.held_head >= 0:
            _release_first_held(line, s)
        elif source.interarrival_law < 0:
            release_order(line, s)


@kernel
def may_release(line: Line, s: int) -> bool:
    """Whether the limit on work in progress and the rope of the source let one more piece go."""
    source, clock = line.sources[s], line.clock[0]
    if clock.now_s < source.first_s:  # another source has eased the drum
        return False
    if source.wip >= source.max_wip:
        return False
    return source.rope_s <= 0.0 or clock.drum_load_s < source.rope_s * line.centers[clock.drum].n_units


@kernel
def _release_first_held(line: Line, s: int) -> None:
    source = line.sources[s]
    index = source.held_head
    source.held_head = line.items[index].next
    if source.held_head < 0:
        source.held_tail = -1
    line.items[index].next = -1
    source.wip += 1
    release(line, index)


@rare
def pull_rope(line: Line) -> None:
    """The drum has less work before it: release one piece that the rope held, or note that there is none."""
    for s in range(line.sources.size):
        source = line.sources[s]
        if source.rope_s > 0.0 and may_release(line, s):
            if source.held_head >= 0:
                _release_first_held(line, s)
                return
            if source.interarrival_law < 0:
                release_order(line, s)
                return
    line.clock[0].is_rope_slack = 0


@kernel
def ease_drum(line: Line, index: int, work_s: float) -> None:
    """Item ``index`` stands for ``work_s`` less work at the drum, or as much less as it has left."""
    item, clock = line.items[index], line.clock[0]
    done_s = min(work_s, item.drum_left_s)
    if done_s > 0.0:
        item.drum_left_s -= done_s
        clock.drum_load_s -= done_s
        clock.is_rope_slack = 1


@kernel
def next_due_s(line: Line, s: int) -> float:
    """The source has one more order: when that is due (infinity if it promises nothing)."""
    source = line.sources[s]
    source.arrivals += 1
    if source.due_law < 0:
        return np.inf
    promised_s = sample(line.laws[source.due_law], line.samples, source.key, source.arrivals, 1)
    return line.clock[0].now_s + promised_s


@kernel
def release_order(line: Line, s: int) -> None:
    """One more piece of a source that always has another order."""
    source, clock = line.sources[s], line.clock[0]
    due_s = next_due_s(line, s)
    entity = entity_of(source.key, source.arrivals, 0)
    index = new_item(line, source.part, entity, clock.next_order, s, source.priority, clock.now_s, due_s)
    line.items[index].is_order, line.items[index].is_hot = 1, source.is_hot
    clock.next_order += 1
    source.wip += 1
    release(line, index)
