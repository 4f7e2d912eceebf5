"""What holds for every KPI's definition, and for the values of any run."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from racktwin.kpi import KPIS, SUBJECT_KINDS, compute, evaluation
from racktwin.kpi.definition import SubjectKind
from racktwin.kpi.evaluation import SCHEMA
from racktwin.kpi.fleet import FLEET
from racktwin.kpi.fleet_cost import FLEET_COST
from racktwin.results import RunFolder
from racktwin.results.database import query
from racktwin.results.schema import E10_STATES
from tests.results.plant import plant_document
from tests.results.rows import run_of
from tests.results.synthetic import synthetic_run

UNITS = {
    "1/d",
    "1",
    "1/week",
    "s",
    "h",
    "kW",
    "kWh",
    "L/min",
    "L/kWh",
    "K",
    "kWh/d",
    "USD/d",
    "USD",
    "USD/MWh",
    "kg/d",
    "kg",
    "1/J",
    "1/yr",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return synthetic_run(tmp_path_factory.mktemp("runs") / "run", replications=2, weeks=3)


@pytest.mark.parametrize("name", KPIS)
def test_definition_is_complete(name: str) -> None:
    kpi = KPIS[name]

    assert kpi.name == name
    assert kpi.title[0].isupper()
    assert kpi.unit in UNITS
    assert kpi.subject_kind in SUBJECT_KINDS
    assert not kpi.formula.endswith(".")


def test_every_kind_of_subject_is_explained() -> None:
    assert set(SUBJECT_KINDS) == set(get_args(SubjectKind))


@pytest.mark.parametrize(
    "name", [name for name in KPIS if not any(table in KPIS[name].sql for table in ("bottlenecks", "largest_falls"))]
)
def test_definition_is_a_query_that_a_reader_can_run(run: RunFolder, name: str) -> None:
    answer = query(run, KPIS[name].sql)

    assert sorted(answer.column_names) == ["replication", "subject", "value"]


def test_table_has_the_schema_and_a_fixed_order(run: RunFolder) -> None:
    table = compute(run)
    order = [list(KPIS).index(kpi) for kpi in table["kpi"].to_pylist()]

    assert table.schema == SCHEMA
    assert order == sorted(order)
    of_hall = {kpi.name for kpi in (*FLEET, *FLEET_COST)} - {"seconds_above_limit"}
    assert {list(KPIS)[place] for place in order} == set(KPIS) - of_hall


def test_same_run_gives_the_same_bytes(run: RunFolder) -> None:
    assert compute(run).equals(compute(run))


def test_a_count_of_nothing_is_zero_whichever_replications_are_evaluated_together(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = compute(run)
    monkeypatch.setattr(evaluation, "_BATCH", 1)
    assert compute(run).equals(together)
    found = together.filter(pc.equal(together["kpi"], "defects_found"))
    assert found.num_rows == len(run.replications) * len(pc.unique(found["subject"]))
    assert 0.0 in found["value"].to_pylist()


def test_no_value_is_nan_or_infinite(run: RunFolder) -> None:
    assert pc.all(pc.is_finite(compute(run)["value"].drop_null())).as_py()


def test_a_run_with_nothing_done_has_no_kpis(tmp_path: Path) -> None:
    assert compute(run_of(tmp_path / "run", plant_document(), [])).num_rows == 0


def values_of(table: pa.Table, kpi: str) -> dict[str, float]:
    rows = table.filter(pc.equal(table["kpi"], kpi)).to_pylist()
    return {row["subject"]: row["value"] for row in rows if row["replication"] == 0}


def test_causes_add_up_to_the_cycle_time(run: RunFolder) -> None:
    table = compute(run)
    causes, cycle = values_of(table, "cycle_time_breakdown"), values_of(table, "cycle_time_mean")

    for product in ("gb200_nvl72", "hgx_b200_rack"):
        parts = [value for subject, value in causes.items() if subject.startswith(f"{product}:")]
        assert math.fsum(parts) == pytest.approx(cycle[product])


_TIMES = st.lists(st.floats(0, 1_000, allow_nan=False).map(lambda time: round(time, 1)), max_size=8)
_UNIT = st.tuples(_TIMES, st.lists(st.sampled_from(E10_STATES), min_size=9, max_size=9))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_UNIT, min_size=2, max_size=2), st.floats(0, 900).map(round))
def test_state_shares_sum_to_one(
    tmp_path_factory: pytest.TempPathFactory, units: list[tuple[list[float], list[str]]], warm_up_s: int
) -> None:
    """Whatever the states and the window; the OEE and its factors stay within their bounds."""
    states = [
        {"work_center": "debug_bench", "work_unit": unit, "state": state, "start_s": start, "end_s": end}
        for unit, (times, names) in enumerate(units)
        for state, (start, end) in zip(names, pairwise(sorted({0.0, 1_000.0, *times})), strict=False)
    ]
    document = plant_document() | {"warm_up": f"{warm_up_s} s", "horizon": "1000 s"}
    table = compute(run_of(tmp_path_factory.mktemp("runs") / "run", document, [{"states": states}]))
    found = values_of(table, "state_share")
    mine = [value for subject, value in found.items() if subject.startswith("debug_bench:")]

    assert math.fsum(mine) == pytest.approx(1)
    assert values_of(table, "utilization")["debug_bench"] == pytest.approx(found["debug_bench:productive"])
    for kpi in ("uptime", "availability", "oee", "constrained_share"):
        value = values_of(table, kpi).get("debug_bench", values_of(table, kpi).get("work_center:debug_bench"))
        assert value is None or -1e-9 <= value <= 1 + 1e-9
