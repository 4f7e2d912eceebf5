"""Caps and coolant set-point of a hall chosen together: a pattern search by simulation with common random numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from racktwin.model import Scenario

from .fleet_policies import Policy, PolicyResult, compare_policies

Objective = Literal["energy", "cost"]
Report = Callable[["Trial"], None]

LEAST_CAP, FIRST_STEP_CAP, LAST_STEP_CAP = 0.4, 0.15, 0.01
COLDEST_K, WARMEST_K, FIRST_STEP_K, LAST_STEP_K = 288.15, 323.15, 6.0, 1.0
"""Where is looked: caps as shares of rated power, set-points from 15 to 50 degC."""


@dataclass(frozen=True)
class Trial:
    """A point that was tried. ``value``: kWh, or USD of energy, per useful GPU-hour. ``is_kept``: best so far.

    ``misses``: by what share useful work falls short of what was asked for, and seconds above a limit beyond those of
    the baseline, as a share of a day; 0 where the point is allowed.
    """

    number: int
    cap: float
    supply_k: float | None
    value: float
    misses: float
    is_kept: bool
    result: PolicyResult


@dataclass(frozen=True)
class Tuned:
    """All points in the order in which they were tried; the first is the baseline."""

    objective: Objective
    least_work: float
    trials: tuple[Trial, ...]

    @property
    def baseline(self) -> Trial:
        """The hall as it is, uncapped."""
        return self.trials[0]

    @property
    def best(self) -> Trial:
        """The last that was kept."""
        return [trial for trial in self.trials if trial.is_kept][-1]


def tune(
    scenario: Scenario,
    objective: Objective = "energy",
    *,
    least_work: float = 0.95,
    replications: int = 3,
    seed: int | None = None,
    most_trials: int = 40,
    progress: Report | None = None,
) -> Tuned:
    """The cap and the set-point of least energy (or cost) per useful GPU-hour.

    Allowed are points that do ``least_work`` of the baseline's useful work a day, and are above limits no longer than
    it. Each point is simulated over the same jobs, failures and racks. From the best point so far a step is tried in
    each direction; where none is better the steps are halved, until they are small: a local optimum to those steps.
    Without a cooling plant only the cap is chosen. After Ctrl-C what was tried so far is returned.
    """
    search = _Search(scenario, objective, least_work, replications, seed, most_trials, progress)
    search.run()
    return Tuned(objective, least_work, tuple(search.trials))


class _Search:
    def __init__(
        self,
        scenario: Scenario,
        objective: Objective,
        least_work: float,
        replications: int,
        seed: int | None,
        most_trials: int,
        progress: Report | None,
    ) -> None:
        plant = scenario.hall.cooling_plant if scenario.hall is not None else None
        self._scenario, self._objective, self._least_work = scenario, objective, least_work
        self._replications, self._seed, self._most_trials = replications, seed, most_trials
        self._progress = progress or (lambda trial: None)
        self._reserve = scenario.fleet.power.reserve
        self._first_k = None if plant is None else float(plant.supply_k)
        self.trials: list[Trial] = []

    def run(self) -> None:
        cap, supply_k = 1.0, self._first_k
        try:
            self._try(cap, supply_k)
            step_cap, step_k = FIRST_STEP_CAP, FIRST_STEP_K
            while (step_cap >= LAST_STEP_CAP or step_k >= LAST_STEP_K) and len(self.trials) < self._most_trials:
                if moved := self._poll(cap, supply_k, step_cap, step_k):
                    cap, supply_k = moved
                else:
                    step_cap, step_k = step_cap / 2.0, step_k / 2.0
        except KeyboardInterrupt:
            if not self.trials:
                raise

    def _poll(
        self, cap: float, supply_k: float | None, step_cap: float, step_k: float
    ) -> tuple[float, float | None] | None:
        """The first of the neighbours that is better; None if none is."""
        for next_cap, next_k in _neighbours(cap, supply_k, step_cap, step_k):
            known = any(trial.cap == next_cap and trial.supply_k == next_k for trial in self.trials)
            if not known and len(self.trials) < self._most_trials and self._try(next_cap, next_k):
                return next_cap, next_k
        return None

    def _try(self, cap: float, supply_k: float | None) -> bool:
        """Simulate a point; whether it is the best so far."""
        name = f"{cap:.0%}" if supply_k is None else f"{cap:.0%}, {supply_k - 273.15:.1f} degC"
        policy = Policy(name, "static", self._reserve, cap, supply_k)
        (result,) = compare_policies(self._scenario, [policy], replications=self._replications, seed=self._seed)
        value = result.kwh_per_gpu_h if self._objective == "energy" else result.usd_per_gpu_h
        base = self.trials[0].result if self.trials else result
        misses = max(self._least_work - result.useful_gpu_h_per_day / max(base.useful_gpu_h_per_day, 1e-9), 0.0)
        misses += max(result.above_limit_s - base.above_limit_s, 0.0) / 86400.0
        best = [trial for trial in self.trials if trial.is_kept]
        is_kept = not best or (misses, value) < (best[-1].misses, best[-1].value)
        trial = Trial(len(self.trials), cap, supply_k, value, misses, is_kept and not math.isnan(value), result)
        self.trials.append(trial)
        self._progress(trial)
        return trial.is_kept


def _neighbours(
    cap: float, supply_k: float | None, step_cap: float, step_k: float
) -> Sequence[tuple[float, float | None]]:
    """A step each way in cap, then in set-point, then in both, within bounds."""
    found: list[tuple[float, float | None]] = []
    moves = [(-1, 0), (1, 0), (0, 1), (0, -1), (-1, 1), (1, -1)] if supply_k is not None else [(-1, 0), (1, 0)]
    for by_cap, by_k in moves:
        next_cap = round(min(max(cap + by_cap * step_cap, LEAST_CAP), 1.0), 4)
        next_k = None if supply_k is None else min(max(supply_k + by_k * step_k, COLDEST_K), WARMEST_K)
        if (next_cap, next_k) != (cap, supply_k):
            found.append((next_cap, next_k))
    return found
