"""Alibaba's GPU cluster trace of 2023 (``openb_pod_list_*.csv``): pods, with shares of GPUs.

Source: kubernetes-scheduler-simulator (Weng et al., "Beware of fragmentation", USENIX ATC 2023), Apache-2.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .batches import Batch, batches, column_names
from .cells import as_names, as_numbers
from .faults import TraceFaults
from .mapping import TraceMapping
from .rows import Floats, Rows, nothing, translated, words

_NUMBERS = ("cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "creation_time", "deletion_time", "scheduled_time")
_NAMES = ("name", "gpu_spec", "qos")

QOS_CLASSES = {"LS": "inference", "BE": "training", "Burstable": "training", "Guaranteed": "training"}
"""What a quality of service says of the work, unless the mapping says otherwise: latency-sensitive pods serve. Assumed:
the trace does not tell what runs in a pod."""

_PRIORITY = {"LS": 2.0, "Guaranteed": 2.0, "Burstable": 1.0, "BE": 0.0}


def read_openb(path: Path, mapping: TraceMapping, faults: TraceFaults) -> Iterator[Rows]:
    """The pods that ran on GPUs; pods without a GPU, and those that never started, are left out and counted."""
    wanted = (*_NAMES, *_NUMBERS)
    names = column_names(path, faults)
    for name in wanted:
        if name not in names:
            faults.file_fault(f"column {name!r} is missing", "is this openb_pod_list_*.csv?", 1)
    faults.raise_if_any()
    for batch in batches(path, wanted, faults):
        yield _rows(batch, mapping, faults)


def _rows(batch: Batch, mapping: TraceMapping, faults: TraceFaults) -> Rows:
    n = batch.n
    qos = as_names(batch.columns["qos"])
    rows = Rows(
        lines=batch.lines,
        usable=np.ones(n, bool),
        job=as_names(batch.columns["name"]),
        submit_s=nothing(n),
        gpus=nothing(n),
        duration_s=nothing(n),
        time_limit_s=nothing(n),
        job_class=translated(qos, {**QOS_CLASSES, **mapping.job_classes}, mapping.default_class),
        priority=_priorities(qos),
        user=words(n, ""),
        cpus=nothing(n),
        memory_bytes=nothing(n),
        gpu_model=as_names(batch.columns["gpu_spec"]),
    )
    numbers: dict[str, Floats] = {}
    for name in _NUMBERS:
        numbers[name], bad = as_numbers(batch.columns[name])
        rows.refuse(faults, bad, f"{name} is not a number", "get the file anew", batch.columns[name])
    rows.leave_out(faults, numbers["num_gpu"] == 0, "asks for no GPU")
    rows.leave_out(faults, np.isnan(numbers["scheduled_time"]), "never started")
    share = np.where(numbers["num_gpu"] == 1, numbers["gpu_milli"] / 1000.0, 1.0)
    rows.gpus = numbers["num_gpu"] * share
    rows.submit_s = numbers["creation_time"]
    rows.duration_s = numbers["deletion_time"] - numbers["scheduled_time"]
    rows.cpus = numbers["cpu_milli"] / 1000.0
    rows.memory_bytes = numbers["memory_mib"] * 2.0**20
    return rows


def _priorities(qos: pa.Array) -> Floats:
    distinct = qos.dictionary_encode()
    found = np.array([_PRIORITY.get(word, 0.0) for word in distinct.dictionary.to_pylist()])
    return found[np.asarray(pc.fill_null(distinct.indices, 0))] if len(found) else np.zeros(len(qos))
