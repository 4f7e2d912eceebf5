"""Receipts from elsewhere: a table of parts that arrive takes the place of what the scenario lists itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from .compile import CompiledLine
from .tables import DTYPES, RECEIPT


def with_receipts(compiled: CompiledLine, receipts: pa.Table) -> CompiledLine:
    """The line with the rows of ``receipts`` (columns ``part``, ``quantity``, ``at_s``) added to its own receipts.

    The parts must come by receipts only (``supply: receipts``), and be parts of the line.
    """
    line = compiled.line
    number = {name: index for index, name in enumerate(compiled.names.parts)}
    timeline = int(np.flatnonzero(line.timelines.kind == RECEIPT)[0])
    own = line.steps[int(line.timelines[timeline].next) : int(line.timelines[timeline].end)]
    new = np.zeros(receipts.num_rows, DTYPES["steps"])
    new["time_s"] = receipts["at_s"].to_numpy()
    new["target"] = [number[part] for part in receipts["part"].to_pylist()]
    new["amount"] = receipts["quantity"].to_numpy()
    new["due_s"], new["lot"] = np.inf, -1
    all_receipts = np.concatenate([own, new])
    all_receipts = all_receipts[np.argsort(all_receipts["time_s"], kind="stable")]
    timelines = line.timelines.copy()
    timelines[timeline].next, timelines[timeline].end = len(line.steps), len(line.steps) + len(all_receipts)
    steps = np.concatenate([line.steps, all_receipts]).view(np.recarray)
    return replace(compiled, line=line._replace(steps=steps, timelines=timelines))
