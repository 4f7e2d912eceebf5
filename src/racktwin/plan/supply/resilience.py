"""Time to survive, and what a loss costs until it is mended: linear programmes that ignore lead times.

Simchi-Levi, Schmidt, Wei: "From superstorms to factory fires" (Harvard Business Review 2014) and Simchi-Levi et al.,
"Identifying risks and mitigating disruptions in the automotive supply chain" (Interfaces 45, 2015). Everything is
optimised at once and with hindsight, so a real network does no better within the model; lead times are left out, so
it may do worse: hence the simulated answer beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from racktwin.errors import RacktwinError

from .flows import FlowNetwork, Loss
from .program import Program
from .stages import Floats, Ints

SCALE_S = 604800.0
"""The programmes count in weeks: pieces per second would vanish in the solver's tolerances."""
_FOR_GOOD = 5200.0
"""Weeks: what is survived for a century is survived."""


@dataclass(frozen=True)
class Exposure:
    """What one loss does. ``survive_s`` is infinite where the rest of the network copes for good.

    ``lost_pieces`` by demand and ``impact_usd`` are over ``recover_s``; ``risk_exposure`` is the impact as a share of
    the greatest of those compared.
    """

    name: str
    recover_s: float
    survive_s: float
    lost_pieces: Floats
    impact_usd: float
    risk_exposure: float = 0.0

    @property
    def is_covered(self) -> bool:
        """Whether the network survives for longer than it takes to recover."""
        return self.survive_s >= self.recover_s * (1.0 - 1e-9)


def time_to_survive_s(network: FlowNetwork, loss: Loss) -> float:
    """How long all demand can still be met after the loss; infinite if for good, 0 if not even at once."""
    programme = Program()
    flows, time = _flows(programme, network, loss), programme.columns(1, -1.0, 0.0, _FOR_GOOD)
    balance = _balance(programme, network, loss, flows)
    rate = network.demand_per_s * loss.demand_factor * SCALE_S
    programme.put(balance[network.demand_stock], np.repeat(time, len(rate)), -rate)
    limit = _limits(programme, network, flows, 0.0)
    programme.put(limit, np.repeat(time, len(limit)), -network.limit_per_s * loss.limit_factor * SCALE_S)
    if np.any(loss.unserved & (rate > 0)):
        return 0.0
    found = programme.solve_linear()
    weeks = _checked(found.status, max(0.0, -found.cost))
    return weeks * SCALE_S if weeks < _FOR_GOOD * (1.0 - 1e-6) else float(np.inf)


def impact(network: FlowNetwork, loss: Loss, recover_s: float) -> tuple[Floats, float]:
    """Pieces of each demand that cannot be met while the loss lasts, and their cost: the cheapest way to lose them."""
    programme = Program()
    flows = _flows(programme, network, loss)
    wanted = network.demand_per_s * loss.demand_factor * recover_s
    least = np.where(loss.unserved, wanted, 0.0)
    lost = programme.columns(len(wanted), np.maximum(network.loss_usd, 1e-9), least, wanted)
    balance = _balance(programme, network, loss, flows, network.demand_stock, wanted)
    programme.put(balance[network.demand_stock], lost, 1.0)
    _limits(programme, network, flows, network.limit_per_s * loss.limit_factor * recover_s)
    found = programme.solve_linear()
    _checked(found.status, 0.0)
    pieces = np.where(found.values[lost] < 1e-9 * np.maximum(wanted, 1.0), 0.0, found.values[lost])
    return pieces, float(network.loss_usd @ pieces)


def exposures(network: FlowNetwork, losses: Sequence[tuple[Loss, float]]) -> list[Exposure]:
    """All losses, each with its time to recover in s, the worst first."""
    found = []
    for loss, recover_s in losses:
        pieces, usd = impact(network, loss, recover_s)
        found.append(Exposure(loss.name, recover_s, time_to_survive_s(network, loss), pieces, usd))
    worst = max((one.impact_usd for one in found), default=0.0)
    shares = [one.impact_usd / worst if worst > 0 else 0.0 for one in found]
    rated = [Exposure(**{**vars(one), "risk_exposure": share}) for one, share in zip(found, shares, strict=True)]
    return sorted(rated, key=lambda one: (-one.impact_usd, one.survive_s, one.name))


def binding_limits(network: FlowNetwork) -> tuple[str, ...]:
    """What keeps the undisturbed network from meeting its demand for good: the limits that more would relieve, by name.

    Empty where demand is met. Stocks and lead times are left out: this is about capacity.
    """
    return tuple(network.limits[number] for number in scarce_limits(network))


def scarce_limits(network: FlowNetwork) -> dict[int, float]:
    """The limits that keep demand from being met for good, each with the pieces that one more of it would serve."""
    programme = Program()
    flows = programme.columns(len(network.ways))
    wanted = network.demand_per_s * SCALE_S
    lost = programme.columns(len(wanted), 1.0, 0.0, wanted)
    need = np.zeros(len(network.stocks))
    np.add.at(need, network.demand_stock, wanted)
    rows = programme.rows(len(need), need, np.inf)
    programme.put(rows[network.fills], flows, 1.0)
    programme.put(rows[network.takes[:, 1]], flows[network.takes[:, 0]], -network.pieces)
    programme.put(rows[network.demand_stock], lost, 1.0)
    limits = _limits(programme, network, flows, network.limit_per_s * SCALE_S)
    found = programme.solve_linear()
    _checked(found.status, 0.0)
    if found.values[lost].sum() <= 1e-6 * wanted.sum():
        return {}
    return {number: -float(dual) for number, dual in enumerate(found.row_duals[limits]) if dual < -1e-9}


def _flows(programme: Program, network: FlowNetwork, loss: Loss) -> Ints:
    return programme.columns(len(network.ways), 0.0, 0.0, np.where(loss.closed, 0.0, np.inf))


def _balance(
    programme: Program,
    network: FlowNetwork,
    loss: Loss,
    flows: Ints,
    demand_stock: Ints | None = None,
    wanted: Floats | None = None,
) -> Ints:
    """One row per stock: what comes in less what is taken covers what is ``wanted`` beyond stock and transit."""
    there = network.on_hand.astype(np.float64).copy()
    np.add.at(there, network.fills, np.where(loss.keeps_transit, network.in_transit, 0.0))
    need = np.zeros(len(there))
    if demand_stock is not None and wanted is not None:
        np.add.at(need, demand_stock, wanted)
    rows = programme.rows(len(there), need - there, np.inf)
    programme.put(rows[network.fills], flows, 1.0)
    programme.put(rows[network.takes[:, 1]], flows[network.takes[:, 0]], -network.pieces)
    return rows


def _limits(programme: Program, network: FlowNetwork, flows: Ints, upper: Floats | float) -> Ints:
    rows = programme.rows(len(network.limits), -np.inf, upper)
    programme.put(rows[network.uses[:, 1]], flows[network.uses[:, 0]], 1.0)
    return rows


def _checked(status: str, value: float) -> float:
    if status != "optimal":
        raise RacktwinError(f"the linear programme of a loss ended as {status}: demand or stock is not a number")
    return value
