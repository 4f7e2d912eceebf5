"""Which unknown decides the answer? A scenario's ranges, tried out.

``tornado`` moves one quantity at a time to either end of its range. ``screen`` is Morris: first whole entities, then
the quantities of those that matter. ``shares`` are Sobol indices of a few. All run the line without recording, on the
same random numbers, so that a quantity without influence has an effect of exactly zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from racktwin.errors import RacktwinError, ScenarioError, SimulationError
from racktwin.scenario import ScenarioFile

from .morris import Effects, elementary_effects, morris_design
from .sobol import Indices, sobol
from .unknowns import Unknown, scenario_at
from .unrecorded import Experiment, require_unrecorded

Floats = npt.NDArray[np.float64]
Values = tuple[float, ...]

Stage = Literal["ends of ranges", "entities", "quantities", "variance"]

MOST_SCREENED = 60
"""More quantities than this are screened by entity first; about so many of the most promising are then looked at."""


@dataclass(frozen=True)
class Progress:
    """How many scenarios of a stage are simulated."""

    stage: Stage
    done: int
    total: int


Report = Callable[[Progress], None]


@dataclass(frozen=True)
class Sweep:
    """How scenarios are tried: the KPI, its replications and seed, and how many run at a time."""

    file: ScenarioFile
    kpi: str
    replications: int = 1
    seed: int | None = None
    jobs: int = 1
    report: Report | None = None

    def __post_init__(self) -> None:
        require_unrecorded(self.kpi)

    def outputs(self, stage: Stage, chosen: Sequence[Unknown], points: Sequence[Values]) -> Floats:
        """The KPI with ``chosen`` at each of ``points`` (SI); NaN where there is no such plant, or no value."""
        distinct = list(dict.fromkeys(points))
        found: dict[Values, float] = {}
        pool = ThreadPoolExecutor(self.jobs)
        try:
            for point, value in zip(distinct, pool.map(lambda p: self._output(chosen, p), distinct), strict=True):
                found[point] = value
                if self.report is not None:
                    self.report(Progress(stage, len(found), len(distinct)))
        finally:
            pool.shutdown(cancel_futures=True)
        return np.array([found[point] for point in points])

    def _output(self, chosen: Sequence[Unknown], values: Values) -> float:
        try:
            scenario = scenario_at(self.file, chosen, values)
            return Experiment.of(scenario, self.kpi, self.seed).mean(self.replications)
        except (ScenarioError, SimulationError):
            return math.nan


@dataclass(frozen=True)
class Bar:
    """What a KPI is with one quantity at its ``low`` and at its ``high``, NaN where the plant cannot be."""

    unknown: Unknown
    low: float
    base: float
    high: float

    @property
    def swing(self) -> float:
        """The largest difference between the three; NaN if neither end could be simulated."""
        seen = [value for value in (self.low, self.base, self.high) if not math.isnan(value)]
        return max(seen) - min(seen) if len(seen) > 1 else math.nan


def tornado(sweep: Sweep, chosen: Sequence[Unknown]) -> list[Bar]:
    """One bar per quantity, the longest first; quantities that cannot be moved alone come last."""
    base = tuple(one.value for one in chosen)
    points = [base]
    for index, one in enumerate(chosen):
        points += [(*base[:index], end, *base[index + 1 :]) for end in (one.low, one.high)]
    values = sweep.outputs("ends of ranges", chosen, points)
    bars = [
        Bar(one, float(values[2 * i + 1]), float(values[0]), float(values[2 * i + 2])) for i, one in enumerate(chosen)
    ]
    return sorted(bars, key=lambda bar: -1.0 if math.isnan(bar.swing) else bar.swing, reverse=True)


@dataclass(frozen=True)
class Influence:
    """What a quantity (or a whole entity, for ``stage`` entities) does to the KPI, in the KPI's unit.

    ``mu_star``: mean size of the change from one end of its range to the other · ``error``: standard error of it ·
    ``mu``: the mean change, its sign the direction · ``sigma``: how much that depends on the other quantities.
    """

    stage: Literal["entities", "quantities"]
    path: str
    quantities: int
    mu_star: float
    error: float
    mu: float
    sigma: float
    n: int


@dataclass(frozen=True)
class Screening:
    """What was found, the most influential first in each stage, and how many plants of those tried cannot be."""

    influences: tuple[Influence, ...]
    immovable: tuple[str, ...]
    tried: int
    refused: int


def screen(sweep: Sweep, chosen: Sequence[Unknown], trajectories: int = 4) -> Screening:
    """Morris over ``chosen``; by entity first if they are more than MOST_SCREENED.

    Quantities that cannot be moved alone (a bill of materials that its operation contradicts), or not against each
    other (the ends of one distribution), stay as they are.
    """
    if trajectories < 2:
        raise RacktwinError("one trajectory tells no error\n    → at least 2, better 10")
    fixed = _clashing(sweep.file, chosen)
    movable = [one for one in chosen if one not in fixed and can_move(sweep.file, one)]
    immovable = tuple(one.path for one in chosen if one not in movable)
    entities, tried, refused = _entities(sweep, movable, trajectories) if len(movable) > MOST_SCREENED else ([], 0, 0)
    looked_at = _most_promising(movable, entities) if entities else movable
    singles = [one.path for one in looked_at]
    quantities, more, more_refused = _morris(sweep, "quantities", looked_at, singles, trajectories)
    return Screening((*entities, *quantities), immovable, tried + more, refused + more_refused)


def _clashing(file: ScenarioFile, chosen: Sequence[Unknown]) -> set[Unknown]:
    """The parameters of one distribution whose ranges overlap, so that they would often be out of order."""
    laws = [[one for one in chosen if one.steps[:-1] == law] for law in dict.fromkeys(one.steps[:-1] for one in chosen)]
    return {
        one
        for parameters in laws
        for lower, upper in pairwise(parameters)
        if lower.steps[-2] in ("uniform", "triangular")
        and not _are_valid(file, (lower, upper), (lower.high, upper.low))
        for one in (lower, upper)
    }


def can_move(file: ScenarioFile, one: Unknown) -> bool:
    """Whether the scenario is valid with the quantity at either end of its range."""
    return all(_are_valid(file, [one], [end]) for end in (one.low, one.high))


def _are_valid(file: ScenarioFile, chosen: Sequence[Unknown], values: Sequence[float]) -> bool:
    try:
        scenario_at(file, chosen, values)
    except ScenarioError:
        return False
    return True


def _entities(sweep: Sweep, movable: Sequence[Unknown], trajectories: int) -> tuple[list[Influence], int, int]:
    return _morris(sweep, "entities", movable, [one.entity for one in movable], trajectories)


def _most_promising(movable: Sequence[Unknown], entities: Sequence[Influence]) -> list[Unknown]:
    """The quantities of the most influential entities, as many whole entities as there is room for."""
    taken: set[str] = set()
    room = MOST_SCREENED
    for entity in entities:
        if entity.mu_star > 0 and (entity.quantities <= room or not taken):
            taken.add(entity.path)
            room -= entity.quantities
    return [one for one in movable if one.entity in taken] or list(movable[:MOST_SCREENED])


def _morris(
    sweep: Sweep,
    stage: Literal["entities", "quantities"],
    chosen: Sequence[Unknown],
    labels: Sequence[str],
    trajectories: int,
) -> tuple[list[Influence], int, int]:
    """The influence of each label, the largest first; how many plants were tried, and how many cannot be."""
    names = list(dict.fromkeys(labels))
    groups = [names.index(label) for label in labels]
    sizes = np.bincount(groups, minlength=len(names))
    design = morris_design(groups, trajectories, np.random.default_rng(_seed(sweep)))
    shares = design.points.reshape(-1, len(chosen))
    points = [tuple(one.at(share) for one, share in zip(chosen, row, strict=True)) for row in shares]
    outputs = sweep.outputs(stage, chosen, points)
    effects = elementary_effects(design, outputs.reshape(design.points.shape[:2]), sizes == 1)
    return _ranked(stage, names, sizes, effects), len(points), int(np.isnan(outputs).sum())


def _ranked(
    stage: Literal["entities", "quantities"], names: Sequence[str], sizes: npt.NDArray[np.int64], effects: Effects
) -> list[Influence]:
    found = [
        Influence(
            stage,
            name,
            int(sizes[i]),
            float(effects.mu_star[i]),
            float(effects.error[i]),
            float(effects.mu[i]),
            float(effects.sigma[i]),
            int(effects.n[i]),
        )
        for i, name in enumerate(names)
    ]
    return sorted(found, key=lambda one: -1.0 if math.isnan(one.mu_star) else one.mu_star, reverse=True)


def shares(sweep: Sweep, chosen: Sequence[Unknown], points: int = 64) -> Indices:
    """Sobol indices of ``chosen``, from ``points`` base points (a power of two).

    Raises RacktwinError if any of the plants cannot be: variance over a part of the ranges would mislead.
    """
    if points < 2 or points & (points - 1):
        raise RacktwinError(f"{points} base points\n    → give a power of two, such as 64")

    def evaluate(rows: Floats) -> Floats:
        at = [tuple(one.at(share) for one, share in zip(chosen, row, strict=True)) for row in rows]
        outputs = sweep.outputs("variance", chosen, at)
        if count := int(np.isnan(outputs).sum()):
            raise RacktwinError(f"{count} of {len(at)} plants cannot be\n    → narrow the ranges, or choose --paths")
        return outputs

    return sobol(evaluate, len(chosen), points, np.random.default_rng(_seed(sweep)))


def _seed(sweep: Sweep) -> int:
    return sweep.file.scenario.seed if sweep.seed is None else sweep.seed
