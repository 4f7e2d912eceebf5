"""Where a job would go: nodes are staged, and checked against power and against what the head of the queue holds."""

from __future__ import annotations

from racktwin.sim.jit import kernel

from .fragmentation import best_by_gradient
from .nodes import find_node
from .power import MANY, refusing, reserve, room
from .tables import (
    FGD,
    FGD_WATTS,
    FIRST_FIT,
    FOR_GPUS,
    FOR_POWER,
    IGNORE_DOMAIN,
    IN_DOMAIN,
    IN_SERVICE,
    NO_CAUSE,
    ON_GPU,
    REQUIRE_DOMAIN,
    WHOLE,
    WHOLE_NODES,
    Fleet,
)


@kernel
def _begin_stage(fleet: Fleet) -> None:
    clock = fleet.clock[0]
    clock.stage += 1
    clock.n_staged = clock.extra_used = clock.domain_used = 0
    clock.refusing_limit = clock.refused_rack = -1


@kernel
def _put_on_stage(fleet: Fleet, n: int, n_gpus: int, gpu: int, milli: int) -> None:
    clock = fleet.clock[0]
    row = fleet.staged[clock.n_staged]
    row.node, row.n_gpus, row.gpu, row.milli = n, n_gpus, gpu, milli
    fleet.nodes[n].staged = clock.stage
    rack = fleet.racks[fleet.nodes[n].rack]
    if rack.stage != clock.stage:
        rack.stage, rack.staged_milli = clock.stage, 0
    rack.staged_milli += milli
    clock.n_staged += 1


@kernel
def freed_by_shadow(fleet: Fleet, n: int) -> int:
    """How many whole GPUs of node ``n`` the jobs at work now give back by the shadow time."""
    return fleet.nodes[n].freed if fleet.nodes[n].freed_stamp == fleet.clock[0].stamp else 0


@kernel
def _is_left_to_head(fleet: Fleet, n: int, count: int) -> bool:
    """Whether the head still finds its place at the shadow time if ``count`` GPUs of ``n`` are gone by then."""
    clock, node = fleet.clock[0], fleet.nodes[n]
    if clock.held_node == n and node.n_free + freed_by_shadow(fleet, n) - clock.held_gpus < count:
        return False
    if clock.held == WHOLE_NODES and node.n_free + freed_by_shadow(fleet, n) == node.n_gpus:
        if clock.extra_used >= clock.extra_nodes:
            return False
        clock.extra_used += 1
    if clock.held == IN_DOMAIN and node.domain == clock.held_domain:
        domain = fleet.domains[node.domain]
        freed = domain.freed if domain.freed_stamp == clock.stamp else 0
        if domain.n_free + freed - clock.held_gpus < clock.domain_used + count:
            return False
        clock.domain_used += count
    return True


@kernel
def _can_take(fleet: Fleet, j: int, n: int, count: int, is_long: bool) -> bool:
    """Whether node ``n``, which has the GPUs, can give ``count`` of them to job ``j``."""
    clock, job, node = fleet.clock[0], fleet.jobs[j], fleet.nodes[n]
    if node.staged == clock.stage:
        return False
    if job.n_gpus <= node.n_gpus and (node.cpu_milli < job.cpu_milli or node.memory_mib < job.memory_mib):
        return False
    if clock.is_limited:
        kind = job.klass * fleet.pools.size + node.pool
        rack = fleet.racks[node.rack]
        staged_milli = rack.staged_milli if rack.stage == clock.stage else 0
        refused = refusing(fleet, node.rack, kind, staged_milli + count * WHOLE)
        if refused >= 0:
            clock.refusing_limit, clock.refused_rack = refused, node.rack
            return False
    return not is_long or _is_left_to_head(fleet, n, count)


@kernel
def _find(fleet: Fleet, first: int, end: int, bits: int) -> int:
    """The first node in [first, end) whose number of GPUs that can start work is among ``bits``, or -1."""
    clock = fleet.clock[0]
    if not clock.by_free:
        return find_node(fleet.node_tree, first, end, bits)
    return -1 if clock.refusing_limit >= 0 else find_node(fleet.free_tree, first, end, bits)


@kernel
def _after(fleet: Fleet, n: int) -> int:
    """Where to look on after node ``n`` could not take a job: its whole rack is passed over if that had no power."""
    r = fleet.nodes[n].rack
    return fleet.racks[r].first_node + fleet.racks[r].n_nodes if fleet.clock[0].refused_rack == r else n + 1


@kernel
def _startable(fleet: Fleet, r: int) -> int:
    """How many GPUs the budget of rack ``r`` has power for, as the present search sees it."""
    clock = fleet.clock[0]
    return fleet.racks[r].startable if clock.has_budgets and not clock.by_free else MANY


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
        n = _find(fleet, pool.first_node, end, bits)
        while n >= 0:
            if _can_take(fleet, j, n, count, is_long):
                _put_on_stage(fleet, n, count, -1, count * WHOLE)
                return True
            n = _find(fleet, _after(fleet, n), end, bits)
        if is_first_fit:
            return False
    return False


@kernel
def _in_domain(fleet: Fleet, j: int, p: int, count: int, is_long: bool) -> bool:
    """Stage ``count`` GPUs within the fullest NVLink domain that has them, whole nodes first."""
    pool = fleet.pools[p]
    best, least = -1, 1 << 60
    for d in range(pool.first_domain, pool.first_domain + pool.n_domains):
        if count <= fleet.domains[d].n_free < least and count <= _startable(fleet, fleet.domains[d].rack):
            best, least = d, fleet.domains[d].n_free
    if best < 0:
        return False
    domain = fleet.domains[best]
    left = count
    for free in range(pool.gpus_per_node, 0, -1):
        for n in range(domain.first_node, domain.first_node + domain.n_nodes):
            if left > 0 and fleet.nodes[n].n_free == free and fleet.nodes[n].service == IN_SERVICE:
                taken = min(free, left)
                if _can_take(fleet, j, n, taken, is_long):
                    _put_on_stage(fleet, n, taken, -1, taken * WHOLE)
                    left -= taken
    if left > 0:
        _begin_again(fleet)
    return left == 0


@kernel
def _begin_again(fleet: Fleet) -> None:
    """Clear the stage, but remember which limit refused."""
    refused = fleet.clock[0].refusing_limit
    _begin_stage(fleet)
    fleet.clock[0].refusing_limit = refused


@kernel
def _stage_whole(fleet: Fleet, j: int, first: int, end: int, bits: int, count: int, wanted: int, is_long: bool) -> int:
    """Stage up to ``wanted`` nodes of [first, end) that have all their GPUs free; how many were."""
    found = 0
    n = _find(fleet, first, end, bits)
    while n >= 0 and found < wanted:
        if _can_take(fleet, j, n, count, is_long):
            _put_on_stage(fleet, n, count, -1, count * WHOLE)
            found += 1
        n = _find(fleet, _after(fleet, n), end, bits)
    return found


@kernel
def _on_whole_nodes(fleet: Fleet, j: int, p: int, count: int, is_long: bool) -> bool:
    """Stage a gang on whole nodes, its remainder on one more: in the rack that it fits best, else from the first on."""
    clock, pool = fleet.clock[0], fleet.pools[p]
    per_node = pool.gpus_per_node
    wanted, rest = count // per_node, count % per_node
    if pool.n_whole < wanted or (clock.has_budgets and not clock.by_free and pool.n_powered < count):
        return False
    bits = 1 << per_node
    if fleet.clock[0].domain_rule != IGNORE_DOMAIN:
        best, least = -1, 1 << 60
        for d in range(pool.first_domain, pool.first_domain + pool.n_domains):
            n_whole = min(fleet.domains[d].n_whole, _startable(fleet, fleet.domains[d].rack) // per_node)
            if wanted + int(rest > 0) <= n_whole < least:
                best, least = d, n_whole
        if best >= 0:
            first, end = fleet.domains[best].first_node, fleet.domains[best].first_node + fleet.domains[best].n_nodes
            if _stage_whole(fleet, j, first, end, bits, per_node, wanted, is_long) < wanted:
                _begin_again(fleet)
    if fleet.clock[0].n_staged < wanted:
        end = pool.first_node + pool.n_nodes
        if _stage_whole(fleet, j, pool.first_node, end, bits, per_node, wanted, is_long) < wanted:
            _begin_again(fleet)
            return False
    if rest == 0 or _one_node(fleet, j, p, rest, is_long):
        return True
    _begin_again(fleet)
    return False


@kernel
def is_whole_by_shadow(fleet: Fleet, g: int) -> bool:
    """Whether all shares of GPU ``g`` are given back by the shadow time."""
    gpu = fleet.gpus[g]
    return gpu.freed_stamp == fleet.clock[0].stamp and gpu.free_milli + gpu.freed == WHOLE


@kernel
def _share_is_left_to_head(fleet: Fleet, g: int) -> bool:
    """Whether the head still finds its place at the shadow time if a share of ``g`` is gone by then."""
    clock = fleet.clock[0]
    if clock.held == ON_GPU and clock.held_gpu == g:
        return False
    return not is_whole_by_shadow(fleet, g) or _is_left_to_head(fleet, fleet.gpus[g].node, 1)


@kernel
def _on_shared_gpu(fleet: Fleet, j: int, p: int, is_long: bool) -> bool:
    """Stage a share of a GPU: on the fullest shared one that has it, else on one more of the fullest node."""
    clock, job = fleet.clock[0], fleet.jobs[j]
    best, least = -1, WHOLE + 1
    g = fleet.pools[p].first_shared
    while g >= 0:
        gpu = fleet.gpus[g]
        if job.milli <= gpu.free_milli < least and fleet.nodes[gpu.node].service == IN_SERVICE:
            is_left = not is_long or _share_is_left_to_head(fleet, g)
            clock.extra_used = clock.domain_used = 0
            if is_left and _has_room(fleet, j, gpu.node):
                best, least = g, gpu.free_milli
        g = gpu.following
    if best >= 0:
        if is_long:
            _share_is_left_to_head(fleet, best)
        _put_on_stage(fleet, fleet.gpus[best].node, 0, best, job.milli)
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
def _has_room(fleet: Fleet, j: int, n: int) -> bool:
    """Whether node ``n`` has the cores, the memory and the power for job ``j``."""
    clock, job, node = fleet.clock[0], fleet.jobs[j], fleet.nodes[n]
    if node.cpu_milli < job.cpu_milli or node.memory_mib < job.memory_mib:
        return False
    if clock.is_limited:
        refused = refusing(fleet, node.rack, job.klass * fleet.pools.size + node.pool, job.milli)
        if refused >= 0:
            clock.refusing_limit = refused
            return False
    return True


@kernel
def _without_gpus(fleet: Fleet, j: int, p: int) -> bool:
    """Stage work that needs cores and memory only on the first node that has them."""
    pool = fleet.pools[p]
    for n in range(pool.first_node, pool.first_node + pool.n_nodes):
        if fleet.nodes[n].service == IN_SERVICE and _has_room(fleet, j, n):
            _put_on_stage(fleet, n, 0, -1, 0)
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
    klass = fleet.jobs[j].klass
    for staged in range(fleet.clock[0].n_staged):
        row = fleet.staged[staged]
        node = fleet.nodes[row.node]
        if row.milli > 0:
            reserve(fleet, node.rack, klass * fleet.pools.size + node.pool, sign * row.milli)


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
    _begin_stage(fleet)
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
    if n < 0 or (is_long and not _can_take(fleet, j, n, job.n_gpus, True)):
        return False
    _put_on_stage(fleet, n, job.n_gpus, g, job.milli)
    return True
