"""What limits the plant, and what one more unit of each limit would bring."""

from __future__ import annotations

import math
from typing import Any

from racktwin.kpi import KPIS
from racktwin.model import Scenario

from .blocks import Block, Chart, Code, Column, Note, Row, Section, Table
from .evidence import Evidence
from .figure import axis, figure, marker, text
from .marginals import marginal_blocks
from .numbers import percent, quantity, words
from .reproduce import marginals_command

KINDS = {
    "work_center": ("work centers", "$work"),
    "operator_group": ("people", "$people"),
    "feed": ("power feeds", "$power"),
    "cooling_loop": ("cooling loops", "$coolant"),
}

_FEW = 12
_DOMINANT = 0.3
_LEAD = (
    "At each moment the bottleneck is whatever has been at its limit without a break for the longest: "
    "that is where to look first."
)


def limits_section(evidence: Evidence) -> Section:
    """The ranking of all limits together and the worth of one more unit of each."""
    ranking = ranked(evidence)
    blocks: list[Block] = [_chart(evidence, ranking)]
    if "marginals" in evidence.run.extras:
        blocks += marginal_blocks(evidence.run.extra("marginals").to_pylist())
    else:
        blocks.append(
            Note(
                "What one more unit of each limit would bring was not computed in this run. To get it, run:", "warning"
            )
        )
        blocks.append(Code(marginals_command(evidence.run.manifest)))
    return Section("limits", "What limits it", _LEAD, tuple(blocks))


def ranked(evidence: Evidence) -> list[str]:
    """All candidates (``kind:name``), the strongest bottleneck first."""
    return sorted(
        evidence.subjects("bottleneck_share"),
        key=lambda subject: (
            -evidence.of("bottleneck_share", subject).mean,
            -evidence.of("constrained_share", subject).mean,
            subject,
        ),
    )


def limit_sentence(evidence: Evidence) -> str:
    """In plain words: the bottleneck, how often it is that, and the runner-up."""
    ranking = ranked(evidence)
    shares = [evidence.of("bottleneck_share", subject).mean for subject in ranking]
    if not ranking or shares[0] < 0.005:
        return "Nothing in the plant limits it: it ships what is ordered."
    first = describe(evidence.scenario, ranking[0])
    sentence = (
        f"{first[0].upper()}{first[1:]} is the bottleneck {percent(shares[0])} of the time"
        if shares[0] >= _DOMINANT
        else f"No single limit dominates: {first} is the bottleneck most often, {percent(shares[0])} of the time"
    )
    if len(ranking) > 1 and shares[1] >= 0.005:
        sentence += f"; next comes {describe(evidence.scenario, ranking[1])} with {percent(shares[1])}"
    rest = 1 - sum(shares)
    return f"{sentence}." + (f" {percent(rest)} of the time nothing is at its limit." if rest >= 0.05 else "")


def describe(scenario: Scenario, subject: str) -> str:
    """``feed:test_floor`` as "the test floor feed (900 kW)"; a limit the scenario does not know by its bare name."""
    kind, _, name = subject.partition(":")
    if kind == "feed" and name in scenario.feeds:
        return f"the {_with_kind(name, 'feed')} ({quantity(float(scenario.feeds[name].limit_w), 'W')})"
    if kind == "cooling_loop" and name in scenario.cooling_loops:
        heat = quantity(float(scenario.cooling_loops[name].heat_limit_w), "W")
        return f"the {_with_kind(name, 'cooling loop')} ({heat} of heat)"
    if kind == "operator_group" and name in scenario.operator_groups:
        people = sum(int(crew.headcount) for crew in scenario.operator_groups[name].crews)
        return f"the {words(name)} group of operators ({_count(people, 'person', 'people')} in all crews)"
    if kind == "work_center" and name in scenario.work_centers:
        units = sum(int(group.count) for group in scenario.work_centers[name].groups)
        return f"the {_with_kind(name, 'work center')} ({_count(units, 'work unit', 'work units')})"
    return words(name or subject)


def _with_kind(name: str, kind: str) -> str:
    plain = words(name)
    return plain if plain.endswith(kind.rpartition(" ")[2]) else f"{plain} {kind}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _chart(evidence: Evidence, ranking: list[str]) -> Chart:
    tight = [subject for subject in ranking if evidence.of("constrained_share", subject).mean >= 0.001]
    subjects = tight[:_FEW] or ranking[:3]
    hidden = len(ranking) - len(subjects)
    more = f" The {hidden} others, hardly ever at their limit or weaker, are in the table only." if hidden else ""
    traces: list[dict[str, Any]] = []
    for kind, (title, colour) in KINDS.items():
        mine = [subject for subject in subjects if subject.startswith(f"{kind}:")]
        if mine:
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": title,
                    "y": [_label(subject) for subject in mine],
                    "x": [100 * evidence.of("bottleneck_share", subject).mean for subject in mine],
                    "error_x": evidence.whiskers("bottleneck_share", mine),
                    "marker": marker(colour),
                    "hovertemplate": "%{y}: bottleneck %{x:.1f} % of the time<extra></extra>",
                }
            )
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": "at its limit",
            "y": [_label(subject) for subject in subjects],
            "x": [100 * evidence.of("constrained_share", subject).mean for subject in subjects],
            "marker": {"symbol": "line-ns", "size": 16, "line": {"color": "$ink", "width": 2}},
            "hovertemplate": "%{y}: at its limit %{x:.1f} % of the time<extra></extra>",
        }
    )
    order = [_label(subject) for subject in reversed(subjects)]
    return Chart(
        "bottlenecks",
        "Share of time as the bottleneck",
        "Bars: share of the time in which this is the plant's bottleneck, with 95 % interval. Upright strokes: "
        "share of the time in which it is at its limit at all. Work centers, people, feeds and cooling loops "
        f"compete in one ranking.{more}",
        figure(
            traces,
            height=90 + 30 * max(len(subjects), 2),
            barmode="overlay",
            xaxis=axis("% of the time watched", rangemode="tozero"),
            yaxis=axis(categoryorder="array", categoryarray=order, type="category", showgrid=False),
        ),
        _table(evidence, ranking),
    )


def _label(subject: str) -> str:
    return text(subject.partition(":")[2] or subject)


def _table(evidence: Evidence, ranking: list[str]) -> Table:
    shares = ("bottleneck_share", "sole_bottleneck_share", "shifting_bottleneck_share", "constrained_share")
    rows = []
    for subject in ranking:
        kind, _, name = subject.partition(":")
        period = evidence.of("mean_active_period", subject).mean
        rows.append(
            Row(
                (
                    name,
                    KINDS.get(kind, (kind, ""))[0],
                    *(evidence.share(kpi, subject) for kpi in shares),
                    quantity(period, "s") if math.isfinite(period) else "never",
                ),
                "" if evidence.of("bottleneck_share", subject).mean >= 0.005 else "muted",
            )
        )
    columns = [Column(KPIS[kpi].title, help=KPIS[kpi].formula) for kpi in (*shares, "mean_active_period")]
    return Table(
        "Numbers of this chart: every limit of the plant",
        (Column("Limit", numeric=False), Column("Kind", numeric=False), *columns),
        tuple(rows),
        folded=True,
    )
