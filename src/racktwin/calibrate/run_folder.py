"""A simulated run as if it had been observed: what calibration is tested on, and the way to compare two scenarios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from racktwin.results import RunFolder

from .faults import Faults
from .observation import ORDERS, STATES, VISITS, Observed, by_key
from .plant import Plant

_GIVEN = [name for name in VISITS.names if name != "phase"]


def observe_run(run: RunFolder) -> Observed:
    """The operations, states and orders of ``run``, all of its replications."""
    return Observed(
        name=f"run {run.folder.name}",
        visits=visits_of(run.table("operations", _GIVEN)),
        states=_as(STATES, run.table("states", STATES.names)),
        orders=_orders(run),
        start_s=run.manifest.warm_up_s,
        end_s=run.manifest.horizon_s,
        from_new=True,
        worked=True,
        tells_false_failures=True,
        left_out={},
    )


def visits_of(operations: pa.Table) -> pa.Table:
    """A run's operations as visits."""
    return _as(VISITS, operations.append_column("phase", pa.array([""] * operations.num_rows, pa.string())))


def keep_known(observed: Observed, plant: Plant, faults: Faults) -> Observed:
    """``observed`` without what the scenario does not know: a fault of the file each, or counted if faults skip."""
    scenario = plant.scenario

    def is_known(part: str, operation: str) -> bool:
        return part in scenario.parts and (scenario.parts[part].routing or "", operation) in plant.steps

    def keep(table: pa.Table | None, keys: tuple[str, ...], what: str, known: Callable[..., bool]) -> pa.Table | None:
        if table is None:
            return None
        wanted = np.ones(table.num_rows, bool)
        for values, rows in by_key(table, keys):
            if not known(*values):
                wanted[rows] = False
                _tell(faults, what, ":".join(values), len(rows))
        return table.filter(pa.array(wanted))

    named = keep(observed.visits, ("part", "operation"), "operations", is_known)
    visits = keep(named, ("work_center",), "work centers", scenario.work_centers.__contains__)
    states = keep(observed.states, ("work_center",), "work centers", scenario.work_centers.__contains__)
    orders = keep(observed.orders, ("demand",), "demand", scenario.demand.__contains__)
    faults.raise_if_any()
    return replace(observed, visits=visits, states=states, orders=orders, left_out=faults.left_out)


def _tell(faults: Faults, what: str, name: str, rows: int) -> None:
    if faults.skip:
        faults.count(f"rows of {what} the scenario does not know ({name})", rows)
    else:
        remedy = "calibrate the scenario that was run, or leave them out with --skip-bad"
        faults.file_fault(f"the run has {what} the scenario does not know: {name}", remedy)


def _as(schema: pa.Schema, table: pa.Table) -> pa.Table:
    columns = []
    for field in schema:
        column = table[field.name]
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        columns.append(column.cast(field.type))
    return pa.table(columns, schema=schema)


def _orders(run: RunFolder) -> pa.Table:
    """One row per order that a demand made: its pieces, and components, share the order's number."""
    names = ["replication", "source", "order_number", "wanted_s"]
    table = run.table("work_orders", names)
    source = table["source"].cast(pa.string())
    made = pc.is_in(source, value_set=pa.array(list(run.scenario.demand), pa.string()))
    table = table.set_column(1, "source", source).filter(made)
    orders = table.group_by(["replication", "source", "order_number"]).aggregate([("wanted_s", "min")])
    order = np.lexsort((orders["wanted_s_min"].to_numpy(), orders["replication"].to_numpy()))
    columns = [orders[name].take(pa.array(order)) for name in ("replication", "source", "wanted_s_min")]
    return pa.table([column.combine_chunks() for column in columns], schema=ORDERS)
