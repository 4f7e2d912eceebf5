"""A month of sixty racks on a 24-cell test floor of Georgetown under a binding feed: the plan against dispatch rules.

    python benchmarks/plan_month.py [--time 10] [--replications 10] [--feed-kw 800] [--objective tardiness]

The order book is drawn once (seed 4): every 36 h two NVL72 and two HGX racks, due in 13 to 21 or 8 to 16 days, weights
1 to 4. The floor has 3 + 7 + 2 + 6 + 6 cells for bring-up, burn-in (liquid, air) and cluster test. Plan and rules run
on the same random numbers; the rules reserve by peak, and once more time-phased, to tell what is due to that alone.
"""

from __future__ import annotations

import argparse
import random
import resource
import time

from racktwin.model import Scenario
from racktwin.plan.schedule.floor import Options
from racktwin.plan.schedule.make import Request, make_plan
from racktwin.plan.schedule.objective import read_targets
from racktwin.plan.schedule.plan import load_curves
from racktwin.plan.schedule.solve import Limits
from racktwin.plan.stress import Policy, policies_of, replay, versus
from racktwin.scenario import read_scenario

FEED = "test_floor"


def overrides(feed_kw: float, pairs: int = 15) -> list[str]:
    """The month as changes of Georgetown."""
    chance = random.Random(4)
    orders = []
    for pair in range(pairs):
        for product, least in (("gb200_nvl72", 13), ("hgx_b200_rack", 8)):
            due = pair * 1.5 + least + 8 * chance.random()
            weight = chance.choice([0, 0, 1, 3])
            orders.append(
                f"{{product: {product}, quantity: 2, release: {pair * 1.5:g} d, due: {due:.2f} d, priority: {weight}}}"
            )
    return [
        "demand={}",
        f"order_book=[{', '.join(orders)}]",
        "horizon=9 wk",
        "warm_up=0 d",
        "admission.rule=time_phased",
        f"feeds.{FEED}.limit={feed_kw:g} kW",
        "work_centers.bring_up_bay.work_units=3",
        "work_centers.burn_in_bay.work_units.row_a.count=4",
        "work_centers.burn_in_bay.work_units.row_b.count=3",
        "work_centers.air_bring_up_bay.work_units=2",
        "work_centers.air_burn_in_bay.work_units=6",
        "work_centers.cluster_bay.work_units=6",
    ]


def main() -> None:
    """Plan, replay, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--time", type=float, default=10.0)
    parser.add_argument("--replications", type=int, default=10)
    parser.add_argument("--feed-kw", type=float, default=800.0)
    parser.add_argument("--objective", default="tardiness")
    parser.add_argument("--pairs", type=int, default=15)
    given = parser.parse_args()
    scenario = read_scenario("georgetown", overrides(given.feed_kw, given.pairs)).scenario
    began_s = time.monotonic()
    request = Request(read_targets(given.objective), Options(), Limits(given.time, 2), feed=FEED)
    plan = make_plan(scenario, request)
    spent_s = time.monotonic() - began_s
    problem = plan.floor.problem
    print(f"{len(plan.floor.pieces)} racks, {len(problem.activities)} activities, {problem.horizon} ticks of 15 min")
    print(f"first feasible after {plan.answer.first_s or 0.0:.2f} s of search; {spent_s:.1f} s in all")
    for reached in plan.answer.reached:
        print(f"{reached.target}: {reached.value} (bound {reached.bound:.0f}, gap {reached.gap:.0%})")
    peak = next(curve for curve in load_curves(plan) if curve.name == FEED)
    print(f"planned peak of {FEED}: {peak.peak / 1e3:.0f} of {peak.limit / 1e3:.0f} kW")
    policies = list(policies_of(plan, is_held="peak" in given.objective))
    phased = [Policy(p.name.replace("by peak", "time-phased"), _phased(p)) for p in policies[1:]]
    replays = [replay(policy, given.replications, 1) for policy in (*policies, *phased)]
    print(f"{'policy':24}{'weighted h late':>16}{'on time':>9}{'peak kW':>9}{'plan saves h':>14}{'±':>7}{'share':>7}")
    for one in versus(plan, replays, FEED):
        print(
            f"{one.policy:24}{one.tardiness_h:16.0f}{one.on_time:9.0%}{one.peak_kw:9.0f}"
            f"{one.saved_h:14.0f}{one.saved_half_h:7.0f}{one.saved_share:7.0%}"
        )
    worst = max(float(shares.max()) for replayed in replays for shares in replayed.reserved.values())
    print(f"highest reservation of any limit in any replay: {worst:.6f} of it")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _phased(policy: Policy) -> Scenario:
    admission = policy.scenario.admission.model_copy(update={"rule": "time_phased"})
    return policy.scenario.model_copy(update={"admission": admission})


if __name__ == "__main__":
    main()
