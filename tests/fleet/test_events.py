"""What is known to come: of events that overlap the strictest counts until the last of them is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.engines.fleet import compile_fleet, tables
from racktwin.scenario import read_scenario
from tests.scenario.hall import HALL


def steps(folder: Path, *events: str) -> list[tuple[float, int, float]]:
    """(hours, kind, amount) of each step."""
    listed = "".join(f"    - {{{event}}}\n" for event in events)
    text = HALL.replace("  power: {rule: none}\n", f"  power: {{rule: uniform}}\n  events:\n{listed}", 1)
    path = folder / "hall.yaml"
    path.write_text(text, encoding="utf-8")
    plan = compile_fleet(read_scenario(path).scenario).plan
    return sorted((time_s / 3600, kind, amount) for time_s, kind, _, amount in plan.steps)


def test_limits_that_overlap(tmp_path: Path) -> None:
    found = steps(
        tmp_path,
        "kind: limit, feed: panel, at: 1 h, lasting: 5 h, share: 80 %",
        "kind: trip, feed: panel, at: 2 h, lasting: 1 h, share: 50 %",
        "kind: limit, feed: panel, at: 4 h, lasting: 6 h, share: 90 %",
    )
    scale, trip = tables.LIMIT_SCALE, tables.LIMIT_TRIP
    assert found == [(1.0, scale, 0.8), (2.0, trip, 0.5), (3.0, trip, 0.8), (6.0, scale, 0.9), (10.0, scale, 1.0)]


@pytest.mark.parametrize(
    ("event", "kind", "on", "off"),
    [
        ("kind: lose_feed, feed: panel", tables.LOSE_SIDE, 1.0, 0.0),
        ("kind: hold, job_class: training_llm", tables.GATE, 0.0, 1.0),
    ],
)
def test_the_first_that_ends_ends_nothing(tmp_path: Path, event: str, kind: int, on: float, off: float) -> None:
    found = steps(tmp_path, f"{event}, at: 1 h, lasting: 3 h", f"{event}, at: 2 h, lasting: 6 h")
    assert found == [(1.0, kind, on), (8.0, kind, off)]


def test_the_deepest_cap_counts(tmp_path: Path) -> None:
    found = steps(
        tmp_path, "kind: cap, at: 1 h, lasting: 4 h, share: 60 %", "kind: cap, at: 2 h, lasting: 1 h, share: 90 %"
    )
    assert [(hours, amount > 0) for hours, _, amount in found] == [(1.0, True), (5.0, False)]
