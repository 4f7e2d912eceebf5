"""From what was observed to overrides of a scenario: durations, breakdowns, yields, arrivals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from racktwin.results.manifest import write_atomically
from racktwin.scenario import ScenarioFile

from .arrivals import fit_arrivals
from .breakdowns import fit_breakdowns
from .change import Change
from .choice import LAWS
from .durations import Finding, Note, Settings, fit_durations
from .observation import Observed
from .plant import Plant
from .yields import binomial_interval, first_visits, fit_yields


@dataclass(frozen=True)
class FirstPass:
    """A test's first-pass yield as observed: ``passed`` of ``n`` first visits, with the exact 95 % interval."""

    routing: str
    operation: str
    passed: int
    n: int
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """What was fitted (``changes``), what could not be (``notes``), and what was not used (``left_out``)."""

    source: str
    changes: tuple[Change, ...]
    notes: tuple[Note, ...]
    first_pass: tuple[FirstPass, ...]
    left_out: dict[str, int]

    @property
    def overrides(self) -> list[str]:
        """The changes for ``read_scenario(…, overrides)``, or ``--set``."""
        return [change.override for change in self.changes]

    def write(self, path: Path, about: str = "") -> None:
        """Write the changes as a file for ``--set-file``: one ``path: value`` each, its old value above it."""
        write_atomically(path, overrides_text(self, about).encode())


def calibrate(
    file: ScenarioFile, observed: Observed, *, laws: Sequence[str] = LAWS, bootstraps: int = 199
) -> Calibration:
    """Fit every parameter of the scenario ``file`` that ``observed`` tells something about.

    Laws of durations are chosen among ``laws`` by AIC; goodness of fit is tested with ``bootstraps`` samples (0: not).
    """
    plant, settings = Plant(file), Settings(tuple(laws), bootstraps)
    findings: list[Finding] = [
        *fit_durations(observed, plant, settings),
        *fit_breakdowns(observed, plant, settings),
        *fit_yields(observed, plant),
        *fit_arrivals(observed, plant, settings),
    ]
    return Calibration(
        observed.name,
        tuple(finding for finding in findings if isinstance(finding, Change)),
        tuple(finding for finding in findings if isinstance(finding, Note)),
        tuple(
            FirstPass(routing, operation, seen.passed, seen.n, *binomial_interval(seen.passed, seen.n))
            for (routing, operation), seen in first_visits(observed, plant).items()
            if seen.n
        ),
        dict(observed.left_out),
    )


def overrides_text(calibration: Calibration, about: str = "") -> str:
    """The file of overrides as text."""
    lines = [
        f"# Fitted to {calibration.source} by racktwin calibrate{about}.",
        "# racktwin run SCENARIO --set-file FILE",
    ]
    for change in calibration.changes:
        lines += ["", f"# was: {_flow(change.old)}", f"# {_evidence(change)}", f"{change.path}: {_flow(change.new)}"]
    return "\n".join(lines) + ("\n" if calibration.changes else "\n{}\n")


def _evidence(change: Change) -> str:
    words = [f"{change.basis}: n={change.n}"]
    if change.censored:
        words.append(f"{change.censored} censored")
    if change.fitted and (goodness := change.fitted.goodness):
        of = f" of {change.fitted.rejected}, rejected" if change.fitted.rejected else ""
        words.append(f"Anderson–Darling p={goodness.ad_p:.3g}{of}")
    return ", ".join(words)


def _flow(value: Any) -> str:
    """``value`` on one line, as YAML; JSON is a part of it."""
    return json.dumps(value, ensure_ascii=False)
