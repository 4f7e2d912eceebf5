"""Kernels as tests call them: kernels have no Python door of their own when compiled."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from racktwin.sim import distributions, events, rng


@numba.njit
def philox(key: Any, counter_0: Any, counter_1: Any) -> Any:
    """Philox-2x64-10."""
    return rng.philox(key, counter_0, counter_1)


@numba.njit
def uniforms(key: Any, first_entity: int, count: int, draw: int) -> Any:
    """One uniform for each of ``count`` entities."""
    out = np.empty(count)
    for k in range(count):
        out[k] = rng.uniform(key, first_entity + k, draw)
    return out


@numba.njit
def samples(laws: Any, empirical: Any, key: Any, count: int) -> Any:
    """One sample of the first law for each of ``count`` entities."""
    out = np.empty(count)
    for k in range(count):
        out[k] = distributions.sample(laws[0], empirical, key, k, 0)
    return out


@numba.njit
def binomials(n: int, p: float, us: Any) -> Any:
    """The binomial quantile of each of ``us``."""
    out = np.empty(us.size, np.int64)
    for k in range(us.size):
        out[k] = distributions.binomial(n, p, us[k])
    return out


@numba.njit
def schedule(table: Any, slot: int, time_s: float) -> None:
    """See :func:`racktwin.sim.events.schedule`."""
    events.schedule(table, slot, time_s)


@numba.njit
def cancel(table: Any, slot: int) -> None:
    """See :func:`racktwin.sim.events.cancel`."""
    events.cancel(table, slot)


@numba.njit
def fire(table: Any, slot: int) -> None:
    """See :func:`racktwin.sim.events.fire`."""
    events.fire(table, slot)


@numba.njit
def settle_fired(table: Any, slot: int) -> None:
    """See :func:`racktwin.sim.events.settle_fired`."""
    events.settle_fired(table, slot)


@numba.njit
def next_event(table: Any) -> tuple[int, float]:
    """See :func:`racktwin.sim.events.next_event`."""
    slot, time_s = events.next_event(table)
    return int(slot), float(time_s)
