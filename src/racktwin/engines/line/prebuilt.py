"""Pieces of a part made here that arrive finished: they join the stock of those made, with the defects they bring."""

from __future__ import annotations

import numpy as np

from racktwin.sim.jit import kernel
from racktwin.sim.rng import uniform

from .material import put_in_stock
from .quality import MOST_VISITS, improved, make_defect
from .recording import RECEIVED, record_material
from .release import entity_of, new_item
from .tables import VISIT_DRAWS, Line

_RECEIVED = 3
"""Tells the entities of received pieces from those of pieces made for cards (2)."""


@kernel
def receive_prebuilt(line: Line, part: int, lot: int) -> None:
    """One piece arrives, of a lot with its own defects or (-1) of none, and is at the end of its part's stock."""
    clock, row = line.clock[0], line.parts[part]
    row.prebuilt += 1
    entity = entity_of(row.key, row.prebuilt, _RECEIVED)
    index = new_item(line, part, entity, -1, -1, 0, clock.now_s, np.inf)
    item = line.items[index]
    item.serial, item.release_s = clock.next_serial, clock.now_s
    clock.next_serial += 1
    first, count = row.first_brought, row.n_brought
    if lot >= 0:
        first, count = line.lots[lot].first_brought, line.lots[lot].n_brought
    for k in range(count):
        link = line.links[first + k]
        if uniform(row.key, entity, k) < link.amount * improved(line, link.to):
            d = make_defect(line, index, link.to, row.key, k + VISIT_DRAWS * MOST_VISITS)
            if d >= 0:
                line.defects[d].origin_part = part
    put_in_stock(line, index)
    record_material(line, part, 1, RECEIVED)
