"""Every loss of a network, ranked: the linear programme's answer, which ignores lead times, and the simulated one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from racktwin.model import Scenario

from .losses import NamedLoss, loss_of_flows
from .network_flows import network_flows
from .resilience import Exposure, exposures
from .simulated_losses import Simulated, Undisturbed


@dataclass(frozen=True)
class Stressed:
    """One loss: ``rate_per_year`` is not-a-number where not known, ``simulated`` None where not asked for."""

    exposure: Exposure
    rate_per_year: float
    simulated: Simulated | None = None

    @property
    def expected_usd_per_year(self) -> float:
        """Impact times rate."""
        return self.exposure.impact_usd * self.rate_per_year


def stress(
    scenario: Scenario,
    losses: Sequence[NamedLoss],
    *,
    replications: int = 0,
    seed: int | None = None,
    counted: Mapping[str, float] | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Stressed]:
    """All losses, the dearest first, each simulated in so many ``replications``; ``progress`` is told its name.

    ``counted`` says how many pieces (GPUs) a part counts for, whose late hours are added up; without it the GPUs of the
    racks that the scenario's hall holds.
    """
    flows = network_flows(scenario)
    ranked = exposures(flows.flows, [(loss_of_flows(flows, one), one.recover_s) for one in losses])
    named = {one.name: one for one in losses}
    if replications <= 0:
        return [Stressed(exposure, named[exposure.name].rate_per_year) for exposure in ranked]
    usual = Undisturbed(scenario, replications, scenario.seed if seed is None else seed, counted)
    found = []
    for exposure in ranked:
        one = named[exposure.name]
        if progress is not None:
            progress(one.name)
        found.append(Stressed(exposure, one.rate_per_year, usual.go_through(one)))
    return found
