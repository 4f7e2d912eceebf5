"""A replication in the making: run it to an instant, copy it there, go on from the copy, finish it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import pyarrow as pa

from racktwin.errors import SimulationError
from racktwin.results.schema import TABLES
from racktwin.results.tables import empty_table
from racktwin.sim.user_rules import ask_python, wrong_choice

from . import kernel
from .changes import Change, changed
from .compile import CompiledLine
from .futures import redraw
from .observed import absences, at_instant, hold_orders, let_orders_come, outages, place_pieces
from .queueing_network import QueueingNetwork
from .records import shipments_of, tables_of
from .seen import SeenState
from .state import Snapshot, copied, fresh_line, with_more_candidates, with_room, with_room_to_record
from .tables import Line
from .user_rules import install
from .visits import VisitCounter, with_visits

Sink = Callable[[dict[str, pa.Table]], None]
"""Takes rows as they come: tables by name, each with the rows since the last call."""

DAY_S = 86400.0
_RELATIVE_ROUNDING = 1e-6


class LineRun:
    """One replication of a line, somewhere between time zero and its horizon.

    Without recording only ``shipments`` has rows. Raises SimulationError if the simulated state
    breaks one of its own rules.
    """

    def __init__(self, compiled: CompiledLine, line: Line, replication: int, seed: int) -> None:
        self.compiled = compiled
        self.line = line
        self.replication = replication
        self.seed = seed
        self._written: list[dict[str, pa.Table]] = []
        self._visits = VisitCounter()
        self._sink: Sink = self._written.append
        self._is_finished = False
        self._is_queueing_network = False

    @classmethod
    def start(cls, compiled: CompiledLine, replication: int, seed: int, *, is_recording: bool = True) -> LineRun:
        """The replication at time zero."""
        run = cls(compiled, fresh_line(compiled, replication, seed), replication, seed)
        run.line.clock[0].is_recording = int(is_recording)
        run._is_queueing_network = compiled.is_queueing_network and not is_recording
        seen = compiled.seen
        if seen is not None:
            run.line = at_instant(run.line, seen)
        with np.errstate(over="ignore"):
            kernel.start(run.line)
        if seen is not None:
            run._fill(seen)
        return run

    def _fill(self, seen: SeenState) -> None:
        """Put what is seen into the empty plant, at that instant."""
        names = self.compiled.names
        hold_orders(self.line)
        self.line = changed(self.line, self.compiled, absences(seen))
        self.advance(seen.at_s)
        while self.line.clock[0].free_items <= len(seen.pieces) + self.line.clock[0].most_items:
            self.line = with_room(self.line, "items")
        while self.line.clock[0].free_defects <= len(seen.kinds) + self.line.clock[0].most_defects:
            self.line = with_room(self.line, "defects")
        with np.errstate(over="ignore"):
            place_pieces(self.line, seen, names, self.replication, self.seed)
        self.line = changed(self.line, self.compiled, outages(self.line, seen, names))
        let_orders_come(self.line, seen)

    @classmethod
    def resume(
        cls, compiled: CompiledLine, snapshot: Snapshot, changes: Sequence[Change] = (), future: int = 0
    ) -> LineRun:
        """A run of its own that goes on from the snapshot, with the rows recorded until then.

        ``changes`` hold from now on. ``future`` 0 is the one the snapshot was going into; any other number draws anew
        whatever nobody can know yet, the same for all what-ifs. Raises SimulationError where the snapshot is of another
        plant or a change cannot be made.
        """
        if snapshot.plant != compiled.digest:
            raise SimulationError(
                "the snapshot is of another plant: its scenario differs\n"
                "    → resume it with the scenario it was taken from; describe changes as changes of a branch"
            )
        line = with_room_to_record(copied(snapshot.line), compiled)
        install(line, compiled.rules)
        run = cls(compiled, line, snapshot.replication, snapshot.seed)
        run._written.extend(
            with_visits(batch, run._visits) if "operations" in batch else batch for batch in snapshot.written
        )
        if future:
            redraw(run.line, compiled, run.replication, run.seed, future)
        run.line = changed(run.line, compiled, changes)
        return run

    @property
    def is_recording(self) -> bool:
        """Whether more than shipments is told."""
        return bool(self.line.clock[0].is_recording)

    @property
    def now_s(self) -> float:
        """How far the run is, in seconds after the scenario's start."""
        return float(self.line.clock[0].now_s)

    @property
    def events(self) -> int:
        """How many events have happened."""
        return int(self.line.clock[0].events)

    def advance(self, until_s: float) -> None:
        """Run until that instant; all that happens at it has happened then."""
        self._require_unfinished()
        horizon_s = self.compiled.horizon_s
        if not self.now_s <= until_s <= horizon_s:
            raise SimulationError(
                f"the run is at day {self.now_s / DAY_S:.3f} and cannot be taken to day {until_s / DAY_S:.3f}"
                f"\n    → choose an instant up to the horizon, day {horizon_s / DAY_S:.3f}"
            )
        clock = self.line.clock[0]
        clock.horizon_s = until_s
        try:
            self._run()
        finally:
            self.line.clock[0].horizon_s = horizon_s

    def snapshot(self) -> Snapshot:
        """The run as it is now; it is not touched by what happens later."""
        self._require_unfinished()
        return Snapshot(copied(self.line), self.replication, self.seed, tuple(self._written), self.compiled.digest)

    def branch(self, changes: Sequence[Change] = (), future: int = 0) -> LineRun:
        """A run of its own that goes on from here with the changes; :meth:`LineRun.resume` says with which rows."""
        return LineRun.resume(self.compiled, self.snapshot(), changes, future)

    def finish(self) -> dict[str, pa.Table]:
        """Run to the horizon; the tables of the whole replication."""
        self._end()
        tables = {name: pa.concat_tables([batch[name] for batch in self._written]) for name in self._written[0]}
        return tables if self.is_recording else {**_empty_tables(), **tables}

    def finish_into(self, sink: Sink) -> None:
        """Run to the horizon and hand over the rows in batches as they come, so that memory does not grow with them."""
        self._require_unfinished()
        for batch in self._written:
            sink(batch)
        self._written.clear()
        self._sink = sink
        self._end()

    def _end(self) -> None:
        self.advance(self.compiled.horizon_s)
        self._is_finished = True
        first_item = 0
        with np.errstate(over="ignore"):
            while (first_item := kernel.close(self.line, first_item)) >= 0:
                self._flush()
        self._flush()
        self._check()

    def _run(self) -> None:
        # Philox multiplies modulo 2^64; uncompiled, numpy would warn of it
        with np.errstate(over="ignore"):
            while (status := kernel.run(self._told())) != kernel.DONE:
                if status == kernel.STUCK:
                    raise SimulationError(_stuck(self.line))
                if status == kernel.OVERFLOW:
                    raise SimulationError("one event needs more rows than foreseen; please report this scenario")
                if status == kernel.REFUSED:
                    raise SimulationError(self._refusal())
                if status == kernel.ASKED:
                    self._choose()
                elif status == kernel.ROWS_FULL:
                    self._flush()
                elif status == kernel.CANDIDATES_FULL:
                    self.line = with_more_candidates(self.line)
                else:
                    self.line = with_room(self.line, "items" if status == kernel.ITEMS_FULL else "defects")

    def _told(self) -> Line:
        """The line as the kernel is told of it: what is never the case in a queueing network it need not ask."""
        return QueueingNetwork(*self.line) if self._is_queueing_network else self.line

    def _choose(self) -> None:
        """Let the rule of Python that the kernel has returned for choose."""
        clock = self.line.clock[0]
        center = int(clock.asking_center)
        candidates = self.line.candidates[: self.line.centers[center].n_queued]
        clock.choice = ask_python(self.compiled.rules[center], candidates, self.now_s)

    def _refusal(self) -> str:
        clock = self.line.clock[0]
        center = int(clock.asking_center)
        count = int(self.line.centers[center].n_queued)
        return wrong_choice(self.compiled.rules[center], str(clock.choice), count, self.now_s)

    def _flush(self) -> None:
        """Turn the rows recorded since the last time into tables."""
        told = tables_of if self.is_recording else shipments_of
        batch = told(self.line, self.compiled.names, self.replication)
        self._sink(with_visits(batch, self._visits) if self.is_recording else batch)
        clock = self.line.clock[0]
        clock.wide_rows = clock.middle_rows = clock.narrow_rows = 0

    def _require_unfinished(self) -> None:
        if self._is_finished:
            raise SimulationError("the run is finished\n    → take a snapshot before, and resume that")

    def _check(self) -> None:
        """The limits were kept and nobody works without being there."""
        for limit in self.line.limits:
            if limit.reserved > limit.limit * (1.0 + _RELATIVE_ROUNDING):
                raise SimulationError(f"a limit of {limit.limit:g} holds reservations of {limit.reserved:g}")
        if any(self.line.crews.busy > self.line.crews.present) or any(self.line.crews.busy < 0):
            raise SimulationError("people work who are not there")


@cache
def _empty_tables() -> dict[str, pa.Table]:
    return {name: empty_table(name) for name, table in TABLES.items() if "line" in table.engines}


def _stuck(line: Line) -> str:
    day = line.clock[0].now_s / DAY_S
    return (
        f"time stands still at day {day:.3f}: work of zero duration goes round in a circle "
        "(an order that is replaced as it ships, or a test that always fails); give its operations a duration"
    )
