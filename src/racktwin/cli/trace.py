"""``racktwin trace``: what went into a product, and where a lot has gone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .terminal import note, print_json, print_table

if TYPE_CHECKING:
    from racktwin.results.genealogy import Genealogy

_DAY_S = 86400.0


def trace(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    serial: Annotated[int | None, typer.Option(help="Serial number of a part: what is in it.")] = None,
    lot: Annotated[str | None, typer.Option(help="Lot of a bought part: what it went into.")] = None,
    replication: Annotated[int, typer.Option(min=0, help="Replication to look at.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Trace a serial number down to its lots, or a lot up to the products it is in.

    racktwin trace runs/plant --serial 120
    racktwin trace runs/plant --lot L2027-03
    """
    from racktwin.results.genealogy import Genealogy
    from racktwin.results.store import RunFolder

    if (serial is None) == (lot is None):
        raise typer.BadParameter("give either --serial or --lot")
    genealogy = Genealogy(RunFolder.open(run), replication)
    if serial is not None:
        _contents(genealogy, serial, as_json)
    elif lot is not None:
        _where_used(genealogy, lot, as_json)


def _contents(genealogy: Genealogy, serial: int, as_json: bool) -> None:
    pieces = list(genealogy.contents(serial))
    if as_json:
        print_json([piece._asdict() for piece in pieces])
        return
    order = genealogy.orders[serial]
    note(f"{order['part']} {serial}, released on day {order['release_s'] / _DAY_S:.1f}, {order['fate']}")
    columns = ["part", "serial number", "lot", "pieces", "day"]
    rows = [
        (
            "  " * (piece.depth - 1) + piece.part,
            "" if piece.serial_number is None else str(piece.serial_number),
            piece.lot,
            str(piece.pieces),
            f"{piece.time_s / _DAY_S:.1f}",
        )
        for piece in pieces
    ]
    print_table(columns, rows, numbers=["serial number", "pieces", "day"])


def _where_used(genealogy: Genealogy, lot: str, as_json: bool) -> None:
    used = genealogy.where_used(lot)
    rows = [{**genealogy.orders[serial], "pieces": pieces} for serial, pieces in sorted(used.items())]
    keys = ("serial_number", "part", "fate", "end_s", "pieces")
    if as_json:
        print_json([{key: row[key] for key in keys} for row in rows])
        return
    note(f"lot {lot} is in {len(rows)} products or parts in progress")
    table = (
        (str(row["serial_number"]), row["part"], row["fate"], _day(row["end_s"]), str(row["pieces"])) for row in rows
    )
    print_table(["serial number", "part", "fate", "day", "pieces"], table, numbers=["serial number", "day", "pieces"])


def _day(time_s: float) -> str:
    return f"{time_s / _DAY_S:.1f}" if time_s == time_s else ""
