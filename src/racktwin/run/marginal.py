"""What one more unit of each limit would bring: the scenario again with one cell, operator or 100 kW more.

Each change is run alone on the same random numbers as the base, so the difference is that of the change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from racktwin.engines.line import DispatchRule
from racktwin.kpi import difference, summarize
from racktwin.model import Count, Quantity, Scenario
from racktwin.results import RunFolder

from .chain import compile_chain

STEP_W = 100e3
"""The step by which a feed or loop is widened, W."""

MOST_CANDIDATES = 4
MOST_REPLICATIONS = 5
WEEK_S = 7 * 86400.0

SCHEMA = pa.schema(
    [
        ("kind", pa.string()),
        ("name", pa.string()),
        ("change", pa.string()),
        ("kpi", pa.string()),
        ("mean", pa.float64()),
        ("half_width", pa.float64()),
        ("replications", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Change:
    """One more unit of one limit."""

    kind: str
    name: str
    words: str


def marginal_values(
    run: RunFolder,
    kpis: pa.Table,
    jobs: int,
    report: Callable[[int, int], None],
    rules: Mapping[str, DispatchRule] | None = None,
) -> pa.Table:
    """Effects on throughput (per week) and mean cycle time (s) of widening each of the run's tightest limits.

    The candidates are those that most often are the bottleneck, and the first of each kind; they are tried on the
    first replications of the run.
    """
    scenario, seed = run.scenario, run.manifest.seed
    replications = run.replications[:MOST_REPLICATIONS]
    changes = list(candidates(scenario, kpis))
    chains = [compile_chain(widened(scenario, change), rules) for change in changes]
    tasks = [(case, replication) for replication in replications for case in range(len(changes))]
    window = (run.manifest.warm_up_s, run.manifest.horizon_s)
    base = {replication: _flow(run.table("shipments", None, replication), window) for replication in replications}
    # what is widened is the plant: its parts come as they came
    supply = {
        replication: {"part_receipts": run.table("part_receipts", None, replication)} if scenario.has_supply else {}
        for replication in replications
    }
    results: dict[tuple[int, int], tuple[float, float]] = {}

    def one(task: tuple[int, int]) -> tuple[tuple[int, int], tuple[float, float]]:
        case, replication = task
        tables = chains[case].replicate(replication, seed, is_recording=False, supply=supply[replication])
        return task, _flow(tables["shipments"], window)

    pool = ThreadPoolExecutor(jobs)
    try:
        for task, flow in pool.map(one, tasks):
            results[task] = flow
            report(len(results), len(tasks))
    finally:
        pool.shutdown(cancel_futures=True)
    return _effects(changes, base, results)


def candidates(scenario: Scenario, kpis: pa.Table) -> Iterator[Change]:
    """The limits worth widening, the tightest first."""
    shares = [row for row in summarize(kpis.filter(pc.field("kpi") == "bottleneck_share")) if row.n]
    ranked = [row.subject for row in sorted(shares, key=lambda row: -row.mean)]
    kinds_seen: set[str] = set()
    for place, subject in enumerate(ranked):
        kind, _, name = subject.partition(":")
        if place < MOST_CANDIDATES or kind not in kinds_seen:
            kinds_seen.add(kind)
            yield Change(kind, name, _words(scenario, kind, name))


def _words(scenario: Scenario, kind: str, name: str) -> str:
    match kind:
        case "work_center":
            return "+1 work unit"
        case "operator_group":
            return f"+1 operator ({scenario.operator_groups[name].crews[0].calendar})"
        case "cooling_loop" if scenario.cooling_loops[name].flow_limit_m3_per_s is not None:
            return f"+{STEP_W / 1e3:g} kW and its flow"
        case _:
            return f"+{STEP_W / 1e3:g} kW"


def widened(scenario: Scenario, change: Change) -> Scenario:
    """The scenario with one more unit of the changed limit."""
    name = change.name
    if change.kind == "work_center":
        center = scenario.work_centers[name]
        units = center.work_units
        if isinstance(units, tuple):
            more = units[0].model_copy(update={"count": Count(units[0].count + 1)})
            wider = center.model_copy(update={"work_units": (more, *units[1:])})
        else:
            wider = center.model_copy(update={"work_units": Count(units + 1)})
        return scenario.model_copy(update={"work_centers": {**scenario.work_centers, name: wider}})
    if change.kind == "operator_group":
        group = scenario.operator_groups[name]
        first = group.crews[0].model_copy(update={"headcount": Count(group.crews[0].headcount + 1)})
        larger = group.model_copy(update={"crews": (first, *group.crews[1:])})
        return scenario.model_copy(update={"operator_groups": {**scenario.operator_groups, name: larger}})
    if change.kind == "feed":
        feed = scenario.feeds[name]
        stronger = feed.model_copy(update={"limit_w": Quantity(feed.limit_w + STEP_W, "W")})
        return scenario.model_copy(update={"feeds": {**scenario.feeds, name: stronger}})
    loop = scenario.cooling_loops[name]
    update: dict[str, Quantity] = {"heat_limit_w": Quantity(loop.heat_limit_w + STEP_W, "W")}
    if loop.flow_limit_m3_per_s is not None:
        share = 1.0 + STEP_W / loop.heat_limit_w
        update["flow_limit_m3_per_s"] = Quantity(loop.flow_limit_m3_per_s * share, "m**3/s")
    colder = loop.model_copy(update=update)
    return scenario.model_copy(update={"cooling_loops": {**scenario.cooling_loops, name: colder}})


def _flow(shipments: pa.Table, window: tuple[float, float]) -> tuple[float, float]:
    """(products per week, mean cycle time in s) in the window: the KPIs ``throughput`` and ``cycle_time_mean``."""
    shipped_s: npt.NDArray[np.float64] = shipments["shipped_s"].to_numpy()
    seen = (shipped_s >= window[0]) & (shipped_s <= window[1])
    cycle_s = (shipped_s - shipments["release_s"].to_numpy())[seen]
    mean_s = float(cycle_s.mean()) if len(cycle_s) else float("nan")
    return len(cycle_s) * WEEK_S / (window[1] - window[0]), mean_s


def _effects(
    changes: list[Change], base: dict[int, tuple[float, float]], results: dict[tuple[int, int], tuple[float, float]]
) -> pa.Table:
    rows = []
    for case, change in enumerate(changes):
        for place, kpi in enumerate(("throughput", "cycle_time_mean")):
            before = _values(kpi, {replication: flow[place] for replication, flow in base.items()})
            after = _values(kpi, {replication: results[case, replication][place] for replication in base})
            effect = difference(before, after)[0]
            rows.append(
                {
                    "kind": change.kind,
                    "name": change.name,
                    "change": change.words,
                    "kpi": kpi,
                    "mean": effect.difference,
                    "half_width": effect.half_width,
                    "replications": effect.n,
                }
            )
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _values(kpi: str, by_replication: dict[int, float]) -> pa.Table:
    """One KPI of the whole plant, in the form of :func:`racktwin.kpi.compute`."""
    count = len(by_replication)
    return pa.table(
        {
            "replication": list(by_replication),
            "kpi": [kpi] * count,
            "subject": [""] * count,
            "value": list(by_replication.values()),
        }
    )
