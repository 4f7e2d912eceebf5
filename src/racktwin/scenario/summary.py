"""A scenario in one line: what it makes, with what, and how well its numbers are known."""

from __future__ import annotations

from dataclasses import dataclass

from racktwin.model import Scenario, ledger


@dataclass(frozen=True)
class Summary:
    """Counts of a scenario. ``power_w`` is the limit of all feeds without a parent together."""

    products: tuple[str, ...]
    work_centers: int
    work_units: int
    people: int
    power_w: float
    quantities: int
    sourced: int
    sites: int = 0
    stocks: int = 0

    def __str__(self) -> str:
        share = 100 * self.sourced / self.quantities if self.quantities else 0.0
        power = f"{self.power_w / 1e3:,.0f} kW" if self.power_w else "no power limit"
        line = (
            f"{_number(len(self.products), 'product')} ({', '.join(self.products)}), "
            f"{_number(self.work_units, 'work unit')} in {_number(self.work_centers, 'work center')}, "
            f"{self.people} people, "
        )
        network = f"; {_number(self.stocks, 'stock')} at {_number(self.sites, 'site')}" if self.sites else ""
        return (
            f"{line if self.work_centers else ''}{power}{network}; "
            f"{_number(self.quantities, 'quantity', 'quantities')}, {share:.0f} % with a source"
        )


def summarize(plant: Scenario) -> Summary:
    """The counts of ``plant``."""
    ordered = [demand.product for demand in plant.demand.values()] + [order.product for order in plant.order_book]
    entries = ledger(plant)
    return Summary(
        products=tuple(dict.fromkeys(ordered)),
        work_centers=len(plant.work_centers),
        work_units=sum(group.count for center in plant.work_centers.values() for group in center.groups),
        people=sum(crew.headcount for group in plant.operator_groups.values() for crew in group.crews),
        power_w=sum(float(feed.limit_w) for feed in plant.feeds.values() if feed.parent is None),
        quantities=len(entries),
        sourced=sum(entry.provenance.source is not None for entry in entries),
        sites=len(plant.network.sites) if plant.network else 0,
        stocks=len(plant.network.stocks) if plant.network else 0,
    )


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
