"""The whole question of one product's burn-in: now and then, curves, robustness, and both in the simulator."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from racktwin.errors import RacktwinError
from racktwin.kpi import student_quantile
from racktwin.plan.sweep.variant import Task, simulate
from racktwin.scenario import ScenarioFile

from .cost import Prices, Product, cost_of
from .from_scenario import ranges_of, soak_path
from .optimum import Choice, best_choice, coverage_worth, precipitated_share
from .replayed import test_overrides, with_order
from .robust import Robustness, robustness
from .route import route_of
from .test_plan import Freedom, TestPlan, best_test_plan, plan_as_it_is

_REPLAYED = ("throughput", "latent_escapes", "patent_escapes", "energy_per_product", "cycle_time_mean")
_MOST_USD = 1e8


@dataclass(frozen=True)
class Study:
    """What was found. ``replayed``: per KPI the simulated mean now, then, and the half width of the difference.

    ``coverage``: per operation that tests, what a point more of coverage saves; ``halved``: the cost if only half the
    soak were repeated after a repair; ``break_even_usd``: from which cost of a failure in service any soak pays.
    ``tests_now`` and ``tests``: the whole test plan now and then, where more than the soak was decided; ``best`` is
    then its soak.
    """

    product: Product
    prices: Prices
    now: Choice
    best: Choice
    robust: Robustness
    precipitated: float
    halved: float
    break_even_usd: float
    coverage: tuple[tuple[str, float], ...]
    replayed: dict[str, tuple[float, float, float]]
    tests_now: TestPlan | None = None
    tests: TestPlan | None = None

    def retest_changes(self) -> list[tuple[str, str, str]]:
        """(test, where its failures lead back to now, and then) of the tests that remain."""
        if self.tests is None or self.tests_now is None:
            return []
        return [(name, self.tests_now.retest[name], first) for name, first in self.tests.retest.items()]

    def moved(self) -> list[str]:
        """The operations from the first to the last that changed places, in their new order."""
        if self.tests is None or self.tests_now is None:
            return []
        pairs = list(zip(self.tests_now.order, self.tests.order, strict=True))
        other = [number for number, (before, after) in enumerate(pairs) if before != after]
        return [after for _, after in pairs[other[0] : other[-1] + 1]] if other else []

    def curve_rows(self) -> Iterator[tuple[float, float, dict[str, float]]]:
        """(hours, cap, cost by cause) over the hours around now and then, uncapped and at the chosen cap."""
        most = max(24.0, 2.5 * max(self.now.soak_h, self.best.soak_h))
        for cap in dict.fromkeys((1.0, self.best.cap)):
            for hours in np.linspace(0.0, most, 101):
                cost = cost_of(self.product, self.prices, float(hours), cap)
                yield float(hours), cap, {**asdict(cost), "total": cost.total}

    def as_dict(self) -> dict[str, Any]:
        """All but the curves, for JSON."""
        whole = asdict(self)
        for name in ("now", "best"):
            whole[name]["cost"]["total"] = getattr(self, name).cost.total
        whole["robust"]["is_robust"] = self.robust.is_robust
        return {**whole, "cautions": list(self.cautions())}

    def cautions(self) -> Iterator[str]:
        """What must be said with the answer."""
        robust = self.robust
        if self.precipitated < 0.995:
            yield (
                f"this soak finds {1.0 - self.precipitated:.0%} fewer defects in the plant than now"
                + (f"; it runs at {self.best.cap:.0%} power, which is slower" if self.best.cap < 1.0 else "")
            )
        for kpi, (before, after, half) in self.replayed.items():
            sense = {"throughput": -1.0, "cycle_time_mean": 1.0}.get(kpi, 0.0)
            if sense * (after - before) > half and abs(after - before) > 0.02 * abs(before):
                name = kpi.replace("_", " ")
                yield f"in the simulator, where bays are queued for, {name} gets {abs(after / before - 1.0):.0%} worse"
        if robust.kinds == 0:
            yield "how robust this is cannot be told: give shape and scale of the Weibull laws a range (low, high)"
        elif not robust.is_robust:
            yield (
                f"NOT ROBUST: over the ranges of the Weibull laws the best soak lies between {robust.low_h:.3g} and "
                f"{robust.high_h:.3g} h, and this one costs up to {robust.worst_regret:.0%} more than the best; "
                f"{robust.steadier_h:.3g} h never costs more than {robust.steadier_regret:.0%} more"
            )


def study(
    file: ScenarioFile,
    product: Product,
    operation: str,
    prices: Prices,
    *,
    tries_caps: bool = True,
    replay: int = 5,
    freedom: Freedom | None = None,
) -> Study:
    """Answer for one product; ``replay`` replications each of now and then on the same random numbers.

    With ``freedom`` the whole test plan is decided together with the soak.
    """
    now = Choice(product.soak_h, 1.0, True, cost_of(product, prices, product.soak_h))
    caps = (1.0, *(cap for cap, _ in product.caps if cap < 1.0)) if tries_caps else (1.0,)
    best = best_choice(product, prices, caps=caps)
    if best.soak_h == 0.0:  # a cap of no soak means nothing
        best = Choice(0.0, 1.0, True, cost_of(product, prices, 0.0))
    tests_now = tests = None
    if freedom is not None:
        route = route_of(file.scenario, product.name, operation)
        speeds = tuple((cap, 1.0 if cap >= 1.0 else dict(product.caps)[cap]) for cap in caps)
        tests_now = plan_as_it_is(route, prices, product.soak_h)
        tests = best_test_plan(route, prices, product.soak_h, replace(freedom, caps=speeds))
        best = Choice(tests.soak_h, tests.cap, True, cost_of(product, prices, tests.soak_h, tests.cap))
    names = [step.operation for step in _route(file, product.name)]
    worth = coverage_worth(product, prices, best.soak_h, best.cap)
    offset = max((len(one.course.p_found) for one in product.weaknesses), default=0) - len(names)
    coverage = tuple((names[p - offset], usd) for p, usd in worth if p >= offset and usd > 0.0)
    return Study(
        product,
        prices,
        now,
        best,
        robustness(product, prices, best, ranges_of(file.scenario)),
        precipitated_share(product, prices, best.soak_h, best.cap, product.soak_h),
        cost_of(product, prices, best.soak_h, best.cap, repeats_all=False).total,
        break_even_usd(product, prices),
        coverage,
        _replayed(file, product, operation, best, tests, replay),
        tests_now,
        tests,
    )


def break_even_usd(product: Product, prices: Prices) -> float:
    """The least cost of a failure in service from which on some soak pays, by bisection; infinity if none does."""

    def pays(usd: float) -> bool:
        return best_choice(product, replace(prices, field_failure_usd=usd)).soak_h > 0.1

    if not pays(_MOST_USD):
        return math.inf
    low, high = 0.0, _MOST_USD
    while high - low > max(1.0, 0.005 * high):
        middle = math.sqrt(max(low, 1.0) * high)
        low, high = (low, middle) if pays(middle) else (middle, high)
    return high


def _route(file: ScenarioFile, part: str) -> list[Any]:
    scenario = file.scenario
    return [step for step in scenario.routings[scenario.parts[part].routing or ""].operations if not step.rework]


def _replayed(
    file: ScenarioFile, product: Product, operation: str, best: Choice, tests: TestPlan | None, replications: int
) -> dict[str, tuple[float, float, float]]:
    if replications < 2:
        return {}
    path = soak_path(file.scenario, product.name, operation)
    speed = next((speed for cap, speed in product.caps if cap == best.cap), 1.0) if best.cap < 1.0 else 1.0
    overrides: tuple[str, ...] = (f"{path}.duration={max(best.soak_h * speed, 0.01):.6g} h",)
    if best.cap < 1.0:
        overrides = (*overrides, f"{path}.cap.levels=[{best.cap:g}]")
    document = file.document
    if tests is not None:
        routing = str(file.scenario.parts[product.name].routing)
        document = with_order(document, routing, tests.order)
        overrides = (*overrides, *test_overrides(file.scenario, routing, tests))
    before = simulate(Task(file.document, (), replications, None))
    after = simulate(Task(document, overrides, replications, None))
    if refused := before.get("refused") or after.get("refused"):
        raise RacktwinError(f"the plan cannot be simulated: {refused}\n    → --replay 0 leaves the simulator out")
    found = {}
    for kpi in _REPLAYED:
        a, b = (np.array([math.nan if v is None else v for v in one["kpis"][kpi]]) for one in (before, after))
        half = student_quantile(replications - 1, 0.95) * float((b - a).std(ddof=1)) / math.sqrt(replications)
        found[kpi] = float(a.mean()), float(b.mean()), half
    return found
