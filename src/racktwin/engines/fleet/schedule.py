"""What is known to come, as steps: events with their ends, hours held or limited, drains."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from racktwin.model import ComputeNode, HallEvent, Scenario
from racktwin.reference import power_table

from . import tables
from .hourly import chosen_hours, hour_edges_s
from .settings import Kind, caps_of
from .sources import service_draws
from .work import seconds_of

Step = tuple[float, int, int, float]
Positions = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Span:
    """From ``begin_s`` until ``end_s`` something known to come asks a target for ``amount``.

    ``kind`` is one of the timeline's; ``is_sudden``: it comes without warning.
    """

    begin_s: float
    end_s: float
    kind: int
    target: int
    amount: float
    is_sudden: bool = False


_AT_REST = {
    tables.LIMIT_SCALE: 1.0,
    tables.GATE: 1.0,
    tables.LOSE_SIDE: 0.0,
    tables.LEAST_SETTING: 0.0,
    tables.DRAIN: 0.0,
}
"""What a target is at without any span. Of several spans the one furthest from it counts."""


def steps_of(
    scenario: Scenario, racks: list[tuple[str, int]], limits: Positions, nodes: Sequence[ComputeNode]
) -> list[Step]:
    """(time, kind, target, amount) of everything that is known to come; where spans overlap the strictest counts."""
    spans = [span for event in scenario.fleet.events for span in _event_spans(scenario, event, racks, limits, nodes)]
    spans += _hourly_spans(scenario, limits)
    by_target: dict[tuple[int, int], list[Span]] = {}
    for span in spans:
        by_target.setdefault((span.kind, span.target), []).append(span)
    steps = [step for same in by_target.values() for step in _changes(same)]
    steps += _service_steps(scenario)
    return [step for step in steps if step[0] <= scenario.horizon_s]


def _service_steps(scenario: Scenario) -> Iterator[Step]:
    """How much instances draw as they are asked for more or less, where that makes a difference."""
    for index, klass in enumerate(scenario.fleet.job_classes):
        services = [work.service for work in scenario.fleet.work.values() if work.service is not None]
        mine = [service for service in services if service.job_class == klass]
        if any(service.unloaded_draw < 1.0 for service in mine):
            for time_s, share in service_draws(mine, float(scenario.horizon_s)):
                yield time_s, tables.LOAD_SCALE, index, share


def _changes(spans: Sequence[Span]) -> Iterator[Step]:
    """When the strictest of the spans of one target changes, and to what."""
    kind, target = spans[0].kind, spans[0].target
    at_rest = _AT_REST[kind]
    strictest = min if at_rest > 0.0 else max
    value = at_rest
    for time_s in sorted({time_s for span in spans for time_s in (span.begin_s, span.end_s) if time_s < math.inf}):
        asked = [span.amount for span in spans if span.begin_s <= time_s < span.end_s]
        after = strictest([at_rest, *asked])
        if after != value:
            is_sudden = any(span.is_sudden and time_s in (span.begin_s, span.end_s) for span in spans)
            yield time_s, tables.LIMIT_TRIP if is_sudden else kind, target, after
            value = after


def _event_spans(
    scenario: Scenario,
    event: HallEvent,
    racks: list[tuple[str, int]],
    limits: Positions,
    nodes: Sequence[ComputeNode],
) -> Iterator[Span]:
    at_s = seconds_of(scenario, event.at)
    end_s = math.inf if event.lasting_s is None else at_s + float(event.lasting_s)
    share = float(event.share)
    classes = list(scenario.fleet.job_classes)
    match event.kind:
        case "limit" | "trip":
            for target in _targets(event, limits):
                yield Span(at_s, end_s, tables.LIMIT_SCALE, target, share, event.kind == "trip")
        case "lose_feed":
            yield Span(at_s, end_s, tables.LOSE_SIDE, limits["power", str(event.feed)], 1.0)
        case "hold":
            yield Span(at_s, end_s, tables.GATE, classes.index(str(event.job_class)), 0.0)
        case "cap":
            yield Span(at_s, end_s, tables.LEAST_SETTING, 0, float(_setting_of(scenario, share, nodes)))
        case "drain":
            for node in _nodes_of(scenario, str(event.rack), racks, nodes):
                yield Span(at_s, end_s, tables.DRAIN, node, 1.0)


def _targets(event: HallEvent, limits: Positions) -> list[int]:
    names = [("power", event.feed), ("heat", event.cooling_loop), ("flow", event.cooling_loop)]
    return [limits[quantity, name] for quantity, name in names if name is not None and (quantity, name) in limits]


def _setting_of(scenario: Scenario, share: float, nodes: Sequence[ComputeNode]) -> int:
    """The first setting at which no GPU is let draw more than ``share`` of its rated power."""
    kinds = [
        Kind(power_table(klass.power or name, node.gpu_model), node, 1.0)
        for name, klass in scenario.fleet.job_classes.items()
        for node in nodes
        if node.gpus
    ]
    shares = np.max(
        [caps / kind.table.tdp_w for kind, caps in zip(kinds, caps_of(scenario.fleet.power, kinds), strict=True)],
        axis=0,
    )
    below = np.flatnonzero(shares <= share + 1e-9)
    return int(below[0]) if len(below) else len(shares) - 1


def _nodes_of(
    scenario: Scenario, rack: str, racks: list[tuple[str, int]], nodes: Sequence[ComputeNode]
) -> Iterator[int]:
    assert scenario.hall is not None
    first = 0
    for name, _ in racks:
        count = int(scenario.hall.racks[name].compute_nodes)
        if name == rack:
            yield from range(first, first + count)
        first += count


def _hourly_spans(scenario: Scenario, limits: Positions) -> Iterator[Span]:
    """In the hours a rule chooses classes are held, and a feed carries only its share."""
    classes, edges_s = list(scenario.fleet.job_classes), hour_edges_s(scenario)
    for rule in scenario.fleet.hours.values():
        chosen = np.concatenate([[False], chosen_hours(scenario, rule), [False]])
        targets = [(tables.GATE, classes.index(name), 0.0) for name in rule.job_classes]
        if rule.feed is not None:
            targets.append((tables.LIMIT_SCALE, limits["power", rule.feed], float(rule.share)))
        # hours in a row are one span
        begins, ends = (np.flatnonzero(np.diff(chosen.astype(np.int64)) == change) for change in (1, -1))
        for begin_s, end_s in zip(edges_s[begins].tolist(), edges_s[ends].tolist(), strict=True):
            for kind, target, amount in targets:
                yield Span(begin_s, end_s, kind, target, amount)
