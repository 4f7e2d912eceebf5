"""A test plan as changes to a scenario, so that the line engine can try it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from racktwin.model import Scenario

from .test_plan import TestPlan


def with_order(document: Mapping[str, Any], routing: str, order: Sequence[str]) -> dict[str, Any]:
    """The document with the routing's main operations in this order; rework stays where it is, after them."""
    changed = copy.deepcopy(dict(document))
    rows = changed["routings"][routing]["operations"]
    main = [row for row in rows if row["operation"] in order]
    by_name = {row["operation"]: row for row in main}
    renewed = iter([by_name[name] for name in order])
    changed["routings"][routing]["operations"] = [next(renewed) if row["operation"] in by_name else row for row in rows]
    return changed


def test_overrides(scenario: Scenario, routing: str, plan: TestPlan) -> Iterator[str]:
    """Retest points, coverage, and operations left out: those take a second and test nothing."""
    rows = {row.operation: row for row in scenario.routings[routing].operations}
    skipped = {offer.operation for offer in plan.offers if offer.is_skip}
    for name, first in plan.retest.items():
        yield f"routings.{routing}.operations.{name}.on_fail.retest_from={first}"
    for offer in plan.offers:
        step = f"routings.{routing}.operations.{offer.operation}"
        if not offer.is_skip:
            finds = rows[offer.operation].detects
            yield from (f"{step}.detects.{kind}={max(float(p), offer.p):g}" for kind, p in finds.items())
    for name in sorted(skipped):
        step = f"routings.{routing}.operations.{name}"
        yield f"{step}.p_false_failure=0"
        yield f"{step}.on_fail.retest_from={name}"
        yield from (f"{step}.detects.{kind}=0" for kind in rows[name].detects)
        for phase in rows[name].phases:
            yield f"{step}.phases.{phase.name}.duration=1 s"
