"""The active-period method on traces small enough to judge by eye, and against a slow sweep on random ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from racktwin.kpi.active import Periods
from racktwin.kpi.bottleneck import Verdict, judge
from tests.kpi.sweep import active_periods, verdicts

Trace = Mapping[str, Sequence[tuple[float, float]]]


def judged(trace: Trace, observed_s: float) -> dict[str, Verdict]:
    periods = {
        name: Periods(np.array([start for start, _ in found], float), np.array([end for _, end in found], float))
        for name, found in trace.items()
    }
    return judge(periods, observed_s)


def shares(trace: Trace, observed_s: float) -> dict[str, tuple[float, float, float]]:
    return {name: verdict[:3] for name, verdict in judged(trace, observed_s).items()}


def test_the_longest_active_period_is_the_bottleneck() -> None:
    """m1 ▇▇▇▇▇▇▇▇·· / m2 ▇▇·▇▇·▇▇··: m1 all the time it is active; nothing limits the last fifth."""
    trace = {"m1": [(0, 8)], "m2": [(0, 2), (3, 5), (6, 8)]}

    assert shares(trace, 10) == {"m1": (0.8, 0.8, 0.0), "m2": (0.0, 0.0, 0.0)}


def test_the_bottleneck_shifts_where_two_reigns_overlap() -> None:
    """m1 ▇▇▇▇▇▇···· / m2 ····▇▇▇▇▇▇, the textbook figure: 4 s sole, 2 s shifting, 4 s sole; m1 keeps the tie."""
    trace = {"m1": [(0, 6)], "m2": [(4, 10)]}

    assert shares(trace, 10) == {"m1": (0.6, 0.4, 0.2), "m2": (0.4, 0.4, 0.2)}


def test_the_later_and_longer_period_takes_over_as_it_begins() -> None:
    """m1 ▇▇▇▇▇▇···· / m2 ···▇▇▇▇▇▇▇: m2 reigns from 3, and m1 is sole until then."""
    trace = {"m1": [(0, 6)], "m2": [(3, 10)]}

    assert shares(trace, 10) == {"m1": (0.3, 0.3, 0.3), "m2": (0.7, 0.4, 0.3)}


def test_a_period_inside_a_longer_one_never_reigns() -> None:
    trace = {"m1": [(0, 10)], "m2": [(2, 9)]}

    assert shares(trace, 10) == {"m1": (1.0, 1.0, 0.0), "m2": (0.0, 0.0, 0.0)}


def test_reigns_that_touch_or_are_apart_do_not_overlap() -> None:
    """m1 ▇▇▇······· / m2 ···▇▇▇···· / m3 ········▇▇."""
    trace = {"m1": [(0, 3)], "m2": [(3, 6)], "m3": [(8, 10)]}

    assert shares(trace, 10) == {"m1": (0.3, 0.3, 0.0), "m2": (0.3, 0.3, 0.0), "m3": (0.2, 0.2, 0.0)}


def test_a_short_reign_may_be_shifting_all_through() -> None:
    """m1 ▇▇▇▇▇▇▇········· / m2 ····▇▇▇▇▇▇▇▇···· / m3 ······▇▇▇▇▇▇▇▇▇▇: m2 reigns from 4 to 6, while m1 is active."""
    trace = {"m1": [(0, 7)], "m2": [(4, 12)], "m3": [(6, 16)]}

    assert shares(trace, 16) == {
        "m1": (4 / 16, 4 / 16, 3 / 16),
        "m2": (2 / 16, 0.0, 8 / 16),
        "m3": (10 / 16, 4 / 16, 6 / 16),
    }


def test_mean_active_period_and_time_active() -> None:
    verdict = judged({"m1": [(0, 2), (4, 8)], "idle": []}, 10)

    assert verdict["m1"].active_share == pytest.approx(0.6)
    assert verdict["m1"].mean_active_s == 3.0
    assert verdict["idle"][:4] == (0.0, 0.0, 0.0, 0.0)
    assert math.isnan(verdict["idle"].mean_active_s)


def test_nothing_active_is_no_bottleneck() -> None:
    assert shares({"m1": [], "m2": []}, 10) == {"m1": (0, 0, 0), "m2": (0, 0, 0)}
    assert judged({}, 10) == {}


# Whole seconds, so that periods often touch, tie and share their ends.
_INTERVALS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8)
_TRACES = st.lists(_INTERVALS, min_size=1, max_size=5)


@given(_TRACES)
def test_agrees_with_a_sweep(intervals: list[list[tuple[int, int]]]) -> None:
    trace = {
        f"m{number}": active_periods([(float(min(pair)), float(max(pair))) for pair in found], 1, (0.0, 30.0))
        for number, found in enumerate(intervals)
    }
    slow, fast = verdicts(trace, 30.0), judged(trace, 30.0)

    for name, verdict in fast.items():
        expected = [slow[name][key] for key in ("bottleneck", "sole", "shifting", "active")]
        assert list(verdict[:4]) == pytest.approx(expected, abs=1e-12)


@given(_TRACES)
def test_shares_add_up_to_the_time_anything_is_active(intervals: list[list[tuple[int, int]]]) -> None:
    pairs = [[(float(min(pair)), float(max(pair))) for pair in found] for found in intervals]
    trace = {f"m{number}": active_periods(found, 1, (0.0, 30.0)) for number, found in enumerate(pairs)}
    anything = active_periods([pair for found in pairs for pair in found], 1, (0.0, 30.0))

    assert sum(found[0] for found in shares(trace, 30.0).values()) == pytest.approx(
        sum(end - start for start, end in anything) / 30.0
    )
    assert all(found.sole_share <= found.bottleneck_share + 1e-12 for found in judged(trace, 30.0).values())
