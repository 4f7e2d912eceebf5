"""When the first waiting job can start at the latest (its shadow time), and what it holds of that instant."""

from __future__ import annotations

import math

from racktwin.sim.jit import kernel

from .power import checked_setting, room
from .tables import (
    FOR_POWER,
    IGNORE_DOMAIN,
    IN_DOMAIN,
    IN_SERVICE,
    NOTHING,
    ON_GPU,
    ON_NODE,
    REQUIRE_DOMAIN,
    WHOLE,
    WHOLE_NODES,
    Fleet,
)


@kernel
def find_shadow(fleet: Fleet, j: int, cause: int) -> None:
    """Let those at work end in the order of their promises until job ``j`` fits; without end if it never does."""
    clock = fleet.clock[0]
    clock.stamp += 1
    clock.shadow_s, clock.held = math.inf, NOTHING
    clock.held_node = clock.held_domain = clock.held_gpu = clock.held_limit = -1
    clock.held_gpus = clock.extra_nodes = 0
    if cause == FOR_POWER:
        _find_power_shadow(fleet, j)
        return
    e = 0
    while e < clock.n_ends:
        promise_s = fleet.ends[e].promise_s
        while e < clock.n_ends and fleet.ends[e].promise_s == promise_s:
            let_end(fleet, j, fleet.ends[e].run)
            e += 1
        if clock.held != NOTHING or fits_on_whole_nodes(fleet, j):
            clock.shadow_s = max(promise_s, clock.now_s)
            _hold_best(fleet, j, e)
            return


@kernel
def _hold_best(fleet: Fleet, j: int, ended: int) -> None:
    """Of the nodes (or domains) where the job fits at the shadow time, hold the one with least to spare."""
    clock = fleet.clock[0]
    if clock.held != ON_NODE and clock.held != IN_DOMAIN:
        return
    least, best = 1 << 60, -1
    for e in range(ended):
        p = fleet.runs[fleet.ends[e].run].first_piece
        while p >= 0:
            n = fleet.pieces[p].node
            node = fleet.nodes[n]
            p = fleet.pieces[p].following
            if node.freed_stamp != clock.stamp or (fleet.jobs[j].pool >= 0 and fleet.jobs[j].pool != node.pool):
                continue
            free, place = node.n_free + node.freed, n
            if clock.held == IN_DOMAIN:
                free, place = fleet.domains[node.domain].n_free + fleet.domains[node.domain].freed, node.domain
            if free >= clock.held_gpus and (free < least or (free == least and place < best)):
                least, best = free, place
    if clock.held == ON_NODE:
        clock.held_node = best
    else:
        clock.held_domain = best


@kernel
def let_end(fleet: Fleet, j: int, index: int) -> None:
    """Count what run ``index`` gives back, and see whether job ``j`` fits there."""
    clock = fleet.clock[0]
    p = fleet.runs[index].first_piece
    while p >= 0:
        piece = fleet.pieces[p]
        whole = piece.n_gpus
        if piece.gpu >= 0:
            whole = _free_share(fleet, j, piece.gpu, piece.milli)
        if whole > 0 and fleet.nodes[piece.node].service == IN_SERVICE:
            free_by_shadow(fleet, piece.node, whole)
            if clock.held == NOTHING:
                _try_here(fleet, j, piece.node)
        p = piece.following


@kernel
def _free_share(fleet: Fleet, j: int, g: int, milli: int) -> int:
    """A share of GPU ``g`` is given back; 1 if it is whole with that."""
    clock, gpu, job = fleet.clock[0], fleet.gpus[g], fleet.jobs[j]
    if gpu.freed_stamp != clock.stamp:
        gpu.freed_stamp, gpu.freed = clock.stamp, 0
    gpu.freed += milli
    free = gpu.free_milli + gpu.freed
    is_here = job.pool < 0 or job.pool == fleet.nodes[gpu.node].pool
    if clock.held == NOTHING and job.n_gpus == 0 and free >= job.milli and is_here:
        clock.held, clock.held_gpu = ON_GPU, g
    return int(free == WHOLE)


@kernel
def free_by_shadow(fleet: Fleet, n: int, count: int) -> None:
    """``count`` more GPUs of node ``n`` are free by the shadow time."""
    clock, node = fleet.clock[0], fleet.nodes[n]
    domain, pool = fleet.domains[node.domain], fleet.pools[node.pool]
    if pool.gained_stamp != clock.stamp:
        pool.gained_stamp, pool.gained = clock.stamp, 0
    if node.freed_stamp != clock.stamp:
        node.freed_stamp, node.freed = clock.stamp, 0
    if domain.freed_stamp != clock.stamp:
        domain.freed_stamp, domain.freed = clock.stamp, 0
    node.freed += count
    domain.freed += count
    pool.gained += int(node.n_free + node.freed == node.n_gpus)


@kernel
def _try_here(fleet: Fleet, j: int, n: int) -> None:
    """Hold what job ``j`` needs if it fits node ``n``, or its NVLink domain, as they will be."""
    clock, job, node = fleet.clock[0], fleet.jobs[j], fleet.nodes[n]
    pool, domain = fleet.pools[node.pool], fleet.domains[node.domain]
    if job.pool >= 0 and job.pool != node.pool:
        return
    needed = max(job.n_gpus, 1)
    if needed <= pool.gpus_per_node:
        if node.n_free + node.freed >= needed:
            clock.held, clock.held_node, clock.held_gpus = ON_NODE, n, needed
        return
    is_linked = pool.is_linked and needed <= pool.gpus_per_domain and clock.domain_rule != IGNORE_DOMAIN
    if is_linked and domain.n_free + domain.freed >= needed:
        clock.held, clock.held_domain, clock.held_gpus = IN_DOMAIN, node.domain, needed


@kernel
def fits_on_whole_nodes(fleet: Fleet, j: int) -> bool:
    """Hold whole nodes for gang ``j`` if there are enough with those that become whole; one more for a remainder."""
    clock, job = fleet.clock[0], fleet.jobs[j]
    for p in range(fleet.pools.size):
        pool = fleet.pools[p]
        if (job.pool >= 0 and job.pool != p) or job.n_gpus <= pool.gpus_per_node or pool.gpus_per_node == 0:
            continue
        if pool.is_linked and clock.domain_rule == REQUIRE_DOMAIN and job.n_gpus <= pool.gpus_per_domain:
            continue
        needed = (job.n_gpus + pool.gpus_per_node - 1) // pool.gpus_per_node
        whole = pool.n_whole + (pool.gained if pool.gained_stamp == clock.stamp else 0)
        if whole >= needed:
            clock.held, clock.extra_nodes = WHOLE_NODES, whole - needed
            return True
    return False


@kernel
def _find_power_shadow(fleet: Fleet, j: int) -> None:
    """The job waits for the limit that refused it: until then only short jobs may load that one further."""
    clock, job = fleet.clock[0], fleet.jobs[j]
    index = clock.refusing_limit
    clock.held_limit = index
    kind = job.klass * fleet.pools.size + max(job.pool, 0)
    if index >= fleet.limits.size:
        r = index - fleet.limits.size
        setting = checked_setting(fleet, fleet.racks[r].is_steered)
        gpus_here = min(job.milli / WHOLE, float(fleet.nodes[fleet.racks[r].first_node].n_gpus))
        lacking = fleet.rack_loads[r, setting] + gpus_here * fleet.reserves[kind, setting] - fleet.racks[r].budget_w
    else:
        setting = checked_setting(fleet, fleet.limits[index].is_steered)
        factor = fleet.paths[fleet.below[fleet.limits[index].first_below].path].factor
        lacking = factor * job.milli / WHOLE * fleet.reserves[kind, setting] - room(fleet, index)
    for e in range(clock.n_ends):
        lacking -= _load_on(fleet, fleet.ends[e].run, index, setting)
        if lacking <= 0.0:
            clock.shadow_s = max(fleet.ends[e].promise_s, clock.now_s)
            return


@kernel
def _load_on(fleet: Fleet, run: int, index: int, setting: int) -> float:
    """What a run reserves of a limit, or of a rack's budget, at a setting."""
    load = 0.0
    p = fleet.runs[run].first_piece
    while p >= 0:
        piece = fleet.pieces[p]
        watts = piece.milli / WHOLE * fleet.reserves[fleet.runs[run].kind, setting]
        if index >= fleet.limits.size:
            if piece.rack == index - fleet.limits.size:
                load += watts
        else:
            rack = fleet.racks[piece.rack]
            for row in range(rack.first_path, rack.first_path + rack.n_paths):
                if fleet.paths[row].limit == index:
                    load += watts * fleet.paths[row].factor
        p = piece.following
    return load
