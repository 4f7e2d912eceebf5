"""Write the pages of docs/ that come from the code: commands, tables, KPIs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from racktwin.results.schema import TABLES

DOCS = Path(__file__).parent
_NOTE = "<!-- Written by scripts/docs from the code: change it there. -->\n\n"


def cli_page() -> str:
    """Every command and option, as typer describes them."""
    command = [sys.executable, "-m", "typer", "racktwin.cli.main", "utils", "docs", "--name", "racktwin"]
    answer = subprocess.run(
        [*command, "--title", "The command line"], capture_output=True, text=True, check=True, cwd=DOCS
    )
    return _NOTE + answer.stdout.rstrip() + "\n"


def tables_page() -> str:
    """The tables of a run, column by column."""
    parts = [
        "# The tables of a run\n",
        "A run folder holds these as Parquet files, one per replication, and `racktwin query` sees each as a view over",
        "all replications. Times are seconds after the scenario's start; intervals are from `start_s` to `end_s`.\n",
    ]
    for table in TABLES.values():
        parts += [f"## {table.name}\n", f"One row: {table.row}.\n", "| column | type | meaning |", "|---|---|---|"]
        parts += [f"| `{column.name}` | {column.type} | {column.description} |" for column in table.columns]
        parts.append("")
    return _NOTE + "\n".join(parts)


def kpis_page() -> str:
    """Every KPI with its definition."""
    from racktwin.kpi import KPIS, SUBJECT_KINDS

    parts = [
        "# KPIs\n",
        "Each looks only at the time from the end of the warm-up to the horizon, once per replication.",
        "`racktwin kpis` and the report give the mean and its 95 % interval over replications (Student's t).\n",
        "| KPI | meaning | unit | per | better | definition |",
        "|---|---|---|---|---|---|",
    ]
    parts += [
        f"| `{kpi.name}` | {kpi.title} | {kpi.unit} | {kpi.subject_kind} | {kpi.direction} | {kpi.formula} |"
        for kpi in KPIS.values()
    ]
    parts += ["", "## What a KPI is per\n", "| per | subject |", "|---|---|"]
    parts += [f"| {kind} | {meaning} |" for kind, meaning in SUBJECT_KINDS.items()]
    return _NOTE + "\n".join(parts) + "\n"


PAGES: dict[str, Callable[[], str]] = {"cli.md": cli_page, "tables.md": tables_page, "kpis.md": kpis_page}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
