"""What every trace must satisfy, whatever it was read from."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .faults import TraceFaults
from .names import Hashes, NamesOnDisk, hashes_of
from .rows import Mask, Rows

_MEMORY_RUNS = 24
"""Sorted runs of hashes are merged when there are more than this."""


class Wanted(Protocol):
    """Which jobs are wanted; see :class:`racktwin.traces.Limits`."""

    @property
    def largest_gpus(self) -> float: ...
    @property
    def from_s(self) -> float: ...
    @property
    def until_s(self) -> float: ...
    @property
    def after_first(self) -> bool: ...


class Checks:
    """Goes through a trace batch by batch: faults to ``faults``, what is left to the caller.

    With names ``on_disk`` they are compared at the end, by :meth:`compare_names`.
    """

    def __init__(self, faults: TraceFaults, wanted: Wanted, on_disk: NamesOnDisk | None = None) -> None:
        self.faults = faults
        self.wanted = wanted
        self.out_of_order = 0
        self._latest_s = -np.inf
        self._first_s = np.nan
        self._on_disk = on_disk
        self._seen: list[Hashes] = []

    def passed(self, rows: Rows) -> pa.Table:
        """The rows of a batch that can be used."""
        refuse = rows.refuse
        missing = np.isnan(rows.submit_s)
        refuse(self.faults, missing, "no submit time", "every job needs its submit time")
        refuse(self.faults, np.isnan(rows.gpus), "no number of GPUs", "every job needs its GPUs")
        refuse(self.faults, np.isnan(rows.duration_s), "no duration", "every job needs its duration")
        refuse(self.faults, rows.duration_s < 0, "negative duration", "were start and end swapped?", rows.duration_s)
        rows.leave_out(self.faults, rows.duration_s == 0, "ran for no time")
        refuse(self.faults, rows.gpus < 0, "negative number of GPUs", "0 for a job without GPUs", rows.gpus)
        rows.leave_out(self.faults, rows.gpus == 0, "asks for no GPU")
        split = (rows.gpus > 1) & (rows.gpus != np.floor(rows.gpus))
        refuse(self.faults, split, "a share of more than one GPU", "whole GPUs, or a share below 1", rows.gpus)
        too_large = f"larger than the hall's {self.wanted.largest_gpus:g} GPUs"
        refuse(self.faults, rows.gpus > self.wanted.largest_gpus, too_large, "such a job never starts", rows.gpus)
        refuse(self.faults, rows.time_limit_s <= 0, "time limit of 0 or less", "empty for none", rows.time_limit_s)
        self._times(rows)
        self._duplicates(rows)
        return rows.table()

    def _times(self, rows: Rows) -> None:
        usable_s = rows.submit_s[rows.usable]
        if np.isnan(self._first_s) and len(usable_s):
            self._first_s = float(usable_s.min())
        since_s = self._first_s if self.wanted.after_first else 0.0
        outside = (rows.submit_s < self.wanted.from_s + since_s) | (rows.submit_s >= self.wanted.until_s + since_s)
        rows.leave_out(self.faults, outside, "submitted outside the time wanted")
        times_s = np.where(rows.usable, rows.submit_s, -np.inf)
        before_s = np.maximum.accumulate(np.concatenate([[self._latest_s], times_s]))
        early = rows.usable & (rows.submit_s < before_s[:-1])
        self._latest_s = float(before_s[-1])
        if self._on_disk is not None:
            rows.refuse(self.faults, early, "submitted before the row above", "sort the trace by its submit times")
        else:
            self.out_of_order += int(np.count_nonzero(early))

    def _duplicates(self, rows: Rows) -> None:
        names = rows.job
        unnamed = np.asarray(pc.equal(names, "").to_numpy(zero_copy_only=False), bool)
        rows.refuse(self.faults, unnamed, "no name", "give every job a name, or map no column to job")
        hashes = hashes_of(names)
        if self._on_disk is not None:
            self._on_disk.add(hashes[rows.usable], rows.lines[rows.usable])
            return
        order = np.argsort(hashes, kind="stable")
        again = np.zeros(rows.n, bool)
        same = hashes[order][1:] == hashes[order][:-1]
        again[order[1:][same]] = True
        for run in self._seen:
            again |= _holds(run, hashes)
        again &= rows.usable
        rows.refuse(self.faults, again, "a name that occurs before", "job names are unique", names)
        self._remember(np.sort(hashes[rows.usable]))

    def compare_names(self) -> None:
        """Of names kept on disk, those that occur twice are faults, whatever may be skipped."""
        remedy = "job names are unique; a trace with such rows cannot be streamed: read it"
        for lines in self._on_disk.repeated() if self._on_disk is not None else ():
            self.faults.rows_in_any_case(np.ones(len(lines), bool), lines, "a name that occurs before", remedy)

    def _remember(self, run: Hashes) -> None:
        self._seen.append(run)
        while len(self._seen) > 1 and (len(self._seen[-1]) * 2 > len(self._seen[-2]) or len(self._seen) > _MEMORY_RUNS):
            last, before = self._seen.pop(), self._seen.pop()
            self._seen.append(np.sort(np.concatenate([before, last]), kind="stable"))


def _holds(run: Hashes, hashes: Hashes) -> Mask:
    if not len(run):
        return np.zeros(len(hashes), bool)
    places = np.minimum(np.searchsorted(run, hashes), len(run) - 1)
    return np.asarray(run[places] == hashes, bool)
