"""``racktwin report``: write a run's report again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write it.", show_default="report.html in the run's folder")
    ] = None,
) -> None:
    """Write the report of a run again.

    It is one HTML file that needs nothing else.
    """
    from racktwin.report import write_report
    from racktwin.results.store import RunFolder

    print(write_report(RunFolder.open(run), out))
