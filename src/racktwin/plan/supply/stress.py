"""Every loss of a network: how long it is survived, what it costs, ranked; linear programmes that ignore lead times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from racktwin.model import Scenario

from .losses import NamedLoss, loss_of_flows
from .network_flows import network_flows
from .resilience import Exposure, exposures


@dataclass(frozen=True)
class Stressed:
    """One loss with its exposure; ``rate_per_year`` is not-a-number where it is not known."""

    exposure: Exposure
    rate_per_year: float

    @property
    def expected_usd_per_year(self) -> float:
        """Impact times rate."""
        return self.exposure.impact_usd * self.rate_per_year


def stress(scenario: Scenario, losses: Sequence[NamedLoss]) -> list[Stressed]:
    """All losses, the dearest first."""
    flows = network_flows(scenario)
    ranked = exposures(flows.flows, [(loss_of_flows(flows, one), one.recover_s) for one in losses])
    rates = {one.name: one.rate_per_year for one in losses}
    return [Stressed(exposure, rates[exposure.name]) for exposure in ranked]
