"""What the work centers and the people do with their time."""

from __future__ import annotations

import math
from typing import Any

from racktwin.kpi import KPIS
from racktwin.results.schema import E10_STATES

from .blocks import Block, Chart, Column, Row, Section, Table
from .evidence import Evidence
from .figure import axis, figure, marker, text
from .numbers import MISSING, percent, quantity, words
from .palette import E10_COLOURS

_EFFECTIVENESS = ("utilization", "uptime", "availability", "effectiveness", "quality_ratio", "oee")
_SHORT = {
    "availability": "Availability",
    "effectiveness": "Effectiveness",
    "quality_ratio": "Quality",
    "oee": "OEE",
    "mtbf": "MTBF",
    "mttr": "MTTR",
}


def equipment_section(evidence: Evidence) -> Section:
    """SEMI E10 states and OEE by work center, and how busy the people are."""
    centers = sorted(evidence.scenario.work_centers, key=lambda center: -_share(evidence, center, "productive"))
    blocks: list[Block] = [_states(evidence, centers), _effectiveness(evidence, centers)]
    if evidence.scenario.operator_groups:
        blocks.append(_people(evidence))
    return Section("equipment", "Work centers and people", _lead(evidence, centers), tuple(blocks))


def _share(evidence: Evidence, center: str, state: str) -> float:
    share = evidence.of("state_share", f"{center}:{state}").mean
    return share if math.isfinite(share) else 0.0


def _lead(evidence: Evidence, centers: list[str]) -> str:
    busiest = (
        f"{centers[0]} works the most: productive {percent(_share(evidence, centers[0], 'productive'))} of the time."
    )
    down = max(centers, key=lambda center: _share(evidence, center, "unscheduled_down"))
    lost = _share(evidence, down, "unscheduled_down")
    return busiest + (f" {down} is broken down the most, {percent(lost)} of the time." if lost >= 0.0005 else "")


def _states(evidence: Evidence, centers: list[str]) -> Chart:
    traces: list[dict[str, Any]] = []
    for state in E10_STATES:
        shares = [100 * _share(evidence, center, state) for center in centers]
        if any(shares):
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": words(state),
                    "y": [text(center) for center in centers],
                    "x": shares,
                    "marker": marker(E10_COLOURS[state]),
                    "hovertemplate": f"%{{y}}: {words(state)} %{{x:.1f}} % of the time<extra></extra>",
                }
            )
    rows = tuple(
        Row((center, *(evidence.share("state_share", f"{center}:{state}") for state in E10_STATES)))
        for center in centers
    )
    return Chart(
        "states",
        "Time in SEMI E10 states by work center",
        "Share of the time watched that the work units of each work center spend in each equipment state. Standby is "
        "time without work, or with work that waits for people, power, coolant or room downstream.",
        figure(
            traces,
            height=110 + 30 * max(len(centers), 2),
            barmode="stack",
            xaxis=axis("% of the time watched", range=[0, 100]),
            yaxis=axis(type="category", autorange="reversed", showgrid=False),
        ),
        Table(
            "Numbers of this chart",
            (Column("Work center", numeric=False), *(Column(words(state)) for state in E10_STATES)),
            rows,
            folded=True,
        ),
    )


def _effectiveness(evidence: Evidence, centers: list[str]) -> Table:
    rows = []
    for center in centers:
        units = sum(int(group.count) for group in evidence.scenario.work_centers[center].groups)
        shares = (evidence.share(kpi, center) for kpi in _EFFECTIVENESS)
        rows.append(
            Row((center, f"{units:,}", *shares, _time(evidence, "mtbf", center), _time(evidence, "mttr", center)))
        )
    kpis = (*_EFFECTIVENESS, "mtbf", "mttr")
    return Table(
        "Effectiveness of the work centers",
        (
            Column("Work center", numeric=False),
            Column("Work units"),
            *(Column(_SHORT.get(kpi, KPIS[kpi].title), help=f"{KPIS[kpi].title}: {KPIS[kpi].formula}") for kpi in kpis),
        ),
        tuple(rows),
    )


def _time(evidence: Evidence, kpi: str, center: str) -> str:
    found = evidence.of(kpi, center).mean
    return quantity(found, "s") if math.isfinite(found) else MISSING


def _people(evidence: Evidence) -> Table:
    rows = []
    for name, group in evidence.scenario.operator_groups.items():
        headcount = sum(int(crew.headcount) for crew in group.crews)
        rows.append(
            Row(
                (
                    name,
                    ", ".join(group.skills),
                    f"{headcount:,}",
                    evidence.share("operator_utilization", name),
                    evidence.share("constrained_share", f"operator_group:{name}"),
                )
            )
        )
    return Table(
        "People",
        (
            Column("Operator group", numeric=False),
            Column("Skills", numeric=False),
            Column("People in all crews"),
            Column("At work while present", help=KPIS["operator_utilization"].formula),
            Column("At its limit", help=KPIS["constrained_share"].formula),
        ),
        tuple(rows),
    )
