"""What will be asked for: the line's master schedule exploded into parts, and the forecast of every stock."""

from __future__ import annotations

import math
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from racktwin.model import DurationDistribution, Scenario
from racktwin.model.pieces import SeriesPieces, law_of
from racktwin.model.quantity import Quantity
from racktwin.model.requirements import bought_pieces, line_stocks
from racktwin.model.stock import Mrp, Stock
from racktwin.scenario.laws import law_row
from racktwin.sim.calendars import seconds_after
from racktwin.sim.distributions import LAW
from racktwin.sim.rng import stream_key

from .drawing import draw_s, order_times

Series = npt.NDArray[np.float64]


def drawn_s(law: DurationDistribution, seed: int, replication: int, stream: str) -> float:
    """One draw of a duration, s."""
    laws, samples = law_table(law)
    with np.errstate(over="ignore"):
        return float(draw_s(laws, samples, stream_key(seed, replication, stream)))


def law_table(law: DurationDistribution) -> tuple[Any, Series]:
    """A table of that one law, and the samples it draws from."""
    samples: list[float] = []
    table = np.zeros(1, LAW)
    for name, value in law_row(law, samples).items():
        table[name] = value
    return table.view(np.recarray), np.array(samples or [0.0])


def instant_s(scenario: Scenario, instant: Any) -> float:
    """An instant of the scenario, s after its start."""
    if isinstance(instant, Quantity):
        return float(instant)
    return seconds_after(scenario.start, ZoneInfo(scenario.time_zone), instant)


def line_needs(scenario: Scenario, seed: int, replication: int, ticks: int) -> dict[str, Series]:
    """Pieces of each line stock that the master schedule asks for in each tick, by stock.

    The orders are those the line draws in this replication: its own random stream. What holds orders back on the line
    (``max_wip``), rework and scrap are not in the plan.
    """
    net = scenario.network
    stocks = line_stocks(scenario)
    if net is None or net.line is None or not stocks:
        return {}
    needs = {stock: np.zeros(ticks) for stock in stocks.values()}
    for time_s, product, quantity in _orders(scenario, seed, replication, ticks * float(net.tick_s)):
        tick = int((time_s + float(net.line.needed_after_s)) // float(net.tick_s))
        if 0 <= tick < ticks:
            for part, count in bought_pieces(scenario, product, time_s).items():
                if part in stocks:
                    needs[stocks[part]][tick] += quantity * count
    more = 1.0 + float(net.line.replacements)
    return {stock: np.diff(np.floor(np.cumsum(series) * more + 1e-9), prepend=0.0) for stock, series in needs.items()}


def _orders(scenario: Scenario, seed: int, replication: int, until_s: float) -> list[tuple[float, str, int]]:
    orders = []
    for name, demand in scenario.demand.items():
        if demand.interarrival is None:
            continue
        laws, samples = law_table(demand.interarrival)
        times = np.zeros(int(4.0 * until_s / max(demand.interarrival.mean_s, 1.0)) + 64)
        with np.errstate(over="ignore"):
            key = stream_key(seed, replication, f"demand/{name}")
            order_times(laws, samples, key, float(demand.first_s or 0.0), times)
        orders += [(float(t), demand.product, int(demand.quantity)) for t in times[times < until_s]]
    for order in scenario.order_book:
        orders.append((max(0.0, instant_s(scenario, order.release)), order.product, int(order.quantity)))
    return orders


def forecasts(scenario: Scenario, needs: dict[str, Series], ticks: int) -> dict[str, Series]:
    """Pieces that each stock expects to be asked for in each tick, by stock.

    Plans (the line's, a customer's ``series``) are known, other demand is expected at its mean. A stock passes on what
    it expects, as much earlier as its own plan orders ahead.
    """
    net = scenario.network
    assert net is not None
    expected = {name: np.zeros(ticks) for name in net.stocks}
    for name, series in needs.items():
        expected[name] += series
    for demand in net.demand.values():
        expected[demand.stock] += _customer(demand, float(net.tick_s), ticks)
    at = {(stock.part, stock.site): name for name, stock in net.stocks.items()}
    for name in _downstream_first(scenario, at):
        stock = net.stocks[name]
        ahead = cover_ticks(scenario, stock) if isinstance(stock.policy, Mrp) else 0
        earlier = np.concatenate([expected[name][ahead:], np.zeros(min(ahead, ticks))])
        for other, pieces in passed_on(scenario, stock, at):
            expected[other] += pieces * earlier
    return expected


def _customer(demand: Any, tick_s: float, ticks: int) -> Series:
    pieces = np.zeros(ticks)
    law = law_of(demand.quantity)
    every = max(1, round(float(demand.every_s) / tick_s))
    due = np.arange(round(float(demand.first_s) / tick_s), ticks, every)
    if isinstance(law, SeriesPieces):
        pieces[due] = np.resize(np.array(law.values, dtype=np.float64), len(due))
    else:
        pieces[due] = law.mean
    return pieces


def passed_on(scenario: Scenario, stock: Stock, at: dict[tuple[str, str], str]) -> list[tuple[str, float]]:
    """The stocks that one piece of this stock asks, each with how many pieces on average."""
    net = scenario.network
    assert net is not None
    found = []
    for source in stock.sources:
        if source.role != "base":
            continue
        if source.stock is not None:
            found.append((source.stock, float(source.share)))
        elif source.supply is not None and net.supplies[source.supply].prices is None:
            supply = net.supplies[source.supply]
            for part, count in scenario.parts[supply.part].bill_of_materials.items():
                pieces = int(count) * float(source.share) / float(supply.fraction_good)
                found.append((at[part, supply.site], pieces))
    return found


def _downstream_first(scenario: Scenario, at: dict[tuple[str, str], str]) -> list[str]:
    net = scenario.network
    assert net is not None
    placed: dict[str, None] = {}

    def place(name: str) -> None:
        if name not in placed:
            for other, _ in passed_on(scenario, net.stocks[name], at):
                place(other)
            placed[name] = None

    for name in net.stocks:
        place(name)
    return list(placed)[::-1]


def cover_ticks(scenario: Scenario, stock: Stock) -> int:
    """Ticks of forecast that an MRP order must cover: the planned lead time and a review period."""
    net = scenario.network
    assert net is not None
    tick_s = float(net.tick_s)
    policy = stock.policy
    planned_s = policy.planned_lead_time_s if isinstance(policy, Mrp) else None
    if planned_s is None:
        mean_s = 0.0
        for source in stock.sources:
            way_s = net.lanes[source.lane].lead_time.mean_s if source.lane is not None else 0.0
            made_s = net.supplies[source.supply].lead_time.mean_s if source.supply is not None else 0.0
            mean_s += float(source.share) * (way_s + made_s) if source.role == "base" else 0.0
        planned_s = Quantity(mean_s, "s")
    return math.ceil(float(planned_s) / tick_s) + review_ticks(float(stock.review_every_s or 0.0), tick_s)


def review_ticks(review_s: float, tick_s: float) -> int:
    """A review period in ticks, at least one."""
    return max(1, round(review_s / tick_s))
