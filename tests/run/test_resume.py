"""A run that was cut short and resumed is the run that was not."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.errors import RunError
from racktwin.results import RunFolder
from racktwin.run import Progress, resume_run, run_scenario

from .plant import small_file


def _stop_after_one(step: Progress) -> None:
    if step.stage == "replications" and step.done >= 1:
        raise KeyboardInterrupt


def _tables(run: RunFolder) -> dict[str, str]:
    return {record.path: record.sha256 for record in run.manifest.written}


def test_resumed_bytes_are_those_of_an_unbroken_run(tmp_path: Path) -> None:
    whole = run_scenario(small_file(), tmp_path / "whole", jobs=1)
    cut = run_scenario(small_file(), tmp_path / "cut", jobs=1, progress=_stop_after_one)
    assert cut.manifest.status == "interrupted"
    assert 1 <= len(cut.replications) < 3
    seen: list[Progress] = []
    resumed = resume_run(tmp_path / "cut", progress=seen.append)
    assert resumed.manifest.status == "finished"
    assert _tables(RunFolder.open(tmp_path / "cut")) == _tables(whole)
    assert resumed.manifest.row_counts == whole.manifest.row_counts


def test_a_finished_run_is_not_resumed(tmp_path: Path) -> None:
    run_scenario(small_file(), tmp_path / "run", replications=1, marginals=False)
    with pytest.raises(RunError, match="finished"):
        resume_run(tmp_path / "run")
