"""Goods: from the suppliers to the customers, each node receives, makes, and gives out what there is."""

from __future__ import annotations

import math

from racktwin.sim.distributions import binomial, sample
from racktwin.sim.jit import kernel
from racktwin.sim.rng import uniform

from .allocation import allocate, is_expedited
from .conditions import MOVING, STRETCH, factor, is_open
from .tables import SUPPLY, Supply


@kernel
def lead_ticks(net: Supply, a: int, is_fast: bool) -> int:
    """Ticks that a shipment sent now by an arc takes: the supply's lead time and the lane's, to the nearest tick."""
    arc, clock = net.arcs[a], net.clock[0]
    if arc.fixed_lead >= 0 and not is_fast:
        return arc.fixed_lead
    law = arc.expedite_law if is_fast else arc.lane_law
    lane = arc.expedite_lane if is_fast else arc.lane
    lead_s = 0.0
    if arc.supply_law >= 0:
        made_s = sample(net.laws[arc.supply_law], net.samples, arc.lead_key, clock.tick, 0)
        lead_s += made_s * factor(net, arc.stretch, clock.tick)
    if law >= 0:
        stretch = factor(net, lane + STRETCH, clock.tick) if lane >= 0 else 1.0
        lead_s += sample(net.laws[law], net.samples, arc.lead_key, clock.tick, 1) * stretch
    return min(int(lead_s / clock.tick_s + 0.5), arc.slots - 1 - arc.order_lag)


@kernel
def per_piece(parts: float, count: float) -> float:
    """How many pieces ``parts`` are enough for; most often one part makes one, and a division takes 5 % of all time."""
    return parts if count == 1.0 else parts / count


@kernel
def around(position: int, slots: int) -> int:
    """A position in a ring; it is less than two rounds."""
    return position - slots if position >= slots else position


@kernel
def receive(net: Supply, a: int) -> None:
    """What a lane brings in this tick is at the node; nothing arrives at a closed site, or on a lane that stands."""
    arc = net.arcs[a]
    way = net.ways[arc.way]
    if arc.expedite_law >= 0:
        receive_fast(net, a)
    if arc.lane >= 0 and not is_open(net, arc.lane + MOVING):
        return
    slot = net.ring[arc.first_slot + arc.moved]
    arc.moved = around(arc.moved + 1, arc.slots)
    if slot.pieces == 0.0:
        return
    if not is_open(net, net.nodes[way.node].place):
        net.ring[arc.first_slot + arc.moved].pieces += slot.pieces
        slot.pieces = 0.0
        return
    arc.raw += slot.pieces
    arc.on_order -= slot.pieces
    arc.under_way -= slot.pieces
    slot.pieces = 0.0


@kernel
def receive_fast(net: Supply, a: int) -> None:
    """What the expedite lane brings in this tick is at the node, and known to have come so."""
    arc = net.arcs[a]
    if arc.expedite_lane >= 0 and not is_open(net, arc.expedite_lane + MOVING):
        return
    slot = net.fast_ring[arc.first_slot + arc.fast_moved]
    arc.fast_moved = around(arc.fast_moved + 1, arc.slots)
    pieces = slot.pieces
    slot.pieces = 0.0
    if not is_open(net, net.nodes[net.ways[arc.way].node].place):
        net.fast_ring[arc.first_slot + arc.fast_moved].pieces += pieces
        return
    arc.fast += pieces
    arc.raw += pieces
    arc.on_order -= pieces
    arc.under_way -= pieces


@kernel
def make(net: Supply, w: int) -> float:
    """Start what all parts are there for; return the good pieces that are finished in this tick."""
    clock, way = net.clock[0], net.ways[w]
    start = math.inf if way.n_arcs > 0 else 0.0
    for a in range(way.first_arc, way.first_arc + way.n_arcs):
        start = min(start, per_piece(net.arcs[a].raw, net.arcs[a].count))
    if way.is_made > 0:
        start = within_capacity(net, w, start)
    if start > 0.0:
        for a in range(way.first_arc, way.first_arc + way.n_arcs):
            net.arcs[a].raw -= start * net.arcs[a].count
    if way.law < 0:
        return good_pieces(net, w, start)
    if start > 0.0:
        lead_s = sample(net.laws[way.law], net.samples, way.lead_key, clock.tick, 0) * factor(
            net, way.capacity + 1 if way.capacity >= 0 else -1, clock.tick
        )
        slot = around(way.moved + min(int(lead_s / clock.tick_s + 0.5), way.slots - 1), way.slots)
        net.ring[way.first_slot + slot].pieces += start
        way.in_process += start * way.good
    if not is_open(net, net.nodes[way.node].place):
        return 0.0
    slot = way.moved
    finished = net.ring[way.first_slot + slot].pieces
    net.ring[way.first_slot + slot].pieces = 0.0
    way.moved = around(way.moved + 1, way.slots)
    way.in_process -= finished * way.good
    return good_pieces(net, w, finished)


@kernel
def within_capacity(net: Supply, w: int, start: float) -> float:
    """How much of ``start`` can be made in this tick, in whole pieces where pieces are whole."""
    clock, way = net.clock[0], net.ways[w]
    if not is_open(net, net.nodes[way.node].place):
        return 0.0
    if way.per_tick < math.inf:
        can = way.per_tick * factor(net, way.capacity, clock.tick)
        way.credit = min(way.credit, 1.0) + can
        start = min(start, way.credit)
    elif way.capacity >= 0 and factor(net, way.capacity, clock.tick) == 0.0:
        return 0.0
    if clock.is_whole > 0:
        start = math.floor(start + 1e-9)
    if way.per_tick < math.inf:
        way.credit -= start
    return start


@kernel
def good_pieces(net: Supply, w: int, pieces: float) -> float:
    """How many of ``pieces`` are good."""
    way, clock = net.ways[w], net.clock[0]
    if way.good >= 1.0 or pieces <= 0.0:
        return pieces
    if clock.is_whole > 0:
        return float(binomial(int(pieces + 0.5), way.good, uniform(way.good_key, clock.tick, 0)))
    return pieces * way.good


@kernel
def turn_over(net: Supply, n: int) -> None:
    """Node ``n`` receives and makes, and gives what there is to those who asked."""
    clock, node = net.clock[0], net.nodes[n]
    start_level = node.level
    node.arrived = 0.0
    if node.kind == SUPPLY:
        available = supply_available(net, n)
    else:
        for w in range(node.first_way, node.first_way + node.n_ways):
            fast = 0.0
            for a in range(net.ways[w].first_arc, net.ways[w].first_arc + net.ways[w].n_arcs):
                receive(net, a)
                if net.arcs[a].fast > 0.0:
                    fast = net.arcs[a].fast / net.arcs[a].raw
                    net.arcs[a].fast = 0.0
            pieces = make(net, w)
            node.arrived += pieces
            node.level += pieces
            if pieces > 0.0 and clock.is_recording > 0:
                row = net.receipt_rows[clock.receipt_rows]
                row.tick = clock.tick
                row.way = w
                row.pieces, row.fast = pieces, fast * pieces
                clock.receipt_rows += 1
        available = max(0.0, start_level) + node.arrived
    if not is_open(net, node.place):
        available = 0.0
    given = allocate(net, n, available)
    if node.kind == SUPPLY and node.per_tick < math.inf:
        node.credit -= given
    lost = hand_over(net, n)
    if node.kind != SUPPLY and clock.is_recording > 0:
        record(net, n, given, lost)


@kernel
def supply_available(net: Supply, n: int) -> float:
    """What a supply can send in this tick; unused capacity does not keep, but for the fraction of a piece."""
    node, clock = net.nodes[n], net.clock[0]
    can = factor(net, node.capacity, clock.tick)
    if node.per_tick == math.inf:
        return math.inf if can > 0.0 else 0.0
    node.credit = min(node.credit, 1.0) + node.per_tick * can
    return math.floor(node.credit + 1e-9) if clock.is_whole > 0 else node.credit


@kernel
def hand_over(net: Supply, n: int) -> float:
    """Every claim gets its share; the rest is owed, or lost. Returns what is lost."""
    node = net.nodes[n]
    lost = 0.0
    for c in range(node.first_claim, node.first_claim + node.n_claims):
        claim = net.claims[c]
        old = min(claim.share, claim.owed)
        node.level -= claim.asked
        claim.owed -= old
        claim.owed += max(0.0, claim.asked - (claim.share - old))
        if claim.arc >= 0 and claim.share > 0.0:
            send(net, claim.arc, claim.share)
        if claim.demand >= 0 and net.demands[claim.demand].is_backordered == 0 and claim.owed > 0.0:
            lost += claim.owed
            node.level += claim.owed
            claim.owed = 0.0
        claim.asked = 0.0
    return lost


@kernel
def send(net: Supply, a: int, pieces: float) -> None:
    """A shipment leaves along an arc; by the fast lane where the destination has too little."""
    arc = net.arcs[a]
    arc.under_way += pieces
    if arc.expedite_law >= 0 and is_expedited(net, a):
        slot = around(arc.fast_moved + lead_ticks(net, a, True), arc.slots)
        net.fast_ring[arc.first_slot + slot].pieces += pieces
    else:
        slot = around(arc.moved + lead_ticks(net, a, False), arc.slots)
        net.ring[arc.first_slot + slot].pieces += pieces


@kernel
def record(net: Supply, n: int, given: float, lost: float) -> None:
    """One row of the stock's history."""
    clock, node = net.clock[0], net.nodes[n]
    row = net.stock_rows[n * clock.horizon + clock.tick]
    row.level = node.level
    row.asked = node.asked
    row.given = given
    row.lost = lost
    for w in range(node.first_way, node.first_way + node.n_ways):
        way = net.ways[w]
        least = math.inf
        for a in range(way.first_arc, way.first_arc + way.n_arcs):
            least = min(least, (net.arcs[a].raw + net.arcs[a].on_order) / net.arcs[a].count)
            row.under_way += net.arcs[a].under_way / net.arcs[a].count / way.n_arcs
        row.on_order += least + way.in_process
