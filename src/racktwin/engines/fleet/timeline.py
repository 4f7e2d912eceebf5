"""What is known to come: racks that arrive, limits that change, gates, drains, lost and restored feeds."""

from __future__ import annotations

from racktwin.sim.events import schedule
from racktwin.sim.jit import kernel

from .failures import put_back, stop_node
from .nodes import has_power, open_node
from .power import admit, change_heat, load_rack, mark_rack
from .recording import touch_rack
from .runs import progress, set_pace
from .steering import alarm_all, lose_side, scale_limit
from .tables import (
    ARRIVE,
    DRAIN,
    DRAINED,
    FAILED,
    GATE,
    HELD,
    IN_SERVICE,
    LEAST_SETTING,
    LIMIT_SCALE,
    LIMIT_TRIP,
    LOAD_SCALE,
    LOSE_SIDE,
    TO_ARRIVE,
    WAITING,
    Fleet,
)
from .waiting import join, leave


@kernel
def take_steps(fleet: Fleet) -> None:
    """Take every step of this instant; the next is pending."""
    clock = fleet.clock[0]
    while clock.next_step < fleet.steps.size and fleet.steps[clock.next_step].time_s <= clock.now_s:
        step = fleet.steps[clock.next_step]
        clock.next_step += 1
        _take(fleet, step.kind, step.target, step.amount)
    if clock.next_step < fleet.steps.size:
        schedule(fleet.events, clock.timeline_slot, fleet.steps[clock.next_step].time_s)
    clock.is_freed = 1


@kernel
def _take(fleet: Fleet, kind: int, target: int, amount: float) -> None:
    if kind == ARRIVE:
        arrive(fleet, target)
    elif kind == LIMIT_SCALE:
        scale_limit(fleet, target, amount - fleet.limits[target].lost_share, 0)
    elif kind == LIMIT_TRIP:
        scale_limit(fleet, target, amount - fleet.limits[target].lost_share, 1)
    elif kind == GATE:
        set_gate(fleet, target, int(amount))
    elif kind == LEAST_SETTING:
        set_least(fleet, int(amount))
    elif kind == DRAIN:
        drain(fleet, target, int(amount))
    elif kind == LOAD_SCALE:
        scale_load(fleet, target, amount)
    elif kind == LOSE_SIDE:
        lose(fleet, target, int(amount))


@kernel
def arrive(fleet: Fleet, r: int) -> None:
    """Rack ``r`` is installed and switched on."""
    clock, rack = fleet.clock[0], fleet.racks[r]
    touch_rack(fleet, r)
    change_heat(fleet, (rack.idle_w - rack.draw_w) * rack.liquid_share)
    rack.is_here, rack.draw_w = 1, rack.idle_w
    for setting in range(fleet.rack_loads.shape[1]):
        fleet.rack_loads[r, setting] = rack.idle_w
    load_rack(fleet, r, 1.0)
    admit(fleet, r)
    mark_rack(fleet, r)
    for n in range(rack.first_node, rack.first_node + rack.n_nodes):
        if fleet.nodes[n].service == TO_ARRIVE:
            fleet.nodes[n].out_since_s = clock.now_s
            put_back(fleet, n)


@kernel
def set_gate(fleet: Fleet, klass: int, is_open: int) -> None:
    """A class of jobs may start, or may not for now."""
    clock = fleet.clock[0]
    if fleet.klasses[klass].is_open == is_open:
        return
    fleet.klasses[klass].is_open = is_open
    for j in range(clock.next_job):
        job = fleet.jobs[j]
        if job.klass != klass:
            continue
        if job.activity == HELD and is_open:
            join(fleet, j)
        elif job.activity == WAITING and not is_open:
            leave(fleet, j)
            job.activity = HELD
    clock.head = -1


@kernel
def set_least(fleet: Fleet, setting: int) -> None:
    """From now on every rack is capped at ``setting`` at least."""
    fleet.clock[0].least_setting = setting
    for r in range(fleet.racks.size):
        admit(fleet, r)
        mark_rack(fleet, r)


@kernel
def drain(fleet: Fleet, n: int, is_out: int) -> None:
    """Node ``n`` takes no new work, or takes work again; what runs there runs on."""
    clock, node = fleet.clock[0], fleet.nodes[n]
    node.is_drained = int(is_out > 0)
    if is_out and node.service == IN_SERVICE:
        if is_out == 2:
            stop_node(fleet, n, DRAINED, FAILED)
        else:
            open_node(fleet, n, DRAINED)
            node.out_since_s = clock.now_s
    elif not is_out:
        put_back(fleet, n)


@kernel
def scale_load(fleet: Fleet, klass: int, load: float) -> None:
    """The jobs of a class (a service) draw another share of their power from now on."""
    clock = fleet.clock[0]
    fleet.klasses[klass].load = load
    for e in range(clock.n_ends):
        index = fleet.ends[e].run
        if fleet.jobs[fleet.runs[index].job].klass == klass:
            progress(fleet, index)
            set_pace(fleet, index)


@kernel
def lose(fleet: Fleet, index: int, is_lost: int) -> None:
    """A feed is lost or comes back: its racks go over to their other feed, or stop if they have none."""
    lose_side(fleet, index, is_lost)
    limit = fleet.limits[index]
    for place in range(limit.first_below, limit.first_below + limit.n_below):
        rack = fleet.racks[fleet.below[place].rack]
        is_dead = not has_power(fleet, fleet.below[place].rack)
        for n in range(rack.first_node, rack.first_node + rack.n_nodes):
            if is_dead and fleet.nodes[n].service == IN_SERVICE:
                stop_node(fleet, n, DRAINED, FAILED)
            elif not is_dead:
                put_back(fleet, n)
    if is_lost:
        alarm_all(fleet)
