"""Failures: clocks on compute nodes, racks (switches) and limits (CDUs, feeds); repair; lemons."""

from __future__ import annotations

from racktwin.sim.distributions import sample
from racktwin.sim.events import schedule
from racktwin.sim.jit import kernel

from .nodes import due_service, open_node
from .recording import record_outage
from .runs import interrupt
from .steering import scale_limit
from .tables import DRAINED, FAILED, IN_REPAIR, IN_SERVICE, LIMIT_CLOCK, NODE_CLOCK, Fleet


@kernel
def begin_clocks(fleet: Fleet) -> None:
    """Every failure clock is drawn for the first time."""
    for f in range(fleet.failures.size):
        _wind(fleet, f, fleet.failures[f].between_law)


@kernel
def _wind(fleet: Fleet, f: int, law: int) -> None:
    """Draw how long it takes: to the next failure (shorter where the hazard is higher), or to the end of repair."""
    clock, failure = fleet.clock[0], fleet.failures[f]
    passed_s = sample(fleet.laws[law], fleet.samples, failure.key, 0, failure.visits)
    failure.visits += 1
    if not failure.is_out:
        passed_s /= failure.hazard
    schedule(fleet.events, clock.first_failure_slot + f, clock.now_s + max(passed_s, 1e-6))


@kernel
def strike(fleet: Fleet, f: int) -> None:
    """Clock ``f`` rings: its target fails, or its repair is done. What is not there yet cannot fail."""
    failure = fleet.failures[f]
    if failure.scope != LIMIT_CLOCK and not fleet.racks[_rack_of(fleet, failure.scope, failure.target)].is_here:
        _wind(fleet, f, failure.between_law)
        return
    failure.is_out = 1 - failure.is_out
    if failure.scope == LIMIT_CLOCK:
        limit = fleet.limits[failure.target]
        change = -failure.share if failure.is_out else failure.share
        limit.lost_share -= change
        scale_limit(fleet, failure.target, limit.scale + change, 1)
    elif failure.scope == NODE_CLOCK:
        _strike_node(fleet, failure.target, failure.is_out, failure.cause)
    else:
        rack = fleet.racks[failure.target]
        for n in range(rack.first_node, rack.first_node + rack.n_nodes):
            _strike_node(fleet, n, failure.is_out, failure.cause)
    if failure.is_out or not failure.is_once:
        _wind(fleet, f, failure.repair_law if failure.is_out else failure.between_law)


@kernel
def _rack_of(fleet: Fleet, scope: int, target: int) -> int:
    return fleet.nodes[target].rack if scope == NODE_CLOCK else target


@kernel
def _strike_node(fleet: Fleet, n: int, is_out: int, cause: int) -> None:
    """Node ``n`` goes out of service with all that runs on it, or comes back."""
    clock, node = fleet.clock[0], fleet.nodes[n]
    if node.is_lemon:
        return
    if is_out:
        node.n_out += 1
        if node.service != IN_SERVICE:
            return
        node.n_failures += 1
        stop_node(fleet, n, IN_REPAIR, FAILED)
        node.out_cause = cause
        if 0 < clock.lemon_failures <= node.n_failures:
            node.is_lemon, node.service = 1, DRAINED
    else:
        node.n_out -= 1
        put_back(fleet, n)


@kernel
def put_back(fleet: Fleet, n: int) -> None:
    """Something that kept node ``n`` out of service is over: it works again, or the next reason holds."""
    node = fleet.nodes[n]
    if node.service == IN_SERVICE:
        return
    service = due_service(fleet, n)
    if service == IN_SERVICE:
        record_outage(fleet, n, node.out_cause if node.service == IN_REPAIR else -1)
        open_node(fleet, n, IN_SERVICE)
        fleet.clock[0].is_freed = 1
    else:
        node.service = service


@kernel
def stop_node(fleet: Fleet, n: int, service: int, outcome: int) -> None:
    """Node ``n`` takes no more work, and what runs on it is interrupted."""
    clock, node = fleet.clock[0], fleet.nodes[n]
    open_node(fleet, n, service)
    node.out_since_s = clock.now_s
    rack = fleet.racks[node.rack]
    p = rack.first_piece
    while node.n_work > 0 and p >= 0:
        piece = fleet.pieces[p]
        if piece.node == n:
            interrupt(fleet, piece.run, outcome)
            p = rack.first_piece
        else:
            p = piece.next_in_rack
    clock.is_freed = 1
