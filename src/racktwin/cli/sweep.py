"""``racktwin sweep``: what if?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .progress import progress
from .run import INTERRUPTED, cores
from .terminal import note, number, print_json, print_table

if TYPE_CHECKING:
    import pyarrow as pa

    from racktwin.plan.sweep import Design

_SHOWN = 40
_KPIS = ("throughput", "cycle_time_mean", "on_time_share", "energy_per_product")


def sweep(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of an example.")],
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", "-v", metavar="PATH=VALUES", help="a,b,c or low..high:N; low..high with --lhs; repeat."),
    ] = None,
    lhs: Annotated[
        int | None, typer.Option(metavar="N", help="N points of a Latin hypercube instead of a grid.")
    ] = None,
    list_: Annotated[
        Path | None, typer.Option("--list", metavar="CSV", help="Points from a file: a column per path.")
    ] = None,
    replications: Annotated[int, typer.Option(min=1, help="Of each point, on the same chance.")] = 3,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of chance.", show_default="the scenario's")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes.", show_default="all cores")] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="tcp://HOST:PORT", help="A Dask scheduler to send the work to (extra dist).")
    ] = None,
    kpi: Annotated[list[str] | None, typer.Option("--kpi", metavar="KPI", help="What to print; repeat.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change the scenario.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where it goes; the same again goes on.", show_default="sweeps/NAME"),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Simulate many variants of a scenario and put their KPIs into one table.

    A run that was killed or interrupted goes on when the same command is given again.
    """
    from racktwin.plan.executors import executor
    from racktwin.plan.sweep import run_sweep
    from racktwin.plan.unrecorded import require_unrecorded
    from racktwin.scenario import read_scenario

    for name in kpi or ():
        require_unrecorded(name)
    file = read_scenario(scenario, list(set_ or ()))
    design = _design(vary or [], lhs, list_, file.scenario.seed if seed is None else seed)
    folder = out or Path("sweeps") / file.scenario.name
    where = executor(jobs or cores(), cluster)
    steps = _Steps()
    try:
        with progress() as shown:
            table = run_sweep(
                file.document,
                design,
                folder,
                where,
                replications=replications,
                seed=seed,
                report=lambda seen: shown.show(steps.step(seen)),
            )
    except KeyboardInterrupt:
        note(f"interrupted: what is done is kept in {folder}; the same command goes on")
        raise typer.Exit(INTERRUPTED) from None
    _print(table, design, folder, tuple(kpi or _KPIS), json_)


def _design(vary: list[str], lhs: int | None, list_: Path | None, seed: int) -> Design:
    from racktwin.errors import RacktwinError
    from racktwin.plan.sweep import grid, latin_hypercube, listed, read_axis

    if list_ is not None:
        if vary or lhs is not None:
            raise RacktwinError("--list gives the points itself\n    → leave out --vary and --lhs")
        return listed(list_)
    if not vary:
        raise RacktwinError("nothing is varied\n    → --vary path=a,b,c, or --list points.csv")
    axes = [read_axis(text) for text in vary]
    return grid(axes) if lhs is None else latin_hypercube(axes, lhs, seed)


class _Steps:
    """Points done, with the time that is left, told anew at every tenth."""

    def __init__(self) -> None:
        self._tenth, self._stage = -1, "points"

    def step(self, seen: Any) -> _Step:
        """The step of progress that is to be shown."""
        tenth = seen.done * 10 // max(1, seen.total)
        if tenth != self._tenth and seen.left_s is not None:
            self._tenth = tenth
            self._stage = f"points, about {_duration(seen.left_s)} left" if seen.left_s >= 1.0 else "points"
        return _Step(self._stage, seen.done, seen.total)


class _Step:
    def __init__(self, stage: str, done: int, total: int) -> None:
        self.stage, self.done, self.total = stage, done, total


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _print(table: pa.Table, design: Design, folder: Path, kpis: tuple[str, ...], json_: bool) -> None:
    rows = table.to_pylist()
    if json_:
        print_json({"folder": str(folder), "rows": rows})
        return
    by_point: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_point.setdefault(row["point"], []).append(row)
    columns = (*design.paths, *kpis, "")
    shown = []
    for point in list(by_point.values())[:_SHOWN]:
        means = [_mean([row.get(name) for row in point]) for name in kpis]
        shown.append((*(str(point[0][path]) for path in design.paths), *map(number, means), point[0]["refused"][:80]))
    print_table(columns, shown, numbers=kpis)
    if len(by_point) > _SHOWN:
        note(f"{len(by_point) - _SHOWN} more points are in the table")
    print(f"\ntable: {folder / 'sweep.parquet'}")


def _mean(values: list[float | None]) -> float:
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else float("nan")
