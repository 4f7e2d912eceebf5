"""What the simulator says of a burn-in plan, in units that read well."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from racktwin.report.plan_burn_in import simulated_rows


def test_simulated_kpis_have_their_title_unit_and_change() -> None:
    found: Any = SimpleNamespace(
        replayed={"cycle_time_mean": (12 * 86400.0, 11 * 86400.0, 43200.0), "throughput": (16.0, 16.5, 0.1)}
    )
    assert simulated_rows(found) == [
        ("Cycle time, mean", "12.0", "11.0", "−1.00 ± 0.50", "d"),
        ("Throughput per week", "16.0", "16.5", "+0.50 ± 0.10", "1/week"),
    ]
