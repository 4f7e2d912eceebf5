"""What would be seen in a run's plant now: an observed state, as a scenario or a file beside it holds it.

Only what people can see: where pieces are, since when, and what is known to be broken. Hidden defects are not told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from racktwin.model import Scenario
from racktwin.sim.events import slot_times

from .futures import pace_of, worked_s
from .running import LineRun
from .tables import BLOCKED, IN_SERVICE, RELEASE, UP, Line

Document = dict[str, Any]


def observed_document(run: LineRun, scenario: Scenario) -> Document:
    """The observed state of the run's plant at its instant; what waits is listed in the order of its queue."""
    line, names = run.line, run.compiled.names
    told: Document = {"at": _text(run.now_s)}
    told["work_in_progress"] = [_piece(run, scenario, index) for index in _pieces(line)]
    told["down"] = [
        {
            "work_center": names.work_centers[names.unit_centers[u]],
            "work_unit": names.unit_numbers[u],
            **_back(line, u, run.now_s),
        }
        for u in np.flatnonzero(line.units.health != UP).tolist()
        if line.units[u].upkeep < 0
    ]
    told["stock"] = {
        name: int(part.on_hand) for name, part in zip(names.parts, line.parts, strict=True) if not part.is_unlimited
    }
    release = line.timelines[np.flatnonzero(line.timelines.kind == RELEASE)[0]]
    told["orders_released"] = len(scenario.order_book) - int(release.end - release.next)
    told["since_last_order"] = dict(_last_orders(line, names.sources, run.now_s))
    return told


def _text(seconds: float) -> str:
    return f"{seconds:.17g} s"


def _back(line: Line, u: int, now_s: float) -> Document:
    unit = line.units[u]
    served_s = now_s - unit.since_s if unit.health == IN_SERVICE else 0.0
    left_s = float(unit.service_left_s - served_s)
    if unit.service_drawn_s > 0.0:
        return {"down_for": _text(max(0.0, float(unit.service_drawn_s) - left_s))}
    return {"until": _text(now_s + left_s)}


def _last_orders(line: Line, sources: tuple[str, ...], now_s: float) -> Iterator[tuple[str, str]]:
    for s, name in enumerate(sources):
        source = line.sources[s]
        if source.interarrival_law >= 0 and source.gap_s > 0.0:
            next_s = slot_times(line.events)[line.clock[0].first_source_slot + s]
            yield name, _text(max(0.0, float(source.gap_s - (next_s - now_s))))


def _chain(line: Line, index: int, link: str) -> Iterator[int]:
    while index >= 0:
        yield index
        index = int(line.items[index][link])


def _pieces(line: Line) -> Iterator[int]:
    """Pieces in work units, then in queues in their order, then those that wait for material or for their gang."""
    for unit in line.units:
        yield from _chain(line, int(unit.held), "batch_next")
    for center in line.centers:
        for leader in _chain(line, int(center.queue_head), "next"):
            yield from _chain(line, leader, "gang_next")
    for operation in line.operations:
        yield from _chain(line, int(operation.wait_head), "next")
        yield from _chain(line, int(operation.gang_head), "gang_next")
    for part in line.parts:
        yield from _chain(line, int(part.swap_head), "next")


def _piece(run: LineRun, scenario: Scenario, index: int) -> Document:
    line, names = run.line, run.compiled.names
    item = line.items[index]
    stream = run.compiled.streams["operations"][item.operation]
    part, name = names.parts[item.part], stream.split("/", 2)[2]
    told: Document = {"part": part, "operation": name, "priority": int(item.priority)}
    told["release"] = _text(max(0.0, float(item.release_s)))
    if np.isfinite(item.due_s):
        told["due"] = _text(float(item.due_s))
    if item.source >= 0 and item.is_order:
        told["demand"] = names.sources[item.source]
    known = [d for d in _defects(line, index) if line.defects[d].is_found]
    if known:
        told["defects"] = [names.defect_kinds[line.defects[d].kind] for d in known]
    if item.unit < 0:
        waits_for_kit = any(index in list(_chain(line, int(row.wait_head), "next")) for row in line.operations)
        return {**told, "waiting": _text(run.now_s - float(item.queued_s)), "kitted": not waits_for_kit}
    u = int(item.unit)
    unit = line.units[u]
    routing = scenario.routings[scenario.parts[part].routing or ""]
    operation = next(one for one in routing.operations if one.operation == name)
    phase = int(unit.phase - line.operations[item.operation].first_phase)
    told |= {"work_unit": names.unit_numbers[u]}
    if 0 <= phase < len(operation.phases):  # else it is being set up for
        told["phase"] = operation.phases[phase].name
    if unit.activity == BLOCKED:
        return {**told, "phase": operation.phases[-1].name, "remaining": "0 s"}
    left_s = float(unit.remaining_s + unit.cut_off_s) - worked_s(line, u)
    return {**told, "elapsed": _text(max(0.0, float(unit.drawn_s) / pace_of(line, u) - left_s))}


def _defects(line: Line, index: int) -> Iterator[int]:
    return _chain_of_defects(line, int(line.items[index].defects))


def _chain_of_defects(line: Line, d: int) -> Iterator[int]:
    while d >= 0:
        yield d
        d = int(line.defects[d].next)
