"""From the scenario to a plan of the hall in plain numbers: racks, limits, paths, classes, rules, what is to come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa

from racktwin.model import ComputeNode, HallRack, Scenario
from racktwin.scenario.hall_size import kind_of_model

from . import tables
from .arrivals import ESCAPED, Arrival, arrivals_of, with_arrivals, with_escapes
from .compile_coolant import with_coolant
from .compile_failures import failures_of
from .hourly import hours_told, into_hour_s
from .plan import FleetPlan, Klass, LimitPlan, NodeKind, RackPlan, plain_jobs
from .schedule import steps_of
from .settings import settings_of
from .work import Work, seconds_of, work_of

_MANY_CORES, _MUCH_MEMORY = 1 << 40, 1 << 40
_ORDERS = {"fifo": tables.FIFO, "sjf": tables.SJF, "priority": tables.PRIORITY, "fair_share": tables.FAIR_SHARE}
_BACKFILLS = {"none": tables.NOBODY, "easy": tables.EASY, "conservative": tables.CONSERVATIVE}
_PLACEMENTS = {
    "best_fit": tables.BEST_FIT,
    "first_fit": tables.FIRST_FIT,
    "fgd": tables.FGD,
    "fgd_watts": tables.FGD_WATTS,
}
_DOMAINS = {
    "prefer": tables.PREFER_DOMAIN,
    "require": tables.REQUIRE_DOMAIN,
    "ignore": tables.IGNORE_DOMAIN,
}
STEERED_RULES = ("uniform", "water_filling")


@dataclass(frozen=True)
class Names:
    """What the rows of the tables are called: position i of a tuple is row i of its table."""

    racks: tuple[str, ...]
    node_racks: tuple[int, ...]
    node_numbers: tuple[int, ...]
    limits: tuple[str, ...]
    limit_quantities: tuple[str, ...]
    classes: tuple[str, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True)
class CompiledFleet:
    """A hall ready for its jobs: the plan without them, names, and the scenario's entry of each rack."""

    scenario: Scenario
    plan: FleetPlan
    names: Names
    pools: dict[str, int]
    entries: tuple[HallRack, ...]


def compile_fleet(scenario: Scenario) -> CompiledFleet:
    """The hall of the scenario. The scenario must have passed ``scenario.checks``."""
    assert scenario.hall is not None
    kinds = {name: node for name, node in scenario.hall.compute_nodes.items() if _is_used(scenario, name)}
    limits, positions = _limits(scenario)
    racks, names = _racks(scenario, kinds, positions)
    failures, laws, samples = failures_of(scenario, racks, names, positions)
    classes = scenario.fleet.job_classes
    plan = FleetPlan(
        node_kinds=[_node_kind(name, node) for name, node in kinds.items()],
        racks=racks,
        jobs=plain_jobs([], [], []),
        settings=settings_of(scenario.fleet.power, classes, list(kinds.values())),
        klasses=_classes(scenario),
        limits=limits,
        failures=failures,
        steps=steps_of(scenario, names, positions, list(kinds.values())),
        laws=laws,
        samples=samples,
        upstream=_upstream(scenario, positions),
        hours=hours_told(scenario),
        policy=_policy(scenario),
        horizon_s=float(scenario.horizon_s),
    )
    plan = with_coolant(scenario, plan, list(kinds.values()))
    causes = ("", *scenario.fleet.failures, ESCAPED)
    called = _names(scenario, racks, names, limits, causes)
    places = {kind: position for position, kind in enumerate(kinds)}
    pools = {model: places[kind] for model, kind in kind_of_model(scenario).items() if kind in places}
    entries = tuple(scenario.hall.racks[entry] for entry, _ in names)
    return CompiledFleet(scenario, plan, called, pools, entries)


def planned(
    compiled: CompiledFleet,
    replication: int,
    seed: int,
    shipments: pa.Table | None = None,
    defects: pa.Table | None = None,
) -> tuple[FleetPlan, Work, list[Arrival]]:
    """The plan of one replication, with its jobs, the arrivals of its racks, and the defects they bring.

    ``shipments``: racks that come with the line's shipments take them in the order in which they ship; a rack for
    which none ships within the horizon never comes. ``defects``: of the line, each with its fate.
    """
    work = work_of(compiled.scenario, compiled.pools, replication, seed)
    arrivals = arrivals_of(compiled.plan.racks, compiled.entries, shipments)
    plan = with_arrivals(replace(compiled.plan, jobs=work.jobs, owners=work.users), arrivals)
    plan = with_escapes(plan, compiled.scenario, arrivals, shipments, defects, replication, seed)
    return plan, work, arrivals


def _is_used(scenario: Scenario, node: str) -> bool:
    return scenario.hall is not None and any(rack.compute_node == node for rack in scenario.hall.racks.values())


def _node_kind(name: str, node: ComputeNode) -> NodeKind:
    return NodeKind(
        name,
        int(node.gpus),
        int(node.nvlink_domain or 0),
        _MANY_CORES if node.cores is None else math.floor(node.cores * 1000),
        _MUCH_MEMORY if node.memory_gib is None else math.floor(node.memory_gib * 1024),
    )


def _limits(scenario: Scenario) -> tuple[list[LimitPlan], dict[tuple[str, str], int]]:
    """The limits that racks of the hall hang on, and where each is in the list."""
    assert scenario.hall is not None
    is_steered = scenario.fleet.power.rule in STEERED_RULES
    power = scenario.fleet.power
    feeds = {name for rack in scenario.hall.racks.values() for leaf in rack.feeds for name in _above(scenario, leaf)}
    loops = {
        name for rack in scenario.hall.racks.values() for leaf in rack.cooling_loops for name in _upward(scenario, leaf)
    }
    limits = [
        LimitPlan(
            name,
            "power",
            float(feed.limit_w),
            is_steered,
            float(power.ramp.get(name, 0.0)),
            float(power.ramp_down.get(name, math.inf)),
            float(power.floor.get(name, 0.0)),
        )
        for name, feed in scenario.feeds.items()
        if name in feeds
    ]
    for name, loop in scenario.cooling_loops.items():
        if name in loops:
            limits.append(LimitPlan(name, "heat", float(loop.heat_limit_w), is_steered))
            if loop.flow_limit_m3_per_s is not None and loop.medium == "liquid":
                limits.append(LimitPlan(name, "flow", float(loop.flow_limit_m3_per_s), is_steered))
    return limits, {(limit.quantity, limit.name): position for position, limit in enumerate(limits)}


def _upstream(scenario: Scenario, positions: dict[tuple[str, str], int]) -> list[tuple[int, int, float]]:
    """(limit, limit above it, W there per W here) for each feed that has ballast."""
    power, rows = scenario.fleet.power, []
    for name in dict.fromkeys([*power.ramp_down, *power.floor]):
        ratio = 1.0
        for below, above in pairwise(_above(scenario, name)):
            ratio /= scenario.feeds[below].efficiency
            rows.append((positions["power", name], positions["power", above], ratio))
    return rows


def _above(scenario: Scenario, feed: str) -> list[str]:
    path, name = [], feed
    while name is not None:
        path.append(name)
        name = scenario.feeds[name].parent  # type: ignore[assignment]
    return path


def _upward(scenario: Scenario, loop: str) -> list[str]:
    path, name = [], loop
    while name is not None:
        path.append(name)
        name = scenario.cooling_loops[name].parent  # type: ignore[assignment]
    return path


def _racks(
    scenario: Scenario, kinds: dict[str, ComputeNode], positions: dict[tuple[str, str], int]
) -> tuple[list[RackPlan], list[tuple[str, int]]]:
    """Racks kind of node by kind of node, and the entry and number each came from."""
    assert scenario.hall is not None
    racks: list[RackPlan] = []
    names: list[tuple[str, int]] = []
    for position, (kind, node) in enumerate(kinds.items()):
        for name, rack in scenario.hall.racks.items():
            if rack.compute_node != kind:
                continue
            plan = _rack(scenario, name, rack, node, position, positions)
            for number in range(int(rack.count)):
                racks.append(replace(plan, name=f"{name}-{number}"))
                names.append((name, number))
    return racks, names


def _rack(
    scenario: Scenario,
    name: str,
    rack: HallRack,
    node: ComputeNode,
    kind: int,
    positions: dict[tuple[str, str], int],
) -> RackPlan:
    node_w = node.host_power_w + node.host_factor * node.gpus * node.idle_gpu_w
    is_steered = scenario.fleet.power.rule in STEERED_RULES
    available_s = 0.0 if rack.arrive_at is None else max(seconds_of(scenario, rack.arrive_at), 0.0)
    return RackPlan(
        name,
        kind,
        int(rack.compute_nodes),
        idle_w=float(rack.overhead_w + rack.compute_nodes * node_w),
        budget_w=math.inf if rack.budget_w is None else float(rack.budget_w),
        is_steered=is_steered and rack.budget_w is not None,
        paths=(*_power_paths(scenario, rack, positions), *_heat_paths(scenario, rack, positions)),
        available_s=available_s + (float(rack.installation_s) if available_s > 0.0 else 0.0),
    )


def _power_paths(
    scenario: Scenario, rack: HallRack, positions: dict[tuple[str, str], int]
) -> list[tuple[int, float, int]]:
    """(limit, load per watt, side) up both feeds; what both hang on carries their mean."""
    by_side: list[dict[str, float]] = []
    for leaf in rack.feeds:
        factor, loads = 1.0, {}
        for name in _above(scenario, leaf):
            loads[name] = factor
            factor /= scenario.feeds[name].efficiency
        by_side.append(loads)
    rows: dict[str, tuple[int, float, int]] = {}
    for side, loads in enumerate(by_side):
        for name, factor in loads.items():
            both = [other[name] for other in by_side if name in other]
            is_shared = len(both) == len(by_side) > 1
            rows[name] = (
                positions["power", name],
                sum(both) / len(both) if is_shared else factor,
                -1 if is_shared else side,
            )
    return list(rows.values())


def _heat_paths(
    scenario: Scenario, rack: HallRack, positions: dict[tuple[str, str], int]
) -> list[tuple[int, float, int]]:
    part = scenario.parts.get(rack.part) if rack.part else None
    liquid = rack.liquid_fraction if rack.liquid_fraction is not None else part.liquid_fraction if part else 0.0
    flow = rack.coolant_flow_m3_per_j or (part.coolant_flow_m3_per_j if part else None)
    rows = []
    for leaf in rack.cooling_loops:
        is_liquid = scenario.cooling_loops[leaf].medium == "liquid"
        share = float(liquid) if is_liquid else 1.0 - float(liquid)
        for name in _upward(scenario, leaf):
            if share > 0.0:
                rows.append((positions["heat", name], share, -1))
            if share > 0.0 and is_liquid and flow and ("flow", name) in positions:
                rows.append((positions["flow", name], share * float(flow), -1))
    return rows


def _classes(scenario: Scenario) -> list[Klass]:
    return [
        Klass(
            name,
            is_preemptible=klass.preemptible,
            checkpoint_s=float(klass.checkpoint_s or 0.0),
            restart_s=float(klass.restart_s),
            keeps_work=klass.service,
        )
        for name, klass in scenario.fleet.job_classes.items()
    ]


def _policy(scenario: Scenario) -> dict[str, float]:
    rules, power = scenario.fleet.scheduling, scenario.fleet.power
    is_controlled = power.rule in STEERED_RULES or bool(power.ramp or power.ramp_down or power.floor)
    policy: dict[str, float] = {
        "order": _ORDERS[rules.order],
        "backfill": _BACKFILLS[rules.backfill],
        "placement": _PLACEMENTS[rules.placement],
        "domain_rule": _DOMAINS[rules.domains],
        "preempts": int(rules.preemption),
        "half_life_s": float(rules.half_life_s),
        "lemon_failures": int(rules.lemon_after or 0),
        "response_s": float(power.response_s),
        "tick_s": float(power.control_s) if is_controlled else 0.0,
        "control_s": float(power.control_s),
        "first_hour_s": into_hour_s(scenario),
    }
    if rules.depth is not None:
        policy["backfill_depth"] = int(rules.depth)
    if rules.queue_limit is not None:
        policy["most_waiting"] = int(rules.queue_limit)
    return policy


def _names(
    scenario: Scenario,
    racks: Sequence[RackPlan],
    names: list[tuple[str, int]],
    limits: Sequence[LimitPlan],
    causes: tuple[str, ...],
) -> Names:
    counts = np.array([rack.nodes for rack in racks], dtype=np.int64)
    return Names(
        racks=tuple(f"{name}-{number}" for name, number in names),
        node_racks=tuple(np.repeat(np.arange(len(racks)), counts).tolist()),
        node_numbers=tuple(number for count in counts for number in range(int(count))),
        limits=tuple(limit.name for limit in limits),
        limit_quantities=tuple(limit.quantity for limit in limits),
        classes=tuple(scenario.fleet.job_classes),
        causes=causes,
    )
