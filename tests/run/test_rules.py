"""A run by a user's rule says so in its manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import racktwin
from racktwin.run.resume import resume_run

from .plant import small_file


def last_come(candidates: Any, now_s: float) -> int:
    """The candidate who came last."""
    return len(candidates) - 1


def test_the_manifest_names_the_rule(tmp_path: Path) -> None:
    file = small_file()
    center = next(iter(file.scenario.work_centers))
    rule = racktwin.python_rule(last_come)
    run = racktwin.run_scenario(file, tmp_path / "run", replications=1, rules={center: rule}, marginals=False)
    record = racktwin.RunFolder.open(run.folder).manifest.rules[center]
    assert (record.name, record.door, record.sha256) == ("last_come", "python", rule.digest)


def test_a_run_by_rules_cannot_be_resumed_without_them(tmp_path: Path) -> None:
    file = small_file()
    center = next(iter(file.scenario.work_centers))
    rules = {center: racktwin.compiled_rule(last_come)}
    run = racktwin.run_scenario(file, tmp_path / "run", replications=1, rules=rules, marginals=False)
    manifest = (run.folder / "manifest.json").read_text().replace('"status": "finished"', '"status": "interrupted"')
    (run.folder / "manifest.json").write_text(manifest)
    with pytest.raises(racktwin.RunError, match="ran by rules that it does not hold: last_come"):
        resume_run(run.folder)
