"""Laws of work units: one state at a time, one part at a time, and a visit is the sum of its parts."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator

from racktwin.model.distribution import Fixed
from racktwin.results.schema import E10_STATES, TABLES, WAIT_CAUSES

from .history import TOLERANCE_S, History, Row, close

REASONS = {"working", "starved", "blocked", "people", "power", "coolant", "repair", "repair_wait", "closed"}


def tables_have_their_columns(history: History) -> Iterator[str]:
    """Every table is there, each with the columns of the schema, in order."""
    for name, table in TABLES.items():
        columns = [column.name for column in table.columns]
        for row in history.tables.get(name, [{}])[:1]:
            if list(row) != columns:
                yield f"{name}: columns {list(row)}"


def nothing_lasts_less_than_nothing(history: History) -> Iterator[str]:
    """No interval and no amount is negative; nothing happens after the horizon."""
    for name, rows in history.tables.items():
        for row in rows:
            if "start_s" in row and not 0.0 <= row["start_s"] <= row["end_s"] <= history.horizon_s:
                yield f"{name}: from {row['start_s']} to {row['end_s']}"
    amounts = [*(f"wait_{cause}_s" for cause in WAIT_CAUSES), "work_s", "down_s", "blocked_s", "energy_j", "labour_s"]
    for row in history.rows("operations"):
        if not row["queued_s"] <= row["start_s"] <= row["end_s"] <= row["left_s"] <= history.horizon_s:
            yield f"{row['serial_number']} at {row['operation']}: queued, started, ended and left out of order"
        for amount in amounts:
            if not row[amount] >= -TOLERANCE_S:
                yield f"{row['serial_number']} at {row['operation']}: {amount} is {row[amount]}"
        if not 0.0 < row["cap"] <= 1.0:
            yield f"{row['serial_number']} at {row['operation']}: cap {row['cap']}"


def states_partition_the_horizon(history: History) -> Iterator[str]:
    """Every work unit is in exactly one state from 0 to the horizon."""
    expected = {
        (name, number)
        for name, center in history.scenario.work_centers.items()
        for number in range(sum(group.count for group in center.groups))
    }
    if set(history.unit_states) != expected:
        yield f"states of work units {sorted(set(history.unit_states) ^ expected)}"
    for unit, states in history.unit_states.items():
        at_s = 0.0
        for row in states:
            if row["state"] not in E10_STATES or row["reason"] not in REASONS:
                yield f"{unit}: unknown state {row['state']}, {row['reason']}"
            if row["start_s"] != at_s:
                yield f"{unit}: state until {at_s}, next from {row['start_s']}"
            at_s = row["end_s"]
        if at_s != history.horizon_s:
            yield f"{unit}: states end at {at_s}"


def visits_are_the_sum_of_their_parts(history: History) -> Iterator[str]:
    """From queue to leaving = waits + work + down + blocked."""
    for row in history.rows("operations"):
        parts_s = sum(row[f"wait_{cause}_s"] for cause in WAIT_CAUSES)
        parts_s += row["work_s"] + row["down_s"] + row["blocked_s"]
        if not close(parts_s, row["left_s"] - row["queued_s"]):
            yield f"{row['serial_number']} at {row['operation']}: {parts_s} of {row['left_s'] - row['queued_s']} told"


def one_part_at_a_time(history: History) -> Iterator[str]:
    """No two parts are in one work unit at once, and no part in two work units."""
    for unit, visits in history.unit_visits.items():
        for first, second in itertools.pairwise(visits):
            if second["start_s"] < first["left_s"] - TOLERANCE_S:
                yield f"{unit}: {second['serial_number']} enters before {first['serial_number']} left"
    for serial, visits in history.visits.items():
        for first, second in itertools.pairwise(visits):
            if second["start_s"] < first["left_s"] - TOLERANCE_S:
                yield f"{serial}: in two work units at {second['start_s']}"


def states_tell_the_visits(history: History) -> Iterator[str]:
    """The states of a work unit name each visitor exactly as long as it was there, at work as long as it worked."""
    for unit, visits in history.unit_visits.items():
        states = history.unit_states.get(unit, [])
        for row in visits:
            own = [
                state
                for state in states
                if state["serial_number"] == row["serial_number"]
                and row["start_s"] - TOLERANCE_S <= state["start_s"]
                and state["end_s"] <= row["left_s"] + TOLERANCE_S
            ]
            told = {
                "inside": (_sum_s(own), row["left_s"] - row["start_s"]),
                "at work": (_sum_s(state for state in own if state["reason"] == "working"), row["work_s"]),
                "down": (_sum_s(state for state in own if state["state"] == "unscheduled_down"), row["down_s"]),
                "blocked": (_sum_s(state for state in own if state["reason"] == "blocked"), row["blocked_s"]),
            }
            for what, (by_states_s, by_visit_s) in told.items():
                if not close(by_states_s, by_visit_s):
                    yield f"{row['serial_number']} in {unit}: {what} {by_visit_s}, its states say {by_states_s}"


def _sum_s(states: Iterator[Row] | list[Row]) -> float:
    return float(sum(state["end_s"] - state["start_s"] for state in states))


def buffers_hold(history: History) -> Iterator[str]:
    """No more parts wait than the buffer has places.

    Not where parts come from release or rework, nor where some wait for material or a gang: those stand aside. Where
    there are no places, one part may stand before a free work unit for want of people or power.
    """
    exempt = {
        entry.work_center
        for routing in history.scenario.routings.values()
        for operation in routing.operations
        for entry in routing.operations
        if entry is routing.operations[0]
        or entry.rework
        or entry.consumes
        or entry.gang
        or (operation.on_fail is not None and entry.operation == operation.on_fail.retest_from)
    }
    for name, center in history.scenario.work_centers.items():
        if center.input_buffer is None or name in exempt or _reentered(history, name):
            continue
        changes = Counter[float]()
        for row in history.rows("operations", work_center=name):
            changes[row["queued_s"]] += 1
            changes[row["start_s"]] -= 1
        times = sorted(changes)
        for at_s, waiting in zip(times, itertools.accumulate(changes[at_s] for at_s in times), strict=True):
            if waiting > max(1, center.input_buffer):
                yield f"{name}: {waiting} wait at {at_s} where {center.input_buffer} may"


def _reentered(history: History, center: str) -> bool:
    """Whether parts on their way back from rework pass this work center."""
    for routing in history.scenario.routings.values():
        main = [one for one in routing.operations if not one.rework]
        names = [one.operation for one in main]
        for test in main:
            if test.on_fail is not None:
                again = main[names.index(test.on_fail.retest_from) : names.index(test.operation) + 1]
                if center in {one.work_center for one in again}:
                    return True
    return False


def gangs_start_together(history: History) -> Iterator[str]:
    """At any instant a gang operation starts a multiple of its gang."""
    starts: dict[tuple[str, str], Counter[float]] = defaultdict(Counter)
    for row in history.rows("operations"):
        if history.operation(row).gang is not None:
            starts[row["part"], row["operation"]][row["start_s"]] += 1
    for (part, operation), counts in starts.items():
        (one,) = (one for one in history.routing(part).operations if one.operation == operation)
        assert one.gang is not None
        for visit in history.open_visits:
            if visit.unit[0] == one.work_center and history.orders[visit.serial_number]["part"] == part:
                counts[visit.start_s] += operation in history.following(visit.serial_number)
        for start_s, count in counts.items():
            if count % one.gang:
                yield f"{part}: {count} start {operation} at {start_s}, a gang is {one.gang}"


def equals_do_not_overtake(history: History) -> Iterator[str]:
    """Under fifo dispatch, parts of one part number start an operation in the order they first queued for it.

    A part that comes again has its material and may pass one that waits for it; so may one in debug.
    """
    queues: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in history.rows("operations", visit=1):
        is_fifo = history.scenario.work_centers[row["work_center"]].dispatch == "fifo"
        if is_fifo and not history.operation(row).rework:
            queues[row["part"], row["operation"]].append(row)
    for (part, operation), rows in queues.items():
        for first, second in itertools.pairwise(sorted(rows, key=lambda row: (row["start_s"], row["queued_s"]))):
            if second["queued_s"] < first["queued_s"] and second["start_s"] > first["start_s"]:
                yield f"{part}: {first['serial_number']} overtakes {second['serial_number']} at {operation}"


def fixed_work_takes_its_time(history: History) -> Iterator[str]:
    """Uncapped work of fixed duration takes exactly that, unless a failure cuts it short or a repair restarts it."""
    for row in history.rows("operations"):
        operation = history.operation(row)
        laws = [phase.duration for phase in operation.phases]
        if row["outcome"] in ("fail", "scrap") or row["cap"] < 1.0 or row["down_s"] > 0.0:
            continue
        fixed_s = [law.value_s for law in laws if isinstance(law, Fixed)]
        if len(fixed_s) == len(laws) and not close(sum(fixed_s), row["work_s"]):
            yield f"{row['serial_number']} at {row['operation']}: worked {row['work_s']} of {sum(fixed_s)}"


def waits_have_a_reason(history: History) -> Iterator[str]:
    """Nobody waits for power without a feed, coolant without a loop, people or a gang without need of them."""
    for row in history.rows("operations"):
        operation, center = history.operation(row), history.scenario.work_centers[row["work_center"]]
        impossible = {
            "power": all(group.feed is None for group in center.groups),
            "coolant": not any(group.cooling_loops for group in center.groups),
            "gang": operation.gang is None,
        }
        for cause, cannot_be in impossible.items():
            waited_s = row[f"wait_{cause}_s"]
            if cannot_be and not math.isclose(waited_s, 0.0, abs_tol=TOLERANCE_S):
                yield f"{row['serial_number']} at {row['operation']}: waited {waited_s} for {cause}"
