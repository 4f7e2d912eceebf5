"""Durations of operations and their phases, from visits.

A visit counts in full unless it was cut short. A test that meets a latent defect under stress stops there: such a
failure says only that the whole would have taken longer, so it is censored. So is a visit still going on at the end
of what was watched. Visits stretched by a power cap, or begun again after a breakdown, tell nothing and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from racktwin.model import Phase
from racktwin.model.distribution import Fixed

from .change import Change, duration_change
from .choice import FEWEST, choose_law
from .laws import Floats, Sample, sample_of
from .observation import Observed, by_key, column
from .plant import Plant, Step

_SLACK_S = 1e-3


@dataclass(frozen=True)
class Settings:
    """How to fit: the laws to try and the size of the bootstrap."""

    laws: tuple[str, ...]
    bootstraps: int


@dataclass(frozen=True)
class Note:
    """Something that could not be fitted, or that a reader should know."""

    subject: str
    text: str


Finding = Change | Note


@dataclass(frozen=True)
class _Visits:
    """The visits to one operation or phase, as arrays."""

    observed: Observed
    rows: pa.Table

    def of(self, name: str) -> npt.NDArray[np.generic]:
        """A column of them."""
        return column(self.rows, name)

    def sample(self, step: Step, plant: Plant, less_s: float = 0.0) -> tuple[Sample, str]:
        """The visits' durations, each ``less_s`` shorter than what was seen, and how many were left out, in words."""
        work_s, end_s, start_s = (self.of(name).astype(np.float64) for name in ("work_s", "end_s", "start_s"))
        is_open = np.isnan(end_s)
        cut = is_open | self._is_cut(step, plant)
        seen_s = np.where(is_open, self.observed.end_s - start_s, work_s) - less_s
        capped = self.of("cap").astype(np.float64) < 1
        center = plant.scenario.work_centers[step.operation.work_center]
        restarts = center.failures is not None and center.failures.after_repair == "restart"
        restarted = (self.of("down_s").astype(np.float64) > 0) & restarts
        error = (self.of("outcome") == "error") & bool(step.operation.tests) & ~is_open & (self.of("phase") == "")
        short = (seen_s < -_SLACK_S) & ~cut
        keep = ~(capped | restarted | error | short)
        seen_s = np.maximum(seen_s, 0.0)
        whys = {"power-capped": capped, "restarted": restarted, "without verdict": error, "too short": short}
        words = "".join(f", {int(rows.sum())} {why} left out" for why, rows in whys.items() if rows.any())
        return sample_of(seen_s[keep & ~cut], seen_s[keep & cut & (seen_s > 0)]), words

    def _is_cut(self, step: Step, plant: Plant) -> npt.NDArray[np.bool_]:
        latent = [name for name, kind in plant.scenario.defect_kinds.items() if kind.latent]
        if not any(phase.stress > 0 for phase in step.operation.phases):
            return np.zeros(self.rows.num_rows, bool)
        failed = np.isin(self.of("outcome"), ["fail", "scrap"])
        return failed & np.isin(self.of("defect_kind"), latent)


def fit_durations(observed: Observed, plant: Plant, settings: Settings) -> Iterator[Finding]:
    """A change or a note for each operation and phase that was observed."""
    if not observed.worked:
        text = "durations are from start to end: waits, breaks and breakdowns within a visit are in them"
        yield Note("durations", text + "; map a column of time worked as work if there is one")
    grouped = _by_step(observed, plant)
    for (routing, operation), by_phase in grouped.items():
        yield from _fit_step(observed, plant, plant.steps[routing, operation], by_phase, settings)
    yield from _fit_repairs(observed, plant, settings)


def _by_step(observed: Observed, plant: Plant) -> dict[tuple[str, str], dict[str, pa.Table]]:
    found: dict[tuple[str, str], dict[str, list[pa.Table]]] = {}
    for (part, operation, phase), rows in by_key(observed.visits, ("part", "operation", "phase")):
        routing = plant.routing(part, operation)
        if routing is not None and (routing, operation) in plant.steps:
            phases = found.setdefault((routing, operation), {})
            phases.setdefault(phase, []).append(observed.visits.take(pa.array(rows)))
    return {key: {phase: pa.concat_tables(tables) for phase, tables in phases.items()} for key, phases in found.items()}


def _fit_step(
    observed: Observed, plant: Plant, step: Step, by_phase: dict[str, pa.Table], settings: Settings
) -> Iterator[Finding]:
    phases = step.operation.phases
    seen = [phase for phase in phases if phase.name in by_phase and phase.duration != "by_defect"]
    for phase in seen:
        yield _fit(observed, plant, step, phase, by_phase[phase.name], settings)
    left = [phase for phase in phases if phase not in seen]
    if unknown := sorted(set(by_phase) - {phase.name for phase in phases} - {""}):
        yield Note(_name(step), f"phases the scenario does not have: {', '.join(unknown)}; map them under phases:")
    if not left or "" not in by_phase or (seen and len(phases) > 1):
        return
    random = [phase for phase in left if not isinstance(phase.duration, Fixed)]
    target = random or (left if len(left) == 1 else [])
    if len(target) == 1 and target[0].duration != "by_defect":
        yield _fit(observed, plant, step, target[0], by_phase[""], settings)
    elif not (len(left) == 1 and left[0].duration == "by_defect"):
        yield _cannot_split(observed, plant, step, by_phase[""], left)


def _fit(observed: Observed, plant: Plant, step: Step, phase: Phase, rows: pa.Table, settings: Settings) -> Finding:
    """The law of ``phase``. Of a whole visit, the other phases are fixed and taken as the scenario has them."""
    whole = not any(column(rows, "phase") != "")
    others = [item for item in step.operation.phases if item is not phase] if whole else []
    less_s = sum(item.duration.mean_s for item in others if isinstance(item.duration, Fixed))
    sample, left_out = _Visits(observed, rows).sample(step, plant, less_s)
    basis = "visits" if not others else f"visits less {less_s:g} s of fixed phases, taken as in the scenario"
    path = step.duration_path(phase)
    return fit_duration(path, plant, sample, observed.name, basis + left_out, settings)


def fit_duration(
    path: tuple[str, ...], plant: Plant, sample: Sample, source: str, basis: str, settings: Settings
) -> Finding:
    """The law of ``sample`` for ``path``, or a note why not."""
    subject = ".".join(path)
    if sample.n < FEWEST:
        return Note(subject, f"not fitted: {sample.n} seen whole, fewer than {FEWEST} ({basis})")
    fitted = choose_law(sample, settings.laws, settings.bootstraps)
    if fitted is None:
        return Note(subject, f"not fitted: no law of {', '.join(settings.laws)} can hold the {sample.n} values")
    return duration_change(path, plant.at(path), fitted, source, basis)


def _cannot_split(observed: Observed, plant: Plant, step: Step, rows: pa.Table, phases: Sequence[Phase]) -> Note:
    sample, _ = _Visits(observed, rows).sample(step, plant)
    modelled_s = sum(phase.duration.mean_s for phase in phases if phase.duration != "by_defect")
    text = f"only whole visits were observed (mean {_mean(sample.values):g} s, n={sample.n}; "
    text += f"the scenario's phases add up to {modelled_s:g} s), and which of its phases differs cannot be told: "
    return Note(_name(step), text + "give rows per phase")


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _fit_repairs(observed: Observed, plant: Plant, settings: Settings) -> Iterator[Finding]:
    """Repair times by kind of defect, from debug operations whose one phase is ``by_defect``."""
    debug = {
        operation
        for (_, operation), step in plant.steps.items()
        if len(step.operation.phases) == 1 and step.operation.phases[0].duration == "by_defect"
    }
    done = observed.visits.filter(pc.equal(observed.visits["phase"], ""))
    for (operation, kind), rows in by_key(done, ("operation", "defect_kind")):
        if operation in debug and kind in plant.scenario.defect_kinds:
            work_s = column(done, "work_s")[rows]
            sample = sample_of(work_s[np.isfinite(work_s)])
            yield fit_duration(("defect_kinds", kind, "repair_time"), plant, sample, observed.name, "repairs", settings)


def _name(step: Step) -> str:
    return ".".join(step.path)
