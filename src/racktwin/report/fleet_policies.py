"""The page of a comparison of power policies: the frontier of work against energy and against provisioned power."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from racktwin.model import Scenario
from racktwin.run.fleet_policies import Change, PolicyResult

from .blocks import Chart, Column, Note, Row, Section, Table
from .figure import axis, figure
from .numbers import MISSING, number
from .page import Page, write_page
from .palette import SERIES

HEADINGS = (
    *(
        "useful GPU-h/d",
        "work vs baseline",
        "mean kW",
        "peak kW",
        "kWh per GPU-h",
        "energy vs baseline",
        "wait, min",
        "not started",
    ),
    *("speed kept", "GPU-h/d per provisioned MW", "GPU-h/d per peak MW", "USD per GPU-h", "above limit, s"),
)


def policy_cells(result: PolicyResult) -> tuple[str, ...]:
    """The numbers of one policy as the reader sees them, in the order of HEADINGS."""
    return (
        number(result.useful_gpu_h_per_day, 4),
        _change(result.work_change),
        number(result.mean_w / 1e3),
        number(result.peak_w / 1e3),
        number(result.kwh_per_gpu_h),
        _change(result.energy_change),
        ("≥ " if result.unstarted else "") + number(result.mean_wait_s / 60),
        number(result.unstarted),
        f"{100 * result.effective_time_ratio:.1f} %",
        number(result.per_provisioned_mw, 4),
        number(result.per_peak_mw, 4),
        number(result.usd_per_gpu_h) if math.isfinite(result.usd_per_gpu_h) else MISSING,
        number(result.above_limit_s),
    )


def _change(change: Change) -> str:
    """A relative change with half of its 95 % interval, in per cent."""
    if not math.isfinite(change.mean):
        return MISSING
    shown = f"{100 * change.mean:+.1f}".replace("-", "−")
    if not math.isfinite(change.half_width):
        return f"{shown} %"
    return f"{shown} ± {100 * change.half_width:.1f} %"


def write_policies(scenario: Scenario, results: Sequence[PolicyResult], replications: int, out: Path) -> Path:
    """Write the page to ``out``."""
    baseline = results[0]
    rows = tuple(Row((result.policy, *policy_cells(result))) for result in results)
    columns = (Column("Policy", numeric=False), *(Column(title) for title in HEADINGS))
    blocks = (
        Note(baseline_sentence(baseline)),
        _frontier("energy", "Work against energy", results, "kWh per useful GPU-hour", "kwh_per_gpu_h"),
        _frontier("peak", "Work against the power it peaks at", results, "highest draw, MW", "peak_w", 1e-6),
        Table("All policies", columns, rows),
    )
    lead = (
        f"{len(results)} ways to share the same power among the same jobs, {replications} replications each; ± is half "
        "of the 95 % interval of the paired difference."
    )
    page = Page(
        kicker="racktwin · power policies",
        title=scenario.title or scenario.name,
        subtitle=f"{scenario.name} · common random numbers",
        description=scenario.description,
        sections=(Section("frontier", "The frontier", lead, blocks),),
        footer="Written by racktwin. One file: it loads nothing and sends nothing.",
    )
    return write_page(page, out)


def baseline_sentence(baseline: PolicyResult) -> str:
    """What the savings are measured against."""
    return (
        f"Baseline: {baseline.policy}. Savings are of energy per useful GPU-hour, feeds' losses and plant included, "
        f"against its measured draw (racks: mean {number(baseline.mean_w / 1e3)} kW, peak "
        f"{number(baseline.peak_w / 1e3)} kW); its nameplate is {number(baseline.nameplate_w / 1e3)} kW, its feeds "
        f"provide {number(baseline.provisioned_w / 1e3)} kW."
    )


def _frontier(
    name: str, title: str, results: Sequence[PolicyResult], label: str, field: str, factor: float = 1.0
) -> Chart:
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": result.policy,
            "x": [getattr(result, field) * factor],
            "y": [result.useful_gpu_h_per_day],
            "marker": {"size": 12, "color": SERIES[position % len(SERIES)]},
        }
        for position, result in enumerate(results)
    ]
    chart = figure(traces, 380, xaxis=axis(label), yaxis=axis("useful GPU-hours a day"))
    return Chart(f"frontier-{name}", title, f"{title}: one point a policy; up and left is better.", chart)
