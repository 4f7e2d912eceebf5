"""What the network brought: which part starved the line, and stock over time."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa

from racktwin.economics.starving import NEEDED, Starved, starving
from racktwin.economics.stock_summary import CHARGES
from racktwin.model.requirements import line_stocks
from racktwin.results import RunFolder

from .blocks import Block, Chart, Column, Row, Section, Table
from .clock import Clock
from .figure import DATES, axis, figure, text
from .palette import SERIES
from .supply_risk import risk_blocks, waiting_table

_MOST_LINES = 8


def supply_section(run: RunFolder, clock: Clock) -> Section:
    """The section of a run whose scenario has a network."""
    starved = _starved(run)
    blocks: list[Block] = []
    if run.scenario.has_line:
        blocks += [_starving_table(run, starved), *waiting_table(run, clock)]
    blocks += [_stock_chart(run, clock, starved), _stock_table(run), _cost_table(run), *risk_blocks(run)]
    return Section("supply", "What the network brings", _lead(run, starved), tuple(blocks))


def _starved(run: RunFolder) -> dict[str, Starved]:
    """Means over replications, by part, the longest wait first; only parts that the network brings."""
    scenario, brought = run.scenario, line_stocks(run.scenario)
    if not scenario.has_line or not brought:
        return {}
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for number in run.replications:
        tables = {name: run.table(name, columns, number) for name, columns in NEEDED.items()}
        for row in starving(scenario, tables, float(scenario.warm_up_s)):
            if row.part in brought:
                for place, value in enumerate((row.items, row.waited_s, row.cost_usd)):
                    sums[row.part][place] += value / len(run.replications)
    rows = [Starved(part, *values) for part, values in sums.items()]
    return {row.part: row for row in sorted(rows, key=lambda row: -row.waited_s)}


def _lead(run: RunFolder, starved: dict[str, Starved]) -> str:
    disrupted = run.scenario.network.disrupted_by if run.scenario.network is not None else ()
    during = f" Disrupted by {', '.join(disrupted)}." if disrupted else ""
    if not run.scenario.has_line:
        return f"Stock, orders and receipts of the network.{during}"
    if not starved:
        return f"No part that the network brings kept the line waiting.{during}"
    worst = next(iter(starved.values()))
    return (
        f"{worst.part} starved the line most: {worst.items:,.0f} pieces of work waited for it, together "
        f"{worst.waited_s / 86400:,.0f} days, and US${worst.cost_usd:,.0f} of capital cost stood still.{during}"
    )


def _starving_table(run: RunFolder, starved: dict[str, Starved]) -> Table:
    rows = [
        Row((row.part, f"{row.items:,.1f}", f"{row.waited_s / 86400:,.1f}", f"{row.cost_usd:,.0f}"))
        for row in starved.values()
    ]
    columns = (
        Column("part", numeric=False),
        Column("work that waited", help="trays, servers and racks whose kit this part completed, mean per replication"),
        Column("days waited, together"),
        Column("capital cost, US$", help="value of what waited, times the carrying rate and the wait"),
    )
    return Table(f"What starved the line, mean of {len(run.replications)} replications", columns, tuple(rows))


def _stock_chart(run: RunFolder, clock: Clock, starved: dict[str, Starved]) -> Chart:
    """On-hand stock less backorders of the first replication, as a share of the most there was."""
    first = run.replications[0]
    table = run.table("stock_levels", None, first)
    assert run.scenario.network is not None
    stocks = run.scenario.network.stocks
    order = sorted(stocks, key=lambda name: -starved[stocks[name].part].waited_s if stocks[name].part in starved else 0)
    names = np.array(table["stock"].cast(pa.string()).to_pylist())
    traces = []
    for number, name in enumerate(order[:_MOST_LINES]):
        chosen = names == name
        level = (table["on_hand"].to_numpy() - table["backorders"].to_numpy())[chosen]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "line": {"shape": "hv", "width": 1.5, "color": SERIES[number % len(SERIES)]},
                "name": text(name),
                "x": [clock.at(time_s).isoformat() for time_s in table["time_s"].to_numpy()[chosen].tolist()],
                "y": (100.0 * level / max(1.0, float(np.abs(level).max()))).tolist(),
                "customdata": level.tolist(),
                "hovertemplate": "%{customdata:,.0f} pieces<extra>%{fullData.name}</extra>",
            }
        )
    return Chart(
        "stock_levels",
        "Stock over time (first replication), % of the most each had",
        "Lines of on-hand stock less backorders, one per stock; below zero pieces are owed.",
        figure(traces, 340, xaxis=axis(**DATES), yaxis=axis("% of the most")),
    )


def _stock_table(run: RunFolder) -> Table:
    table = run.table("stock_levels")
    seen = table["time_s"].to_numpy() >= float(run.scenario.warm_up_s)
    names = np.array(table["stock"].cast(pa.string()).to_pylist())
    assert run.scenario.network is not None
    rows = []
    for name, stock in run.scenario.network.stocks.items():
        chosen = seen & (names == name)
        mean = {
            column: float(table[column].to_numpy()[chosen].mean()) for column in ("on_hand", "backorders", "in_transit")
        }
        missing = (table["backorders"].to_numpy() + table["lost"].to_numpy())[chosen]
        short = float((missing > 0).mean()) if chosen.any() else 0.0
        rows.append(
            Row((name, stock.part, stock.site, *(f"{value:,.1f}" for value in mean.values()), f"{100 * short:.1f}"))
        )
    titles = ("on hand", "owed", "in transit", "days short, %")
    columns = (
        *(Column(title, numeric=False) for title in ("stock", "part", "site")),
        *(Column(title) for title in titles),
    )
    return Table("Stocks, mean over the observed time and all replications", columns, tuple(rows))


def _cost_table(run: RunFolder) -> Table:
    table = run.table("part_receipts")
    seen = table["at_s"].to_numpy() >= float(run.scenario.warm_up_s)
    parts = np.array(table["part"].cast(pa.string()).to_pylist())
    ours = table["ours"].to_numpy()
    weeks = run.observed_s / (7 * 86400.0) * len(run.replications)
    rows = []
    for part in dict.fromkeys(parts.tolist()):
        chosen = seen & (parts == part)
        usd = [float(table[layer].to_numpy()[chosen].sum()) / weeks for layer in CHARGES]
        payer = "us" if bool(ours[chosen].all()) else "customer (consigned)"
        rows.append(Row((part, payer, *(f"{value:,.0f}" for value in usd))))
    titles = ("price", "freight", "insurance", "duty")
    columns = (Column("part", numeric=False), Column("paid by", numeric=False), *(Column(title) for title in titles))
    return Table("What receipts cost, US$ a week", columns, tuple(rows), folded=True)
