"""Rules named on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.errors import SimulationError
from racktwin.results import RunFolder
from racktwin.run.rule_files import rules_of
from tests.cli.command import racktwin
from tests.house.checkout import ROOT

RULES = """
import racktwin

@racktwin.compiled_rule
def last(candidates, now_s):
    return len(candidates) - 1

def first(candidates, now_s):
    return 0

answer = 42
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.py"
    path.write_text(RULES)
    return path


def test_rules_come_compiled_or_of_python(file: Path) -> None:
    rules = rules_of([f"saw={file}:last", f"lathe={file}:first"])
    assert [(center, rule.name, rule.is_compiled) for center, rule in rules.items()] == [
        ("saw", "last", True),
        ("lathe", "first", False),
    ]


def test_all_that_cannot_be_used_is_told_at_once(file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("1 / 0")
    texts = ["saw", f"a={file}:answer", f"b={file}:nobody", "c=missing.py:last", f"d={broken}:x", f"e={file}:last"]
    with pytest.raises(SimulationError) as refused:
        rules_of([*texts, f"e={file}:first"])
    told = str(refused.value)
    for expected in (
        "'saw' names no rule",
        "'answer'",
        "it has last",
        "missing.py is no",
        "ZeroDivisionError",
        "two rules for e",
    ):
        assert expected in told


def test_a_run_by_a_rule_differs_and_says_so(file: Path, tmp_path: Path) -> None:
    plant = ROOT / "src" / "racktwin" / "examples" / "validation" / "mm1.yaml"
    short = ("--set", "horizon=20 d", "--set", "warm_up=1 d", "--replications", "1", "--no-report", "--no-marginals")
    rule = f"={file}:last"
    ruled = racktwin("run", plant, *short, "--out", "ruled", "--rule", f"test_cell{rule}", cwd=tmp_path)
    plain = racktwin("run", plant, *short, "--out", "plain", cwd=tmp_path)
    wrong = racktwin("run", plant, *short, "--out", "wrong", "--rule", f"nowhere{rule}", cwd=tmp_path)

    assert (ruled.returncode, plain.returncode, wrong.returncode) == (0, 0, 2), ruled.stderr
    folders = [tmp_path / name / "tables/operations/replication-0000.parquet" for name in ("ruled", "plain")]
    assert folders[0].read_bytes() != folders[1].read_bytes()
    assert RunFolder.open(tmp_path / "ruled").manifest.rules["test_cell"].name == "last"
    assert "test_cell" in wrong.stderr
    assert not (tmp_path / "wrong").exists()
