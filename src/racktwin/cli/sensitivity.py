"""``racktwin tornado`` and ``racktwin sensitivity``: which unknown decides the answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .progress import ProgressBar, ProgressLines, progress
from .run import cores, next_free
from .terminal import note, number, print_json, print_table

if TYPE_CHECKING:
    from racktwin.plan import Bar, Indices, Influence, Screening, Sweep, Unknown
    from racktwin.scenario import ScenarioFile

_SCENARIO = typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of an example.")
_KPI = typer.Option("--kpi", metavar="KPI", help="What is to be explained.")
_PATHS = typer.Option("--paths", metavar="GLOB", help="Only these quantities: 'routings.*.draw'; repeat.")
_SET = typer.Option("--set", metavar="PATH=VALUE", help="Change a value; PATH*=FACTOR scales one.")
_REPLICATIONS = typer.Option(min=1, help="Replications per scenario tried.")
_JOBS = typer.Option(min=1, help="Scenarios at a time.", show_default="all cores")
_TOP = typer.Option("--top", min=1, help="Rows to print.")


def tornado(
    scenario: Annotated[str, _SCENARIO],
    kpi: Annotated[str, _KPI] = "throughput",
    paths: Annotated[list[str] | None, _PATHS] = None,
    overrides: Annotated[list[str] | None, _SET] = None,
    replications: Annotated[int, _REPLICATIONS] = 2,
    jobs: Annotated[int | None, _JOBS] = None,
    top: Annotated[int, _TOP] = 20,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the table; new or empty.", show_default="runs/NAME-tornado")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Move each quantity to the ends of its range, one at a time.

    For every quantity of the scenario with a low or high: the KPI at either end, all else as it is.
    """
    from racktwin.plan import about, tornado_table, unknowns, write_study
    from racktwin.plan import tornado as try_ends

    file = _read(scenario, overrides)
    chosen = unknowns(file, paths or ())
    with progress() as shown:
        sweep = _sweep(file, kpi, replications, jobs, shown)
        bars = try_ends(sweep, chosen)
    folder = out or next_free(Path("runs") / f"{file.scenario.name}-tornado")
    table = tornado_table(bars)
    write_study(folder, {"tornado": table}, about(sweep, study="tornado"))
    if json_:
        print_json({"folder": str(folder), "kpi": kpi, "bars": table.to_pylist()})
        return
    columns = ("quantity", "range", "at low", "at high", "swing")
    print_table(columns, (_bar_row(bar) for bar in bars[:top]), numbers=columns[2:])
    print(f"\n{kpi} as it is: {number(bars[0].base)}\ntable: {folder}")


def sensitivity(
    scenario: Annotated[str, _SCENARIO],
    kpi: Annotated[str, _KPI] = "throughput",
    paths: Annotated[list[str] | None, _PATHS] = None,
    overrides: Annotated[list[str] | None, _SET] = None,
    trajectories: Annotated[int, typer.Option(min=2, help="Walks through the ranges; each moves everything once.")] = 4,
    variance: Annotated[
        int, typer.Option(min=0, help="Sobol indices of so many of the most influential quantities.")
    ] = 0,
    points: Annotated[int, typer.Option(min=2, help="Base points for Sobol indices, a power of two.")] = 64,
    replications: Annotated[int, _REPLICATIONS] = 1,
    jobs: Annotated[int | None, _JOBS] = None,
    top: Annotated[int, _TOP] = 20,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the tables; new or empty.", show_default="runs/NAME-sensitivity")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find which unknown decides the answer (Morris, Sobol).

    Walks through the ranges of all quantities that have one, so that what acts together shows: by entity first where
    they are many, then quantity by quantity in the entities that matter.
    """
    from racktwin.plan import about, influence_table, screen, shares, unknowns, variance_table, write_study

    file = _read(scenario, overrides)
    chosen = unknowns(file, paths or ())
    tables = {}
    with progress() as shown:
        sweep = _sweep(file, kpi, replications, jobs, shown)
        found = screen(sweep, chosen, trajectories)
        tables["sensitivity"] = influence_table(found.influences)
        leaders = _leaders(chosen, found, variance)
        indices = shares(sweep, leaders, points) if leaders else None
        if indices is not None:
            tables["variance"] = variance_table(leaders, indices)
    folder = out or next_free(Path("runs") / f"{file.scenario.name}-sensitivity")
    counts = {"tried": found.tried, "impossible": found.refused, "left_as_they_are": found.immovable}
    write_study(folder, tables, about(sweep, study="sensitivity", trajectories=trajectories, **counts))
    if json_:
        rows = {name: table.to_pylist() for name, table in tables.items()}
        print_json({"folder": str(folder), "kpi": kpi, **counts, **rows})
        return
    _print_influences(found, kpi, top)
    if indices is not None:
        _print_shares(leaders, indices)
    print(f"\ntables: {folder}")


def _read(scenario: str, overrides: list[str] | None) -> ScenarioFile:
    from racktwin.scenario import read_scenario

    return read_scenario(scenario, overrides or [])


def _sweep(
    file: ScenarioFile, kpi: str, replications: int, jobs: int | None, shown: ProgressBar | ProgressLines
) -> Sweep:
    from racktwin.plan import Sweep

    return Sweep(file, kpi, replications, jobs=jobs or cores(), report=shown.show)


def _leaders(chosen: list[Unknown], found: Screening, count: int) -> list[Unknown]:
    """The most influential quantities, in order."""
    by_path = {one.path: one for one in chosen}
    ranked = [one.path for one in found.influences if one.stage == "quantities" and one.mu_star > 0]
    return [by_path[path] for path in ranked[:count]]


def _bar_row(bar: Bar) -> tuple[str, ...]:
    from racktwin.report.numbers import quantity

    one = bar.unknown
    ends = f"{quantity(one.low, one.unit)} to {quantity(one.high, one.unit)}"
    return one.path, ends, number(bar.low), number(bar.high), number(bar.swing)


def _print_influences(found: Screening, kpi: str, top: int) -> None:
    for stage in ("entities", "quantities"):
        ranked = [one for one in found.influences if one.stage == stage]
        if not ranked:
            continue
        columns = (stage, f"changes {kpi} by", "standard error", "on average by", "depends on others")
        print_table(columns, (_influence_row(one) for one in ranked[:top]), numbers=columns[1:])
        print()
    if found.refused:
        note(f"{found.refused} of {found.tried} plants tried cannot be, and are left out")
    if found.immovable:
        note(f"{len(found.immovable)} quantities cannot be moved alone: {', '.join(found.immovable[:5])} …")


def _influence_row(one: Influence) -> tuple[str, ...]:
    return one.path, *(number(value) for value in (one.mu_star, one.error, one.mu, one.sigma))


def _print_shares(leaders: list[Unknown], indices: Indices) -> None:
    columns = ("share of the variance", "alone", "with others", "95 %")
    rows = (
        (
            one.path,
            f"{indices.alone[i]:.0%}",
            f"{indices.total[i]:.0%}",
            f"{indices.total_low[i]:.0%} to {indices.total_high[i]:.0%}",
        )
        for i, one in enumerate(leaders)
    )
    print_table(columns, rows, numbers=columns[1:])
