"""Better schedules of flexible job shops: tabu search in slices, so that it can be watched, stopped and interrupted."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from .problem import Problem, Schedule, makespan
from .shop_kernel import search
from .shop_tables import Shop, is_shop, shop_of

_SLICE_S = 0.2
_PATIENCE_SHARE = 0.15
"""Without a better schedule for this share of its time, the search leaves the rest to the solver."""


def go_on(shop: Shop, rounds: int) -> int:
    """Search the shop for so many rounds more; the best makespan so far."""
    with np.errstate(over="ignore"):  # random numbers wrap around where kernels are not compiled
        return search(shop.tables, rounds)


def tabu(
    problem: Problem,
    start: Schedule,
    time_s: float,
    floor: int,
    seed: int,
    keep: Callable[[Schedule], None],
) -> None:
    """Search from ``start``, and hand each better schedule to ``keep``, until the bound ``floor`` or time's end."""
    shop = shop_of(problem, start, floor, seed)
    best, rounds = makespan(start), 1
    go_on(shop, 1)  # compiles, or is read from the cache
    began_s = last_s = time.monotonic()
    while best > floor and time.monotonic() - began_s < time_s and time.monotonic() - last_s < _PATIENCE_SHARE * time_s:
        slice_s = time.monotonic()
        found = go_on(shop, rounds)
        took_s = time.monotonic() - slice_s
        rounds = max(1, min(4 * rounds, round(rounds * _SLICE_S / max(took_s, 1e-6))))
        if found < best:
            best, last_s = found, time.monotonic()
            keep(shop.schedule())


__all__ = ["go_on", "is_shop", "tabu"]
