"""An item comes to an operation: it is kitted, waits for its gang, chooses its place, and queues."""

from __future__ import annotations

from racktwin.sim.jit import inlined, kernel, rare

from .material import take_kit
from .queues import enqueue
from .tables import Line

_CLOSED_S = 1e12
"""A closed work center counts as having so much more work before it."""


@inlined
def join(line: Line, index: int, operation: int) -> None:
    """Item ``index`` comes to ``operation``: it is kitted the first time, waits for its gang, and then queues."""
    item, row, now_s = line.items[index], line.operations[operation], line.clock[0].now_s
    item.operation = operation
    item.queued_s = item.waiting_since_s = now_s
    item.material_s = item.gang_s = 0.0
    item.visits += 1
    item.next = -1
    is_first_visit = operation > item.furthest and not row.is_move
    if is_first_visit:
        item.furthest = operation
    if row.n_consumed > 0 and is_first_visit and (row.wait_head >= 0 or not take_kit(line, index, operation)):
        _wait_for_kit(line, index, operation)
        return
    gather(line, index)


@rare
def _wait_for_kit(line: Line, index: int, operation: int) -> None:
    """Item ``index`` waits for material behind those of its rank."""
    row = line.operations[operation]
    before, after = row.wait_tail, -1
    if before >= 0 and outranks(line, index, before):
        before, after = -1, row.wait_head
        while not outranks(line, index, after):
            before, after = after, line.items[after].next
    line.items[index].next = after
    if before >= 0:
        line.items[before].next = index
    else:
        row.wait_head = index
    if after < 0:
        row.wait_tail = index


@kernel
def outranks(line: Line, a: int, b: int) -> bool:
    """Whether item ``a`` is served material before ``b``, however long each has waited."""
    first, second = line.items[a], line.items[b]
    if first.is_hot != second.is_hot:
        return first.is_hot == 1
    return first.priority > second.priority


@inlined
def gather(line: Line, index: int) -> None:
    """The kitted item queues, or waits until its gang is complete; a gang queues as its first item."""
    item, now_s = line.items[index], line.clock[0].now_s
    row = line.operations[item.operation]
    item.material_s = now_s - item.waiting_since_s
    item.waiting_since_s = now_s
    item.gang_next = item.batch_next = -1
    if row.gang <= 1 or item.is_reworked:  # a retest does not wait for new partners
        if row.alternative >= 0:
            item.operation = _least_loaded(line, item.operation)
        enqueue(line, index)
        return
    if row.gang_tail >= 0:
        line.items[row.gang_tail].gang_next = index
    else:
        row.gang_head = index
    row.gang_tail = index
    row.n_gang += 1
    if row.n_gang < row.gang:
        return
    member = row.gang_head
    while member >= 0:
        line.items[member].gang_s = now_s - line.items[member].waiting_since_s
        member = line.items[member].gang_next
    leader = row.gang_head
    row.gang_head = row.gang_tail = -1
    row.n_gang = 0
    enqueue(line, leader)


@kernel
def _least_loaded(line: Line, operation: int) -> int:
    """The operation or that of its alternatives with the least work before each unit; a closed place is the last."""
    best, best_s = operation, -1.0
    while operation >= 0:
        row = line.operations[operation]
        center = line.centers[row.center]
        parts = center.n_queued + center.n_units - center.n_free + 1
        load_s = row.mean_s * parts / center.n_units
        if not center.is_open:
            load_s += _CLOSED_S
        if best_s < 0.0 or load_s < best_s:
            best, best_s = operation, load_s
        operation = row.alternative
    return best
