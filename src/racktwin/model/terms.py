"""What a supply asks and a lane charges on a day: prices by quantity and date, exchange rates, carbon factors."""

from __future__ import annotations

import datetime as dt

from .network import Network
from .part import Part
from .scenario import Scenario
from .supply import Supply


def usd_per(net: Network, currency: str, date: dt.date) -> float:
    """What one piece of ``currency`` is worth, US$; before the first rate that one holds."""
    rates = sorted(net.currencies[currency], key=lambda rate: rate.starts)
    known = [rate for rate in rates if rate.starts <= date] or rates[:1]
    return float(known[-1].usd)


def price_usd(net: Network, supply: Supply, quantity: float, date: dt.date) -> float:
    """The price of a piece in an order of ``quantity`` on ``date``, US$; 0 for a supply that makes the part itself.

    The step with the largest ``from_quantity`` reached holds; among equals the latest begun.
    """
    steps = [
        step
        for step in supply.prices or ()
        if step.from_quantity <= max(quantity, 1.0) and (step.starts is None or step.starts <= date)
    ]
    if not steps:
        return 0.0
    best = max(steps, key=lambda step: (int(step.from_quantity), step.starts or dt.date.min))
    factor = usd_per(net, supply.currency, date) if supply.currency is not None else 1.0
    return float(best.price) * factor


def freight_usd(net: Network, lane: str, part: Part, shipment: float) -> float:
    """Freight of a piece in a shipment of so many, US$, without insurance."""
    way = net.lanes[lane]
    per_piece = float(way.cost_usd_per_piece) + float(way.cost_usd_per_kg) * float(part.mass_kg or 0.0)
    per_piece += float(way.cost_usd_per_m3) * float(part.volume_m3 or 0.0)
    return per_piece + float(way.cost_usd_per_shipment) / max(shipment, 1.0)


def carbon_kg(net: Network, lane: str, part: Part, date: dt.date) -> float:
    """CO2 equivalent of moving a piece along a lane, kg: mass times distance times the factor of that day."""
    way = net.lanes[lane]
    factors = sorted(way.carbon, key=lambda factor: factor.starts)
    known = [factor for factor in factors if factor.starts <= date]
    if not known or way.distance_m is None or part.mass_kg is None:
        return 0.0
    return float(part.mass_kg) * float(way.distance_m) * float(known[-1].intensity_per_m)


def country_of(net: Network, supply: Supply) -> str:
    """The origin of what a supply delivers: its own, or its site's country."""
    return supply.origin or net.sites[supply.site].country


def unit_value_usd(scenario: Scenario, part: str, date: dt.date) -> float:
    """What a piece is worth, US$: its own price, the least price of its supplies, or the value of its parts."""
    entity = scenario.parts[part]
    if entity.price_usd is not None:
        return float(entity.price_usd)
    net = scenario.network
    supplies = [] if net is None else [supply for supply in net.supplies.values() if supply.part == part]
    prices = [price_usd(net, supply, 1.0, date) for supply in supplies if net is not None and supply.prices is not None]
    if prices:
        return min(prices)
    return sum(int(count) * unit_value_usd(scenario, below, date) for below, count in entity.bill_of_materials.items())
