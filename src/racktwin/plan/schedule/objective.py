"""Objectives as people write them, and prices as files give them."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import numpy as np

from racktwin.errors import RacktwinError

from .goals import GOALS, Prices, Target

_TERM = re.compile(r"\s*(?:(\d+)\s*\*\s*)?([a-z_]+)\s*\Z")


def read_targets(text: str) -> tuple[Target, ...]:
    """``tardiness, peak`` (one after the other) or ``3*tardiness + makespan`` (summed); RacktwinError for neither."""
    targets = []
    for part in text.split(","):
        weights = []
        for term in part.split("+"):
            match = _TERM.match(term)
            if match is None or match[2] not in GOALS:
                raise RacktwinError(
                    f"{term.strip()!r} is no objective\n    → choose from {', '.join(GOALS)}; a comma between goals "
                    "puts one before the next, as in 'tardiness, peak'; 3*tardiness + makespan weighs them"
                )
            weights.append((match[2], int(match[1] or 1)))
        targets.append(Target(tuple(weights)))
    return tuple(targets)


def read_prices(path: Path) -> tuple[float, ...]:
    """Hourly prices in USD/MWh from the scenario's start: the last numeric column of a CSV file with a header."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise RacktwinError(f"{path} cannot be read: {error}\n    → name a CSV file with a price an hour") from None
    prices: list[float] = []
    for number, row in enumerate(rows[1:], 2):
        if not row:
            continue
        try:
            prices.append(float(row[-1]))
        except ValueError:
            raise RacktwinError(
                f"{path}:{number}: {row[-1]!r} is no price\n    → the last column holds USD/MWh, one row an hour"
            ) from None
    if not prices or any(price != price or abs(price) == float("inf") for price in prices):
        raise RacktwinError(f"{path} holds no usable prices\n    → one row an hour, USD/MWh in the last column")
    return tuple(prices)


def prices_of(resource: int, usd_per_mwh: tuple[float, ...], grain_w: float, tick_s: float) -> Prices:
    """Prices per tick and whole unit of the resource, in millionths of a dollar.

    Where an hour is no whole number of ticks, each tick has the mean price of its time; the last price goes on.
    """
    per_tick = grain_w * tick_s / 3.6e9 * 1e6
    every = max(1, round(3600.0 / tick_s))
    if abs(every * tick_s - 3600.0) > 1e-6:
        every, usd_per_mwh = 1, _by_tick(usd_per_mwh, tick_s)
    return Prices(resource, every, tuple(round(price * per_tick) for price in usd_per_mwh))


def _by_tick(hourly: tuple[float, ...], tick_s: float) -> tuple[float, ...]:
    ticks = math.ceil(3600.0 * len(hourly) / tick_s) + 1
    ends_h = np.arange(ticks + 1) * tick_s / 3600.0
    longer = (*hourly, *[hourly[-1]] * math.ceil(ends_h[-1]))
    sums = np.interp(ends_h, np.arange(len(longer) + 1), np.concatenate(([0.0], np.cumsum(longer))))
    return tuple((np.diff(sums) / (tick_s / 3600.0)).tolist())
