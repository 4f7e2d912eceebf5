"""The command line starts quickly: it loads what a command needs, and no more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import racktwin
from racktwin.results.store import RunWriter
from tests.run.plant import DOCUMENT

_HEAVY = ("duckdb", "numba", "numpy", "plotly", "pyarrow", "scipy.stats")


def _loaded(arguments: list[str]) -> set[str]:
    code = (
        "import sys; from racktwin.cli.main import main\n"
        f"sys.argv = ['racktwin', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {_HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name for name in _HEAVY if f"'{name}'" in answer.stderr}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    assert _loaded(arguments) == set()


def test_check_loads_neither_kernels_nor_tables() -> None:
    assert _loaded(["check", "georgetown"]) <= {"numpy"}


@pytest.mark.parametrize("arguments", [["run", "small.json", "--replications", "1"], ["resume", "lost"]])
def test_a_run_does_without_pandas(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "small.json").write_text(json.dumps(DOCUMENT))
    RunWriter.create(tmp_path / "lost", DOCUMENT, (), seed=1, replications=1)
    code = (
        "import sys; from racktwin.cli.main import main\n"
        f"sys.argv = ['racktwin', *{arguments!r}, '--no-marginals']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "assert 'numba' in sys.modules\n"
        "assert 'pandas' not in sys.modules\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr[-2000:]


def test_version() -> None:
    answer = subprocess.run([sys.executable, "-m", "racktwin", "--version"], capture_output=True, text=True)

    assert answer.stdout == f"racktwin {racktwin.__version__}\n"
