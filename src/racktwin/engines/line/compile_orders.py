"""What is ordered and when, as rows: generated demand, and timelines of people, opening hours, receipts and orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from racktwin.model import Calendar, PartReceipt, Scenario
from racktwin.model.quantity import Quantity
from racktwin.sim.calendars import headcount_steps, open_intervals, seconds_after

from . import tables
from .builder import Builder, kind_links
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
            is_hot=int(demand.hot),
            rope_s=0.0 if demand.rope_s is None else float(demand.rope_s),
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
        steps = [_Step(time_s, index, present) for time_s, present in headcount_steps(crews)]
        _add_timeline(builder, tables.HEADCOUNT, steps)
    for index, center in enumerate(scenario.work_centers.values()):
        if center.calendar != "always" or "always" in scenario.calendars:
            openings = headcount_steps([(1, hours(center.calendar))])
            _add_timeline(builder, tables.OPENING, [_Step(time_s, index, n) for time_s, n in openings])
    _add_timeline(builder, tables.LIMIT_CHANGE, _limit_changes(builder, zone))
    _add_timeline(builder, tables.RECEIPT, _receipts(builder, zone))
    _add_timeline(builder, tables.RELEASE, _order_book(scenario, zone))
    _add_timeline(builder, tables.OUTAGE, ())  # for what-ifs: see changes.py


class _Step(NamedTuple):
    """A STEP row; a change of a limit has its new value in ``due_s``."""

    time_s: float
    target: int
    amount: int
    due_s: float = np.inf
    priority: int = 0
    is_hot: int = 0
    lot: int = -1


def _add_timeline(builder: Builder, kind: int, steps: Sequence[_Step]) -> None:
    first = len(builder.steps)
    builder.steps.extend(steps)
    builder.add("timelines", next=first, end=len(builder.steps), kind=kind)


def _instant_s(scenario: Scenario, zone: ZoneInfo, instant: Any) -> float:
    return float(instant) if isinstance(instant, Quantity) else seconds_after(scenario.start, zone, instant)


def _limit_changes(builder: Builder, zone: ZoneInfo) -> list[_Step]:
    scenario = builder.scenario
    steps = [
        _Step(_instant_s(scenario, zone, change.at), builder.feed_limit[name], 0, float(change.limit_w))
        for name, feed in scenario.feeds.items()
        for change in feed.changes
    ]
    return sorted((step for step in steps if step.time_s >= 0.0), key=lambda step: step.time_s)


def _receipts(builder: Builder, zone: ZoneInfo) -> list[_Step]:
    scenario = builder.scenario
    parts = {name: index for index, name in enumerate(scenario.parts)}
    steps = []
    for receipt in scenario.part_receipts:
        time_s = _instant_s(scenario, zone, receipt.at)
        if time_s >= 0.0:
            lot = _add_lot(builder, receipt)
            steps.append(_Step(time_s, parts[receipt.part], int(receipt.quantity), lot=lot))
    return sorted(steps, key=lambda step: step.time_s)


def _add_lot(builder: Builder, receipt: PartReceipt) -> int:
    """The LOT row of a receipt, or -1 if there is nothing to tell it from others by."""
    if not receipt.lot and not receipt.defects:
        return -1
    defects = {**builder.scenario.parts[receipt.part].defects, **receipt.defects}
    first, count = builder.link(kind_links(builder.scenario, defects.items()))
    builder.lot_names.append(receipt.lot)
    return builder.add("lots", next=-1, first_brought=first, n_brought=count)


def _order_book(scenario: Scenario, zone: ZoneInfo) -> list[_Step]:
    parts = list(scenario.parts)
    rows = []
    for order in scenario.order_book:
        due_s = np.inf if order.due is None else _instant_s(scenario, zone, order.due)
        release_s = max(0.0, _instant_s(scenario, zone, order.release))
        index = parts.index(order.product)
        rows.append(_Step(release_s, index, int(order.quantity), due_s, order.priority, int(order.hot)))
    return sorted(rows, key=lambda step: step.time_s)
