"""The supply network: sites, exposures and stocks of a scenario with a network; a 409 where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from racktwin.api import Settings, create_app
from racktwin.scenario import read_scenario
from tests.results.rows import run_of


def test_the_network_is_told_with_its_risk_and_stocks(tmp_path: Path) -> None:
    document = read_scenario("georgetown").document
    levels = [
        {"stock": "drives", "part": "nvme_drive", "site": "georgetown", "time_s": day * 86400.0, "on_hand": 10.0 * day}
        for day in (1, 2, 3)
    ]
    run_of(tmp_path / "runs" / "net", document, [{"stock_levels": levels}])
    with TestClient(create_app(Settings(tmp_path)), base_url="http://localhost") as client:
        base = "/api/runs/net/supply"
        network = client.get(base).json()
        sites = {site["name"]: site for site in network["sites"]}
        assert sites["georgetown"]["kind"] == "plant"
        assert sites["georgetown"]["latitude"] == pytest.approx(30.63)
        assert {lane["name"]: lane["mode"] for lane in network["lanes"]}["taiwan_air"] == "air"
        risk = client.get(f"{base}/risk").json()
        assert max(risk["exposure"].values()) == pytest.approx(1.0)
        assert all(name.split(" ")[0] in ("site", "lane", "supply") for name in risk["exposure"])
        assert set(risk["described"]) == set(document["network"]["disruptions"])
        assert set(risk["pieces_per_s"]) <= {lane["name"] for lane in network["lanes"]}
        assert [row["on_hand"] for row in client.get(f"{base}/moment?at_s=200000").json()["stocks"]] == [20.0]
        assert client.get(f"{base}/moment?at_s=10").json()["stocks"] == []


@pytest.mark.parametrize("page", ["", "/risk", "/moment"])
def test_without_a_network_that_is_said(client: TestClient, page: str) -> None:
    answer = client.get(f"/api/runs/hall/supply{page}")
    assert answer.status_code == 409
    assert "network" in answer.json()["error"]["message"]
