"""One replication of a scenario's fleet, from its tables to its tables."""

from __future__ import annotations

import pyarrow as pa

from racktwin.results.tables import empty_table

from .build import build
from .compile import CompiledFleet, planned
from .plant import cooling_of
from .records import tables_of
from .replicate import simulate


def replicate_fleet(
    compiled: CompiledFleet,
    replication: int,
    seed: int,
    shipments: pa.Table | None = None,
    *,
    is_recording: bool = True,
) -> dict[str, pa.Table]:
    """Simulate one replication to the horizon; racks that wait for the line take its ``shipments``.

    Without recording only ``gpu_jobs`` has rows. Raises SimulationError if the simulated state breaks one of its own
    rules.
    """
    plan, work = planned(compiled, replication, seed, shipments)
    outcome = simulate(
        build(plan), compiled.streams, replication=replication, seed=seed, is_recording=is_recording, in_place=True
    )
    tables = tables_of(outcome, work, compiled.names, replication)
    has_plant = compiled.scenario.hall is not None and compiled.scenario.hall.cooling_plant is not None
    if has_plant and is_recording:
        tables["cooling"] = cooling_of(compiled, tables["rack_power"], replication)
    else:
        tables["cooling"] = empty_table("cooling")
    return tables
