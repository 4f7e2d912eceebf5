"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from racktwin.report.numbers import MISSING, estimate, fixed, interval, number, percent, quantity


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0"),
        (1234567.0, "1,234,567"),
        (12.345, "12.3"),
        (0.01234, "0.0123"),
        (-5.0, "−5.00"),
        (8.1e-10, "8.10e−10"),
        (math.nan, MISSING),
    ],
)
def test_a_number_has_three_digits_and_its_thousands_apart(value: float, expected: str) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("mean", "half_width", "expected"),
    [
        (12.3456, 0.4321, "12.3 ± 0.4"),
        (12.3456, 4.321, "12.3 ± 4.3"),
        (1234.5, 120.0, "1,234 ± 120"),
        (0.01234, 0.00056, "0.0123 ± 0.0006"),
        (1.153436686280328, 9e-15, "1.15"),
        (12.3456, 0.0007, "12.3456 ± 0.0007"),
        (5.0, math.nan, "5.00"),
        (5.0, 0.0, "5.00"),
        (math.nan, 1.0, MISSING),
    ],
)
def test_an_estimate_has_the_digits_its_interval_bears(mean: float, half_width: float, expected: str) -> None:
    assert estimate(mean, half_width) == expected


def test_a_difference_wears_its_sign() -> None:
    assert estimate(1.25, 0.5, sign=True) == "+1.25 ± 0.50"
    assert estimate(-1.25, 0.5, sign=True) == "−1.25 ± 0.50"


def test_an_interval_has_two_ends_or_none() -> None:
    assert interval(12.3, 0.4) == "11.9 to 12.7"
    assert interval(12.3, math.nan) == ""


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.834, "83 %"),
        (0.004, "0.40 %"),
        (0.0093, "0.93 %"),
        (0.097, "9.7 %"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.9997, "99.97 %"),
        (1e-6, "< 0.01 %"),
        (0.99999, "> 99.99 %"),
    ],
)
def test_a_share_is_a_percentage(share: float, expected: str) -> None:
    assert percent(share) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1.2e6, "W", "1.20 MW"),
        (900e3, "W", "900 kW"),
        (7200.0, "s", "2.00 h"),
        (5 * 86400.0, "s", "5.00 d"),
        (0.025, "m3/s", "1,500 L/min"),
        (3.6e6, "J", "1.00 kWh"),
        (4.0, "racks", "4.00 racks"),
    ],
)
def test_a_quantity_has_a_unit_of_fitting_size(value: float, unit: str, expected: str) -> None:
    assert quantity(value, unit) == expected


@given(st.floats(min_value=-1e12, max_value=1e12), st.integers(min_value=0, max_value=6))
def test_what_is_printed_is_the_value_rounded(value: float, decimals: int) -> None:
    read = float(fixed(value, decimals).replace(",", "").replace("−", "-"))
    assert math.isclose(read, value, rel_tol=1e-12, abs_tol=0.5000001 * 10**-decimals)


@given(st.floats(min_value=1e-9, max_value=1e12))
def test_three_digits_are_within_half_a_percent(value: float) -> None:
    assert math.isclose(float(number(value).replace(",", "").replace("−", "-")), value, rel_tol=0.0051)
