"""Means, intervals and differences against scipy.stats, and what is said when there is too little to tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from racktwin.kpi import Difference, difference, summarize
from racktwin.kpi.evaluation import SCHEMA

Samples = Mapping[str, Sequence[float | None]]


def kpis(samples: Samples, first: int = 0) -> pa.Table:
    """A table of KPIs, one value per replication."""
    rows = [
        {"replication": first + number, "kpi": kpi, "subject": "", "value": value}
        for kpi, values in samples.items()
        for number, value in enumerate(values)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def change(pairs: list[tuple[float, float]]) -> list[float]:
    return [b - a for a, b in pairs]


def only(found: Sequence[Difference]) -> Difference:
    (one,) = found
    return one


_FINITE = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))
_PAIRS = st.lists(st.tuples(_FINITE, _FINITE), min_size=2, max_size=12).filter(lambda pairs: np.ptp(change(pairs)) > 0)
_SAMPLE = st.lists(_FINITE, min_size=2, max_size=12).filter(lambda values: np.ptp(values) > 0)


@given(_SAMPLE)
def test_interval_is_student_s(values: list[float]) -> None:
    (found,) = summarize(kpis({"wip": values}))
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)

    assert found.mean == pytest.approx(np.mean(values))
    assert found.mean - found.half_width == pytest.approx(expected.low, abs=1e-6)
    assert found.mean + found.half_width == pytest.approx(expected.high, abs=1e-6)


def test_known_interval() -> None:
    """Three values 1, 2, 3: t(2) = 4.303, s = 1."""
    (found,) = summarize(kpis({"wip": [1.0, 2.0, 3.0]}))

    assert (found.kpi, found.subject, found.mean, found.n) == ("wip", "", 2.0, 3)
    assert found.half_width == pytest.approx(4.302652729911275 / math.sqrt(3))


def test_empty_values_are_left_out() -> None:
    several, one, none = summarize(kpis({"a": [1.0, None, 3.0], "b": [None, 5.0, None], "c": [None, None, math.nan]}))

    assert (several.mean, several.n) == (2.0, 2)
    assert (one.mean, one.n, math.isnan(one.half_width)) == (5.0, 1, True)
    assert (none.n, math.isnan(none.mean), math.isnan(none.half_width)) == (0, True, True)


def test_no_spread_is_no_width() -> None:
    (found,) = summarize(kpis({"wip": [2.0, 2.0, 2.0]}))

    assert (found.mean, found.half_width) == (2.0, 0.0)


def test_subjects_are_kept_apart_in_the_table_s_order() -> None:
    rows = [{"replication": 0, "kpi": "wip", "subject": subject, "value": 1.0} for subject in ("b", "a", "")]

    assert [found.subject for found in summarize(pa.Table.from_pylist(rows, schema=SCHEMA))] == ["b", "a", ""]


@given(_PAIRS)
def test_equal_replications_are_paired(pairs: list[tuple[float, float]]) -> None:
    a, b = ([pair[side] for pair in pairs] for side in (0, 1))
    found = only(difference(kpis({"wip": a}), kpis({"wip": b})))
    expected = stats.ttest_rel(b, a).confidence_interval(0.95)

    assert found.paired
    assert found.difference - found.half_width == pytest.approx(expected.low, abs=1e-6)
    assert found.difference + found.half_width == pytest.approx(expected.high, abs=1e-6)


@given(_SAMPLE, _SAMPLE)
def test_unequal_replications_are_compared_by_welch(a: list[float], b: list[float]) -> None:
    found = only(difference(kpis({"wip": a}), kpis({"wip": b}, first=100)))
    expected = stats.ttest_ind(b, a, equal_var=False).confidence_interval(0.95)

    assert not found.paired
    assert found.difference == pytest.approx(np.mean(b) - np.mean(a), abs=1e-6)
    assert found.half_width == pytest.approx((expected.high - expected.low) / 2, rel=1e-6, abs=1e-6)


def test_common_random_numbers_show_a_small_difference() -> None:
    """The same noise in both: the difference is clear although each interval is wide."""
    noise = np.random.default_rng(1).normal(0, 10, 20)
    jitter = np.random.default_rng(2).normal(0, 0.1, 20)
    a, b = kpis({"wip": list(noise)}), kpis({"wip": list(noise + 1 + jitter)})
    paired, apart = only(difference(a, b)), only(difference(a, b.slice(0, 19)))

    assert paired.significant
    assert paired.difference == pytest.approx(1, abs=0.1)
    assert not apart.significant


def test_only_replications_with_a_value_in_both_are_paired() -> None:
    found = only(difference(kpis({"x": [1.0, None, 4.0, 9.0]}), kpis({"x": [2.0, 7.0, 6.0, None]})))

    assert (found.n, found.mean_a, found.mean_b, found.difference) == (2, 2.5, 4.0, 1.5)


def test_a_subject_that_one_run_lacks_is_told_without_a_difference() -> None:
    old, new = difference(kpis({"old": [1.0, 3.0]}), kpis({"new": [4.0, 6.0]}))

    assert (old.kpi, old.mean_a, math.isnan(old.mean_b), math.isnan(old.difference)) == ("old", 2.0, True, True)
    assert (new.kpi, math.isnan(new.mean_a), new.mean_b, new.n) == ("new", True, 5.0, 0)
    assert not old.significant


def test_samples_that_do_not_vary_differ_for_certain() -> None:
    found = only(difference(kpis({"x": [1.0, 1.0]}), kpis({"x": [2.0, 2.0, 2.0]})))

    assert (found.difference, found.half_width, found.significant) == (1.0, 0.0, True)


def test_what_one_run_counts_and_the_other_never_is_none_there() -> None:
    found, _ = difference(kpis({"defects_found": [2.0, 3.0, 4.0], "x": [1.0] * 3}), kpis({"x": [1.0] * 3}))

    assert (found.mean_a, found.mean_b, found.difference, found.n) == (3.0, 0.0, -3.0, 3)
    assert found.significant
