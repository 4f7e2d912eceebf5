"""The heat of a hall: exact energy, PUE and WUE, and caps where coolant gets too warm."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from racktwin.engines.fleet.heat import COOLING, heat_of, overhead_of, step_means, throttled
from racktwin.model.cooling import CoolingPlant
from racktwin.traces import read_epw

DAY_S = 86_400.0
JULY_S = 196 * DAY_S
WEATHER = read_epw(Path(str(resources.files("racktwin.reference").joinpath("texas", "travis_county_2018.epw.gz")))).rows


def rack_power(*rows: tuple[str, float, float, float]) -> pa.Table:
    names, start_s, end_s, draw_w = zip(*rows, strict=True)
    return pa.table({"rack": pa.array(names).dictionary_encode(), "start_s": start_s, "end_s": end_s, "draw_w": draw_w})


def plant(**keys: Any) -> CoolingPlant:
    return CoolingPlant.model_validate({"heat": "1 MW", **keys})


TWO = rack_power(("a", 0, DAY_S, 4e5), ("b", 0, 1000.5, 1e5), ("b", 1000.5, DAY_S, 5e5))


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(1, 500), st.floats(0, 1e6)), min_size=1, max_size=20))
def test_steps_hold_the_energy_of_their_intervals(rows: list[tuple[float, float, float]]) -> None:
    start_s, lasts_s, draw_w = (np.array(column) for column in zip(*rows, strict=True))
    edges_s = np.arange(0.0, 1501.0, 15.0)
    (means_w,) = step_means(start_s, start_s + lasts_s, edges_s, draw_w)

    assert (means_w * 15.0).sum() == pytest.approx((lasts_s * draw_w).sum(), rel=1e-9, abs=1e-3)
    a, b = edges_s[10], edges_s[11]
    inside_s = np.clip(np.minimum(start_s + lasts_s, b) - np.maximum(start_s, a), 0, None)
    assert means_w[10] == pytest.approx((inside_s * draw_w).sum() / 15.0, rel=1e-9, abs=1e-3)


@pytest.mark.slow
def test_only_the_liquid_share_is_this_plants_heat() -> None:
    cooling = heat_of(TWO, {"a": 0.9, "b": 0.5}, plant(), WEATHER, horizon_s=DAY_S)

    assert cooling.schema == COOLING
    assert cooling.num_rows == 5760
    assert cooling["it_w"][-1].as_py() == pytest.approx(9e5)
    assert cooling["heat_w"][-1].as_py() == pytest.approx(0.9 * 4e5 + 0.5 * 5e5)


@pytest.mark.slow
def test_a_tower_in_a_texan_july_takes_more_power_and_water_than_in_january() -> None:
    tower = plant(outdoors={"kind": "cooling_tower"})
    share = {"a": 1.0, "b": 1.0}
    january, july = (
        overhead_of(heat_of(TWO, share, tower, WEATHER, horizon_s=DAY_S, into_year_s=at_s)) for at_s in (0.0, JULY_S)
    )
    assert 1.01 < january.pue < july.pue < 1.06
    assert 0.5 < january.wue_l_per_kwh < july.wue_l_per_kwh < 2.5


def test_a_dry_cooler_saves_the_water_and_throttles_gpus_on_a_hot_afternoon() -> None:
    dry = plant(supply="35 degC", cold_plate={"resistance": "0.035 K/W"})
    cooling = heat_of(TWO, {"a": 1.0, "b": 1.0}, dry, WEATHER, horizon_s=DAY_S, into_year_s=JULY_S)
    caps = throttled(cooling, 1200.0)

    assert overhead_of(cooling).wue_l_per_kwh == 0
    assert caps
    hours = [time_s / 3600 for time_s, cap_w in caps if cap_w == min(cap for _, cap in caps)]
    assert 13 <= hours[0] <= 19
    assert min(cap_w for _, cap_w in caps) == pytest.approx(min(cooling["gpu_limit_w"].to_pylist()))
    assert throttled(cooling, 300.0) == []


@pytest.mark.slow
def test_warmer_coolant_needs_no_chiller_but_leaves_gpus_less() -> None:
    chilled = {"outdoors": {"kind": "cooling_tower"}, "chiller": {}}
    cool, warm = (
        heat_of(
            TWO,
            {"a": 1.0, "b": 1.0},
            plant(supply=f"{t} degC", **chilled),
            WEATHER,
            horizon_s=DAY_S,
            into_year_s=JULY_S,
        )
        for t in (20, 40)
    )
    assert overhead_of(cool).pue > overhead_of(warm).pue + 0.03
    assert max(warm["chiller_w"].to_pylist()) == 0
    assert min(warm["gpu_limit_w"].to_pylist()) < min(cool["gpu_limit_w"].to_pylist())
