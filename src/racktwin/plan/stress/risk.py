"""How sure the plan is: which orders are at risk, what slack would buy, and where the plan is left behind."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from racktwin.plan.schedule.floor import order_name
from racktwin.plan.schedule.plan import Plan

from .replay import Replayed

Floats = npt.NDArray[np.float64]

_Z_95 = 1.959963984540054


@dataclass(frozen=True)
class OrderRisk:
    """One order in all replays.

    ``p_on_time`` with its 95 % interval by Wilson (Journal of the American Statistical Association 22, 1927);
    ``slack_90_s``: how much earlier (negative: later) it would have to be to be on time nine times in ten;
    ``worth``: by how much an hour earlier lowers the expected weighted tardiness, in weighted hours.
    """

    order: int
    name: str
    due_s: float
    weight: int
    planned_s: float
    p_on_time: float
    low: float
    high: float
    mean_tardiness_s: float
    slack_90_s: float
    worth: float
    unfinished: int


def order_done_s(plan: Plan, replayed: Replayed) -> Floats:
    """``[replication, order]``: when the last piece of the order was shipped."""
    owner = np.array([piece.order for piece in plan.floor.pieces])
    orders = len(plan.floor.problem.orders)
    return np.stack([replayed.done_s[:, owner == number].max(axis=1) for number in range(orders)], axis=1)


def order_risks(plan: Plan, replayed: Replayed) -> list[OrderRisk]:
    """All orders with a due date, those whose slack is worth most first."""
    found = list(_risks(plan, replayed))
    return sorted(found, key=lambda risk: (-risk.worth, risk.p_on_time, risk.order))


def _risks(plan: Plan, replayed: Replayed) -> Iterator[OrderRisk]:
    done_s = order_done_s(plan, replayed)
    first = {piece.order: piece for piece in reversed(plan.floor.pieces)}
    for number, order in enumerate(plan.floor.problem.orders):
        piece = first[number]
        if piece.due_s == math.inf:
            continue
        late_s = np.minimum(done_s[:, number], replayed.horizon_s) - piece.due_s
        is_unfinished = ~np.isfinite(done_s[:, number])
        on_time = (late_s <= 0.0) & ~is_unfinished
        low, high = wilson(int(on_time.sum()), len(on_time))
        p_late = 1.0 - float(on_time.mean())
        yield OrderRisk(
            number,
            order_name(piece),
            piece.due_s,
            order.weight,
            plan.end_s(number),
            float(on_time.mean()),
            low,
            high,
            float(np.maximum(late_s, 0.0).mean()),
            float(np.quantile(late_s, 0.9)),
            order.weight * p_late,
            int(is_unfinished.sum()),
        )


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of which ``hits`` of ``n`` were seen."""
    if n == 0:
        return 0.0, 1.0
    p, z2 = hits / n, _Z_95**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z_95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def weighted_tardiness_s(plan: Plan, replayed: Replayed) -> Floats:
    """Per replication: weights times lateness, orders that are not done counted up to the horizon."""
    done_s = np.minimum(order_done_s(plan, replayed), replayed.horizon_s)
    first = {piece.order: piece for piece in reversed(plan.floor.pieces)}
    due_s = np.array([first[number].due_s for number in range(done_s.shape[1])])
    weight = np.array([order.weight for order in plan.floor.problem.orders], np.float64)
    late_s = np.where(np.isfinite(due_s), np.maximum(done_s - due_s, 0.0), 0.0)
    return np.asarray((weight * late_s).sum(axis=1))


@dataclass(frozen=True)
class Lag:
    """How far behind (positive) the plan an operation starts on average, and how much of that arises before it."""

    part: str
    operation: str
    mean_s: float
    added_s: float
    visits: int


def lags(plan: Plan, replayed: Replayed) -> list[Lag]:
    """Per part and operation of the plan, in the order of the route."""
    tick_s = plan.floor.options.tick_s
    behind: dict[tuple[str, str], list[float]] = {}
    for visit, placed in zip(plan.floor.visits, plan.schedule, strict=True):
        key = (plan.floor.pieces[visit.piece].part, visit.operation)
        seen = [starts.get((visit.piece, visit.operation)) for starts in replayed.starts_s]
        behind.setdefault(key, []).extend(start - placed.start * tick_s for start in seen if start is not None)
    found: list[Lag] = []
    last: dict[str, float] = {}
    for (part, operation), values in behind.items():
        mean_s = float(np.mean(values)) if values else math.nan
        found.append(Lag(part, operation, mean_s, mean_s - last.get(part, 0.0), len(values)))
        last[part] = mean_s
    return found
