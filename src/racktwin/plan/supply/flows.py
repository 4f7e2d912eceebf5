"""A supply network as stocks and the ways that fill them: the arrays that stress test and design compute with.

A *stock* holds pieces of one part at one site. A *way* fills one stock: a purchase, a make of other stocks at the
site, a transport from another stock; it *takes* pieces of other stocks and *uses* limits (the capacity of a supply, of
a lane, of a site). A *demand* draws on one stock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from racktwin.errors import RacktwinError

from .stages import Floats, Ints, upstream_first

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class FlowNetwork:
    """``n`` stocks, ``w`` ways, ``r`` limits, ``d`` demands; pieces, seconds and US$.

    ``takes`` has a row (way, stock) and ``pieces`` a number for each thing a way consumes per piece it brings; ``uses``
    a row (way, limit). ``in_transit`` is what each way has under way at the start.
    """

    stocks: tuple[str, ...]
    on_hand: Floats
    ways: tuple[str, ...]
    fills: Ints
    lead_time_s: Floats
    unit_usd: Floats
    in_transit: Floats
    takes: Ints
    pieces: Floats
    limits: tuple[str, ...]
    limit_per_s: Floats
    uses: Ints
    demands: tuple[str, ...]
    demand_stock: Ints
    demand_per_s: Floats
    loss_usd: Floats
    """What one piece not delivered costs."""
    holding_usd_per_s: Floats = field(default_factory=lambda: np.zeros(0))
    """Per piece and stock."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "takes", np.asarray(self.takes, np.int64).reshape(-1, 2))
        object.__setattr__(self, "uses", np.asarray(self.uses, np.int64).reshape(-1, 2))
        if not len(self.holding_usd_per_s):
            object.__setattr__(self, "holding_usd_per_s", np.zeros(len(self.stocks)))
        problems = [*self._circles(), *self._dry(), *self._no_capacity()]
        if problems:
            raise RacktwinError("\n".join(problems))

    @property
    def arcs(self) -> Ints:
        """(from stock, to stock) of every take."""
        return np.column_stack((self.takes[:, 1], self.fills[self.takes[:, 0]]))

    def _circles(self) -> list[str]:
        order = upstream_first(len(self.stocks), self.arcs)
        if len(order) == len(self.stocks):
            return []
        ring = sorted(set(range(len(self.stocks))) - set(order.tolist()))
        names = ", ".join(self.stocks[k] for k in ring[:6])
        return [f"stocks are made from each other in a circle: {names}\n    → remove one of their sources"]

    def _dry(self) -> list[str]:
        """Stocks nothing fills, though something is taken from them."""
        wanted = set(self.takes[:, 1].tolist()) | set(self.demand_stock.tolist())
        dry = sorted(wanted - set(self.fills.tolist()))
        return [f"nobody makes or brings {self.stocks[k]}\n    → add a source" for k in dry if self.on_hand[k] <= 0]

    def _no_capacity(self) -> list[str]:
        return [
            f"{self.limits[k]} has no capacity\n    → give a capacity above 0, or remove it"
            for k in np.flatnonzero(self.limit_per_s <= 0)
        ]


@dataclass(frozen=True)
class Loss:
    """What a disruption takes away: ways that carry nothing, demands not served, limits that shrink.

    ``keeps_transit`` says of each way whether what is under way still arrives.
    """

    name: str
    closed: Flags
    keeps_transit: Flags
    unserved: Flags
    limit_factor: Floats
    demand_factor: Floats


def loss_of(
    network: FlowNetwork,
    name: str,
    *,
    closed: Ints | None = None,
    stops_transit: Ints | None = None,
    unserved: Ints | None = None,
    limit_factors: Mapping[int, float] | None = None,
    demand_factors: Mapping[int, float] | None = None,
) -> Loss:
    """A loss from the numbers of what it hits; nothing else changes."""

    def flags(count: int, numbers: Ints | None) -> Flags:
        hit = np.zeros(count, bool)
        if numbers is not None and len(numbers):
            hit[numbers] = True
        return hit

    def factors(count: int, changes: Mapping[int, float] | None) -> Floats:
        factor = np.ones(count)
        for number, value in (changes or {}).items():
            factor[number] = value
        return factor

    ways = len(network.ways)
    return Loss(
        name,
        flags(ways, closed),
        ~flags(ways, stops_transit),
        flags(len(network.demands), unserved),
        factors(len(network.limits), limit_factors),
        factors(len(network.demands), demand_factors),
    )
