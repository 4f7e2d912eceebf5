"""``racktwin supply where``: where everything is at one instant of a run."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from .supply_stress import seconds
from .terminal import note, number, print_json, print_table


def where(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    at: Annotated[str, typer.Option("--at", metavar="DURATION", help="How long after the start.")] = "13 wk",
    replication: Annotated[int, typer.Option(min=0, help="Of which replication.")] = 0,
    most: Annotated[int, typer.Option("--most", min=1, help="Orders and racks to print at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, all of it.")] = False,
) -> None:
    """Say where everything is: in stock, under way, on order, late, and when each rack under work ships.

    Receipts are matched to orders first in, first out; an order is late when it arrives after its mean lead time.
    """
    from racktwin.plan.supply.whereabouts import whereabouts
    from racktwin.results.store import RunFolder

    folder = RunFolder.open(run)
    found = whereabouts(folder, seconds(at), replication)
    if as_json:
        orders = [{**asdict(one), "late_s": one.late_s} for one in found.orders]
        print_json({**asdict(found), "orders": orders})
        return

    def day(time_s: float) -> str:
        known = time_s != float("inf")
        return f"{folder.scenario.start + dt.timedelta(seconds=time_s):%Y-%m-%d}" if known else "after the end"

    columns = ("stock", "at", "on hand", "in transit", "on order", "owed")
    stocks = [
        (one.stock, one.site, *map(number, (one.on_hand, one.in_transit, one.on_order, one.backorders)))
        for one in found.stocks
    ]
    print_table(columns, stocks, numbers=columns[2:])
    late = [one for one in found.orders if one.late_s]
    rows = [
        (one.stock, one.source, number(one.pieces), *map(day, (one.ordered_s, one.expected_s, one.arrives_s)))
        for one in late[:most]
    ]
    print()
    print_table(("late order of", "from", "pieces", "ordered", "expected", "arrives"), rows, numbers=("pieces",))
    racks = [(one.serial, one.part, day(one.released_s), day(one.ships_s)) for one in found.racks[:most]]
    if racks:
        print()
        print_table(("serial", "product", "released", "ships"), racks)
    note(
        f"{day(found.at_s)}: {len(found.orders)} orders open, {len(late)} of them late; "
        f"{len(found.racks)} racks under work"
    )
