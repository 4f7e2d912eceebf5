"""How a run shows that it goes on."""

from __future__ import annotations

import io

import pytest

from racktwin.cli.progress import ProgressBar, ProgressLines, progress
from racktwin.run import Progress


def test_lines_are_few_and_name_every_stage(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressLines() as shown:
        shown.show(Progress("loading kernels (compiled once per version)", 0, 0))
        for done in range(1, 1001):
            shown.show(Progress("replications", done, 1000))

    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "loading kernels (compiled once per version)"
    assert lines[-1] == "replications: 1000 of 1000"
    assert len(lines) == 1 + 11


def test_a_bar_follows_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar() as shown:
        shown.show(Progress("replications", 3, 20))
        (task,) = shown._bar.tasks
        assert (task.description, task.completed, task.total) == ("replications", 3, 20)
        shown.show(Progress("KPIs", 0, 0))
        (task,) = shown._bar.tasks
        assert (task.description, task.completed, task.total) == ("KPIs", 0, None)


def test_the_bar_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert isinstance(progress(), ProgressLines)
    monkeypatch.setattr("sys.stderr", Terminal())
    assert isinstance(progress(), ProgressBar)
