"""When an operation can have what it consumes: receipts, stock, and what the plant makes itself.

Bought parts are netted in the order in which pieces are due. Parts made here are rough-cut: the k-th piece is ready no
earlier than its work centers and people can have done k pieces' work, all orders together, nor than one piece takes.
That is a bound, without queues and rework; the stress test says what it is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from racktwin.engines.line import CompiledLine
from racktwin.engines.line.tables import RECEIPT
from racktwin.model import Scenario
from racktwin.model.requirements import prebuilt_share
from racktwin.sim.calendars import open_intervals

from .people import People

Floats = npt.NDArray[np.float64]


@dataclass
class Supply:
    """Hands out pieces in the order asked for: :meth:`ready_s` of a kit is when the last of it is there."""

    scenario: Scenario
    compiled: CompiledLine
    people: People
    _bought: dict[int, list[float]] = field(default_factory=dict)
    _asked: dict[int, int] = field(default_factory=dict)
    _work_s: dict[str, float] = field(default_factory=dict)
    _offered: dict[str, Floats] = field(default_factory=dict)

    def ready_s(self, kit: Sequence[tuple[int, int]], wanted_s: float) -> float:
        """When ``kit`` (part row, pieces) of an order released at ``wanted_s`` is there; infinity for never."""
        return max((self._part_s(part, pieces, wanted_s) for part, pieces in kit), default=0.0)

    def _part_s(self, part: int, pieces: int, wanted_s: float) -> float:
        row = self.compiled.line.parts[part]
        if row.is_unlimited:
            return 0.0
        if row.first_operation >= 0:
            name = self.compiled.names.parts[part]
            brought = round(pieces * prebuilt_share(self.scenario, name, wanted_s))
            made_s = self._made_s(part, pieces - brought, wanted_s) if brought < pieces else 0.0
            return max(made_s, self._brought_s(part, brought)) if brought else made_s
        return self._brought_s(part, pieces)

    def _brought_s(self, part: int, pieces: int) -> float:
        arrivals = self._arrivals(part)
        taken = self._asked[part] = self._asked.get(part, 0) + pieces
        return arrivals[taken - 1] if taken <= len(arrivals) else float("inf")

    def _arrivals(self, part: int) -> list[float]:
        """When each piece of a bought or pre-built part is there, in order."""
        if part not in self._bought:
            line = self.compiled.line
            times = [0.0] * int(line.parts[part].on_hand)
            for timeline in line.timelines:
                if timeline.kind == RECEIPT:
                    for step in line.steps[timeline.next : timeline.end]:
                        if step.target == part:
                            times += [float(step.time_s)] * int(step.amount)
            self._bought[part] = sorted(times)
        return self._bought[part]

    def _made_s(self, part: int, pieces: int, wanted_s: float) -> float:
        line = self.compiled.line
        name = self.compiled.names.parts[part]
        operations = self.scenario.routings[self.scenario.parts[name].routing or ""].operations
        own_s, last_s = 0.0, wanted_s
        for operation in operations:
            if operation.rework:
                continue
            means = [p.duration.mean_s for p in operation.phases if not isinstance(p.duration, str)]
            own_s += sum(means)
            last_s = max(last_s, self._done_s(f"center {operation.work_center}", sum(means) * pieces))
            for phase, mean_s in zip(operation.phases, means, strict=True):
                for skill, heads in phase.operators.items():
                    last_s = max(last_s, self._done_s(f"skill {skill}", mean_s * int(heads) * pieces))
        kit = [(int(k.to), int(k.count) * pieces) for k in self._consumed(part)]
        inner_s = self.ready_s([(p, n) for p, n in kit if not line.parts[p].is_unlimited], wanted_s)
        return max(last_s, max(inner_s, wanted_s) + own_s)

    def _consumed(self, part: int) -> list[np.record]:
        line = self.compiled.line
        first = int(line.parts[part].first_operation)
        found = []
        while first >= 0:
            row = line.operations[first]
            found += list(line.links[row.first_consumed : row.first_consumed + row.n_consumed])
            first = int(row.next)
        return found

    def _done_s(self, who: str, work_s: float) -> float:
        """When ``who`` (a work center or a skill) can have done that much more work."""
        total = self._work_s[who] = self._work_s.get(who, 0.0) + work_s
        if who not in self._offered:
            self._offered[who] = np.cumsum(self._rate(who)) * self.people.tick_s
        tick = int(np.searchsorted(self._offered[who], total))
        return float("inf") if tick >= self.people.horizon else (tick + 1) * self.people.tick_s

    def _rate(self, who: str) -> Floats:
        """Units or heads at work at each tick."""
        kind, _, name = who.partition(" ")
        if kind == "skill":
            present = [
                self.people.attendances[g].present / self.people.attendances[g].stretch
                for g in sorted(self.people.holders(name))
            ]
            return np.asarray(np.sum(present, axis=0), np.float64)
        center = self.scenario.work_centers[name]
        units = float(sum(group.count for group in center.groups))
        return units * self.open_ticks(center.calendar)

    def open_ticks(self, calendar: str) -> Floats:
        """1 at each tick in whose middle the calendar is open, else 0."""
        scenario, people = self.scenario, self.people
        start: datetime = scenario.start
        hours = open_intervals(
            scenario.calendar(calendar), start, ZoneInfo(scenario.time_zone), people.horizon * people.tick_s
        )
        middles = (np.arange(people.horizon) + 0.5) * people.tick_s
        is_open = np.zeros(people.horizon)
        for begin_s, end_s in hours:
            is_open[(middles >= begin_s) & (middles < end_s)] = 1.0
        return is_open
