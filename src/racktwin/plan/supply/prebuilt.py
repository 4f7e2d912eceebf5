"""What the line has free when a part that it makes is brought pre-built: power, work units, people; by simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from racktwin.errors import Problem, ScenarioError
from racktwin.kpi import student_quantile
from racktwin.model import Scenario
from racktwin.model.part import PrebuiltShare
from racktwin.model.quantity import Quantity
from racktwin.run.chain import compile_chain

_WEEK_S = 7 * 86400.0


@dataclass(frozen=True)
class Freed:
    """One thing the line uses: per week or in W, with all pieces made here, with all brought, and their difference.

    ``half`` is the 95 % half width of ``freed`` over paired replications, not-a-number for one.
    """

    what: str
    unit: str
    made: float
    brought: float
    freed: float
    half: float


def freed_by(
    scenario: Scenario,
    part: str,
    replications: int,
    seed: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Freed]:
    """The feeds, work centers and people that a part made here takes on the line, and what of it bringing it frees.

    The same random numbers with none and all of it brought, from the end of the warm-up to the horizon. ScenarioError
    if nothing brings the part, or the line does not make it.
    """
    entity = scenario.parts.get(part)
    if entity is None or entity.routing is None or not scenario.has_line or not entity.prebuilt:
        remedy = f"give parts.{part} a routing, prebuilt: [{{share: 50 %}}] and a stock at the line's site"
        message = f"{part} is not both made by the line and brought to it, so there is nothing to compare"
        raise ScenarioError([Problem("network", 0, f"parts.{part}", message, remedy)])
    used: list[list[Mapping[tuple[str, str], float]]] = []
    for share, name in ((0.0, "made here"), (1.0, "pre-built")):
        chain = replace(compile_chain(_with_share(scenario, part, share)), fleet=None)
        rows: list[Mapping[tuple[str, str], float]] = []
        for number in range(replications):
            if progress is not None:
                progress(f"all of {part} {name}, replication {number + 1} of {replications}")
            tables = chain.replicate(number, scenario.seed if seed is None else seed)
            rows.append(_used(scenario, part, tables))
        used.append(rows)
    return _compared(*used)


def _with_share(scenario: Scenario, part: str, share: float) -> Scenario:
    steps = (PrebuiltShare.model_construct(share=Quantity(share, "1"), starts=Quantity(0.0, "s")),)
    parts = {**scenario.parts, part: scenario.parts[part].model_copy(update={"prebuilt": steps})}
    return scenario.model_copy(update={"parts": parts})


def _used(scenario: Scenario, part: str, tables: Mapping[str, pa.Table]) -> dict[tuple[str, str], float]:
    """What the line used in one replication, by (what, unit)."""
    first_s, last_s = float(scenario.warm_up_s), float(scenario.horizon_s)
    weeks = (last_s - first_s) / _WEEK_S
    found: dict[tuple[str, str], float] = {}
    limits = tables["limits"]
    name, quantity = (np.asarray(limits[key].cast(pa.string()).to_pylist()) for key in ("name", "quantity"))
    for feed in _feeds(scenario, part):
        here = (name == feed) & (quantity == "power")
        begin, end = (limits[key].to_numpy()[here] for key in ("start_s", "end_s"))
        lasts_s = np.clip(np.minimum(end, last_s) - np.maximum(begin, first_s), 0.0, None)
        draw = limits["draw"].to_numpy()[here]
        found[f"{feed}, mean draw", "kW"] = float(draw @ lasts_s) / (last_s - first_s) / 1e3
        found[f"{feed}, highest draw", "kW"] = float(draw[lasts_s > 0].max(initial=0.0)) / 1e3
    operations = tables["operations"]
    seen = operations["end_s"].to_numpy() >= first_s
    center = np.asarray(operations["work_center"].cast(pa.string()).to_pylist())
    busy_h = (operations["left_s"].to_numpy() - operations["start_s"].to_numpy()) / 3600.0
    for work_center in _centers(scenario, part):
        found[f"{work_center}, unit-hours", "h/wk"] = float(busy_h[seen & (center == work_center)].sum()) / weeks
    found["people, attended hours", "h/wk"] = float(operations["labour_s"].to_numpy()[seen].sum()) / 3600.0 / weeks
    shipped_s = tables["shipments"]["shipped_s"].to_numpy()
    found["products shipped", "1/wk"] = float((shipped_s >= first_s).sum()) / weeks
    return found


def _centers(scenario: Scenario, part: str) -> list[str]:
    operations = scenario.routings[scenario.parts[part].routing or ""].operations
    return list(dict.fromkeys(operation.work_center for operation in operations))


def _feeds(scenario: Scenario, part: str) -> list[str]:
    """The feeds that the part's work centers hang on, those above them last."""
    found: dict[str, None] = {}
    for work_center in _centers(scenario, part):
        for group in scenario.work_centers[work_center].groups:
            name = group.feed
            while name is not None:
                found.pop(name, None)
                found[name] = None
                name = scenario.feeds[name].parent
    return list(found)


def _compared(
    made: Sequence[Mapping[tuple[str, str], float]], brought: Sequence[Mapping[tuple[str, str], float]]
) -> list[Freed]:
    found = []
    n = len(made)
    for what, unit in made[0]:
        before, after = (np.array([row[what, unit] for row in rows]) for rows in (made, brought))
        half = float("nan")
        if n > 1:
            half = float(student_quantile(n - 1) * (before - after).std(ddof=1) / np.sqrt(n))
        found.append(Freed(what, unit, float(before.mean()), float(after.mean()), float((before - after).mean()), half))
    return found
