"""Digests of small halls that between them use every rule of the fleet, as JSON: ``python -m tests.fleet.everything``.

Run with and without NUMBA_DISABLE_JIT=1, they must be the same.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from typing import Any

import numpy as np

from racktwin.engines.fleet import tables
from racktwin.engines.fleet.build import build
from racktwin.engines.fleet.compile_cooling import cooling_plants
from racktwin.engines.fleet.plan import CoolantPlan, FailurePlan, FleetPlan, Klass, LimitPlan, NodeKind, plain_jobs
from racktwin.engines.fleet.replicate import simulate
from racktwin.model.cooling import CoolingPlant
from racktwin.sim.cooling import WEATHER
from racktwin.sim.distributions import EXPONENTIAL, FIXED

from .halls import FULL_W, LEVELS, hall, power_settings

HORIZON_S, JOBS = 900.0, 40
RULES: dict[str, dict[str, Any]] = {
    "fifo": {"order": tables.FIFO, "backfill": tables.NOBODY},
    "easy": {"backfill": tables.EASY, "placement": tables.FIRST_FIT},
    "shortest": {"order": tables.SJF, "backfill": tables.EASY, "backfill_depth": 5},
    "priority": {"order": tables.PRIORITY, "backfill": tables.EASY, "preempts": 1},
    "fair": {"order": tables.FAIR_SHARE, "backfill": tables.EASY},
    "conservative": {"backfill": tables.CONSERVATIVE, "domain_rule": tables.IGNORE_DOMAIN},
    "gradient": {"backfill": tables.EASY, "placement": tables.FGD, "most_waiting": 6},
    "gradient_watts": {"placement": tables.FGD_WATTS, "domain_rule": tables.REQUIRE_DOMAIN},
}


def weather() -> Any:
    """A year of hours, hot at first."""
    rows = np.zeros(8760, WEATHER).view(np.recarray)
    rows.start_s = np.arange(8760) * 3600.0
    rows.dry_bulb_k, rows.wet_bulb_k, rows.humidity, rows.pressure_pa = 319.0, 300.0, 0.01, 101_325.0
    return rows


def everything(number: int, rules: dict[str, Any], is_steered: bool) -> FleetPlan:
    """Two racks of linked nodes with shares of GPUs, two classes, feeds A and B, a loop with a plant, and bad days."""
    rng = np.random.default_rng(number)
    sizes = rng.choice([0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 6.0, 8.0], JOBS)
    duration_s = np.floor(rng.exponential(80.0, JOBS)) + 1.0
    jobs = plain_jobs(
        np.cumsum(np.floor(rng.exponential(12.0, JOBS))),
        sizes,
        duration_s,
        np.ceil(duration_s * rng.choice([0.8, 1.0, 2.0], JOBS)),
        klass=rng.integers(2, size=JOBS),
        priority=rng.integers(3, size=JOBS),
        owner=rng.integers(2, size=JOBS),
        cpu_milli=rng.integers(3, size=JOBS) * 1000,
        memory_mib=np.full(JOBS, 10),
    )
    rack_w = 500.0 + 8 * FULL_W * 1.1
    limits = (
        LimitPlan("a", "power", 0.8 * rack_w, is_steered, 400.0),
        LimitPlan("b", "power", 0.8 * rack_w, is_steered, fall_per_s=25.0, floor=900.0),
        LimitPlan("cdu", "heat", 1.6 * rack_w, is_steered, plant_weight=1.0),
    )
    failures = (
        FailurePlan(tables.NODE_CLOCK, 1, 0, 1, 0, "node"),
        FailurePlan(tables.RACK_CLOCK, 1, 0, 1, 0, "rack", hazard=0.3),
        FailurePlan(tables.LIMIT_CLOCK, 2, 0, 1, 0, "cdu", share=0.5),
    )
    steps = (
        (60.0, tables.LOSE_SIDE, 0, 1.0),
        (150.0, tables.LOSE_SIDE, 0, 0.0),
        (200.0, tables.GATE, 1, 0.0),
        (260.0, tables.GATE, 1, 1.0),
        (300.0, tables.LEAST_SETTING, 0, 3.0),
        (350.0, tables.LEAST_SETTING, 0, 0.0),
        (400.0, tables.DRAIN, 0, 1.0),
        (430.0, tables.DRAIN, 0, 0.0),
        (440.0, tables.DRAIN, 3, 2.0),
        (480.0, tables.DRAIN, 3, 0.0),
        (500.0, tables.LOAD_SCALE, 0, 0.5),
        (550.0, tables.LIMIT_SCALE, 1, 0.6),
        (600.0, tables.LIMIT_TRIP, 1, 0.4),
        (700.0, tables.LIMIT_TRIP, 1, 1.0),
    )
    plan = hall(
        jobs,
        racks=2,
        nodes=4,
        gpus=2,
        budget_w=0.75 * rack_w if is_steered else np.inf,
        klasses=(Klass("training", True, 20.0, 5.0), Klass("service", keeps_work=True)),
        settings=power_settings(2),
        limits=limits,
        paths=((0, 1.0, 0), (1, 1.0, 1), (2, 0.9, -1)),
        failures=failures,
        laws=({"kind": EXPONENTIAL, "a": 200.0}, {"kind": FIXED, "a": 60.0}),
        steps=steps,
        owners=("one", "other"),
        horizon_s=HORIZON_S,
        tick_s=30.0,
        response_s=5.0,
        lemon_failures=3,
        **rules,
    )
    plant = CoolingPlant.model_validate({"heat": f"{1.2 * rack_w} W"})
    coolant = CoolantPlan(
        cooling_plants([plant]), weather(), FULL_W * np.linspace(1.0, 0.4, LEVELS), 358.15, 0.05, 10.0, hold_s=120.0
    )
    racks = [replace(plan.racks[0], liquid_share=0.9), replace(plan.racks[1], liquid_share=0.9, available_s=40.0)]
    kinds = [NodeKind("node", 2, 8 if number % 2 else 0, 8000, 1 << 14)]
    return replace(plan, node_kinds=kinds, racks=racks, coolant=coolant)


def digest(plan: FleetPlan) -> str:
    """A digest of every row, and of all jobs and racks as they ended."""
    outcome = simulate(build(plan), tuple(failure.stream for failure in plan.failures), seed=5)
    told = hashlib.sha256()
    for name in sorted(outcome.rows):
        told.update(repr((name, outcome.rows[name].tolist())).encode())
    told.update(repr((outcome.jobs.tolist(), outcome.fleet.racks.tolist())).encode())
    return told.hexdigest()


def digests() -> dict[str, str]:
    """By the name of its rules, with racks capped or not, a digest of each hall."""
    return {
        f"{name}{', capped' if is_steered else ''}": digest(everything(number, rules, is_steered))
        for number, (name, rules) in enumerate(RULES.items())
        for is_steered in (False, True)
    }


if __name__ == "__main__":
    json.dump(digests(), sys.stdout)
