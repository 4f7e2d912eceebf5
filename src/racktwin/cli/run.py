"""``racktwin run``: simulate a scenario and write its report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .estimates import as_json, estimate_rows, estimates
from .progress import progress
from .terminal import note, print_json, print_table

if TYPE_CHECKING:
    from racktwin.engines.line import DispatchRule
    from racktwin.kpi import Estimate
    from racktwin.results import RunFolder
    from racktwin.scenario import ScenarioFile

INTERRUPTED = 130
_HEADLINES = ("throughput", "cycle_time_mean", "energy_per_product", "latent_escapes", "patent_escapes")
_HALL_HEADLINES = (
    *("useful_gpu_hours", "goodput", "allocated_share", "queue_wait_mean", "effective_time_ratio", "hall_mean_power"),
    *("energy_per_gpu_hour", "power_wait_share", "interruptions"),
)


def run(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of an example.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the run; new or empty.", show_default="runs/NAME, or the next free runs/NAME-N"),
    ] = None,
    replications: Annotated[
        int | None, typer.Option(min=1, help="Independent repetitions.", show_default="the scenario's")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of chance.", show_default="the scenario's")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Replications at a time.", show_default="all cores")] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value; PATH*=FACTOR scales one.")
    ] = None,
    set_file: Annotated[
        list[Path] | None,
        typer.Option("--set-file", help="File of overrides, as racktwin calibrate writes them; repeat."),
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Start from the observed state in this file, at its instant."),
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT=FILE.py:NAME",
            help="Your rule for a work center's queue, or fleet.order, fleet.placement, fleet.cap; runs that file.",
        ),
    ] = None,
    report: Annotated[bool, typer.Option("--report/--no-report", help="Write the report.")] = True,
    marginals: Annotated[
        bool, typer.Option("--marginals/--no-marginals", help="Find what one more unit of each limit would bring.")
    ] = True,
    open_: Annotated[bool, typer.Option("--open", help="Open the report in the browser.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Simulate a scenario and write its report.

    Tables, KPIs and report go to a new folder. Ctrl-C keeps the replications that are done (exit code 130).
    """
    from racktwin.results.memory import do_without_pandas, keep_memory_small

    keep_memory_small()
    if not rule:  # a user's may want it
        do_without_pandas()
    from racktwin.run.rule_files import rules_of
    from racktwin.scenario import read_overrides, read_scenario

    from_files = [line for path in set_file or [] for line in read_overrides(path)]
    file = read_scenario(scenario, [*from_files, *(overrides or [])], observed=from_)
    for oddity in file.oddities:
        note(f"odd: {oddity}")
    rules = rules_of(rule or [])
    folder = out or next_free(Path("runs") / file.scenario.name)
    finished = _simulate(file, folder, replications, seed, jobs or cores(), marginals, rules)
    page = _write_report(finished) if report and finished.replications else None
    found = estimates(finished) if finished.replications else []
    if json_:
        print_json({"run": str(folder), "report": page and str(page), "kpis": as_json(found)})
    else:
        _print_summary(found, file)
        print(f"\nrun:    {folder}" + (f"\nreport: {page}" if page else ""))
    if page and open_:
        typer.launch(str(page))
    if finished.manifest.status == "interrupted":
        done, planned = len(finished.replications), finished.manifest.replications_planned
        note(f"interrupted: {done} of {planned} replications are kept")
        raise typer.Exit(INTERRUPTED)


def next_free(path: Path) -> Path:
    """``path``, or the first of ``path-2``, ``path-3`` … that does not exist."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _simulate(
    file: ScenarioFile,
    folder: Path,
    replications: int | None,
    seed: int | None,
    jobs: int,
    marginals: bool,
    rules: dict[str, DispatchRule],
) -> RunFolder:
    from racktwin.run import run_scenario

    try:
        with progress() as shown:
            return run_scenario(
                file,
                folder,
                replications=replications,
                seed=seed,
                jobs=jobs,
                progress=shown.show,
                marginals=marginals,
                rules=rules,
            )
    except KeyboardInterrupt:
        note("interrupted: no replication was done yet")
        raise typer.Exit(INTERRUPTED) from None


def _write_report(finished: RunFolder) -> Path:
    from racktwin.report import write_report

    return write_report(finished)


def _print_summary(found: list[Estimate], file: ScenarioFile) -> None:
    products = {item.subject for item in found if item.kpi == "throughput"} - {""}
    shown = {"", *products} if len(products) > 1 else {""}
    names = (*(_HEADLINES if file.scenario.has_line else ()), *(_HALL_HEADLINES if file.scenario.hall else ()))
    headlines = [item for name in names for item in found if item.kpi == name and item.subject in shown and item.n]
    if headlines:
        print_table(("", "of", "mean ± 95 %", "unit"), estimate_rows(headlines), numbers=("mean ± 95 %",))
    else:
        print("the report shows stock, orders and cost; racktwin supply run prints them")
    if limits := _bottlenecks(found):
        print("\nlimited by: " + ", ".join(limits))


def _bottlenecks(found: list[Estimate]) -> list[str]:
    """The limits that reign for at least a tenth of the time, the longest first, as words."""
    shares = sorted((item.mean, item.subject) for item in found if item.kpi == "bottleneck_share" and item.mean >= 0.1)
    return [
        f"{subject.replace(':', ' ').replace('_', ' ')} ({share:.0%} of the time)" for share, subject in shares[::-1]
    ]
