"""Every KPI's SQL against the same in plain loops, on a run made up and on one in which almost nothing happens."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from racktwin.kpi import KPIS, compute
from racktwin.kpi.fleet import FLEET
from racktwin.kpi.fleet_cost import FLEET_COST
from racktwin.results import RunFolder
from tests.kpi.oracle import ORACLES, Values, World, worlds
from tests.results.plant import plant_document
from tests.results.rows import run_of
from tests.results.synthetic import synthetic_run

PRODUCTS = ("gb200_nvl72", "hgx_b200_rack")

Computed = Mapping[int, Mapping[str, Values]]


def computed(run: RunFolder) -> Computed:
    values: dict[int, dict[str, Values]] = {number: {name: {} for name in KPIS} for number in run.replications}
    for row in compute(run).to_pylist():
        assert row["subject"] not in values[row["replication"]][row["kpi"]], "one row per replication and subject"
        values[row["replication"]][row["kpi"]][row["subject"]] = row["value"]
    return values


@pytest.fixture(scope="module", params=["busy", "late", "still"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    path = tmp_path_factory.mktemp("runs") / request.param
    if request.param == "busy":
        return synthetic_run(path, replications=2, weeks=3)
    if request.param == "late":
        return synthetic_run(path, replications=2, weeks=1.3, seed=11)
    rack = {"part": "gb200_nvl72", "release_s": 1e5}
    rows = {"shipments": [{**rack, "shipped_s": 9e5}], "work_orders": [{**rack, "end_s": 9e5, "fate": "shipped"}]}
    return run_of(path, plant_document(weeks=3), [{}, rows])


@pytest.fixture(scope="module")
def found(run: RunFolder) -> Computed:
    return computed(run)


@pytest.fixture(scope="module")
def rows(run: RunFolder) -> Mapping[int, World]:
    return worlds(run, PRODUCTS)


OF_THE_LINE = [name for name in KPIS if name not in {kpi.name for kpi in (*FLEET, *FLEET_COST)}]


def test_every_kpi_of_the_line_has_its_loop() -> None:
    assert set(ORACLES) == set(OF_THE_LINE)


@pytest.mark.parametrize("name", OF_THE_LINE)
def test_sql_agrees_with_the_loop(name: str, found: Computed, rows: Mapping[int, World]) -> None:
    expected = {number: ORACLES[name](world) for number, world in rows.items()}
    if name == "defects_found":
        subjects = {subject for values in expected.values() for subject in values}
        zeros: Values = dict.fromkeys(subjects, 0.0)
        expected = {number: zeros | values for number, values in expected.items()}
    for number, values in expected.items():
        assert measurable(found[number][name]) == pytest.approx(measurable(values), rel=1e-9, abs=1e-9)
        assert empty(found[number][name]) == empty(values)


def measurable(values: Values) -> dict[str, float]:
    return {subject: value for subject, value in values.items() if value is not None}


def empty(values: Values) -> set[str]:
    return {subject for subject, value in values.items() if value is None}


def test_nothing_happened_is_zero_or_empty(tmp_path: Path) -> None:
    values = computed(run_of(tmp_path / "run", plant_document(weeks=3), [{}]))[0]

    assert values["throughput"] == {"": 0.0, "gb200_nvl72": 0.0, "hgx_b200_rack": 0.0}
    assert values["cycle_time_mean"] == {"": None, "gb200_nvl72": None, "hgx_b200_rack": None}
    assert values["wip"] == {"": 0.0, "gb200_nvl72": 0.0, "hgx_b200_rack": 0.0}
    assert values["peak_power"] == {"utility": 0.0, "test_floor": 0.0}
    assert values["facility_energy_per_product"] == {"": None}
    assert values["utilization"]["burn_in"] is None
    assert values["rolled_throughput_yield"] == {"gb200_nvl72": None, "hgx_b200_rack": None}
    assert set(values["bottleneck_share"].values()) == {0.0}
    assert all(values[name] for name in OF_THE_LINE if name != "defects_found"), "every subject has its row"
