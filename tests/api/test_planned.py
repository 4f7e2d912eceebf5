"""A plan beside what was simulated and what happened: pieces are matched by part and number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from starlette.testclient import TestClient

from racktwin.api import Settings, create_app
from racktwin.plan.record import write_study
from tests.results.plant import plant_document
from tests.results.rows import run_of

_BENCH = {"part": "gb200_nvl72", "operation": "burn_in_rack", "work_center": "burn_in"}


def _made(root: Path, name: str, begun: list[float]) -> None:
    """Racks released an hour apart, each burnt in for an hour from ``begun`` on; and a component."""
    orders = [
        {
            "serial_number": 10 + n,
            "part": "gb200_nvl72",
            "source": "order_book",
            "order_number": n,
            "release_s": 3600.0 * n,
        }
        for n in range(len(begun))
    ]
    orders.append({"serial_number": 3, "part": "gb200_nvl72", "source": "component", "release_s": 0.0})
    visits = [
        {
            **_BENCH,
            "serial_number": 10 + n,
            "visit": visit,
            "start_s": start_s + 9e3 * (visit - 1),
            "end_s": start_s + 3600.0,
        }
        for n, start_s in enumerate(begun)
        for visit in (1, 2)
    ]
    run_of(root / "runs" / name, plant_document(6), [{"work_orders": orders, "operations": visits}])


def test_a_plan_is_shown_beside_what_was_simulated_and_what_happened(tmp_path: Path) -> None:
    _made(tmp_path, "simulated", [100.0, 7000.0])
    _made(tmp_path, "actual", [500.0])
    rows = [
        {
            **_BENCH,
            "order": n,
            "piece": n,
            "phase": phase,
            "work_unit": 0,
            "due_s": 9e4,
            "start_s": s,
            "end_s": s + 1800,
        }
        for n, start_s in enumerate((0.0, 5000.0))
        for phase, s in (("ramp", start_s), ("soak", start_s + 1800.0))
    ]
    scenario: Any = plant_document(6)["name"]
    write_study(tmp_path / "plans" / "mine", {"schedule": pa.Table.from_pylist(rows)}, {"scenario_name": scenario})
    with TestClient(create_app(Settings(tmp_path)), base_url="http://localhost") as client:
        base = "/api/runs/simulated/schedule"
        assert [one["name"] for one in client.get(f"{base}/plans").json()["plans"]] == ["plans/mine"]
        visits = client.get(f"{base}/planned?plan=plans/mine&actual=actual").json()["visits"]
        times = [
            [one[f"{kind}_{edge}_s"] for kind in ("planned", "simulated", "actual") for edge in ("start", "end")]
            for one in visits
        ]
        assert times == [[0, 3600, 100, 3700, 500, 4100], [5000, 8600, 7000, 10600, None, None]]
        assert client.get(f"{base}/planned?plan=../../plans/mine").status_code == 404
        assert client.get(f"{base}/planned?plan=plans/mine&actual=nope").status_code == 404
        assert client.get(f"{base}/planned").status_code == 422


def test_plans_of_one_name_in_two_folders_are_two_plans(tmp_path: Path) -> None:
    _made(tmp_path, "simulated", [100.0])
    scenario: Any = plant_document(6)["name"]
    for place, start_s in (("plans/mine", 0.0), ("studies/mine", 500.0)):
        row = {**_BENCH, "order": 0, "piece": 0, "phase": "soak", "work_unit": 0, "due_s": 9e4, "start_s": start_s}
        table = pa.Table.from_pylist([{**row, "end_s": start_s + 60}])
        write_study(tmp_path / place, {"schedule": table}, {"scenario_name": scenario})
    with TestClient(create_app(Settings(tmp_path)), base_url="http://localhost") as client:
        base = "/api/runs/simulated/schedule"
        names = [one["name"] for one in client.get(f"{base}/plans").json()["plans"]]
        planned = [client.get(f"{base}/planned", params={"plan": name}).json()["visits"] for name in names]
        assert names == ["plans/mine", "studies/mine"]
        assert [visit["planned_start_s"] for (visit,) in planned] == [0, 500]
