"""Another future of the same state: new random streams, and what is under way drawn again given how far it has come.

What has been seen stays: who works where and since when, what is known to be broken. What nobody can know yet is drawn
from its law conditioned on the time elapsed: the rest of a phase, of a life and of a repair, the next order, and when
a latent defect turns patent. Futures are numbered, and the same future of two what-ifs has the same random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from racktwin.sim.distributions import LAW, WEIBULL
from racktwin.sim.events import NEVER, cancel, rebuild, schedule, slot_times
from racktwin.sim.jit import entry_point, kernel
from racktwin.sim.packing import packed
from racktwin.sim.residual import total_given, uniforms
from racktwin.sim.rng import stream_key

from .compile import CompiledLine
from .quality import first_failure_under_stress
from .state import rekey
from .tables import (
    BUSY_CLOCK,
    BY_DEFECT,
    DRAW_SETUP,
    IN_SERVICE,
    PAUSED,
    UP,
    VISIT_DRAWS,
    WORKING,
    Line,
)
from .work import speed_of


@dataclass
class _Draws:
    """Laws to be drawn from, each given the time elapsed, with one uniform each."""

    samples: Any
    laws: list[Any] = field(default_factory=list)
    elapsed_s: list[float] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    entities: list[int] = field(default_factory=list)
    draws: list[int] = field(default_factory=list)

    def add(self, law: Any, elapsed_s: float, key: Any, entity: int, draw: int) -> None:
        self.laws.append(law)
        self.elapsed_s.append(float(elapsed_s))
        self.keys.append(int(key))
        self.entities.append(int(entity))
        self.draws.append(int(draw))

    def totals_s(self) -> list[float]:
        us = uniforms(self.keys, self.entities, self.draws)
        rows = zip(self.laws, self.elapsed_s, us, strict=True)
        return [total_given(law, self.samples, elapsed_s, float(u)) for law, elapsed_s, u in rows]


def redraw(line: Line, compiled: CompiledLine, replication: int, seed: int, future: int) -> None:
    """Let the line go on into another future (from 1; 0 is the one it is in)."""
    rekey(line, compiled, replication, seed, future)
    _redraw_latent(line, replication, seed, future)
    _redraw_phases(line)
    _redraw_lives(line)
    _redraw_services(line)
    _redraw_orders(line)
    rebuild(line.events)
    recut(line)


def worked_s(line: Line, u: int) -> float:
    """How long unit ``u`` has worked since it last began or went on."""
    unit = line.units[u]
    return float(line.clock[0].now_s - unit.since_s) if unit.activity == WORKING and unit.health == UP else 0.0


def pace_of(line: Line, u: int) -> float:
    """How much of what the law of the phase in unit ``u`` gives is done in a second."""
    unit = line.units[u]
    phase, operation = line.phases[unit.phase], line.operations[line.items[unit.held].operation]
    pace = float(unit.pace) if phase.n_needs else 1.0
    if phase.is_setup:
        return pace
    if phase.n_needs and operation.learning_exponent:
        number = float(operation.experience + unit.repetition)
        pace /= max(float(operation.learning_floor), number ** float(operation.learning_exponent))
    return pace * cap_speed_of(line, u) * float(line.banks[unit.bank].speed) * float(operation.speed)


def cap_speed_of(line: Line, u: int) -> float:
    """The speed of the phase in unit ``u`` at its cap."""
    unit = line.units[u]
    phase = line.phases[unit.phase]
    return float(line.levels[phase.first_level + min(unit.level, phase.n_levels - 1)].speed) if phase.n_levels else 1.0


def _redraw_phases(line: Line) -> None:
    draws, units = _Draws(line.samples), []
    for u in np.flatnonzero((line.units.activity == WORKING) | (line.units.activity == PAUSED)).tolist():
        unit = line.units[u]
        item = line.items[unit.held]
        operation = line.operations[item.operation]
        phase = line.phases[unit.phase]
        unit.remaining_s += unit.cut_off_s
        unit.cut_off_s = 0.0
        law = phase.law
        if law == BY_DEFECT:
            law = -1 if item.mending < 0 else line.kinds[line.defects[item.mending].kind].repair_law
        if law < 0 or operation.is_move:  # a vehicle knows its way
            continue
        left_s = max(0.0, unit.remaining_s - worked_s(line, u))
        elapsed_s = max(0.0, unit.drawn_s - left_s * pace_of(line, u))
        number = DRAW_SETUP if phase.is_setup else unit.phase - operation.first_phase
        draws.add(line.laws[law], elapsed_s, operation.key, item.entity, VISIT_DRAWS * item.visits + number)
        units.append(u)
    for u, total_s, elapsed_s in zip(units, draws.totals_s(), draws.elapsed_s, strict=True):
        line.units[u].drawn_s = total_s
        line.units[u].remaining_s = (total_s - elapsed_s) / pace_of(line, u) + worked_s(line, u)


def _redraw_lives(line: Line) -> None:
    clock, draws, units = line.clock[0], _Draws(line.samples), []
    for u, unit in enumerate(line.units):
        center = line.centers[unit.center]
        if not center.fails:
            continue
        slot_s = slot_times(line.events)[clock.first_failure_slot + u]
        is_busy = center.failure_clock == BUSY_CLOCK
        if is_busy or slot_s != NEVER:
            left_s = unit.life_s - _worn_s(line, u) if is_busy else slot_s - clock.now_s
            draws.add(line.laws[center.between_law], unit.life_drawn_s - left_s, unit.key, unit.breakdowns, 0)
            units.append(u)
    for u, total_s, elapsed_s in zip(units, draws.totals_s(), draws.elapsed_s, strict=True):
        unit = line.units[u]
        left_s = total_s - max(0.0, elapsed_s)
        unit.life_drawn_s, unit.life_s = total_s, left_s + _worn_s(line, u)
        if line.centers[unit.center].failure_clock != BUSY_CLOCK:
            slot_times(line.events)[clock.first_failure_slot + u] = clock.now_s + left_s


def _worn_s(line: Line, u: int) -> float:
    """As :func:`worked_s`, where the work wears the unit: a set-up does not."""
    return 0.0 if line.phases[line.units[u].phase].is_setup else worked_s(line, u)


def _redraw_services(line: Line) -> None:
    clock, draws, units = line.clock[0], _Draws(line.samples), []
    for u in np.flatnonzero((line.units.health != UP) & (line.units.service_drawn_s > 0.0)).tolist():
        unit = line.units[u]
        elapsed_s = unit.service_drawn_s - unit.service_left_s + _served_s(line, u)
        law = line.laws[line.services[unit.service].law]
        draws.add(law, elapsed_s, unit.key, unit.breakdowns, 2)
        units.append(u)
    for u, total_s, elapsed_s in zip(units, draws.totals_s(), draws.elapsed_s, strict=True):
        unit = line.units[u]
        left_s = total_s - max(0.0, elapsed_s)
        unit.service_drawn_s, unit.service_left_s = total_s, left_s + _served_s(line, u)
        if unit.health == IN_SERVICE:
            slot_times(line.events)[u] = clock.now_s + left_s


def _served_s(line: Line, u: int) -> float:
    unit = line.units[u]
    return float(line.clock[0].now_s - unit.since_s) if unit.health == IN_SERVICE else 0.0


def _redraw_orders(line: Line) -> None:
    clock, draws, sources = line.clock[0], _Draws(line.samples), []
    for s, source in enumerate(line.sources):
        slot_s = slot_times(line.events)[clock.first_source_slot + s]
        if source.interarrival_law >= 0 and source.gap_s > 0.0 and not source.pieces_left and slot_s != NEVER:
            elapsed_s = source.gap_s - (slot_s - clock.now_s)
            draws.add(line.laws[source.interarrival_law], elapsed_s, source.key, source.arrivals, 0)
            sources.append(s)
    for s, total_s, elapsed_s in zip(sources, draws.totals_s(), draws.elapsed_s, strict=True):
        line.sources[s].gap_s = total_s
        slot_times(line.events)[clock.first_source_slot + s] = clock.now_s + total_s - max(0.0, elapsed_s)


def _redraw_latent(line: Line, replication: int, seed: int, future: int) -> None:
    """New keys for all defects (whether a test sees them), and a new stress for the latent ones to turn patent at."""
    draws, defects = _Draws(line.samples), []
    for item in line.items[(line.items.part >= 0) & (line.items.defects >= 0)]:
        stress_s = item.stress_s
        if item.unit >= 0:
            phase = line.phases[line.units[item.unit].phase]
            stress_s += phase.stress * cap_speed_of(line, item.unit) * worked_s(line, item.unit)
        d = item.defects
        while d >= 0:
            defect = line.defects[d]
            defect.key = stream_key(seed, replication, f"line/defect {defect.key}/future {future}")
            if defect.is_latent:
                draws.add(_weibull(line.kinds[defect.kind]), stress_s - defect.born_stress_s, defect.key, 0, 0)
                defects.append(d)
            d = defect.next
    for d, total_s in zip(defects, draws.totals_s(), strict=True):
        line.defects[d].fails_at_s = total_s


def _weibull(kind: Any) -> Any:
    return np.array([(WEIBULL, 0, kind.weibull_shape, kind.scale_s, 0.0, 0, 0)], LAW).view(np.recarray)[0]


@entry_point
def recut(tables: Line) -> None:
    """Set anew what ends each phase under way: its own end in ``remaining_s``, a failure of the part, a breakdown."""
    _recut(packed(tables))


@kernel
def _recut(line: Line) -> None:
    clock = line.clock[0]
    for u in range(line.units.size):
        unit = line.units[u]
        if unit.activity != WORKING and unit.activity != PAUSED:
            continue
        item, phase = line.items[unit.held], line.phases[unit.phase]
        unit.cut_defect = -1
        is_alone = unit.n_held == 1
        if phase.stress > 0.0 and is_alone and item.defects >= 0 and not line.operations[item.operation].is_rework:
            rate = phase.stress * speed_of(line, unit.phase, unit.level)
            whole_s = unit.remaining_s
            unit.cut_defect, stress_s = first_failure_under_stress(line, unit.held, rate * whole_s)
            unit.remaining_s = stress_s / rate
            unit.cut_off_s = whole_s - unit.remaining_s
        if unit.activity == WORKING and unit.health == UP:
            schedule(line.events, u, max(clock.now_s, unit.since_s + unit.remaining_s))
            center = line.centers[unit.center]
            if center.fails and center.failure_clock == BUSY_CLOCK and not phase.is_setup:
                slot = clock.first_failure_slot + u
                if unit.life_s < unit.remaining_s:
                    schedule(line.events, slot, max(clock.now_s, unit.since_s + unit.life_s))
                else:
                    cancel(line.events, slot)
