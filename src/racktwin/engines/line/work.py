"""What happens in a work unit: phases, waits between them, pauses, breakdowns, and the verdict at the end."""

from __future__ import annotations

from racktwin.sim import states
from racktwin.sim.distributions import sample
from racktwin.sim.events import cancel, schedule
from racktwin.sim.jit import kernel

from .attendance import (
    drop_claim,
    employ,
    find_crew,
    free_skills,
    list_claim,
    people_needed,
    release_people,
    return_people,
    take_people,
)
from .draw import free_reservation, reason_of, refused_by, reserve, set_draw, set_state
from .flow import leave, make_free
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
    BLOCKED,
    BUSY_CLOCK,
    BY_DEFECT,
    CAUSES,
    COOLANT,
    DRAW_PHASE,
    FAIL,
    FALSE_FAIL,
    IDLE,
    PASS,
    PAUSED,
    PEOPLE,
    POWER,
    REPAIR_WAITING,
    REPAIRED,
    REPAIRING,
    SCRAP,
    UP,
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
def _speed_of(line: Line, phase: int, level: int) -> float:
    row = line.phases[phase]
    return 1.0 if row.n_levels == 0 else line.levels[row.first_level + min(level, row.n_levels - 1)].speed


@kernel
def cause_of_limit(line: Line, limit: int) -> int:
    """Whether who waits for the limit waits for power or for coolant."""
    return POWER if line.limits[limit].is_power else COOLANT


@kernel
def enter(line: Line, u: int, index: int, level: int) -> None:
    """Item ``index`` enters unit ``u``, whose reservation (and first people) are already taken."""
    unit, now_s = line.units[u], line.clock[0].now_s
    item = line.items[index]
    item.unit = u
    unit.held, unit.level = index, level
    unit.entered_s = unit.since_s = unit.draw_since_s = now_s
    unit.energy_j = unit.labour_s = unit.work_s = unit.down_s = 0.0
    for cause in range(CAUSES):
        unit.waited_s[cause] = 0.0
    unit.lowest_cap = 1.0
    unit.outcome_kind = -1
    unit.phase = line.operations[item.operation].first_phase


@kernel
def _phase_duration(line: Line, u: int) -> float:
    unit = line.units[u]
    item, phase = line.items[unit.held], line.phases[unit.phase]
    operation = line.operations[item.operation]
    law = phase.law
    if law == BY_DEFECT:
        law = -1 if item.mending < 0 else line.kinds[line.defects[item.mending].kind].repair_law
        if law < 0:
            return 0.0
    draw = VISIT_DRAWS * item.visits + DRAW_PHASE + unit.phase - operation.first_phase
    duration_s = sample(line.laws[law], line.samples, operation.key, item.entity, draw)
    return max(0.0, duration_s) / _speed_of(line, unit.phase, unit.level)


@kernel
def begin_phase(line: Line, u: int) -> None:
    """The phase of unit ``u`` starts now: its power and people are there."""
    unit = line.units[u]
    item, phase = line.items[unit.held], line.phases[unit.phase]
    unit.phase_s = unit.remaining_s = _phase_duration(line, u)
    unit.cut_defect = -1
    if phase.stress > 0.0 and item.defects >= 0 and not line.operations[item.operation].is_rework:
        rate = phase.stress * _speed_of(line, unit.phase, unit.level)
        unit.cut_defect, stress_s = first_failure_under_stress(line, unit.held, rate * unit.phase_s)
        unit.remaining_s = stress_s / rate
    cap = cap_of(line, unit.phase, unit.level)
    unit.lowest_cap = min(unit.lowest_cap, cap)
    set_draw(line, u, item.part, phase.draw_w * cap)
    start_working(line, u)


@kernel
def start_working(line: Line, u: int) -> None:
    """Work goes on in unit ``u`` until the phase ends, its people leave, or it breaks down."""
    unit, now_s = line.units[u], line.clock[0].now_s
    center = line.centers[unit.center]
    unit.activity, unit.since_s = WORKING, now_s
    set_state(line, u, states.PRODUCTIVE, states.WORKING, line.items[unit.held].serial)
    schedule(line.events, u, now_s + unit.remaining_s)
    if center.fails and center.failure_clock == BUSY_CLOCK and unit.life_s < unit.remaining_s:
        schedule(line.events, line.clock[0].first_failure_slot + u, now_s + unit.life_s)


@kernel
def stop_working(line: Line, u: int) -> None:
    """Book the work since it began, and send the people away."""
    unit, clock = line.units[u], line.clock[0]
    center = line.centers[unit.center]
    worked_s = clock.now_s - unit.since_s
    unit.work_s += worked_s
    unit.remaining_s = max(0.0, unit.remaining_s - worked_s)
    unit.since_s = clock.now_s
    if unit.has_people:
        unit.labour_s += worked_s * people_needed(line, unit.phase)
        release_people(line, u, unit.phase)
    phase = line.phases[unit.phase]
    if phase.stress > 0.0:
        rate = phase.stress * _speed_of(line, unit.phase, unit.level)
        add_stress(line, unit.held, rate * worked_s, rate)
    cancel(line.events, u)
    if center.fails and center.failure_clock == BUSY_CLOCK:
        unit.life_s -= worked_s
        cancel(line.events, clock.first_failure_slot + u)


@kernel
def _wait_in_cell(line: Line, u: int, activity: int, cause: int, on: int) -> None:
    """Unit ``u`` holds its item and waits for people, power or coolant."""
    unit = line.units[u]
    unit.activity = activity
    set_state(line, u, states.STANDBY, reason_of(cause), line.items[unit.held].serial)
    list_claim(line, claimant_of(line, u), cause, on)


@kernel
def _book_wait(line: Line, u: int) -> None:
    """Book the time since the last look to the cause for which unit ``u`` waits."""
    unit, now_s = line.units[u], line.clock[0].now_s
    claim = line.claims[claimant_of(line, u)]
    if claim.is_listed and claim.cause >= 0:
        unit.waited_s[claim.cause] += now_s - unit.since_s
        unit.since_s = now_s


@kernel
def _reserve_phase(line: Line, u: int) -> int:
    """Under time-phased admission, swap the reservation for the phase's own: -1, or the limit that refuses."""
    unit = line.units[u]
    part, phase = line.items[unit.held].part, line.phases[unit.phase]
    set_draw(line, u, part, 0.0)
    free_reservation(line, u, part)
    refusing = -1
    for level in range(max(1, phase.n_levels)):
        watts = phase.peak_w * cap_of(line, unit.phase, level)
        refusing = refused_by(line, unit.bank, part, watts)
        if refusing < 0:
            unit.level = level
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
        _wait_in_cell(line, u, WAITING, PEOPLE, lacking)
        return
    if line.clock[0].is_time_phased:
        refusing = _reserve_phase(line, u)
        if refusing >= 0:
            return_people(line, u, unit.phase)
            _wait_in_cell(line, u, WAITING, cause_of_limit(line, refusing), refusing)
            return
    drop_claim(line, claimant_of(line, u))
    begin_phase(line, u)


@kernel
def go_on(line: Line, u: int) -> None:
    """Something was freed: unit ``u``, which has a claim, tries again."""
    unit = line.units[u]
    if unit.health == REPAIR_WAITING:
        try_repair(line, u)
    elif unit.activity == WAITING:
        try_phase(line, u)
    elif unit.activity == PAUSED:
        lacking = take_people(line, u, unit.phase)
        if lacking >= 0:
            _wait_in_cell(line, u, PAUSED, PEOPLE, lacking)
        else:
            drop_claim(line, claimant_of(line, u))
            start_working(line, u)


@kernel
def book_and_go_on(line: Line, u: int, cause: int) -> None:
    """As :func:`go_on`, after booking the wait for ``cause`` so far."""
    unit, now_s = line.units[u], line.clock[0].now_s
    if unit.health == UP:
        unit.waited_s[cause] += now_s - unit.since_s
        unit.since_s = now_s
    go_on(line, u)


@kernel
def pause(line: Line, u: int) -> None:
    """The people of unit ``u`` leave in the middle of the phase; the work waits for others."""
    phase = line.phases[line.units[u].phase]
    skill = line.links[phase.first_need].to
    stop_working(line, u)
    _wait_in_cell(line, u, PAUSED, PEOPLE, skill)


@kernel
def end_phase(line: Line, u: int) -> None:
    """The phase of unit ``u`` has run its time, or was cut short by a failure."""
    unit = line.units[u]
    stop_working(line, u)
    item = line.items[unit.held]
    operation = line.operations[item.operation]
    if unit.cut_defect < 0 and unit.phase + 1 < operation.first_phase + operation.n_phases:
        unit.phase += 1
        set_draw(line, u, item.part, 0.0)
        try_phase(line, u)
        return
    judge(line, u)
    leave(line, u)


@kernel
def judge(line: Line, u: int) -> None:
    """Decide the outcome of the operation in unit ``u`` and where its item goes."""
    unit = line.units[u]
    index = unit.held
    item = line.items[index]
    operation = line.operations[item.operation]
    if operation.is_rework:
        _judge_repair(line, u)
        return
    leave_defects(line, index)
    found = 0
    if unit.cut_defect >= 0:
        mark_found(line, index, unit.cut_defect)
        found = 1
    else:
        found = find_defects(line, index)
    if found > 0:
        item.mending = next_to_mend(line, index)
        unit.outcome, unit.outcome_kind = FAIL, line.defects[item.mending].kind
    elif fails_falsely(line, index):
        unit.outcome = FALSE_FAIL
    else:
        unit.outcome, unit.target = PASS, operation.next
        item.is_reworked = 0
        return
    item.failures += 1
    item.all_failures += 1
    item.retest, unit.target = operation.retest, operation.debug
    if operation.debug < 0 or item.failures >= operation.scrap_after:
        unit.outcome = SCRAP


@kernel
def _judge_repair(line: Line, u: int) -> None:
    unit = line.units[u]
    index = unit.held
    item = line.items[index]
    unit.outcome, unit.target = REPAIRED, item.retest
    if item.mending >= 0:
        unit.outcome_kind = line.defects[item.mending].kind
        mend(line, index)
    leave_defects(line, index)
    item.mending = next_to_mend(line, index)
    item.is_reworked = 1
    if item.mending >= 0:
        unit.target = item.operation


@kernel
def break_down(line: Line, u: int) -> None:
    """Unit ``u`` fails; what it works on waits inside."""
    unit, clock = line.units[u], line.clock[0]
    cancel(line.events, clock.first_failure_slot + u)
    if unit.activity == WORKING:
        stop_working(line, u)
        unit.activity = PAUSED
    elif unit.activity == IDLE:
        _leave_free_list(line, u)
    else:
        _book_wait(line, u)
        drop_claim(line, claimant_of(line, u))
    if unit.held >= 0:
        set_draw(line, u, line.items[unit.held].part, 0.0)
    unit.down_since_s = clock.now_s
    center = line.centers[unit.center]
    unit.breakdowns += 1
    unit.repair_left_s = sample(line.laws[center.repair_law], line.samples, unit.key, unit.breakdowns, 1)
    unit.health = REPAIR_WAITING
    try_repair(line, u)


@kernel
def _leave_free_list(line: Line, u: int) -> None:
    unit = line.units[u]
    bank = line.banks[unit.bank]
    if bank.free_head == u:
        bank.free_head = unit.next_free
    else:
        before = bank.free_head
        while line.units[before].next_free != u:
            before = line.units[before].next_free
        line.units[before].next_free = unit.next_free
    bank.n_free -= 1
    line.centers[unit.center].n_free -= 1


@kernel
def _serial_in(line: Line, u: int) -> int:
    index = line.units[u].held
    return -1 if index < 0 else line.items[index].serial


@kernel
def try_repair(line: Line, u: int) -> None:
    """Repair of unit ``u`` begins or goes on, if it needs nobody or somebody is free."""
    unit, clock = line.units[u], line.clock[0]
    center = line.centers[unit.center]
    unit.repair_crew = -1
    if center.repair_skill >= 0:
        unit.repair_crew = find_crew(line, center.repair_skill, center.repair_operators)
        if unit.repair_crew < 0:
            set_state(line, u, states.UNSCHEDULED_DOWN, states.REPAIR_WAIT, _serial_in(line, u))
            list_claim(line, claimant_of(line, u), PEOPLE, center.repair_skill)
            return
        employ(line, unit.repair_crew, center.repair_operators)
    drop_claim(line, claimant_of(line, u))
    unit.health = REPAIRING
    set_state(line, u, states.UNSCHEDULED_DOWN, states.REPAIR, _serial_in(line, u))
    unit.since_s = clock.now_s
    schedule(line.events, u, clock.now_s + unit.repair_left_s)


@kernel
def _release_repairers(line: Line, u: int) -> None:
    unit = line.units[u]
    if unit.repair_crew >= 0:
        employ(line, unit.repair_crew, -line.centers[unit.center].repair_operators)
        free_skills(line, unit.repair_crew)
        unit.repair_crew = -1


@kernel
def interrupt_repair(line: Line, u: int) -> None:
    """The people who repair unit ``u`` leave; the repair waits for others."""
    unit, clock = line.units[u], line.clock[0]
    center = line.centers[unit.center]
    unit.repair_left_s = max(0.0, unit.repair_left_s - (clock.now_s - unit.since_s))
    cancel(line.events, u)
    _release_repairers(line, u)
    unit.health = REPAIR_WAITING
    set_state(line, u, states.UNSCHEDULED_DOWN, states.REPAIR_WAIT, _serial_in(line, u))
    list_claim(line, claimant_of(line, u), PEOPLE, center.repair_skill)


@kernel
def end_repair(line: Line, u: int) -> None:
    """Unit ``u`` works again; what was inside resumes or restarts."""
    unit, clock = line.units[u], line.clock[0]
    center = line.centers[unit.center]
    _release_repairers(line, u)
    unit.health = UP
    renew_life(line, u)
    unit.since_s = clock.now_s
    if unit.activity == IDLE:
        make_free(line, u)
        return
    unit.down_s += clock.now_s - unit.down_since_s
    if unit.activity == BLOCKED:
        set_state(line, u, states.STANDBY, states.BLOCKED, _serial_in(line, u))
        return
    if unit.activity == PAUSED and not center.restarts:
        _resume(line, u)
    else:
        try_phase(line, u)


@kernel
def _resume(line: Line, u: int) -> None:
    """Go on with the phase where it stopped, at its draw."""
    unit = line.units[u]
    phase = line.phases[unit.phase]
    part = line.items[unit.held].part
    set_draw(line, u, part, phase.draw_w * cap_of(line, unit.phase, unit.level))
    go_on(line, u)


@kernel
def renew_life(line: Line, u: int) -> None:
    """Draw the time to the next breakdown of unit ``u``."""
    unit, clock = line.units[u], line.clock[0]
    center = line.centers[unit.center]
    unit.life_s = sample(line.laws[center.between_law], line.samples, unit.key, unit.breakdowns, 0)
    if center.failure_clock != BUSY_CLOCK:
        schedule(line.events, clock.first_failure_slot + u, clock.now_s + unit.life_s)


@kernel
def first_life(line: Line, u: int) -> None:
    """Draw the time to the first breakdown of a unit that can fail."""
    if line.centers[line.units[u].center].fails:
        renew_life(line, u)
