"""Numbers as people read them: few digits, thousands apart, a unit of fitting size."""

from __future__ import annotations

import math
from dataclasses import dataclass

MISSING = "–"
_SMALLEST = 1e-5
_MOST_DECIMALS = 7


@dataclass(frozen=True)
class Scale:
    """A unit to show and the factor that leads to it from the number's own unit."""

    unit: str
    factor: float = 1.0

    def __call__(self, value: float) -> float:
        return value * self.factor


_LADDERS: dict[str, tuple[tuple[float, Scale], ...]] = {
    "s": (
        (2 * 86400, Scale("d", 1 / 86400)),
        (2 * 3600, Scale("h", 1 / 3600)),
        (120, Scale("min", 1 / 60)),
        (0, Scale("s")),
    ),
    "W": ((1e6, Scale("MW", 1e-6)), (1e3, Scale("kW", 1e-3)), (0, Scale("W"))),
    "J": ((3.6e9, Scale("MWh", 1 / 3.6e9)), (0, Scale("kWh", 1 / 3.6e6))),
    "m3/s": ((0, Scale("L/min", 60e3)),),
    "1": ((0, Scale("")),),
    "share": ((0, Scale("%", 100.0)),),
}


def scale(unit: str, largest: float) -> Scale:
    """The scale in which numbers up to ``largest`` of that unit read well; units without one stay as they are."""
    size = abs(largest) if math.isfinite(largest) else 0.0
    for least, found in _LADDERS.get(unit, ()):
        if size >= least:
            return found
    return Scale(unit)


def number(value: float, digits: int = 3) -> str:
    """``value`` to that many significant digits, thousands apart: ``1,234``, ``12.3``, ``0.012``, ``8.10e−10``."""
    if not math.isfinite(value):
        return MISSING
    if 0 < abs(value) < _SMALLEST:
        return f"{value:.{digits - 1}e}".replace("-", "−")
    return fixed(value, _decimals(value, digits))


def fixed(value: float, decimals: int) -> str:
    """``value`` with that many decimals, thousands apart, a true minus sign and no negative zero."""
    if not math.isfinite(value):
        return MISSING
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and any(digit in "123456789" for digit in text)
    return f"−{text}" if negative else text


def estimate(mean: float, half_width: float, digits: int = 3, sign: bool = False) -> str:
    """``12.3 ± 0.4``: as many decimals as the interval bears, at most two significant digits of it.

    An interval too small to show is left out.
    """
    if not math.isfinite(mean):
        return MISSING
    decimals = _decimals_borne(mean, half_width, digits)
    plus = "+" if sign and mean > 0 else ""
    spread = fixed(half_width, decimals)
    if not any(digit in "123456789" for digit in spread):
        return f"{plus}{number(mean, digits)}"
    return f"{plus}{fixed(mean, decimals)} ± {spread}"


def interval(mean: float, half_width: float, digits: int = 3, most: float = math.inf) -> str:
    """``11.9 to 12.7``, cut at 0 and ``most``; empty where one replication gives no interval."""
    if not (math.isfinite(mean) and math.isfinite(half_width)):
        return ""
    decimals = min(_decimals_borne(mean, half_width, digits), _decimals(mean, digits) + 1)
    low, high = fixed(max(mean - half_width, 0.0), decimals), fixed(min(mean + half_width, most), decimals)
    return low if low == high else f"{low} to {high}"


def percent(share: float) -> str:
    """A share as a percentage, finer near 0 and 100: ``83 %``, ``0.4 %``, ``99.97 %``, ``< 0.01 %``."""
    if not math.isfinite(share):
        return MISSING
    value = 100.0 * share
    if 0 < value < 0.01:
        return "< 0.01 %"
    if 99.995 <= value < 100:
        return "> 99.99 %"
    if 98 < value < 100:
        return f"{fixed(value, min(_decimals(100 - value, 1), 2))} %"
    return f"{fixed(value, min(_decimals(value, 2), 2))} %"


def quantity(value: float, unit: str, digits: int = 3) -> str:
    """``value`` with its unit, in a fitting size: ``quantity(1.2e6, "W")`` is ``1.2 MW``."""
    shown = scale(unit, value)
    return f"{number(shown(value), digits)} {shown.unit}".strip() if math.isfinite(value) else MISSING


def unit_word(unit: str) -> str:
    """A unit as a word where there is room for it."""
    return {"d": "days", "h": "hours", "min": "minutes", "s": "seconds", "1/week": "per week"}.get(unit, unit)


def words(name: str) -> str:
    """A name of the scenario as words: ``test_floor`` is ``test floor``."""
    return name.replace("_", " ")


def _decimals_borne(mean: float, half_width: float, digits: int) -> int:
    decimals = _decimals(mean, digits)
    if not math.isfinite(half_width) or half_width <= 0:
        return decimals
    return min(_decimals(half_width, 2), max(decimals, _decimals(half_width, 1)), decimals + 3, _MOST_DECIMALS)


def _decimals(value: float, digits: int) -> int:
    """Decimals that show ``value`` to that many significant digits."""
    if value == 0 or not math.isfinite(value):
        return 0
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    return max(digits - 1 - exponent, 0)
