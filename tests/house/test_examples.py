"""Every example runs and prints what the file beside it says."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

from .checkout import ROOT

_EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("script", _EXAMPLES, ids=lambda path: path.stem)
def test_example_prints_what_it_says(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run_path(str(script), run_name="__main__")

    assert capsys.readouterr().out == script.with_suffix(".out").read_text()


def test_there_are_examples() -> None:
    assert _EXAMPLES
