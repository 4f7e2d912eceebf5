"""What is ordered and when, as rows: generated demand, and timelines of people, opening hours, receipts and orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from racktwin.model import Calendar, Scenario
from racktwin.model.quantity import Quantity
from racktwin.sim.calendars import headcount_steps, open_intervals, seconds_after

from . import tables
from .builder import Builder
from .tables import MANY


def add_demand(builder: Builder) -> None:
    """Sources of generated orders."""
    parts = list(builder.scenario.parts)
    for name, demand in builder.scenario.demand.items():
        builder.add(
            "sources",
            part=parts.index(demand.product),
            quantity=int(demand.quantity),
            interarrival_law=builder.law(demand.interarrival),
            due_law=builder.law(demand.due_in),
            first_s=0.0 if demand.first_s is None else float(demand.first_s),
            priority=demand.priority,
            max_wip=MANY if demand.max_wip is None else int(demand.max_wip),
            held_head=-1,
            held_tail=-1,
        )
        builder.streams["sources"].append(f"demand/{name}")


@lru_cache(maxsize=256)
def _open_hours(
    calendar: Calendar, start: dt.datetime, time_zone: str, horizon_s: float
) -> tuple[tuple[float, float], ...]:
    """As :func:`open_intervals`; a scenario and its variants share most calendars."""
    return tuple(open_intervals(calendar, start, ZoneInfo(time_zone), horizon_s))


def add_timelines(builder: Builder) -> None:
    """Everything whose times are known beforehand, in the order in which ties are settled."""
    scenario = builder.scenario
    zone = ZoneInfo(scenario.time_zone)

    def hours(calendar: str) -> tuple[tuple[float, float], ...]:
        return _open_hours(scenario.calendar(calendar), scenario.start, scenario.time_zone, float(scenario.horizon_s))

    for index, group in enumerate(scenario.operator_groups.values()):
        crews = [(int(crew.headcount), hours(crew.calendar)) for crew in group.crews]
        steps = [(time_s, index, present, np.inf, 0) for time_s, present in headcount_steps(crews)]
        _add_timeline(builder, tables.HEADCOUNT, steps)
    for index, center in enumerate(scenario.work_centers.values()):
        if center.calendar != "always" or "always" in scenario.calendars:
            openings = headcount_steps([(1, hours(center.calendar))])
            _add_timeline(builder, tables.OPENING, [(time_s, index, n, np.inf, 0) for time_s, n in openings])
    _add_timeline(builder, tables.RECEIPT, _receipts(scenario, zone))
    _add_timeline(builder, tables.RELEASE, _order_book(scenario, zone))


def _add_timeline(builder: Builder, kind: int, steps: Sequence[tuple[float, int, int, float, int]]) -> None:
    first = len(builder.rows["steps"])
    for time_s, target, amount, due_s, priority in steps:
        builder.add("steps", time_s=time_s, target=target, amount=amount, due_s=due_s, priority=priority)
    builder.add("timelines", next=first, end=len(builder.rows["steps"]), kind=kind)


def _instant_s(scenario: Scenario, zone: ZoneInfo, instant: Any) -> float:
    return float(instant) if isinstance(instant, Quantity) else seconds_after(scenario.start, zone, instant)


def _receipts(scenario: Scenario, zone: ZoneInfo) -> list[tuple[float, int, int, float, int]]:
    parts = list(scenario.parts)
    rows = [
        (_instant_s(scenario, zone, receipt.at), parts.index(receipt.part), int(receipt.quantity), np.inf, 0)
        for receipt in scenario.part_receipts
    ]
    return sorted((row for row in rows if row[0] >= 0.0), key=lambda row: row[0])


def _order_book(scenario: Scenario, zone: ZoneInfo) -> list[tuple[float, int, int, float, int]]:
    parts = list(scenario.parts)
    rows = []
    for order in scenario.order_book:
        due_s = np.inf if order.due is None else _instant_s(scenario, zone, order.due)
        release_s = max(0.0, _instant_s(scenario, zone, order.release))
        rows.append((release_s, parts.index(order.product), int(order.quantity), due_s, order.priority))
    return sorted(rows, key=lambda row: row[0])
