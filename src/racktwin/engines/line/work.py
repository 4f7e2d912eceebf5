"""What happens in a work unit: set-up, phases, waits between them, pauses, and the verdict at the end."""

from __future__ import annotations

from typing import Any

from racktwin.sim import states
from racktwin.sim.distributions import sample
from racktwin.sim.events import cancel, schedule
from racktwin.sim.jit import inlined, kernel

from .attendance import (
    drop_claim,
    gather_people,
    list_claim,
    people_needed,
    release_people,
    return_people,
    take_people,
)
from .draw import free_reservation, reason_of, refused_by, reserve, set_draw, set_state
from .flow import leave
from .quality import (
    add_stress,
    fails_falsely,
    find_defects,
    first_failure_under_stress,
    leave_defects,
    mark_found,
    mend,
    next_to_mend,
)
from .tables import (
    BUSY_CLOCK,
    BY_DEFECT,
    CALENDAR_CLOCK,
    CAUSES,
    COOLANT,
    DRAW_PHASE,
    DRAW_SETUP,
    FAIL,
    FALSE_FAIL,
    PARTS_CLOCK,
    PASS,
    PAUSED,
    PEOPLE,
    POWER,
    REPAIRED,
    SCRAP,
    VISIT_DRAWS,
    WAITING,
    WORKING,
    Line,
)


@kernel
def claimant_of(line: Line, u: int) -> int:
    """The row of :data:`tables.CLAIM` that stands for unit ``u``; work centers come first."""
    return line.centers.size + u


@kernel
def cap_of(line: Line, phase: int, level: int) -> float:
    """The power cap at a level, as a share of full draw; 1 where the phase knows no caps."""
    row = line.phases[phase]
    return 1.0 if row.n_levels == 0 else line.levels[row.first_level + min(level, row.n_levels - 1)].cap


@kernel
def speed_of(line: Line, phase: int, level: int) -> float:
    row = line.phases[phase]
    return 1.0 if row.n_levels == 0 else line.levels[row.first_level + min(level, row.n_levels - 1)].speed


@kernel
def cause_of_limit(line: Line, limit: int) -> int:
    """Whether who waits for the limit waits for power or for coolant."""
    return POWER if line.limits[limit].is_power else COOLANT


@inlined
def occupy(line: Line, u: int, index: int, level: int) -> None:
    """Unit ``u`` is item ``index``'s from now on, and nothing has been done in it yet."""
    unit, now_s = line.units[u], line.clock[0].now_s
    unit.held, unit.level = index, level
    unit.entered_s = unit.since_s = unit.draw_since_s = now_s
    unit.energy_j = unit.labour_s = unit.work_s = unit.down_s = 0.0
    if line.clock[0].is_recording:
        for cause in range(CAUSES):
            unit.waited_s[cause] = 0.0
    unit.lowest_cap = 1.0
    unit.is_shed = unit.is_throttled = unit.ends_plainly = 0
    unit.setup_s = 0.0
    operation = line.operations[line.items[index].operation]
    operation.begun += 1
    unit.repetition = operation.begun


@kernel
def enter(line: Line, u: int, index: int, level: int) -> None:
    """Item ``index`` with its batch enters unit ``u``, whose reservation (and first people) are already taken."""
    occupy(line, u, index, level)
    unit = line.units[u]
    unit.phase = opening_phase(line, u, line.items[index].operation)
    unit.n_held = 0
    member = index
    while member >= 0:
        line.items[member].unit = u
        unit.n_held += 1
        member = line.items[member].batch_next
    unit.n_begun = unit.n_held


@kernel
def opening_phase(line: Line, u: int, operation: int) -> int:
    """The phase with which unit ``u`` would begin the operation: a set-up, or the operation's first."""
    row, center = line.operations[operation], line.centers[line.units[u].center]
    if center.n_families > 0 and row.family >= 0 and line.units[u].family != row.family:
        before = line.units[u].family
        if before < 0:
            before = center.n_families
        return line.links[center.first_setup + before * center.n_families + row.family].to
    return row.first_phase


@kernel
def learned(line: Line, u: int, operation: Any) -> float:
    """Wright's curve: the share of the first piece's attended time that the present one takes."""
    if operation.learning_exponent == 0.0:
        return 1.0
    number = operation.experience + line.units[u].repetition
    return max(operation.learning_floor, number**operation.learning_exponent)


@kernel
def _travel_s(line: Line, u: int, operation: Any) -> float:
    """How long vehicle ``u`` takes to where the part is, and with it to where it goes."""
    unit = line.units[u]
    empty_m = abs(unit.x_m - operation.from_x_m) + abs(unit.y_m - operation.from_y_m)
    loaded_m = abs(operation.to_x_m - operation.from_x_m) + abs(operation.to_y_m - operation.from_y_m)
    return (empty_m + loaded_m) / line.centers[unit.center].vehicle_speed_m_per_s


@kernel
def _phase_duration(line: Line, u: int) -> float:
    unit = line.units[u]
    item, phase = line.items[unit.held], line.phases[unit.phase]
    operation = line.operations[item.operation]
    unit.drawn_s = 0.0
    law = phase.law
    if law == BY_DEFECT:
        law = -1 if item.mending < 0 else line.kinds[line.defects[item.mending].kind].repair_law
        if law < 0:
            return 0.0
    number = DRAW_SETUP if phase.is_setup else DRAW_PHASE + unit.phase - operation.first_phase
    draw = VISIT_DRAWS * item.visits + number
    duration_s = max(0.0, sample(line.laws[law], line.samples, operation.key, item.entity, draw))
    unit.drawn_s = duration_s
    if phase.n_needs > 0:
        duration_s /= unit.pace
    if phase.is_setup:
        return duration_s
    if phase.n_needs > 0:
        duration_s *= learned(line, u, operation)
    duration_s /= speed_of(line, unit.phase, unit.level) * line.banks[unit.bank].speed * operation.speed
    if operation.is_move:
        duration_s += _travel_s(line, u, operation)
    return duration_s


@kernel
def begin_phase(line: Line, u: int) -> None:
    """The phase of unit ``u`` starts now: its power and people are there."""
    unit = line.units[u]
    item, phase = line.items[unit.held], line.phases[unit.phase]
    walk_s = gather_people(line, u, unit.phase)
    unit.phase_s = unit.remaining_s = walk_s + _phase_duration(line, u)
    unit.cut_defect = -1
    is_alone = unit.n_held == 1  # a batch stays together to the end of the phase
    if phase.stress > 0.0 and is_alone and item.defects >= 0 and not line.operations[item.operation].is_rework:
        rate = phase.stress * speed_of(line, unit.phase, unit.level)
        unit.cut_defect, stress_s = first_failure_under_stress(line, unit.held, rate * unit.phase_s)
        unit.remaining_s = stress_s / rate
    unit.cut_off_s = unit.phase_s - unit.remaining_s
    cap = cap_of(line, unit.phase, unit.level)
    unit.lowest_cap = min(unit.lowest_cap, cap)
    power_on(line, u)
    start_working(line, u)


@kernel
def start_working(line: Line, u: int) -> None:
    """Work goes on in unit ``u`` until the phase ends, its people leave, or it breaks down."""
    unit, now_s = line.units[u], line.clock[0].now_s
    unit.activity, unit.since_s = WORKING, now_s
    if line.phases[unit.phase].is_setup:
        schedule(line.events, u, now_s + unit.remaining_s)
        set_state(line, u, states.SCHEDULED_DOWN, states.SETUP, line.items[unit.held].serial)
    else:
        produce(line, u)


@inlined
def produce(line: Line, u: int) -> None:
    """Unit ``u`` is productive until its work is done, or until it breaks down before."""
    unit, clock = line.units[u], line.clock[0]
    schedule(line.events, u, clock.now_s + unit.remaining_s)
    if clock.is_recording:
        set_state(line, u, states.PRODUCTIVE, states.WORKING, line.items[unit.held].serial)
    center = line.centers[unit.center]
    if center.fails and center.failure_clock == BUSY_CLOCK and unit.life_s < unit.remaining_s:
        schedule(line.events, clock.first_failure_slot + u, clock.now_s + unit.life_s)


@kernel
def wear(line: Line, u: int, worked_s: float, parts: int) -> None:
    """Work wears tools: upkeep by productive time or by parts may fall due."""
    unit = line.units[u]
    for k in range(unit.first_upkeep, unit.first_upkeep + unit.n_upkeep):
        row = line.upkeep[k]
        if row.clock == BUSY_CLOCK:
            row.left -= worked_s
        elif row.clock == PARTS_CLOCK:
            row.left -= parts
        if row.clock != CALENDAR_CLOCK and row.left <= 0.0:
            row.is_due = 1


@kernel
def book_work(line: Line, u: int) -> None:
    """Book the work of unit ``u`` since it began or was last booked, and stop its clocks."""
    unit, clock = line.units[u], line.clock[0]
    center = line.centers[unit.center]
    phase = line.phases[unit.phase]
    worked_s = clock.now_s - unit.since_s
    if phase.is_setup:
        unit.setup_s += worked_s
    else:
        unit.work_s += worked_s
    unit.remaining_s = max(0.0, unit.remaining_s - worked_s)
    unit.since_s = clock.now_s
    if unit.has_people:
        unit.labour_s += worked_s * people_needed(line, unit.phase)
    if phase.stress > 0.0:
        rate = phase.stress * speed_of(line, unit.phase, unit.level)
        member = unit.held
        while member >= 0:
            add_stress(line, member, rate * worked_s, rate)
            member = line.items[member].batch_next
    cancel(line.events, u)
    if phase.is_setup:
        return
    wear(line, u, worked_s, 0)
    if center.fails and center.failure_clock == BUSY_CLOCK:
        unit.life_s -= worked_s
        cancel(line.events, clock.first_failure_slot + u)


@kernel
def stop_working(line: Line, u: int) -> None:
    """Book the work since it began, and send the people away."""
    book_work(line, u)
    release_people(line, u, line.units[u].phase)


@kernel
def wait_in_cell(line: Line, u: int, activity: int, cause: int, on: int) -> None:
    """Unit ``u`` holds its item and waits for people, power or coolant."""
    unit = line.units[u]
    unit.activity = activity
    set_state(line, u, states.STANDBY, reason_of(cause), line.items[unit.held].serial)
    list_claim(line, claimant_of(line, u), cause, on)


@kernel
def book_wait(line: Line, u: int) -> None:
    """Book the time since the last look to the cause for which unit ``u`` waits."""
    unit, now_s = line.units[u], line.clock[0].now_s
    claim = line.claims[claimant_of(line, u)]
    if claim.is_listed and claim.cause >= 0:
        unit.waited_s[claim.cause] += now_s - unit.since_s
        unit.since_s = now_s


@kernel
def levels_of(line: Line, operation: int) -> int:
    """How many cap levels an operation may be admitted at (1 if it knows none)."""
    return line.operations[operation].n_levels


@kernel
def admitted_w(line: Line, operation: int, opening: int, level: int) -> float:
    """What one part must reserve as the phase ``opening`` starts: its peak if time-phased, else that of all phases."""
    if line.clock[0].is_time_phased:
        return line.phases[opening].peak_w * cap_of(line, opening, level)
    row = line.operations[operation]
    if not row.is_capped:
        return row.peak_w
    watts = 0.0
    for phase in range(row.first_phase, row.first_phase + row.n_phases):
        watts = max(watts, line.phases[phase].peak_w * cap_of(line, phase, level))
    return watts


@kernel
def reserve_phase(line: Line, u: int) -> int:
    """Swap the reservation of unit ``u`` for what its phase needs, at the first level that fits: -1, or who refuses."""
    unit = line.units[u]
    operation, part = line.items[unit.held].operation, line.items[unit.held].part
    set_draw(line, u, part, 0.0)
    free_reservation(line, u, part)
    refusing = -1
    for level in range(levels_of(line, operation)):
        watts = admitted_w(line, operation, unit.phase, level) * unit.n_begun
        refusing = refused_by(line, unit.bank, part, watts)
        if refusing < 0:
            unit.level, unit.is_shed = level, 0
            reserve(line, u, part, watts)
            return -1
    return refusing


@kernel
def try_phase(line: Line, u: int) -> None:
    """Begin the phase of unit ``u`` if its people and power are there; else wait in the cell."""
    unit = line.units[u]
    lacking = take_people(line, u, unit.phase)
    if lacking >= 0:
        if line.clock[0].is_time_phased:
            free_reservation(line, u, line.items[unit.held].part)
        wait_in_cell(line, u, WAITING, PEOPLE, lacking)
        return
    if line.clock[0].is_time_phased or unit.is_shed:
        refusing = reserve_phase(line, u)
        if refusing >= 0:
            return_people(line, u, unit.phase)
            wait_in_cell(line, u, WAITING, cause_of_limit(line, refusing), refusing)
            return
    drop_claim(line, claimant_of(line, u))
    begin_phase(line, u)


@kernel
def go_on(line: Line, u: int) -> None:
    """Something was freed: unit ``u``, which has a claim, tries again."""
    unit = line.units[u]
    if unit.activity == WAITING:
        try_phase(line, u)
    elif unit.activity == PAUSED:
        _take_up(line, u)


@kernel
def _take_up(line: Line, u: int) -> None:
    """Go on with paused work, if its people are there; others may be faster or slower, and have to walk."""
    unit = line.units[u]
    pace = unit.pace
    lacking = take_people(line, u, unit.phase)
    if lacking >= 0:
        unit.pace = pace
        wait_in_cell(line, u, PAUSED, PEOPLE, lacking)
        return
    if unit.is_shed:
        level = unit.level
        refusing = reserve_phase(line, u)
        if refusing >= 0:
            return_people(line, u, unit.phase)
            unit.pace = pace
            wait_in_cell(line, u, PAUSED, cause_of_limit(line, refusing), refusing)
            return
        _resume_at_level(line, u, level)
    drop_claim(line, claimant_of(line, u))
    if unit.pace != pace:
        unit.remaining_s *= pace / unit.pace
    unit.remaining_s += gather_people(line, u, unit.phase)
    start_working(line, u)


@kernel
def _resume_at_level(line: Line, u: int, before: int) -> None:
    """Shed work goes on at the level that fits now, not the one ``before``: what is left takes longer or shorter."""
    unit = line.units[u]
    unit.remaining_s *= speed_of(line, unit.phase, before) / speed_of(line, unit.phase, unit.level)
    unit.lowest_cap = min(unit.lowest_cap, cap_of(line, unit.phase, unit.level))
    if unit.level > before:
        unit.is_throttled = line.clock[0].is_throttling = 1
    power_on(line, u)


@kernel
def pause(line: Line, u: int) -> None:
    """The people of unit ``u`` leave in the middle of the phase; the work waits for others."""
    phase = line.phases[line.units[u].phase]
    skill = line.links[phase.first_need].to
    stop_working(line, u)
    wait_in_cell(line, u, PAUSED, PEOPLE, skill)


@kernel
def end_phase(line: Line, u: int) -> None:
    """The phase of unit ``u`` has run its time, or was cut short by a failure."""
    unit = line.units[u]
    stop_working(line, u)
    item = line.items[unit.held]
    operation = line.operations[item.operation]
    if line.phases[unit.phase].is_setup:
        unit.family = operation.family
        unit.phase = operation.first_phase
        try_phase(line, u)
        return
    if unit.cut_defect < 0 and unit.phase + 1 < operation.first_phase + operation.n_phases:
        unit.phase += 1
        set_draw(line, u, item.part, 0.0)
        try_phase(line, u)
        return
    if operation.is_move:
        unit.x_m, unit.y_m = operation.to_x_m, operation.to_y_m
    wear(line, u, 0.0, unit.n_begun)
    member = unit.held
    while member >= 0:
        judge(line, member, unit.cut_defect)
        member = line.items[member].batch_next
    leave(line, u)


@kernel
def judge(line: Line, index: int, cut_defect: int) -> None:
    """Decide the outcome of the operation on item ``index`` and where it goes; ``cut_defect`` (or -1) cut it short."""
    item = line.items[index]
    operation = line.operations[item.operation]
    item.outcome_kind = -1
    if operation.is_move:
        item.outcome, item.target = PASS, operation.next
        return
    if operation.is_rework:
        _judge_repair(line, index)
        return
    leave_defects(line, index)
    found = 0
    if cut_defect >= 0:
        mark_found(line, index, cut_defect)
        found = 1
    else:
        found = find_defects(line, index)
    if found > 0:
        item.mending = next_to_mend(line, index)
        item.outcome, item.outcome_kind = FAIL, line.defects[item.mending].kind
    elif fails_falsely(line, index):
        item.outcome = FALSE_FAIL
    else:
        item.outcome, item.target = PASS, operation.next
        item.is_reworked = 0
        return
    item.failures += 1
    item.all_failures += 1
    item.retest, item.target = operation.retest, operation.debug
    if operation.debug < 0 or item.failures >= operation.scrap_after:
        item.outcome = SCRAP


@kernel
def _judge_repair(line: Line, index: int) -> None:
    item = line.items[index]
    item.outcome, item.target = REPAIRED, item.retest
    if item.mending >= 0:
        item.outcome_kind = line.defects[item.mending].kind
        mend(line, index)
    leave_defects(line, index)
    item.mending = next_to_mend(line, index)
    item.is_reworked = 1
    if item.mending >= 0:
        item.target = item.operation


@kernel
def resume(line: Line, u: int) -> None:
    """Go on with the phase where it stopped, at its draw."""
    if not line.units[u].is_shed:
        power_on(line, u)
    go_on(line, u)


@kernel
def power_on(line: Line, u: int) -> None:
    """Unit ``u`` draws what its phase draws at its cap."""
    unit = line.units[u]
    watts = line.phases[unit.phase].draw_w * cap_of(line, unit.phase, unit.level) * unit.n_begun
    set_draw(line, u, line.items[unit.held].part, watts)
