"""A run that starts from what is seen in the plant: traces of small worlds, closed forms, and all that cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from racktwin.engines.line import LineRun, compile_line
from racktwin.engines.line.lookout import observed_document
from racktwin.errors import ScenarioError
from racktwin.model import Scenario
from racktwin.scenario import read_scenario

HOUR_S = 3600.0
Document = dict[str, Any]


def _world(observed: Document, **keys: Any) -> Document:
    """Two cells that test trays for four hours with one tester each, then a bench packs them in one."""
    return {
        "racktwin": 1,
        "name": "world",
        "start": "2027-01-04T00:00",
        "horizon": "10 d",
        "warm_up": "48 h",
        "work_centers": {"cell": {"work_units": 2, "feed": "floor"}, "bench": {"work_units": 1, "input_buffer": 0}},
        "feeds": {"floor": {"limit": "20 kW"}},
        "operator_groups": {"testers": {"skills": ["test"], "crews": [{"calendar": "always", "headcount": 2}]}},
        "defect_kinds": {"loose": {}},
        "parts": {"tray": {"routing": "tray", "bill_of_materials": {"board": 1}}, "board": {"supply": "receipts"}},
        "routings": {
            "tray": {
                "operations": [
                    {"operation": "test", "work_center": "cell", "duration": "4 h", "operators": {"test": 1},
                     "draw": "10 kW", "detects": {"loose": 1.0}, "on_fail": {"debug": "fix", "retest_from": "test"}},
                    {"operation": "pack", "work_center": "bench", "duration": "1 h"},
                    {"operation": "fix", "work_center": "bench", "duration": "2 h", "rework": True},
                ]
            }
        },
        "order_book": [{"product": "tray", "release": "1 h"}, {"product": "tray", "release": "50 h"}],
        "part_receipts": [{"part": "board", "quantity": 5, "at": at} for at in ("1 h", "60 h")],
        "observed": {"at": "48 h", **observed},
        **keys,
    }  # fmt: skip


def _run(document: Document, replication: int = 0) -> dict[str, pa.Table]:
    return LineRun.start(compile_line(Scenario.model_validate(document)), replication, 1).finish()


def _shipped_h(document: Document) -> list[float]:
    return [round(at_s / HOUR_S - 48.0, 9) for at_s in _run(document)["shipments"]["shipped_s"].to_pylist()]


IN_CELL = {"part": "tray", "operation": "test", "work_unit": 0, "elapsed": "3 h"}
WAITS = {"part": "tray", "operation": "test", "waiting": "5 h"}


@pytest.mark.parametrize(
    ("observed", "shipped_h"),
    [
        # nothing seen: the second order at 2 h waits for boards until 12 h
        ({}, [17]),
        ({"stock": {"board": 1}}, [7]),
        # one hour of its test is left, and packing; the order finds the other cell free
        ({"work_in_progress": [IN_CELL], "stock": {"board": 1}}, [2, 7]),
        ({"work_in_progress": [{**IN_CELL, "remaining": "3 h"}]}, [4, 17]),
        ({"work_in_progress": [WAITS], "stock": {"board": 1}}, [5, 17]),
        ({"work_in_progress": [{**WAITS, "kitted": True}]}, [5, 17]),
        ({"work_in_progress": [{"part": "tray", "operation": "pack", "work_unit": 0, "elapsed": "30 min"}]}, [0.5, 17]),
        # a loose tray fails at the end of its test, is mended, tested again and packed
        ({"work_in_progress": [{**IN_CELL, "defects": ["loose"]}]}, [8, 17]),
        ({"work_in_progress": [{"part": "tray", "operation": "fix", "work_unit": 0, "defects": ["loose"]}]}, [7, 17]),
        ({"work_in_progress": [IN_CELL], "down": [{"work_center": "cell", "work_unit": 0, "until": "50 h"}]}, [4, 17]),
        ({"work_in_progress": [IN_CELL],
          "absent": [{"operator_group": "testers", "people": 2, "until": "51 h"}]}, [5, 17]),
        ({"orders_released": 0, "stock": {"board": 2}}, [5, 7]),
        ({"orders_released": 2, "stock": {"board": 2}}, []),
    ],
)  # fmt: skip
def test_what_is_seen_goes_on(observed: Document, shipped_h: list[float]) -> None:
    assert _shipped_h(_world(observed)) == shipped_h


def test_nothing_is_told_of_the_time_before() -> None:
    tables = _run(_world({"work_in_progress": [IN_CELL, WAITS], "stock": {"board": 1}}))
    for name in ("states", "limits", "labour"):
        assert min(tables[name]["start_s"].to_pylist()) == 48 * HOUR_S
    first, second, _ = sorted(tables["operations"].to_pylist(), key=lambda row: row["queued_s"])[:3]
    assert (first["start_s"], first["work_s"]) == (48 * HOUR_S, 4 * HOUR_S) or first["wait_cell_s"] == 5 * HOUR_S
    for row in (first, second):
        waits_s = sum(value for name, value in row.items() if name.startswith("wait_"))
        told_s = waits_s + row["work_s"] + row["down_s"] + row["blocked_s"]
        assert told_s == pytest.approx(row["left_s"] - row["queued_s"])


def _queue(observed: Document, **keys: Any) -> Document:
    """One machine with exponential work of 50 minutes, and an order every 100."""
    step = {"operation": "test", "work_center": "cell", "duration": {"exponential": {"mean": "50 min"}}}
    return {
        "racktwin": 1,
        "name": "queue",
        "start": "2027-01-04T00:00",
        "horizon": "30 d",
        "work_centers": {"cell": {"work_units": 1}},
        "parts": {"tray": {"routing": "tray"}},
        "routings": {"tray": {"operations": [step]}},
        "demand": {"trays": {"product": "tray", "interarrival": {"exponential": {"mean": "100 min"}}}},
        "observed": observed,
        **keys,
    }


FOUR = [{"part": "tray", "operation": "test", "work_unit": 0, "elapsed": "20 min"}]
FOUR += [{"part": "tray", "operation": "test"}] * 3


@pytest.mark.slow
def test_a_queue_that_is_seen_empties_in_the_time_of_theory() -> None:
    """M/M/1 from n pieces: n / (service rate - arrival rate), by Wald's identity; the first end is exponential."""
    compiled = compile_line(Scenario.model_validate(_queue({"work_in_progress": FOUR})))
    emptied_s, first_s = [], []
    for replication in range(250):
        orders = LineRun.start(compiled, replication, 7).finish()["work_orders"]
        ends_s = orders["end_s"].to_pylist()
        changes = [(at_s, 1) for at_s in orders["release_s"].to_pylist()]
        changes = sorted(changes + [(at_s, -1) for at_s in ends_s if at_s == at_s])
        level = 0
        for at_s, change in changes:
            level += change
            if at_s > 0.0 and level == 0:
                emptied_s.append(at_s)
                break
        first_s.append(min(ends_s))
    error_s = np.std(emptied_s, ddof=1) / np.sqrt(len(emptied_s))
    assert np.mean(emptied_s) == pytest.approx(4 / (1 / 3000.0 - 1 / 6000.0), abs=2.8 * error_s)
    assert stats.kstest(first_s, stats.expon(scale=3000.0).cdf).pvalue > 1e-3


def test_the_file_beside_the_scenario(tmp_path: Path) -> None:
    document = _world({})
    del document["observed"]
    document["warm_up"] = "0 h"
    scenario, state = tmp_path / "plant.json", tmp_path / "state.yaml"
    import json

    scenario.write_text(json.dumps(document))
    state.write_text("at: 2027-01-06T00:00\nwork_in_progress:\n  - {part: tray, operation: pack, work_unit: 0}\n")
    file = read_scenario(scenario, observed=state)
    assert file.scenario.warm_up_s == 48 * HOUR_S
    assert [source.path for source in file.files] == ["plant.json", "state.yaml"]
    assert Scenario.model_validate(file.document) == file.scenario
    state.write_text(
        "observed:\n"
        "  at: 20 d\n"
        "  work_in_progress:\n"
        "    - {part: rack, operation: test}\n"
        "    - {part: board, operation: test}\n"
        "    - {part: tray, operation: tst}\n"
        "    - {part: tray, operation: test, work_unit: 2, defects: [lose], demand: nobody, phase: soak}\n"
        "    - {part: tray, operation: test, work_unit: 1}\n"
        "    - {part: tray, operation: test, work_unit: 1}\n"
        "  down:\n"
        "    - {work_center: oven, work_unit: 0, until: 21 d}\n"
        "    - {work_center: cell, work_unit: 0}\n"
        "    - {work_center: cell, work_unit: 0, until: 1 d}\n"
        "    - {work_center: cell, work_unit: 0, down_for: 1 h}\n"
        "  absent: [{operator_group: cooks, people: 1, until: 1 d}]\n"
        "  stock: {bord: 1}\n"
        "  since_last_order: {market: 1 h}\n"
        "  orders_released: 3\n"
    )
    with pytest.raises(ScenarioError) as told:
        read_scenario(scenario, observed=state)
    problems = [problem for problem in told.value.problems if problem.file.endswith("state.yaml")]
    lines = [problem.line for problem in problems]
    assert set(lines) == {2, 4, 5, 6, 7, 9, 11, 12, 13, 14, 15, 16, 17, 18}
    assert lines.count(7) == 4
    assert lines.count(15) == 2


@pytest.mark.slow
def test_what_a_run_shows_goes_on_as_the_run_does() -> None:
    """The time to ship what is in the plant, in other futures of the run and in runs that start from what it shows."""
    document = _queue({})
    del document["observed"]
    step = {"operation": "test", "work_center": "cell", "duration": {"weibull": {"shape": 2.5, "scale": "3 h"}}}
    fails = {"time_between": {"exponential": {"mean": "20 h"}}, "repair_time": {"gamma": {"mean": "2 h", "cv": 0.5}}}
    document |= {
        "work_centers": {"cell": {"work_units": 2, "failures": fails}},
        "routings": {"tray": {"operations": [step]}},
        "horizon": "8 d",
    }
    scenario = Scenario.model_validate(document)
    compiled = compile_line(scenario)
    run = LineRun.start(compiled, 0, 5)
    at_s = 40 * HOUR_S
    run.advance(at_s)
    while run.line.centers[0].n_queued != 2 or (run.line.units.health != 0).sum() != 1:
        at_s += 0.21 * HOUR_S
        run.advance(at_s)
    seen = observed_document(run, scenario)
    assert len(seen["work_in_progress"]) == 4 or len(seen["work_in_progress"]) == 3
    assert len(seen["down"]) == 1
    again = compile_line(Scenario.model_validate({**document, "warm_up": f"{run.now_s} s", "observed": seen}))
    count = len(seen["work_in_progress"])

    def shipped_s(tables: dict[str, pa.Table]) -> float:
        late = np.sort(tables["shipments"]["shipped_s"].to_numpy())
        return float(late[late > run.now_s][count - 1])

    here = [shipped_s(run.branch(future=future).finish()) for future in range(1, 151)]
    there = [shipped_s(LineRun.start(again, replication, 5).finish()) for replication in range(150)]
    assert stats.ks_2samp(here, there).pvalue > 1e-3


def test_stock_that_is_seen_goes_before_the_lots_that_come() -> None:
    receipts = [{"part": "board", "quantity": 5, "at": at, "lot": f"lot {at}"} for at in ("49 h", "60 h")]
    world = _world({"stock": {"board": 2}, "orders_released": 0}, part_receipts=receipts)
    world["order_book"] = [{"product": "tray", "release": f"{hour} h"} for hour in (48, 50, 52, 54)]
    taken = [(row["lot"], row["pieces"]) for row in _run(world)["genealogy"].to_pylist()]
    assert taken == [("lot 49 h", 1), ("lot 49 h", 1)]


def test_pieces_that_are_seen_have_their_kanban_cards() -> None:
    world = _world({"stock": {"tray": 2, "board": 9}, "orders_released": 0})
    world["parts"] |= {"rack": {"routing": "rack", "bill_of_materials": {"tray": 1}}}
    world["parts"]["tray"]["kanban"] = 3
    world["routings"]["rack"] = {"operations": [{"operation": "rack", "work_center": "cell", "duration": "1 h"}]}
    world["order_book"] = [{"product": "rack", "release": "50 h", "quantity": 4}]
    rows = _run(world)["material"].to_pylist()
    assert [row["on_hand"] for row in rows if row["part"] == "tray"][-1] == 3
