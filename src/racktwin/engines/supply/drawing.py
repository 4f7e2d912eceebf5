"""Draws that are made before a replication runs: when the line's orders come, how long a disruption lasts."""

from __future__ import annotations

from typing import Any

from racktwin.sim.distributions import sample
from racktwin.sim.jit import entry_point


@entry_point
def order_times(laws: Any, samples: Any, key: Any, first_s: float, out: Any) -> None:
    """Fill ``out`` with the instants at which a demand's orders come, as the line engine draws them itself.

    The gap after order *n* is draw 0 of entity *n* of the demand's own stream, by the first row of ``laws``.
    """
    now_s = first_s
    for number in range(out.size):
        out[number] = now_s
        now_s += max(sample(laws[0], samples, key, number, 0), 1e-9)


@entry_point
def draw_s(laws: Any, samples: Any, key: Any) -> float:
    """One draw of the first row of ``laws``."""
    return sample(laws[0], samples, key, 0, 0)
