"""The moving picture: its columns hold the rows of the tables, and merged bars lose no visit."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from racktwin.results import RunFolder
from racktwin.results.schema import E10_STATES


def unpack(content: bytes) -> tuple[float, dict[str, Any]]:
    """What :func:`racktwin.api.floor_routes.pack` packed."""
    length = int.from_bytes(content[:4], "little")
    header = json.loads(content[4 : 4 + length])
    columns, place = {}, 4 + length
    for column in header["columns"]:
        kind = np.dtype(column["type"])
        columns[column["name"]] = np.frombuffer(content, kind, column["length"], place)
        place += -(-kind.itemsize * column["length"] // 8) * 8
    return header["origin_s"], columns


def test_layout_names_every_center_and_limit(client: TestClient, run: RunFolder) -> None:
    layout = client.get("/api/runs/plant/floor").json()
    assert [center["name"] for center in layout["centers"]] == list(run.scenario.work_centers)
    steps = {center["name"]: center["step"] for center in layout["centers"]}
    for routing in run.scenario.routings.values():
        worked = [steps[operation.work_center] for operation in routing.operations if not operation.rework]
        assert worked == sorted(worked)
    assert {feed["name"] for feed in layout["feeds"]} == set(run.scenario.feeds)


def test_a_window_holds_what_overlaps_it(client: TestClient, run: RunFolder) -> None:
    begin, end = 200_000.0, 700_000.0
    origin, found = unpack(client.get(f"/api/runs/plant/floor/window?from_s={begin}&to_s={end}").content)
    assert origin == begin
    states = [r for r in run.table("states", None, 0).to_pylist() if r["end_s"] > begin and r["start_s"] < end]
    assert len(found["state_unit"]) == len(states)
    codes = zip(found["state_code"].tolist(), found["state_start"].tolist(), strict=True)
    wanted = [(E10_STATES.index(row["state"]), row["start_s"] - begin) for row in states]
    assert np.allclose(sorted(codes), sorted(wanted), atol=0.1)
    pieces = [
        row["serial_number"]
        for row in run.table("work_orders", None, 0).to_pylist()
        if row["release_s"] < end and not row["end_s"] <= begin
    ]
    assert found["piece_serial"].tolist() == sorted(pieces)
    inside = [
        (row["serial_number"], row["start_s"] - begin)
        for row in run.table("operations", None, 0).to_pylist()
        if row["left_s"] > begin and row["queued_s"] < end and row["serial_number"] in pieces
    ]
    overlapping = found["visit_left"] > 0
    sent = zip(found["visit_serial"][overlapping].tolist(), found["visit_start"][overlapping].tolist(), strict=True)
    assert np.allclose(sorted(sent), sorted(inside), atol=0.1)
    assert np.sum(~overlapping) <= len(pieces)  # at most one earlier visit of each: where it was left


def test_history_of_a_piece_and_of_a_cell(client: TestClient, run: RunFolder) -> None:
    serial = run.table("shipments", None, 0)["serial_number"][0].as_py()
    found = client.get(f"/api/runs/plant/floor/history?serial_number={serial}").json()
    rows = [row for row in run.table("operations", None, 0).to_pylist() if row["serial_number"] == serial]
    rows.sort(key=lambda row: row["start_s"])
    assert [visit["operation"] for visit in found["visits"]] == [row["operation"] for row in rows]
    assert found["piece"]["fate"] == "shipped"
    center = rows[0]["work_center"]
    at_cell = client.get(f"/api/runs/plant/floor/history?work_center={center}&work_unit=0").json()
    assert {visit["work_center"] for visit in at_cell["visits"]} == {center}
    assert at_cell["piece"] is None


@pytest.mark.parametrize("most", [100, 20_000])
def test_the_schedule_counts_every_visit(client: TestClient, run: RunFolder, most: int) -> None:
    found = client.get(f"/api/runs/plant/schedule?most={most}").json()
    visits = run.table("operations", None, 0).num_rows
    assert found["total"] == visits
    assert sum(found["bars"]["count"]) == visits
    assert found["merged"] is (visits > most)


def test_the_schedule_of_one_order(client: TestClient, run: RunFolder) -> None:
    order = run.table("shipments", None, 0)["order_number"][0].as_py()
    bars = client.get(f"/api/runs/plant/schedule?order_number={order}").json()["bars"]
    assert set(bars["order_number"]) == {order}
