"""Racks that come from the line: which come, when they work, and that what escaped in them fails there, once."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from racktwin.engines.fleet import compile_fleet, replicate_fleet
from racktwin.scenario import read_scenario
from tests.scenario.hall import HALL

DAY_S = 86_400.0
PART = """\
parts:
  rack: {rated_power: 40 kW}
hall:
"""


def tables_of(folder: Path, share: str = "100 %", latent: tuple[int, ...] = (0, 1, 0, 2)) -> dict[str, pa.Table]:
    text = HALL.replace("horizon: 2 d", "horizon: 20 d").replace("hall:\n", PART, 1)
    more = f"part: rack, arrive: with_shipments, installation: 1 d, shipments_share: {share}, count: 2"
    path = folder / "hall.yaml"
    path.write_text(text.replace("name: hall\n", "name: hall\n", 1).replace("count: 2", more), encoding="utf-8")
    shipments = {
        "replication": [0] * 4,
        "part": ["rack"] * 4,
        "serial_number": [11, 12, 13, 14],
        "shipped_s": [1 * DAY_S, 2 * DAY_S, 3 * DAY_S, 4 * DAY_S],
        "latent_escapes": list(latent),
        "stress_s": [3600.0] * 4,
    }
    serials = np.repeat([11, 12, 13, 14], latent).tolist()
    escaped = [(serial, 3600.0 + 0.5 * 5 * DAY_S) for serial in serials]
    defects = {
        "replication": [0] * len(escaped),
        "serial_number": [serial for serial, _ in escaped],
        "kind": ["infant"] * len(escaped),
        "fate": ["escaped"] * len(escaped),
        "latent": [True] * len(escaped),
        "precipitated_s": [math.nan] * len(escaped),
        "precipitates_at_stress_s": [at_s for _, at_s in escaped],
    }
    compiled = compile_fleet(read_scenario(path).scenario)
    return replicate_fleet(compiled, 0, 1, pa.table(shipments), pa.table(defects))


def test_racks_take_shipments_in_order_and_work_after_installation(tmp_path: Path) -> None:
    racks = tables_of(tmp_path)["hall_racks"].to_pylist()
    assert [rack["serial_number"] for rack in racks] == [11, 12]
    assert [rack["in_service_s"] for rack in racks] == [2 * DAY_S, 3 * DAY_S]
    assert [rack["latent_defects"] for rack in racks] == [0, 1]
    assert [rack["gpus"] for rack in racks] == [32, 32]


def test_a_share_of_the_shipments_goes_elsewhere(tmp_path: Path) -> None:
    racks = tables_of(tmp_path, "50 %")["hall_racks"].to_pylist()
    assert [rack["serial_number"] for rack in racks] == [12, 14]


def test_an_escaped_defect_fails_once_when_its_stress_is_reached(tmp_path: Path) -> None:
    """Both had an hour of burn-in and fail at that and 2.5 d of stress: after 5 d in service at half the stress."""
    tables = tables_of(tmp_path)
    outages = [row for row in tables["outages"].to_pylist() if row["cause"] == "escaped_defect"]
    assert len(outages) == 1
    assert outages[0]["rack"] == "row-1"
    assert outages[0]["start_s"] == pytest.approx(8 * DAY_S)
    assert outages[0]["end_s"] > outages[0]["start_s"]


def test_two_defects_of_one_rack_fail_each(tmp_path: Path) -> None:
    tables = tables_of(tmp_path, "50 %")
    outages = [row for row in tables["outages"].to_pylist() if row["cause"] == "escaped_defect"]
    assert sorted({row["rack"] for row in outages}) == ["row-0", "row-1"]
    assert np.unique([row["start_s"] for row in outages]) == pytest.approx([8 * DAY_S, 10 * DAY_S])


def test_no_escapes_no_such_outage(tmp_path: Path) -> None:
    outages = tables_of(tmp_path, latent=(0, 0, 0, 0))["outages"].to_pylist()
    assert not [row for row in outages if row["cause"] == "escaped_defect"]
