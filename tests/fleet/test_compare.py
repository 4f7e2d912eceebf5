"""``racktwin fleet compare``: all policies over the same jobs, against a baseline that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from racktwin.run.fleet_policies import POLICIES, at_set_points, compare_policies
from racktwin.scenario import read_scenario
from tests.cli.command import racktwin

from .test_scenario import scenario_file

PLANT = "  cooling_plant: {heat: 100 kW, supply: 30 degC}\n  price: {fixed: 50 USD/MWh}\nfleet:\n"


@pytest.mark.slow
def test_policies_share_their_jobs_and_caps_free_power(tmp_path: Path) -> None:
    file = read_scenario(scenario_file(tmp_path, ("limit: 200 kW}", "limit: 55 kW}")))
    results = {result.policy: result for result in compare_policies(file.scenario, replications=1)}
    assert list(results) == [policy.name for policy in POLICIES]
    none, filled = results["none, nameplate"], results["water_filling, peak"]
    assert filled.useful_gpu_h_per_day > none.useful_gpu_h_per_day
    assert filled.peak_w <= 55e3
    assert none.peak_w <= 55e3
    assert none.nameplate_w > none.provisioned_w == pytest.approx(55e3)
    assert none.above_limit_s == filled.above_limit_s == 0.0


@pytest.mark.slow
def test_changes_are_paired_over_replications_and_set_points_are_tried(tmp_path: Path) -> None:
    path = scenario_file(tmp_path, ("limit: 200 kW}", "limit: 55 kW}"), ("fleet:\n", PLANT))
    text = path.read_text("utf-8").replace("cooling_loops: [room]", "cooling_loops: [room], liquid_fraction: 80 %")
    path.write_text(text, "utf-8")
    policies = at_set_points([POLICIES[1]], [303.15, 318.15])
    cold, warm = compare_policies(read_scenario(path).scenario, policies, replications=3)
    assert [cold.policy, warm.policy] == ["none, peak, 30 degC", "none, peak, 45 degC"]
    assert (cold.energy_change.mean, cold.energy_change.half_width) == (0.0, 0.0)
    # warmer coolant needs less fan, whatever the jobs: the paired interval leaves zero out
    assert warm.energy_change.mean + warm.energy_change.half_width < 0.0
    assert warm.usd_per_gpu_h == pytest.approx(warm.kwh_per_gpu_h * 0.05, rel=0.01)


@pytest.mark.slow
def test_command(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    answer = racktwin(
        "fleet", "compare", str(scenario_file(tmp_path)), "--replications", "1", "--json", "--out", str(page)
    )
    told = json.loads(answer.stdout)
    assert told["baseline"] == "none, nameplate"
    assert len(told["policies"]) == len(POLICIES)
    assert "Baseline: none, nameplate" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("written", ["32 K", "150 degC", "warm"])
def test_a_set_point_is_one_of_liquid_water(tmp_path: Path, written: str) -> None:
    path = scenario_file(tmp_path, ("fleet:\n", PLANT))
    answer = racktwin("fleet", "compare", str(path), "--only", "none", "--set-point", written)
    assert answer.returncode == 2
    assert f"{written!r} is no temperature from 0 to 100 degC" in answer.stderr
