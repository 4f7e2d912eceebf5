"""Kernel side of recording: each function appends one row, or closes an interval that has a length."""

from __future__ import annotations

from racktwin.sim.jit import kernel

from .tables import Fleet


@kernel
def touch_rack(fleet: Fleet, r: int) -> None:
    """Close the interval of the rack's present draw: its energy is counted up to now."""
    clock, rack = fleet.clock[0], fleet.racks[r]
    if clock.now_s <= rack.since_s:
        return
    rack.energy_j += rack.draw_w * (clock.now_s - rack.since_s)
    if clock.is_recording:
        if clock.rack_rows >= fleet.rack_rows.size:
            clock.overflow, clock.rack_rows = 1, fleet.rack_rows.size - 1
        row = fleet.rack_rows[clock.rack_rows]
        clock.rack_rows += 1
        row.rack, row.start_s, row.end_s, row.draw_w = r, rack.since_s, clock.now_s, rack.draw_w
        row.reserved_w, row.setting = fleet.rack_loads[r, rack.setting], rack.setting
    rack.since_s = clock.now_s


@kernel
def touch_limit(fleet: Fleet, index: int) -> None:
    """Close the interval of the limit's present load."""
    clock, limit = fleet.clock[0], fleet.limits[index]
    if clock.now_s <= limit.since_s:
        return
    limit.energy_j += limit.draw * (clock.now_s - limit.since_s)
    capacity = limit.capacity * limit.scale
    if limit.draw > capacity * (1.0 + 1e-9):
        limit.over_s += clock.now_s - limit.since_s
    if clock.is_recording:
        if clock.limit_rows >= fleet.limit_rows.size:
            clock.overflow, clock.limit_rows = 1, fleet.limit_rows.size - 1
        row = fleet.limit_rows[clock.limit_rows]
        clock.limit_rows += 1
        row.limit, row.start_s, row.end_s, row.draw = index, limit.since_s, clock.now_s, limit.draw
        row.reserved, row.capacity = fleet.limit_loads[index, max(limit.setting, clock.least_setting)], capacity
        row.waiting, row.is_emergency = limit.waiting, limit.is_emergency
    limit.since_s = clock.now_s


@kernel
def touch_ballast(fleet: Fleet, index: int) -> None:
    """Close the interval of the present ballast of a limit, if it has any."""
    clock, limit = fleet.clock[0], fleet.limits[index]
    if clock.is_recording and limit.ballast > 0.0 and clock.now_s > limit.ballast_since_s:
        if clock.ballast_rows >= fleet.ballast_rows.size:
            clock.overflow, clock.ballast_rows = 1, fleet.ballast_rows.size - 1
        row = fleet.ballast_rows[clock.ballast_rows]
        clock.ballast_rows += 1
        row.limit, row.start_s, row.end_s, row.watts = index, limit.ballast_since_s, clock.now_s, limit.ballast
    limit.ballast_since_s = clock.now_s


@kernel
def touch_queue(fleet: Fleet) -> None:
    """Close the interval of the present queue and of the GPUs at work."""
    clock = fleet.clock[0]
    if clock.now_s <= clock.queue_since_s:
        return
    if clock.is_recording:
        if clock.queue_rows >= fleet.queue_rows.size:
            clock.overflow, clock.queue_rows = 1, fleet.queue_rows.size - 1
        row = fleet.queue_rows[clock.queue_rows]
        clock.queue_rows += 1
        row.start_s, row.end_s = clock.queue_since_s, clock.now_s
        row.waiting, row.busy_milli = clock.n_waiting, clock.busy_milli
    clock.queue_since_s = clock.now_s


@kernel
def record_placement(fleet: Fleet, index: int, outcome: int) -> None:
    """One piece of a run, as it ends."""
    clock = fleet.clock[0]
    if not clock.is_recording:
        return
    if clock.placement_rows >= fleet.placement_rows.size:
        clock.overflow, clock.placement_rows = 1, fleet.placement_rows.size - 1
    row = fleet.placement_rows[clock.placement_rows]
    clock.placement_rows += 1
    piece = fleet.pieces[index]
    run = fleet.runs[piece.run]
    row.job, row.attempt, row.node, row.milli = run.job, fleet.jobs[run.job].attempts, piece.node, piece.milli
    row.start_s, row.end_s, row.outcome = run.start_s, clock.now_s, outcome


@kernel
def record_outage(fleet: Fleet, n: int, cause: int) -> None:
    """Node ``n`` was out of service until now."""
    clock, node = fleet.clock[0], fleet.nodes[n]
    if not clock.is_recording or clock.now_s <= node.out_since_s:
        return
    if clock.outage_rows >= fleet.outage_rows.size:
        clock.overflow, clock.outage_rows = 1, fleet.outage_rows.size - 1
    row = fleet.outage_rows[clock.outage_rows]
    clock.outage_rows += 1
    row.node, row.start_s, row.end_s, row.cause = n, node.out_since_s, clock.now_s, cause
