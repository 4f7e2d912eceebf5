"""Sweeps: what is tried, what comes of it, and that nothing done is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from racktwin.errors import RacktwinError, RunError
from racktwin.plan.executors import LocalProcesses, Outcome
from racktwin.plan.sweep import Design, grid, latin_hypercube, listed, read_axis, run_sweep
from racktwin.plan.unrecorded import Experiment
from racktwin.scenario import read_scenario
from tests.cli.command import racktwin
from tests.plan.queue import queue, queue_path

from .deaths import always_die, die_once, fail

_UNITS = "work_centers.cell.work_units"
_DUE = "demand.trays.due_in"


class Here:
    """Does the work in this process, and notes which tasks it was given."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.given: list[tuple[str, ...]] = []
        self._stop_after = stop_after

    def run(self, work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Outcome]:
        for number, task in enumerate(tasks):
            if number == self._stop_after:
                raise KeyboardInterrupt
            self.given.append(task.overrides)
            yield Outcome(number, work(task))


def test_a_grid_is_every_combination() -> None:
    design = grid([read_axis("a.b=1, 2"), read_axis("c*=0.5..1.5:3")])

    assert design.points == (("1", "0.5"), ("1", "1"), ("1", "1.5"), ("2", "0.5"), ("2", "1"), ("2", "1.5"))
    assert design.overrides(4) == ("a.b=2", "c*=1")


def test_a_latin_hypercube_has_one_point_in_every_slice_of_every_axis() -> None:
    design = latin_hypercube([read_axis("p=10 kW..20 kW"), read_axis("n=1..4"), read_axis("rule=fifo,edd")], 20, 7)

    powers = sorted(float(point[0].removesuffix(" kW")) for point in design.points)
    assert [int((power - 10) / 0.5) for power in powers] == list(range(20))
    assert {point[1] for point in design.points} == {"1", "2", "3", "4"}
    assert sorted(point[2] for point in design.points) == ["edd"] * 10 + ["fifo"] * 10


def test_commas_within_a_value_do_not_split_it() -> None:
    assert read_axis("x={a: [1, 2]}, 3").values == ("{a: [1, 2]}", "3")


def test_a_list_is_its_file(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text(f"{_UNITS},{_DUE}\n1,2 h\n2,3 h\n")

    assert listed(path) == Design((_UNITS, _DUE), ("=", "="), (("1", "2 h"), ("2", "3 h")))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: read_axis("nothing"), "varies nothing"),
        (lambda: read_axis("a="), "varies nothing"),
        (lambda: read_axis("a=5 kW..2 kW"), "is no range"),
        (lambda: read_axis("a=1 kW..2 MW"), "is no range"),
        (lambda: read_axis("a=1..2:1"), "asks for 1 value"),
        (lambda: grid([read_axis("a=1..2")]), "a grid needs values"),
        (lambda: grid([read_axis("a=1,2"), read_axis("a=3")]), "varied twice"),
        (lambda: grid([read_axis("a=1..400:400"), read_axis("b=1..400:400")]), "too many"),
        (lambda: latin_hypercube([read_axis("a=1..2")], 0, 1), "at least 1"),
        (lambda: listed(Path("nowhere.csv")), "cannot be read"),
    ],
)
def test_a_design_that_means_nothing_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(RacktwinError, match=message):
        call()


@pytest.mark.parametrize("text", ["a\n", "a,b\n1\n", "a,a\n1,2\n", "a,\n1,2\n"])
def test_a_list_that_means_nothing_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text(text)

    with pytest.raises(RacktwinError, match=r"points\.csv"):
        listed(path)


def test_the_table_holds_what_each_scenario_comes_to(tmp_path: Path) -> None:
    file = queue(tmp_path)
    design = grid([read_axis(f"{_UNITS}=1,2")])

    table = run_sweep(file.document, design, tmp_path / "sweep", Here(), replications=2).to_pylist()

    for row in table:
        scenario = read_scenario(queue_path(tmp_path), [f"{_UNITS}={row[_UNITS]}"]).scenario
        assert row["cycle_time_mean"] == Experiment.of(scenario, "cycle_time_mean").value(row["replication"])
    assert [(row["point"], row["replication"]) for row in table] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_an_interrupted_sweep_goes_on_with_what_is_left(tmp_path: Path) -> None:
    file, out = queue(tmp_path), tmp_path / "sweep"
    design = grid([read_axis(f"{_UNITS}=1,2,3")])
    with pytest.raises(KeyboardInterrupt):
        run_sweep(file.document, design, out, Here(stop_after=2))
    (out / "points" / "point-000001.json").write_bytes(b'{"kpis": {"thro')  # as a disk that was full leaves it

    again = Here()
    table = run_sweep(file.document, design, out, again)

    assert again.given == [(f"{_UNITS}=2",), (f"{_UNITS}=3",)]
    assert table.num_rows == 3
    assert run_sweep(file.document, design, tmp_path / "whole", Here()).equals(table)


def test_a_folder_of_another_sweep_is_refused(tmp_path: Path) -> None:
    file, out = queue(tmp_path), tmp_path / "sweep"
    run_sweep(file.document, grid([read_axis(f"{_UNITS}=1")]), out, Here())

    with pytest.raises(RunError, match="holds another sweep"):
        run_sweep(file.document, grid([read_axis(f"{_UNITS}=2")]), out, Here())
    with pytest.raises(RunError, match="not empty"):
        run_sweep(file.document, grid([read_axis(f"{_UNITS}=2")]), tmp_path, Here())


def test_a_plant_that_cannot_be_is_a_row_that_says_why(tmp_path: Path) -> None:
    table = run_sweep(queue(tmp_path).document, grid([read_axis(f"{_UNITS}=1,none")]), tmp_path / "sweep", Here())

    assert [bool(refused) for refused in table["refused"].to_pylist()] == [False, True]


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    tasks = [tmp_path / name for name in ("a", "victim", "b", "c")]

    outcomes = sorted(LocalProcesses(2).run(die_once, tasks), key=lambda outcome: outcome.number)

    assert [outcome.result for outcome in outcomes] == ["a", "victim", "b", "c"]


def test_a_task_that_always_kills_is_given_up_and_one_thatfails_says_why(tmp_path: Path) -> None:
    tasks = [tmp_path / "a", tmp_path / "victim"]

    outcomes = {outcome.number: outcome for outcome in LocalProcesses(1).run(always_die, tasks)}

    assert outcomes[0].result == "a"
    assert "died" in str(outcomes[1].failure)
    assert next(iter(LocalProcesses(1).run(fail, [tmp_path / "x"]))).failure == "ValueError: x"


def test_the_command_prints_the_table_and_goes_on(tmp_path: Path) -> None:
    queue(tmp_path)
    command = ("sweep", str(queue_path(tmp_path)), "-v", f"{_UNITS}=1,2", "--out", str(tmp_path / "s"), "--jobs", "1")

    first = racktwin(*command)
    second = racktwin(*command, "--json")

    assert first.returncode == 0, first.stderr
    assert "throughput" in first.stdout
    assert "points: 2 of 2" in first.stderr
    assert len(json.loads(second.stdout)["rows"]) == 6
    assert racktwin("sweep", str(queue_path(tmp_path))).returncode == 2
    assert "cannot be swept" in racktwin(*command, "--kpi", "peak_power").stderr
