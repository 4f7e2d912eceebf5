"""A network of stages that hold stock: what each takes, how long, and the demand it must bound.

The guaranteed-service model of Graves and Willems, "Optimizing strategic safety stock placement in supply chains"
(Manufacturing & Service Operations Management 2, 2000). Time is counted in whole periods, a day or a week as the
caller likes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from racktwin.errors import RacktwinError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NO_LIMIT = -1
"""A longest service time that is not promised to anybody."""


@dataclass(frozen=True)
class StageNetwork:
    """``n`` stages, ``m`` arcs (upstream, downstream); all per-stage arrays have length ``n``.

    A stage with external demand quotes at most ``longest_service`` periods; inside the network :data:`NO_LIMIT` lets
    the optimiser choose. ``demand_deviation`` is that of the demand a stage sees in one period (see :func:`pooled`);
    over ``t`` net periods it must be able to serve ``mean · t + safety_factor · deviation · √t``.
    ``least_inbound`` is how long suppliers outside the network may take at most.
    """

    names: tuple[str, ...]
    periods: Ints
    holding_usd: Floats
    """Per piece and period, of the piece as it leaves the stage."""
    demand_mean: Floats
    demand_deviation: Floats
    safety_factor: Floats
    longest_service: Ints
    arcs: Ints
    least_inbound: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        if not len(self.least_inbound):
            object.__setattr__(self, "least_inbound", np.zeros(len(self.names), np.int64))
        object.__setattr__(self, "arcs", np.asarray(self.arcs, np.int64).reshape(-1, 2))
        problems = [*_negative(self), *_strangers(self)]
        if not problems and len(self.order) < self.size:
            ring = [self.names[k] for k in range(self.size) if k not in set(self.order.tolist())]
            problems = [f"stages supply each other in a circle: {', '.join(ring[:6])}\n    → remove one of their arcs"]
        if problems:
            raise RacktwinError("\n".join(problems))

    @property
    def size(self) -> int:
        """How many stages."""
        return len(self.names)

    @cached_property
    def order(self) -> Ints:
        """Stages, suppliers first; shorter than ``size`` if some supply each other in a circle."""
        return upstream_first(self.size, self.arcs)

    @cached_property
    def longest_inbound(self) -> Ints:
        """The longest a stage may wait for what it needs, whatever its suppliers choose to quote."""
        longest = self.least_inbound.astype(np.int64).copy()
        suppliers = _neighbours(self.size, self.arcs[:, ::-1])
        for k in self.order:
            for i in suppliers[k]:
                longest[k] = max(longest[k], self._longest_quote(i, int(longest[i])))
        return longest

    @cached_property
    def consumers(self) -> list[list[int]]:
        """The stages each stage supplies."""
        return _neighbours(self.size, self.arcs)

    def _longest_quote(self, stage: int, inbound: int) -> int:
        least = int(self.periods[stage]) + inbound
        limit = int(self.longest_service[stage])
        return least if limit == NO_LIMIT else min(least, limit)

    def safety_stock(self, net_periods: Ints) -> Floats:
        """Pieces each stage holds beyond mean demand when it must cover ``net_periods``."""
        stock: Floats = self.safety_factor * self.demand_deviation * np.sqrt(np.asarray(net_periods, np.float64))
        return stock


def upstream_first(size: int, arcs: Ints) -> Ints:
    """Stages such that every arc points forward (Kahn); those on or behind a circle are left out."""
    waiting = np.bincount(arcs[:, 1], minlength=size) if len(arcs) else np.zeros(size, np.int64)
    consumers = _neighbours(size, arcs)
    ready = [k for k in range(size) if waiting[k] == 0]
    for k in ready:
        for j in consumers[k]:
            waiting[j] -= 1
            if waiting[j] == 0:
                ready.append(j)
    return np.array(ready, np.int64)


def pooled(
    size: int, arcs: Ints, pieces: Sequence[float] | Floats, mean: Floats, deviation: Floats
) -> tuple[Floats, Floats]:
    """Mean and deviation per period of the demand each stage sees, from the external ``mean`` and ``deviation``.

    ``pieces`` of the upstream stage go into one of the downstream stage. External demands are independent of each
    other; what reaches a stage from one customer by several ways adds up before it is squared.
    """
    uses = uses_of(size, arcs, pieces)
    return uses @ mean, np.sqrt((uses**2) @ (deviation**2))


def uses_of(size: int, arcs: Ints, pieces: Sequence[float] | Floats) -> Floats:
    """``uses[k, e]``: pieces of stage ``k`` in one piece that leaves stage ``e``."""
    order = upstream_first(size, arcs)
    uses = np.eye(size)
    into: list[list[tuple[int, float]]] = [[] for _ in range(size)]
    for (i, j), count in zip(arcs.tolist(), pieces, strict=True):
        into[i].append((j, float(count)))
    for k in order[::-1]:
        for j, count in into[k]:
            uses[k] += count * uses[j]
    return uses


def _neighbours(size: int, arcs: Ints) -> list[list[int]]:
    heads: list[list[int]] = [[] for _ in range(size)]
    for i, j in arcs.tolist():
        heads[i].append(j)
    return heads


def _negative(network: StageNetwork) -> list[str]:
    parts = []
    for what in ("periods", "holding_usd", "demand_deviation", "safety_factor", "least_inbound"):
        values = getattr(network, what)
        if len(values) != network.size:
            parts.append(f"{what} has {len(values)} values for {network.size} stages\n    → give one per stage")
            continue
        wrong = [network.names[k] for k in range(network.size) if not 0 <= values[k] < np.inf]
        if wrong:
            parts.append(f"{what} of {', '.join(wrong[:6])} is negative or not finite\n    → give 0 or more")
    return parts


def _strangers(network: StageNetwork) -> list[str]:
    wrong = [arc for arc in network.arcs.tolist() if not (min(arc) >= 0 and max(arc) < network.size)]
    return [f"arc {i} → {j} leads to no stage\n    → number stages from 0" for i, j in wrong]
