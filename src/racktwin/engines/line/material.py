"""Stock: what arrives, what an assembly takes, and who waits for it.

An item takes all that its operation consumes before it joins the queue (it is kitted); until then it waits for
material. Made components carry their defects, energy and labour into the assembly.
"""

from __future__ import annotations

from racktwin.sim.jit import kernel, rare

from .quality import bring_defects, inherit_defects
from .recording import RECEIVED, SWAPPED, USED, record_genealogy, record_material, record_work_order
from .tables import CONSUMED, DRAW_BROUGHT, DRAW_SWAPPED, Line


@kernel
def free_item(line: Line, index: int) -> None:
    """Make the item's row free again."""
    clock = line.clock[0]
    line.items[index].part = -1
    line.items[index].next = clock.free_item
    clock.free_item = index
    clock.free_items += 1


@kernel
def put_in_stock(line: Line, index: int) -> None:
    """A finished component goes to the end of its part's stock."""
    item = line.items[index]
    part = line.parts[item.part]
    item.next, item.operation = -1, -1
    if part.stock_tail >= 0:
        line.items[part.stock_tail].next = index
    else:
        part.stock_head = index
    part.stock_tail = index
    part.on_hand += 1


@kernel
def announce_stock(line: Line, part: int) -> None:
    """Stock or free kanban cards have grown: they are served, one at a turn, by :func:`serving.serve_next`."""
    clock, row = line.clock[0], line.parts[part]
    if not row.is_served:
        row.is_served = 1
        row.next_served = clock.served_part
        clock.served_part = part


@kernel
def receive(line: Line, part: int, pieces: int, lot: int) -> None:
    """Bought pieces arrive, of a lot or (-1) of none."""
    row = line.parts[part]
    row.on_hand += pieces
    if lot < 0:
        row.loose += pieces
    else:
        line.lots[lot].pieces, line.lots[lot].next = pieces, -1
        if row.lot_tail >= 0:
            line.lots[row.lot_tail].next = lot
        else:
            row.lot_head = lot
        row.lot_tail = lot
    record_material(line, part, pieces, RECEIVED)


@kernel
def _assemble(line: Line, index: int, part: int) -> None:
    """Take the oldest made component of the part into item ``index``."""
    row = line.parts[part]
    child = row.stock_head
    component, item = line.items[child], line.items[index]
    row.stock_head = component.next
    if row.stock_head < 0:
        row.stock_tail = -1
    inherit_defects(line, index, child)
    record_genealogy(line, index, part, component.serial, -1, 1)
    item.energy_j += component.energy_j
    item.labour_s += component.labour_s
    item.all_failures += component.all_failures
    record_work_order(line, child, CONSUMED, line.clock[0].now_s)
    free_item(line, child)


@kernel
def kit_is_there(line: Line, operation: int) -> bool:
    """Whether all that ``operation`` consumes is in stock."""
    row = line.operations[operation]
    for k in range(row.first_consumed, row.first_consumed + row.n_consumed):
        if not has_stock(line, line.links[k].to, line.links[k].count):
            return False
    return True


@kernel
def has_stock(line: Line, part: int, pieces: int) -> bool:
    """Whether so many pieces can be taken now."""
    row = line.parts[part]
    return row.is_unlimited == 1 or row.on_hand >= pieces


@kernel
def _take(line: Line, index: int, part: int, pieces: int, reason: int, draw: int) -> None:
    row = line.parts[part]
    row.on_hand -= pieces
    record_material(line, part, -pieces, reason)
    if row.first_operation >= 0:
        for _ in range(pieces):
            _assemble(line, index, part)
        if row.is_kanban:
            bare = min(pieces, row.without_card)
            row.without_card -= bare
            row.free_cards += pieces - bare
            announce_stock(line, part)
    else:
        loose = pieces if row.lot_head < 0 else min(pieces, row.loose)
        row.loose -= loose
        if loose > 0:
            bring_defects(line, index, part, loose, draw, -1)
        _take_from_lots(line, index, part, pieces - loose, draw)


@kernel
def _take_from_lots(line: Line, index: int, part: int, pieces: int, draw: int) -> None:
    """Take so many pieces of the oldest lots into item ``index``."""
    row = line.parts[part]
    while pieces > 0 and row.lot_head >= 0:
        lot = row.lot_head
        taken = min(pieces, line.lots[lot].pieces)
        line.lots[lot].pieces -= taken
        pieces -= taken
        if taken > 0:
            bring_defects(line, index, part, taken, draw, lot)
            record_genealogy(line, index, part, -1, lot, taken)
        if line.lots[lot].pieces == 0:
            row.lot_head = line.lots[lot].next
            if row.lot_head < 0:
                row.lot_tail = -1


@rare
def take_kit(line: Line, index: int, operation: int) -> bool:
    """Take all that ``operation`` consumes into item ``index``, or nothing."""
    row = line.operations[operation]
    if not kit_is_there(line, operation):
        return False
    line.items[index].operation = operation
    for k in range(row.n_consumed):
        link = line.links[row.first_consumed + k]
        _take(line, index, link.to, link.count, USED, DRAW_BROUGHT + 16 * k)
    return True


@kernel
def take_swap(line: Line, index: int, part: int) -> bool:
    """Take one piece to replace a bad one in item ``index``, if there is one."""
    if not has_stock(line, part, 1):
        return False
    _take(line, index, part, 1, SWAPPED, DRAW_SWAPPED)
    return True
