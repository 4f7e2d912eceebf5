"""Digests of the tables of a handful of short runs, as JSON: ``python -m tests.properties.digests``.

Run with and without NUMBA_DISABLE_JIT=1, they must be the same.
"""

from __future__ import annotations

import hashlib
import json
import sys

import pyarrow as pa

from racktwin.model import Scenario
from tests.simulate import simulate_tables
from tests.validation.known_answers import load

from . import small_world

DAYS = {
    "tray_line": 2.0,
    "burn_in": 1.5,
    "coverage": 1.0,
    "feed_tree": 1.0,
    "coolant_limited": 1.0,
    "repairman": 4.0,
    "breakdowns": 3.0,
    "three_machine_line": 2.0,
    "capped": 1.0,
    "gang": 1.0,
    "gm1": 1.0,
    "fork_join": 1.0,
}


def scenarios() -> dict[str, Scenario]:
    """The handful, by name."""
    short = {name: load(name).model_copy(update={"horizon_s": days * 86400.0}) for name, days in DAYS.items()}
    return {"small_world": small_world.SCENARIO, **short}


def digest(tables: dict[str, pa.Table]) -> str:
    """A digest of every value of every table."""
    told = hashlib.sha256()
    for name in sorted(tables):
        told.update(repr((name, tables[name].schema.names, tables[name].to_pylist())).encode())
    return told.hexdigest()


def digests() -> dict[str, str]:
    """A digest of one replication of each scenario of the handful."""
    return {name: digest(simulate_tables(scenario, 1, 7)[0]) for name, scenario in scenarios().items()}


if __name__ == "__main__":
    json.dump(digests(), sys.stdout)
