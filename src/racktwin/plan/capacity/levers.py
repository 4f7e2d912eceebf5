"""What can be bought more of: paths of the scenario with levels, and what each level costs a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from racktwin.errors import RacktwinError
from racktwin.plan.sweep.design import read_axis

_LEADING = re.compile(r"\s*([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")


@dataclass(frozen=True)
class Lever:
    """``values`` from least to most capacity, and the cost of each, USD a year; more must never cost less."""

    path: str
    values: tuple[str, ...]
    cost_usd_per_year: tuple[float, ...]

    def __post_init__(self) -> None:
        costs = self.cost_usd_per_year
        if len(self.values) != len(costs):
            raise RacktwinError(
                f"{self.path} has {len(self.values)} levels and {len(costs)} costs\n"
                "    → one cost per level, or one a unit"
            )
        if any(later < earlier for earlier, later in pairwise(costs)) or min(costs) < 0:
            raise RacktwinError(f"{self.path}: more must not cost less\n    → list its levels from least to most")


def read_lever(text: str) -> Lever:
    """``path=low..high[:n] @ USD`` or ``path=a,b,c @ USD``: a year for one unit as written, per kW, piece or head.

    ``path=a,b,c @ x,y,z`` gives the cost of each level, where a level is no number (a shift model).
    """
    written, at, price = text.rpartition("@")
    if not at:
        raise RacktwinError(
            f"{text!r} has no cost\n"
            "    → path=low..high @ USD a year per unit, as in work_centers.bay.work_units=4..8 @ 60000"
        )
    axis = read_axis(written)
    values = axis.values
    if axis.is_range:
        if not axis.is_whole:
            raise RacktwinError(f"{axis.path} has no levels\n    → {axis.path}=low..high:5 for five levels")
        values = tuple(str(number) for number in range(int(axis.low), int(axis.high) + 1))
    try:
        costs = [float(part.replace("_", "")) for part in price.split(",")]
    except ValueError:
        raise RacktwinError(f"{price.strip()!r} is no cost\n    → USD a year, a number") from None
    if len(costs) == 1:
        costs = [costs[0] * _number(axis.path, value) for value in values]
    return Lever(axis.path, values, tuple(costs))


def _number(path: str, value: str) -> float:
    match = _LEADING.match(value)
    if match is None:
        raise RacktwinError(
            f"{value!r} of {path} is no number to cost by\n    → give a cost for each level: @ 0, 25000, …"
        )
    return float(match[1].replace("_", ""))
