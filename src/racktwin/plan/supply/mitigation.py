"""What keeps the risk of a scenario's network within a limit: each kind of mitigation alone, and the cheapest mixture.

Kinds: ``dual source`` and ``redesign`` qualify an alternate (a redesign also changes the product), ``expedite`` sends
by lanes that are not the usual ones, ``stock`` holds more. An alternate counts as qualified when a loss strikes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from racktwin.errors import Problem, ScenarioError
from racktwin.model import Scenario

from .design_problem import Option
from .flows import Flags
from .losses import NamedLoss, loss_of_flows
from .network_design import options_of
from .network_flows import YEAR_S, NetworkFlows, network_flows, way_name
from .portfolio import Likely, Portfolio, UnreachableError, cheapest_portfolio
from .resilience import impact
from .stages import Floats

KINDS = ("dual source", "redesign", "expedite", "stock")


@dataclass(frozen=True)
class Measure:
    """One thing to do: its kind, pieces (0 for an alternate), and what it costs in the first year, US$.

    Of an alternate that is its opening, and what its pieces cost more than the usual ones as often as losses happen.
    """

    kind: str
    name: str
    pieces: float
    usd: float


@dataclass(frozen=True)
class Mitigation:
    """The cheapest ``portfolio``, its ``measures``, and what each kind alone would cost.

    ``alone``: US$ in the first year by kind; infinite where that kind alone does not bring the risk down far enough.
    ``present_usd_per_year``: the expected impact without any of it, nothing expedited either.
    """

    portfolio: Portfolio
    measures: tuple[Measure, ...]
    alone: dict[str, float]
    present_usd_per_year: float


def mitigate(scenario: Scenario, losses: Sequence[NamedLoss], risk_usd_per_year: float) -> Mitigation:
    """The cheapest measures that keep the expected impact of the losses with a rate within a limit.

    ScenarioError if no loss has a rate; UnreachableError if nothing brings it down that far.
    """
    likely = [one for one in losses if one.rate_per_year > 0]
    if not likely:
        remedy = "give disruptions a rate, such as 2 %/yr"
        raise ScenarioError([Problem("network.disruptions", 0, "", "no loss says how often it happens", remedy)])
    choice = _Choice(scenario, likely, risk_usd_per_year)
    best = choice.cheapest(KINDS)
    alone = {kind: choice.alone(kind) for kind in KINDS}
    return Mitigation(best, tuple(choice.measures(best)), alone, choice.present_usd_per_year())


class _Choice:
    def __init__(self, scenario: Scenario, likely: Sequence[NamedLoss], limit_usd: float) -> None:
        self.network = network_flows(scenario, with_alternates=True)
        self.limit_usd = limit_usd
        self.options = tuple(options_of(self.network, YEAR_S))
        self.kinds = [self._kind(option) for option in self.options]
        self.premium_usd = _premium_usd(self.network)
        self.expedites = _expedites(self.network)
        self.likely = [Likely(loss_of_flows(self.network, one), one.recover_s, one.rate_per_year) for one in likely]

    def _kind(self, option: Option) -> str:
        supply = self.network.net.supplies.get(option.name)
        return "redesign" if supply is not None and supply.redesign else "dual source"

    def cheapest(self, kinds: Sequence[str]) -> Portfolio:
        """Of these kinds only."""
        kept = np.array([name in self.network.net.stocks for name in self.network.flows.stocks])
        rows, may_add = self._open_to(kinds), kept & ("stock" in kinds)
        return cheapest_portfolio(
            self.network.flows, rows, self.options, self.limit_usd, premium_usd=self.premium_usd, may_add=may_add
        )

    def present_usd_per_year(self) -> float:
        """The expected impact with none of them."""
        rows = self._open_to(())
        return sum(one.rate_per_year * impact(self.network.flows, one.loss, one.recover_s)[1] for one in rows)

    def _open_to(self, kinds: Sequence[str]) -> list[Likely]:
        """The losses, with all that is of other kinds shut in each."""
        shut = np.zeros(len(self.network.flows.ways), bool)
        for option, kind in zip(self.options, self.kinds, strict=True):
            shut[option.ways] |= kind not in kinds
        if "expedite" not in kinds:
            shut |= self.expedites
        return [replace(one, loss=replace(one.loss, closed=one.loss.closed | shut)) for one in self.likely]

    def alone(self, kind: str) -> float:
        """US$ in the first year, infinite where it is not enough."""
        try:
            return self.cheapest((kind,)).cost_usd
        except UnreachableError:
            return float("inf")

    def measures(self, found: Portfolio) -> list[Measure]:
        """What the portfolio does, the dearest first."""
        flows = self.network.flows
        dearer = self.premium_usd * found.sent
        rows = []
        for option, kind, is_open in zip(self.options, self.kinds, found.is_open, strict=True):
            if is_open:
                rows.append(Measure(kind, option.name, 0.0, option.opening_usd + float(dearer[option.ways].sum())))
                dearer[option.ways] = 0.0  # a way of two options, a supply at a site to open, counts once
        yearly = flows.holding_usd_per_s * YEAR_S
        rows += [
            Measure("stock", flows.stocks[k], float(found.added[k]), float(found.added[k] * yearly[k]))
            for k in np.flatnonzero(found.added > 0.005)
        ]
        rows += [
            Measure("expedite", way_name(self.network.origins[k]), float(found.sent[k]), float(found.sent[k] * usd))
            for k, usd in enumerate(self.premium_usd)
            if self.expedites[k] and found.sent[k] > 0.005
        ]
        return sorted(rows, key=lambda row: -row.usd)


def _premium_usd(network: NetworkFlows) -> Floats:
    """What a piece costs more by a way than by the cheapest usual one of its stock."""
    flows = network.flows
    usual = np.array([way.is_base and way.option is None for way in network.origins])
    premium = np.zeros(len(flows.ways))
    for k in range(len(flows.ways)):
        base = flows.unit_usd[usual & (flows.fills == flows.fills[k])]
        premium[k] = max(0.0, float(flows.unit_usd[k] - base.min())) if len(base) and not usual[k] else 0.0
    return premium


def _expedites(network: NetworkFlows) -> Flags:
    """Ways of a qualified supply or stock by a lane that is not the usual one."""
    return np.array(
        [
            not way.is_base and way.option is None and (way.supply is not None or way.from_stock is not None)
            for way in network.origins
        ]
    )
