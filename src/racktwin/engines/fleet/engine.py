"""One replication of a scenario's fleet, from its tables to its tables."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from racktwin.results.tables import empty_table
from racktwin.sim.user_rules import Rule

from .arrivals import hall_racks
from .build import build
from .compile import CompiledFleet, planned
from .hourly import hall_hours
from .plant import cooling_of
from .records import tables_of
from .replicate import simulate


def replicate_fleet(
    compiled: CompiledFleet,
    replication: int,
    seed: int,
    shipments: pa.Table | None = None,
    defects: pa.Table | None = None,
    *,
    is_recording: bool = True,
    rules: Mapping[str, Rule] | None = None,
) -> dict[str, pa.Table]:
    """Simulate one replication to the horizon; racks that wait for the line take its ``shipments``,
    and the latent ``defects`` that escaped in them.

    ``rules`` of a user decide ``order``, ``placement`` or ``cap`` in place of built-in ones (docs/rules.md). Without
    recording only ``gpu_jobs`` has rows. Raises SimulationError if a rule fails, or if the simulated state breaks one
    of its own rules.
    """
    plan, work, arrivals = planned(compiled, replication, seed, shipments, defects)
    streams = tuple(clock.stream for clock in plan.failures)
    outcome = simulate(
        build(plan),
        streams,
        replication=replication,
        seed=seed,
        is_recording=is_recording,
        in_place=True,
        rules=rules,
    )
    tables = tables_of(outcome, work, compiled.names, replication)
    del outcome  # 30 MB of Georgetown, while the cooling plant is computed
    tables["hall_racks"] = hall_racks(compiled.names.racks, compiled.entries, plan, arrivals, replication)
    has_plant = compiled.scenario.hall is not None and compiled.scenario.hall.cooling_plant is not None
    if has_plant and is_recording:
        tables["cooling"] = cooling_of(compiled, tables["rack_power"], replication)
    else:
        tables["cooling"] = empty_table("cooling")
    has_hours = is_recording and compiled.scenario.hall is not None
    hours = hall_hours(compiled.scenario, tables, replication) if has_hours else empty_table("hall_hours")
    tables["hall_hours"] = hours
    return tables
