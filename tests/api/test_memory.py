"""What the server does without: kernels, and pandas, which Arrow would import wherever it is installed.

And its workers without the server.
"""

from __future__ import annotations

import subprocess
import sys

_ASKED = """
import sys
from racktwin.results.memory import do_without_pandas
do_without_pandas()
import duckdb, pyarrow as pa
from racktwin.api import create_app
from racktwin.plan.supply import losses, network_flows, resilience
from racktwin.report import supply_map
table = pa.Table.from_pylist([{"a": 1}, {"a": 2}])
connection = duckdb.connect()
connection.register("rows", table)
assert connection.sql("SELECT sum(a) AS a FROM rows").to_arrow_table().to_pylist() == [{"a": 3}]
print(*sorted({"numba", "pandas"} & sys.modules.keys()))
"""


def test_a_server_loads_neither_kernels_nor_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", _ASKED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_worker_loads_no_server() -> None:
    code = "import sys, racktwin.api.worker; print(*{'fastapi', 'racktwin.api.application'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
