"""The API keeps its own description: no 5xx, no status or shape that it does not document."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from racktwin.api import Settings, create_app
from racktwin.scenario import read_scenario
from tests.results.rows import run_of

from .hall_run import hall_rows

_CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_LEFT_OUT = {("get", "/api/events"), ("post", "/api/jobs"), ("post", "/api/runs/{run}/what-if")}
"""One never ends, the others start runs: tests of their own look at them."""


@pytest.fixture(scope="module")
def api(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The schema over a workspace to which runs and scenarios may be added."""
    folder = tmp_path_factory.mktemp("contract")
    shutil.copytree(workspace / "runs" / "plant", folder / "runs" / "plant")
    _make_whole(folder)
    shutil.copytree(workspace / "scenarios", folder / "scenarios")
    app = create_app(Settings(folder))
    return schemathesis.openapi.from_asgi("/api/openapi.json", app, headers={"Host": "localhost"})


def _make_whole(folder: Path) -> None:
    """``runs/whole``: a run with a hall, a supply network and a plan."""
    tables = {**hall_rows(), "stock_levels": [{"stock": "drives", "part": "nvme_drive", "site": "georgetown"}]}
    run_of(folder / "runs" / "whole", read_scenario("georgetown").document, [tables])
    plan = folder / "plans" / "month"
    plan.mkdir(parents=True)
    (plan / "about.json").write_text(json.dumps({"scenario_name": "georgetown", "answer": "feasible"}))
    visit = {"order": 0, "part": "gb200_nvl72", "piece": 0, "operation": "burn_in", "work_center": "burn_in_bay"}
    times = {"work_unit": 0, "due_s": 9e5, "start_s": 0.0, "end_s": 3600.0}
    pq.write_table(pa.Table.from_pylist([{**visit, **times}]), plan / "schedule.parquet")


def test_any_request_gets_a_documented_answer(api: Any) -> None:
    tried = set()
    for found in api.get_all_operations():
        operation = found.ok()
        if (operation.method, operation.path) in _LEFT_OUT:
            continue
        _try(operation)
        tried.add(operation.label)
    assert len(tried) > 25


def _try(operation: Any) -> None:
    @settings(max_examples=6, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        _aim(case)
        case.headers.update({"Host": "localhost", "X-Racktwin": "1"})
        case.call_and_validate(checks=_CHECKS)

    check()


def _aim(case: Any) -> None:
    """Name what exists three times in four: most made-up names are only ever not found."""
    size = len(str(case.query)) + len(str(case.body))
    if size % 4 == 3:
        return
    names = {"run": ("plant", "whole", "whole")[size % 4], "table": "shipments", "name": "plant.yaml"}
    case.path_parameters.update({key: name for key, name in names.items() if key in case.path_parameters})
    if names["run"] == "whole" and isinstance(case.query, dict):
        known = {"plan": "plans/month", "rack": "nvl72-0", "job": "early"}
        case.query.update({key: name for key, name in known.items() if key in case.query})
        case.query.pop("replication", None)


def test_what_is_aimed_at_is_hit(api: Any) -> None:
    """Hall, supply and plan of ``whole`` answer, so that requests to them look at more than their refusal."""
    with TestClient(api.app, base_url="http://localhost") as client:
        for view in (
            "hall/moment",
            "hall/rack?rack=nvl72-0",
            "supply/moment",
            "schedule/planned?plan=plans/month",
            "hall/jobs",
        ):
            assert client.get(f"/api/runs/whole/{view}").status_code == 200, view
