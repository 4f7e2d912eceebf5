"""Requests to an inference service as its load over time: how many, with how many tokens, step by step.

Source of the form: Azure LLM inference trace 2023 (Patel et al., "Splitwise", ISCA 2024), CC-BY.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .batches import batches, column_names
from .cells import as_numbers, as_times
from .faults import TraceFaults
from .schema import REQUEST_LOAD

_COLUMNS = ("TIMESTAMP", "ContextTokens", "GeneratedTokens")


@dataclass(frozen=True)
class RequestLoad:
    """``load``: :data:`REQUEST_LOAD` in steps of ``step_s``. ``first_epoch_s``: when its time 0 was, s since 1970."""

    name: str
    load: pa.Table
    step_s: float
    first_epoch_s: float
    skipped: dict[str, int]


def read_request_load(path: Path, step_s: float = 60.0, *, skip_bad: bool = False) -> RequestLoad:
    """The requests of an Azure LLM trace, summed over steps of ``step_s``; time 0 is the start of the first step."""
    faults = TraceFaults(path, skip_bad=skip_bad)
    names = column_names(path, faults)
    for name in _COLUMNS:
        if name not in names:
            faults.file_fault(f"column {name!r} is missing", "is this AzureLLMInferenceTrace_*.csv?", 1)
    faults.raise_if_any()
    sums: dict[int, list[float]] = {}
    for batch in batches(path, _COLUMNS, faults):
        usable = np.ones(batch.n, bool)
        time_s, bad_time, _ = as_times(batch.columns["TIMESTAMP"])
        (context, bad_context), (generated, bad_generated) = (as_numbers(batch.columns[name]) for name in _COLUMNS[1:])
        for bad, reason in (
            (bad_time | np.isnan(time_s), "no time"),
            (bad_context | bad_generated | np.isnan(context + generated), "no number of tokens"),
            ((context < 0) | (generated < 0), "negative number of tokens"),
        ):
            faults.rows(bad & usable, batch.lines, reason, "mend the row, or leave it out")
            usable &= ~bad
        _add(sums, np.floor(time_s[usable] / step_s).astype(np.int64), context[usable], generated[usable])
    faults.raise_if_any()
    if not sums:
        faults.file_fault("there are no requests", "give a trace with at least one request")
        faults.raise_if_any()
    return RequestLoad(path.name, _table(sums, step_s), step_s, min(sums) * step_s, faults.skipped)


def _add(
    sums: dict[int, list[float]],
    steps: npt.NDArray[np.int64],
    context: npt.NDArray[np.float64],
    generated: npt.NDArray[np.float64],
) -> None:
    distinct, places = np.unique(steps, return_inverse=True)
    totals = [np.bincount(places, weights, len(distinct)) for weights in (np.ones(len(steps)), context, generated)]
    for index, step in enumerate(distinct.tolist()):
        found = sums.setdefault(step, [0.0, 0.0, 0.0])
        for column in range(3):
            found[column] += float(totals[column][index])


def _table(sums: dict[int, list[float]], step_s: float) -> pa.Table:
    first, last = min(sums), max(sums)
    rows = [sums.get(step, [0.0, 0.0, 0.0]) for step in range(first, last + 1)]
    requests, context, generated = zip(*rows, strict=True)
    columns = {
        "start_s": np.arange(len(rows)) * step_s,
        "requests": np.array(requests, np.int64),
        "context_tokens": context,
        "generated_tokens": generated,
    }
    return pa.table(columns, schema=REQUEST_LOAD)
