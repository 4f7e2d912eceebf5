"""Flow over time and load-duration curves, against sums done by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from racktwin.report.clock import DAY_S, WEEK_S, Clock
from racktwin.report.queries import duration_curves, flow
from tests.results.plant import plant_document
from tests.results.rows import run_of


def _order(release_d: float, end_d: float, fate: str = "shipped", source: str = "nvl72") -> dict[str, Any]:
    return {"release_s": release_d * DAY_S, "end_s": end_d * DAY_S, "fate": fate, "source": source}


def test_courses_count_products_only_and_scrap_leaves_the_plant_unshipped(tmp_path: Path) -> None:
    first = [
        _order(0.5, 1.5),
        _order(0.5, 2.5, "scrapped"),
        _order(3.0, float("nan"), "in_progress"),
        _order(0, 1, "consumed", "component"),
    ]
    run = run_of(tmp_path / "run", plant_document(weeks=2), [{"work_orders": first}, {"work_orders": []}])
    with run.connect() as connection:
        found = flow(connection, Clock.of(run.scenario), (0, 1))
    assert found.time_s.tolist() == [day * DAY_S for day in range(15)]
    assert found.released.mean.tolist()[:5] == [0.0, 1.0, 1.0, 1.5, 1.5]
    assert found.shipped.mean.tolist()[:5] == [0.0, 0.0, 0.5, 0.5, 0.5]
    assert found.in_progress.mean.tolist()[:5] == [0.0, 1.0, 0.5, 0.5, 0.5]
    assert found.in_progress.high[1] == pytest.approx(1.9)


def _load(start_s: float, end_s: float, draw: float) -> dict[str, Any]:
    row = {"name": "utility", "quantity": "power", "reserved": draw, "limit": 100.0}
    return {**row, "start_s": start_s, "end_s": end_s, "draw": draw}


def test_a_duration_curve_falls_and_counts_only_the_time_watched(tmp_path: Path) -> None:
    loads = [_load(0, 1.5 * WEEK_S, 80.0), _load(1.5 * WEEK_S, 2 * WEEK_S, 20.0), _load(2 * WEEK_S, 3 * WEEK_S, 0.0)]
    run = run_of(tmp_path / "run", plant_document(weeks=3), [{"limits": loads}])
    with run.connect() as connection:
        (curve,) = duration_curves(connection, Clock.of(run.scenario))
    assert curve.load_share == (0.8, 0.8, 0.2, 0.2, 0.0, 0.0)
    assert curve.time_share == pytest.approx((0.0, 0.25, 0.25, 0.5, 0.5, 1.0))
