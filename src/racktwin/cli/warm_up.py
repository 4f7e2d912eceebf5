"""``racktwin warm-up`` and ``racktwin run-length``: whether a run is long enough to be believed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .terminal import number, print_json, print_table

if TYPE_CHECKING:
    from racktwin.kpi import BatchMeans, WarmUp
    from racktwin.results import RunFolder

_DAY_S = 86400.0


def warm_up(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    json_: Annotated[bool, typer.Option("--json", help="Print JSON, with the series to plot.")] = False,
) -> None:
    """Suggest a warm-up for a run's scenario (MSER-5).

    Looks at throughput, products in progress and cycle time from time zero, averaged over replications, and says where
    to cut each; a run whose cut would fall in its second half is too short to tell. --json adds Welch's moving average.
    """
    from racktwin.kpi import warm_up as find

    opened = _opened(run)
    found = find(opened)
    told = all(one.is_told for one in found)
    suggested_s = max(one.warm_up_s for one in found) if told else None
    if json_:
        print_json({"warm_up_s": suggested_s, "series": [_as_json(one) for one in found]})
        return
    rows = ((one.series, _days(one), str(len(one.mean))) for one in found)
    print_table(("series", "cut at", "values"), rows, numbers=("cut at", "values"))
    own_d, horizon_d = opened.manifest.warm_up_s / _DAY_S, opened.manifest.horizon_s / _DAY_S
    if suggested_s is None:
        print(f"\nthe run is too short to tell: lengthen the horizon ({number(horizon_d)} d), or add replications")
    else:
        print(f"\nwarm_up: {number(suggested_s / _DAY_S)} d would do; the scenario has {number(own_d)} d")


def _days(found: WarmUp) -> str:
    return f"{number(found.warm_up_s / _DAY_S)} d" if found.is_told else "too short to tell"


def _as_json(found: WarmUp) -> dict[str, Any]:
    return {
        "series": found.series,
        "unit": found.unit,
        "warm_up_s": found.warm_up_s,
        "is_told": found.is_told,
        "time_s": found.time_s.tolist(),
        "mean": found.mean.tolist(),
        "moving_average": found.moving.tolist(),
    }


def run_length(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    relative: Annotated[str, typer.Option(metavar="SHARE", help="Half width wanted, as a share of the mean.")] = "2 %",
    replication: Annotated[int, typer.Option(min=0, help="Which replication to look at.")] = 0,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how long one run must be, by batch means.

    For a single long replication in place of many: batches grow until neighbours are no longer correlated; the spread
    of their means gives the interval, and how much longer the observed time must be for the half width wanted.
    """
    from racktwin.kpi import batch_means, observed_series
    from racktwin.plan import read_share

    share = read_share(relative)
    found = {name: batch_means(values) for name, values in observed_series(_opened(run), replication).items()}
    if json_:
        print_json([_batch_json(name, one, share) for name, one in found.items()])
        return
    columns = ("series", "mean ± 95 %", "unit", "batches", "lag-1 correlation", f"longer, for ± {share:.3g}")
    print_table(
        columns, (_batch_row(name, one, share) for name, one in found.items()), numbers=columns[1:2] + columns[3:]
    )


def _batch_row(name: str, found: BatchMeans, share: float) -> tuple[str, ...]:
    from racktwin.report.numbers import estimate, scale

    shown = scale(_UNITS[name], found.mean)
    mean = estimate(shown(found.mean), shown(found.half_width))
    longer = f"× {number(found.times_longer(share))}" if found.is_enough else "too short to tell"
    return name, mean, shown.unit, str(found.batches), number(found.lag_1), longer


def _batch_json(name: str, found: BatchMeans, share: float) -> dict[str, Any]:
    from dataclasses import asdict

    return {"series": name, "unit": _UNITS[name], **asdict(found), "times_longer": found.times_longer(share)}


_UNITS = {"throughput": "1/week", "wip": "1", "cycle_time": "s"}


def _opened(path: Path) -> RunFolder:
    from racktwin.errors import RunError
    from racktwin.results.store import RunFolder

    opened = RunFolder.open(path)
    if not opened.replications:
        raise RunError(f"{path} has no finished replication\n    → run the scenario again")
    return opened
