"""The best of several plants, simulated."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.errors import RacktwinError
from racktwin.plan import AS_IT_IS, Alternative, choose, read_alternative

from .queue import queue_path

_SECOND_CELL = Alternative("second cell", ("work_centers.cell.work_units=2",))
_FASTER = Alternative("faster", ("routings.tray.operations.test.duration*=0.95",))


def test_the_clearly_best_is_chosen(tmp_path: Path) -> None:
    """A second cell at 80 % load takes most of the wait; 5 % faster takes some. Cycle time in seconds."""
    found = choose(
        str(queue_path(tmp_path)),
        [AS_IT_IS, _FASTER, _SECOND_CELL],
        "cycle_time_mean",
        indifference=300.0,
        maximize=False,
        first=6,
    )

    assert found.is_decided
    assert found.best == 2
    assert found.contenders[0].mean > found.contenders[1].mean > found.contenders[2].mean


def test_with_a_budget(tmp_path: Path) -> None:
    found = choose(
        str(queue_path(tmp_path)), [AS_IT_IS, _SECOND_CELL], "cycle_time_mean", budget=16, maximize=False, first=6
    )

    assert (found.best, found.simulations) == (1, 16)
    assert found.p_correct > 0.95


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b=1", Alternative("a.b=1", ("a.b=1",))),
        ("two more: a.b=1; c*=2", Alternative("two more", ("a.b=1", "c*=2"))),
        ("a.start=06:30", Alternative("a.start=06:30", ("a.start=06:30",))),
    ],
)
def test_reading_an_alternative(text: str, expected: Alternative) -> None:
    assert read_alternative(text) == expected


def test_refusals(tmp_path: Path) -> None:
    source = str(queue_path(tmp_path))
    with pytest.raises(RacktwinError, match="changes nothing"):
        read_alternative("title:")
    with pytest.raises(RacktwinError, match="no rule to choose by"):
        choose(source, [AS_IT_IS, _FASTER], "throughput")
    with pytest.raises(RacktwinError, match="cannot be swept"):
        choose(source, [AS_IT_IS, _FASTER], "wip", budget=50)
    with pytest.raises(RacktwinError, match="has no cycle_time_mean in replication 0"):
        choose(source, [Alternative("short", ("horizon=1 s", "warm_up=0 s")), _FASTER], "cycle_time_mean", budget=50)
