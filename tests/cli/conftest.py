"""A finished run to ask, made without the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.results.synthetic import synthetic_run


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic_run(tmp_path_factory.mktemp("cli") / "run", replications=3, weeks=4).folder
