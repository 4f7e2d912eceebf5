"""What holds in a tick: whether something is open, and what a capacity, lead time or demand is multiplied by."""

from __future__ import annotations

from racktwin.sim.jit import kernel

from .tables import Supply

OPEN, MOVING, STRETCH = range(3)
"""Rows of a lane, from its first on."""


@kernel
def factor(net: Supply, subject: int, tick: int) -> float:
    """The condition of ``subject`` in ``tick``; 1 for none."""
    if subject < 0:
        return 1.0
    return net.conditions[subject * net.clock[0].ticks + tick].factor


@kernel
def is_open(net: Supply, subject: int) -> bool:
    """Whether ``subject`` is open now."""
    return factor(net, subject, net.clock[0].tick) > 0.0
