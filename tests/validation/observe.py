"""What is read off the tables of one replication to be set against a closed form.

Parts are watched that join between ``warm_up`` and ``horizon − warm_up``: all of those have left by the horizon, so
none is missing from the tables for having been slow.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from racktwin.model import Scenario

Tables = Mapping[str, pa.Table]


def watched(scenario: Scenario, table: pa.Table, time: str, **where: str | int) -> pa.Table:
    """The rows of parts that join in the watched window, by the column ``time``, with these values elsewhere."""
    keep = pc.and_(
        pc.greater_equal(table[time], float(scenario.warm_up_s)),
        pc.less(table[time], float(scenario.horizon_s - scenario.warm_up_s)),
    )
    for column, value in where.items():
        told = pc.cast(table[column], pa.string()) if isinstance(value, str) else table[column]
        keep = pc.and_(keep, pc.equal(told, value))
    return table.filter(keep)


def _mean(values: pa.ChunkedArray) -> float:
    return float(np.mean(values.to_numpy()))


def waiting_s(scenario: Scenario, tables: Tables, operation: str) -> float:
    """Mean time in queue before an operation."""
    visits = watched(scenario, tables["operations"], "queued_s", operation=operation)
    return _mean(pc.subtract(visits["start_s"], visits["queued_s"]))


def waiting_for_s(scenario: Scenario, tables: Tables, operation: str, cause: str) -> float:
    """Mean time an operation waited for one cause."""
    return _mean(watched(scenario, tables["operations"], "queued_s", operation=operation)[f"wait_{cause}_s"])


def cycle_time_s(scenario: Scenario, tables: Tables, part: str) -> float:
    """Mean time from release to the end of a part made here."""
    orders = watched(scenario, tables["work_orders"], "release_s", part=part)
    return _mean(pc.subtract(orders["end_s"], orders["release_s"]))


def on_time(scenario: Scenario, tables: Tables) -> float:
    """Share of shipments by their due date."""
    shipments = watched(scenario, tables["shipments"], "release_s")
    return _mean(pc.cast(pc.less_equal(shipments["shipped_s"], shipments["due_s"]), pa.float64()))


def throughput_per_s(scenario: Scenario, tables: Tables) -> float:
    """Shipments after the warm-up over the time they took."""
    shipped = tables["shipments"]["shipped_s"]
    count = pc.sum(pc.greater_equal(shipped, float(scenario.warm_up_s))).as_py()
    return float(count) / (scenario.horizon_s - scenario.warm_up_s)


def mean_in_state(scenario: Scenario, tables: Tables, state: str) -> float:
    """Mean number of work units in a SEMI E10 state after the warm-up."""
    states = tables["states"]
    states = states.filter(pc.equal(pc.cast(states["state"], pa.string()), state))
    warm_up_s = float(scenario.warm_up_s)
    start, end = states["start_s"].to_numpy(), states["end_s"].to_numpy()
    inside_s = np.maximum(end, warm_up_s) - np.maximum(start, warm_up_s)
    return float(inside_s.sum()) / (scenario.horizon_s - warm_up_s)


def escapes_per_shipment(scenario: Scenario, tables: Tables, kind: str) -> float:
    """Mean number of ``latent`` or ``patent`` defects that a shipment carries."""
    return _mean(watched(scenario, tables["shipments"], "release_s")[f"{kind}_escapes"])


def failures_per_shipment(scenario: Scenario, tables: Tables) -> float:
    """Mean number of failed tests on the way of a shipment."""
    return _mean(watched(scenario, tables["shipments"], "release_s")["failures"])


def energy_per_visit_j(scenario: Scenario, tables: Tables, operation: str) -> float:
    """Mean energy drawn for a visit to an operation."""
    return _mean(watched(scenario, tables["operations"], "queued_s", operation=operation)["energy_j"])
