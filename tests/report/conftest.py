"""One small synthetic run, with its KPIs, for the tests that only read it."""

from __future__ import annotations

import pytest

from racktwin.results import RunFolder
from tests.results.synthetic import synthetic_run


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return synthetic_run(tmp_path_factory.mktemp("report") / "run", replications=3, weeks=5)
