"""Every example runs and prints what the file beside it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .checkout import ROOT

_EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("script", _EXAMPLES, ids=lambda path: path.stem)
def test_example_prints_what_it_says(script: Path, tmp_path: Path) -> None:
    answer = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True)

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == script.with_suffix(".out").read_text()


def test_there_are_examples() -> None:
    assert _EXAMPLES
