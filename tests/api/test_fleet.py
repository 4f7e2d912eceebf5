"""The fleet over time against tables written by hand; the frontier of a study; the price of power."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from racktwin.api import Settings, create_app
from racktwin.plan.record import write_study

from .hall_run import hall_run


@pytest.fixture(scope="module")
def course(client: TestClient) -> Any:
    return client.get("/api/runs/hall/fleet/course", params={"points": 10}).json()


def test_gpus_are_told_by_what_they_do(course: Any) -> None:
    early, late = course["classes"]
    assert (early["job_class"], late["job_class"]) == ("training_llm", "inference_llm")
    np.testing.assert_allclose(early["gpus"], [0, 12, 12, 12, 12, 0, 0, 0, 0, 0])
    np.testing.assert_allclose(late["gpus"], [0, 0, 0, 0, 4, 4, 4, 4, 4, 4])
    np.testing.assert_allclose(course["down_gpus"], [0, 0, 8, 8, 8, 8, 0, 0, 0, 0])
    np.testing.assert_allclose(course["waiting"], [0] * 8 + [1, 1])
    assert course["gpus"] == 40


def test_power_and_pue_are_told(course: Any) -> None:
    np.testing.assert_allclose(course["draw_w"][:3], [9000, 13800, 13800])
    np.testing.assert_allclose(course["pue"], [(13800 + 600) / 13800] * 5 + [(10600 + 400) / 10600] * 5)
    assert course["provisioned_w"] == 100e3


def test_the_price_is_what_the_run_counted(course: Any) -> None:
    np.testing.assert_allclose(course["price_usd_per_mwh"], [31.5] * 5 + [80.0] * 5)


def test_comparisons_of_policies_are_found(tmp_path: Path) -> None:
    hall_run(tmp_path / "runs" / "hall")
    rows = pa.Table.from_pylist([{"policy": "none", "peak_w": 2.0, "useful_gpu_h_per_day": 3.0}])
    for name, scenario in (("mine", "hall"), ("other", "elsewhere")):
        write_study(tmp_path / "studies" / name, {"policies": rows}, {"scenario_name": scenario, "replications": 2})
    empty = {"policies": rows.slice(0, 0)}
    write_study(tmp_path / "studies" / "empty", empty, {"scenario_name": "hall", "replications": 2})
    (tmp_path / "studies" / "broken").mkdir()
    (tmp_path / "studies" / "broken" / "about.json").write_text(json.dumps([1]))
    (tmp_path / "studies" / "broken" / "policies.parquet").write_text("no")
    with TestClient(create_app(Settings(tmp_path)), base_url="http://localhost") as client:
        found = client.get("/api/runs/hall/fleet/frontier").json()["studies"]
        assert [(one["name"], one["policies"][0]["policy"]) for one in found] == [("studies/mine", "none")]


@pytest.mark.parametrize("address", ["plant/fleet/course", "nope/fleet/course", "hall/fleet/course?from_s=9&to_s=1"])
def test_there_must_be_a_hall_and_a_window(client: TestClient, address: str) -> None:
    assert client.get(f"/api/runs/{address}").status_code in (404, 409, 422)
