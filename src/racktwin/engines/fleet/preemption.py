"""Making way for a job of higher priority: who must stop, the lowest priority and the latest start first."""

from __future__ import annotations

import math

from racktwin.sim.jit import kernel

from .runs import interrupt
from .shadow import fits_on_whole_nodes, let_end
from .tables import IN_DOMAIN, NOTHING, ON_GPU, ON_NODE, PREEMPTED, WHOLE_NODES, Fleet


@kernel
def next_victim(fleet: Fleet, below_priority: int) -> int:
    """Of the runs not yet marked, the one to stop first among those of lower priority; -1 if there is none."""
    clock = fleet.clock[0]
    best, lowest, latest_s = -1, below_priority, -math.inf
    for e in range(clock.n_ends):
        index = fleet.ends[e].run
        run = fleet.runs[index]
        job = fleet.jobs[run.job]
        if run.stamp == clock.stamp or not fleet.klasses[job.klass].is_preemptible or job.priority >= below_priority:
            continue
        if job.priority < lowest or (job.priority == lowest and run.start_s > latest_s):
            best, lowest, latest_s = index, job.priority, run.start_s
    return best


@kernel
def _is_in_the_way(fleet: Fleet, index: int) -> bool:
    """Whether run ``index`` holds some of what the job is to have."""
    clock = fleet.clock[0]
    if clock.held == WHOLE_NODES:
        return True
    p = fleet.runs[index].first_piece
    while p >= 0:
        piece = fleet.pieces[p]
        if clock.held == ON_NODE and piece.node == clock.held_node:
            return True
        if clock.held == ON_GPU and piece.gpu == clock.held_gpu:
            return True
        if clock.held == IN_DOMAIN and fleet.nodes[piece.node].domain == clock.held_domain:
            return True
        p = piece.following
    return False


@kernel
def make_way(fleet: Fleet, j: int) -> bool:
    """Stop jobs of lower priority so that job ``j`` finds its GPUs, if stopping them is enough."""
    clock = fleet.clock[0]
    clock.stamp += 1
    clock.held, clock.held_node, clock.held_domain, clock.held_gpu, clock.held_gpus = NOTHING, -1, -1, -1, 0
    priority = fleet.jobs[j].priority
    while clock.held == NOTHING and not fits_on_whole_nodes(fleet, j):
        index = next_victim(fleet, priority)
        if index < 0:
            return False
        fleet.runs[index].stamp = clock.stamp
        let_end(fleet, j, index)
    e = 0
    while e < clock.n_ends:
        index = fleet.ends[e].run
        if fleet.runs[index].stamp == clock.stamp and _is_in_the_way(fleet, index):
            fleet.runs[index].stamp = 0
            interrupt(fleet, index, PREEMPTED)
        else:
            e += 1
    return True
