"""What is seen in the plant, from the scenario's words to rows of the line's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from racktwin.model import Observed, Scenario, WorkInProgress

from .place import PIECE
from .tables import Line


@dataclass(frozen=True)
class SeenState:
    """What is seen, as rows; positions are those of the line's tables."""

    at_s: float
    pieces: Any
    kinds: Any
    remaining_s: tuple[float | None, ...]
    stock: dict[int, int]
    orders_released: int | None
    since_last_order_s: dict[int, float]
    absent: tuple[tuple[str, int, float], ...]
    """(operator group, people, until)."""
    down: tuple[tuple[str, int, float | None, float], ...]
    """(work center, work unit, until or None, down for so long)."""


def seen_state(scenario: Scenario, line: Line, operations: tuple[str, ...]) -> SeenState | None:
    """The scenario's observed state as rows of its line, whose ``operations`` have these streams."""
    seen = scenario.observed
    if seen is None:
        return None
    at_s = scenario.instant_s(seen.at)
    kinds: list[int] = []
    made = {name: int(count) for name, count in seen.stock.items() if scenario.parts[name].routing is not None}
    rows = [_stock_row(scenario, name, at_s) for name, count in made.items() for _ in range(count)]
    remaining: list[float | None] = [None] * len(rows)
    for number, piece in enumerate(seen.work_in_progress):
        rows.append(_piece_row(scenario, line, operations, piece, number, at_s, len(kinds)))
        kinds += [list(scenario.defect_kinds).index(kind) for kind in piece.defects]
        remaining.append(None if piece.remaining_s is None else float(piece.remaining_s))
    pieces = np.zeros(len(rows), PIECE)
    for index, row in enumerate(rows):
        for name, value in row.items():
            pieces[name][index] = value
    parts, sources = list(scenario.parts), list(scenario.demand)
    return SeenState(
        at_s=at_s,
        pieces=pieces.view(np.recarray),
        kinds=np.array(kinds, np.int64),
        remaining_s=tuple(remaining),
        stock={parts.index(name): int(count) for name, count in seen.stock.items() if name not in made},
        orders_released=None if seen.orders_released is None else int(seen.orders_released),
        since_last_order_s={sources.index(name): float(ago_s) for name, ago_s in seen.since_last_order.items()},
        absent=tuple((one.operator_group, int(one.people), scenario.instant_s(one.until)) for one in seen.absent),
        down=_down(scenario, seen),
    )


def _down(scenario: Scenario, seen: Observed) -> tuple[tuple[str, int, float | None, float], ...]:
    return tuple(
        (
            one.work_center,
            int(one.work_unit),
            None if one.until is None else scenario.instant_s(one.until),
            float(one.down_for_s or 0.0),
        )
        for one in seen.down
    )


def _stock_row(scenario: Scenario, name: str, at_s: float) -> dict[str, Any]:
    part = list(scenario.parts).index(name)
    return {"part": part, "operation": -1, "unit": -1, "source": -1, "order": -1, "release_s": at_s, "due_s": np.inf}


def _piece_row(
    scenario: Scenario,
    line: Line,
    operations: tuple[str, ...],
    piece: WorkInProgress,
    number: int,
    at_s: float,
    first_defect: int,
) -> dict[str, Any]:
    part = list(scenario.parts).index(piece.part)
    routing = scenario.routings[scenario.parts[piece.part].routing or ""]
    operation = operations.index(f"line/{piece.part}/{piece.operation}")
    phases = [
        phase.name for phase in next(one for one in routing.operations if one.operation == piece.operation).phases
    ]
    phase = 0 if piece.phase is None else phases.index(piece.phase)
    center = line.centers[line.operations[operation].center]
    done_s = float(piece.elapsed_s) + float(piece.waiting_s)
    is_ordered = _is_ordered(scenario, piece.part)
    demand = _demand_of(scenario, piece) if is_ordered else None
    row = line.operations[operation]
    tests = np.flatnonzero(line.operations.debug == operation)
    return {
        "part": part,
        "operation": operation,
        "unit": -1 if piece.work_unit is None else int(center.first_unit) + int(piece.work_unit),
        "phase": int(row.first_phase) + phase,
        "source": -1 if demand is None else list(scenario.demand).index(demand),
        "order": number,
        "priority": piece.priority,
        "is_order": int(is_ordered),
        "is_kitted": int(piece.kitted),
        "retest": int(line.operations[tests[0]].retest) if row.is_rework and len(tests) else -1,
        "first_defect": first_defect,
        "n_defects": len(piece.defects),
        "release_s": at_s - done_s if piece.release is None else scenario.instant_s(piece.release),
        "due_s": np.inf if piece.due is None else scenario.instant_s(piece.due),
        "waiting_s": float(piece.waiting_s),
        "elapsed_s": float(piece.elapsed_s),
    }


def _is_ordered(scenario: Scenario, part: str) -> bool:
    ordered = {demand.product for demand in scenario.demand.values()} | {one.product for one in scenario.order_book}
    return part in ordered


def _demand_of(scenario: Scenario, piece: WorkInProgress) -> str | None:
    """The demand that the piece was ordered by: as said, or the only one there is for it."""
    if piece.demand is not None:
        return piece.demand
    candidates = [name for name, demand in scenario.demand.items() if demand.product == piece.part]
    in_book = any(one.product == piece.part for one in scenario.order_book)
    return candidates[0] if len(candidates) == 1 and not in_book else None
