"""Traceability: what a product is made of, and which products a lot went into."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from .manifest import refusal
from .store import RunFolder

Row = dict[str, Any]


class Piece(NamedTuple):
    """Something inside a product, ``depth`` levels down: a component made here, or pieces of a lot."""

    depth: int
    part: str
    serial_number: int | None
    lot: str
    pieces: int
    time_s: float


class Genealogy:
    """The ``genealogy`` and ``work_orders`` of one replication, to be walked either way."""

    def __init__(self, run: RunFolder, replication: int = 0) -> None:
        self._inside: dict[int, list[Row]] = defaultdict(list)
        self._parent: dict[int, int] = {}
        self._lots: dict[str, list[Row]] = defaultdict(list)
        self.orders: dict[int, Row] = {}
        for row in _rows(run, "work_orders", replication):
            self.orders[row["serial_number"]] = row
        for row in _rows(run, "genealogy", replication):
            self._inside[row["serial_number"]].append(row)
            if row["child_serial_number"] >= 0:
                self._parent[row["child_serial_number"]] = row["serial_number"]
            if row["lot"]:
                self._lots[row["lot"]].append(row)

    def contents(self, serial_number: int, depth: int = 0) -> Iterator[Piece]:
        """Everything inside a part, level by level. Raises RunError if nothing has that number."""
        if serial_number not in self.orders:
            raise refusal(f"no part has the serial number {serial_number}", "racktwin query lists work_orders")
        for row in self._inside[serial_number]:
            child = row["child_serial_number"]
            number = child if child >= 0 else None
            yield Piece(depth + 1, row["part"], number, row["lot"], row["pieces"], row["time_s"])
            if number is not None:
                yield from self.contents(number, depth + 1)

    def outermost(self, serial_number: int) -> int:
        """The assembly that a part has ended in, or the part itself."""
        while serial_number in self._parent:
            serial_number = self._parent[serial_number]
        return serial_number

    def where_used(self, lot: str) -> dict[int, int]:
        """The outermost assemblies with pieces of the lot, and how many. Raises RunError if there are none."""
        if lot not in self._lots:
            known = ", ".join(sorted(self._lots)) or "none: name lots in part_receipts"
            raise refusal(f"no piece of a lot {lot!r} was used", f"lots used: {known}")
        used: dict[int, int] = defaultdict(int)
        for row in self._lots[lot]:
            used[self.outermost(row["serial_number"])] += row["pieces"]
        return dict(used)


def _rows(run: RunFolder, table: str, replication: int) -> list[Row]:
    rows: list[Row] = run.table(table, replication=replication).to_pylist()
    return rows
