"""The terms of a supply network: prices, qualification, shares, duty, disruptions and time."""

from __future__ import annotations

from collections.abc import Iterator

from racktwin.model import Scenario
from racktwin.scenario.document import Steps

from .finding import Finding, Rule, error, oddity
from .network import networks


def prices_in_a_known_currency(plant: Scenario) -> Iterator[Finding]:
    """A plain number is a price in the supply's currency; a price in USD needs none."""
    for net in networks(plant):
        for name, supply in net.supplies.items():
            for index, step in enumerate(supply.prices or ()):
                steps: Steps = ("network", "supplies", name, "prices", index, "price")
                if step.price.unit == "1" and supply.currency is None:
                    yield error(
                        steps, f"{step.price.written} of which currency?", "write USD, or name the supply's currency"
                    )
                if step.price.unit == "USD" and supply.currency is not None:
                    remedy = f"write a plain number of {supply.currency}, or leave out the currency"
                    yield error(steps, f"a price in USD of a supply that sells in {supply.currency}", remedy)
            starts = [step for step in supply.prices or () if step.from_quantity == 1 and step.starts is None]
            if supply.prices is not None and not starts:
                steps = ("network", "supplies", name, "prices")
                yield error(
                    steps, "no price holds for one piece from the start", "give one without from_quantity and starts"
                )


def alternates_have_a_qualification(plant: Scenario) -> Iterator[Finding]:
    """What is not qualified must say how long that takes."""
    for net in networks(plant):
        for key, things in (("supplies", net.supplies), ("lanes", net.lanes)):
            for name, thing in things.items():
                if not thing.qualified and thing.qualification_time_s is None:
                    steps = ("network", key, name, "qualified")
                    yield error(steps, "not qualified, and never will be", "add for example qualification_time: 26 wk")


def duty_dates_in_order(plant: Scenario) -> Iterator[Finding]:
    """A duty that ends before it starts."""
    for net in networks(plant):
        for name, rule in net.duty_rules.items():
            if rule.ends is not None and rule.ends <= rule.starts:
                message = f"the duty ends on {rule.ends}, and starts on {rule.starts}"
                yield error(("network", "duty_rules", name, "ends"), message, "'ends' is the first day without it")


def shares_within_one(plant: Scenario) -> Iterator[Finding]:
    """Shares of content, of end uses and of sources that do not add up."""
    for net in networks(plant):
        wholes: list[tuple[Steps, float]] = []
        wholes += [(("network", "supplies", n, "content"), sum(s.content.values())) for n, s in net.supplies.items()]
        wholes += [(("network", "sites", n, "end_uses"), sum(s.end_uses.values())) for n, s in net.sites.items()]
        for steps, total in wholes:
            if total > 1.0 + 1e-9:
                yield error(steps, f"the shares add up to {100 * total:.4g} %", "at most 100 %; the rest is implied")
        for name, stock in net.stocks.items():
            base = [source.share for source in stock.sources if source.role == "base"]
            steps = ("network", "stocks", name, "sources")
            if not base:
                yield error(steps, "no base source: a top-up alone is no policy", "leave out the role of one of them")
            elif abs(sum(base) - 1.0) > 1e-6:
                yield error(steps, f"the shares of its sources add up to {100 * sum(base):.4g} %", "make them 100 %")


def effect_acts_on_something(plant: Scenario) -> Iterator[Finding]:
    """An effect of a disruption that names nothing it could act on."""
    needs = {
        "site_down": ("sites",),
        "lane_closed": ("lanes", "sites"),
        "capacity": ("supplies", "sites", "parts"),
        "lead_time": ("supplies", "sites", "parts", "lanes"),
        "price": ("supplies", "sites", "parts"),
        "duty": ("duty_rules",),
        "demand": ("parts",),
    }
    for net in networks(plant):
        for name, disruption in net.disruptions.items():
            for index, effect in enumerate(disruption.effects):
                if not any(getattr(effect, key) for key in needs[effect.kind]):
                    steps = ("network", "disruptions", name, "effects", index)
                    remedy = f"name at least one of {', '.join(needs[effect.kind])}"
                    yield error(steps, f"{effect.kind} acts on nothing", remedy)


def ticks_fit(plant: Scenario) -> Iterator[Finding]:
    """A tick longer than the run, or than a review period."""
    for net in networks(plant):
        if net.tick_s > plant.horizon_s:
            yield error(("network", "tick"), "a tick is longer than the horizon", "tick: 1 d")
        for name, stock in net.stocks.items():
            if stock.review_every_s is not None and stock.review_every_s < net.tick_s:
                steps = ("network", "stocks", name, "review_every")
                yield oddity(steps, "reviews come more often than ticks", "leave it out, or shorten network.tick")


RULES: tuple[Rule, ...] = (
    prices_in_a_known_currency,
    alternates_have_a_qualification,
    duty_dates_in_order,
    shares_within_one,
    effect_acts_on_something,
    ticks_fit,
)
"""The rules of this module, in the order in which their findings are told."""
