"""A design before the simulation: the chosen network, and that as it is, sent through the same futures.

The programme knows each future from its start, plans in fractions of pieces, and looks at means. The supply engine
orders by policies, in whole pieces and lots, with its calendars, random demand and lead times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from racktwin.engines.supply import replicate_supply

from .design import Design
from .design_problem import tail_mean
from .designed_network import designed_scenario
from .losses import described_losses, with_loss, without_losses
from .network_design import NOTHING, DesignAnswer
from .network_flows import NetworkFlows
from .simulated_ledger import Ledger, Ledgers
from .simulated_losses import half_width
from .stages import Floats


@dataclass(frozen=True)
class SimulatedFuture:
    """Means over replications in one future, without the first stage; ``half`` is the 95 % half width of the cost.

    ``unmet_pieces`` of each demand are not served by the end; ``fill_rate`` is the share served in its own tick, the
    demands weighted by their rates.
    """

    name: str
    probability: float
    cost_usd: float
    half: float
    unmet_pieces: tuple[float, ...]
    fill_rate: float


@dataclass(frozen=True)
class SimulatedDesign:
    """``by_replication_usd``: first stage and mean over the futures, of each replication.

    ``tail_usd``: first stage and the mean of the dearest outcomes (CVaR) of all futures and replications.
    ``expected_by_entry_usd`` adds up to ``expected_usd``, the first stage's entries ``opening`` and ``held`` included.
    """

    futures: tuple[SimulatedFuture, ...]
    by_replication_usd: tuple[float, ...]
    tail_usd: float
    expected_by_entry_usd: dict[str, float]

    @property
    def expected_usd(self) -> float:
        """First stage and mean over the futures."""
        return float(np.mean(self.by_replication_usd))

    @property
    def half(self) -> float:
        """The 95 % half width of ``expected_usd``; not-a-number for one replication."""
        return half_width(self.by_replication_usd)

    @property
    def fill_rate(self) -> float:
        """The mean over the futures."""
        return sum(future.probability * future.fill_rate for future in self.futures)

    @property
    def unmet_pieces(self) -> float:
        """Pieces of all demands, the mean over the futures."""
        return sum(future.probability * sum(future.unmet_pieces) for future in self.futures)


@dataclass(frozen=True)
class SimulatedAnswer:
    """The design and the network as it is, under the same random numbers in each replication and future."""

    found: SimulatedDesign
    as_it_is: SimulatedDesign

    @property
    def replications(self) -> int:
        """In each future."""
        return len(self.found.by_replication_usd)

    @property
    def saved_usd(self) -> float:
        """Expected cost of the network as it is, less that of the design."""
        return self.as_it_is.expected_usd - self.found.expected_usd

    @property
    def saved_half(self) -> float:
        """The 95 % half width of the paired difference."""
        pairs = zip(self.as_it_is.by_replication_usd, self.found.by_replication_usd, strict=True)
        return half_width([before - after for before, after in pairs])


def simulate_design(
    answer: DesignAnswer,
    replications: int,
    seed: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> SimulatedAnswer:
    """Both networks in every future, by the supply engine, ``replications`` times each."""
    seed = answer.network.scenario.seed if seed is None else seed
    tell = progress or (lambda _: None)
    found = _simulated(answer.network, answer.found, replications, seed, tell, "as designed")
    as_it_is = _simulated(answer.network, answer.as_it_is, replications, seed, tell, "as it is")
    return SimulatedAnswer(found, as_it_is)


def _simulated(
    network: NetworkFlows, design: Design, replications: int, seed: int, tell: Callable[[str], None], name: str
) -> SimulatedDesign:
    scenario = designed_scenario(network, design)
    losses = {loss.name: loss for loss in described_losses(network.scenario)}
    ledgers = Ledgers(network, design.problem, scenario)
    found: list[list[Ledger]] = []
    for future in design.problem.futures:
        tell(f"{future.name}, {name}")
        world = without_losses(scenario) if future.name == NOTHING else with_loss(scenario, losses[future.name])
        found.append([ledgers.of(replicate_supply(world, number, seed)) for number in range(replications)])
    return _summed(network, design, found)


def _summed(network: NetworkFlows, design: Design, found: Sequence[Sequence[Ledger]]) -> SimulatedDesign:
    problem = design.problem
    chances = np.array([future.probability for future in problem.futures])
    usd = np.array([[ledger.total_usd for ledger in ledgers] for ledgers in found])
    first = _first_stage(design)
    first_usd, rates = sum(first.values()), network.flows.demand_per_s
    futures = tuple(
        SimulatedFuture(
            future.name,
            future.probability,
            float(usd[k].mean()),
            half_width(usd[k].tolist()),
            tuple(np.mean([ledger.unmet_pieces for ledger in found[k]], axis=0).tolist()),
            float(np.mean([ledger.fill_rate @ rates / rates.sum() for ledger in found[k]])),
        )
        for k, future in enumerate(problem.futures)
    )
    replications = usd.shape[1]
    tail = tail_mean(usd.ravel(), np.repeat(chances / replications, replications), problem.risk_level)
    return SimulatedDesign(
        futures, tuple((first_usd + chances @ usd).tolist()), first_usd + tail, first | _expected(found, chances)
    )


def _first_stage(design: Design) -> dict[str, float]:
    problem = design.problem
    opening = sum(option.opening_usd for option, opened in zip(problem.options, design.is_open, strict=True) if opened)
    held = np.where(design.held > 0, np.ceil(design.held - 1e-6), 0.0)
    may_hold = np.isfinite(problem.hold_usd)
    return {"opening": float(opening), "held": float(held[may_hold] @ problem.hold_usd[may_hold])}


def _expected(found: Sequence[Sequence[Ledger]], chances: Floats) -> dict[str, float]:
    entries = found[0][0].usd
    return {
        entry: float(
            sum(p * np.mean([one.usd[entry] for one in ledgers]) for p, ledgers in zip(chances, found, strict=True))
        )
        for entry in entries
    }
