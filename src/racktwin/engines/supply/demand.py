"""What customers ask for: each demand draws its pieces when it is due."""

from __future__ import annotations

import math

from racktwin.sim.distributions import normal_quantile, poisson
from racktwin.sim.jit import kernel
from racktwin.sim.rng import uniform

from .conditions import factor
from .tables import FIXED_PIECES, POISSON_PIECES, SERIES, UNIFORM_PIECES, Supply


@kernel
def ask(net: Supply) -> None:
    """Every demand that is due puts what it asks for into its claim."""
    tick = net.clock[0].tick
    for d in range(net.demands.size):
        demand = net.demands[d]
        if demand.next > tick:
            continue
        pieces = draw_pieces(net, d)
        if demand.factor >= 0:
            pieces = math.floor(pieces * factor(net, demand.factor, tick) + 0.5)
        net.claims[demand.claim].asked += pieces
        demand.number += 1
        demand.next += demand.every


@kernel
def draw_pieces(net: Supply, d: int) -> float:
    """The pieces of the next occurrence of demand ``d``."""
    demand = net.demands[d]
    if demand.law == SERIES:
        here = demand.number if demand.number < demand.n_samples else demand.number % demand.n_samples
        return net.samples[demand.first_sample + here]
    if demand.law == FIXED_PIECES:
        return demand.a
    u = uniform(demand.key, demand.number, 0)
    if demand.law == UNIFORM_PIECES:
        return math.floor(demand.a + u * (demand.b - demand.a + 1.0))
    if demand.law == POISSON_PIECES:
        return poisson(demand.a, u)
    return max(0.0, math.floor(demand.a + demand.b * normal_quantile(u) + 0.5))
