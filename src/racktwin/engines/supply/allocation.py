"""Who gets what there is: every claim's share of the pieces a node can give in this tick."""

from __future__ import annotations

import math

from racktwin.sim.jit import kernel

from .conditions import OPEN, is_open
from .tables import FAIR, FIFO, PRIORITY, PROPORTIONAL, Supply


@kernel
def allocate(net: Supply, n: int, available: float) -> float:
    """Set the share of each claim of node ``n``; returns their sum, which is at most ``available``."""
    node = net.nodes[n]
    if node.n_claims == 1:  # all rules agree
        net.claims[node.first_claim].share = given = min(available, wants(net, node.first_claim))
        return given
    total = 0.0
    for c in range(node.first_claim, node.first_claim + node.n_claims):
        net.claims[c].share = 0.0
        total += wants(net, c)
    if node.allocation == FIFO:
        return oldest_first(net, n, available)
    if node.allocation == PRIORITY:
        return highest_first(net, n, available)
    if node.allocation == PROPORTIONAL and available < total:
        return by_need(net, n, available, total)
    if node.allocation == FAIR and available < total:
        return equally(net, n, available)
    return in_sequence(net, n, available)


@kernel
def wants(net: Supply, c: int) -> float:
    """What a claim can be given now: nothing where its lane is closed, and it cannot be expedited by another."""
    claim = net.claims[c]
    if claim.arc >= 0:
        arc = net.arcs[claim.arc]
        if arc.lane >= 0 and not is_open(net, arc.lane + OPEN) and not is_expedited(net, claim.arc):
            return 0.0
    return claim.owed + claim.asked


@kernel
def is_expedited(net: Supply, a: int) -> bool:
    """Whether a shipment leaves by the expedite lane now: it is open, and the destination has too little."""
    arc = net.arcs[a]
    if arc.expedite_law < 0 or (arc.expedite_lane >= 0 and not is_open(net, arc.expedite_lane + OPEN)):
        return False
    destination = net.nodes[net.ways[arc.way].node]
    return destination.level - destination.asked < arc.expedite_below


@kernel
def in_sequence(net: Supply, n: int, available: float) -> float:
    """Each claim in turn takes its backlog and its new order, on top of the share it has."""
    node = net.nodes[n]
    given = 0.0
    for c in range(node.first_claim, node.first_claim + node.n_claims):
        claim = net.claims[c]
        more = min(available, wants(net, c) - claim.share)
        claim.share += more
        available -= more
        given += more
    return given


@kernel
def oldest_first(net: Supply, n: int, available: float) -> float:
    """The order placed first is served first; claims are equal in one tick, and then go in sequence."""
    node, clock = net.nodes[n], net.clock[0]
    for c in range(node.first_claim, node.first_claim + node.n_claims):
        net.history[c * clock.ticks + clock.tick].pieces += net.claims[c].asked
    given = 0.0
    while available > 0.0:
        best, first = -1, clock.tick + 1
        for c in range(node.first_claim, node.first_claim + node.n_claims):
            claim = net.claims[c]
            while claim.oldest <= clock.tick and net.history[c * clock.ticks + claim.oldest].pieces <= 0.0:
                claim.oldest += 1
            if claim.oldest < first and wants(net, c) > 0.0:
                best, first = c, claim.oldest
        if best < 0:
            break
        order = net.history[best * clock.ticks + first]
        more = min(available, order.pieces)
        order.pieces -= more
        net.claims[best].share += more
        available -= more
        given += more
    return given


@kernel
def highest_first(net: Supply, n: int, available: float) -> float:
    """The highest priority first; equals in sequence."""
    node = net.nodes[n]
    given = 0.0
    while available > 0.0:
        best = -1
        for c in range(node.first_claim, node.first_claim + node.n_claims):
            is_open_claim = wants(net, c) > net.claims[c].share
            if is_open_claim and (best < 0 or net.claims[c].priority > net.claims[best].priority):
                best = c
        if best < 0:
            break
        more = min(available, wants(net, best) - net.claims[best].share)
        net.claims[best].share += more
        available -= more
        given += more
    return given


@kernel
def by_need(net: Supply, n: int, available: float, total: float) -> float:
    """Everybody gets the same part of what he wants; what whole pieces leave over goes in sequence."""
    node = net.nodes[n]
    given = 0.0
    for c in range(node.first_claim, node.first_claim + node.n_claims):
        mine = available * wants(net, c) / total
        if net.clock[0].is_whole > 0:
            mine = math.floor(mine + 1e-9)
        net.claims[c].share = mine
        given += mine
    return given + in_sequence(net, n, available - given) if net.clock[0].is_whole > 0 else given


@kernel
def equally(net: Supply, n: int, available: float) -> float:
    """Everybody gets the same number of pieces, or all he wants; what whole pieces leave over goes in sequence."""
    node = net.nodes[n]
    given = 0.0
    while True:
        waiting = 0
        for c in range(node.first_claim, node.first_claim + node.n_claims):
            waiting += 1 if wants(net, c) > net.claims[c].share + 1e-12 else 0
        if waiting == 0:
            break
        each = (available - given) / waiting
        if net.clock[0].is_whole > 0:
            each = math.floor(each + 1e-9)
        if each <= 1e-12:
            break
        for c in range(node.first_claim, node.first_claim + node.n_claims):
            more = min(each, wants(net, c) - net.claims[c].share)
            net.claims[c].share += more
            given += more
    return given + in_sequence(net, n, available - given) if net.clock[0].is_whole > 0 else given
