"""Fragmentation gradient descent: a job goes where it least reduces what typical jobs could still use.

Definition of Weng et al., "Beware of Fragmentation" (USENIX ATC 2023), as in their simulator: for one typical job the
fragment of a node is all of its free GPU share if the job does not fit or needs no GPU, else the share on GPUs that
have less free than the job needs of each; a node's fragmentation is the mean over typical jobs by their popularity.
"""

from __future__ import annotations

from typing import Any

from racktwin.sim.jit import kernel

from .power import refusing
from .tables import FGD_WATTS, IN_SERVICE, WHOLE, Fleet

NOT_HERE = -1e300


@kernel
def _free_after(fleet: Fleet, g: int, taken_gpu: int, taken_milli: int, whole_below: int) -> int:
    """What GPU ``g`` has free if a share of ``taken_gpu`` is gone, and all free GPUs before ``whole_below``."""
    free = fleet.gpus[g].free_milli
    if g == taken_gpu:
        return free - taken_milli
    if g < whole_below and free == WHOLE:
        return 0
    return free


@kernel
def fragment_milli(fleet: Fleet, n: int, cpu_milli: int, taken_gpu: int, taken_milli: int, whole_below: int) -> float:
    """The fragmentation of node ``n`` with ``cpu_milli`` of its cores free and some of its GPUs taken, thousandths."""
    node = fleet.nodes[n]
    total = 0
    for g in range(node.first_gpu, node.first_gpu + node.n_gpus):
        total += _free_after(fleet, g, taken_gpu, taken_milli, whole_below)
    if total == 0:
        return 0.0
    amount = 0.0
    for t in range(fleet.typical.size):
        typical = fleet.typical[t]
        small, hosts = 0, 0
        if typical.milli > 0:
            for g in range(node.first_gpu, node.first_gpu + node.n_gpus):
                free = _free_after(fleet, g, taken_gpu, taken_milli, whole_below)
                if free < typical.milli:
                    small += free
                else:
                    hosts += 1
        is_hosted = hosts >= typical.n_gpus and cpu_milli >= typical.cpu_milli
        is_hosted = is_hosted and (typical.pool < 0 or typical.pool == node.pool)
        if typical.milli == 0 or not is_hosted:
            amount += typical.share * total
        else:
            amount += typical.share * small
    return amount


@kernel
def _first_whole(fleet: Fleet, n: int, count: int) -> int:
    """One past the last of the first ``count`` GPUs of node ``n`` that are whole."""
    node = fleet.nodes[n]
    found, g = 0, node.first_gpu
    while found < count:
        found += int(fleet.gpus[g].free_milli == WHOLE)
        g += 1
    return g


@kernel
def _score(fleet: Fleet, need: Any, n: int, row: Any) -> None:
    """How much less fragmented node ``n`` is with a job of that need, and on which GPU."""
    node = fleet.nodes[n]
    row.gain, row.gpu, row.turn = NOT_HERE, -1, node.turn
    if node.service != IN_SERVICE or node.cpu_milli < need.cpu_milli or node.memory_mib < need.memory_mib:
        return
    if need.pool >= 0 and need.pool != node.pool:
        return
    cpu_milli = node.cpu_milli - need.cpu_milli
    if need.milli == 0:
        before = fragment_milli(fleet, n, node.cpu_milli, -1, 0, 0)
        row.gain = before - fragment_milli(fleet, n, cpu_milli, -1, 0, 0)
    elif need.n_gpus > 0:
        if node.n_free >= need.n_gpus:
            before = fragment_milli(fleet, n, node.cpu_milli, -1, 0, 0)
            below = _first_whole(fleet, n, need.n_gpus)
            row.gain = before - fragment_milli(fleet, n, cpu_milli, -1, 0, below)
    else:
        before = fragment_milli(fleet, n, node.cpu_milli, -1, 0, 0)
        for g in range(node.first_gpu, node.first_gpu + node.n_gpus):
            if fleet.gpus[g].free_milli >= need.milli:
                gain = before - fragment_milli(fleet, n, cpu_milli, g, need.milli, 0)
                if gain > row.gain:
                    row.gain, row.gpu = gain, g


@kernel
def best_by_gradient(fleet: Fleet, j: int) -> tuple[int, int]:
    """(node, shared GPU or -1) where job ``j`` fragments least; (-1, -1) if it fits nowhere.

    Scores are kept per distinct need and node, and worked out anew where the node has changed since.
    """
    clock, job = fleet.clock[0], fleet.jobs[j]
    if job.need < 0:
        return -1, -1
    need, first = fleet.needs[job.need], job.need * fleet.nodes.size
    best, gpu, gain = -1, -1, NOT_HERE
    for n in range(fleet.nodes.size):
        row = fleet.scores[first + n]
        if row.turn != fleet.nodes[n].turn:
            _score(fleet, need, n, row)
        if row.gain > gain:
            if clock.placement == FGD_WATTS and clock.is_limited:
                node = fleet.nodes[n]
                refused = refusing(fleet, node.rack, job.klass * fleet.pools.size + node.pool, job.milli)
                if refused >= 0:
                    clock.refusing_limit = refused
                    continue
            best, gpu, gain = n, row.gpu, row.gain
    return best, gpu
