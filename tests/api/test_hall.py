"""The hall: what its racks do at a moment and over time, against tables written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from .hall_run import HOUR_S

Ask = Callable[..., Any]


@pytest.fixture
def ask(client: TestClient) -> Ask:
    def asked(page: str = "", **words: Any) -> Any:
        answer = client.get(f"/api/runs/hall/hall{page}", params=words)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return asked


def test_racks_stand_in_their_rows(ask: Ask) -> None:
    hall = ask()
    assert [(rack["rack"], rack["rack_row"], rack["gpus"]) for rack in hall["racks"]] == [
        ("wet-0", "wet", 16), ("wet-1", "wet", 16), ("dry-0", "dry", 8),
    ]  # fmt: skip
    assert hall["feeds"][1] == {"name": "panel", "parent": "utility", "limit_w": 90e3}
    assert hall["racks"][0]["nameplate_w"] == 2 * (1000 + 8 * 700)


@pytest.mark.parametrize(
    ("measure", "wet_0", "wet_1", "dry_0"),
    [
        ("power", [6000, 8400, 6000, 3600, 3600], [3600, 3600, 5200, 5200, 5200], [1800] * 5),
        ("busy", [0.375, 0.75, 0.375, 0, 0], [0, 0, 0.25, 0.25, 0.25], [0] * 5),
        ("setting", [1, 2, 1, 0, 0], [0] * 5, [0] * 5),
        ("down", [0] * 5, [0, 0.5, 0.5, 0, 0], [0] * 5),
    ],
)
def test_a_heat_map_holds_the_mean_of_each_bucket(
    ask: Ask, measure: str, wet_0: list[float], wet_1: list[float], dry_0: list[float]
) -> None:
    grid = ask("/grid", measure=measure, points=5)
    assert grid["racks"] == ["wet-0", "wet-1", "dry-0"]
    np.testing.assert_allclose(grid["values"], [wet_0, wet_1, dry_0], rtol=1e-4)


def test_a_window_that_cuts_its_rows_keeps_their_means(ask: Ask) -> None:
    grid = ask("/grid", from_s=0.5 * HOUR_S, to_s=1.5 * HOUR_S, points=2)
    np.testing.assert_allclose(grid["values"][0], [3600, 8400])
    assert grid["edges_s"] == [1800, 3600, 5400]


def test_a_gpu_is_as_warm_as_its_cold_plate_lets_it(ask: Ask) -> None:
    """12 GPUs at work draw 8400 − 2 × 1000 − 4 × 100 = 6000 W: 500 W each over 0.03 K/W on 32 °C; idle ones 100 W."""
    wet_0, _, dry = ask("/grid", measure="temperature", points=10)["values"]
    np.testing.assert_allclose(np.array(wet_0[1:6]) - 273.15, [47, 47, 47, 47, 35], atol=0.01)
    assert dry == [None] * 10
    assert ask("/moment", at_s=2 * HOUR_S)["racks"]["temperature_k"][0] == pytest.approx(320.15)


def test_a_moment_tells_racks_feeds_and_jobs(ask: Ask) -> None:
    now = ask("/moment", at_s=4.5 * HOUR_S)
    assert now["racks"]["top_job"] == ["early", "late", ""]
    assert now["racks"]["busy_gpus"] == [12, 4, 0]
    assert now["racks"]["down_nodes"] == [0, 1, 0]
    assert now["at_work"] == 2
    utility = next(one for one in now["limits"] if one["name"] == "utility")
    assert utility["headroom"] == 100e3 - 13800
    at_the_change = ask("/moment", at_s=HOUR_S)["racks"]["draw_w"][0]
    assert at_the_change == ask("/moment", at_s=HOUR_S + 1)["racks"]["draw_w"][0] == 8400
    assert ask("/moment", at_s=10 * HOUR_S)["waiting"] == 1  # the horizon is shown as the moment before it


def test_a_rack_is_told_node_by_node(ask: Ask) -> None:
    rack = ask("/rack", rack="wet-1", at_s=4.5 * HOUR_S)
    assert [one["job"] for one in rack["nodes"][0]["jobs"]] == ["late"]
    assert rack["nodes"][1] == {"jobs": [], "down": {"cause": "nodes", "start_s": 7200.0, "end_s": 21600.0}}
    assert rack["course"]["draw_w"] == [3600, 5200]


@pytest.mark.parametrize(
    ("state", "hour", "names"),
    [
        ("at_work", 4.5, ["early", "late"]), ("at_work", 6, ["late"]), ("waiting", 0.7, ["early"]),
        ("waiting", 9, ["last"]), ("ended", 9, ["early"]), ("to_come", 2, ["late", "last"]),
        ("all", 2, ["early", "late", "last"]),
    ],
)  # fmt: skip
def test_jobs_are_listed_by_what_they_do_then(ask: Ask, state: str, hour: float, names: list[str]) -> None:
    page = ask("/jobs", state=state, at_s=hour * HOUR_S)
    assert [one["job"] for one in page["jobs"]] == names
    assert page["total"] == len(names)


def test_jobs_are_searched_sorted_and_paged(ask: Ask) -> None:
    assert [one["job"] for one in ask("/jobs", state="all", search="INFER")["jobs"]] == ["late"]
    assert [one["job"] for one in ask("/jobs", state="all", sort="-gpus", limit=2)["jobs"]] == ["last", "early"]
    assert ask("/jobs", state="all", sort="-gpus", limit=2, offset=2)["jobs"][0]["job"] == "late"
    assert ask("/jobs", at_s=2 * HOUR_S)["jobs"][0]["racks"] == ["wet-0"]
    assert len(ask("/job", job="early")["placements"]) == 2


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("plant/hall", 409), ("plant/hall/grid", 409), ("plant/hall/moment", 409), ("hall/hall/rack?rack=nope", 404),
        ("hall/hall/rack?rack=x'; DROP TABLE placements; --", 404), ("hall/hall/rack", 422),
        ("hall/hall/grid?measure=draw_w) FROM x", 422), ("hall/hall/grid?points=0", 422),
        ("hall/hall/grid?points=1e9", 422),
        ("hall/hall/jobs?sort=job; DROP TABLE gpu_jobs", 422), ("hall/hall/jobs?state=x' OR true", 422),
        ("hall/hall/jobs?limit=100000", 422), ("hall/hall/moment?at_s=nan", 422), ("hall/hall/moment?at_s=-1", 422),
        ("hall/hall/job?job=" + "x" * 201, 422), ("hall/hall/grid?replication=9", 404),
    ],
)  # fmt: skip
def test_hostile_questions_are_refused(client: TestClient, address: str, status: int) -> None:
    answer = client.get(f"/api/runs/{address}")
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]


def test_a_name_is_a_value_not_sql(ask: Ask) -> None:
    assert ask("/job", job="x' OR '1'='1")["placements"] == []
    assert ask("/jobs", state="all", search="x%' OR '1'='1")["total"] == 0


def test_the_number_of_jobs_is_told_past_the_last_page(client: TestClient) -> None:
    found = client.get("/api/runs/hall/hall/jobs?at_s=16000&state=all&offset=50").json()
    assert (found["total"], found["jobs"]) == (3, [])
