"""A worker that outlives its server for a while: its run is being written until it is gone, and not for ever."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from racktwin.api.job_lock import hold
from racktwin.api.jobs import Job, Jobs
from racktwin.api.workspace import Workspace

pytest.importorskip("fcntl")


def test_a_job_of_an_earlier_server_ends_with_its_worker(tmp_path: Path) -> None:
    folder = tmp_path / ".racktwin" / "jobs"
    folder.mkdir(parents=True)
    job = Job("ab12", "plant", "run", "running", "2026-11-29T23:00:00+00:00")
    (folder / "ab12.json").write_text(json.dumps(asdict(job)))
    worker = hold(folder / "ab12.lock")
    jobs = Jobs(Workspace(tmp_path), 1, lambda *_: None)
    assert [one.state for one in jobs.list()] == ["running"]
    os.close(worker)
    assert [one.state for one in jobs.list()] == ["interrupted"]
    assert json.loads((folder / "ab12.json").read_text())["state"] == "interrupted"
