"""Jobs generated from laws: entry points that fill arrays with draws."""

from __future__ import annotations

from typing import Any

from racktwin.sim.distributions import sample
from racktwin.sim.jit import entry_point
from racktwin.sim.rng import uniform


@entry_point
def draw_series(laws: Any, samples: Any, law: int, key: Any, into: Any) -> None:
    """Fill ``into`` with draws of ``laws[law]``: value i is that of entity i."""
    for index in range(into.size):
        into[index] = sample(laws[law], samples, key, index, 0)


@entry_point
def draw_uniforms(key: Any, into: Any) -> None:
    """Fill ``into`` with numbers in (0, 1)."""
    for index in range(into.size):
        into[index] = uniform(key, index, 0)
