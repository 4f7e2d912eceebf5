"""What-ifs: branches with other futures, the same for all, and with changes from an instant on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from racktwin.engines.line import LineRun, compile_line
from racktwin.engines.line.changes import Absent, Change, LimitChanged, OrderAdded, UnitDown
from racktwin.errors import SimulationError
from racktwin.model import Scenario
from racktwin.results.schema import TABLES
from racktwin.results.tables import empty_table
from tests.properties.digests import digest
from tests.properties.history import History
from tests.properties.laws import violations
from tests.properties.plants import plants

HOUR_S, DAY_S = 3600.0, 86400.0
Rows = list[dict[str, Any]]


def _world(**keys: Any) -> Scenario:
    document: dict[str, Any] = {
        "racktwin": 1,
        "name": "world",
        "start": "2027-01-04T00:00",
        "horizon": "4 d",
        "work_centers": {"cell": {"work_units": 2, "feed": "floor"}},
        "feeds": {"floor": {"limit": "20 kW"}},
        "operator_groups": {"testers": {"skills": ["test"], "crews": [{"calendar": "always", "headcount": 2}]}},
        "parts": {"tray": {"routing": "tray"}},
        "routings": {
            "tray": {
                "operations": [
                    {"operation": "test", "work_center": "cell", "duration": "4 h", "operators": {"test": 1},
                     "draw": "10 kW"}
                ]
            }
        },
        "order_book": [{"product": "tray", "quantity": 8}],
    }  # fmt: skip
    return Scenario.model_validate({**document, **keys})


def _shipped_h(changes: list[Change], at_h: float = 5.0) -> list[float]:
    run = LineRun.start(compile_line(_world()), 0, 1)
    run.advance(at_h * HOUR_S)
    return [at_s / HOUR_S for at_s in run.branch(changes).finish()["shipments"]["shipped_s"].to_pylist()]


def test_what_happens_without_a_change() -> None:
    assert _shipped_h([]) == [4, 4, 8, 8, 12, 12, 16, 16]


@pytest.mark.parametrize(
    ("change", "shipped_h"),
    [
        # the tray inside waits for the cell: an hour is done, three are left at 10 h
        (UnitDown("cell", 0, 10 * HOUR_S), [4, 4, 8, 12, 13, 16, 17, 20]),
        (UnitDown("cell", 1, 9 * HOUR_S, from_s=8 * HOUR_S), [4, 4, 8, 8, 12, 13, 16, 17]),
        (Absent("testers", 1, 10 * HOUR_S), [4, 4, 8, 11, 14, 15, 18, 19]),
        (Absent("testers", 2, 9 * HOUR_S), [4, 4, 12, 12, 16, 16, 20, 20]),
        # one of the two is shed; one at a time from then on
        (LimitChanged("floor", 10e3), [4, 4, 8, 11, 15, 19, 23, 27]),
        (LimitChanged("floor", 10e3, until_s=13 * HOUR_S), [4, 4, 8, 11, 15, 17, 19, 21]),
        (OrderAdded("tray", 2), [4, 4, 8, 8, 12, 12, 16, 16, 20, 20]),
    ],
)
def test_a_change_does_what_it_says(change: Change, shipped_h: list[float]) -> None:
    assert _shipped_h([change]) == shipped_h


def test_all_that_cannot_be_is_told_at_once() -> None:
    nonsense: list[Change] = [
        UnitDown("oven", 0, 9 * HOUR_S),
        UnitDown("cell", 2, 9 * HOUR_S),
        Absent("testers", 0, 9 * HOUR_S),
        Absent("cooks", 1, 9 * HOUR_S),
        LimitChanged("floor", -1.0),
        LimitChanged("floor", 1.0, "heat"),
        OrderAdded("rack", 0),
        UnitDown("cell", 0, 4 * HOUR_S),
        OrderAdded("tray", release_s=1e9),
    ]
    with pytest.raises(SimulationError) as told:
        _shipped_h(nonsense)
    assert str(told.value).count("\n") == len(nonsense) + 1


def test_limits_are_told_as_they_were() -> None:
    run = LineRun.start(compile_line(_world()), 0, 1)
    run.advance(5 * HOUR_S)
    rows: Rows = run.branch([LimitChanged("floor", 15e3, until_s=13 * HOUR_S)]).finish()["limits"].to_pylist()
    assert {(row["limit"], row["start_s"] < 5 * HOUR_S or row["start_s"] >= 13 * HOUR_S) for row in rows} == {
        (20e3, True),
        (15e3, False),
    }


def _with_all_tables(tables: dict[str, Any]) -> dict[str, Any]:
    """The tables of a line among those of all engines."""
    return {**{name: empty_table(name) for name in TABLES}, **tables}


@pytest.mark.slow
@settings(max_examples=10)
@given(plants(), st.floats(0.1, 0.9))
def test_laws_hold_in_any_future_of_any_plant(scenario: Scenario, share: float) -> None:
    compiled = compile_line(scenario)
    run = LineRun.start(compiled, 0, scenario.seed)
    run.advance(share * compiled.horizon_s)
    first = run.branch(future=1).finish()
    assert violations(History(scenario, _with_all_tables(first))) == []
    assert digest(run.branch(future=1).finish()) == digest(first)


def _queue(service: dict[str, Any], mean_between_min: float = 100.0, days: int = 60) -> Scenario:
    """One machine; orders come at random."""
    step = {"operation": "test", "work_center": "cell", "duration": service}
    return _world(
        horizon=f"{days} d",
        work_centers={"cell": {"work_units": 1}},
        feeds={},
        operator_groups={},
        routings={"tray": {"operations": [step]}},
        order_book=[],
        demand={"trays": {"product": "tray", "interarrival": {"exponential": {"mean": f"{mean_between_min} min"}}}},
    )


def _busy_run(scenario: Scenario) -> LineRun:
    """A run at an instant at which the machine works and three wait."""
    run = LineRun.start(compile_line(scenario), 0, 3)
    at_s = DAY_S
    while run.line.centers[0].n_queued != 3:
        at_s += 0.31 * HOUR_S
        run.advance(at_s)
    return run


def _first_end_s(run: LineRun, futures: int) -> npt.NDArray[np.float64]:
    """Time from now until the piece in work ends, in that many futures."""
    ends_s = []
    for future in range(1, futures + 1):
        branch = run.branch(future=future)
        branch.advance(run.now_s + 2 * DAY_S)
        shipped_s = branch.finish()["shipments"]["shipped_s"].to_numpy()
        ends_s.append(float(shipped_s[shipped_s > run.now_s][0]) - run.now_s)
    return np.array(ends_s)


@pytest.mark.slow
def test_the_rest_of_what_is_under_way_is_that_of_its_law() -> None:
    exponential = _busy_run(_queue({"exponential": {"mean": "80 min"}}, days=9))
    assert stats.kstest(_first_end_s(exponential, 200), stats.expon(scale=80 * 60).cdf).pvalue > 1e-3
    weibull = _busy_run(_queue({"weibull": {"shape": 3, "scale": "90 min"}}, days=9))
    elapsed_s = weibull.now_s - weibull.line.units[0].since_s
    law = stats.weibull_min(3, scale=90 * 60)
    rests_s = _first_end_s(weibull, 200)
    left = law.sf(rests_s + elapsed_s) / law.sf(elapsed_s)
    assert stats.kstest(left, stats.uniform.cdf).pvalue > 1e-3


@pytest.mark.slow
def test_a_queue_empties_in_the_time_of_theory() -> None:
    """M/M/1 from n pieces: n / (service rate - arrival rate), by Wald's identity."""
    run = _busy_run(_queue({"exponential": {"mean": "50 min"}}))
    emptied_s = []
    for future in range(1, 201):
        branch = run.branch(future=future)
        orders = branch.finish()["work_orders"]
        changes = sorted(
            [(at_s, 1) for at_s in orders["release_s"].to_pylist()]
            + [(at_s, -1) for at_s in orders["end_s"].to_pylist() if at_s == at_s],
        )
        level, now_s = 0, 0.0
        for now_s, change in changes:
            level += change
            if now_s > run.now_s and level == 0:
                break
        emptied_s.append(now_s - run.now_s)
    expected_s = 4 / (1 / 3000.0 - 1 / 6000.0)
    error_s = np.std(emptied_s, ddof=1) / np.sqrt(len(emptied_s))
    assert np.mean(emptied_s) == pytest.approx(expected_s, abs=2.8 * error_s)
