"""Racks that come with the line's shipments: which each is, when it goes to work, what is latently wrong with it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from racktwin.model import HallRack, Scenario
from racktwin.results.schema import TABLES
from racktwin.scenario.laws import law_row
from racktwin.sim.distributions import FIXED
from racktwin.sim.draws import fill_uniforms
from racktwin.sim.rng import stream_key

from . import tables
from .escapes import escaped_defects
from .plan import FailurePlan, FleetPlan, RackPlan

ESCAPED = "escaped_defect"
"""The cause, in the table ``outages``, of what latent defects make fail that the line let through."""

_SOON_S = 1e-6


@dataclass(frozen=True)
class Arrival:
    """A rack of the hall: the product it is (-1: none of the line's), when it shipped and goes to work; inf: never."""

    serial_number: int
    shipped_s: float
    in_service_s: float
    latent_defects: int = 0


def arrivals_of(racks: Sequence[RackPlan], entries: Sequence[HallRack], shipments: pa.Table | None) -> list[Arrival]:
    """One for each rack. Racks of a part take its shipments in order, each ``shipments_share`` of them."""
    waiting: dict[str, list[tuple[float, int, int]]] = {}
    if shipments is not None:
        columns = (shipments[name].to_pylist() for name in ("part", "shipped_s", "serial_number", "latent_escapes"))
        for part, shipped_s, serial, latent in zip(*columns, strict=True):
            waiting.setdefault(part, []).append((shipped_s, serial, latent))
    for queue in waiting.values():
        queue.sort()
    passed: dict[str, float] = {}
    found = []
    for rack, entry in zip(racks, entries, strict=True):
        if entry.arrive != "with_shipments" or entry.part is None:
            found.append(Arrival(-1, math.nan, rack.available_s))
            continue
        passed[entry.part] = passed.get(entry.part, 0.0) + 1.0 / float(entry.shipments_share)
        queue, turn = waiting.get(entry.part, []), math.ceil(passed[entry.part] - 1e-9) - 1
        shipped_s, serial, latent = queue[turn] if turn < len(queue) else (math.inf, -1, 0)
        found.append(Arrival(serial, shipped_s, max(shipped_s + float(entry.installation_s), _SOON_S), latent))
    return found


def with_arrivals(plan: FleetPlan, arrivals: Sequence[Arrival]) -> FleetPlan:
    """The plan with each rack switched on when it arrives."""
    racks = [
        replace(rack, available_s=arrival.in_service_s) for rack, arrival in zip(plan.racks, arrivals, strict=True)
    ]
    return replace(plan, racks=racks)


def with_escapes(
    plan: FleetPlan,
    scenario: Scenario,
    arrivals: Sequence[Arrival],
    shipments: pa.Table | None,
    defects: pa.Table | None,
    replication: int,
    seed: int,
) -> FleetPlan:
    """The plan with each latent defect that the line let escape failing in one node of its rack, once.

    When: :mod:`.escapes`, time in service counted from when the rack goes to work. Which node is drawn by the rack's
    serial number.
    """
    if shipments is None or defects is None or not any(arrival.latent_defects for arrival in arrivals):
        return plan
    rules = scenario.fleet.escapes
    escapes = escaped_defects(shipments, defects, float(rules.stress_per_service))
    by_serial: dict[int, list[float]] = {}
    for serial, fails_s in zip(escapes["serial_number"].to_pylist(), escapes["fails_after_s"].to_pylist(), strict=True):
        by_serial.setdefault(serial, []).append(fails_s)
    key = stream_key(seed, replication, "fleet/escapes/node")
    laws, samples = [*plan.laws], [*plan.samples]
    laws.append(law_row(rules.repair_time, samples))
    repair, clocks, first = len(laws) - 1, [*plan.failures], 0
    cause = len(scenario.fleet.failures) + 1
    for rack, arrival in zip(plan.racks, arrivals, strict=True):
        for number, fails_s in enumerate(by_serial.get(arrival.serial_number, ())):
            at_s = arrival.in_service_s + fails_s
            if at_s >= plan.horizon_s:
                continue
            chosen = np.empty(1)
            fill_uniforms(key, arrival.serial_number, number, chosen)
            laws.append({"kind": FIXED, "a": at_s})
            node = first + min(int(chosen[0] * rack.nodes), rack.nodes - 1)
            stream = f"fleet/escapes/{arrival.serial_number}/{number}"
            clocks.append(FailurePlan(tables.NODE_CLOCK, node, len(laws) - 1, repair, cause, stream, is_once=True))
        first += rack.nodes
    return replace(plan, failures=clocks, laws=laws, samples=samples)


def hall_racks(
    names: Sequence[str],
    entries: Sequence[HallRack],
    plan: FleetPlan,
    arrivals: Sequence[Arrival],
    replication: int,
) -> pa.Table:
    """The table ``hall_racks``."""
    n = len(names)
    gpus = [rack.nodes * plan.node_kinds[rack.node_kind].gpus for rack in plan.racks]
    columns = {
        "replication": pa.array([replication] * n, pa.int64()),
        "rack": pa.array(names, pa.string()).dictionary_encode(),
        "part": pa.array([entry.part or "" for entry in entries], pa.string()).dictionary_encode(),
        "serial_number": pa.array([arrival.serial_number for arrival in arrivals], pa.int64()),
        "shipped_s": pa.array([arrival.shipped_s for arrival in arrivals], pa.float64()),
        "in_service_s": pa.array([arrival.in_service_s for arrival in arrivals], pa.float64()),
        "gpus": pa.array(gpus, pa.int64()),
        "latent_defects": pa.array([arrival.latent_defects for arrival in arrivals], pa.int64()),
    }
    return pa.table({column.name: columns[column.name] for column in TABLES["hall_racks"].columns})
