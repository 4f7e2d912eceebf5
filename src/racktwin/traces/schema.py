"""The tables that traces become: one schema for whatever they were read from, or generated."""

from __future__ import annotations

from typing import Literal, NamedTuple

import pyarrow as pa


class Column(NamedTuple):
    """A column: its name (with the unit), type and meaning."""

    name: str
    type: Literal["str", "float64", "int64"]
    description: str


GPU_JOB_COLUMNS = (
    Column("job", "str", "its name; unique"),
    Column("submit_s", "float64", "when it was submitted, s after the trace's origin; the table is in this order"),
    Column("gpus", "float64", "GPUs asked for; below 1 a share of one GPU"),
    Column("duration_s", "float64", "how long it ran on what it asked for, uncapped and undisturbed, s"),
    Column("time_limit_s", "float64", "what it was promised at most, s; NaN if there is none"),
    Column("job_class", "str", "kind of work: the key of the power tables"),
    Column("priority", "int64", "larger goes first"),
    Column("user", "str", "whom fair share counts it for; empty if unknown"),
    Column("cpus", "float64", "CPU cores asked for; NaN if unknown"),
    Column("memory_bytes", "float64", "host memory asked for; NaN if unknown"),
    Column("gpu_model", "str", "GPU models it can run on, as A|B; empty for any"),
)
"""The columns of :data:`GPU_JOBS` with their meaning."""

_ARROW = {"str": pa.string(), "float64": pa.float64(), "int64": pa.int64()}

GPU_JOBS = pa.schema([(column.name, _ARROW[column.type]) for column in GPU_JOB_COLUMNS])
"""One row: a GPU job as it was submitted."""

REQUEST_LOAD = pa.schema(
    [
        ("start_s", pa.float64()),
        ("requests", pa.int64()),
        ("context_tokens", pa.float64()),
        ("generated_tokens", pa.float64()),
    ]
)
"""One row: what an inference service was asked in one step of time from ``start_s``; none is left out."""
