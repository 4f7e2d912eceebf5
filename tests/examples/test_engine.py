"""The shipped plant simulated: the engine agrees with the arithmetic, and the two main what-ifs answer as they must."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from racktwin.engines.line import compile_line, replicate
from racktwin.model import Scenario
from racktwin.scenario import read_scenario

from .loads import WEEK_S, Loads, loads

REPLICATIONS = 3
LONGER = "routings.gb200_nvl72.operations.rack_burn_in.phases.soak.duration*=2"
Tables = list[dict[str, pa.Table]]

pytestmark = pytest.mark.slow


def _simulated(*overrides: str) -> tuple[Scenario, Tables]:
    plant = read_scenario("georgetown", overrides).scenario
    compiled = compile_line(plant)
    return plant, [replicate(compiled, number, plant.seed) for number in range(REPLICATIONS)]


@pytest.fixture(scope="module")
def base() -> tuple[Scenario, Tables]:
    return _simulated()


def _column(tables: Tables, table: str, column: str) -> np.ndarray:
    return np.concatenate([replication[table][column].to_numpy(zero_copy_only=False) for replication in tables])


def _per_week(plant: Scenario, tables: Tables, table: str, amount: np.ndarray) -> float:
    """The time integral of ``amount``, one value per interval of a table, over the observed time, per week."""
    start_s = np.maximum(_column(tables, table, "start_s"), plant.warm_up_s)
    length_s = np.minimum(_column(tables, table, "end_s"), plant.horizon_s) - start_s
    weeks = REPLICATIONS * (plant.horizon_s - plant.warm_up_s) / WEEK_S
    return float((amount * np.maximum(length_s, 0.0)).sum() / weeks)


def _shipped_per_week(plant: Scenario, tables: Tables, part: str) -> float:
    chosen = (_column(tables, "shipments", "part") == part) & (
        _column(tables, "shipments", "shipped_s") > plant.warm_up_s
    )
    return float(chosen.sum() / REPLICATIONS / ((plant.horizon_s - plant.warm_up_s) / WEEK_S))


def _mean_of_nvl72(plant: Scenario, tables: Tables, column: str) -> float:
    chosen = (_column(tables, "shipments", "part") == "gb200_nvl72") & (
        _column(tables, "shipments", "shipped_s") > plant.warm_up_s
    )
    return float(_column(tables, "shipments", column)[chosen].mean())


def test_the_plant_ships_what_is_ordered(base: tuple[Scenario, Tables]) -> None:
    plant, tables = base
    expected = loads(plant).made
    for product in ("gb200_nvl72", "hgx_b200_rack"):
        assert _shipped_per_week(plant, tables, product) == pytest.approx(expected[product], rel=0.05)


@pytest.fixture(scope="module")
def expected(base: tuple[Scenario, Tables]) -> Loads:
    return loads(base[0])


def test_work_centers_are_as_busy_as_arithmetic_says(base: tuple[Scenario, Tables], expected: Loads) -> None:
    plant, tables = base
    productive = _column(tables, "states", "state") == "productive"
    work_center = _column(tables, "states", "work_center")
    for name in plant.work_centers:
        busy_s = _per_week(plant, tables, "states", productive & (work_center == name))
        few = "debug" in name  # a few repairs a week, some of hours
        assert busy_s == pytest.approx(expected.busy_s[name], rel=0.15 if few else 0.06), name


def test_people_work_as_many_hours_as_arithmetic_says(base: tuple[Scenario, Tables], expected: Loads) -> None:
    plant, tables = base
    group_of = _column(tables, "labour", "operator_group")
    busy = _column(tables, "labour", "busy")
    for name, group in plant.operator_groups.items():
        worked_s = _per_week(plant, tables, "labour", busy * (group_of == name))
        # repair of equipment is the technicians' too, and not in the arithmetic
        tolerance = 0.15 if name in ("debug_engineers", "test_technicians") else 0.05
        assert worked_s == pytest.approx(sum(expected.labour_s[skill] for skill in group.skills), rel=tolerance), name


def test_the_test_floor_draws_what_arithmetic_says(base: tuple[Scenario, Tables], expected: Loads) -> None:
    plant, tables = base
    floor = _column(tables, "limits", "name") == "test_floor"
    draw_w = _per_week(plant, tables, "limits", floor * _column(tables, "limits", "draw")) / WEEK_S
    idle_w = 0.0
    for name in ("bring_up_bay", "burn_in_bay", "air_bring_up_bay", "air_burn_in_bay", "cluster_bay"):
        center = plant.work_centers[name]
        idle_w += center.idle_draw_w * sum(group.count for group in center.groups)
    assert draw_w == pytest.approx(expected.draw_w["test_floor"] + idle_w, rel=0.05)


def test_half_the_feed_cuts_shipments_and_is_waited_for(base: tuple[Scenario, Tables]) -> None:
    def waited_share(plant: Scenario, tables: Tables) -> float:
        waited = (_column(tables, "limits", "name") == "test_floor") & (_column(tables, "limits", "waiting") > 0)
        return _per_week(plant, tables, "limits", waited) / WEEK_S

    half = _simulated("feeds.test_floor.limit*=0.5")
    for product in ("gb200_nvl72", "hgx_b200_rack"):
        assert _shipped_per_week(*half, product) < 0.7 * _shipped_per_week(*base, product)
    assert waited_share(*base) < 0.6
    assert waited_share(*half) > 0.9


def test_twice_the_burn_in_lets_fewer_defects_escape_for_more_energy(base: tuple[Scenario, Tables]) -> None:
    longer = _simulated(LONGER)
    assert _mean_of_nvl72(*longer, "latent_escapes") < 0.9 * _mean_of_nvl72(*base, "latent_escapes")
    assert _mean_of_nvl72(*longer, "energy_j") > 1.5 * _mean_of_nvl72(*base, "energy_j")
