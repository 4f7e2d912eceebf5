"""``racktwin kpis``: the numbers of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .estimates import as_json, chosen, estimate_rows, estimates
from .terminal import print_json, print_table


def kpis(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    names: Annotated[list[str] | None, typer.Argument(metavar="[KPI]...", help="Only these KPIs.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the KPIs of a run.

    Each is a mean over replications with its 95 % interval."""
    from racktwin.results.store import RunFolder

    wanted = chosen(names)
    found = [item for item in estimates(RunFolder.open(run)) if item.kpi in wanted]
    if json_:
        print_json(as_json(found))
        return
    print_table(("KPI", "of", "mean ± 95 %", "unit"), estimate_rows(found), numbers=("mean ± 95 %",))
