"""A linear or mixed-integer programme as sparse arrays, and HiGHS to solve it.

Columns and rows are added in blocks of arrays: building a model of 800,000 columns takes a second this way. Linear
programmes go through scipy, which brings HiGHS along; whole columns, a start from the last basis and time limits need
the package highspy (``pip install "racktwin[plan]"``).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from racktwin.errors import RacktwinError

from .stages import Floats, Ints

Values = Floats | float
Status = Literal["optimal", "infeasible", "unbounded", "limit"]


@dataclass(frozen=True)
class Solution:
    """``values`` of all columns (empty if there are none), the least cost found and a proven lower bound."""

    status: Status
    values: Floats
    cost: float
    bound: float
    row_duals: Floats
    seconds: float
    column_duals: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def gap(self) -> float:
        """Share of the cost that may still be saved."""
        return abs(self.cost - self.bound) / max(abs(self.cost), 1e-12) if len(self.values) else np.inf


class Program:
    """Minimise ``cost · x`` with bounds on columns and rows."""

    def __init__(self) -> None:
        self._columns: list[tuple[Floats, Floats, Floats, npt.NDArray[np.bool_]]] = []
        self._rows: list[tuple[Floats, Floats]] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self.column_count = self.row_count = 0

    def columns(
        self, count: int, cost: Values = 0.0, lower: Values = 0.0, upper: Values = np.inf, *, whole: bool = False
    ) -> Ints:
        """Add ``count`` columns; returns their numbers."""
        shape = [np.broadcast_to(np.asarray(value, np.float64), (count,)) for value in (cost, lower, upper)]
        self._columns.append((shape[0], shape[1], shape[2], np.full(count, whole)))
        first, self.column_count = self.column_count, self.column_count + count
        return np.arange(first, self.column_count)

    def rows(self, count: int, lower: Values = -np.inf, upper: Values = np.inf) -> Ints:
        """Add ``count`` rows; returns their numbers."""
        self._rows.append(
            (np.broadcast_to(np.asarray(lower, float), (count,)), np.broadcast_to(np.asarray(upper, float), (count,)))
        )
        first, self.row_count = self.row_count, self.row_count + count
        return np.arange(first, self.row_count)

    def put(self, rows: Ints, columns: Ints, values: Values) -> None:
        """Add entries; what stands in the same place is summed."""
        rows, columns = np.broadcast_arrays(np.asarray(rows).ravel(), np.asarray(columns).ravel())
        self._entries.append((rows, columns, np.broadcast_to(np.asarray(values, float).ravel(), rows.shape)))

    def arrays(self) -> Arrays:
        """All of it, for a solver."""
        from scipy.sparse import coo_array

        columns = [np.concatenate(parts) for parts in zip(*self._columns, strict=True)]
        lower, upper = (np.concatenate(parts) for parts in zip(*self._rows, strict=True)) if self._rows else (_NO, _NO)
        rows, places, values = (np.concatenate(p) for p in zip(*self._entries, strict=True)) if self._entries else _NONE
        matrix = coo_array((values, (rows, places)), shape=(self.row_count, self.column_count)).tocsc()
        return Arrays(columns[0], columns[1], columns[2], columns[3], lower, upper, matrix)

    def solve_linear(self) -> Solution:
        """The optimum of the programme with all columns continuous, with row duals."""
        return solve_linear(self.arrays())

    def solve(self, *, gap: float = 1e-9, time_limit_s: float = 600.0) -> Solution:
        """The optimum with whole columns whole, to a relative ``gap``."""
        return solve_whole(self.arrays(), gap=gap, time_limit_s=time_limit_s)


_NO = np.zeros(0)
_NONE = (np.zeros(0, np.int64), np.zeros(0, np.int64), _NO)


@dataclass
class Arrays:
    """A programme as HiGHS takes it: costs and bounds of columns, bounds of rows, a CSC matrix."""

    cost: Floats
    lower: Floats
    upper: Floats
    is_whole: npt.NDArray[np.bool_]
    row_lower: Floats
    row_upper: Floats
    matrix: Any


def solve_linear(arrays: Arrays) -> Solution:
    """By scipy's HiGHS: no extra package."""
    from scipy.optimize import linprog
    from scipy.sparse import vstack

    started = time.process_time()
    equal = arrays.row_lower == arrays.row_upper
    above, below = ~equal & np.isfinite(arrays.row_upper), ~equal & np.isfinite(arrays.row_lower)
    rows = arrays.matrix.tocsr()
    options: dict[str, Any] = {}
    if above.any() or below.any():
        options |= {
            "A_ub": vstack([rows[above], -rows[below]]),
            "b_ub": np.concatenate((arrays.row_upper[above], -arrays.row_lower[below])),
        }
    if equal.any():
        options |= {"A_eq": rows[equal], "b_eq": arrays.row_upper[equal]}
    found = linprog(arrays.cost, bounds=np.column_stack((arrays.lower, arrays.upper)), method="highs", **options)
    status: Status = {0: "optimal", 2: "infeasible", 3: "unbounded"}.get(found.status, "limit")  # type: ignore[assignment]
    seconds = time.process_time() - started
    if found.x is None:
        return Solution(status, _NO, np.inf, -np.inf, _NO, seconds)
    duals = np.zeros(len(equal))
    if equal.any():
        duals[equal] = found.eqlin.marginals
    if above.any() or below.any():
        count = int(above.sum())
        duals[above] += found.ineqlin.marginals[:count]
        duals[below] -= found.ineqlin.marginals[count:]
    return Solution(status, found.x, float(found.fun), float(found.fun), duals, seconds)


def solve_whole(
    arrays: Arrays,
    *,
    gap: float,
    time_limit_s: float,
    start: Floats | None = None,
    options: dict[str, Any] | None = None,
) -> Solution:
    """By highspy, one thread; ``start`` is a first solution, or part of one (not-a-number where open)."""
    solver, started = highs(arrays, arrays.is_whole), time.process_time()
    for name, value in {"mip_rel_gap": gap, "time_limit": time_limit_s, "threads": 1, **(options or {})}.items():
        solver.setOptionValue(name, value)
    if start is not None:
        known = np.flatnonzero(np.isfinite(start)).astype(np.int32)
        solver.setSolution(len(known), known, start[known])
    solver.run()
    return _read(solver, time.process_time() - started, bool(arrays.is_whole.any()))


def again(solver: Any, columns: Ints, lower: Floats, upper: Floats) -> Solution:
    """The linear programme in ``solver`` with other bounds on ``columns``, from its last basis."""
    started = time.process_time()
    solver.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)
    solver.run()
    return _read(solver, time.process_time() - started, False)


def require_highspy() -> Any:
    """The package highspy, or a message how to get it."""
    try:
        import highspy
    except ImportError:
        raise RacktwinError(
            "choosing among sites, lanes and suppliers needs the solver HiGHS\n"
            '    → pip install "racktwin[plan]" (or: pip install highspy)'
        ) from None
    return highspy


def highs(arrays: Arrays, is_whole: npt.NDArray[np.bool_] | None) -> Any:
    """A silent HiGHS that holds the programme."""
    highspy = require_highspy()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(arrays.cost), len(arrays.row_lower)
    model.col_cost_, model.col_lower_, model.col_upper_ = arrays.cost, arrays.lower, arrays.upper
    model.row_lower_, model.row_upper_ = arrays.row_lower, arrays.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    matrix = arrays.matrix
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    if is_whole is not None and is_whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[whole] for whole in is_whole.astype(int).tolist()]
    # HiGHS greets on standard output as it enables callbacks, before any option can be set
    solver = type("Silent", (highspy.Highs,), {"enableCallbacks": lambda self: None})()
    solver.setOptionValue("output_flag", False)
    solver.passModel(model)
    return solver


def _read(solver: Any, seconds: float, is_mixed: bool) -> Solution:
    highspy = require_highspy()
    ended = solver.getModelStatus()
    kinds = highspy.HighsModelStatus
    status: Status = "limit"
    if ended == kinds.kOptimal:
        status = "optimal"
    elif ended in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        status = "infeasible"
    elif ended == kinds.kUnbounded:
        status = "unbounded"
    info = solver.getInfo()
    has_values = info.primal_solution_status == 2
    solution = solver.getSolution()
    values = np.array(solution.col_value) if has_values else _NO
    cost = float(info.objective_function_value) if has_values else np.inf
    bound = float(info.mip_dual_bound) if is_mixed else (cost if status == "optimal" else -np.inf)
    duals = np.array(solution.row_dual) if has_values and not is_mixed else _NO
    reduced = np.array(solution.col_dual) if has_values and not is_mixed else _NO
    return Solution(status, values, cost, bound, duals, seconds, reduced)
