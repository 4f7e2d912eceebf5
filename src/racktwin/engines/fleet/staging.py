"""What placement rules stage with: which nodes can take a part of a job, and what goes where until it starts."""

from __future__ import annotations

from racktwin.sim.jit import kernel

from .nodes import find_node
from .power import MANY, refusing
from .tables import IN_DOMAIN, IN_SERVICE, ON_GPU, WHOLE, WHOLE_NODES, Fleet


@kernel
def begin_stage(fleet: Fleet) -> None:
    clock = fleet.clock[0]
    clock.stage += 1
    clock.n_staged = clock.extra_used = clock.domain_used = 0
    clock.refusing_limit = clock.refused_rack = -1


@kernel
def put_on_stage(fleet: Fleet, n: int, n_gpus: int, gpu: int, milli: int) -> None:
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
def can_take(fleet: Fleet, j: int, n: int, count: int, is_long: bool) -> bool:
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
def find(fleet: Fleet, first: int, end: int, bits: int) -> int:
    """The first node in [first, end) whose number of GPUs that can start work is among ``bits``, or -1."""
    clock = fleet.clock[0]
    if not clock.by_free:
        return find_node(fleet.node_tree, first, end, bits)
    return -1 if clock.refusing_limit >= 0 else find_node(fleet.free_tree, first, end, bits)


@kernel
def after(fleet: Fleet, n: int) -> int:
    """Where to look on after node ``n`` could not take a job: its whole rack is passed over if that had no power."""
    r = fleet.nodes[n].rack
    return fleet.racks[r].first_node + fleet.racks[r].n_nodes if fleet.clock[0].refused_rack == r else n + 1


@kernel
def startable(fleet: Fleet, r: int) -> int:
    """How many GPUs the budget of rack ``r`` has power for, as the present search sees it."""
    clock = fleet.clock[0]
    return fleet.racks[r].startable if clock.has_budgets and not clock.by_free else MANY


@kernel
def begin_again(fleet: Fleet) -> None:
    """Clear the stage, but remember which limit refused."""
    refused = fleet.clock[0].refusing_limit
    begin_stage(fleet)
    fleet.clock[0].refusing_limit = refused


@kernel
def is_whole_by_shadow(fleet: Fleet, g: int) -> bool:
    """Whether all shares of GPU ``g`` are given back by the shadow time."""
    gpu = fleet.gpus[g]
    return gpu.freed_stamp == fleet.clock[0].stamp and gpu.free_milli + gpu.freed == WHOLE


@kernel
def share_is_left_to_head(fleet: Fleet, g: int) -> bool:
    """Whether the head still finds its place at the shadow time if a share of ``g`` is gone by then."""
    clock = fleet.clock[0]
    if clock.held == ON_GPU and clock.held_gpu == g:
        return False
    return not is_whole_by_shadow(fleet, g) or _is_left_to_head(fleet, fleet.gpus[g].node, 1)


@kernel
def has_room(fleet: Fleet, j: int, n: int) -> bool:
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
def stage_in_domain(fleet: Fleet, j: int, d: int, count: int, is_long: bool) -> bool:
    """Stage ``count`` GPUs on nodes of NVLink domain ``d``, whole nodes first."""
    domain, left = fleet.domains[d], count
    for free in range(fleet.pools[fleet.nodes[domain.first_node].pool].gpus_per_node, 0, -1):
        for n in range(domain.first_node, domain.first_node + domain.n_nodes):
            if left > 0 and fleet.nodes[n].n_free == free and fleet.nodes[n].service == IN_SERVICE:
                taken = min(free, left)
                if can_take(fleet, j, n, taken, is_long):
                    put_on_stage(fleet, n, taken, -1, taken * WHOLE)
                    left -= taken
    if left > 0:
        begin_again(fleet)
    return left == 0
