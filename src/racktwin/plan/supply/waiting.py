"""Which racks wait for which arrival: each wait for a bought part, followed up to the product it ends in."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from racktwin.economics.starving import material_waits
from racktwin.model.requirements import line_stocks
from racktwin.results import RunFolder

_NEEDED = {
    "operations": ["serial_number", "part", "operation", "queued_s", "wait_material_s"],
    "material": ["part", "time_s", "change", "on_hand"],
    "genealogy": ["serial_number", "child_serial_number"],
    "shipments": ["serial_number", "part", "shipped_s"],
}


@dataclass(frozen=True)
class WaitingRack:
    """A product that ``stock``'s pieces kept waiting from ``from_s`` until ``until_s``, itself or a tray of it.

    ``ships_s`` is infinite where it is not shipped by the horizon.
    """

    serial: str
    part: str
    stock: str
    from_s: float
    until_s: float
    ships_s: float


def waiting_racks(run: RunFolder, replication: int = 0) -> list[WaitingRack]:
    """All of them over the run, by stock and product one row (its longest wait), ordered by the end of the wait.

    A simulated run knows: a wait is put down to the part whose arrival ended it (:mod:`racktwin.economics.starving`).
    Waits of trays that are in no shipped product by the horizon, and waits that last beyond it, are not among them.
    """
    stocks = line_stocks(run.scenario)
    if not run.scenario.has_line or not stocks:
        return []
    tables = {name: run.table(name, columns, replication) for name, columns in _NEEDED.items()}
    above = _above(tables["genealogy"])
    shipped = {row["serial_number"]: row for row in tables["shipments"].to_pylist()}
    serials = tables["operations"]["serial_number"].to_pylist()
    products = {demand.product for demand in run.scenario.demand.values()}
    products |= {order.product for order in run.scenario.order_book}
    found: dict[tuple[int, str], WaitingRack] = {}
    for wait in material_waits(run.scenario, tables):
        serial = _top(above, serials[wait.row])
        row = shipped.get(serial)
        if row is None and wait.part not in products:
            continue
        part, ships_s = (wait.part, float("inf")) if row is None else (row["part"], float(row["shipped_s"]))
        for stock in (stocks[came] for came in wait.came if came in stocks):
            one = WaitingRack(str(serial), part, stock, wait.ended_s - wait.waited_s, wait.ended_s, ships_s)
            other = found.get((serial, stock))
            if other is None or one.until_s - one.from_s > other.until_s - other.from_s:
                found[serial, stock] = one
    return sorted(found.values(), key=lambda one: (one.until_s, one.serial))


def _above(genealogy: pa.Table) -> dict[int, int]:
    """The part that each component made here went into; the last one, where it was taken out and used again."""
    pairs = zip(genealogy["child_serial_number"].to_pylist(), genealogy["serial_number"].to_pylist(), strict=True)
    return {child: parent for child, parent in pairs if child >= 0}


def _top(above: dict[int, int], serial: int) -> int:
    seen = {serial}
    while serial in above and above[serial] not in seen:
        serial = above[serial]
        seen.add(serial)
    return serial
