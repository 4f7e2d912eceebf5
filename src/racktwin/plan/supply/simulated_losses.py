"""The same random numbers with and without a loss: what the simulated network, and the line behind it, make of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from racktwin.economics.stock_summary import CHARGES
from racktwin.kpi import student_quantile
from racktwin.model import Scenario
from racktwin.model.requirements import line_stocks
from racktwin.run.chain import compile_chain

from .losses import NamedLoss, starts_s, with_loss, without_losses
from .network_flows import network_of
from .stages import Floats

_MEANS = (
    "late_pieces",
    "worst_pieces",
    "late_piece_s",
    "cost_usd",
    "counted_h",
    "dearer_usd",
    "consigned_dearer_usd",
)
"""The fields of :class:`Simulated` that are means, in their order."""
_NOTICED = 0.5
"""Pieces: less is rounding."""


@dataclass(frozen=True)
class Simulated:
    """Over replications: of racks shipped where the scenario has a line, else of what customers get.

    ``survive_s``: from the loss until something is late that would not have been, infinite if never. ``recover_s``:
    until nothing is late any more, infinite if that lies beyond the horizon. These are medians, the rest means.
    ``late_pieces``: late as the loss ends; ``worst_pieces``: at any time. ``late_piece_s``: summed over time.
    ``cost_usd``: backorders and lost sales as the demands price them; of the line's products the capital that comes
    later. ``counted_h``: hours that the pieces counted (GPUs) in what is late come later, 0 where none are.
    ``dearer_usd``: what the pieces received cost more than without the loss (price, freight, insurance, duty), of
    those we pay for; ``consigned_dearer_usd``: of those that the customer pays for. A receipt costs what is in force on
    the day it comes; as many pieces as came are held against the undisturbed run's mean cost a piece of that stock.

    Replication r of the disturbed and of the undisturbed network has the same random numbers; all is of their
    difference. ``half``: 95 % half widths of the means by field, not-a-number for one replication. ``ranges``: 95 %
    intervals of the medians by order statistics, all that was seen where there are fewer than six.
    """

    survive_s: float
    recover_s: float
    late_pieces: float
    worst_pieces: float
    late_piece_s: float
    cost_usd: float
    counted_h: float
    dearer_usd: float = 0.0
    consigned_dearer_usd: float = 0.0
    replications: int = 1
    half: Mapping[str, float] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Went:
    """One replication: pieces late by end and tick, and what receipts cost by stock and payer."""

    late: Floats
    lost: Floats
    """Of those, pieces by end that nobody waits for any more by the end."""
    spent: dict[tuple[str, bool], tuple[float, float]]
    """Pieces and US$ by (stock, whether we pay)."""


class Undisturbed:
    """The runs without any loss that every loss is held against."""

    def __init__(
        self, scenario: Scenario, replications: int, seed: int, counted: Mapping[str, float] | None = None
    ) -> None:
        self.scenario, self.replications, self.seed = scenario, replications, seed
        self.net = network_of(scenario)
        self.tick_s = float(self.net.tick_s)
        self.has_line = bool(scenario.has_line and line_stocks(scenario))
        self.ends = self._ends()
        counts = counted or gpus_of_hall(scenario)
        self.counted = np.array([_pieces_in(scenario, self._part(name), counts) for name in self.ends])
        self.usual = self._went(without_losses(scenario))

    def go_through(self, loss: NamedLoss) -> Simulated:
        """What the loss does, over the replications."""
        disturbed = self._went(with_loss(self.scenario, loss))
        rows = [
            (*self._one(loss, one.late - usual.late, one.lost - usual.lost), *_dearer(one, usual))
            for one, usual in zip(disturbed, self.usual, strict=True)
        ]
        survive_s, recover_s, *others = zip(*rows, strict=True)
        late, worst, late_piece_s, usd, counted_h, ours_usd, theirs_usd = (float(np.mean(one)) for one in others)
        return Simulated(
            _median(survive_s),
            _median(recover_s),
            late,
            worst,
            late_piece_s,
            usd,
            counted_h,
            ours_usd,
            theirs_usd,
            replications=len(rows),
            half={name: half_width(one) for name, one in zip(_MEANS, others, strict=True)},
            ranges={"survive_s": median_range(survive_s), "recover_s": median_range(recover_s)},
        )

    def _part(self, end: str) -> str:
        return end if self.has_line else self.net.stocks[end].part

    def _went(self, scenario: Scenario) -> list[_Went]:
        """By replication: pieces late by end and tick (of a line: minus what was shipped), and what was spent."""
        chain = compile_chain(scenario)
        found = []
        for number in range(self.replications):
            if self.has_line:
                tables = chain.replicate(number, self.seed, is_recording=False)
                late, lost = -self._shipped(tables["shipments"]), np.zeros(len(self.ends))
            else:
                tables = chain.supply(number, self.seed)
                late, lost = self._owed(tables)
            found.append(_Went(late, lost, _spent(tables["part_receipts"])))
        return found

    def _ends(self) -> list[str]:
        if self.has_line:
            return sorted({demand.product for demand in self.scenario.demand.values()}) or sorted(
                {order.product for order in self.scenario.order_book}
            )
        wanted = {demand.stock for demand in self.net.demand.values()}
        return [name for name in self.net.stocks if name in wanted]

    def _owed(self, tables: dict[str, pa.Table]) -> tuple[Floats, Floats]:
        """Pieces owed or lost so far by end and tick, and those lost in all."""
        levels = tables["stock_levels"]
        stock = np.asarray(levels["stock"].cast(pa.string()).to_pylist())
        owed, lost = (np.asarray(levels[name]) for name in ("backorders", "lost"))
        late = np.array([owed[stock == name] + np.cumsum(lost[stock == name]) for name in self.ends])
        return late, np.array([float(lost[stock == name].sum()) for name in self.ends])

    def _shipped(self, shipments: pa.Table) -> Floats:
        ticks = int(np.ceil(float(self.scenario.horizon_s) / self.tick_s))
        part = np.asarray(shipments["part"].cast(pa.string()).to_pylist())
        at = np.minimum(np.asarray(shipments["shipped_s"]) // self.tick_s, ticks - 1).astype(np.int64)
        counts = [np.bincount(at[part == name], minlength=ticks) for name in self.ends]
        return np.cumsum(np.array(counts, np.float64), axis=1)

    def _one(self, loss: NamedLoss, changed: Floats, lost: Floats) -> tuple[float, ...]:
        per_end = np.maximum(changed, 0.0)
        late = per_end.sum(axis=0)
        begins = round(starts_s(self.scenario, loss.disruption) / self.tick_s)
        noticed = np.flatnonzero(late[begins:] > _NOTICED)
        ends = min(len(late) - 1, begins + max(0, round(loss.recover_s / self.tick_s) - 1))
        survive_s = noticed[0] * self.tick_s if len(noticed) else np.inf
        recover_s = 0.0
        if len(noticed):
            last = begins + noticed[-1] + 1
            recover_s = (noticed[-1] + 1) * self.tick_s if last < len(late) else np.inf
        usd = float(self._usd_per_s() @ per_end.sum(axis=1)) * self.tick_s + float(self._lost_usd() @ lost)
        worst = float(late[begins:].max(initial=0.0))
        counted_h = float(self.counted @ per_end.sum(axis=1)) * self.tick_s / 3600.0
        late_piece_s = float(late.sum()) * self.tick_s
        return float(survive_s), float(recover_s), float(late[ends]), worst, late_piece_s, usd, counted_h

    def _usd_per_s(self) -> Floats:
        """What a piece late costs per second, by end."""
        if self.has_line:
            prices = [self.scenario.parts[name].price_usd for name in self.ends]
            return np.array([float(price or 0.0) * float(self.net.carrying_rate_per_s) for price in prices])
        cost = dict.fromkeys(self.ends, 0.0)
        for demand in self.net.demand.values():
            if demand.backorder:
                cost[demand.stock] = max(cost[demand.stock], float(demand.backorder_cost_usd_per_s))
        return np.array([cost[name] for name in self.ends])

    def _lost_usd(self) -> Floats:
        """What a lost piece costs, by end: as its demand says, else the price of the part."""
        cost = dict.fromkeys(self.ends, 0.0)
        for demand in self.net.demand.values():
            if not demand.backorder:
                price = self.scenario.parts[self.net.stocks[demand.stock].part].price_usd
                cost[demand.stock] = max(cost[demand.stock], float(demand.lost_sale_cost_usd) or float(price or 0.0))
        return np.array([cost[name] for name in self.ends])


def _median(values: Sequence[float]) -> float:
    """The median, the upper of the two in the middle where one of them is infinite."""
    ordered = sorted(values)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return high if high == np.inf else (low + high) / 2.0


def half_width(values: Sequence[float]) -> float:
    """The 95 % half width of a mean over replications, by Student's t; not-a-number for one."""
    if len(values) < 2:
        return float("nan")
    return float(student_quantile(len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))


def median_range(values: Sequence[float]) -> tuple[float, float]:
    """The narrowest pair of order statistics, alike from both ends, that holds the median in 95 % of all samples.

    Conover, "Practical Nonparametric Statistics", 3rd ed., section 3.2; all that was seen where no pair does.
    """
    ordered, n = sorted(values), len(values)
    outside, k = 2.0 * 0.5**n, 0
    while k + 1 < n // 2 and outside + 2.0 * math.comb(n, k + 1) * 0.5**n <= 0.05:
        k += 1
        outside += 2.0 * math.comb(n, k) * 0.5**n
    return float(ordered[k]), float(ordered[n - 1 - k])


def _spent(receipts: pa.Table) -> dict[tuple[str, bool], tuple[float, float]]:
    usd = sum(np.asarray(receipts[layer]) for layer in CHARGES)
    is_bought = np.asarray(receipts["at_s"]) > 0.0
    stock = np.asarray(receipts["stock"].cast(pa.string()).to_pylist())
    ours, pieces = np.asarray(receipts["ours"]), np.asarray(receipts["quantity"], dtype=np.float64)
    found = {}
    for name in dict.fromkeys(stock.tolist()):
        for pays in (True, False):
            chosen = is_bought & (stock == name) & (ours == pays)
            if chosen.any():
                found[name, pays] = (float(pieces[chosen].sum()), float(np.asarray(usd)[chosen].sum()))
    return found


def _dearer(one: _Went, usual: _Went) -> tuple[float, float]:
    """US$ by which the pieces of ``one`` cost more than as many would have cost usually: ours, and the customer's."""
    more = {True: 0.0, False: 0.0}
    for (stock, pays), (pieces, usd) in one.spent.items():
        usual_pieces, usual_usd = usual.spent.get((stock, pays), (0.0, 0.0))
        if usual_pieces > 0:
            more[pays] += usd - pieces * usual_usd / usual_pieces
    return round(more[True], 2), round(more[False], 2)


def gpus_of_hall(scenario: Scenario) -> dict[str, float]:
    """GPUs in a piece of each product of the line that stands in the scenario's hall; empty without a hall."""
    hall = scenario.hall
    if hall is None:
        return {}
    return {
        rack.part: float(rack.compute_nodes) * float(hall.compute_nodes[rack.compute_node].gpus)
        for rack in hall.racks.values()
        if rack.part is not None
    }


def _pieces_in(scenario: Scenario, part: str, counted: Mapping[str, float]) -> float:
    """What one piece of ``part`` counts: its own number, else that of all below it."""
    if part in counted:
        return counted[part]
    below = scenario.parts[part].bill_of_materials
    return sum(int(count) * _pieces_in(scenario, name, counted) for name, count in below.items())
