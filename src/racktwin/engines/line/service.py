"""A work unit out of production: it breaks down, is maintained, or serves engineering; people may be needed for it."""

from __future__ import annotations

from racktwin.sim.distributions import sample
from racktwin.sim.events import cancel, schedule
from racktwin.sim.jit import kernel, rare
from racktwin.sim.states import BLOCKED as BLOCKED_REASON
from racktwin.sim.states import STANDBY

from .attendance import drop_claim, employ, find_crew, free_skills, list_claim, stay_at, walk_to
from .draw import set_draw, set_state
from .flow import make_free
from .tables import (
    AWAITING_SERVICE,
    BLOCKED,
    BUSY_CLOCK,
    CALENDAR_CLOCK,
    IDLE,
    IN_SERVICE,
    PAUSED,
    PEOPLE,
    UP,
    WORKING,
    Line,
)
from .work import book_wait, claimant_of, go_on, resume, stop_working, try_phase


@rare
def break_down(line: Line, u: int) -> None:
    """Unit ``u`` fails; what it works on waits inside."""
    unit, clock = line.units[u], line.clock[0]
    cancel(line.events, clock.first_failure_slot + u)
    unit.breakdowns += 1
    if unit.health != UP:  # the upkeep that goes on mends it as well
        renew_life(line, u)
        return
    _stop(line, u)
    _await_service(line, u, line.centers[unit.center].repair, unit.breakdowns)


@kernel
def _stop(line: Line, u: int) -> None:
    """Unit ``u`` is down from now on; nobody sees to it yet."""
    unit = line.units[u]
    if unit.activity == WORKING:
        stop_working(line, u)
        unit.activity = PAUSED
    elif unit.activity == IDLE:
        leave_free_list(line, u)
    else:
        book_wait(line, u)
        drop_claim(line, claimant_of(line, u))
    if unit.held >= 0:
        set_draw(line, u, line.items[unit.held].part, 0.0)
    unit.down_since_s = line.clock[0].now_s
    unit.upkeep = -1


@kernel
def take_down(line: Line, u: int, until_s: float) -> None:
    """Unit ``u`` is down until then, whatever it was doing, and nobody of the plant is needed to mend it."""
    unit, clock = line.units[u], line.clock[0]
    if line.centers[unit.center].fails:
        cancel(line.events, clock.first_failure_slot + u)
    unit.breakdowns += 1
    if unit.health == UP:
        _stop(line, u)
    elif unit.health == IN_SERVICE:
        _release_people(line, u)
    else:
        drop_claim(line, claimant_of(line, u))
    unit.upkeep, unit.service = -1, line.services.size - 1
    unit.service_left_s, unit.service_drawn_s = until_s - clock.now_s, 0.0
    unit.health = AWAITING_SERVICE
    try_service(line, u)


@kernel
def _await_service(line: Line, u: int, service: int, number: int) -> None:
    """Unit ``u`` is out of production for the ``number``-th service of its kind, which begins if people are there."""
    unit = line.units[u]
    unit.service = service
    entity = number if unit.upkeep < 0 else -1 - number * line.upkeep.size - unit.upkeep
    unit.service_left_s = sample(line.laws[line.services[service].law], line.samples, unit.key, entity, 1)
    unit.service_drawn_s = unit.service_left_s
    unit.health = AWAITING_SERVICE
    try_service(line, u)


@rare
def fall_due(line: Line, u: int) -> None:
    """Upkeep of unit ``u`` by the calendar is due; it begins now if the unit is idle, else when it is next."""
    unit, now_s = line.units[u], line.clock[0].now_s
    for k in range(unit.first_upkeep, unit.first_upkeep + unit.n_upkeep):
        row = line.upkeep[k]
        if row.clock == CALENDAR_CLOCK and row.due_s <= now_s:
            row.is_due = 1
            row.due_s += row.every
    schedule_upkeep(line, u)
    if unit.health == UP and unit.activity == IDLE:
        leave_free_list(line, u)
        make_free(line, u)


@kernel
def schedule_upkeep(line: Line, u: int) -> None:
    """Set the clock of unit ``u`` to its next upkeep by the calendar."""
    unit = line.units[u]
    next_s = -1.0
    for k in range(unit.first_upkeep, unit.first_upkeep + unit.n_upkeep):
        row = line.upkeep[k]
        if row.clock == CALENDAR_CLOCK and (next_s < 0.0 or row.due_s < next_s):
            next_s = row.due_s
    if next_s >= 0.0:
        schedule(line.events, line.clock[0].first_upkeep_slot + u, next_s)


@rare
def begin_upkeep(line: Line, u: int) -> None:
    """The idle unit ``u``, which :func:`flow.make_free` kept out of the free list, begins the first upkeep due."""
    unit = line.units[u]
    for k in range(unit.first_upkeep, unit.first_upkeep + unit.n_upkeep):
        row = line.upkeep[k]
        if row.is_due:
            row.is_due = 0
            row.left = row.every
            row.done += 1
            unit.upkeep = k
            _await_service(line, u, row.service, row.done)
            return


@kernel
def leave_free_list(line: Line, u: int) -> None:
    """The idle unit ``u`` can take no work from now on."""
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
def _wait_for_people(line: Line, u: int) -> None:
    service = line.services[line.units[u].service]
    set_state(line, u, service.state, service.wait_reason, _serial_in(line, u))
    list_claim(line, claimant_of(line, u), PEOPLE, service.skill)


@kernel
def try_service(line: Line, u: int) -> None:
    """The service of unit ``u`` begins or goes on, if it needs nobody or somebody is free."""
    unit, clock = line.units[u], line.clock[0]
    service = line.services[unit.service]
    unit.service_crew = -1
    if service.skill >= 0:
        unit.service_crew = find_crew(line, service.skill, service.operators)
        if unit.service_crew < 0:
            _wait_for_people(line, u)
            return
        employ(line, unit.service_crew, service.operators)
        unit.service_left_s += walk_to(line, unit.service_crew, service.operators, unit.center)
    drop_claim(line, claimant_of(line, u))
    unit.health = IN_SERVICE
    set_state(line, u, service.state, service.reason, _serial_in(line, u))
    unit.since_s = clock.now_s
    schedule(line.events, u, clock.now_s + unit.service_left_s)


@kernel
def _release_people(line: Line, u: int) -> None:
    unit = line.units[u]
    if unit.service_crew >= 0:
        employ(line, unit.service_crew, -line.services[unit.service].operators)
        free_skills(line, unit.service_crew)
        stay_at(line, unit.service_crew, line.services[unit.service].operators, unit.center)
        unit.service_crew = -1


@kernel
def interrupt_service(line: Line, u: int) -> None:
    """The people who see to unit ``u`` leave; the service waits for others."""
    unit, clock = line.units[u], line.clock[0]
    unit.service_left_s = max(0.0, unit.service_left_s - (clock.now_s - unit.since_s))
    cancel(line.events, u)
    _release_people(line, u)
    unit.health = AWAITING_SERVICE
    _wait_for_people(line, u)


@rare
def end_service(line: Line, u: int) -> None:
    """Unit ``u`` is back; what was inside resumes or restarts."""
    unit, clock = line.units[u], line.clock[0]
    center = line.centers[unit.center]
    _release_people(line, u)
    unit.health = UP
    if unit.upkeep < 0:
        renew_life(line, u)
    unit.since_s = clock.now_s
    if unit.activity == IDLE:
        make_free(line, u)
        return
    unit.down_s += clock.now_s - unit.down_since_s
    if unit.activity == BLOCKED:
        set_state(line, u, STANDBY, BLOCKED_REASON, _serial_in(line, u))
        return
    if unit.activity == PAUSED and not center.restarts:
        resume(line, u)
    else:
        try_phase(line, u)


@kernel
def book_and_go_on(line: Line, u: int, cause: int) -> None:
    """Something was freed: unit ``u``, which has waited for ``cause``, books the wait and tries again."""
    unit, now_s = line.units[u], line.clock[0].now_s
    if unit.health == AWAITING_SERVICE:
        try_service(line, u)
        return
    if unit.health == UP:
        unit.waited_s[cause] += now_s - unit.since_s
        unit.since_s = now_s
    go_on(line, u)


@kernel
def renew_life(line: Line, u: int) -> None:
    """Draw the time to the next breakdown of unit ``u``, if it can fail."""
    unit, clock = line.units[u], line.clock[0]
    center = line.centers[unit.center]
    if not center.fails:
        return
    unit.life_s = sample(line.laws[center.between_law], line.samples, unit.key, unit.breakdowns, 0)
    unit.life_drawn_s = unit.life_s
    if center.failure_clock != BUSY_CLOCK:
        schedule(line.events, clock.first_failure_slot + u, clock.now_s + unit.life_s)


@kernel
def start_clocks(line: Line, u: int) -> None:
    """At time zero: draw the time to the first breakdown of a unit that can fail, and set its upkeep."""
    renew_life(line, u)
    schedule_upkeep(line, u)
