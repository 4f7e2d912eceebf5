"""A variant of a scenario, and what it comes to: the work of one task, wherever it is done."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from racktwin.errors import ScenarioError, SimulationError
from racktwin.model import Scenario
from racktwin.plan.unrecorded import UNRECORDED, in_window
from racktwin.run.chain import compile_chain
from racktwin.scenario import Document, Place
from racktwin.scenario.checks import check
from racktwin.scenario.override import apply_overrides
from racktwin.scenario.validate import validate


def scenario_with(document: Mapping[str, Any], overrides: Sequence[str]) -> Scenario:
    """The scenario of a resolved document with overrides; raises ScenarioError with every problem found."""
    changed = Document(copy.deepcopy(dict(document)), {(): Place("scenario", 0)})
    problems: list[Any] = []
    apply_overrides(changed, overrides, problems)
    scenario, faults = validate(changed)
    problems += faults
    if scenario is not None:
        problems += [finding.problem(changed) for finding in check(scenario) if not finding.odd]
    if scenario is None or problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return scenario


@dataclass(frozen=True)
class Task:
    """A point to simulate: the document, its overrides, and which replications under which seed (None: its own)."""

    document: Mapping[str, Any]
    overrides: tuple[str, ...]
    replications: int
    seed: int | None


def simulate(task: Task) -> dict[str, Any]:
    """``{"kpis": {name: [value per replication]}}``, or ``{"refused": why}`` for a plant that cannot be."""
    try:
        scenario = scenario_with(task.document, task.overrides)
        chain = compile_chain(scenario)
        seed = scenario.seed if task.seed is None else task.seed
        window_s = float(scenario.warm_up_s), float(scenario.horizon_s)
        values: dict[str, list[float | None]] = {name: [] for name in UNRECORDED}
        for replication in range(task.replications):
            tables = chain.replicate(replication, seed, is_recording=False)
            shipped = in_window(tables["shipments"], window_s)
            for name, kpi in UNRECORDED.items():
                value = kpi(shipped)
                values[name].append(value if math.isfinite(value) else None)
    except (ScenarioError, SimulationError) as error:
        return {"refused": str(error).splitlines()[0]}
    return {"kpis": values}
