"""What is known to come, as steps: events with their ends, hours held or limited, drains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from racktwin.model import ComputeNode, HallEvent, Scenario
from racktwin.reference import power_table

from . import tables
from .hourly import HOUR_S, chosen_hours
from .settings import Kind, caps_of
from .work import seconds_of

Step = tuple[float, int, int, float]
Positions = dict[tuple[str, str], int]


def steps_of(
    scenario: Scenario, racks: list[tuple[str, int]], limits: Positions, nodes: Sequence[ComputeNode]
) -> list[Step]:
    """(time, kind, target, amount) of everything that is known to come, in the order of the scenario."""
    steps: list[Step] = []
    for event in scenario.fleet.events:
        steps += _event_steps(scenario, event, racks, limits, nodes)
    steps += _hourly_steps(scenario, limits)
    return [step for step in steps if step[0] <= scenario.horizon_s]


def _event_steps(
    scenario: Scenario,
    event: HallEvent,
    racks: list[tuple[str, int]],
    limits: Positions,
    nodes: Sequence[ComputeNode],
) -> Iterator[Step]:
    at_s = seconds_of(scenario, event.at)
    end_s = None if event.lasting_s is None else at_s + float(event.lasting_s)
    share = float(event.share)
    classes = list(scenario.fleet.job_classes)
    match event.kind:
        case "limit" | "trip":
            kind = tables.LIMIT_SCALE if event.kind == "limit" else tables.LIMIT_TRIP
            for target in _targets(event, limits):
                yield from _from_to(at_s, end_s, kind, target, share, 1.0)
        case "lose_feed":
            yield from _from_to(at_s, end_s, tables.LOSE_SIDE, limits["power", str(event.feed)], 1.0, 0.0)
        case "hold":
            yield from _from_to(at_s, end_s, tables.GATE, classes.index(str(event.job_class)), 0.0, 1.0)
        case "cap":
            setting = _setting_of(scenario, share, nodes)
            yield from _from_to(at_s, end_s, tables.LEAST_SETTING, 0, float(setting), 0.0)
        case "drain":
            for node in _nodes_of(scenario, str(event.rack), racks, nodes):
                yield from _from_to(at_s, end_s, tables.DRAIN, node, 1.0, 0.0)


def _targets(event: HallEvent, limits: Positions) -> list[int]:
    names = [("power", event.feed), ("heat", event.cooling_loop), ("flow", event.cooling_loop)]
    return [limits[quantity, name] for quantity, name in names if name is not None and (quantity, name) in limits]


def _from_to(at_s: float, end_s: float | None, kind: int, target: int, amount: float, after: float) -> Iterator[Step]:
    yield at_s, kind, target, amount
    if end_s is not None:
        yield end_s, kind, target, after


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


def _hourly_steps(scenario: Scenario, limits: Positions) -> Iterator[Step]:
    """In the hours a rule chooses classes are held, and a feed carries only its share; of several rules the least."""
    classes = list(scenario.fleet.job_classes)
    shares: dict[tuple[int, int], npt.NDArray[np.float64]] = {}
    for rule in scenario.fleet.hours.values():
        chosen = chosen_hours(scenario, rule)
        targets = [(tables.GATE, classes.index(name), 0.0) for name in rule.job_classes]
        if rule.feed is not None:
            targets.append((tables.LIMIT_SCALE, limits["power", rule.feed], float(rule.share)))
        for kind, target, share in targets:
            asked = np.where(chosen, share, 1.0)
            shares[kind, target] = np.minimum(shares.get((kind, target), 1.0), asked)
    for (kind, target), asked in shares.items():
        padded = np.concatenate([[1.0], asked, [1.0]])
        for hour in np.flatnonzero(padded[1:] != padded[:-1]).tolist():
            yield hour * HOUR_S, kind, target, float(padded[hour + 1])
