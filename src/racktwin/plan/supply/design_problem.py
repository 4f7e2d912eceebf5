"""Network design as a two-stage problem: what to open and hold now, against what may happen later.

First stage: which options (sites, lanes, suppliers) to open, and how many pieces to hold ready beside the present
stock. Second stage, per scenario and period: what each way carries, what is in stock, what is owed. Orders are
fractions of pieces; minimum orders and lot sizes are left to the simulation that checks the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from racktwin.errors import RacktwinError

from .flows import FlowNetwork
from .program import Arrays, Program
from .stages import Floats, Ints, upstream_first


@dataclass(frozen=True)
class Option:
    """Something that may be opened for ``opening_usd``; its ``ways`` carry nothing otherwise."""

    name: str
    opening_usd: float
    ways: Ints


@dataclass(frozen=True)
class Future:
    """What may happen, with its probability: factors by period on what ways carry and cost, on limits, on demand."""

    name: str
    probability: float
    way_factor: Floats
    usd_factor: Floats
    limit_factor: Floats
    demand_factor: Floats


@dataclass(frozen=True)
class DesignProblem:
    """``periods`` of ``period_s``; ``unit_usd[w, t]`` per piece a way is sent in period ``t``.

    ``hold_usd[n]`` buys a piece to be held ready from the start (its stock is charged like any other's); infinite where
    none may be held. ``salvage_usd[n]`` is what a piece left at the end is worth: at most what it costs, or it
    would be hoarded.
    ``backlog_usd[d]`` is per piece owed and period; what is owed at the end is lost at the network's ``loss_usd``.
    ``risk_weight`` 0 minimises the expected cost, 1 the mean of the worst ``1 - risk_level`` (CVaR).
    """

    network: FlowNetwork
    periods: int
    period_s: float
    options: tuple[Option, ...]
    futures: tuple[Future, ...]
    unit_usd: Floats
    hold_usd: Floats
    backlog_usd: Floats
    salvage_usd: Floats = field(default_factory=lambda: np.zeros(0))
    risk_weight: float = 0.0
    risk_level: float = 0.9

    def __post_init__(self) -> None:
        total = sum(future.probability for future in self.futures)
        if abs(total - 1.0) > 1e-6:
            raise RacktwinError(f"the futures' probabilities add up to {total:g}\n    → make it 1")
        if not len(self.salvage_usd):
            object.__setattr__(self, "salvage_usd", np.zeros(len(self.network.stocks)))

    @property
    def lead_periods(self) -> Ints:
        """Whole periods from sending to arrival, rounded to the nearest."""
        return np.rint(self.network.lead_time_s / self.period_s).astype(np.int64)

    def requirement(self) -> Floats:
        """The most pieces of each stock that any future can need over the horizon."""
        net = self.network
        need = np.zeros(len(net.stocks))
        for future in self.futures:
            wanted = np.zeros(len(net.stocks))
            total = net.demand_per_s * self.period_s * future.demand_factor.sum(axis=1)
            np.add.at(wanted, net.demand_stock, total)
            need = np.maximum(need, wanted)
        most: dict[tuple[int, int], float] = {}
        for (way, stock), count in zip(net.takes.tolist(), net.pieces.tolist(), strict=True):
            pair = (stock, int(net.fills[way]))
            most[pair] = max(most.get(pair, 0.0), count)
        into: dict[int, list[tuple[int, float]]] = {}
        for (stock, filled), count in most.items():
            into.setdefault(stock, []).append((filled, count))
        for stock in upstream_first(len(net.stocks), net.arcs)[::-1].tolist():
            need[stock] += sum(count * need[filled] for filled, count in into.get(stock, []))
        return need


def conditional_value_at_risk(problem: DesignProblem, future_usd: Floats) -> float:
    """The mean of the worst ``1 - risk_level`` of the futures' costs."""
    return tail_mean(future_usd, np.array([future.probability for future in problem.futures]), problem.risk_level)


def tail_mean(usd: Floats, chances: Floats, level: float) -> float:
    """The mean of the dearest ``1 - level`` of all outcomes, one counted in part where it straddles."""
    left, total = 1.0 - level, 0.0
    for number in np.argsort(-usd):
        share = min(left, float(chances[number]))
        if share > 0:
            total += share * usd[number]
        left -= share
    return float(total / (1.0 - level))


def mixed_usd(problem: DesignProblem, future_usd: Floats) -> float:
    """The objective of futures' costs: their mean and their CVaR, as the risk weight has them."""
    mean = float(np.array([future.probability for future in problem.futures]) @ future_usd)
    if problem.risk_weight <= 0:
        return mean
    return (1.0 - problem.risk_weight) * mean + problem.risk_weight * conditional_value_at_risk(problem, future_usd)


@dataclass
class Model:
    """The programme of a problem, and where its columns are. ``future_cost`` gives each future's own cost."""

    arrays: Arrays
    opened: Ints
    held: Ints
    future_cost: list[tuple[Ints, Floats]]
    first_stage_usd: Floats
    columns: list[Columns] = field(default_factory=list)

    @property
    def first_stage(self) -> Ints:
        """Its columns: what is opened, then what is held."""
        return np.concatenate((self.opened, self.held))

    @property
    def size(self) -> int:
        """Columns."""
        return len(self.arrays.cost)


@dataclass(frozen=True)
class Columns:
    """One future's columns: sent (way, period), stock (stock, period), owed (demand, period)."""

    sent: Ints
    stock: Ints
    owed: Ints


def size_of(problem: DesignProblem) -> int:
    """Columns of the extensive form, about."""
    net = problem.network
    each = (len(net.ways) + len(net.stocks) + len(net.demands)) * problem.periods
    return len(problem.options) + len(net.stocks) + len(problem.futures) * each


def model_of(problem: DesignProblem, futures: tuple[Future, ...] | None = None) -> Model:
    """The extensive form over ``futures`` (all of the problem's)."""
    chosen = problem.futures if futures is None else futures
    programme = Program()
    opened = programme.columns(
        len(problem.options), np.array([option.opening_usd for option in problem.options]), 0, 1, whole=True
    )
    may_hold = np.isfinite(problem.hold_usd)
    held = programme.columns(
        len(may_hold), np.where(may_hold, problem.hold_usd, 0.0), 0.0, np.where(may_hold, problem.requirement(), 0.0)
    )
    risk = _risk(programme, problem, chosen)
    costs, blocks = [], []
    for number, future in enumerate(chosen):
        block, cost = _future(
            programme, problem, future, opened, held, (1.0 - problem.risk_weight) * future.probability
        )
        costs.append(cost)
        blocks.append(block)
        if risk is not None:
            beyond, level = risk
            row = programme.rows(1, -np.inf, 0.0)
            programme.put(np.repeat(row, len(cost[0])), cost[0], cost[1])
            programme.put(np.repeat(row, 2), np.array([beyond[number], level[0]]), np.array([-1.0, -1.0]))
    arrays = programme.arrays()
    return Model(arrays, opened, held, costs, arrays.cost[np.concatenate((opened, held))], blocks)


def _risk(programme: Program, problem: DesignProblem, futures: tuple[Future, ...]) -> tuple[Ints, Ints] | None:
    """Rockafellar and Uryasev (2000): a level and what each future's cost exceeds it by."""
    if problem.risk_weight <= 0:
        return None
    level = programme.columns(1, problem.risk_weight, -np.inf)
    weights = np.array([future.probability for future in futures]) * problem.risk_weight / (1.0 - problem.risk_level)
    return programme.columns(len(futures), weights), level


def _future(
    programme: Program, problem: DesignProblem, future: Future, opened: Ints, held: Ints, weight: float
) -> tuple[Columns, tuple[Ints, Floats]]:
    net, periods = problem.network, problem.periods
    unit = problem.unit_usd * future.usd_factor
    room = np.where(future.way_factor > 0, np.inf, 0.0)
    holding = np.repeat(net.holding_usd_per_s[:, None] * problem.period_s, periods, axis=1)
    holding[:, -1] -= problem.salvage_usd
    owing = np.repeat(problem.backlog_usd[:, None], periods, axis=1)
    owing[:, -1] += net.loss_usd
    usd = np.concatenate((unit.ravel(), holding.ravel(), owing.ravel()))
    sent = programme.columns(unit.size, weight * unit.ravel(), 0.0, room.ravel()).reshape(unit.shape)
    stock = programme.columns(holding.size, weight * holding.ravel()).reshape(-1, periods)
    wanted = net.demand_per_s[:, None] * problem.period_s * future.demand_factor
    owed = programme.columns(owing.size, weight * owing.ravel(), 0.0, np.cumsum(wanted, axis=1).ravel())
    columns = Columns(sent, stock, owed.reshape(owing.shape))
    _balance(programme, problem, wanted, columns, held)
    _limits(programme, problem, future, columns, opened)
    _links(programme, problem, columns, opened)
    return columns, (np.concatenate((sent.ravel(), stock.ravel(), owed.ravel())), usd)


def _balance(programme: Program, problem: DesignProblem, wanted: Floats, columns: Columns, held: Ints) -> None:
    """stock before + arrivals + newly owed = stock after + taken + wanted."""
    net, periods = problem.network, problem.periods
    right = np.zeros((len(net.stocks), periods))
    right[:, 0] -= net.on_hand
    np.add.at(right, net.demand_stock, wanted)
    lead = problem.lead_periods
    for way in range(len(net.ways)):
        span = max(1, min(int(lead[way]), periods))
        right[net.fills[way], :span] -= net.in_transit[way] / span
    rows = programme.rows(right.size, right.ravel(), right.ravel()).reshape(right.shape)
    programme.put(rows, columns.stock, -1.0)
    programme.put(rows[:, 1:], columns.stock[:, :-1], 1.0)
    programme.put(rows[:, 0], held, 1.0)
    when = np.arange(periods)[None, :] + lead[:, None]
    sender, sent_in = np.nonzero(when < periods)
    programme.put(rows[net.fills[sender], when[sender, sent_in]], columns.sent[sender, sent_in], 1.0)
    taker, taken = net.takes.T
    programme.put(rows[taken], columns.sent[taker], np.repeat(-net.pieces, periods))
    programme.put(rows[net.demand_stock], columns.owed, 1.0)
    programme.put(rows[net.demand_stock][:, 1:], columns.owed[:, :-1], -1.0)


def _limits(programme: Program, problem: DesignProblem, future: Future, columns: Columns, opened: Ints) -> None:
    """What uses a limit is within it; a limit that one option owns is there only if that is opened."""
    net, periods = problem.network, problem.periods
    capacity = net.limit_per_s[:, None] * problem.period_s * future.limit_factor
    owner = _owners(problem)
    upper = np.where(owner[:, None] >= 0, 0.0, capacity)
    rows = programme.rows(upper.size, -np.inf, upper.ravel()).reshape(upper.shape)
    way, limit = net.uses.T
    programme.put(rows[limit], columns.sent[way], 1.0)
    owned = np.flatnonzero(owner >= 0)
    programme.put(rows[owned], np.repeat(opened[owner[owned]], periods), -capacity[owned])


def _owners(problem: DesignProblem) -> Ints:
    """The one option all of whose ways use a limit, nobody else's do; -1 if there is none."""
    of_way = np.full(len(problem.network.ways), -1)
    for number, option in enumerate(problem.options):
        of_way[option.ways] = number
    owners = np.full(len(problem.network.limits), -2)
    for way, limit in problem.network.uses.tolist():
        owners[limit] = of_way[way] if owners[limit] in (-2, of_way[way]) else -1
    owners[owners < 0] = -1
    return owners


def _links(programme: Program, problem: DesignProblem, columns: Columns, opened: Ints) -> None:
    """All that an option's way carries is at most what its stock can need, if opened."""
    most = problem.requirement()
    for number, option in enumerate(problem.options):
        rows = programme.rows(len(option.ways), -np.inf, 0.0)
        sent = columns.sent[option.ways]
        programme.put(np.repeat(rows, problem.periods), sent, 1.0)
        programme.put(rows, np.repeat(opened[number], len(rows)), -most[problem.network.fills[option.ways]])


def coarser(problem: DesignProblem, factor: int) -> DesignProblem:
    """The problem with ``factor`` periods in one: their demand in all, the mean of everything else."""
    periods = -(-problem.periods // factor)

    def mean(values: Floats) -> Floats:
        wide = np.pad(values, ((0, 0), (0, periods * factor - problem.periods)), mode="edge")
        merged: Floats = wide.reshape(len(values), periods, factor).mean(axis=2)
        return merged

    def total(values: Floats) -> Floats:
        wide = np.pad(values, ((0, 0), (0, periods * factor - problem.periods)))
        merged: Floats = wide.reshape(len(values), periods, factor).mean(axis=2)
        return merged

    futures = [
        replace(
            future,
            way_factor=mean(future.way_factor),
            usd_factor=mean(future.usd_factor),
            limit_factor=total(future.limit_factor),
            demand_factor=total(future.demand_factor),
        )
        for future in problem.futures
    ]
    return replace(
        problem,
        periods=periods,
        period_s=problem.period_s * factor,
        futures=tuple(futures),
        unit_usd=mean(problem.unit_usd),
        backlog_usd=problem.backlog_usd * factor,
    )
