"""A workspace with two small runs, and clients that call the application over it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from racktwin.api import Settings, create_app
from racktwin.kpi import compute
from racktwin.results import RunFolder
from racktwin.results.store import RunWriter
from racktwin.scenario import starter_text
from tests.results.synthetic import synthetic_run

from .hall_run import hall_run

CHANGE = {"X-Racktwin": "1"}


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``runs/plant`` and ``runs/other`` with KPIs, ``runs/hall`` without, ``scenarios/plant.yaml``."""
    root = tmp_path_factory.mktemp("workspace")
    for name, seed in (("plant", 7), ("other", 8)):
        run = synthetic_run(root / "runs" / name, replications=3, weeks=4, seed=seed)
        writer = RunWriter.resume(run)
        writer.write_extra("kpis", compute(run))
        writer.finish("finished")
    hall_run(root / "runs" / "hall")
    (root / "scenarios").mkdir()
    (root / "scenarios" / "plant.yaml").write_text(starter_text())
    return root


@pytest.fixture(scope="session")
def run(workspace: Path) -> RunFolder:
    """The run ``plant``, to compare with."""
    return RunFolder.open(workspace / "runs" / "plant")


@pytest.fixture(scope="session")
def client(workspace: Path) -> Iterator[TestClient]:
    """A client of a server that listens on loopback."""
    with TestClient(create_app(Settings(workspace)), base_url="http://localhost:8451") as client:
        yield client


@pytest.fixture
def scratch(tmp_path: Path, workspace: Path) -> Iterator[TestClient]:
    """A client over a workspace of its own with one scenario file, for what changes things."""
    shutil.copytree(workspace / "scenarios", tmp_path / "scenarios")
    with TestClient(create_app(Settings(tmp_path)), base_url="http://localhost:8451", headers=CHANGE) as client:
        yield client
