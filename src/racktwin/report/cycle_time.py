"""Where the time of a product goes, from release to shipping."""

from __future__ import annotations

import math
from typing import Any

from racktwin.results.views import CYCLE_CAUSES

from .blocks import Chart, Column, Row, Section, Table
from .evidence import Evidence
from .figure import axis, figure, marker, text
from .numbers import Scale, number, percent, unit_word

CAUSES = {
    "work": ("work", "$work"),
    "rework": ("rework: debug and repeated tests", "$rework"),
    "wait_cell": ("waits for a cell", "$cell"),
    "wait_people": ("waits for people", "$people"),
    "wait_power": ("waits for power", "$power"),
    "wait_coolant": ("waits for coolant", "$coolant"),
    "wait_material": ("waits for parts and components", "$material"),
    "wait_gang": ("waits for its gang or batch", "$gang"),
    "wait_calendar": ("closed", "$calendar"),
    "down": ("cell down", "$down"),
    "blocked": ("blocked: nowhere to go", "$blocked"),
    "other": ("other", "$standby"),
}
"""How each cause of the KPI ``cycle_time_breakdown`` is called and coloured, in the order of the bars."""


def cycle_time_section(evidence: Evidence) -> Section:
    """The cycle time of each product by cause."""
    products = [product for product in evidence.products() if _total(evidence, product) > 0]
    lead = _lead(evidence, products)
    if not products:
        return Section("cycle-time", "Where the time goes", lead, ())
    shown = evidence.scale("cycle_time_mean")
    chart = Chart(
        "cycle-time-chart",
        "Cycle time of a product by cause",
        "Mean time from release to shipping, split by what the product itself does or waits for at each moment. "
        "Waiting for components made here counts as waiting for parts.",
        figure(
            _bars(evidence, products, shown),
            height=150 + 64 * len(products),
            barmode="stack",
            bargap=0.35,
            xaxis=axis(unit_word(shown.unit), rangemode="tozero"),
            yaxis=axis(type="category", autorange="reversed", showgrid=False),
        ),
        _table(evidence, products, shown),
    )
    return Section("cycle-time", "Where the time goes", lead, (chart,))


def _total(evidence: Evidence, product: str) -> float:
    total = evidence.of("cycle_time_mean", product).mean
    return total if math.isfinite(total) else 0.0


def _time(evidence: Evidence, product: str, cause: str) -> float:
    time_s = evidence.of("cycle_time_breakdown", f"{product}:{cause}").mean
    return time_s if math.isfinite(time_s) else 0.0


def _lead(evidence: Evidence, products: list[str]) -> str:
    sentences = []
    for product in products:
        total = _total(evidence, product)
        shown = evidence.scale("cycle_time_mean", product)
        work = _time(evidence, product, "work") / total
        longest = max((cause for cause in CYCLE_CAUSES if cause != "work"), key=lambda c: _time(evidence, product, c))
        share = _time(evidence, product, longest) / total
        sentences.append(
            f"{product} takes {number(shown(total))} {unit_word(shown.unit)}, {percent(work)} of it work; "
            f"the largest other part is “{CAUSES[longest][0]}” ({percent(share)})."
        )
    return " ".join(sentences) or "No product shipped in the time watched."


def _bars(evidence: Evidence, products: list[str], shown: Scale) -> list[dict[str, Any]]:
    traces = []
    for cause, (title, colour) in CAUSES.items():
        times = [_time(evidence, product, cause) for product in products]
        if not any(time > 0 for time in times):
            continue
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": title,
                "y": [text(product) for product in products],
                "x": [shown(time) for time in times],
                "customdata": [percent(time / _total(evidence, p)) for time, p in zip(times, products, strict=True)],
                "marker": marker(colour),
                "hovertemplate": f"%{{y}}<br>{title}: %{{x:.3g}} {shown.unit}, %{{customdata}}<extra></extra>",
            }
        )
    return traces


def _table(evidence: Evidence, products: list[str], shown: Scale) -> Table:
    rows = []
    for cause, (title, _) in CAUSES.items():
        cells = []
        for product in products:
            cells.append(evidence.show("cycle_time_breakdown", f"{product}:{cause}", shown))
            cells.append(percent(_time(evidence, product, cause) / _total(evidence, product)))
        nothing = not any(_time(evidence, product, cause) for product in products)
        rows.append(Row((title, *cells), "muted" if nothing else ""))
    totals = [cell for product in products for cell in (evidence.show("cycle_time_mean", product, shown), "100 %")]
    rows.append(Row(("cycle time", *totals)))
    columns = [column for product in products for column in (Column(f"{product} ({shown.unit})"), Column("share"))]
    return Table("Numbers of this chart", (Column("Cause", numeric=False), *columns), tuple(rows), folded=True)
