"""Where a job would go: nodes are staged, and checked against power and against what the head of the queue holds."""

from __future__ import annotations

from racktwin.sim.jit import kernel

from .fragmentation import best_by_gradient
from .placing_rule import place_by_rule
from .power import refusing, reserve, room
from .staging import (
    after,
    begin_again,
    begin_stage,
    can_take,
    find,
    has_room,
    put_on_stage,
    share_is_left_to_head,
    stage_in_domain,
    startable,
)
from .tables import (
    FGD,
    FGD_WATTS,
    FIRST_FIT,
    FOR_GPUS,
    FOR_POWER,
    IGNORE_DOMAIN,
    IN_SERVICE,
    NO_CAUSE,
    NO_DOOR,
    REQUIRE_DOMAIN,
    WHOLE,
    WHOLE_NODES,
    Fleet,
)


@kernel
def _one_node(fleet: Fleet, j: int, p: int, count: int, is_long: bool) -> bool:
    """Stage ``count`` GPUs on the fullest node that has them (or the first)."""
    pool = fleet.pools[p]
    end = pool.first_node + pool.n_nodes
    is_first_fit = fleet.clock[0].placement == FIRST_FIT
    fleet.clock[0].refused_rack = -1
    for free in range(count, pool.gpus_per_node + 1):
        bits = 1 << free
        if is_first_fit:
            bits = (1 << (pool.gpus_per_node + 1)) - (1 << count)
        n = find(fleet, pool.first_node, end, bits)
        while n >= 0:
            if can_take(fleet, j, n, count, is_long):
                put_on_stage(fleet, n, count, -1, count * WHOLE)
                return True
            n = find(fleet, after(fleet, n), end, bits)
        if is_first_fit:
            return False
    return False


@kernel
def _in_domain(fleet: Fleet, j: int, p: int, count: int, is_long: bool) -> bool:
    """Stage ``count`` GPUs within the fullest NVLink domain that has them."""
    pool = fleet.pools[p]
    best, least = -1, 1 << 60
    for d in range(pool.first_domain, pool.first_domain + pool.n_domains):
        if count <= fleet.domains[d].n_free < least and count <= startable(fleet, fleet.domains[d].rack):
            best, least = d, fleet.domains[d].n_free
    return best >= 0 and stage_in_domain(fleet, j, best, count, is_long)


@kernel
def _stage_whole(fleet: Fleet, j: int, first: int, end: int, bits: int, count: int, wanted: int, is_long: bool) -> int:
    """Stage up to ``wanted`` nodes of [first, end) that have all their GPUs free; how many were."""
    found = 0
    n = find(fleet, first, end, bits)
    while n >= 0 and found < wanted:
        if can_take(fleet, j, n, count, is_long):
            put_on_stage(fleet, n, count, -1, count * WHOLE)
            found += 1
        n = find(fleet, after(fleet, n), end, bits)
    return found


@kernel
def _on_whole_nodes(fleet: Fleet, j: int, p: int, count: int, is_long: bool) -> bool:
    """Stage a gang on whole nodes, its remainder on one more: in the rack that it fits best, else from the first on."""
    clock, pool = fleet.clock[0], fleet.pools[p]
    per_node = pool.gpus_per_node
    wanted, rest = count // per_node, count % per_node
    if pool.n_whole < wanted or (clock.has_budgets and not clock.by_free and pool.n_powered < count):
        return False
    if is_long and clock.held == WHOLE_NODES and wanted > clock.extra_nodes:
        return False
    bits = 1 << per_node
    if fleet.clock[0].domain_rule != IGNORE_DOMAIN:
        best, least = -1, 1 << 60
        for d in range(pool.first_domain, pool.first_domain + pool.n_domains):
            n_whole = min(fleet.domains[d].n_whole, startable(fleet, fleet.domains[d].rack) // per_node)
            if wanted + int(rest > 0) <= n_whole < least:
                best, least = d, n_whole
        if best >= 0:
            first, end = fleet.domains[best].first_node, fleet.domains[best].first_node + fleet.domains[best].n_nodes
            if _stage_whole(fleet, j, first, end, bits, per_node, wanted, is_long) < wanted:
                begin_again(fleet)
    if fleet.clock[0].n_staged < wanted:
        end = pool.first_node + pool.n_nodes
        if _stage_whole(fleet, j, pool.first_node, end, bits, per_node, wanted, is_long) < wanted:
            begin_again(fleet)
            return False
    if rest == 0 or _one_node(fleet, j, p, rest, is_long):
        return True
    begin_again(fleet)
    return False


@kernel
def _on_shared_gpu(fleet: Fleet, j: int, p: int, is_long: bool) -> bool:
    """Stage a share of a GPU: on the fullest shared one that has it, else on one more of the fullest node."""
    clock, job = fleet.clock[0], fleet.jobs[j]
    best, least = -1, WHOLE + 1
    g = fleet.pools[p].first_shared
    while g >= 0:
        gpu = fleet.gpus[g]
        if job.milli <= gpu.free_milli < least and fleet.nodes[gpu.node].service == IN_SERVICE:
            is_left = not is_long or share_is_left_to_head(fleet, g)
            clock.extra_used = clock.domain_used = 0
            if is_left and has_room(fleet, j, gpu.node):
                best, least = g, gpu.free_milli
        g = gpu.following
    if best >= 0:
        if is_long:
            share_is_left_to_head(fleet, best)
        put_on_stage(fleet, fleet.gpus[best].node, 0, best, job.milli)
        return True
    if not _one_node(fleet, j, p, 1, is_long):
        return False
    row = fleet.staged[0]
    node = fleet.nodes[row.node]
    for index in range(node.n_gpus):
        if fleet.gpus[node.first_gpu + index].free_milli == WHOLE:
            row.n_gpus, row.gpu, row.milli = 0, node.first_gpu + index, job.milli
            return True
    return False


@kernel
def _without_gpus(fleet: Fleet, j: int, p: int) -> bool:
    """Stage work that needs cores and memory only on the first node that has them."""
    pool = fleet.pools[p]
    for n in range(pool.first_node, pool.first_node + pool.n_nodes):
        if fleet.nodes[n].service == IN_SERVICE and has_room(fleet, j, n):
            put_on_stage(fleet, n, 0, -1, 0)
            return True
    return False


@kernel
def _in_pool(fleet: Fleet, j: int, p: int, is_long: bool) -> bool:
    """Stage job ``j`` in pool ``p``."""
    clock, job, pool = fleet.clock[0], fleet.jobs[j], fleet.pools[p]
    if job.milli == 0:
        return _without_gpus(fleet, j, p)
    if pool.gpus_per_node == 0:
        return False
    if job.n_gpus == 0:
        return _on_shared_gpu(fleet, j, p, is_long)
    if job.n_gpus <= pool.gpus_per_node:
        return _one_node(fleet, j, p, job.n_gpus, is_long)
    if pool.is_linked and job.n_gpus <= pool.gpus_per_domain and clock.domain_rule != IGNORE_DOMAIN:
        if _in_domain(fleet, j, p, job.n_gpus, is_long):
            return True
        if clock.domain_rule == REQUIRE_DOMAIN:
            return False
    return _on_whole_nodes(fleet, j, p, job.n_gpus, is_long)


@kernel
def reserve_staged(fleet: Fleet, j: int, sign: int) -> None:
    """Reserve what is staged, or give it back: nodes of one rack that follow each other at once."""
    klass, n_staged, milli = fleet.jobs[j].klass, fleet.clock[0].n_staged, 0
    for staged in range(n_staged):
        row = fleet.staged[staged]
        node = fleet.nodes[row.node]
        milli += row.milli
        if staged + 1 < n_staged and fleet.nodes[fleet.staged[staged + 1].node].rack == node.rack:
            continue
        if milli > 0:
            reserve(fleet, node.rack, klass * fleet.pools.size + node.pool, sign * milli)
        milli = 0


@kernel
def _overfull(fleet: Fleet) -> int:
    """A limit that what is staged and reserved exceeds, or -1."""
    for staged in range(fleet.clock[0].n_staged):
        r = fleet.nodes[fleet.staged[staged].node].rack
        rack = fleet.racks[r]
        if refusing(fleet, r, 0, 0) >= fleet.limits.size:
            return fleet.limits.size + r
        for index in range(rack.first_path, rack.first_path + rack.n_paths):
            path = fleet.paths[index]
            if path.factor > 0.0 and room(fleet, path.limit) < 0.0:
                return path.limit
    return -1


@kernel
def _is_found(fleet: Fleet, j: int, is_long: bool) -> bool:
    """Stage job ``j`` where it can start, if it can."""
    clock, job = fleet.clock[0], fleet.jobs[j]
    begin_stage(fleet)
    if clock.place_door != NO_DOOR and job.milli > 0:
        return place_by_rule(fleet, j, is_long)
    if (clock.placement == FGD or clock.placement == FGD_WATTS) and _by_gradient(fleet, j, is_long):
        return True
    for p in range(fleet.pools.size):  # noqa: SIM110 - kernels have no generators
        if (job.pool < 0 or job.pool == p) and _in_pool(fleet, j, p, is_long):
            return True
    return False


@kernel
def place(fleet: Fleet, j: int, is_long: bool) -> int:
    """Find job ``j`` a place and reserve its power; NO_CAUSE, or what it must wait for.

    ``is_long``: it runs past the shadow time, so it must leave the head of the queue what that holds.
    """
    clock = fleet.clock[0]
    if not _is_found(fleet, j, is_long):
        return FOR_POWER if clock.refusing_limit >= 0 else FOR_GPUS
    reserve_staged(fleet, j, 1)
    if clock.is_limited and (clock.n_staged > 1 or clock.placement == FGD):
        refused = _overfull(fleet)
        if refused >= 0:
            reserve_staged(fleet, j, -1)
            clock.refusing_limit = refused
            return FOR_POWER
    return NO_CAUSE


@kernel
def place_first(fleet: Fleet, j: int) -> int:
    """As :func:`place` for the first in line, who must know whether GPUs or power is missing.

    Nodes without power are not listed for jobs to start on, so where nothing is found, what is free shows the cause.
    """
    clock = fleet.clock[0]
    cause = place(fleet, j, False)
    if cause == FOR_GPUS and clock.has_budgets:
        clock.by_free = 1
        cause = place(fleet, j, False)
        clock.by_free = 0
    return cause


@kernel
def _by_gradient(fleet: Fleet, j: int, is_long: bool) -> bool:
    """Stage a job of one node where it fragments least; gangs go by the other rules."""
    job = fleet.jobs[j]
    n, g = best_by_gradient(fleet, j)
    if n < 0 or (is_long and not can_take(fleet, j, n, job.n_gpus, True)):
        return False
    put_on_stage(fleet, n, job.n_gpus, g, job.milli)
    return True
