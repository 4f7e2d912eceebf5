"""``racktwin compare``: two runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .estimates import as_json, chosen, difference_rows
from .terminal import note, print_json, print_table

if TYPE_CHECKING:
    import pyarrow as pa

    from racktwin.results.store import RunFolder

_COLUMNS = ("KPI", "of", "A", "B", "B − A ± 95 %", "unit", "*")


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="Folder of the run to compare with.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Folder of the other run.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write the page.", show_default="compare-A-B.html in this folder")
    ] = None,
    names: Annotated[list[str] | None, typer.Option("--kpi", metavar="KPI", help="Only this KPI; repeat.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what does not differ.")] = False,
    json_: Annotated[
        bool, typer.Option("--json", help="Print JSON, and write no page unless --out asks for it.")
    ] = False,
) -> None:
    """Compare two runs, KPI by KPI.

    Prints each difference with its 95 % interval and writes a page that shows it.

    Runs of the same seed share their chance, so replications are paired and the interval is of the difference alone.
    Differences marked * leave out zero.
    """
    from racktwin.kpi import difference
    from racktwin.results.store import RunFolder

    wanted = chosen(names)
    runs = RunFolder.open(a), RunFolder.open(b)
    found = [item for item in difference(*map(_kpis, runs)) if item.kpi in wanted]
    if json_:
        print_json(as_json(found))
        if out is None:
            return
    else:
        shown = [item for item in found if everything or names or item.significant]
        print_table(_COLUMNS, difference_rows(shown), numbers=_COLUMNS[2:5])
        if len(shown) < len(found):
            note(f"{len(found) - len(shown)} more do not differ by more than chance; --all shows them")
    _write_page(*runs, out or Path(f"compare-{a.resolve().name}-{b.resolve().name}.html"))


def _kpis(run: RunFolder) -> pa.Table:
    from racktwin.kpi import compute

    return run.extra("kpis") if "kpis" in run.extras else compute(run)


def _write_page(a: RunFolder, b: RunFolder, path: Path) -> None:
    from racktwin.report import write_comparison

    note(f"comparison: {write_comparison(a, b, path)}")
