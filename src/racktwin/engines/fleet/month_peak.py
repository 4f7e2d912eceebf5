"""How likely each hour is to be its month's peak of the system, as it looks on the evening before: no hindsight.

ERCOT's transmission charges go by a hall's draw in the four hours (quarter hours) of June to September that turn out to
be their month's peak (4CP). Nobody knows them beforehand. At midnight local time three things are known: the highest
load of the month so far, a forecast of the day's hours, and how high the peaks of the last days were. From these, for
each day,

    P(hour is the month's peak) = P(hour is the day's peak)
        × ∫ density of the day's peak at x × [x > highest so far] × P(no later day of the month exceeds x) dx.

The forecast's error is one factor for the day (``error``) and one of a third of it for each hour; later days are like
the last 28, their peaks normal about a mean that is not known exactly. Both are assumptions.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LOOK_BACK_DAYS = 28
_ENOUGH_DAYS = 7
LEAST_SPREAD = 0.03
"""Of daily peaks by their mean, where fewer than a week of them are known (assumed)."""
_HOUR_PART = 1.0 / 3.0
_PLACES = (np.arange(101) + 0.5) / 101
_FEW_PLACES = (np.arange(21) + 0.5) / 21


def peak_probabilities(load: Floats, local: Sequence[dt.datetime], error: float, rng: np.random.Generator) -> Floats:
    """For each hour the probability that it is its month's peak, as known at midnight before.

    ``load``: of the system, NaN where unknown; ``local``: when each hour begins. ``rng`` draws the forecasts' errors.
    """
    found, days = np.zeros(len(load)), _days(local)
    peaks: list[float] = []
    month, highest = (0, 0), 0.0
    for date, hours in days:
        if (date.year, date.month) != month:
            month, highest = (date.year, date.month), 0.0
        known = hours[np.isfinite(load[hours])]
        if len(known):
            day_error, hour_errors = rng.normal(0.0, error), rng.normal(0.0, error * _HOUR_PART, len(known))
            forecast = load[known] * np.exp(day_error + hour_errors)
            left = calendar.monthrange(date.year, date.month)[1] - date.day
            chance = _peaks_month(float(forecast.max()), error, highest, peaks[-LOOK_BACK_DAYS:], left)
            found[known] = chance * _peaks_day(forecast, error * _HOUR_PART)
            highest = max(highest, float(load[known].max()))
            peaks.append(float(load[known].max()))
    return found


def month_peaks(load: Floats, local: Sequence[dt.datetime]) -> npt.NDArray[np.bool_]:
    """Which hours turned out to be the peak of their month, of months that are known whole."""
    found = np.zeros(len(load), bool)
    months = np.array([moment.year * 12 + moment.month for moment in local])
    for month in np.unique(months):
        hours = np.flatnonzero(months == month)
        year, number = divmod(int(month) - 1, 12)
        if np.isfinite(load[hours]).sum() >= 24 * calendar.monthrange(year, number + 1)[1] - 1:  # a day of 23 hours
            found[hours[int(np.nanargmax(load[hours]))]] = True
    return found


def _days(local: Sequence[dt.datetime]) -> list[tuple[dt.date, npt.NDArray[np.int64]]]:
    rows: dict[dt.date, list[int]] = {}
    for hour, moment in enumerate(local):
        rows.setdefault(moment.date(), []).append(hour)
    return [(date, np.array(hours, np.int64)) for date, hours in rows.items()]


def _peaks_month(forecast: float, error: float, highest: float, peaks: Sequence[float], days_left: int) -> float:
    """The probability that a day with this forecast of its peak has the month's.

    The forecast is held against what days are like, as a high one is more likely to be too high. Mean and spread of
    days are themselves estimates: the mean of those to come is drawn from what the known ones leave open.
    """
    from scipy.special import ndtri, stdtr, stdtrit  # imported late: a seventh of a second that few halls need

    n = len(peaks)
    mean = float(np.mean(peaks)) if n else forecast
    spread = float(np.std(peaks, ddof=1)) if n >= _ENOUGH_DAYS else LEAST_SPREAD * mean
    spread, miss = max(spread, 1e-9 * mean), max(error * forecast, 1e-9 * mean)
    trust = spread**2 / (spread**2 + miss**2)
    x = mean + trust * (forecast - mean) + math.sqrt(trust) * miss * ndtri(_PLACES)
    freedom = max(n - 1, 1)
    means = mean + spread / math.sqrt(max(n, 1)) * stdtrit(freedom, _FEW_PLACES[:, None])
    none_later = (stdtr(freedom, (x - means) / spread) ** days_left).mean(axis=0)
    return float(np.mean((x > highest) * none_later))


def _peaks_day(forecast: Floats, error: float) -> Floats:
    """The probability of each hour to be the highest of its day."""
    from scipy.special import ndtr, ndtri

    spread = max(error, 1e-6) * forecast
    x = forecast[:, None] + spread[:, None] * ndtri(_PLACES)[None, :]
    below = ndtr((x[:, :, None] - forecast) / spread)
    below[np.arange(len(forecast)), :, np.arange(len(forecast))] = 1.0
    chance = below.prod(axis=2).mean(axis=1)
    return np.asarray(chance / chance.sum(), np.float64)
