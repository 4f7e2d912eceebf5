"""Time in ticks: customers ask, orders run upstream, goods run downstream.

The sequence within a period is that of Snyder and Shen, "Fundamentals of Supply Chain Theory", 2nd ed., and of
stockpyl: demand and orders first, from the customers to the suppliers; then receipts and
shipments, from the suppliers down.
"""

from __future__ import annotations

from racktwin.sim.jit import entry_point, kernel
from racktwin.sim.packing import packed

from .demand import ask
from .ordering import hear, replenish
from .shipping import turn_over
from .tables import Supply


@entry_point
def run(tables: Supply) -> None:
    """Simulate all ticks of the horizon."""
    _run(packed(tables))


@kernel
def _run(net: Supply) -> None:
    clock = net.clock[0]
    n_nodes = net.nodes.size
    while clock.tick < clock.horizon:
        ask(net)
        for back in range(n_nodes):
            n = n_nodes - 1 - back
            hear(net, n)
            replenish(net, n)
        for n in range(n_nodes):
            turn_over(net, n)
        clock.tick += 1
