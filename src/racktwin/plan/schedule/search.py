"""One run of CP-SAT that Ctrl-C can stop: it works in a thread of its own, and the best it has is read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ortools.sat.python import cp_model

from .model import Built, hint, read
from .problem import Schedule


@dataclass(frozen=True)
class Seen:
    """A better schedule has been found: its value, and the bound at that time."""

    value: float
    bound: float


@dataclass(frozen=True)
class Found:
    """What a run came to; ``bound`` holds whatever the status."""

    status: Literal["optimal", "feasible", "infeasible", "unknown", "interrupted"]
    schedule: Schedule | None
    bound: float


def minimize(
    built: Built,
    aim: Any,
    time_s: float,
    *,
    workers: int,
    gap: float,
    seed: int,
    start: Schedule | None,
    is_large: bool,
    report: Callable[[Seen], None] | None,
) -> Found:
    """Minimise the expression ``aim`` of the model for at most ``time_s``, from ``start``."""
    model = built.model
    model.clear_hints()  # type: ignore[no-untyped-call]
    if start is not None:
        hint(built, start)
    model.minimize(aim)
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.max_time_in_seconds = time_s
    parameters.num_workers = workers
    parameters.relative_gap_limit = gap
    parameters.random_seed = seed
    parameters.catch_sigint_signal = False
    if is_large:  # probing took 33 of 40 s on 60 racks
        parameters.cp_model_probing_level = 0
        parameters.symmetry_level = 0
    code, is_interrupted = _run(solver, model, _Watch(report))
    is_found = code in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    schedule = read(built, solver.value) if is_found else None
    if code == cp_model.INFEASIBLE:
        return Found("infeasible", None, 0.0)
    bound = float(solver.best_objective_bound) if code != cp_model.UNKNOWN else float("-inf")
    if is_interrupted:
        return Found("interrupted", schedule, bound)
    if code == cp_model.OPTIMAL:
        return Found("optimal", schedule, bound)
    return Found("feasible" if is_found else "unknown", schedule, bound)


def _run(solver: cp_model.CpSolver, model: cp_model.CpModel, watch: _Watch) -> tuple[int, bool]:
    """Solve in a thread; Ctrl-C in this one asks the solver to stop."""
    codes: list[Any] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            codes.append(solver.solve(model, watch))
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=work, name="cp-sat", daemon=True)
    thread.start()
    is_interrupted = False
    while thread.is_alive():
        try:
            thread.join(0.2)
        except KeyboardInterrupt:
            is_interrupted = True
            watch.stop_search()
            solver.stop_search()
    if failures:
        raise failures[0]
    return codes[0], is_interrupted


class _Watch(cp_model.CpSolverSolutionCallback):
    """Tells of each better schedule."""

    def __init__(self, report: Callable[[Seen], None] | None) -> None:
        super().__init__()
        self._report = report

    def on_solution_callback(self) -> None:
        if self._report is not None:
            self._report(Seen(self.objective_value, self.best_objective_bound))
