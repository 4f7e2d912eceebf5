"""Quality: what passes at once, what is found where, what escapes, what it costs in rework."""

from __future__ import annotations

import math
from collections import defaultdict

from racktwin.kpi import KPIS

from .blocks import Block, Chart, Column, Note, Row, Section, Table
from .evidence import Evidence
from .figure import axis, figure, marker, text
from .numbers import number, percent
from .palette import SERIES

_BY_PRODUCT = ("rolled_throughput_yield", "first_time_right", "latent_escapes", "patent_escapes")


def quality_section(evidence: Evidence) -> Section:
    """Yields by test, defects by where they are found, escapes by kind, rework by product."""
    tests = evidence.subjects("first_pass_yield")
    blocks: list[Block] = []
    if tests:
        blocks.append(_yields(evidence, tests))
    else:
        blocks.append(Note("No part ended a test in the time watched."))
    if evidence.products():
        blocks.append(_products(evidence))
    if any(evidence.of("defects_found", subject).mean > 0 for subject in evidence.subjects("defects_found")):
        blocks.append(_found(evidence))
    if evidence.scenario.defect_kinds:
        blocks += _escapes(evidence)
    return Section("quality", "Quality", _lead(evidence, tests), tuple(blocks))


def _lead(evidence: Evidence, tests: list[str]) -> str:
    sentences = []
    if tests:
        worst = min(tests, key=lambda test: evidence.of("first_pass_yield", test).mean)
        share = evidence.share("first_pass_yield", worst)
        sentences.append(f"The lowest first-pass yield is that of {worst.replace(':', ' at ')}: {share}.")
    latent = evidence.of("latent_escapes").mean
    if math.isfinite(latent):
        per_hundred = number(100 * latent, 2)
        sentences.append(f"Of a hundred products shipped, {per_hundred} latent defects reach the customer.")
    return " ".join(sentences)


def _yields(evidence: Evidence, tests: list[str]) -> Chart:
    found = [evidence.of("first_pass_yield", test) for test in tests]
    labels = [text(test.replace(":", " at ")) for test in tests]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": labels,
        "x": [100 * item.mean for item in found],
        "error_x": evidence.whiskers("first_pass_yield", tests),
        "marker": marker("$work"),
        "hovertemplate": "%{y}: %{x:.1f} % pass at the first visit<extra></extra>",
    }
    return Chart(
        "yields",
        "First-pass yield by test",
        "Share of first visits that passed, with 95 % interval; a false failure is not a pass.",
        figure(
            [trace],
            height=70 + 30 * max(len(tests), 2),
            xaxis=axis("% of first visits", range=[0, 100]),
            yaxis=axis(type="category", autorange="reversed", showgrid=False),
            showlegend=False,
        ),
        _tests(evidence, tests),
    )


def _tests(evidence: Evidence, tests: list[str]) -> Table:
    rows = []
    for test in tests:
        part, _, operation = test.partition(":")
        in_percent = _percent_estimate(evidence, "first_pass_yield", test)
        rows.append(Row((operation, part, in_percent, evidence.share("false_failure_rate", test))))
    return Table(
        "Numbers of this chart, with false failures",
        (
            Column("Test", numeric=False),
            Column("Part", numeric=False),
            Column(KPIS["first_pass_yield"].title, help=KPIS["first_pass_yield"].formula),
            Column(KPIS["false_failure_rate"].title, help=KPIS["false_failure_rate"].formula),
        ),
        tuple(rows),
        folded=True,
    )


def _percent_estimate(evidence: Evidence, kpi: str, subject: str) -> str:
    return f"{evidence.show(kpi, subject)} %"


def _products(evidence: Evidence) -> Table:
    rows = []
    for product in evidence.products():
        cycle_s = evidence.of("cycle_time_mean", product).mean
        rework_s = evidence.of("cycle_time_breakdown", f"{product}:rework").mean
        rows.append(
            Row(
                (
                    product,
                    evidence.share("rolled_throughput_yield", product),
                    evidence.share("first_time_right", product),
                    evidence.show("latent_escapes", product),
                    evidence.show("patent_escapes", product),
                    percent(rework_s / cycle_s) if cycle_s else percent(math.nan),
                )
            )
        )
    return Table(
        "Quality of the products",
        (
            Column("Product", numeric=False),
            *(Column(KPIS[kpi].title, help=KPIS[kpi].formula) for kpi in _BY_PRODUCT),
            Column(
                "Rework in its cycle time", help="debug operations and repeated visits, as a share of the cycle time"
            ),
        ),
        tuple(rows),
    )


def _found(evidence: Evidence) -> Chart:
    rate: dict[tuple[str, str], float] = {}
    for subject in evidence.subjects("defects_found"):
        operation, _, kind = subject.partition(":")
        rate[operation, kind] = evidence.of("defects_found", subject).mean
    operations, kinds = _totals(rate, 0), _totals(rate, 1)
    named = kinds if len(kinds) <= len(SERIES) else kinds[: len(SERIES) - 1]
    others = kinds[len(named) :]
    groups = [(text(kind), [kind]) for kind in named] + ([(f"{len(others)} other kinds", others)] if others else [])
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": title,
            "y": [text(operation) for operation in operations],
            "x": [sum(rate.get((operation, kind), 0.0) for kind in group) for operation in operations],
            "marker": marker(SERIES[index]),
            "hovertemplate": f"%{{y}} finds %{{x:.3g}} {title} a week<extra></extra>",
        }
        for index, (title, group) in enumerate(groups)
    ]
    rows = tuple(
        Row((kind, *(evidence.show("defects_found", f"{operation}:{kind}") for operation in operations)))
        for kind in kinds
    )
    return Chart(
        "defects",
        "Defects found per week, by where and of what kind",
        "A defect found late has used up the test time and the power of all the steps before.",
        figure(
            traces,
            height=120 + 30 * max(len(operations), 2),
            barmode="stack",
            xaxis=axis("found per week", rangemode="tozero"),
            yaxis=axis(type="category", autorange="reversed", showgrid=False),
        ),
        Table(
            "Numbers of this chart",
            (Column("Kind of defect", numeric=False), *(Column(operation) for operation in operations)),
            rows,
            folded=True,
        ),
    )


def _totals(rate: dict[tuple[str, str], float], place: int) -> list[str]:
    """The operations (place 0) or kinds (1) of which any defect is found, the most frequent first."""
    totals: dict[str, float] = defaultdict(float)
    for key, value in rate.items():
        totals[key[place]] += value
    return sorted((name for name in totals if totals[name] > 0), key=lambda name: -totals[name])


def _escapes(evidence: Evidence) -> list[Block]:
    kinds = evidence.scenario.defect_kinds
    share = {name: evidence.of("escapes_by_kind", name).mean for name in kinds}
    escaping = sorted((name for name in kinds if share[name] > 0), key=lambda name: -share[name])
    never = [name for name in kinds if name not in escaping]
    blocks: list[Block] = []
    if escaping:
        blocks.append(
            Table(
                "Defects shipped per product, by kind",
                (
                    Column("Kind", numeric=False),
                    Column("At first", numeric=False),
                    Column("Escapes per product", help=KPIS["escapes_by_kind"].formula),
                ),
                tuple(
                    Row((name, "latent" if kinds[name].latent else "patent", evidence.show("escapes_by_kind", name)))
                    for name in escaping
                ),
            )
        )
    if never:
        blocks.append(Note(f"Not one shipped of: {', '.join(never)}."))
    return blocks
