"""Runs started over HTTP: followed, cancelled, cut off with their server, resumed."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from racktwin.results import RunFolder
from racktwin.run import run_scenario
from racktwin.scenario import ScenarioFile, read_scenario
from tests.run.plant import DOCUMENT

from .live import Server, serving, wait_for


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "small.json").write_text(json.dumps(DOCUMENT))
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as server:
        yield server


LONG = ["horizon=30 d"]


def _job(server: Server, job: dict[str, Any], *states: str) -> Any:
    def reached() -> Any:
        found = server.call(f"/api/jobs/{job['id']}")
        return found if found and found["state"] in states else None

    return wait_for(reached)


def _start(server: Server, **more: Any) -> Any:
    return server.call("/api/jobs", {"source": "small.json", "marginals": False, "report": False, **more})


def _file(folder: Path, *overrides: str) -> ScenarioFile:
    return read_scenario(folder / "scenarios" / "small.json", overrides)


@pytest.mark.slow
def test_a_run_is_followed_to_its_end_and_is_that_of_the_command_line(server: Server, folder: Path) -> None:
    heard = urllib.request.urlopen(server.address + "/api/events", timeout=30)
    job = _start(server, name="first", overrides=["horizon=9 d"])
    assert job["run"] == "first"
    assert _job(server, job, "finished", "failed")["message"] == ""
    told = []
    for line in heard:
        if line.startswith(b"data: "):
            told.append(json.loads(line[6:]))
            if told[-1]["state"] == "finished":
                break
    heard.close()
    assert next(event["state"] for event in told if event["id"] == job["id"]) in ("queued", "running")
    assert any(event["stage"] == "replications" and event["done"] == 3 for event in told)
    same = run_scenario(_file(folder, "horizon=9 d"), folder / "same", marginals=False)
    assert RunFolder.open(folder / "runs" / "first").manifest.written == same.manifest.written


@pytest.mark.slow
def test_a_cancelled_run_keeps_what_is_done_and_goes_on(server: Server, folder: Path) -> None:
    job = _start(server, name="cut", replications=150, overrides=LONG)
    wait_for(lambda: server.call(f"/api/jobs/{job['id']}")["done"] >= 2)
    server.call(f"/api/jobs/{job['id']}/cancel", {})
    assert _job(server, job, "interrupted", "finished")["state"] == "interrupted"
    run = RunFolder.open(folder / "runs" / "cut")
    assert run.manifest.status == "interrupted"
    assert 2 <= len(run.replications) < 150
    with pytest.raises(urllib.error.HTTPError, match="409"):
        server.call(f"/api/jobs/{job['id']}/cancel", {})
    again = server.call("/api/runs/cut/resume", {})
    with pytest.raises(urllib.error.HTTPError, match="409"):
        server.call("/api/runs/cut/resume", {})
    wait_for(lambda: server.call(f"/api/jobs/{again['id']}")["done"] > len(run.replications))
    server.call(f"/api/jobs/{again['id']}/cancel", {})
    assert _job(server, again, "interrupted")
    assert len(RunFolder.open(folder / "runs" / "cut").replications) > len(run.replications)


@pytest.mark.slow
def test_an_order_that_moves_is_simulated_again(server: Server, folder: Path) -> None:
    """Pinned orders come as they came; the one that moves is released that much later, and keeps its due date."""
    run_scenario(_file(folder), folder / "runs" / "what", replications=1, marginals=False)
    asked = {"order_number": 4, "shift_s": 86400.0}
    answer = server.call("/api/runs/what/what-if", asked)
    for name in ("base", "moved"):
        assert _job(server, answer[name], "finished", "failed")["message"] == ""

    def orders(run: str) -> dict[int, float]:
        rows = RunFolder.open(folder / "runs" / run).table("work_orders").to_pylist()
        return {row["order_number"]: row["wanted_s"] for row in rows}

    was, kept, moved = (orders(run) for run in ("what", answer["base"]["run"], answer["moved"]["run"]))
    numbers = {one["order_number"]: one for one in answer["orders"]}
    assert numbers.keys() == was.keys()
    for number, wanted_s in was.items():
        assert kept[numbers[number]["base"]] == pytest.approx(wanted_s, abs=0.01)
        later_s = 86400.0 * (number == 4)
        assert moved[numbers[number]["moved"]] == pytest.approx(wanted_s + later_s, abs=0.01)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        server.call("/api/runs/what/what-if", {"order_number": 10**6, "shift_s": 0})


@pytest.mark.slow
def test_a_run_survives_the_end_of_its_server(tmp_path: Path) -> None:
    (tmp_path / "small.json").write_text(json.dumps(DOCUMENT))
    with serving(tmp_path) as server:
        job = _start(server, name="orphan", replications=150, overrides=LONG)
        wait_for(lambda: server.call(f"/api/jobs/{job['id']}")["done"] >= 2)
        server.process.kill()
    manifest = tmp_path / "runs" / "orphan" / "manifest.json"
    wait_for(lambda: json.loads(manifest.read_text())["status"] == "interrupted")
    with serving(tmp_path) as server:
        assert _job(server, job, "interrupted")
        done = RunFolder.open(tmp_path / "runs" / "orphan").replications
        assert len(done) >= 2
        resumed = server.call("/api/runs/orphan/resume", {})
        wait_for(lambda: server.call(f"/api/jobs/{resumed['id']}")["done"] > len(done))


def test_a_job_whose_worker_died_is_marked_interrupted(tmp_path: Path) -> None:
    """The worker was killed with the server, as when the machine lost power: nobody holds the job's lock."""
    from racktwin.api.jobs import Jobs
    from racktwin.api.workspace import Workspace
    from racktwin.results.store import RunWriter
    from racktwin.scenario import scenario_from_document

    scenario_from_document(DOCUMENT)
    RunWriter.create(tmp_path / "runs" / "lost", DOCUMENT, (), seed=1, replications=2)
    jobs = tmp_path / ".racktwin" / "jobs"
    jobs.mkdir(parents=True)
    told = {"id": "ab", "run": "lost", "kind": "run", "state": "running", "created_utc": "2026-01-01T00:00:00+00:00"}
    (jobs / "ab.json").write_text(json.dumps(told))
    (jobs / "ab.lock").touch()
    (jobs / "zz.json").write_text("{")
    found = Jobs(Workspace(tmp_path), 1, lambda kind, data: None)
    assert [(job.id, job.state) for job in found.list()] == [("ab", "interrupted")]
    assert RunFolder.open(tmp_path / "runs" / "lost").manifest.status == "interrupted"
    assert json.loads((jobs / "ab.json").read_text())["state"] == "interrupted"
