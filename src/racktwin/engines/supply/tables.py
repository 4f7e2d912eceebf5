"""The supply network as a few record tables: what each row holds, static and changing side by side.

A node is a stock, or a supply with its capacity. A node is replenished by ways; a way takes pieces along arcs, one per
part that goes into a piece. Whoever asks a node for pieces has a claim there: an arc, or a customer's demand. Ragged
lists are runs of rows, named by a first index and a count. Nodes stand in order, from the suppliers to the customers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from racktwin.sim.distributions import LAW

Records = np.recarray[Any, Any]

# What a node is.
STOCK, SUPPLY = range(2)
# Policies: base_stock a; echelon base stock a; (s,S) a, b; (r,Q) a, b; fixed quantity b; MRP safety a.
BASE_STOCK, ECHELON, S_S, R_Q, FIXED_QUANTITY, MRP = range(6)
# Who gets what there is. SEQUENCE: claims in their order, each its backlog and its new order.
SEQUENCE, FIFO, PRIORITY, PROPORTIONAL, FAIR = range(5)
# Laws of a demand.
SERIES, FIXED_PIECES, UNIFORM_PIECES, POISSON_PIECES, NORMAL_PIECES = range(5)
# Roles of ways.
BASE, TOP_UP = range(2)

CLOCK = np.dtype(
    [
        ("tick", "i8"),
        ("ticks", "i8"),
        ("is_recording", "i8"),
        ("is_whole", "i8"),
        ("order_rows", "i8"),
        ("receipt_rows", "i8"),
        ("horizon", "i8"),
        ("tick_s", "f8"),
    ]
)
"""``horizon`` ticks are simulated; ``is_whole``: pieces are whole numbers (stock theory also knows fractions)."""

NODE = np.dtype(
    [
        ("kind", "i8"),
        ("place", "i8"),
        ("policy", "i8"),
        ("a", "f8"),
        ("b", "f8"),
        ("most_lots", "i8"),
        ("review", "i8"),
        ("allocation", "i8"),
        ("forecast", "i8"),
        ("cover", "i8"),
        ("cover_more", "i8"),
        ("forecast_error", "f8"),
        ("look_ahead", "i8"),
        ("error_key", "u8"),
        ("per_tick", "f8"),
        ("credit", "f8"),
        ("capacity", "i8"),
        ("first_way", "i8"),
        ("n_ways", "i8"),
        ("first_claim", "i8"),
        ("n_claims", "i8"),
        ("first_below", "i8"),
        ("n_below", "i8"),
        ("is_last", "i8"),
        ("level", "f8"),
        ("asked", "f8"),
        ("arrived", "f8"),
        ("ordered", "f8"),
    ]
)
"""``level`` is on hand less backorders. An MRP order covers ``cover`` ticks of forecast, and ``cover_more`` where one
is due. ``per_tick`` pieces a supply can send at most, times the factor in its row ``capacity`` of the conditions."""

WAY = np.dtype(
    [
        ("node", "i8"),
        ("role", "i8"),
        ("share", "f8"),
        ("level", "f8"),
        ("reach", "i8"),
        ("first_arc", "i8"),
        ("n_arcs", "i8"),
        ("is_made", "i8"),
        ("per_tick", "f8"),
        ("credit", "f8"),
        ("capacity", "i8"),
        ("good", "f8"),
        ("lot", "f8"),
        ("least", "f8"),
        ("law", "i8"),
        ("first_slot", "i8"),
        ("slots", "i8"),
        ("moved", "i8"),
        ("in_process", "f8"),
        ("given", "f8"),
        ("from_tick", "i8"),
        ("lead_key", "u8"),
        ("good_key", "u8"),
    ]
)
"""How a node is replenished. ``level`` and ``reach`` are the top-up's; ``in_process`` pieces have been started."""

ARC = np.dtype(
    [
        ("way", "i8"),
        ("upstream", "i8"),
        ("count", "f8"),
        ("raw", "f8"),
        ("on_order", "f8"),
        ("under_way", "f8"),
        ("order_lag", "i8"),
        ("heard", "i8"),
        ("fixed_lead", "i8"),
        ("first_order_slot", "i8"),
        ("supply_law", "i8"),
        ("lane_law", "i8"),
        ("stretch", "i8"),
        ("lane", "i8"),
        ("expedite_law", "i8"),
        ("expedite_lane", "i8"),
        ("expedite_below", "f8"),
        ("fast", "f8"),
        ("fast_moved", "i8"),
        ("first_slot", "i8"),
        ("slots", "i8"),
        ("moved", "i8"),
        ("claim", "i8"),
        ("lead_key", "u8"),
    ]
)
"""The way of one part: ``count`` pieces of it go into one. ``upstream`` -1 is a source that never lacks.

``heard`` is where in the ring of orders those are that reach ``upstream`` next. ``fixed_lead`` is the lead time in
ticks where it is always the same, else -1. ``moved`` is where in its ring the goods are that arrive now; it stands
where the lane holds them. Expedited goods have a ring of their own, ``fast_ring`` and ``fast_moved``. ``stretch`` and
``lane`` are rows of the conditions: a factor on the supply's lead time; whether the lane is open, whether it moves, and
a factor on its lead time. Of ``raw``, ``fast`` pieces have come by the expedite lane.
"""

CLAIM = np.dtype(
    [
        ("node", "i8"),
        ("arc", "i8"),
        ("demand", "i8"),
        ("priority", "i8"),
        ("asked", "f8"),
        ("owed", "f8"),
        ("share", "f8"),
        ("oldest", "i8"),
    ]
)
"""What somebody asks a node for: ``asked`` in this tick, ``owed`` from before, ``share`` is what it is given now."""

DEMAND = np.dtype(
    [
        ("claim", "i8"),
        ("law", "i8"),
        ("a", "f8"),
        ("b", "f8"),
        ("first_sample", "i8"),
        ("n_samples", "i8"),
        ("every", "i8"),
        ("next", "i8"),
        ("number", "i8"),
        ("is_backordered", "i8"),
        ("factor", "i8"),
        ("key", "u8"),
    ]
)

CONDITION = np.dtype([("factor", "f8")])
"""Dense: row ``subject * ticks + tick``: open (1) or closed (0), or a factor on a capacity, lead time or demand."""

LINK = np.dtype([("to", "i8")])
PIECES = np.dtype([("pieces", "f8")])

STOCK_ROW = np.dtype(
    [("level", "f8"), ("on_order", "f8"), ("under_way", "f8"), ("asked", "f8"), ("given", "f8"), ("lost", "f8")]
)
ORDER_ROW = np.dtype([("tick", "i8"), ("way", "i8"), ("pieces", "f8")])
RECEIPT_ROW = np.dtype([("tick", "i8"), ("way", "i8"), ("pieces", "f8"), ("fast", "f8")])
"""Of ``pieces``, so many ``fast`` came by the expedite lane."""


class Supply(NamedTuple):
    """All tables of a network, in the order in which kernels find them."""

    clock: Records
    nodes: Records
    ways: Records
    arcs: Records
    claims: Records
    demands: Records
    below: Records
    laws: Records
    samples: Any
    ring: Records
    fast_ring: Records
    order_ring: Records
    history: Records
    forecasts: Records
    conditions: Records
    stock_rows: Records
    order_rows: Records
    receipt_rows: Records


DTYPES: dict[str, np.dtype[Any]] = {
    "clock": CLOCK,
    "nodes": NODE,
    "ways": WAY,
    "arcs": ARC,
    "claims": CLAIM,
    "demands": DEMAND,
    "below": LINK,
    "laws": LAW,
    "ring": PIECES,
    "fast_ring": PIECES,
    "order_ring": PIECES,
    "history": PIECES,
    "forecasts": PIECES,
    "conditions": CONDITION,
    "stock_rows": STOCK_ROW,
    "order_rows": ORDER_ROW,
    "receipt_rows": RECEIPT_ROW,
}
"""The record tables by field of :class:`Supply`; ``samples`` is a plain array."""
