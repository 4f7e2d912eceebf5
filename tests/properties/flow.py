"""Laws of the flow: what goes in comes out or is inside, parts follow their routing, material and defects add up.

Each law takes a :class:`History` and yields one sentence per violation.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator

from racktwin.model import Operation
from racktwin.model.distribution import Fixed

from .history import FAILED, History, Row, close, following

ENDED = ("shipped", "consumed", "scrapped")
INSIDE = ("in_stock", "in_progress")


def work_orders_are_conserved(history: History) -> Iterator[str]:
    """Released = shipped + consumed + scrapped + in stock + in progress, each with the end its fate demands."""
    orders = history.rows("work_orders")
    if len(history.orders) != len(orders):
        yield "a serial number was released twice"
    for row in orders:
        serial, fate, end_s = row["serial_number"], row["fate"], row["end_s"]
        if fate not in ENDED + INSIDE:
            yield f"{serial}: unknown fate {fate}"
        elif (fate in INSIDE) != math.isnan(end_s):
            yield f"{serial}: {fate} with end {end_s}"
        if not row["wanted_s"] <= row["release_s"] <= (history.horizon_s if fate in INSIDE else end_s):
            yield f"{serial}: wanted, released and ended out of order"
    yield from _fates_follow_from_visits(history)


def _fates_follow_from_visits(history: History) -> Iterator[str]:
    for serial, order in history.orders.items():
        visits = history.visits.get(serial, [])
        scrapped = bool(visits) and visits[-1]["outcome"] == "scrap"
        done = bool(visits) and not history.following(serial) and not scrapped
        expected = {"scrapped"} if scrapped else {"in_progress"}
        if done:
            expected = {"consumed", "in_stock"} if order["source"] == "component" else {"shipped"}
        if order["fate"] not in expected:
            yield f"{serial}: {order['fate']}, but its visits say {' or '.join(sorted(expected))}"
        if order["fate"] in ("shipped", "scrapped") and not close(order["end_s"], visits[-1]["left_s"]):
            yield f"{serial}: {order['fate']} at {order['end_s']}, but left its last work unit at another time"
    unknown = set(history.visits) - set(history.orders)
    if unknown:
        yield f"visits of parts never released: {sorted(unknown)}"


def shipments_are_shipped_orders(history: History) -> Iterator[str]:
    """One shipment per shipped order, with its dates."""
    shipped = Counter(_shipment(row, row["end_s"]) for row in history.rows("work_orders", fate="shipped"))
    shipments = Counter(_shipment(row, row["shipped_s"]) for row in history.rows("shipments"))
    for row in (shipped - shipments) + (shipments - shipped):
        yield f"order and shipment differ: {row}"


def _shipment(row: Row, end_s: float) -> tuple[object, ...]:
    due_s = None if math.isnan(row["due_s"]) else row["due_s"]
    return row["serial_number"], row["part"], row["order_number"], row["release_s"], due_s, end_s


def orders_are_due_when_promised(history: History) -> Iterator[str]:
    """An order of a demand is due ``due_in`` after it was wanted, and never where that is not given."""
    for name, demand in history.scenario.demand.items():
        for row in history.rows("work_orders", source=name):
            allowed_s = row["due_s"] - row["wanted_s"]
            if (demand.due_in is None) != math.isnan(allowed_s):
                yield f"{row['serial_number']}: due {row['due_s']} where due_in is {demand.due_in}"
            elif isinstance(demand.due_in, Fixed) and not close(allowed_s, demand.due_in.value_s):
                yield f"{row['serial_number']}: due {allowed_s} after it was wanted, should be {demand.due_in.value_s}"


def order_book_is_released(history: History) -> Iterator[str]:
    """Every piece of the order book is released at its time (those after a scrap come on top)."""
    released = Counter(row["part"] for row in history.rows("work_orders", source="order_book"))
    wanted = Counter(
        {
            product: sum(
                order.quantity
                for order in history.scenario.order_book
                if order.product == product and isinstance(order.release, float) and order.release < history.horizon_s
            )
            for product in history.scenario.parts
        }
    )
    scrapped = Counter(row["part"] for row in history.rows("work_orders", source="order_book", fate="scrapped"))
    for product in wanted:
        if not wanted[product] <= released[product] <= wanted[product] + scrapped[product]:
            yield f"{product}: {wanted[product]} in the order book, {released[product]} released"


def components_are_released(history: History) -> Iterator[str]:
    """An order for an assembly brings one order per made component; one more comes for each one swapped or scrapped."""
    released = Counter(row["part"] for row in history.rows("work_orders"))
    needed = Counter[str]()
    for assembly, count in released.items():
        for component, quantity in history.scenario.parts[assembly].bill_of_materials.items():
            needed[component] += count * quantity
    for component in filter(history.is_made, needed):
        as_component = len(history.rows("work_orders", part=component, source="component"))
        swapped = -sum(row["change"] for row in history.rows("material", part=component, reason="replacement"))
        scrapped = len(history.rows("work_orders", part=component, fate="scrapped"))
        cards = history.scenario.parts[component].kanban
        if cards is not None:  # one is made for each card, and one more for each that was used
            used = -sum(row["change"] for row in history.rows("material", part=component, reason="consumed"))
            if as_component != cards + used + swapped + scrapped:
                yield f"{component}: {as_component} made for {cards} cards, {used + swapped} used, {scrapped} gone"
        elif not 0 <= as_component - needed[component] - swapped - scrapped <= _waiting_for_debug(history):
            yield f"{component}: {as_component} made; {needed[component]} needed, {swapped} swapped, {scrapped} gone"


def _waiting_for_debug(history: History) -> int:
    """How many parts may wait for a component that was ordered for them and is not yet made."""
    waiting = 0
    for row in history.rows("work_orders", fate="in_progress"):
        rework = {one.operation for one in history.routing(row["part"]).operations if one.rework}
        waiting += bool(rework & history.following(row["serial_number"]))
    return waiting


def parts_follow_their_routing(history: History) -> Iterator[str]:
    """The next operation is always one the routing allows; visits are numbered; scrap comes when it should."""
    for serial, visits in history.visits.items():
        part = history.orders[serial]["part"] if serial in history.orders else visits[0]["part"]
        routing = history.routing(part)
        seen = Counter[str]()
        for index, row in enumerate(visits):
            allowed = following(routing, visits[:index])
            seen[row["operation"]] += 1
            if history.is_move(row):
                if row["operation"] not in {f"move_to_{name}" for name in allowed}:
                    yield f"{serial}: {row['operation']} where only {sorted(allowed)} may come"
                continue
            if row["part"] != part:
                yield f"{serial}: a {part} visits as {row['part']}"
            elif row["operation"] not in allowed:
                yield f"{serial}: {row['operation']} where only {sorted(allowed)} may come"
            elif row["work_center"] not in places(history.operation(row)):
                yield f"{serial}: {row['operation']} at {row['work_center']}"
            if row["visit"] != seen[row["operation"]]:
                yield f"{serial}: visit {row['visit']} of {row['operation']} is its {seen[row['operation']]}."
        for operation in routing.operations:
            after = operation.on_fail and operation.on_fail.scrap_after
            failures = sum(
                row["operation"] == operation.operation and row["outcome"] in (*FAILED, "scrap") for row in visits
            )
            if after is not None and failures > after:
                yield f"{serial}: {failures} failures at {operation.operation}, scrapped after {after}"


def places(operation: Operation) -> set[str]:
    """Where the operation may be done."""
    return {operation.work_center, *(alternative.work_center for alternative in operation.alternatives)}


def waits_leave_no_gap(history: History) -> Iterator[str]:
    """A part joins its first queue at its release and the next queue as it leaves a work unit."""
    for serial, order in history.orders.items():
        at_s = order["release_s"]
        for row in history.visits.get(serial, []):
            if not close(row["queued_s"], at_s):
                yield f"{serial}: free at {at_s}, but joins the queue of {row['operation']} at {row['queued_s']}"
            at_s = row["left_s"]


def little_holds(history: History) -> Iterator[str]:
    """∫ WIP dt by releases and ends = time in operations + time in stock + time since, of those still inside."""
    events = [(row["release_s"], 1) for row in history.rows("work_orders")]
    events += [(row["end_s"], -1) for row in history.rows("work_orders") if not math.isnan(row["end_s"])]
    events.sort()
    ends = [time_s for time_s, _ in events[1:]] + [history.horizon_s] * bool(events)
    levels = itertools.accumulate(change for _, change in events)
    wip_s = sum(level * (end_s - at_s) for level, (at_s, _), end_s in zip(levels, events, ends, strict=True))
    inside_s = sum(row["left_s"] - row["queued_s"] for visits in history.visits.values() for row in visits)
    for row in history.rows("work_orders", fate="in_progress"):
        visits = history.visits.get(row["serial_number"], [])
        inside_s += history.horizon_s - (visits[-1]["left_s"] if visits else row["release_s"])
    stock_s = sum(_stock_s(history, part) for part in filter(history.is_made, history.scenario.parts))
    if not math.isclose(wip_s, inside_s + stock_s, rel_tol=1e-9, abs_tol=1e-3):
        yield f"WIP over time {wip_s} is not the time spent {inside_s} + {stock_s} in stock"


def _stock_s(history: History, part: str) -> float:
    """∫ stock of a part made here dt."""
    changes = history.rows("material", part=part)
    ends = [row["time_s"] for row in changes[1:]] + [history.horizon_s] * bool(changes)
    return float(sum(row["on_hand"] * (end_s - row["time_s"]) for row, end_s in zip(changes, ends, strict=True)))


def material_adds_up(history: History) -> Iterator[str]:
    """Initial + received + made − consumed − replaced = on hand, never negative where supply is bounded."""
    for name, part in history.scenario.parts.items():
        bounded = history.is_made(name) or part.supply == "receipts"
        on_hand, before_s = int(part.initial_stock or 0) if bounded else 0, 0.0
        for row in history.rows("material", part=name):
            on_hand += row["change"]
            if row["on_hand"] != on_hand:
                yield f"{name} at {row['time_s']}: {row['on_hand']} on hand, should be {on_hand}"
            if bounded and row["on_hand"] < 0:
                yield f"{name} at {row['time_s']}: {row['on_hand']} on hand"
            if row["change"] * (1 if row["reason"] in ("receipt", "made") else -1) < (row["reason"] != "receipt"):
                yield f"{name} at {row['time_s']}: {row['reason']} changes stock by {row['change']}"
            if not before_s <= row["time_s"] <= history.horizon_s:
                yield f"{name}: changes out of order at {row['time_s']}"
            before_s = row["time_s"]
    yield from _receipts_arrive(history)
    yield from _made_parts_go_through_stock(history)


def _receipts_arrive(history: History) -> Iterator[str]:
    bounded = {name for name, part in history.scenario.parts.items() if part.supply == "receipts"}
    promised = Counter[tuple[str, float]]()
    for receipt in history.scenario.part_receipts:
        at_s = receipt.at
        if receipt.part in bounded and isinstance(at_s, float) and at_s < history.horizon_s:
            promised[receipt.part, float(at_s)] += receipt.quantity
    arrived = Counter[tuple[str, float]]()
    for row in history.rows("material", reason="receipt"):
        if row["time_s"] < history.horizon_s:
            arrived[row["part"], row["time_s"]] += row["change"]
    if +promised != +arrived:
        yield f"receipts {dict(promised - arrived)} missing, {dict(arrived - promised)} too many"


def _made_parts_go_through_stock(history: History) -> Iterator[str]:
    for part in filter(history.is_made, history.scenario.parts):
        fates = Counter(row["fate"] for row in history.rows("work_orders", part=part))
        changes = Counter[str]()
        for row in history.rows("material", part=part):
            changes[row["reason"]] += row["change"]
        used = -changes["consumed"] - changes["replacement"]
        if used != fates["consumed"] or changes["made"] != fates["consumed"] + fates["in_stock"]:
            yield f"{part}: stock {dict(changes)} does not match fates {dict(fates)}"


def bills_are_consumed_exactly(history: History) -> Iterator[str]:
    """Each assembly takes its bill of materials once, at the latest as it first begins the operation that needs it.

    It may be kitted as it joins the queue, so those who are about to begin may or may not have taken it.
    """
    least, most = Counter[str](), Counter[str]()
    for serial, order in history.orders.items():
        coming = history.following(serial)
        begun = {row["operation"] for row in history.visits.get(serial, [])} | _open_operation(history, serial)
        for operation, parts in history.consumed_by(order["part"]).items():
            least.update(parts if operation in begun else {})
            most.update(parts if operation in begun | coming else {})
    for name in history.scenario.parts:
        consumed = -sum(row["change"] for row in history.rows("material", part=name, reason="consumed"))
        if not least[name] <= consumed <= most[name]:
            yield f"{name}: {consumed} consumed, {least[name]} to {most[name]} by the bills of what was begun"


def genealogy_tells_what_went_in(history: History) -> Iterator[str]:
    """Each component used was used once, then, by an assembly that was here; lots give no more than they have."""
    parents = {row["child_serial_number"]: row for row in history.rows("genealogy") if row["child_serial_number"] >= 0}
    used = {row["serial_number"]: row for row in history.rows("work_orders", fate="consumed")}
    if set(parents) != set(used):
        yield f"components {sorted(set(parents) ^ set(used))} used without a parent, or with one and not used"
    for serial in set(parents) & set(used):
        row, parent = parents[serial], history.orders.get(parents[serial]["serial_number"])
        if parent is None or not close(row["time_s"], used[serial]["end_s"]) or row["time_s"] < parent["release_s"]:
            yield f"{serial}: went into {row['serial_number']} at {row['time_s']}, used at {used[serial]['end_s']}"
    received = Counter[tuple[str, str]]()
    for receipt in history.scenario.part_receipts:
        received[receipt.part, receipt.lot] += receipt.quantity
    for row in history.rows("genealogy"):
        if row["child_serial_number"] < 0:
            received[row["part"], row["lot"]] -= row["pieces"]
            if received[row["part"], row["lot"]] < 0:
                yield f"lot {row['lot']!r} of {row['part']}: more used than received"


def _open_operation(history: History, serial: int) -> set[str]:
    centers = {visit.unit[0] for visit in history.open_visits if visit.serial_number == serial}
    if all(history.scenario.work_centers[center].vehicle for center in centers):
        return set()
    part = history.orders[serial]["part"]
    allowed = history.following(serial)
    return {one.operation for one in history.routing(part).operations if one.operation in allowed}


def defects_have_one_end(history: History) -> Iterator[str]:
    """Created ≤ precipitated ≤ found ≤ ended; who escapes is on a shipment; who is found was found by a failed test."""
    failed = {(row["end_s"], row["operation"]) for row in history.rows("operations") if row["outcome"] != "pass"}
    for row in history.rows("defects"):
        times = [row[name] for name in ("created_s", "precipitated_s", "found_s", "end_s") if not math.isnan(row[name])]
        found, ended = not math.isnan(row["found_s"]), not math.isnan(row["end_s"])
        if row["latent"] is False:
            times = [row[name] for name in ("created_s", "found_s", "end_s") if not math.isnan(row[name])]
        if times != sorted(times) or times[-1] > history.horizon_s:
            yield f"defect {row['defect']}: times out of order {times}"
        if row["latent"] and found and math.isnan(row["precipitated_s"]):
            yield f"defect {row['defect']}: found while latent"
        if found != bool(row["found_at"]) or (found and (row["found_s"], row["found_at"]) not in failed):
            yield f"defect {row['defect']}: found at {row['found_s']} by {row['found_at']!r}, which failed nothing then"
        if ended != (row["fate"] != "open") or (row["fate"] == "repaired" and not found):
            yield f"defect {row['defect']}: {row['fate']} with end {row['end_s']}, found {row['found_s']}"
    yield from _escapes_are_shipped(history)


def _escapes_are_shipped(history: History) -> Iterator[str]:
    escaped = Counter[tuple[str, float]]()
    for row in history.rows("defects", fate="escaped"):
        latent = row["latent"] and math.isnan(row["precipitated_s"])
        escaped["latent" if latent else "patent", row["end_s"]] += 1
    shipped = Counter[tuple[str, float]]()
    for row in history.rows("shipments"):
        for kind in ("latent", "patent"):
            shipped[kind, row["shipped_s"]] += row[f"{kind}_escapes"]
    if +escaped != +shipped:
        yield f"escapes differ from shipments: {dict(escaped - shipped)}, {dict(shipped - escaped)}"


def shipments_sum_their_visits(history: History) -> Iterator[str]:
    """Energy, labour and failures of a shipment are those of its visits (for products without made components)."""
    for row in history.rows("shipments"):
        visits = history.visits.get(row["serial_number"], [])
        sums = (
            sum(visit["energy_j"] for visit in visits),
            sum(visit["labour_s"] for visit in visits),
            sum(visit["outcome"] in FAILED for visit in visits),
        )
        told = (row["energy_j"], row["labour_s"], row["failures"])
        alone = not any(map(history.is_made, history.part(row).bill_of_materials))
        for name, own, all_told in zip(("energy", "labour", "failures"), sums, told, strict=True):
            if all_told < own - 1e-6 * max(own, 1.0) or (alone and not math.isclose(own, all_told, rel_tol=1e-9)):
                yield f"{row['serial_number']}: {name} {all_told}, its visits {own}"
