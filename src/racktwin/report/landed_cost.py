"""Landed cost side by side: a stacked bar and a table, one column per place of making."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from racktwin.economics import LAYERS, LandedCost
from racktwin.plan.supply.prebuilt import Freed

from .blocks import Chart, Column, Note, Row, Section, Table
from .figure import axis, figure, marker, text
from .page import Page, write_page
from .palette import SERIES

FREED = ("unit", "all made here", "all pre-built", "free", "±")
"""The columns of :func:`freed_rows`."""
_CONSIGNED = "paid by the customer"


def write_landed_costs(costs: Sequence[LandedCost], out: Path, freed: Sequence[Freed] = ()) -> Path:
    """Write the comparison of ``costs`` (of one part at one site) to ``out`` and return where it is."""
    return write_page(landed_cost_page(costs, freed), out)


def landed_cost_page(costs: Sequence[LandedCost], freed: Sequence[Freed] = ()) -> Page:
    """The comparison as data, with what the line has free where the part is brought pre-built."""
    first = costs[0]
    cheapest = min(costs, key=lambda cost: cost.total_usd)
    lead = f"Made at {cheapest.made_at} it costs least: US${cheapest.total_usd:,.0f} on {first.date:%-d %B %Y}."
    return Page(
        kicker="racktwin · landed cost",
        title=f"{first.part} at {first.site}",
        subtitle=f"made at {', '.join(cost.made_at for cost in costs)}",
        description="",
        sections=(
            Section(
                "landed-cost", "Landed cost by layer", lead, (_without_material(costs), _layers(costs), _note(costs))
            ),
            *([_freed_section(first.part, freed)] if freed else []),
            Section("lines", "Where it comes from", "Every contribution per piece of the product.", (_lines(costs),)),
        ),
        footer="Written by racktwin. One file: it loads nothing and sends nothing.",
    )


def layer_rows(costs: Sequence[LandedCost]) -> list[tuple[str, ...]]:
    """The table: a row per layer that anybody pays, then what the customer pays of it, carbon and lead time."""
    layers = [cost.by_layer() for cost in costs]
    rows = [
        (name.replace("_", " "), *(f"{of_one[name]:,.0f}" for of_one in layers))
        for name in LAYERS
        if any(of_one[name] for of_one in layers)
    ]
    rows.append(("total", *(f"{cost.total_usd:,.0f}" for cost in costs)))
    if any(line.payer == "customer" for cost in costs for line in cost.lines):
        rows.append((f"of it {_CONSIGNED}", *(f"{sum(cost.by_layer('customer').values()):,.0f}" for cost in costs)))
    rows.append(("carbon of transport, kg", *(f"{cost.carbon_kg:,.0f}" for cost in costs)))
    rows.append(("lead time, days", *(f"{cost.lead_time_s / 86400.0:,.1f}" for cost in costs)))
    return rows


def freed_rows(freed: Sequence[Freed]) -> list[tuple[str, ...]]:
    """What the line uses of each thing, made and pre-built, and what is free, with its 95 % half width."""

    def number(value: float) -> str:
        return "–" if value != value else f"{round(value, 1) + 0.0:,.1f}"

    return [(one.what, one.unit, *map(number, (one.made, one.brought, one.freed, one.half))) for one in freed]


def _freed_section(part: str, freed: Sequence[Freed]) -> Section:
    columns = (Column("the line uses", numeric=False), Column("unit", numeric=False), *map(Column, FREED[1:]))
    table = Table("All made here, and all pre-built", columns, tuple(Row(cells) for cells in freed_rows(freed)))
    lead = f"The line simulated with every {part} made here, and with every one brought, on the same random numbers."
    return Section("freed", "What the line has free", lead, (table,))


def _layers(costs: Sequence[LandedCost]) -> Table:
    columns = (Column("layer", numeric=False), *(Column(f"made at {cost.made_at}, US$") for cost in costs))
    return Table("Landed cost of a piece, US$", columns, tuple(Row(cells) for cells in layer_rows(costs)))


def _without_material(costs: Sequence[LandedCost]) -> Chart:
    places = [text(cost.made_at) for cost in costs]
    traces = []
    shown = [name for name in LAYERS if any(cost.by_layer()[name] for cost in costs)]
    for number, name in enumerate(shown):
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name.replace("_", " "),
                "y": places,
                "x": [cost.by_layer()[name] for cost in costs],
                "marker": marker(SERIES[number % len(SERIES)]),
                "visible": "legendonly" if name == "material" else True,
                "hovertemplate": f"{name.replace('_', ' ')}: US$%{{x:,.0f}}<extra>%{{y}}</extra>",
            }
        )
    layout = {"barmode": "relative", "xaxis": axis("US$ a piece (material is hidden: click it)"), "yaxis": axis()}
    return Chart(
        "landed_cost",
        "What comes on top of the material",
        "Stacked bar of the layers of landed cost for each place of making; material can be switched on.",
        figure(traces, 120 + 70 * len(costs), **layout),
    )


def _note(costs: Sequence[LandedCost]) -> Note:
    duty = [cost.by_layer()["duty"] for cost in costs]
    made = [sum(cost.by_layer()[name] for name in ("labor", "overhead", "conversion")) for cost in costs]
    ratios = [f"{due / work:,.1f} at {cost.made_at}" for cost, due, work in zip(costs, duty, made, strict=True) if work]
    return Note(f"Duty as a multiple of labour, overhead and conversion: {', '.join(ratios) or 'none'}.")


def _lines(costs: Sequence[LandedCost]) -> Table:
    columns = tuple(Column(title, numeric=False) for title in ("made at", "layer", "part", "at", "by", "payer"))
    rows = [
        Row((cost.made_at, line.layer.replace("_", " "), line.part, line.site, line.by, line.payer, f"{line.usd:,.2f}"))
        for cost in costs
        for line in sorted(cost.lines, key=lambda line: -abs(line.usd))
    ]
    return Table("All contributions", (*columns, Column("US$")), tuple(rows), folded=True)
