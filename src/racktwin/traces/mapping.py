"""How the columns and words of someone's job table become ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from racktwin.spelling import did_you_mean

from .faults import TraceFaults

COLUMNS = {
    "job": "its name; rows are numbered where there is none",
    "submit": "when it was submitted",
    "gpus": "GPUs asked for; below 1 a share of one",
    "duration": "how long it ran; or start and end",
    "start": "when it began to run",
    "end": "when it ended",
    "time_limit": "what it was promised at most",
    "job_class": "kind of work",
    "priority": "larger goes first",
    "user": "whom fair share counts it for",
    "cpus": "CPU cores asked for",
    "memory": "host memory asked for",
    "gpu_model": "GPU models it can run on",
}
"""The columns a job table may have, by our name."""

TIMES = ("submit", "duration", "start", "end", "time_limit")
_OWN_UNITS = {**dict.fromkeys(TIMES, "s"), "memory": "bytes"}


@dataclass(frozen=True)
class TraceMapping:
    """``columns``: their name of a column by ours. ``job_classes``: our word by theirs.

    ``seconds_per_unit`` is that of times written as numbers, ``bytes_per_unit`` that of memory; columns whose own name
    says ``_s`` or ``_bytes`` are in these. ``processors_per_gpu``: so many processors of an SWF are read as one GPU.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    seconds_per_unit: float = 1.0
    bytes_per_unit: float = 1.0
    job_classes: Mapping[str, str] = field(default_factory=dict)
    default_class: str = "training"
    processors_per_gpu: float = 1.0


@dataclass(frozen=True)
class Used:
    """A column of the file: its name, and by what its numbers are multiplied."""

    theirs: str
    factor: float = 1.0


def used_columns(names: list[str], mapping: TraceMapping, path: Path, faults: TraceFaults) -> dict[str, Used]:
    """Our columns that the file has; what is missing or misspelt goes to ``faults``, which is then raised."""
    for ours in mapping.columns:
        if ours not in COLUMNS:
            faults.file_fault(f"the mapping names unknown column {ours!r}", did_you_mean(ours, COLUMNS, "columns"))
    units = {**dict.fromkeys(TIMES, mapping.seconds_per_unit), "memory": mapping.bytes_per_unit}
    used: dict[str, Used] = {}
    for name in COLUMNS:
        theirs, own = mapping.columns.get(name), f"{name}_{_OWN_UNITS.get(name, '')}"
        if theirs is not None and theirs not in names:
            remedy = did_you_mean(theirs, names, "columns of the file")
            faults.file_fault(f"there is no column {theirs!r} (mapped to {name})", remedy, 1)
        elif theirs is not None:
            used[name] = Used(theirs, 1.0 if theirs == own else units.get(name, 1.0))
        elif own in names:
            used[name] = Used(own)
        elif name in names:
            used[name] = Used(name, units.get(name, 1.0))
    has_duration = "duration" in used or {"start", "end"} <= used.keys()
    for name in ("submit", "gpus", *(() if has_duration else ("duration",))):
        if name not in used and name not in mapping.columns:
            has = did_you_mean(name, names, "columns of the file")
            faults.file_fault(f"column {name!r} is missing", f"map it: {name}: THEIR_NAME; {has}", 1)
    faults.raise_if_any()
    return used
