"""Who goes next at the test cells, by a model that has learned from history how long racks still take.

One kind of rack passes its test and leaves; the other fails it every second time and comes back. The routing alone
does not know that. A regression tree learns it from a run, and the rule it gives serves the rack with the least slack.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from sklearn.tree import DecisionTreeRegressor

import racktwin
from racktwin.model import Scenario


def rack(p_defect: float, hours: int) -> dict[str, Any]:
    """The routing of a rack that is built with a defect so often, and tested for so long."""
    on_fail = {"debug": "debug", "retest_from": "test"}
    return {
        "operations": [
            {"operation": "build", "work_center": "bench", "duration": "2 h", "defects": {"loose_cable": p_defect}},
            {"operation": "test", "work_center": "cell", "duration": {"gamma": {"mean": f"{hours} h", "cv": 0.3}},
             "detects": {"loose_cable": 1.0}, "on_fail": on_fail},
            {"operation": "debug", "work_center": "bench", "duration": "6 h", "rework": True},
        ]
    }  # fmt: skip


def orders(product: str, due: str) -> dict[str, Any]:
    """A rack every seven hours on average, with a promise."""
    return {"product": product, "interarrival": {"exponential": {"mean": "7 h"}}, "due_in": due}


PLANT = Scenario.model_validate(
    {
        "racktwin": 1,
        "name": "two_racks",
        "start": "2027-01-04T00:00",
        "horizon": "52 wk",
        "work_centers": {"bench": {"work_units": 2}, "cell": {"work_units": 3}},
        "defect_kinds": {"loose_cable": {"p_repaired": 0.6}},
        "parts": {"proven": {"routing": "proven"}, "new": {"routing": "new"}},
        "routings": {"proven": rack(0.02, 6), "new": rack(0.5, 6)},
        "demand": {"proven": orders("proven", "36 h"), "new": orders("new", "48 h")},
    }
)
PARTS = list(PLANT.parts)


def learned(history: dict[str, pa.Table]) -> DecisionTreeRegressor:
    """Hours from the start of a test to shipping, by kind of rack and failures so far."""
    shipped_s = {row["serial_number"]: row["shipped_s"] for row in history["shipments"].to_pylist()}
    rows = [
        (PARTS.index(row["part"]), row["visit"] - 1, shipped_s[row["serial_number"]] - row["start_s"])
        for row in history["operations"].to_pylist()
        if row["operation"] == "test" and row["serial_number"] in shipped_s
    ]
    features = np.array([row[:2] for row in rows], dtype=float)
    return DecisionTreeRegressor(max_depth=4, random_state=0).fit(features, [row[2] / 3600.0 for row in rows])


def least_slack(model: DecisionTreeRegressor) -> racktwin.DispatchRule:
    """The rack whose promise leaves the least time beyond what the model expects it to take."""

    def choose(candidates: Any, now_s: float) -> int:
        features = np.column_stack([candidates["part"], candidates["failures"]]).astype(float)
        slack_h = (candidates["due_s"] - now_s) / 3600.0 - model.predict(features)
        return int(np.argmin(slack_h))

    return racktwin.python_rule(choose)


def mean_late_h(tables: dict[str, pa.Table]) -> float:
    """Hours after its promise that a rack ships, on average; 0 for one in time."""
    shipped = tables["shipments"]
    late_s = shipped["shipped_s"].to_numpy() - shipped["due_s"].to_numpy()
    return float(np.maximum(late_s, 0.0).mean()) / 3600.0


def main() -> None:
    """Learn from one year, and compare rules on another."""
    history = racktwin.LineRun.start(racktwin.compile_line(PLANT), 0, PLANT.seed).finish()
    rules = {"first come, first served": {}, "least slack by the model": {"cell": least_slack(learned(history))}}
    for name, by_center in rules.items():
        compiled = racktwin.compile_line(PLANT, rules=by_center)
        late_h = [mean_late_h(racktwin.LineRun.start(compiled, year, PLANT.seed).finish()) for year in range(1, 4)]
        print(f"{name:26} {np.mean(late_h):5.2f} h late on average")


if __name__ == "__main__":
    main()
