"""A design at the house's size, simulated: 40 parts, 12 suppliers, 4 plants, 6 customers, week by week for a year.

As ``supply_design.py``, but as a scenario: racks of US$2.5 M of material, suppliers with 0.5 to 1.1 of what is asked
for, plants to open, two alternates for each part, a supplier or plant lost for 6 to 16 weeks in each future but the
first. Run ``python benchmarks/supply_design_simulated.py [--futures 20] [--replications 2] [--period-weeks 4]``.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import Any

import numpy as np

from racktwin.model import Scenario
from racktwin.plan.supply.network_design import DesignQuestion, design_network
from racktwin.plan.supply.simulated_design import simulate_design

_WEEK_S = 604800.0
_PARTS, _SUPPLIERS, _PLANTS, _CUSTOMERS = 40, 12, 4, 6
_RACK_USD = 2.5e6


def case(futures: int) -> Scenario:
    """The scenario. Seeded: the same each time."""
    random = np.random.default_rng(5)
    need = random.integers(1, 19, _PARTS)
    price = random.lognormal(7.5, 1.4, _PARTS)
    price *= _RACK_USD / float(price @ need)
    demand = random.uniform(1.0, 4.0, _CUSTOMERS)
    supplies, first = _supplies(random, need, price, float(demand.sum()))
    plants = {f"plant_{f}": _plant(random) for f in range(_PLANTS)}
    parts = {f"part_{p}": {"mass": "2 kg"} for p in range(_PARTS)}
    bill = {f"part_{p}": int(need[p]) for p in range(_PARTS)}
    lanes = {
        f"from_{s}_to_plant_{f}": {
            "from": f"supplier_{s}",
            "to": f"plant_{f}",
            "lead_time": {"gamma": {"mean": "1 wk", "cv": 0.3}},
            "cost_per_mass": "2 USD/kg",
        }
        for s in range(_SUPPLIERS)
        for f in range(_PLANTS)
    }
    stocks = _stocks(first, need, float(demand.sum()))
    network: dict[str, Any] = {
        "tick": "1 wk",
        "carrying_rate": "10 %/yr",
        "sites": {
            **{f"supplier_{s}": {"kind": "supplier", "country": "US"} for s in range(_SUPPLIERS)},
            **plants,
            **{f"customer_{c}": {"kind": "customer", "country": "US"} for c in range(_CUSTOMERS)},
        },
        "supplies": supplies,
        "lanes": lanes | _last_lanes(random),
        "stocks": stocks,
        "demand": {f"customer_{c}": _customer(c, float(demand[c])) for c in range(_CUSTOMERS)},
        "disruptions": {f"loss_{k}": _loss(random, k) for k in range(1, futures)},
    }
    rack = {"mass": "1.3 t", "price": "3.1e6 USD", "bill_of_materials": bill}
    keys = {"name": "design_at_size", "start": "2027-01-04", "horizon": "52 wk", "parts": {"rack": rack, **parts}}
    return Scenario.model_validate({"racktwin": 1, **keys, "network": network})


def _supplies(
    random: np.random.Generator, need: Any, price: Any, racks: float
) -> tuple[dict[str, Any], dict[int, tuple[str, int]]]:
    """Three offers of each part, of which one is qualified, and the making of racks; the qualified one by part."""
    supplies: dict[str, Any] = {}
    first: dict[int, tuple[str, int]] = {}
    for p in range(_PARTS):
        for rank, s in enumerate(random.choice(_SUPPLIERS, 3, replace=False).tolist()):
            name = f"part_{p}_of_{s}"
            pieces = max(1, round(52 * racks * float(need[p]) * random.uniform(0.5, 1.1)))
            supplies[name] = {
                "part": f"part_{p}",
                "site": f"supplier_{s}",
                "prices": [{"price": f"{price[p] * random.uniform(0.95, 1.25):.2f} USD"}],
                "lead_time": f"{random.integers(1, 7)} wk",
                "capacity": {"pieces": pieces, "per": "52 wk"},
            }
            if rank == 0:
                first[p] = (name, s)
            else:
                opening = f"{random.uniform(0.2e6, 2e6):.0f} USD"
                supplies[name] |= {"qualified": False, "qualification_time": "1 wk", "opening_cost": opening}
    for f in range(_PLANTS):
        supplies[f"racks_{f}"] = {
            "part": "rack",
            "site": f"plant_{f}",
            "conversion_cost": f"{random.uniform(20e3, 60e3):.0f} USD",
            "lead_time": "1 wk",
            "capacity": {"pieces": round(52 * racks * random.uniform(0.5, 0.9)), "per": "52 wk"},
        }
    return supplies, first


def _plant(random: np.random.Generator) -> dict[str, Any]:
    return {"kind": "plant", "country": "US", "open": False, "opening_cost": f"{random.uniform(5e6, 15e6):.0f} USD"}


def _stocks(first: dict[int, tuple[str, int]], need: Any, racks: float) -> dict[str, Any]:
    stocks: dict[str, Any] = {}
    for f in range(_PLANTS):
        for p, (supply, s) in first.items():
            safety = int(2 * racks / _PLANTS * int(need[p]))
            stocks[f"part_{p}_at_{f}"] = {
                "part": f"part_{p}",
                "site": f"plant_{f}",
                "sources": [{"supply": supply, "lane": f"from_{s}_to_plant_{f}"}],
                "policy": {"rule": "mrp", "look_ahead": "20 wk", "safety_stock": safety},
            }
        stocks[f"racks_{f}"] = _racks(f"plant_{f}", [{"supply": f"racks_{f}"}])
    for c in range(_CUSTOMERS):
        sources = [{"stock": f"racks_{f}", "lane": f"plant_{f}_to_{c}", "share": "25 %"} for f in range(_PLANTS)]
        stocks[f"racks_for_{c}"] = _racks(f"customer_{c}", sources)
    return stocks


def _racks(site: str, sources: list[dict[str, Any]]) -> dict[str, Any]:
    policy = {"rule": "mrp", "look_ahead": "4 wk", "safety_stock": 4}
    return {"part": "rack", "site": site, "sources": sources, "policy": policy}


def _last_lanes(random: np.random.Generator) -> dict[str, Any]:
    return {
        f"plant_{f}_to_{c}": {
            "from": f"plant_{f}",
            "to": f"customer_{c}",
            "lead_time": f"{random.integers(1, 10)} d",
            "cost_per_piece": f"{random.uniform(3e3, 15e3):.0f} USD",
        }
        for f in range(_PLANTS)
        for c in range(_CUSTOMERS)
    }


def _customer(number: int, per_week: float) -> dict[str, Any]:
    asked = {"stock": f"racks_for_{number}", "quantity": {"poisson": {"mean": round(per_week, 2)}}, "every": "1 wk"}
    return asked | {"backorder_cost": "4000 USD/d", "lost_sale_cost": "3.75e6 USD"}


def _loss(random: np.random.Generator, number: int) -> dict[str, Any]:
    lost = f"supplier_{number % _SUPPLIERS}" if number % 4 else f"plant_{number // 4 % _PLANTS}"
    effect = {"kind": "site_down", "sites": [lost], "duration": f"{random.integers(6, 17)} wk"}
    return {"starts": f"{random.integers(0, 30)} wk", "rate": "2.1 %/yr", "effects": [effect]}


def main() -> None:
    """Print promised and simulated figures of the design and of the network as it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--futures", type=int, default=20)
    parser.add_argument("--replications", type=int, default=2)
    parser.add_argument("--period-weeks", type=int, default=4)
    parser.add_argument("--gap", type=float, default=0.01)
    asked = parser.parse_args()
    began = time.process_time()
    answer = design_network(case(asked.futures), DesignQuestion(asked.period_weeks * _WEEK_S, asked.gap))
    designed_s = time.process_time() - began
    simulated = simulate_design(answer, asked.replications)
    simulated_s = time.process_time() - began - designed_s
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"design: gap {answer.found.gap:.3%} in {designed_s:.1f} CPU-s ({answer.found.method}), {memory:.0f} MB")
    years = 2 * asked.futures * asked.replications
    print(f"simulation: {years} years of {len(answer.network.net.stocks)} stocks in {simulated_s:.1f} CPU-s")
    for name, promised, seen in (
        ("design", answer.found, simulated.found),
        ("as it is", answer.as_it_is, simulated.as_it_is),
    ):
        print(
            f"{name}: expected US$ {promised.expected_usd / 1e6:,.0f} M promised, {seen.expected_usd / 1e6:,.0f} M "
            f"simulated; worst {promised.tail_usd / 1e6:,.0f} and {seen.tail_usd / 1e6:,.0f} M; "
            f"served at once {seen.fill_rate:.1%}, {seen.unmet_pieces:.1f} racks unmet"
        )


if __name__ == "__main__":
    main()
