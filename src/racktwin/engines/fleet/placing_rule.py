"""Where a job goes by a user's rule: asked for each job of one node, and node by node for a gang.

Candidates are places that can take it now: GPUs, cores, memory, power, and what the head of the queue holds are seen to
before. A rule of Python is called back from within the kernel, so that both doors are one (:mod:`.user_rules`).
"""

from __future__ import annotations

from racktwin.sim.calling import call_by_address
from racktwin.sim.jit import kernel

from .staging import (
    after,
    begin_again,
    can_take,
    find,
    has_room,
    put_on_stage,
    share_is_left_to_head,
    stage_in_domain,
    startable,
)
from .tables import IGNORE_DOMAIN, IN_SERVICE, NO_RULE, PLACEMENT_RULE, REQUIRE_DOMAIN, WHOLE, Fleet


@kernel
def _list(fleet: Fleet, j: int, n: int, gpu: int, milli: int, free_milli: int, all_milli: int, is_domain: int) -> None:
    """One more place: ``milli`` of job ``j`` would go to node ``n``, to a shared GPU of it, or to its NVLink domain."""
    clock, job, node = fleet.clock[0], fleet.jobs[j], fleet.nodes[n]
    rack, row = fleet.racks[node.rack], fleet.places[clock.n_places]
    clock.n_places += 1
    row.number, row.job_class, row.user, row.priority, row.attempts = (
        j,
        job.klass,
        job.owner,
        job.priority,
        job.attempts,
    )
    row.gpus, row.work_left_s = job.milli / WHOLE, job.limit_s - (job.work_s - job.left_s)
    row.gpus_here, row.compute_node, row.node_kind, row.rack = milli / WHOLE, n, node.pool, node.rack
    row.domain, row.gpu, row.is_domain = node.domain, gpu, is_domain
    row.free_gpus, row.all_gpus = free_milli / WHOLE, all_milli / WHOLE
    row.domain_free_gpus = float(fleet.domains[node.domain].n_free)
    row.gang_gpus_in_rack = rack.staged_milli / WHOLE if rack.stage == clock.stage else 0.0
    row.rack_draw_w, row.rack_reserved_w = rack.draw_w, fleet.rack_loads[node.rack, 0]
    row.rack_budget_w, row.rack_setting, row.node_failures = rack.budget_w, rack.setting, node.n_failures


@kernel
def _choice(fleet: Fleet) -> int:
    """The place that the rule chooses; the first where it chose none, which ends the run before time goes on."""
    clock = fleet.clock[0]
    if clock.n_places == 1 or clock.wrong_rule != NO_RULE:
        return 0
    choice = call_by_address(clock.place_rule, fleet.places, clock.n_places, clock.now_s)
    if choice < 0 or choice >= clock.n_places:
        clock.wrong_rule, clock.wrong_choice, clock.wrong_count = PLACEMENT_RULE, choice, clock.n_places
        return 0
    return choice


@kernel
def _list_nodes(fleet: Fleet, j: int, p: int, count: int, is_long: bool) -> None:
    """Nodes of a kind that can take ``count`` whole GPUs of job ``j``."""
    clock, pool = fleet.clock[0], fleet.pools[p]
    end, bits = pool.first_node + pool.n_nodes, (1 << (pool.gpus_per_node + 1)) - (1 << count)
    clock.refused_rack = -1
    n = find(fleet, pool.first_node, end, bits)
    while n >= 0:
        extra_used, domain_used = clock.extra_used, clock.domain_used
        if can_take(fleet, j, n, count, is_long):
            milli = fleet.jobs[j].milli if fleet.jobs[j].n_gpus == 0 else count * WHOLE
            _list(fleet, j, n, -1, milli, fleet.nodes[n].n_free * WHOLE, fleet.nodes[n].n_gpus * WHOLE, 0)
        clock.extra_used, clock.domain_used = extra_used, domain_used
        n = find(fleet, after(fleet, n), end, bits)


@kernel
def _list_shared(fleet: Fleet, j: int, p: int, is_long: bool) -> None:
    """GPUs of a kind of node that are shared already and have a share left for job ``j``."""
    clock = fleet.clock[0]
    g = fleet.pools[p].first_shared
    while g >= 0:
        gpu = fleet.gpus[g]
        if fleet.jobs[j].milli <= gpu.free_milli and fleet.nodes[gpu.node].service == IN_SERVICE:
            is_left = not is_long or share_is_left_to_head(fleet, g)
            clock.extra_used = clock.domain_used = 0
            if is_left and has_room(fleet, j, gpu.node):
                _list(fleet, j, gpu.node, g, fleet.jobs[j].milli, gpu.free_milli, WHOLE, 0)
        g = gpu.following


@kernel
def _stage_chosen(fleet: Fleet, j: int, count: int, is_long: bool) -> None:
    """Stage the place that the rule chooses among those listed."""
    job, row = fleet.jobs[j], fleet.places[_choice(fleet)]
    node = fleet.nodes[row.compute_node]
    if job.n_gpus > 0:
        can_take(fleet, j, row.compute_node, count, is_long)
        put_on_stage(fleet, row.compute_node, count, -1, count * WHOLE)
        return
    gpu = row.gpu
    if gpu < 0:
        can_take(fleet, j, row.compute_node, count, is_long)
        gpu = node.first_gpu
        while fleet.gpus[gpu].free_milli < WHOLE:
            gpu += 1
    elif is_long:
        share_is_left_to_head(fleet, gpu)
    put_on_stage(fleet, row.compute_node, 0, gpu, job.milli)


@kernel
def _in_chosen_domain(fleet: Fleet, j: int, p: int, is_long: bool) -> bool:
    """Stage a gang within the NVLink domain that the rule chooses."""
    clock, pool, count = fleet.clock[0], fleet.pools[p], fleet.jobs[j].n_gpus
    clock.n_places = 0
    for d in range(pool.first_domain, pool.first_domain + pool.n_domains):
        domain = fleet.domains[d]
        if count <= domain.n_free and count <= startable(fleet, domain.rack):
            _list(fleet, j, domain.first_node, -1, count * WHOLE, domain.n_free * WHOLE, domain.n_gpus * WHOLE, 1)
    if clock.n_places == 0:
        return False
    return stage_in_domain(fleet, j, fleet.places[_choice(fleet)].domain, count, is_long)


@kernel
def _on_chosen_nodes(fleet: Fleet, j: int, p: int, is_long: bool) -> bool:
    """Stage a gang on whole nodes, its remainder on one more, each chosen in turn."""
    clock, pool, count = fleet.clock[0], fleet.pools[p], fleet.jobs[j].n_gpus
    per_node = pool.gpus_per_node
    wanted, rest = count // per_node, count % per_node
    if pool.n_whole < wanted or (clock.has_budgets and not clock.by_free and pool.n_powered < count):
        return False
    for part in range(wanted + int(rest > 0)):
        here = per_node if part < wanted else rest
        clock.n_places = 0
        _list_nodes(fleet, j, p, here, is_long)
        if clock.n_places == 0:
            begin_again(fleet)
            return False
        _stage_chosen(fleet, j, here, is_long)
    return True


@kernel
def place_by_rule(fleet: Fleet, j: int, is_long: bool) -> bool:
    """Stage job ``j`` where the rule says, if there is a place for it; jobs of one node may go to any kind."""
    clock, job = fleet.clock[0], fleet.jobs[j]
    clock.n_places = 0
    for p in range(fleet.pools.size):
        if (job.pool < 0 or job.pool == p) and 0 < max(job.n_gpus, 1) <= fleet.pools[p].gpus_per_node:
            if job.n_gpus == 0:
                _list_shared(fleet, j, p, is_long)
            _list_nodes(fleet, j, p, max(job.n_gpus, 1), is_long)
    if clock.n_places > 0:
        _stage_chosen(fleet, j, max(job.n_gpus, 1), is_long)
        return True
    for p in range(fleet.pools.size):
        pool = fleet.pools[p]
        if (job.pool >= 0 and job.pool != p) or pool.gpus_per_node == 0 or job.n_gpus <= pool.gpus_per_node:
            continue
        if pool.is_linked and job.n_gpus <= pool.gpus_per_domain and clock.domain_rule != IGNORE_DOMAIN:
            if _in_chosen_domain(fleet, j, p, is_long):
                return True
            if clock.domain_rule == REQUIRE_DOMAIN:
                continue
        if _on_chosen_nodes(fleet, j, p, is_long):
            return True
    return False
