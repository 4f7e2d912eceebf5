"""``racktwin fleet compare``: all policies over the same jobs, against a baseline that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from racktwin.run.fleet_policies import POLICIES, compare_policies
from racktwin.scenario import read_scenario
from tests.cli.command import racktwin

from .test_scenario import scenario_file


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
