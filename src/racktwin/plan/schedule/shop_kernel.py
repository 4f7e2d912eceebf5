"""Tabu search for flexible job shops: a step of a critical path goes to its best other place, on any of its machines.

Places are judged by the longest way through the step, with heads and tails of the shop without it; where a step may be
put without a circle, and that the best place is among those looked at: Mastrolilli and Gambardella, *Effective
neighbourhood functions for the flexible job shop problem*, Journal of Scheduling 3 (2000). A search that stays without
success goes back to the best, and from there some moves at random.
"""

from __future__ import annotations

from racktwin.sim.jit import entry_point, kernel
from racktwin.sim.packing import packed
from racktwin.sim.rng import uniform

from .shop_tables import Tables

_FAR = 1 << 60
_PATIENCE, _SHAKES = 4000, 12
"""Rounds without success before the search goes back to the best, and how many moves are then taken at random."""


@entry_point
def search(tables: Tables, rounds: int) -> int:
    """Search for so many rounds; the best makespan. It stops where the bound ``floor`` is reached."""
    return _search(packed(tables), rounds)


@kernel
def _search(shop: Tables, rounds: int) -> int:
    state = shop.state[0]
    if state.turn == 0:
        _go_to_best(shop)
    for _ in range(rounds):
        if state.best <= state.floor:
            break
        state.turn += 1
        if state.turn - state.best_turn > _PATIENCE:
            _go_to_best(shop)
            state.best_turn, state.shakes = state.turn, _SHAKES
        _move(shop, _critical_path(shop))
        _sort(shop)
        _measure(shop, -1)
        if state.makespan < state.best:
            _keep(shop)
        state.shakes = max(0, state.shakes - 1)
    return int(state.best)


@kernel
def _draw(shop: Tables) -> float:
    state = shop.state[0]
    state.draws += 1
    return float(uniform(state.key, 0, state.draws))


@kernel
def _keep(shop: Tables) -> None:
    """The shop as it is, is the best."""
    state = shop.state[0]
    state.best, state.best_turn = state.makespan, state.turn
    for k in range(shop.steps.size):
        shop.steps[k].best_choice, shop.steps[k].best_head = shop.steps[k].choice, shop.steps[k].head
        shop.best_order[k] = shop.order[k]


@kernel
def _go_to_best(shop: Tables) -> None:
    """The sequences become those of the best again, and nothing is tabu."""
    for m in range(shop.machines.size):
        shop.machines[m].first = shop.machines[m].last = -1
    for c in range(shop.choices.size):
        shop.choices[c].tabu_until = 0
    for k in range(shop.steps.size):
        v = shop.best_order[k]
        shop.order[k] = v
        _insert(shop, v, shop.steps[v].best_choice, shop.machines[shop.choices[shop.steps[v].best_choice].machine].last)
    _measure(shop, -1)


@kernel
def _insert(shop: Tables, v: int, choice: int, behind: int) -> None:
    """Put step ``v`` on the machine of its choice, behind a step (-1: first)."""
    step, machine = shop.steps[v], shop.machines[shop.choices[choice].machine]
    step.choice, step.machine, step.ticks = choice, shop.choices[choice].machine, shop.choices[choice].ticks
    step.before = behind
    step.after = machine.first if behind < 0 else shop.steps[behind].after
    if behind < 0:
        machine.first = v
    else:
        shop.steps[behind].after = v
    if step.after < 0:
        machine.last = v
    else:
        shop.steps[step.after].before = v


@kernel
def _remove(shop: Tables, v: int) -> None:
    step, machine = shop.steps[v], shop.machines[shop.steps[v].machine]
    if step.before < 0:
        machine.first = step.after
    else:
        shop.steps[step.before].after = step.after
    if step.after < 0:
        machine.last = step.before
    else:
        shop.steps[step.after].before = step.before


@kernel
def _sort(shop: Tables) -> None:
    """``order`` becomes a topological order of the steps."""
    n, filled = shop.steps.size, 0
    for v in range(n):
        step = shop.steps[v]
        step.waits_for = int(step.before >= 0) + int(step.route_before >= 0)
        if step.waits_for == 0:
            shop.order[filled] = v
            filled += 1
    for k in range(n):
        step = shop.steps[shop.order[k]]
        for following in (step.after, step.route_after):
            if following >= 0:
                shop.steps[following].waits_for -= 1
                if shop.steps[following].waits_for == 0:
                    shop.order[filled] = following
                    filled += 1


@kernel
def _measure(shop: Tables, without: int) -> None:
    """Heads, tails and makespan; the step ``without`` takes no time and is on no machine (-1: all are)."""
    n, makespan = shop.steps.size, 0
    for k in range(n):
        step = shop.steps[shop.order[k]]
        step.head = 0
        if step.route_before >= 0:
            step.head = _end(shop, step.route_before, without)
        before = -1 if shop.order[k] == without else step.before
        if before >= 0 and before == without:
            before = shop.steps[before].before
        if before >= 0:
            step.head = max(step.head, _end(shop, before, without))
    for k in range(n):
        step = shop.steps[shop.order[n - 1 - k]]
        step.tail = 0
        if step.route_after >= 0:
            step.tail = _rest(shop, step.route_after, without)
        after = -1 if shop.order[n - 1 - k] == without else step.after
        if after >= 0 and after == without:
            after = shop.steps[after].after
        if after >= 0:
            step.tail = max(step.tail, _rest(shop, after, without))
        makespan = max(makespan, step.tail + _end(shop, shop.order[n - 1 - k], without))
    shop.state[0].makespan = makespan


@kernel
def _end(shop: Tables, v: int, without: int) -> int:
    return int(shop.steps[v].head + (0 if v == without else shop.steps[v].ticks))


@kernel
def _rest(shop: Tables, v: int, without: int) -> int:
    return int(shop.steps[v].tail + (0 if v == without else shop.steps[v].ticks))


@kernel
def _critical_path(shop: Tables) -> int:
    """A critical path, drawn at random where it forks, into ``path``; how many steps it has."""
    makespan, v, seen = shop.state[0].makespan, -1, 0
    for k in range(shop.steps.size):
        step = shop.steps[k]
        if step.head == 0 and step.ticks + step.tail == makespan:
            seen += 1
            if _draw(shop) * seen < 1.0:
                v = k
    n = 0
    while v >= 0:
        shop.path[n] = v
        n += 1
        step = shop.steps[v]
        end = step.head + step.ticks
        on_route = step.route_after >= 0 and _is_next(shop, step.route_after, end)
        on_machine = step.after >= 0 and _is_next(shop, step.after, end)
        if on_route and (not on_machine or _draw(shop) < 0.5):
            v = step.route_after
        else:
            v = step.after if on_machine else -1
    return n


@kernel
def _is_next(shop: Tables, v: int, end: int) -> bool:
    step = shop.steps[v]
    return bool(step.head == end and step.head + step.ticks + step.tail == shop.state[0].makespan)


@kernel
def _move(shop: Tables, n_path: int) -> None:
    """Make the best move of a step of the path that is not tabu or beats the best; any, if all are tabu."""
    state = shop.state[0]
    best_v = best_choice = best_behind = -1
    any_v = any_choice = any_behind = -1
    least, least_through, ties, moves = _FAR, _FAR, 0, 0
    for k in range(n_path):
        v = shop.path[k]
        _measure(shop, v)
        step, without = shop.steps[v], state.makespan
        for choice in range(step.first_choice, step.first_choice + step.n_choices):
            ticks = shop.choices[choice].ticks
            is_tabu = shop.choices[choice].tabu_until > state.turn
            first, last = _window(shop, v, choice)
            behind = first
            while True:
                through = _through(shop, v, choice, behind) + ticks
                value = max(through, without)
                if choice != step.choice or behind != step.before:
                    moves += 1
                    if _draw(shop) * moves < 1.0:
                        any_v, any_choice, any_behind = v, choice, behind
                    if not is_tabu or value < state.best:
                        if value < least or (value == least and through < least_through):
                            least, least_through, ties = value, through, 0
                        if value == least and through == least_through:
                            ties += 1
                            if _draw(shop) * ties < 1.0:
                                best_v, best_choice, best_behind = v, choice, behind
                if behind == last:
                    break
                behind = _following(shop, v, choice, behind)
    if best_v < 0 or state.shakes > 0:
        best_v, best_choice, best_behind = any_v, any_choice, any_behind
    if best_v >= 0:
        held = n_path + shop.steps[best_v].n_choices
        shop.choices[shop.steps[best_v].choice].tabu_until = state.turn + held // 2 + int(_draw(shop) * held)
        _remove(shop, best_v)
        _insert(shop, best_v, best_choice, best_behind)


@kernel
def _following(shop: Tables, v: int, choice: int, behind: int) -> int:
    """The step behind ``behind`` (-1: the first) on the choice's machine, ``v`` left out; -1 for none."""
    after = shop.machines[shop.choices[choice].machine].first if behind < 0 else shop.steps[behind].after
    return int(shop.steps[after].after) if after == v else int(after)


@kernel
def _window(shop: Tables, v: int, choice: int) -> tuple[int, int]:
    """(first, last) step, or -1 for the beginning, behind which ``v`` may be put: among these is the best place."""
    head, tail = shop.steps[v].head, shop.steps[v].tail
    first, last, behind = -1, -1, -1
    is_open = True
    x = _following(shop, v, choice, -1)
    while x >= 0:
        step = shop.steps[x]
        is_left = step.head + step.ticks > head
        is_right = step.tail + step.ticks > tail
        if is_right and not is_left:
            first = x
        if is_left and not is_right and is_open:
            last, is_open = behind, False
        behind = x
        x = _following(shop, v, choice, x)
    return first, behind if is_open else last


@kernel
def _through(shop: Tables, v: int, choice: int, behind: int) -> int:
    """The longest way through ``v`` if put there, without its own ticks."""
    head, tail = shop.steps[v].head, shop.steps[v].tail
    if behind >= 0:
        head = max(head, shop.steps[behind].head + shop.steps[behind].ticks)
    after = _following(shop, v, choice, behind)
    if after >= 0:
        tail = max(tail, shop.steps[after].tail + shop.steps[after].ticks)
    return int(head + tail)
