"""Runs side by side, KPIs, assumptions, scenario files and what people get to see when something is wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from racktwin.kpi import difference, summarize
from racktwin.model import ledger
from racktwin.results import RunFolder
from racktwin.scenario import read_scenario


def test_runs_are_listed_searched_and_sorted(client: TestClient) -> None:
    assert [run["name"] for run in client.get("/api/runs?sort=name").json()["runs"]] == ["hall", "other", "plant"]
    found = client.get("/api/runs?search=plant").json()["runs"]
    assert "plant" in [run["name"] for run in found]
    assert client.get("/api/runs?search=nothing+like+this").json() == {"runs": [], "total": 0}


def test_a_damaged_run_is_listed_as_such(tmp_path: Path, workspace: Path) -> None:
    from racktwin.api import Settings, create_app

    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{")
    with TestClient(create_app(Settings(tmp_path)), base_url="http://localhost") as client:
        assert [run["status"] for run in client.get("/api/runs").json()["runs"]] == ["damaged"]
        assert client.get("/api/runs/broken").status_code == 409


def test_kpis_are_those_of_the_package(client: TestClient, run: RunFolder) -> None:
    found = client.get("/api/runs/plant/kpis").json()
    wanted = summarize(run.extra("kpis"))
    shown = [(one["kpi"], one["subject"], one["n"]) for one in found["estimates"]]
    assert shown == [(one.kpi, one.subject, one.n) for one in wanted]
    throughput = next(one for one in found["estimates"] if one["kpi"] == "throughput")
    assert throughput["mean"] == pytest.approx(sum(throughput["values"]) / 3)
    assert found["kpis"]["throughput"]["formula"]


def test_a_comparison_is_that_of_the_package(client: TestClient, workspace: Path) -> None:
    found = client.get("/api/compare", params={"run": ["plant", "other", "plant"]}).json()
    a, b = (RunFolder.open(workspace / "runs" / name).extra("kpis") for name in ("plant", "other"))
    wanted = difference(a, b)
    assert [one["kpi"] for one in found["runs"][0]["differences"]] == [one.kpi for one in wanted]
    assert [one["significant"] for one in found["runs"][0]["differences"]] == [one.significant for one in wanted]
    assert not any(one["significant"] for one in found["runs"][1]["differences"])


def test_the_ledger_holds_every_quantity(client: TestClient, run: RunFolder) -> None:
    found = client.get("/api/runs/plant/assumptions").json()["assumptions"]
    assert [one["path"] for one in found] == [entry.path for entry in ledger(run.scenario)]


def test_the_document_of_a_run_starts_the_same_run(client: TestClient, run: RunFolder, tmp_path: Path) -> None:
    text = client.get("/api/runs/plant/document").json()["text"]
    (tmp_path / "again.yaml").write_text(text)
    assert read_scenario(tmp_path / "again.yaml").document == run.manifest.document


def test_text_is_checked_as_people_type(client: TestClient) -> None:
    headers = {"X-Racktwin": "1"}
    text = client.get("/api/scenarios/plant.yaml").json()["text"]
    good = client.post("/api/check", json={"source": "plant.yaml", "text": text}, headers=headers).json()
    assert good["ok"]
    assert good["summary"]["work_units"] > 0
    broken = text.replace("horizon:", "horizn:")
    bad = client.post("/api/check", json={"source": "plant.yaml", "text": broken}, headers=headers).json()
    line = broken[: broken.index("horizn")].count("\n") + 1
    assert ("plant.yaml", line) in [(problem["file"], problem["line"]) for problem in bad["problems"]]


def test_an_unsaved_text_may_include_files_beside_it(scratch: TestClient, tmp_path: Path) -> None:
    text = (tmp_path / "scenarios" / "plant.yaml").read_text()
    (tmp_path / "scenarios" / "base.yaml").write_text(text)
    posted = {"source": "new.yaml", "text": "include: base.yaml\nname: new\n"}
    assert scratch.post("/api/check", json=posted).json()["ok"]


def test_no_change_is_lost(scratch: TestClient) -> None:
    """Of two people who save over the same version one is told; so are all but one of a hundred."""
    version = scratch.get("/api/scenarios/plant.yaml").json()["version"]

    def save(number: int) -> Any:
        return scratch.put("/api/scenarios/plant.yaml", json={"text": f"a: {number}\n"}, headers={"If-Match": version})

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(save, range(100)))
    won = [number for number, answer in enumerate(answers) if answer.status_code == 200]
    assert len(won) == 1
    assert {answer.status_code for answer in answers} == {200, 412}
    assert scratch.get("/api/scenarios/plant.yaml").json()["text"] == f"a: {won[0]}\n"
    assert scratch.put("/api/scenarios/plant.yaml", json={"text": ""}).status_code == 428


def test_a_new_file_does_not_replace_one(scratch: TestClient) -> None:
    new = {"If-None-Match": "*"}
    assert scratch.put("/api/scenarios/new.yaml", json={"text": "a: 1\n"}, headers=new).status_code == 200
    assert scratch.put("/api/scenarios/new.yaml", json={"text": "a: 2\n"}, headers=new).status_code == 412
    assert scratch.put("/api/scenarios/georgetown", json={"text": "a: 2\n"}, headers=new).status_code == 422
    assert scratch.get("/api/scenarios").json()["files"] == ["new.yaml", "plant.yaml"]


def test_the_schema_is_that_of_the_package(client: TestClient) -> None:
    schema = client.get("/api/schema").json()
    assert schema["properties"]["horizon"]
