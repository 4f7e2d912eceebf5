"""``racktwin supply where``: where everything is at one instant of a run."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .supply_stress import seconds
from .terminal import note, number, print_json, print_table

if TYPE_CHECKING:
    from racktwin.plan.supply.waiting import WaitingRack
    from racktwin.plan.supply.whereabouts import Whereabouts


def where(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    at: Annotated[str, typer.Option("--at", metavar="DURATION", help="How long after the start.")] = "13 wk",
    replication: Annotated[int, typer.Option(min=0, help="Of which replication.")] = 0,
    most: Annotated[int, typer.Option("--most", min=1, help="Orders and racks to print at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, all of it.")] = False,
) -> None:
    """Say where everything is: in stock, under way, on order, late, which racks wait for it and when they ship.

    Receipts are matched to orders first in, first out; an order is late when it arrives after its mean lead time. A
    rack waits for an order whose arrival completes a kit of it or of one of its trays.
    """
    from racktwin.plan.supply.whereabouts import whereabouts
    from racktwin.results.store import RunFolder

    folder = RunFolder.open(run)
    found = whereabouts(folder, seconds(at), replication)
    if as_json:
        print_json(asdict(found))
        return

    def day(time_s: float) -> str:
        known = time_s != float("inf")
        return f"{folder.scenario.start + dt.timedelta(seconds=time_s):%Y-%m-%d}" if known else "after the end"

    columns = ("stock", "at", "on hand", "in transit", "on order", "of it late", "owed")
    pieces_late = {one.stock: 0.0 for one in found.stocks}
    for order in found.orders:
        pieces_late[order.stock] += order.pieces if order.late_s else 0.0
    stocks = [
        (
            one.stock,
            one.site,
            *map(number, (one.on_hand, one.in_transit, one.on_order, pieces_late[one.stock], one.backorders)),
        )
        for one in found.stocks
    ]
    print_table(columns, stocks, numbers=columns[2:])
    late = sorted((one for one in found.orders if one.late_s), key=lambda one: -len(one.waiting))
    rows = [
        (
            *(one.stock, one.source, number(one.pieces), *map(day, (one.ordered_s, one.expected_s, one.arrives_s))),
            str(len(one.waiting)),
        )
        for one in late[:most]
    ]
    print()
    late_columns = ("late order of", "from", "pieces", "ordered", "expected", "arrives", "racks waiting")
    print_table(late_columns, rows, numbers=("pieces", "racks waiting"))
    waiting = _waiting(found)
    if waiting:
        print()
        rows = [
            (rack.serial, rack.part, rack.stock, *map(day, (rack.from_s, expected_s, rack.until_s, rack.ships_s)))
            for expected_s, rack in waiting[:most]
        ]
        print_table(("serial", "product", "waits for", "from", "expected", "arrives", "ships"), rows)
    racks = [(one.serial, one.part, day(one.released_s), day(one.ships_s)) for one in found.racks[:most]]
    if racks:
        print()
        print_table(("serial", "product", "released", "ships"), racks)
    note(
        f"{day(found.at_s)}: {len(found.orders)} orders open, {len(late)} of them late; "
        f"{len({rack.serial for _, rack in waiting if rack.from_s <= found.at_s})} racks wait for one now, "
        f"{len({rack.serial for _, rack in waiting})} until it arrives; {len(found.racks)} racks under work"
    )


def _waiting(found: Whereabouts) -> list[tuple[float, WaitingRack]]:
    """Racks with when the first of the orders they wait for was expected, in the order in which they ship."""
    first: dict[WaitingRack, float] = {}
    for order in found.orders:
        for rack in order.waiting:
            first[rack] = min(order.expected_s, first.get(rack, order.expected_s))
    rows = [(expected_s, rack) for rack, expected_s in first.items()]
    return sorted(rows, key=lambda row: (row[1].ships_s, row[1].serial))
