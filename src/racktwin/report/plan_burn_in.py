"""The page of a burn-in plan: cost against hours, now and then, robustness, what coverage is worth."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from racktwin.kpi import KPIS
from racktwin.model import Scenario

from .blocks import Block, Card, Cards, Chart, Column, Note, Row, Section, Table
from .figure import axis, figure
from .numbers import estimate, number, percent, scale
from .page import Page, write_page

if TYPE_CHECKING:
    from racktwin.plan.burn_in.study import Study

_CAUSES = (("field", "$down"), ("capital", "$series_4"), ("bay", "$cell"), ("energy", "$power"), ("power", "$series_1"))


def write_burn_in_report(scenario: Scenario, found: Study, out: Path) -> Path:
    """Write the page; returns ``out``."""
    sections = (
        *(_headline(found), *_test_plan(found), _curve(found), _costs(found)),
        *(_trust(found), _tests(found), _reading(found)),
    )
    return write_page(
        Page(
            kicker="racktwin · burn-in plan",
            title=f"{found.product.name}: how long to burn in",
            subtitle=f"{scenario.title or scenario.name} · a failure in service at "
            f"{number(found.prices.field_failure_usd)} USD",
            description=scenario.description,
            sections=sections,
            footer="Written by racktwin. One file: it loads nothing and sends nothing.",
        ),
        out,
    )


def _headline(found: Study) -> Section:
    best, now = found.best, found.now
    usd, usd_now, escapes, escapes_now = best.cost.total, now.cost.total, best.cost.escapes, now.cost.escapes
    if found.tests is not None and found.tests_now is not None:
        usd, usd_now = found.tests.passage.total, found.tests_now.passage.total
        escapes, escapes_now = found.tests.passage.escapes, found.tests_now.passage.escapes
    cards = (
        Card("Soak", number(best.soak_h), "h", (f"now {number(now.soak_h)} h", f"at {percent(best.cap)} power"), ""),
        Card("Cost", number(usd), "USD a product", (f"now {number(usd_now)}",), ""),
        Card(
            "Failures in service",
            number(1e3 * escapes),
            "per 1,000 products",
            (f"now {number(1e3 * escapes_now)}",),
            "Expected over the years of service.",
        ),
    )
    cautions: list[Block] = [Note(line, "warning") for line in found.cautions()]
    lead = (
        "Robust: over the ranges of the Weibull laws no other soak is much better."
        if found.robust.is_robust
        else "Which soak is best hangs on Weibull laws that are not known well enough."
    )
    return Section("plan", "The plan", lead, (Cards(cards), *cautions))


def _test_plan(found: Study) -> tuple[Section, ...]:
    """Where more than the soak was decided: what is done in which order, where failures go, and what it comes to."""
    now, then = found.tests_now, found.tests
    if now is None or then is None:
        return ()
    at = {name: number for number, name in enumerate(then.order)}
    skipped = {offer.operation for offer in then.offers if offer.is_skip}
    covered = {offer.operation: offer for offer in then.offers if not offer.is_skip}
    was = {name: number for number, name in enumerate(now.order)}
    steps = tuple(
        Row(
            (
                name,
                "left out" if name in skipped else then.retest[name],
                now.retest[name],
                number(0.0 if name in skipped else then.passage.failures[at[name]]),
                number(now.passage.failures[was[name]]),
                percent(covered[name].p) if name in covered else "as it is",
            )
        )
        for name in then.order
        if name in now.retest
    )
    columns = (
        *(Column("Test, in order", numeric=False), Column("A failure leads back to", numeric=False)),
        *(Column("Now", numeric=False), Column("Failed tests a product"), Column("Now"), Column("Coverage")),
    )
    causes = tuple(Row((cause, number(now.passage.usd[cause]), number(usd))) for cause, usd in then.passage.usd.items())
    total = Row(("total", number(now.passage.total), number(then.passage.total)))
    escapes = Row(
        ("failures in service, per 1,000", number(1e3 * now.passage.escapes), number(1e3 * then.passage.escapes))
    )
    costs = Table(
        "USD a product", (Column("Cause", numeric=False), Column("Now"), Column("Plan")), (*causes, total, escapes)
    )
    lead = "Soak, retest points, order and coverage decided together, over all defects and false alarms."
    return (Section("test_plan", "The test plan", lead, (Table("Tests", columns, steps), costs)),)


def _curve(found: Study) -> Section:
    rows = [(hours, cost) for hours, cap, cost in found.curve_rows() if cap == found.best.cap]
    hours = [h for h, _ in rows]
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "stackgroup": "cost",
            "name": "failures in service" if name == "field" else name,
            "x": hours,
            "y": [cost[name] for _, cost in rows],
            "line": {"color": colour, "width": 1},
            "hovertemplate": f"{name}: %{{y:,.0f}} USD at %{{x:.0f}} h<extra></extra>",
        }
        for name, colour in _CAUSES
    ]
    for name, at, dash in (("best", found.best.soak_h, "solid"), ("now", found.now.soak_h, "dash")):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": [at, at],
                "y": [0.0, max(cost["total"] for _, cost in rows)],
                "line": {"color": "$ink", "dash": dash, "width": 1.5},
            }
        )
    least = "the least of the sum is the plan."
    if found.tests is not None:
        least = "latent defects alone. The plan's soak was decided with all tests, so it may lie beside the least."
    chart = Chart(
        "cost",
        "Expected cost against hours of soak",
        f"USD a product at {percent(found.best.cap)} power, by cause; " + least,
        figure(traces, height=380, xaxis=axis("hours of soak"), yaxis=axis("USD a product", rangemode="tozero")),
    )
    return Section(
        "curve", "What an hour costs and saves", "Test cost rises by the hour; failures in service fall.", (chart,)
    )


def _costs(found: Study) -> Section:
    names = ("energy", "power", "bay", "capital", "repair", "field", "total")
    lead = "By cause, and as the line engine sees it."
    if found.tests is not None:
        lead = "Of the soak and latent defects alone; then the whole plan as the line engine sees it."
    rows = tuple(
        Row((name, number(getattr(found.now.cost, name)), number(getattr(found.best.cost, name)))) for name in names
    )
    table = Table("USD a product", (Column("Cause", numeric=False), Column("Now"), Column("Plan")), rows)
    blocks: list[Block] = [table]
    if found.replayed:
        simulated = tuple(Row(cells) for cells in simulated_rows(found))
        columns = (
            *(Column("KPI", numeric=False), Column("Now"), Column("Plan")),
            *(Column("Change, ± half of its 95 % interval"), Column("Unit", numeric=False)),
        )
        blocks.append(Table("In the simulator, on the same random numbers", columns, simulated))
    return Section("costs", "Now and then", lead, tuple(blocks))


def simulated_rows(found: Study) -> list[tuple[str, ...]]:
    """Title, now, planned, change with its interval, and unit of each KPI simulated, in units that read well."""
    rows: list[tuple[str, ...]] = []
    for kpi, (before, after, half_width) in found.replayed.items():
        shown = scale(KPIS[kpi].unit, max(abs(before), abs(after)))
        change = estimate(shown(after - before), shown(half_width), sign=True)
        rows.append((KPIS[kpi].title, number(shown(before)), number(shown(after)), change, shown.unit))
    return rows


def _trust(found: Study) -> Section:
    robust = found.robust
    rows = (
        Row(("best soak, 5 % to 95 % of the laws", f"{number(robust.low_h)} to {number(robust.high_h)} h")),
        Row(("regret of the plan, mean and worst", f"{percent(robust.mean_regret)}, {percent(robust.worst_regret)}")),
        Row(("soak of least worst regret", f"{number(robust.steadier_h)} h ({percent(robust.steadier_regret)})")),
        Row(("any soak pays from", _usd(found.break_even_usd))),
    )
    lead = f"{robust.n} draws of shape and scale over the ranges that the scenario gives."
    table = Table("Trust", (Column("What", numeric=False), Column("Value")), rows)
    return Section("trust", "How far to trust it", lead, (table,))


def _usd(value: float) -> str:
    return f"{number(value)} USD a failure in service" if math.isfinite(value) else "no cost of a failure"


def _tests(found: Study) -> Section:
    rows = tuple(Row((operation, number(usd))) for operation, usd in found.coverage)
    table = Table("A point of coverage", (Column("Test", numeric=False), Column("Saves, USD a product")), rows)
    saved = found.best.cost.total - found.halved
    note = Note(
        f"Repeating only half of the soak after a repair would save {number(saved)} USD a product; a swapped part "
        "would then have had half the stress, and its own weaknesses are not in this figure."
    )
    return Section(
        "tests", "Coverage and retest", "What better tests, and other retest rules, would be worth.", (table, note)
    )


def _reading(found: Study) -> Section:
    text = (
        "Latent defects are counted from the parts and operations of the scenario and turn patent by their Weibull "
        "laws in hours of stress. A capped soak gives less stress an hour, by its speed. Prices are not part of a "
        "scenario; those not given on the command line are assumed. Repairs succeed, and swapped parts bring no "
        "weaknesses."
    )
    return Section("reading", "How to read this", "What is in the figures and what is not.", (Note(text),))
