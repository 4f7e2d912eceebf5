"""People and the queue for scarce things: who takes operators, who waits for people, power or coolant, in what order.

Whoever cannot go on for want of people, power or coolant lists a *claim* (a work center for the head of its queue, or
a unit in the middle of an operation). When something is freed, claims are retried oldest first; someone new does not
pass a claim on the same skill, nor, under fair admission, on the same limit.
"""

from __future__ import annotations

from racktwin.sim.jit import kernel, rare

from .recording import record_labour, record_limit
from .tables import NO_CAUSE, PEOPLE, Line


@kernel
def _count_claim(line: Line, cause: int, on: int, change: int) -> None:
    if cause == PEOPLE:
        skill = line.skills[on]
        skill.claims += change
        skill.ahead += change
        for index in range(skill.first_crew, skill.first_crew + skill.n_crews):
            crew = line.links[index].to
            record_labour(line, crew)
            line.crews[crew].claims += change
    elif cause != NO_CAUSE:
        record_limit(line, on)
        line.limits[on].claims += change
        line.limits[on].ahead += change


@kernel
def list_claim(line: Line, claimant: int, cause: int, on: int) -> None:
    """Let ``claimant`` wait for the skill or limit ``on``; an old claim keeps its place in the order."""
    claim, clock = line.claims[claimant], line.clock[0]
    if claim.is_listed:
        if claim.cause == cause and claim.on == on:
            return
        _count_claim(line, claim.cause, claim.on, -1)
        _free_claimed(line, claim.cause, claim.on)
    else:
        claim.is_listed = 1
        claim.next, claim.prev = -1, clock.waiting_tail
        if clock.waiting_tail >= 0:
            line.claims[clock.waiting_tail].next = claimant
        else:
            clock.waiting_head = claimant
        clock.waiting_tail = claimant
    claim.cause, claim.on = cause, on
    _count_claim(line, cause, on, 1)


@kernel
def drop_claim(line: Line, claimant: int) -> None:
    """Let ``claimant`` wait no more."""
    claim, clock = line.claims[claimant], line.clock[0]
    if not claim.is_listed:
        return
    _count_claim(line, claim.cause, claim.on, -1)
    _free_claimed(line, claim.cause, claim.on)
    if claim.prev >= 0:
        line.claims[claim.prev].next = claim.next
    else:
        clock.waiting_head = claim.next
    if claim.next >= 0:
        line.claims[claim.next].prev = claim.prev
    else:
        clock.waiting_tail = claim.prev
    claim.is_listed, claim.cause = 0, NO_CAUSE


@kernel
def begin_round(line: Line) -> None:
    """Begin a round over all claims, oldest first: claims on what was freed are retried, nobody is ahead so far."""
    line.clock[0].is_freed = 0
    for index in range(line.skills.size):
        skill = line.skills[index]
        skill.is_retried, skill.is_freed, skill.ahead = skill.is_freed, 0, 0
    for index in range(line.limits.size):
        limit = line.limits[index]
        limit.is_retried, limit.is_freed, limit.ahead = limit.is_freed, 0, 0


@kernel
def is_retried(line: Line, claimant: int) -> bool:
    """In a round: whether what the claimant waits for was freed; for a work center, any limit of any bank."""
    claim = line.claims[claimant]
    if claim.cause == PEOPLE:
        return line.skills[claim.on].is_retried == 1
    if claimant < line.centers.size:
        center = line.centers[claimant]
        for bank in range(center.first_bank, center.first_bank + center.n_banks):
            row = line.banks[bank]
            for index in range(row.first_path, row.first_path + row.n_paths):
                if line.limits[line.paths[index].limit].is_retried:
                    return True
    return line.limits[claim.on].is_retried == 1


@kernel
def free_skills(line: Line, crew: int) -> None:
    """Someone of the crew can be had: whoever waits for one of its skills is to try again."""
    row = line.crews[crew]
    for index in range(row.first_skill, row.first_skill + row.n_skills):
        line.skills[line.links[index].to].is_freed = 1
    line.clock[0].is_freed = 1


@rare
def retry_claim(line: Line, claimant: int) -> None:
    """Something has changed for the claimant: it is to try again in its turn."""
    _free_claimed(line, line.claims[claimant].cause, line.claims[claimant].on)


@kernel
def _free_claimed(line: Line, cause: int, on: int) -> None:
    """A claim is gone: whoever stood behind it is to try again."""
    if cause == PEOPLE:
        line.skills[on].is_freed = 1
        line.clock[0].is_freed = 1
    elif cause != NO_CAUSE:
        line.limits[on].is_freed = 1
        line.clock[0].is_freed = 1


@kernel
def pass_claim(line: Line, claimant: int) -> None:
    """In a round: ``claimant`` is not retried and stays ahead of those who come after."""
    claim = line.claims[claimant]
    if claim.cause == PEOPLE:
        line.skills[claim.on].ahead += 1
    else:
        line.limits[claim.on].ahead += 1


@kernel
def lift_claim(line: Line, claimant: int) -> None:
    """In a round: ``claimant`` is about to be retried; it keeps its place but does not stand in its own way."""
    claim = line.claims[claimant]
    _count_claim(line, claim.cause, claim.on, -1)
    if claim.cause == PEOPLE:
        line.skills[claim.on].ahead += 1
    else:
        line.limits[claim.on].ahead += 1
    claim.cause = NO_CAUSE


@kernel
def find_crew(line: Line, skill: int, people: int) -> int:
    """The first crew with the skill that can spare ``people``, or -1; nobody passes an older claim on the skill."""
    row = line.skills[skill]
    if row.ahead > 0:
        return -1
    for index in range(row.first_crew, row.first_crew + row.n_crews):
        crew = line.links[index].to
        if line.crews[crew].present - line.crews[crew].busy >= people:
            return crew
    return -1


@kernel
def employ(line: Line, crew: int, people: int) -> None:
    """Let ``people`` of the crew begin (or, negative, end) work."""
    record_labour(line, crew)
    line.crews[crew].busy += people


@kernel
def take_people(line: Line, u: int, phase: int) -> int:
    """Give unit ``u`` all the people its phase needs, or none: -1, or the first skill that is missing."""
    unit, row = line.units[u], line.phases[phase]
    for need in range(row.n_needs):
        link = line.links[row.first_need + need]
        crew = find_crew(line, link.to, link.count)
        if crew < 0:
            for taken in range(need):
                line.crews[unit.crews[taken]].busy -= line.links[row.first_need + taken].count
            return link.to
        line.crews[crew].busy += link.count
        unit.crews[need] = crew
    for need in range(row.n_needs):  # undone and done again, so that the interval until now is recorded as it was
        line.crews[unit.crews[need]].busy -= line.links[row.first_need + need].count
    unit.pace = 1.0
    for need in range(row.n_needs):
        link = line.links[row.first_need + need]
        employ(line, unit.crews[need], link.count)
        level = _level(line, link.to, unit.crews[need])
        unit.pace = level if need == 0 else min(unit.pace, level)
    unit.has_people = 1 if row.n_needs > 0 else 0
    return -1


@kernel
def _level(line: Line, skill: int, crew: int) -> float:
    """How fast the crew is at the skill."""
    row = line.skills[skill]
    for index in range(row.first_crew, row.first_crew + row.n_crews):
        if line.links[index].to == crew:
            return line.links[index].amount
    return 1.0


@kernel
def walk_to(line: Line, crew: int, people: int, center: int) -> float:
    """The nearest idle people of the crew go to work center ``center``: how long the last of them walks, s."""
    row = line.crews[crew]
    if row.walking_speed_m_per_s <= 0.0:
        return 0.0
    here = line.places[row.first_place + 1 + center]
    farthest_m = 0.0
    for _ in range(people):
        nearest, nearest_m = -1, 0.0
        for index in range(row.first_place, row.first_place + row.n_places):
            place = line.places[index]
            away_m = abs(place.x_m - here.x_m) + abs(place.y_m - here.y_m)
            if place.idle > 0 and (nearest < 0 or away_m < nearest_m):
                nearest, nearest_m = index, away_m
        if nearest >= 0:
            line.places[nearest].idle -= 1
            farthest_m = max(farthest_m, nearest_m)
    return farthest_m / row.walking_speed_m_per_s


@kernel
def stay_at(line: Line, crew: int, people: int, center: int) -> None:
    """People of the crew are done at work center ``center`` and stand there until they are called."""
    row = line.crews[crew]
    if row.walking_speed_m_per_s > 0.0:
        line.places[row.first_place + 1 + center].idle += people


@kernel
def balance_places(line: Line, crew: int) -> None:
    """After a change of shift: who has come stands at the base, who has gone is nowhere."""
    row = line.crews[crew]
    if row.walking_speed_m_per_s <= 0.0:
        return
    missing = row.present - row.busy
    for index in range(row.first_place, row.first_place + row.n_places):
        missing -= line.places[index].idle
    index = row.first_place
    line.places[index].idle += max(0, missing)
    while missing < 0 and index < row.first_place + row.n_places:
        gone = min(-missing, line.places[index].idle)
        line.places[index].idle -= gone
        missing += gone
        index += 1


@kernel
def gather_people(line: Line, u: int, phase: int) -> float:
    """The people taken for unit ``u`` go there: how long the last of them walks, s."""
    unit, row = line.units[u], line.phases[phase]
    walk_s = 0.0
    if unit.has_people:
        for need in range(row.n_needs):
            walk_s = max(walk_s, walk_to(line, unit.crews[need], line.links[row.first_need + need].count, unit.center))
    return walk_s


@kernel
def return_people(line: Line, u: int, phase: int) -> None:
    """Undo :func:`take_people`: nothing was freed, so nobody is to try again for it (which would never end)."""
    unit, row = line.units[u], line.phases[phase]
    if unit.has_people:
        for need in range(row.n_needs):
            employ(line, unit.crews[need], -line.links[row.first_need + need].count)
        unit.has_people = 0


@kernel
def release_people(line: Line, u: int, phase: int) -> None:
    """The people of unit ``u`` are done there."""
    unit, row = line.units[u], line.phases[phase]
    if unit.has_people:
        for need in range(row.n_needs):
            free_skills(line, unit.crews[need])
            stay_at(line, unit.crews[need], line.links[row.first_need + need].count, unit.center)
        return_people(line, u, phase)


@kernel
def people_needed(line: Line, phase: int) -> int:
    """How many people the phase takes."""
    row = line.phases[phase]
    people = 0
    for index in range(row.first_need, row.first_need + row.n_needs):
        people += line.links[index].count
    return people
