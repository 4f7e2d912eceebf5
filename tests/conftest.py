"""For all tests: hypothesis without chance in CI, and no long tests while the kernels are uncompiled."""

from __future__ import annotations

import os
from functools import lru_cache

import pytest
from hypothesis import HealthCheck, settings

from racktwin.scenario import yaml_text

settings.register_profile(
    "ci", derandomize=True, deadline=None, database=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("ci"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# the same shipped files are read a few hundred times: half a second each, of which composing is two thirds
yaml_text._compose = lru_cache(maxsize=32)(yaml_text._compose)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is ``slow`` under NUMBA_DISABLE_JIT=1: it would take about a hundred times as long.

    Browser tests, which stay on one worker, come first: last, as their folder is, they ran while the other one idled.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    if os.environ.get("NUMBA_DISABLE_JIT") == "1":
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="needs compiled kernels"))
