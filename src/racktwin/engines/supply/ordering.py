"""Orders: from the customers to the suppliers, each node hears what it is asked for and orders what its policy says."""

from __future__ import annotations

import math

from racktwin.sim.distributions import normal_quantile
from racktwin.sim.jit import kernel
from racktwin.sim.rng import uniform

from .shipping import around, lead_ticks, per_piece
from .tables import ECHELON, FIXED_QUANTITY, MRP, R_Q, S_S, SUPPLY, TOP_UP, Supply

_ROUNDING = 1e-9
"""How far above a whole number still counts as that number."""


@kernel
def hear(net: Supply, n: int) -> None:
    """The orders that reach node ``n`` in this tick become what its claims ask for."""
    node = net.nodes[n]
    node.asked = 0.0
    for c in range(node.first_claim, node.first_claim + node.n_claims):
        claim = net.claims[c]
        if claim.arc >= 0:
            arc = net.arcs[claim.arc]
            slot = net.order_ring[arc.first_order_slot + arc.heard]
            if arc.order_lag > 0:
                arc.heard = around(arc.heard + 1, arc.order_lag + 1)
            claim.asked = slot.pieces
            slot.pieces = 0.0
        node.asked += claim.asked


@kernel
def replenish(net: Supply, n: int) -> None:
    """Node ``n`` orders, if it reviews its stock in this tick."""
    node = net.nodes[n]
    node.ordered = 0.0
    if node.kind == SUPPLY or (node.review > 1 and net.clock[0].tick % node.review != 0):
        return
    for w in range(node.first_way, node.first_way + node.n_ways):
        if net.ways[w].role == TOP_UP:
            top_up(net, n, w)
    pieces = wanted(net, n)
    if pieces > 0.0:
        split(net, n, pieces)


@kernel
def top_up(net: Supply, n: int, w: int) -> None:
    """Order by the fast way what is missing within its reach (Veeraraghavan, Scheller-Wolf 2008: dual index)."""
    node, way = net.nodes[n], net.ways[w]
    if net.clock[0].tick < way.from_tick:
        return
    soon = node.level - node.asked
    for v in range(node.first_way, node.first_way + node.n_ways):
        soon += pipeline(net, v) if v == w else arriving(net, v, way.reach)
    if soon < way.level:
        order(net, w, way.level - soon)


@kernel
def arriving(net: Supply, w: int, reach: int) -> float:
    """Pieces that a way brings within ``reach`` ticks, of what is under way now."""
    way = net.ways[w]
    arc = net.arcs[way.first_arc]
    pieces = arc.raw
    for ahead in range(min(reach + 1, arc.slots)):
        pieces += net.ring[arc.first_slot + around(arc.moved + ahead, arc.slots)].pieces
        if arc.expedite_law >= 0:
            pieces += net.fast_ring[arc.first_slot + around(arc.fast_moved + ahead, arc.slots)].pieces
    return pieces / arc.count * way.good


@kernel
def pipeline(net: Supply, w: int) -> float:
    """Pieces of the node that what a way has on order, waiting and in process will become."""
    way = net.ways[w]
    least = math.inf
    for a in range(way.first_arc, way.first_arc + way.n_arcs):
        arc = net.arcs[a]
        least = min(least, per_piece(arc.raw + arc.on_order, arc.count))
    if way.n_arcs == 0:
        least = 0.0
    if way.good < 1.0:
        least *= way.good
    return least + way.in_process


@kernel
def position(net: Supply, n: int) -> float:
    """Inventory position of a node after what it is asked for now: on hand, less backorders, plus what is to come."""
    node = net.nodes[n]
    coming = 0.0
    for w in range(node.first_way, node.first_way + node.n_ways):
        coming += pipeline(net, w)
    return node.level + coming - node.asked


@kernel
def echelon_position(net: Supply, n: int) -> float:
    """Stock at the node and everything below it, less the backorders of the last, plus what the node has to come."""
    node = net.nodes[n]
    pieces = max(0.0, node.level)
    for link in range(node.first_below, node.first_below + node.n_below):
        lower = net.nodes[net.below[link].to]
        pieces += max(0.0, lower.level)
        for w in range(lower.first_way, lower.first_way + lower.n_ways):
            for a in range(net.ways[w].first_arc, net.ways[w].first_arc + net.ways[w].n_arcs):
                if is_below(net, n, net.arcs[a].upstream):
                    pieces += net.arcs[a].under_way
    for link in range(node.first_below, node.first_below + node.n_below):
        lower = net.nodes[net.below[link].to]
        if lower.is_last > 0:
            pieces -= max(0.0, -lower.level)
    if node.is_last > 0:
        pieces -= max(0.0, -node.level)
    for w in range(node.first_way, node.first_way + node.n_ways):
        ordered, waiting = 0.0, 0.0
        for a in range(net.ways[w].first_arc, net.ways[w].first_arc + net.ways[w].n_arcs):
            ordered += net.arcs[a].on_order / net.arcs[a].count
            waiting += net.arcs[a].raw / net.arcs[a].count
        pieces += ordered / max(1, net.ways[w].n_arcs)
        pieces += waiting / max(1, net.ways[w].n_arcs)
    return pieces - node.asked


@kernel
def is_below(net: Supply, n: int, other: int) -> bool:
    """Whether ``other`` is node ``n`` or below it."""
    node = net.nodes[n]
    found = other == n
    for link in range(node.first_below, node.first_below + node.n_below):
        found = found or net.below[link].to == other
    return found


@kernel
def wanted(net: Supply, n: int) -> float:
    """The pieces that the policy of node ``n`` orders now."""
    node = net.nodes[n]
    if node.policy == FIXED_QUANTITY:
        return node.b
    if node.policy == ECHELON:
        return max(0.0, node.a - echelon_position(net, n))
    now = position(net, n)
    if node.policy == S_S:
        return node.b - now if now <= node.a else 0.0
    if node.policy == R_Q:
        if now > node.a:
            return 0.0
        lots = math.floor((node.a - now) / node.b) + 1.0
        if node.most_lots > 0:
            lots = min(lots, float(node.most_lots))
        return lots * node.b
    if node.policy == MRP:
        return planned(net, n, now)
    return max(0.0, node.a - now)


@kernel
def planned(net: Supply, n: int, now: float) -> float:
    """What is missing of the safety stock and the forecast over the lead time, and the lot that it begins."""
    node = net.nodes[n]
    need = node.a - now
    for ahead in range(1, node.cover + 1):
        need += forecast(net, n, ahead)
    if need <= 0.0:
        return 0.0
    for ahead in range(node.cover + 1, min(node.cover + node.cover_more, node.look_ahead) + 1):
        need += forecast(net, n, ahead)
    return need


@kernel
def forecast(net: Supply, n: int, ahead: int) -> float:
    """What node ``n`` expects to be asked for ``ahead`` ticks from now: the plan, times the error of this review."""
    node, clock = net.nodes[n], net.clock[0]
    tick = clock.tick + ahead
    if tick >= clock.ticks:
        return 0.0
    pieces = net.forecasts[node.forecast * clock.ticks + tick].pieces
    if node.forecast_error > 0.0:
        spread = node.forecast_error * math.sqrt(ahead / node.look_ahead)
        sigma = math.sqrt(math.log1p(spread * spread))
        z = normal_quantile(uniform(node.error_key, tick, clock.tick))
        pieces *= math.exp(sigma * z - 0.5 * sigma * sigma)
    return pieces


@kernel
def split(net: Supply, n: int, pieces: float) -> None:
    """Order ``pieces`` by the base ways that may be used now; whole orders go to who is furthest behind his share."""
    node, clock = net.nodes[n], net.clock[0]
    total = 0.0
    ways = 0
    for w in range(node.first_way, node.first_way + node.n_ways):
        if net.ways[w].role != TOP_UP and clock.tick >= net.ways[w].from_tick:
            total += net.ways[w].share
            ways += 1
    if ways == 0:
        return
    so_far = pieces
    for w in range(node.first_way, node.first_way + node.n_ways):
        if net.ways[w].role != TOP_UP and clock.tick >= net.ways[w].from_tick:
            so_far += net.ways[w].given
    left = pieces
    for w in range(node.first_way, node.first_way + node.n_ways):
        way = net.ways[w]
        if way.role == TOP_UP or clock.tick < way.from_tick:
            continue
        ways -= 1
        mine = left
        if ways > 0:
            mine = min(left, max(0.0, so_far * way.share / total - way.given))
            if clock.is_whole > 0:
                mine = math.floor(mine + 0.5)
        left -= mine
        way.given += mine
        if mine > 0.0:
            order(net, w, mine)


@kernel
def order(net: Supply, w: int, pieces: float) -> None:
    """Order at least ``pieces`` by a way: its parts are on order from now on."""
    clock, way = net.clock[0], net.ways[w]
    start = pieces
    if way.good < 1.0:
        start = pieces / way.good
    start = max(start, way.least)
    if way.lot > 0.0:
        start = math.ceil(start / way.lot - _ROUNDING) * way.lot
    elif clock.is_whole > 0:
        start = math.ceil(start - _ROUNDING)
    net.nodes[way.node].ordered += start
    for a in range(way.first_arc, way.first_arc + way.n_arcs):
        arc = net.arcs[a]
        quantity = start * arc.count
        arc.on_order += quantity
        if arc.upstream < 0:
            arc.under_way += quantity
            slot = around(arc.moved + arc.order_lag + lead_ticks(net, a, False), arc.slots)
            net.ring[arc.first_slot + slot].pieces += quantity
        elif arc.order_lag == 0:
            net.order_ring[arc.first_order_slot].pieces += quantity
        else:
            slot = around(arc.heard + arc.order_lag, arc.order_lag + 1)
            net.order_ring[arc.first_order_slot + slot].pieces += quantity
    if clock.is_recording > 0:
        row = net.order_rows[clock.order_rows]
        row.tick = clock.tick
        row.way = w
        row.pieces = start
        clock.order_rows += 1
