"""Two recorded days of power, small: ``python -m tests.validation.extract_recorded FOLDER``.

FOLDER holds ``mlperf/`` (MLCommons training v4.0, Supermicro, 64 nodes of 8 H100 training GPT-3, Apache-2.0) and
``frontier_cdu/`` (HPE sustain-lc, MIT). Kept are node power in means of 5 s, W, and CDU power in 100 W every 15 s.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

RECORDED = Path(__file__).parent / "recorded"
STEP_S = 5


def gpt3(path: Path) -> pa.Table:
    """A column a node: mean power in steps of 5 s; steps without a reading are interpolated."""
    readings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    with path.open() as file:
        for row in csv.DictReader(file):
            readings[row["device"]].append((int(float(row["t_s"]) // STEP_S), float(row["watts"])))
    steps = 1 + max(step for rows in readings.values() for step, _ in rows)
    columns = {}
    for node in sorted(readings, key=lambda name: int(name.rpartition("_")[2])):
        places = np.array([step for step, _ in readings[node]])
        watts = np.array([value for _, value in readings[node]])
        counts = np.bincount(places, minlength=steps)
        known = np.flatnonzero(counts)
        means = np.bincount(places, watts, steps)[known] / counts[known]
        columns[node] = np.rint(np.interp(np.arange(steps), known, means)).astype(np.int16)
    return pa.table(columns)


def frontier(path: Path) -> pa.Table:
    """A column a CDU in 100 W, and the wet bulb in 0.01 °C, every 15 s of 2024-04-07."""
    cells = np.genfromtxt(path, delimiter=",", skip_header=1)
    columns = {f"cdu_{index + 1}": np.rint(cells[:, 1 + index] / 100).astype(np.int16) for index in range(25)}
    return pa.table({**columns, "wet_bulb": np.rint(cells[:, 26] * 100).astype(np.int16)})


def main() -> None:
    """Write both files."""
    folder = Path(sys.argv[1])
    run = folder / "mlperf" / "train_v4.0_smc-ac-power_64xSMC-H100-SXM-80GB_gpt3_run2.csv"
    day = folder / "frontier_cdu" / "frontier_25cdu_power_wetbulb_2024-04-07_15s.csv"
    for name, table in (("gpt3_64_nodes", gpt3(run)), ("frontier_day", frontier(day))):
        pq.write_table(table, RECORDED / f"{name}.parquet", compression="zstd", compression_level=19)


if __name__ == "__main__":
    main()
