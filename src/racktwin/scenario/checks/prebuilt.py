"""Parts made here that are brought pre-built: something brings them, something takes them, and the dates are clear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from racktwin.model import Scenario

from .finding import Finding, Rule, error, oddity
from .network import network_parts, networks


def prebuilt_of_what_is_made(plant: Scenario) -> Iterator[Finding]:
    """Only a component that is made to order here, of bought parts, can be brought pre-built instead."""
    used = {child for part in plant.parts.values() for child in part.bill_of_materials}
    for name, part in plant.parts.items():
        if not part.prebuilt:
            continue
        steps = ("parts", name, "prebuilt")
        made_below = [below for below in part.bill_of_materials if below in plant.parts and plant.parts[below].routing]
        if part.routing is None:
            yield error(steps, f"{name} has no routing: all of it is bought as it is", "leave 'prebuilt' out")
        elif part.kanban is not None:
            yield error(steps, f"{name} is made by cards, whatever is brought", "leave out 'kanban' or 'prebuilt'")
        elif name not in used:
            yield error(steps, f"no part uses {name}: a pre-built one would never be taken", "leave 'prebuilt' out")
        elif made_below:
            message = f"{name} contains {', '.join(made_below)}, made here for each order even where {name} is brought"
            remedy = f"bring {made_below[0]} pre-built instead, or leave its routing out"
            yield error(steps, message, remedy)


def prebuilt_from_different_instants(plant: Scenario) -> Iterator[Finding]:
    """Two shares from the same instant on."""
    for name, part in plant.parts.items():
        starts = Counter(plant.instant_s(step.starts) for step in part.prebuilt)
        for index, step in enumerate(part.prebuilt):
            if starts[plant.instant_s(step.starts)] > 1:
                message = "two shares start at the same instant"
                yield error(("parts", name, "prebuilt", index, "starts"), message, "keep one of the two")
                break


def prebuilt_is_brought(plant: Scenario) -> Iterator[Finding]:
    """What is to come pre-built has receipts; what has receipts at the line is taken there."""
    received = {receipt.part for receipt in plant.part_receipts if receipt.quantity > 0} | network_parts(plant)
    for name, part in plant.parts.items():
        if any(step.share > 0 for step in part.prebuilt) and name not in received:
            message = (
                f"a share of {name} is brought pre-built, but nothing brings it: its assemblies would wait for ever"
            )
            yield error(("parts", name, "prebuilt"), message, "add a stock of it at the line's site, or part_receipts")
    for net in networks(plant):
        for stock_name, stock in net.stocks.items():
            stocked = plant.parts.get(stock.part)
            is_here = net.line is not None and stock.site == net.line.site
            asked = {demand.stock for demand in net.demand.values()}
            taken = asked | {source.stock for other in net.stocks.values() for source in other.sources}
            if is_here and stocked is not None and stocked.routing and not stocked.prebuilt and stock_name not in taken:
                message = f"the line makes {stock.part} itself, so nobody takes this stock"
                remedy = f"add parts.{stock.part}.prebuilt: [{{share: 50 %}}]"
                yield oddity(("network", "stocks", stock_name), message, remedy)


RULES: tuple[Rule, ...] = (prebuilt_of_what_is_made, prebuilt_from_different_instants, prebuilt_is_brought)
"""The rules of this module, in the order in which their findings are told."""
