"""From a scenario's order book to a scheduling problem: pieces, their visits to operations, cells, people, power.

Scheduled are the pieces that are ordered, over the main route of their part. Durations are means; parts made here for
them are material with a date (:mod:`.material`). Breakdowns, rework, buffers and set-ups are left to the stress test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from racktwin.engines.line import CompiledLine
from racktwin.engines.line.compile_route import consumption
from racktwin.errors import RacktwinError
from racktwin.model import Operation, Scenario
from racktwin.run.expected_receipts import expected_line

from .clockwork import closed_windows, whole_ticks
from .limits import Limits, limits_of, loads_of
from .material import Supply
from .people import Needs, People
from .problem import Activity, Material, Mode, Order, Precedence, Problem, Resource, Use, Window


@dataclass(frozen=True)
class Options:
    """How the floor is planned.

    ``staggers``: a powered phase may wait in its cell for power, people permitting (else only attended ones wait, for
    people). ``caps``: phases may run at their capped levels (else at the first). ``allowance``: share by which every
    phase is planned longer, for what goes wrong. ``is_hard``: due dates are kept or there is no schedule.
    """

    tick_s: float = 900.0
    staggers: bool = True
    caps: bool = True
    allowance: float = 0.0
    is_hard: bool = False


@dataclass(frozen=True)
class Piece:
    """One piece of an order: ``number`` among all of its part in the order book, as the line engine counts them."""

    order: int
    part: str
    number: int
    release_s: float
    due_s: float
    weight: int
    priority: int


@dataclass(frozen=True)
class Visit:
    """What an activity is: a piece at an operation; ``banks`` and ``levels`` of its modes, in their order."""

    piece: int
    operation: str
    work_center: str
    row: int
    banks: tuple[int, ...]
    levels: tuple[int, ...]


@dataclass(frozen=True)
class Floor:
    """The problem with what its numbers mean."""

    scenario: Scenario
    compiled: CompiledLine
    options: Options
    problem: Problem
    pieces: tuple[Piece, ...]
    visits: tuple[Visit, ...]
    limits: Limits
    banks: tuple[int, ...]


def floor_of(scenario: Scenario, options: Options | None = None) -> Floor:
    """The scheduling problem of the scenario's order book. Raises RacktwinError where nothing can be scheduled."""
    return _Compiler(scenario, options or Options()).floor()


@dataclass
class _Compiler:
    scenario: Scenario
    options: Options
    compiled: CompiledLine = field(init=False)
    horizon: int = field(init=False)
    people: People = field(init=False)
    limits: Limits = field(init=False)
    banks: tuple[int, ...] = field(init=False)
    activities: list[Activity] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    precedences: list[Precedence] = field(default_factory=list)
    materials: list[Material] = field(default_factory=list)
    gangs: list[tuple[int, ...]] = field(default_factory=list)
    calendars: dict[tuple[Window, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.scenario.order_book:
            raise RacktwinError(
                "the scenario has no order book to schedule\n"
                "    → give order_book: [{product, quantity, release, due, priority}], or {file: orders.csv}"
            )
        self.compiled = expected_line(self.scenario)
        self.horizon = int(float(self.scenario.horizon_s) // self.options.tick_s)
        self.people = People(self.scenario, self.compiled, self.horizon, self.options.tick_s)
        scheduled = {order.product for order in self.scenario.order_book}
        self.banks = tuple(range(len(self.compiled.line.banks)))
        first_limit = len(self.banks) + len(self.people.sets)
        self.limits = limits_of(self.compiled, first_limit, _base_load(self.scenario, self.compiled, scheduled))

    def floor(self) -> Floor:
        pieces = tuple(pieces_of(self.scenario, self.compiled))
        supply = Supply(self.scenario, self.compiled, self.people)
        by_due = sorted(range(len(pieces)), key=lambda p: (pieces[p].due_s, -pieces[p].weight, pieces[p].order, p))
        last: dict[int, int] = {}
        for index in by_due:
            last[index] = self._add_piece(index, pieces[index], supply)
        self._add_gangs(by_due, pieces)
        orders = tuple(self._orders(pieces, last))
        line = self.compiled.line
        cells = tuple(Resource(_bank_name(self.compiled, b), int(line.banks[b].n_units), "cells") for b in self.banks)
        resources = (*cells, *self.people.resources(), *(limit.resource for limit in self.limits.rows))
        problem = Problem(
            self.horizon,
            resources,
            tuple(self.activities),
            tuple(self.precedences),
            tuple(self.calendars),
            tuple(self.gangs),
            orders,
            tuple(self.materials),
        )
        visits = tuple(self.visits)
        return Floor(self.scenario, self.compiled, self.options, problem, pieces, visits, self.limits, self.banks)

    def _add_piece(self, index: int, piece: Piece, supply: Supply) -> int:
        """The activities of one piece; returns the last."""
        scenario, names = self.scenario, self.compiled.names
        routing = scenario.routings[scenario.parts[piece.part].routing or ""]
        first_row = int(self.compiled.line.parts[names.parts.index(piece.part)].first_operation)
        base = first_row - next(i for i, operation in enumerate(routing.operations) if not operation.rework)
        consumed = consumption(scenario, piece.part)
        before = -1
        for number, operation in enumerate(routing.operations):
            if operation.rework:
                continue
            activity = self._activity(piece, index, operation, base + number)
            self.activities.append(activity)
            here = len(self.activities) - 1
            kit = [(names.parts.index(part), pieces) for part, pieces in consumed[number].items()]
            self._add_material(piece, here, operation, supply.ready_s(kit, piece.release_s), before < 0)
            if before >= 0:
                self.precedences.append(Precedence(before, here))
            before = here
        return before

    def _add_material(self, piece: Piece, activity: int, operation: Operation, ready_s: float, is_first: bool) -> None:
        name = f"material of {piece_name(piece)} for {operation.operation}"
        if is_first and piece.release_s >= ready_s:
            name, ready_s = f"release of {piece_name(piece)}", piece.release_s
        if ready_s > 0.0:
            ticks = self.horizon + 1 if ready_s == float("inf") else -int(-ready_s // self.options.tick_s)
            self.materials.append(Material(name, (activity,), ticks))

    def _activity(self, piece: Piece, index: int, operation: Operation, row: int) -> Activity:
        needs = [_needs(phase.operators) for phase in operation.phases]
        pauses = tuple(self._calendar(self.people.closed(need)) if need else None for need in needs)
        is_phased = self.scenario.admission.rule == "time_phased"
        line = self.compiled.line
        first = int(line.operations[row].first_phase)
        draws = [float(line.phases[first + p].peak_w) for p in range(len(operation.phases))]
        waits = tuple(
            p == 0 or bool(needs[p]) or (is_phased and self.options.staggers and draws[p] > 0.0)
            for p in range(len(operation.phases))
        )
        center = self.scenario.work_centers[operation.work_center]
        opens = None if center.calendar == "always" else self._calendar(self._closed_center(center.calendar))
        modes, banks, levels = self._modes(piece, operation, row, needs, is_phased)
        self.visits.append(Visit(index, operation.operation, operation.work_center, row, banks, levels))
        return Activity(f"{piece_name(piece)}: {operation.operation}", modes, pauses, waits, opens)

    def _modes(
        self, piece: Piece, operation: Operation, row: int, needs: list[Needs], is_phased: bool
    ) -> tuple[tuple[Mode, ...], tuple[int, ...], tuple[int, ...]]:
        line = self.compiled.line
        part = self.compiled.names.parts.index(piece.part)
        center = line.centers[line.operations[row].center]
        modes, banks, levels = [], [], []
        for bank in range(int(center.first_bank), int(center.first_bank + center.n_banks)):
            for level in range(self._levels(row)):
                modes.append(self._mode(part, operation, row, needs, is_phased, bank, level))
                banks.append(bank)
                levels.append(level)
        return tuple(modes), tuple(banks), tuple(levels)

    def _levels(self, row: int) -> int:
        if not self.options.caps:
            return 1
        return max(1, *(int(n) for n in self._phase_rows(row).n_levels))

    def _phase_rows(self, row: int) -> Any:
        operation = self.compiled.line.operations[row]
        return self.compiled.line.phases[operation.first_phase : operation.first_phase + operation.n_phases]

    def _mode(
        self, part: int, operation: Operation, row: int, needs: list[Needs], is_phased: bool, bank: int, level: int
    ) -> Mode:
        line = self.compiled.line
        durations, uses, watts = [], [], []
        for phase, phase_row, need in zip(operation.phases, self._phase_rows(row), needs, strict=True):
            cap, speed = 1.0, 1.0
            if phase_row.n_levels > 0:
                chosen = line.levels[phase_row.first_level + min(level, int(phase_row.n_levels) - 1)]
                cap, speed = float(chosen.cap), float(chosen.speed)
            mean_s = 0.0 if isinstance(phase.duration, str) else phase.duration.mean_s / speed
            durations.append(mean_s * (1.0 + self.options.allowance) * self.people.stretch(need))
            watts.append(float(phase_row.peak_w) * cap)
            power = self.limits.uses(bank, part, watts[-1]) if is_phased else ()
            uses.append((*self.people.uses(need, len(self.banks)), *power))
        held = self.limits.uses(bank, part, max(watts)) if not is_phased else ()
        cap_name = f" at level {level}" if level else ""
        name = f"{_bank_name(self.compiled, bank)}{cap_name}"
        return Mode(name, whole_ticks(durations, self.options.tick_s), tuple(uses), (Use(bank, 1), *held))

    def _closed_center(self, calendar: str) -> tuple[Window, ...]:
        supply = Supply(self.scenario, self.compiled, self.people)
        return closed_windows(supply.open_ticks(calendar) > 0.0)

    def _calendar(self, closed: tuple[Window, ...]) -> int | None:
        return self.calendars.setdefault(closed, len(self.calendars)) if closed else None

    def _add_gangs(self, by_due: list[int], pieces: tuple[Piece, ...]) -> None:
        """Pieces of one part meet at a gang operation in the order in which they are due."""
        rank = {piece: number for number, piece in enumerate(by_due)}
        at: dict[int, list[int]] = {}
        for index, visit in enumerate(self.visits):
            if int(self.compiled.line.operations[visit.row].gang) > 1:
                at.setdefault(visit.row, []).append(index)
        for row, members in at.items():
            gang = int(self.compiled.line.operations[row].gang)
            members.sort(key=lambda a: rank[self.visits[a].piece])
            if len(members) % gang:
                part, operation = pieces[self.visits[members[0]].piece].part, self.visits[members[0]].operation
                raise RacktwinError(
                    f"{len(members)} of {part} cannot form gangs of {gang} at {operation}\n"
                    f"    → order {gang - len(members) % gang} more, or {len(members) % gang} fewer"
                )
            self.gangs += [tuple(members[k : k + gang]) for k in range(0, len(members), gang)]

    def _orders(self, pieces: tuple[Piece, ...], last: dict[int, int]) -> Iterator[Order]:
        for number, _ in enumerate(self.scenario.order_book):
            mine = [p for p, piece in enumerate(pieces) if piece.order == number]
            due_s = pieces[mine[0]].due_s
            due = None if due_s == float("inf") else int(due_s // self.options.tick_s)
            name = f"due date of {order_name(pieces[mine[0]])}"
            ends = tuple(last[p] for p in mine)
            yield Order(name, ends, due, pieces[mine[0]].weight, self.options.is_hard)


def pieces_of(scenario: Scenario, compiled: CompiledLine) -> Iterator[Piece]:
    """All pieces of the order book, order by order in the order of release, as the engine releases them."""
    line, counted = compiled.line, dict.fromkeys(scenario.parts, 0)
    steps = release_steps(compiled)
    for order, step in enumerate(line.steps[steps.start : steps.stop]):
        part = compiled.names.parts[int(step.target)]
        for _ in range(int(step.amount)):
            weight = 1 + max(0, int(step.priority))
            yield Piece(order, part, counted[part], float(step.time_s), float(step.due_s), weight, int(step.priority))
            counted[part] += 1


def release_steps(compiled: CompiledLine) -> slice:
    """Where the steps of the order book are; order n of the engine is the n-th of them."""
    from racktwin.engines.line.tables import RELEASE

    timeline = next(row for row in compiled.line.timelines if row.kind == RELEASE)
    return slice(int(timeline.next), int(timeline.end))


def order_name(piece: Piece) -> str:
    """What people call the order."""
    return f"order {piece.order + 1} ({piece.part})"


def piece_name(piece: Piece) -> str:
    """What people call the piece: its part and number."""
    return f"{piece.part} {piece.number + 1} of order {piece.order + 1}"


def _needs(operators: Mapping[str, int]) -> Needs:
    return tuple(sorted((str(skill), int(people)) for skill, people in operators.items()))


def _bank_name(compiled: CompiledLine, bank: int) -> str:
    center = int(compiled.line.banks[bank].center)
    first = int(compiled.line.centers[center].first_bank)
    name = compiled.names.work_centers[center]
    return name if int(compiled.line.centers[center].n_banks) == 1 else f"{name}/{bank - first}"


def _base_load(scenario: Scenario, compiled: CompiledLine, scheduled: set[str]) -> dict[int, float]:
    """Per limit the most that work on other parts (trays, servers) can load at once: all their work units together."""
    line, names = compiled.line, compiled.names
    worst: dict[int, dict[int, float]] = {}
    for part, name in enumerate(names.parts):
        routing = scenario.parts[name].routing
        if routing is None or name in scheduled:
            continue
        first = int(line.parts[part].first_operation)
        operations = range(first, first + len(scenario.routings[routing].operations))
        for row in (line.operations[o] for o in operations if o < len(line.operations)):
            watts = max(float(p.peak_w) for p in line.phases[row.first_phase : row.first_phase + row.n_phases])
            center = line.centers[row.center]
            for bank in range(int(center.first_bank), int(center.first_bank + center.n_banks)):
                for limit, load in loads_of(compiled, bank, part, watts).items():
                    loads = worst.setdefault(bank, {})
                    loads[limit] = max(loads.get(limit, 0.0), load * int(line.banks[bank].n_units))
    base: dict[int, float] = {}
    for loads in worst.values():
        for limit, load in loads.items():
            base[limit] = base.get(limit, 0.0) + load
    return base
