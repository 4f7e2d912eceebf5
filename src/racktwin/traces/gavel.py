"""Microsoft's Philly trace in the form of the Gavel scheduler: job type, command, total steps, arrival, GPUs.

Source: stanford-futuredata/gavel (Narayanan et al., OSDI 2020), MIT; its durations and arrivals come from the Philly
trace (Jeon et al., USENIX ATC 2019). The files hold steps, not seconds: what one step takes is in
``reference/gavel_steps.csv``, recovered from the files themselves (docs/fleet_inputs.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from racktwin.reference.gavel import steps_per_s

from .batches import Batch, Layout, batches, require_file
from .cells import as_names, as_numbers
from .faults import TraceFaults
from .mapping import TraceMapping
from .rows import Floats, Rows, nothing, numbered, translated, words

_LAYOUT = Layout(("job_type", "command", "steps_argument", "needs_data", "total_steps", "arrival_s", "gpus"), "\t")
_NEEDED = ("job_type", "total_steps", "arrival_s", "gpus")

JOB_CLASSES = {
    "ResNet-18": "training_vision",
    "ResNet-50": "training_vision",
    "CycleGAN": "training_image_generation",
    "LM": "training_language",
    "Transformer": "training_language",
    "Recommendation": "training_recommendation",
    "A3C": "training",
}
"""The class of a job type, whatever its batch size."""


def read_gavel(path: Path, mapping: TraceMapping, faults: TraceFaults) -> Iterator[Rows]:
    """The jobs of one virtual cluster, which is their user."""
    require_file(path, faults)
    rates = steps_per_s()
    for batch in batches(path, _NEEDED, faults, _LAYOUT):
        yield _rows(batch, path.stem, rates, mapping, faults)


def _rows(batch: Batch, cluster: str, rates: Mapping[str, float], mapping: TraceMapping, faults: TraceFaults) -> Rows:
    n = batch.n
    types = as_names(batch.columns["job_type"])
    (steps, bad_steps), (arrival_s, bad_arrival), (gpus, bad_gpus) = (
        as_numbers(batch.columns[name]) for name in _NEEDED[1:]
    )
    rate = _rates(types, rates)
    rows = Rows(
        lines=batch.lines,
        usable=np.ones(n, bool),
        job=numbered(cluster, batch.lines),
        submit_s=arrival_s,
        gpus=gpus,
        duration_s=steps / rate,
        time_limit_s=nothing(n),
        job_class=translated(_families(types), {**JOB_CLASSES, **mapping.job_classes}, mapping.default_class),
        priority=np.zeros(n),
        user=words(n, cluster),
        cpus=nothing(n),
        memory_bytes=nothing(n),
        gpu_model=words(n, ""),
    )
    rows.refuse(faults, bad_steps | bad_arrival | bad_gpus, "not a number", "is this a Gavel trace?")
    known = f"job types: {', '.join(list(rates)[:5])}, …"
    rows.refuse(faults, np.isnan(rate), "job type without a known duration of a step", known, types)
    return rows


def _rates(types: pa.Array, rates: Mapping[str, float]) -> Floats:
    distinct = types.dictionary_encode()
    found = np.array([rates.get(name, np.nan) for name in distinct.dictionary.to_pylist()])
    return np.asarray(found[np.asarray(distinct.indices)], np.float64)


def _families(types: pa.Array) -> pa.Array:
    distinct = types.dictionary_encode()
    found = [name.partition(" (")[0] for name in distinct.dictionary.to_pylist()]
    return pa.array(found, pa.string()).take(distinct.indices)
