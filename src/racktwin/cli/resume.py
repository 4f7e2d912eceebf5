"""``racktwin resume``: go on with a run that was cut short."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .progress import progress
from .run import INTERRUPTED, cores
from .terminal import note


def resume(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of an interrupted run.")],
    jobs: Annotated[int | None, typer.Option(min=1, help="Replications at a time.", show_default="all cores")] = None,
    report: Annotated[bool, typer.Option("--report/--no-report", help="Write the report.")] = True,
    marginals: Annotated[
        bool, typer.Option("--marginals/--no-marginals", help="Find what one more unit of each limit would bring.")
    ] = True,
) -> None:
    """Go on with a run that was interrupted.

    Replications that are done stay; the others come out as they would have without the interruption.
    """
    from racktwin.results.memory import do_without_pandas, keep_memory_small

    keep_memory_small()
    do_without_pandas()
    from racktwin.run import resume_run

    with progress() as shown:
        finished = resume_run(run, jobs=jobs or cores(), progress=shown.show, marginals=marginals)
    page = None
    if report and finished.replications:
        from racktwin.report import write_report

        page = write_report(finished)
    print(f"run:    {finished.folder}" + (f"\nreport: {page}" if page else ""))
    if finished.manifest.status == "interrupted":
        done, planned = len(finished.replications), finished.manifest.replications_planned
        note(f"interrupted: {done} of {planned} replications are kept")
        raise typer.Exit(INTERRUPTED)
