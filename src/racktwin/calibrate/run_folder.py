"""A simulated run as if it had been observed: what calibration is tested on, and the way to compare two scenarios."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from racktwin.results import RunFolder

from .observation import ORDERS, STATES, VISITS, Observed

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
