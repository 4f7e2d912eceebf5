"""The cheapest mitigation for a stated risk: what to qualify, add to stock and expedite so that losses stay low.

One mixed-integer programme holds the impact of every loss (:mod:`.resilience`) at once: an option lets its ways carry
pieces in all of them, stock added is there in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from racktwin.errors import RacktwinError

from .design_problem import Option
from .flows import Flags, FlowNetwork, Loss
from .network_flows import YEAR_S
from .program import Program
from .resilience import SCALE_S
from .stages import Floats, Ints, upstream_first

_FREE_USD = 1e-3
"""What a piece that is free to hold costs in the programme, so that no more is held than needed; not in the answer."""


@dataclass(frozen=True)
class Likely:
    """A loss, how long it lasts, and how often it happens."""

    loss: Loss
    recover_s: float
    rate_per_year: float


@dataclass(frozen=True)
class Portfolio:
    """What to open (by option) and to add (pieces by stock), its cost in the first year, and what it leaves.

    ``sent``: pieces a year to expect on each way, rate times what is sent while the losses last. ``dearer_usd``: of the
    cost, what these are expected to cost more a year than the usual ways.
    """

    is_open: tuple[bool, ...]
    added: Floats
    cost_usd: float
    bound_usd: float
    impact_usd: Floats
    risk_usd_per_year: float
    sent: Floats
    dearer_usd: float


class UnreachableError(RacktwinError):
    """Nothing brings the expected impact within the limit."""


def cheapest_portfolio(
    network: FlowNetwork,
    likely: Sequence[Likely],
    options: Sequence[Option],
    risk_usd_per_year: float,
    *,
    premium_usd: Floats | None = None,
    may_add: Flags | bool = True,
    time_limit_s: float = 120.0,
) -> Portfolio:
    """The cheapest options and stock that keep the expected impact, rate times impact summed, within a limit.

    An option costs its opening, stock (of those that ``may_add`` says) its holding for a year, a piece that goes by a
    dearer way its ``premium_usd`` (by way) as often as the loss happens. UnreachableError if even everything opened and
    any stock leaves more (a customer's or the line's own site lost, for example), RacktwinError if time runs out.
    """
    programme = Program()
    opened = programme.columns(len(options), np.array([option.opening_usd for option in options]), 0.0, 1.0, whole=True)
    holding = _holding(network)
    least = np.where(holding > 0, 0.0, _FREE_USD)
    added = programme.columns(len(network.stocks), holding + least, 0.0, _most(network, likely) * may_add)
    premium = np.zeros(len(network.ways)) if premium_usd is None else premium_usd
    blocks = [_impact_rows(programme, network, one, options, opened, added, premium) for one in likely]
    lost = [columns for columns, _ in blocks]
    rates = np.array([one.rate_per_year for one in likely])
    budget = programme.rows(1, -np.inf, risk_usd_per_year)
    for columns, rate in zip(lost, rates, strict=True):
        programme.put(np.repeat(budget, len(columns)), columns, rate * network.loss_usd)
    found = programme.solve(gap=1e-6, time_limit_s=time_limit_s)
    if found.status == "limit" and not len(found.values):
        raise RacktwinError(
            f"no mitigation was found in {time_limit_s:.0f} s\n"
            "    → name fewer losses with --lost, or offer fewer alternates"
        )
    if not len(found.values):
        raise UnreachableError(
            f"no option and no stock brings the expected impact down to US${risk_usd_per_year:,.0f} a year\n"
            "    → allow more, or give the scenario alternates (qualified: false)"
        )
    impact = np.array([float(network.loss_usd @ found.values[columns]) for columns in lost])
    pieces = np.where(found.values[added] > 1e-6, found.values[added], 0.0)
    sent = sum(
        (one.rate_per_year * found.values[flows] for one, (_, flows) in zip(likely, blocks, strict=True)), 0.0 * premium
    )
    is_open = tuple(bool(value > 0.5) for value in found.values[opened])
    free_usd = float(least @ found.values[added])
    cost_usd, bound_usd = found.cost - free_usd, min(found.bound, found.cost) - free_usd
    return Portfolio(is_open, pieces, cost_usd, bound_usd, impact, float(rates @ impact), sent, float(premium @ sent))


def _holding(network: FlowNetwork) -> Floats:
    usd: Floats = network.holding_usd_per_s * YEAR_S
    return usd


def _most(network: FlowNetwork, likely: Sequence[Likely]) -> Floats:
    """All that can be asked for in any loss."""
    most: Floats = np.max([_asked(network, one) for one in likely], axis=0)
    return most


def _asked(network: FlowNetwork, one: Likely) -> Floats:
    """Pieces by stock that demand can ask for while the loss lasts, all of it by the way that takes most."""
    asked = np.zeros(len(network.stocks))
    np.add.at(asked, network.demand_stock, network.demand_per_s * one.loss.demand_factor * one.recover_s)
    for k in _downstream_first(network):
        for way in np.flatnonzero(network.fills == k):
            rows = network.takes[:, 0] == way
            np.add.at(asked, network.takes[rows, 1], network.pieces[rows] * asked[k])
    return asked


def _downstream_first(network: FlowNetwork) -> list[int]:
    return [int(k) for k in upstream_first(len(network.stocks), network.arcs)[::-1]]


def _impact_rows(
    programme: Program,
    network: FlowNetwork,
    one: Likely,
    options: Sequence[Option],
    opened: Ints,
    added: Ints,
    premium_usd: Floats,
) -> tuple[Ints, Ints]:
    """The programme of one loss; returns the columns of what is lost, by demand, and of what is sent, by way."""
    loss, weeks = one.loss, one.recover_s / SCALE_S
    wanted = network.demand_per_s * loss.demand_factor * one.recover_s
    flows = programme.columns(
        len(network.ways), one.rate_per_year * premium_usd, 0.0, np.where(loss.closed, 0.0, np.inf)
    )
    lost = programme.columns(len(wanted), 0.0, np.where(loss.unserved, wanted, 0.0), wanted)
    there = network.on_hand.astype(np.float64).copy()
    np.add.at(there, network.fills, np.where(loss.keeps_transit, network.in_transit, 0.0))
    need = -there
    np.add.at(need, network.demand_stock, wanted)
    rows = programme.rows(len(need), need, np.inf)
    programme.put(rows[network.fills], flows, 1.0)
    programme.put(rows[network.takes[:, 1]], flows[network.takes[:, 0]], -network.pieces)
    programme.put(rows[network.demand_stock], lost, 1.0)
    programme.put(rows, added, 1.0)
    capacity = network.limit_per_s * SCALE_S * loss.limit_factor * weeks
    limits = programme.rows(len(capacity), -np.inf, capacity)
    programme.put(limits[network.uses[:, 1]], flows[network.uses[:, 0]], 1.0)
    most = _asked(network, one)
    for number, option in enumerate(options):
        links = programme.rows(len(option.ways), -np.inf, 0.0)
        programme.put(links, flows[option.ways], 1.0)
        room = np.maximum(most[network.fills[option.ways]], wanted.sum())
        programme.put(links, np.repeat(opened[number], len(links)), -room)
    return lost, flows
