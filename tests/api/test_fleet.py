"""The fleet over time against tables written by hand; the frontier of a study; the price of power."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from racktwin.api import Settings, create_app
from racktwin.api.power_price import prices_of
from racktwin.model import Scenario
from racktwin.plan.record import write_study

from .hall_run import DOCUMENT, HOUR_S, hall_run


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


def test_prices_within_the_shipped_years_are_those_of_the_hour() -> None:
    """3 July 2023 00:00 UTC is hour 21,888 of a series that begins with 2021."""
    prices = prices_of(Scenario.model_validate(DOCUMENT))
    assert prices is not None
    hour = int((dt.datetime(2023, 7, 3) - dt.datetime(2021, 1, 1)).total_seconds() / HOUR_S)
    import gzip
    from importlib import resources

    packed = resources.files("racktwin.reference").joinpath("texas", "ercot_hub_average.csv.gz").read_bytes()
    rows = [line.split(",") for line in gzip.decompress(packed).decode().splitlines()[1:]]
    assert prices.values[0] == pytest.approx(float(rows[hour][1]))
    assert prices.source == "ERCOT day-ahead, HB_HUBAVG"


def test_later_years_keep_weekday_and_season() -> None:
    prices = prices_of(Scenario.model_validate({**DOCUMENT, "start": "2027-07-05", "time_zone": "America/Chicago"}))
    assert prices is not None
    assert prices.source.endswith("208 weeks earlier")
    assert (dt.date(2027, 7, 5) - dt.timedelta(weeks=208)).isoformat() == "2023-07-10"
    assert len(prices.values) == 11


def test_a_rule_without_a_series_brings_no_prices() -> None:
    hours = {"peaks": {"of": "calendar", "months": [7]}, "dear": {"series": [31.5, 80.0], "above": 60}}
    fleet = {**DOCUMENT["fleet"], "hours": hours}
    prices = prices_of(Scenario.model_validate({**DOCUMENT, "fleet": fleet}))
    assert prices is not None
    assert prices.values.tolist() == [31.5, 80.0]
    assert prices.source == "hourly rule dear of the scenario"


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
        assert [(one["name"], one["policies"][0]["policy"]) for one in found] == [("mine", "none")]


@pytest.mark.parametrize("address", ["plant/fleet/course", "nope/fleet/course", "hall/fleet/course?from_s=9&to_s=1"])
def test_there_must_be_a_hall_and_a_window(client: TestClient, address: str) -> None:
    assert client.get(f"/api/runs/{address}").status_code in (404, 409, 422)
