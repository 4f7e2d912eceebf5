"""For all tests: hypothesis without chance in CI, and no long tests while the kernels are uncompiled."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.untraced import untraced

settings.register_profile(
    "ci", derandomize=True, deadline=None, database=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("ci"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# by default Python looks for cycles after some hundred new objects: a fourteenth of the time, most of it for nothing
gc.set_threshold(10_000, 10, 20)


SHARED = (
    *("tests/web/", "tests/api/test_jobs.py", "tests/calibrate/", "tests/report/test_report_browser.py"),
    "tests/validation/test_twins.py",
)
"""What is dear to make is shared in these: a server, a run, a browser, or by parameter a plant in SimPy."""


UNTRACED = (
    *("tests/engines/", "tests/fleet/", "tests/properties/", "tests/sim/", "tests/validation/"),
    *("tests/web/", "tests/report/test_report_browser.py", "tests/api/test_contract.py", "tests/api/test_jobs.py"),
    *("tests/api/test_load.py", "tests/house/"),
)
"""Compiled, these run only what others run too, or they themselves have run uncompiled; the tracer takes a third of the
time."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run without coverage's tracer what adds nothing to it."""
    if os.environ.get("NUMBA_DISABLE_JIT") != "1" and item.nodeid.startswith(UNTRACED):
        with untraced():
            return (yield)
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep tests that share something on one worker. (xdist 3.8's own groups are lost under pytest 9.)"""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Sharing(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            shared = next((start for start in SHARED if nodeid.startswith(start)), None)
            if shared is None:
                return nodeid
            return shared + nodeid.partition("[")[2] if shared.endswith("twins.py") else shared

    return Sharing(config, log)


def pytest_collection_finish() -> None:
    """What is there now stays: it is not looked through for cycles again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """What was frozen can be freed again: DuckDB's bindings (nanobind) print all of theirs that is left at the end."""
    gc.unfreeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is ``slow`` under NUMBA_DISABLE_JIT=1: it would take about a hundred times as long."""
    if os.environ.get("NUMBA_DISABLE_JIT") == "1":
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="needs compiled kernels"))
