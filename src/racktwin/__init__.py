"""racktwin: the open digital twin of an AI rack, from its first part to its last watt.

The public names below are loaded when they are first used, so that importing racktwin costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from racktwin.lazy_names import lazy_names

if TYPE_CHECKING:
    from racktwin.engines.line import (
        Absent,
        DispatchRule,
        LimitChanged,
        LineRun,
        OrderAdded,
        Snapshot,
        UnitDown,
        compile_line,
        compiled_rule,
        load_snapshot,
        observed_document,
        python_rule,
        save_snapshot,
    )
    from racktwin.errors import Problem, RacktwinError, RunError, ScenarioError, SimulationError
    from racktwin.kpi import compute, difference, summarize
    from racktwin.report import write_comparison, write_report
    from racktwin.results import RunFolder
    from racktwin.run import run_scenario
    from racktwin.scenario import ScenarioFile, read_scenario

__version__ = "0.1.0"

__all__ = [
    "Absent",
    "DispatchRule",
    "LimitChanged",
    "LineRun",
    "OrderAdded",
    "Problem",
    "RacktwinError",
    "RunError",
    "RunFolder",
    "ScenarioError",
    "ScenarioFile",
    "SimulationError",
    "Snapshot",
    "UnitDown",
    "compile_line",
    "compiled_rule",
    "compute",
    "difference",
    "load_snapshot",
    "observed_document",
    "python_rule",
    "read_scenario",
    "run_scenario",
    "save_snapshot",
    "summarize",
    "write_comparison",
    "write_report",
]

_HOMES = {
    "engines.line": "Absent DispatchRule LimitChanged LineRun OrderAdded Snapshot UnitDown compile_line"
    " compiled_rule load_snapshot observed_document python_rule save_snapshot",
    "errors": "Problem RacktwinError RunError ScenarioError SimulationError",
    "kpi": "compute difference summarize",
    "report": "write_comparison write_report",
    "results": "RunFolder",
    "run": "run_scenario",
    "scenario": "ScenarioFile read_scenario",
}
__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
