"""Who waits for stock is served: debug first, then assemblies by rank and age; free kanban cards before all."""

from __future__ import annotations

import numpy as np

from racktwin.sim.jit import kernel, rare

from .arrival import gather, outranks
from .material import kit_is_there, take_kit, take_swap
from .release import entity_of, new_item, release, release_spare
from .tables import Line


@kernel
def join_debug(line: Line, index: int, operation: int) -> None:
    """Item ``index`` comes to debug; it waits for the part that will replace the bad one."""
    item = line.items[index]
    item.operation = operation
    item.queued_s = item.waiting_since_s = line.clock[0].now_s
    item.material_s = item.gang_s = 0.0
    item.visits += 1
    item.next = -1
    part = -1 if item.mending < 0 else line.kinds[line.defects[item.mending].kind].replace
    if part >= 0 and line.parts[part].first_operation >= 0 and not line.parts[part].is_kanban:
        release_spare(line, index, part)
    if part >= 0 and not take_swap(line, index, part):
        waited_for = line.parts[part]
        if waited_for.swap_tail >= 0:
            line.items[waited_for.swap_tail].next = index
        else:
            waited_for.swap_head = index
        waited_for.swap_tail = index
        return
    gather(line, index)


@rare
def serve_next(line: Line) -> None:
    """Give stock to one item that waits for it: debug first, then by priority and age over all assemblies.

    A free kanban card goes before, and has another piece made.
    """
    clock = line.clock[0]
    part = clock.served_part
    row = line.parts[part]
    if row.free_cards > 0:
        row.free_cards -= 1
        row.cards_made += 1
        entity = entity_of(row.key, row.cards_made, 2)
        release(line, new_item(line, part, entity, -1, -1, 0, clock.now_s, np.inf))
        return
    index = row.swap_head
    if index >= 0 and take_swap(line, index, part):
        row.swap_head = line.items[index].next
        if row.swap_head < 0:
            row.swap_tail = -1
        line.items[index].next = -1
        gather(line, index)
        return
    operation = -1 if index >= 0 else _first_to_kit(line, part)
    if operation < 0:
        clock.served_part, row.is_served = row.next_served, 0
        return
    waiting = line.operations[operation]
    index = waiting.wait_head
    waiting.wait_head = line.items[index].next
    if waiting.wait_head < 0:
        waiting.wait_tail = -1
    take_kit(line, index, operation)
    line.items[index].next = -1
    gather(line, index)


@kernel
def _first_to_kit(line: Line, part: int) -> int:
    """The operation whose first waiting item can be kitted now and comes before all others, or -1."""
    row = line.parts[part]
    first = -1
    for k in range(row.first_consumer, row.first_consumer + row.n_consumers):
        operation = line.links[k].to
        index = line.operations[operation].wait_head
        if index >= 0 and kit_is_there(line, operation):
            item = line.items[index]
            if first < 0:
                first = operation
            else:
                best = line.operations[first].wait_head
                is_older = item.waiting_since_s < line.items[best].waiting_since_s
                if outranks(line, index, best) or (is_older and not outranks(line, best, index)):
                    first = operation
    return first
