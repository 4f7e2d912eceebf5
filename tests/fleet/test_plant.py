"""A scenario's hall with a cooling plant: its table and KPIs."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.kpi import summarize
from racktwin.run import run_scenario
from racktwin.scenario import read_scenario
from tests.scenario.hall import HALL

PLANT = """\
  cooling_plant: {heat: 60 kW, supply: 32 degC, outdoors: {kind: cooling_tower}}
fleet:
"""


@pytest.mark.slow
def test_a_hall_with_a_cooling_plant_has_its_pue_and_water(tmp_path: Path) -> None:
    text = HALL.replace("fleet:\n", PLANT, 1).replace("count: 2,", "count: 2, liquid_fraction: 80 %,")
    (tmp_path / "hall.yaml").write_text(text.replace("2027-01-04", "2027-07-12"))
    run = run_scenario(read_scenario(tmp_path / "hall.yaml"), tmp_path / "run")
    kpis = {kpi.kpi: kpi for kpi in summarize(run.extra("kpis")) if kpi.subject == ""}

    assert 1.0 < kpis["pue"].mean < 1.06
    assert 0.4 < kpis["wue"].mean < 2.5
    assert kpis["hottest_coolant"].mean == pytest.approx(305.15, abs=0.5)
