"""What every engine must keep: chance by seed and name only, compiled = uncompiled, nothing from nothing."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings

from racktwin.model import Scenario
from racktwin.model.distribution import Fixed
from tests.simulate import simulate_tables
from tests.uncompiled import printed_uncompiled
from tests.validation.known_answers import load

from . import small_world
from .digests import digest, digests
from .history import LINE_TABLES, History, Row
from .laws import violations
from .plants import Document, documents, plants

DAY_S = 86400.0


@settings(max_examples=10)
@given(plants())
@pytest.mark.slow
def test_same_seed_same_tables(scenario: Scenario) -> None:
    one, other = (simulate_tables(scenario, 1, 3)[0] for _ in range(2))
    assert digest(one) == digest(other)


def test_another_seed_another_run() -> None:
    scenario = load("tray_line").model_copy(update={"horizon_s": DAY_S})
    assert digest(simulate_tables(scenario, 1, 3)[0]) != digest(simulate_tables(scenario, 1, 4)[0])


@settings(max_examples=10)
@given(plants())
@pytest.mark.slow
def test_a_replication_does_not_depend_on_how_many_are_run(scenario: Scenario) -> None:
    few, many = simulate_tables(scenario, 2, 3), simulate_tables(scenario, 3, 3)
    assert [digest(tables) for tables in few] == [digest(tables) for tables in many[:2]]


def test_replications_differ() -> None:
    scenario = load("tray_line").model_copy(update={"horizon_s": DAY_S})
    first, second = simulate_tables(scenario, 2, 3)
    starts = [tables["operations"]["start_s"].to_pylist() for tables in (first, second)]
    assert starts[0] != starts[1]
    assert {row["replication"] for row in second["operations"].to_pylist()} == {1}


@pytest.mark.slow
def test_compiled_and_uncompiled_rows_are_the_same() -> None:
    assert printed_uncompiled("tests.properties.digests") == digests()


def test_nothing_comes_of_nothing() -> None:
    scenario = small_world.SCENARIO.model_copy(update={"order_book": ()})
    (tables,) = simulate_tables(scenario, 1, 1)
    assert {name for name, table in tables.items() if table.num_rows} == {"states", "limits", "labour", "material"}
    assert {row["reason"] for row in tables["material"].to_pylist()} == {"receipt"}
    assert violations(History(scenario, tables)) == []


def test_tables_have_the_types_of_the_schema() -> None:
    types = {"int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}
    (tables,) = simulate_tables(small_world.SCENARIO, 1, 1)
    for name, schema in LINE_TABLES.items():
        for column in schema.columns:
            found = tables[name].schema.field(column.name).type
            assert pa.types.is_dictionary(found) if column.type == "str" else found == types[column.type]


_IDENTITIES = ("serial_number", "child_serial_number", "order_number", "defect")
_ELSEWHERE: Document = {
    "work_centers": {"elsewhere": {"work_units": 2}},
    "parts": {"gadget": {"routing": "gadget"}},
    "routings": {"gadget": {"operations": [{"operation": "polish", "work_center": "elsewhere", "duration": "50 min"}]}},
    "demand": {"gadgets": {"product": "gadget", "interarrival": {"exponential": {"mean": "70 min"}}}},
}


@pytest.mark.slow
@settings(max_examples=25)
@given(documents())
def test_an_unrelated_work_center_changes_nobody_elses_rows(document: Document) -> None:
    grown = {**document, **{key: {**_ELSEWHERE[key], **document.get(key, {})} for key in _ELSEWHERE}}
    before, after = (simulate_tables(Scenario.model_validate(one), 1, 5)[0] for one in (document, grown))
    assert "gadget" in set(after["operations"]["part"].to_pylist())
    for name in LINE_TABLES:
        assert _others(after[name]) == _others(before[name]), name


def _others(table: pa.Table) -> list[str]:
    """The rows that are not about the gadget, without the numbers that count everything in the plant."""
    rows: list[Row] = table.to_pylist()
    own = [row for row in rows if row.get("part") != "gadget" and row.get("work_center") != "elsewhere"]
    return sorted(repr({key: value for key, value in row.items() if key not in _IDENTITIES}) for row in own)


def _burn_in(hours: int) -> dict[tuple[Any, ...], Row]:
    scenario = load("burn_in").model_copy(update={"horizon_s": 6 * DAY_S})
    routing = scenario.routings["rack"]
    burn_in = routing.operations[0]
    law = Fixed.model_validate({"value": f"{hours} h"})
    phase = burn_in.phases[0].model_copy(update={"duration": law})
    longer = routing.model_copy(
        update={"operations": (burn_in.model_copy(update={"phases": (phase,)}), *routing.operations[1:])}
    )
    tables = simulate_tables(scenario.model_copy(update={"routings": {"rack": longer}}), 1, 5)[0]
    rows = [row for row in tables["defects"].to_pylist() if row["created_s"] < 3 * DAY_S]
    return {(row["serial_number"], row["created_s"], row["precipitates_at_stress_s"]): row for row in rows}


@pytest.mark.slow
def test_twice_the_burn_in_finds_all_that_once_found() -> None:
    once, twice = _burn_in(12), _burn_in(24)
    found = {key for key, row in once.items() if not math.isnan(row["found_s"])}
    found_too = {key for key, row in twice.items() if not math.isnan(row["found_s"])}
    assert found < found_too
    assert once.keys() == twice.keys()
