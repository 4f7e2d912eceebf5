"""Bills of materials, what operations consume, and where parts come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from racktwin.model import Scenario

from .finding import Finding, error, oddity
from .look import operations, parts_by_routing
from .network import network_parts


def consumed_but_not_in_bill(plant: Scenario) -> Iterator[Finding]:
    """An operation takes a part that the bill of materials does not list."""
    makers = parts_by_routing(plant)
    for steps, routing, _, operation in operations(plant):
        for used in operation.consumes:
            for name, part in makers[routing].items():
                all_known = used in plant.parts and all(child in plant.parts for child in part.bill_of_materials)
                if all_known and used not in part.bill_of_materials:
                    remedy = f"add {used} to parts.{name}.bill_of_materials, or do not consume it"
                    yield error(
                        (*steps, "consumes", used), f"{used!r} is not in the bill of materials of {name}", remedy
                    )


def consumed_more_than_in_bill(plant: Scenario) -> Iterator[Finding]:
    """The operations of a routing together take more pieces than the bill of materials lists."""
    makers = parts_by_routing(plant)
    for routing, parts in makers.items():
        used: Counter[str] = Counter()
        for index, operation in enumerate(plant.routings[routing].operations):
            if operation.rework:
                continue
            for child, pieces in operation.consumes.items():
                used[child] += pieces
                for name, part in parts.items():
                    listed = part.bill_of_materials.get(child)
                    if listed is not None and used[child] > listed and used[child] - pieces <= listed:
                        message = (
                            f"{used[child]} pieces of {child!r} are consumed, the bill of {name} lists {int(listed)}"
                        )
                        steps = ("routings", routing, "operations", index, "consumes", child)
                        yield error(steps, message, "make the two agree")


def rework_consumes(plant: Scenario) -> Iterator[Finding]:
    """What debug replaces is said by the defect in hand, not by the operation."""
    for routing in plant.routings:
        for index, operation in enumerate(plant.routings[routing].operations):
            if operation.rework and operation.consumes:
                steps = ("routings", routing, "operations", index, "consumes")
                remedy = "leave it out, and name the part in defect_kinds.KIND.replace"
                yield error(steps, "a rework operation consumes parts whatever it repairs", remedy)


def made_part_by_receipts(plant: Scenario) -> Iterator[Finding]:
    """A part that is made here cannot also come by receipts only."""
    for name, part in plant.parts.items():
        if part.routing is not None and part.supply == "receipts":
            remedy = "leave out 'supply' (it is made here), or leave out 'routing' (it is bought)"
            yield error(("parts", name, "supply"), "a part with a routing is made here, not received", remedy)


def never_supplied(plant: Scenario) -> Iterator[Finding]:
    """A bought part that comes by receipts, but there is no receipt and no stock."""
    received = {receipt.part for receipt in plant.part_receipts if receipt.quantity > 0} | network_parts(plant)
    needed = {child for part in plant.parts.values() for child in part.bill_of_materials}
    for name, part in plant.parts.items():
        waits = part.routing is None and part.supply == "receipts" and not part.initial_stock
        if waits and name in needed and name not in received:
            remedy = "add part_receipts or initial_stock, or leave out 'supply' (always there)"
            yield oddity(("parts", name, "supply"), f"{name} comes by receipts, but none is listed", remedy)


def stock_of_made_part(plant: Scenario) -> Iterator[Finding]:
    """What is made here starts from nothing."""
    for name, part in plant.parts.items():
        if part.routing is not None and part.initial_stock:
            message = f"{name} is made here, so its initial_stock is not used"
            yield oddity(("parts", name, "initial_stock"), message, "leave it out; a warm-up fills the plant")


def receipts_of_unlimited_parts(plant: Scenario) -> Iterator[Finding]:
    """Receipts make a part scarce, although it is not said to come by receipts."""
    received: set[str] = set()
    for index, receipt in enumerate(plant.part_receipts):
        part = plant.parts.get(receipt.part)
        if part is None or part.supply == "receipts" or part.prebuilt or receipt.part in received:
            continue
        received.add(receipt.part)
        if part.routing is None:
            message = f"{receipt.part} has receipts, so it comes by them only, although its supply says 'unlimited'"
            yield oddity(("part_receipts", index), message, f"write supply: receipts at parts.{receipt.part}")
        else:
            message = f"{receipt.part} is made here, and so is not received"
            remedy = f"leave the receipt out, or add parts.{receipt.part}.prebuilt: [{{share: 50 %}}]"
            yield error(("part_receipts", index, "part"), message, remedy)
