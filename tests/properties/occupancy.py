"""Laws of work units: one state at a time, one part at a time, and a visit is the sum of its parts."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator

from racktwin.model.distribution import Fixed
from racktwin.results.schema import E10_STATES, WAIT_CAUSES

from .history import LINE_TABLES, TOLERANCE_S, History, Row, Unit, close

REASONS = {
    *("working", "starved", "blocked", "people", "power", "coolant", "repair", "repair_wait", "closed"),
    *("batching", "setup", "maintenance", "maintenance_wait", "trial", "trial_wait"),
}


def tables_have_their_columns(history: History) -> Iterator[str]:
    """Every table of the line is there, each with the columns of the schema, in order."""
    for name, table in LINE_TABLES.items():
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
    amounts = [f"wait_{cause}_s" for cause in WAIT_CAUSES]
    amounts += ["setup_s", "work_s", "down_s", "blocked_s", "energy_j", "labour_s"]
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
    """From queue to leaving = waits + set-up + work + down + blocked."""
    for row in history.rows("operations"):
        parts_s = sum(row[f"wait_{cause}_s"] for cause in WAIT_CAUSES)
        parts_s += row["setup_s"] + row["work_s"] + row["down_s"] + row["blocked_s"]
        if not close(parts_s, row["left_s"] - row["queued_s"]):
            yield f"{row['serial_number']} at {row['operation']}: {parts_s} of {row['left_s'] - row['queued_s']} told"


def one_part_at_a_time(history: History) -> Iterator[str]:
    """No two parts are in one work unit at once (but those of a batch), and no part in two work units."""
    for unit, visits in history.unit_visits.items():
        if history.batch(unit[0]) > 1:
            yield from _one_batch_at_a_time(history, unit, visits)
            continue
        for first, second in itertools.pairwise(visits):
            if second["start_s"] < first["left_s"] - TOLERANCE_S:
                yield f"{unit}: {second['serial_number']} enters before {first['serial_number']} left"
    for serial, visits in history.visits.items():
        for first, second in itertools.pairwise(visits):
            if second["start_s"] < first["left_s"] - TOLERANCE_S:
                yield f"{serial}: in two work units at {second['start_s']}"


def _one_batch_at_a_time(history: History, unit: Unit, visits: list[Row]) -> Iterator[str]:
    """Those who are together began and ended together, did the same, and are no more than there is room for."""
    lasting = [row for row in visits if row["end_s"] > row["start_s"]]  # several that take no time may begin at once
    batches = [list(group) for _, group in itertools.groupby(lasting, key=lambda row: row["start_s"])]
    for batch in batches:
        if len({(row["part"], row["operation"], row["end_s"], row["work_s"]) for row in batch}) > 1:
            yield f"{unit}: a batch of {len(batch)} at {batch[0]['start_s']} is not one"
        if len(batch) > history.batch(unit[0]):
            yield f"{unit}: {len(batch)} parts at {batch[0]['start_s']}"
    for first, second in itertools.pairwise(batches):
        if second[0]["start_s"] < max(row["left_s"] for row in first) - TOLERANCE_S:
            yield f"{unit}: a batch begins at {second[0]['start_s']}, before the last one left"


def states_tell_the_visits(history: History) -> Iterator[str]:
    """The states of a work unit name each visitor exactly as long as it was there, at work as long as it worked."""
    for unit, visits in history.unit_visits.items():
        states = history.unit_states.get(unit, [])
        for row in visits if history.batch(unit[0]) == 1 else ():
            own = [
                state
                for state in states
                if state["serial_number"] == row["serial_number"]
                and row["start_s"] - TOLERANCE_S <= state["start_s"]
                and state["end_s"] <= row["left_s"] + TOLERANCE_S
            ]
            told = {
                "inside": (_sum_s(own), row["left_s"] - row["start_s"]),
                "set up": (_sum_s(state for state in own if state["reason"] == "setup"), row["setup_s"]),
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
        or entry.alternatives
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
    """At any instant a gang operation starts a multiple of its gang; a part on its way back from debug runs alone."""
    starts: dict[tuple[str, str], Counter[float]] = defaultdict(Counter)
    for row in history.work:
        if history.operation(row).gang is not None and not _comes_from_debug(history, row):
            starts[row["part"], row["operation"]][row["start_s"]] += 1
    for (part, operation), counts in starts.items():
        (one,) = (one for one in history.routing(part).operations if one.operation == operation)
        assert one.gang is not None
        for visit in history.open_visits:
            is_same = visit.unit[0] == one.work_center and history.orders[visit.serial_number]["part"] == part
            if is_same and not _was_repaired(history, history.visits.get(visit.serial_number, [])):
                counts[visit.start_s] += operation in history.following(visit.serial_number)
        for start_s, count in counts.items():
            if count % one.gang:
                yield f"{part}: {count} start {operation} at {start_s}, a gang is {one.gang}"


def _comes_from_debug(history: History, row: Row) -> bool:
    visits = history.visits[row["serial_number"]]
    return _was_repaired(history, visits[: visits.index(row)])


def _was_repaired(history: History, visits: list[Row]) -> bool:
    """Whether a part with these visits, moves aside, comes from debug."""
    work = [row for row in visits if not history.is_move(row)]
    return bool(work) and work[-1]["outcome"] == "repaired"


def equals_do_not_overtake(history: History) -> Iterator[str]:
    """Under fifo dispatch, parts of one part number start an operation in the order they first queued for it.

    A part that comes again has its material and may pass one that waits for it; so may one in debug.
    """
    queues: dict[tuple[str, str], list[Row]] = defaultdict(list)
    is_hot = [demand.hot for demand in history.scenario.demand.values()]
    is_hot += [order.hot for order in history.scenario.order_book]
    for row in history.work if not any(is_hot) else ():
        model = history.operation(row)
        is_fifo = history.scenario.work_centers[row["work_center"]].dispatch == "fifo"
        if is_fifo and row["visit"] == 1 and not model.rework and not model.alternatives:
            queues[row["part"], row["operation"]].append(row)
    for (part, operation), rows in queues.items():
        for first, second in itertools.pairwise(sorted(rows, key=lambda row: (row["start_s"], row["queued_s"]))):
            is_overtaken = second["queued_s"] < first["queued_s"] and second["start_s"] > first["start_s"]
            if is_overtaken and second["wait_material_s"] == 0.0:  # kits go by priority
                yield f"{part}: {first['serial_number']} overtakes {second['serial_number']} at {operation}"


def fixed_work_takes_its_time(history: History) -> Iterator[str]:
    """Uncapped work of fixed duration takes exactly that, unless a failure cuts it short or a repair restarts it.

    Not where people or work units are faster than others, walk, or learn.
    """
    groups = history.scenario.operator_groups.values()
    if any(isinstance(group.skills, dict) or group.walking_speed_m_per_s for group in groups):
        return
    for row in history.work:
        operation, center = history.operation(row), history.scenario.work_centers[row["work_center"]]
        if operation.learning or operation.alternatives or any(group.speed != 1.0 for group in center.groups):
            continue
        laws = [phase.duration for phase in operation.phases]
        if row["outcome"] in ("fail", "scrap") or row["cap"] < 1.0 or row["down_s"] > 0.0:
            continue
        fixed_s = [law.value_s for law in laws if isinstance(law, Fixed)]
        if len(fixed_s) == len(laws) and not close(sum(fixed_s), row["work_s"]):
            yield f"{row['serial_number']} at {row['operation']}: worked {row['work_s']} of {sum(fixed_s)}"


def waits_have_a_reason(history: History) -> Iterator[str]:
    """Nobody waits for power without a feed, coolant without a loop, people or a gang without need of them."""
    for row in history.work:
        operation, center = history.operation(row), history.scenario.work_centers[row["work_center"]]
        impossible = {
            "power": all(group.feed is None for group in center.groups),
            "coolant": not any(group.cooling_loops for group in center.groups),
            "gang": operation.gang is None and center.batch is None,
        }
        for cause, cannot_be in impossible.items():
            waited_s = row[f"wait_{cause}_s"]
            if cannot_be and not math.isclose(waited_s, 0.0, abs_tol=TOLERANCE_S):
                yield f"{row['serial_number']} at {row['operation']}: waited {waited_s} for {cause}"
