"""OCP Test & Validation output (version 2, JSON lines): a test run is a visit, its steps are phases.

``testRunStart.name`` is the operation and ``dutInfo.dutInfoId`` the serial number; the mapping's ``operations`` and
``phases`` translate their names. The verdict of a run's first failing diagnosis is its kind of defect. A run that
ends in ERROR or SKIP, or never ends, has no verdict. https://github.com/opencomputeproject/ocp-diag-core
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .build import RawVisit, observed_from
from .faults import Faults
from .mapping import Mapping
from .observation import Observed
from .plant import Plant
from .times import Clock, read_times

ARTIFACTS = ("testRunArtifact", "testStepArtifact")


@dataclass
class _TestRun:
    """One test run as its artifacts come by; rows are numbered over all files."""

    row: int
    name: str
    dut: str
    start_s: float
    end_s: float = math.nan
    outcome: str = ""
    verdict: str = ""
    errors: int = 0
    steps: dict[str, RawVisit] = field(default_factory=dict)

    def visits(self) -> Iterator[RawVisit]:
        """The run as a visit, then its steps as phases."""
        yield RawVisit(
            self.row, self.dut, self.name, self.start_s, self.end_s, outcome=self.outcome, defect_kind=self.verdict
        )
        yield from self.steps.values()


def read_ocp(files: list[Path], name: str, mapping: Mapping, plant: Plant, faults: Faults) -> Observed:
    """The visits in OCP JSON lines, one or more test runs in each file; raises ScenarioError through ``faults``."""
    reader = _Reader(Clock.of(plant.scenario, mapping.zone), faults)
    for path in files:
        reader.read(path)
    visits = [visit for run in reader.runs for visit in run.visits()]
    faults.count("error artifacts in OCP output", sum(run.errors for run in reader.runs))
    return observed_from(name, visits, mapping, plant, faults, ("outcome",))


class _Reader:
    def __init__(self, clock: Clock, faults: Faults) -> None:
        self.clock, self.faults = clock, faults
        self.runs: list[_TestRun] = []
        self.row = 0

    def read(self, path: Path) -> None:
        run: _TestRun | None = None
        for line in path.read_text("utf-8-sig", "replace").splitlines():
            self.row += 1
            if not line.strip():
                continue
            artifact = self._parse(line)
            if artifact is None:
                continue
            time_s = self._time(artifact)
            body = artifact.get("testRunArtifact")
            if isinstance(body, dict) and isinstance(body.get("testRunStart"), dict):
                run = self._start(body["testRunStart"], time_s)
            elif any(name in artifact for name in ARTIFACTS):
                if run is None:
                    self.faults.row(self.row, "an artifact before any testRunStart", "give whole files, unsorted")
                else:
                    self._take(run, artifact, time_s)

    def _parse(self, line: str) -> dict[str, Any] | None:
        try:
            artifact = json.loads(line)
        except (ValueError, RecursionError):
            artifact = None
        if isinstance(artifact, dict):
            return artifact
        self.faults.row(self.row, "not a JSON object", "OCP output is one JSON object a line")
        return None

    def _time(self, artifact: dict[str, Any]) -> float:
        if not any(name in artifact for name in ARTIFACTS):
            return math.nan
        stamp = artifact.get("timestamp")
        if stamp is None:
            self.faults.row(self.row, "timestamp is missing", "every artifact carries one (OCP spec, version 2)")
            return math.nan
        return float(read_times([stamp], [self.row], "timestamp", None, self.clock, self.faults.row)[0])

    def _start(self, start: dict[str, Any], time_s: float) -> _TestRun:
        dut = start.get("dutInfo")
        serial = str(dut.get("dutInfoId") or dut.get("name") or "") if isinstance(dut, dict) else ""
        run = _TestRun(self.row, str(start.get("name", "")), serial, time_s)
        self.runs.append(run)
        return run

    def _take(self, run: _TestRun, artifact: dict[str, Any], time_s: float) -> None:
        whole = artifact.get("testRunArtifact")
        step = artifact.get("testStepArtifact")
        if isinstance(whole, dict):
            if isinstance(end := whole.get("testRunEnd"), dict):
                run.end_s, run.outcome = time_s, _outcome(end)
            run.errors += "error" in whole
        elif isinstance(step, dict):
            self._take_step(run, step, time_s)

    def _take_step(self, run: _TestRun, step: dict[str, Any], time_s: float) -> None:
        number = str(step.get("testStepId", ""))
        if isinstance(start := step.get("testStepStart"), dict):
            phase = str(start.get("name", ""))
            run.steps[number] = RawVisit(self.row, run.dut, run.name, time_s, phase=phase or number)
        elif isinstance(step.get("testStepEnd"), dict):
            if number in run.steps:
                run.steps[number].end_s = time_s
            else:
                self.faults.row(self.row, f"step {number!r} ends before it starts", "give whole files, unsorted")
        elif isinstance(found := step.get("diagnosis"), dict) and found.get("type") == "FAIL":
            run.verdict = run.verdict or str(found.get("verdict", ""))
            if number in run.steps:
                run.steps[number].outcome = "fail"
        run.errors += "error" in step


def _outcome(end: dict[str, Any]) -> str:
    """The run's verdict; only a COMPLETE run has one."""
    return str(end.get("result", "")) if end.get("status") == "COMPLETE" and end.get("result") in _RESULTS else "error"


_RESULTS = ("PASS", "FAIL")
