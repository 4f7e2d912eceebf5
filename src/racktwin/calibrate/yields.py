"""What tests find: false failures, and the rates of patent defects given how well tests find them.

From outcomes alone, how many defects there are and how well they are found cannot be told apart: only the product
shows. So detection stays as the scenario has it, and the defects' rates are fitted under it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pyarrow.compute as pc
from scipy import optimize, stats

from racktwin.model import Operation

from .change import probability_change
from .choice import FEWEST
from .durations import Finding, Note
from .laws import Interval
from .observation import Observed, by_key
from .plant import Path, Plant, Step

COVERAGE = (
    "how well tests find defects (detects) cannot be told from outcomes alone: only defects × detection shows. "
    "Defect rates are fitted with detects as the scenario has it; seed known-bad units, or follow escapes, to fit it"
)


@dataclass(frozen=True)
class FirstVisits:
    """Outcomes of the first visits to a test (``n``, ``passed``, ``failed`` by kind), and of all its visits."""

    n: int
    passed: int
    failed: int
    by_kind: dict[str, int]
    false_fails: int
    passes: int


@dataclass(frozen=True)
class _Origin:
    """A parameter through which a kind of defect gets into a part: its path, probability, and how often a piece."""

    path: Path
    p: float
    pieces: int


def binomial_interval(count: int, n: int) -> Interval:
    """The exact (Clopper–Pearson) 95 % interval of a probability seen ``count`` times in ``n``."""
    low = float(stats.beta.ppf(0.025, count, n - count + 1)) if count else 0.0
    high = float(stats.beta.ppf(0.975, count + 1, n - count)) if count < n else 1.0
    return low, high


def fit_yields(observed: Observed, plant: Plant) -> Iterator[Finding]:
    """Changes and notes for every test that was observed."""
    tests = first_visits(observed, plant)
    if not tests:
        return
    if any(step.operation.detects for step in (plant.steps[key] for key in tests)):
        yield Note("detects", COVERAGE)
    if not observed.tells_false_failures:
        text = "not fitted: outcomes do not tell false failures from true ones (--map retest_passed=…)"
        yield Note("p_false_failure", text)
    fitted: dict[Path, float] = {}
    for key, seen in sorted(tests.items(), key=lambda item: -item[1].n):
        step = plant.steps[key]
        if seen.n < FEWEST:
            yield Note(".".join(step.path), f"yield not fitted: {seen.n} first visits, fewer than {FEWEST}")
            continue
        yield from _false_failures(observed, plant, step, seen)
        yield from _defects(observed, plant, step, seen, fitted)


def first_visits(observed: Observed, plant: Plant) -> dict[tuple[str, str], FirstVisits]:
    """What each test's visits gave, by routing and operation; visits without a verdict do not count."""
    visits = observed.visits.filter(pc.equal(observed.visits["phase"], ""))
    found: dict[tuple[str, str], FirstVisits] = {}
    counted = visits.select(["part", "operation", "outcome", "defect_kind"]).append_column(
        "first", pc.equal(visits["visit"], 1)
    )
    counted = counted.filter(pc.is_finite(visits["end_s"]))
    collected: dict[tuple[str, str], dict[tuple[str, str, bool], int]] = {}
    for (part, operation, outcome, kind, first), rows in by_key(counted, counted.column_names):
        routing = plant.routing(part, operation)
        if routing is None or (routing, operation) not in plant.steps or outcome in ("error", ""):
            continue
        if plant.steps[routing, operation].operation.tests:
            cell = collected.setdefault((routing, operation), {})
            cell[outcome, kind, first] = cell.get((outcome, kind, first), 0) + len(rows)
    for key, cells in collected.items():
        found[key] = _counts(cells)
    return found


def _counts(cells: dict[tuple[str, str, bool], int]) -> FirstVisits:
    by_kind: dict[str, int] = {}
    n = passed = failed = false_fails = passes = 0
    for (outcome, kind, first), count in cells.items():
        false_fails += count if outcome == "false_fail" else 0
        passes += count if outcome == "pass" else 0
        if first:
            n += count
            passed += count if outcome == "pass" else 0
            is_real = outcome == "fail" or (outcome == "scrap" and kind != "")
            failed += count if is_real else 0
            if is_real:
                by_kind[kind] = by_kind.get(kind, 0) + count
    return FirstVisits(n, passed, failed, by_kind, false_fails, passes)


def _false_failures(observed: Observed, plant: Plant, step: Step, seen: FirstVisits) -> Iterator[Finding]:
    n = seen.false_fails + seen.passes
    if not observed.tells_false_failures or n < FEWEST:
        return
    path = (*step.path, "p_false_failure")
    old = plant.at(path)
    if seen.false_fails == 0 and old is None:
        return
    interval = binomial_interval(seen.false_fails, n)
    basis = "visits with nothing to find"
    yield probability_change(path, old, seen.false_fails / n, interval, n, observed.name, basis)


def _defects(
    observed: Observed, plant: Plant, step: Step, seen: FirstVisits, fitted: dict[Path, float]
) -> Iterator[Finding]:
    """The rates of the patent kinds for which this is the first test that looks, all origins scaled alike."""
    if seen.by_kind.get("", 0) == seen.failed and seen.failed:
        yield Note(".".join(step.path), "defect rates not fitted: failures do not name their kind of defect")
        return
    latent = []
    for kind, p_detect in step.operation.detects.items():
        if plant.scenario.defect_kinds[kind].latent:
            latent.append(f"{kind} ({seen.by_kind.get(kind, 0)})")
        elif p_detect > 0:
            yield from _defects_of_kind(observed, plant, step, seen, kind, fitted)
    if latent:
        text = f"latent defects are not fitted, they depend on stress and time to failure: {', '.join(latent)}"
        yield Note(".".join(step.path), f"{text} found in {seen.n} first visits")


def _defects_of_kind(
    observed: Observed, plant: Plant, step: Step, seen: FirstVisits, kind: str, fitted: dict[Path, float]
) -> Iterator[Finding]:
    """Origins that another test, with more visits, has already told of are taken as fitted there."""
    every = _origins_before(plant, step, kind)
    free = [origin for origin in every if origin.path not in fitted]
    if not free:
        return
    p_detect = float(step.operation.detects[kind])
    known = [replace(origin, p=fitted[origin.path]) for origin in every if origin.path in fitted]
    basis = (
        f"first visits to {step.operation.operation}, {seen.by_kind.get(kind, 0)} found, detection {p_detect:g} given"
    )
    basis += "".join(f", {'.'.join(origin.path)} as fitted at another test" for origin in known)
    taken = _found_rate(known, p_detect, 1.0)
    factors = [_factor(free, p_detect, max(0.0, rate - taken)) for rate in _rates(seen, kind)]
    for origin in free:
        value, low, high = (min(1.0, factor * origin.p) for factor in factors)
        fitted[origin.path] = value
        yield probability_change(origin.path, plant.at(origin.path), value, (low, high), seen.n, observed.name, basis)


def _rates(seen: FirstVisits, kind: str) -> tuple[float, float, float]:
    """The kind's rate of being found, −ln P(none found), and its interval.

    A failure names one kind though there may be several; −ln(1 − failed share) is shared out by how often each was
    named, which is exact if a failure names any of its defects with equal chance.
    """
    found = seen.by_kind.get(kind, 0)
    share = min(seen.failed, seen.n - 0.5) / seen.n
    stretch = -math.log1p(-share) / share if share > 0 else 1.0
    ends = (min(end, 1 - 0.5 / seen.n) for end in binomial_interval(found, seen.n))
    low, high = (end * stretch for end in ends)
    return found / seen.n * stretch, low, high


def _factor(origins: list[_Origin], p_detect: float, rate: float) -> float:
    """What to multiply the origins' probabilities by, so that the test finds at ``rate``."""
    largest = 1.0 / max(origin.p for origin in origins)

    if _found_rate(origins, p_detect, largest) <= rate:
        return largest
    return float(
        optimize.brentq(lambda factor: _found_rate(origins, p_detect, factor) - rate, 0.0, largest, xtol=1e-15)
    )


def _found_rate(origins: list[_Origin], p_detect: float, factor: float) -> float:
    """−ln P(the test finds nothing) that ``origins`` bring about, their probabilities multiplied by ``factor``."""
    return -sum(origin.pieces * math.log1p(-min(factor * origin.p * p_detect, 1 - 1e-12)) for origin in origins)


def _origins_before(plant: Plant, step: Step, kind: str) -> list[_Origin]:
    """How ``kind`` gets into a part before ``step``; empty unless this is the first test that looks for it.

    Also empty where components made here may bring it: what they bring depends on their own tests.
    """
    routing = plant.scenario.routings[step.routing]
    main = [operation for operation in routing.operations if not operation.rework]
    parts = plant.parts_of.get(step.routing, ())
    if step.operation not in main or len(parts) != 1:
        return []
    consumed = _consumed(main, plant.scenario.parts[parts[0]].bill_of_materials)
    origins: list[_Origin] = []
    for operation in main[: main.index(step.operation) + 1]:
        for name, pieces in consumed[operation.operation].items():
            part = plant.scenario.parts[name]
            if part.routing is not None:
                if _may_carry(plant, name, kind):
                    return []
            elif part.defects.get(kind, 0.0) > 0:
                origins.append(_Origin(("parts", name, "defects", kind), float(part.defects[kind]), pieces))
        if operation.defects.get(kind, 0.0) > 0:
            path = (*plant.steps[step.routing, operation.operation].path, "defects", kind)
            origins.append(_Origin(path, float(operation.defects[kind]), 1))
        if operation is not step.operation and operation.detects.get(kind, 0.0) > 0:
            return []
    return origins


def _consumed(main: list[Operation], bill: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """What each operation takes; parts of the bill that none names go to the first."""
    taken = {
        operation.operation: {name: int(count) for name, count in operation.consumes.items()} for operation in main
    }
    named = {name for parts in taken.values() for name in parts}
    first = taken[main[0].operation]
    for name, count in bill.items():
        if name not in named:
            first[name] = first.get(name, 0) + int(count)
    return taken


def _may_carry(plant: Plant, name: str, kind: str) -> bool:
    part = plant.scenario.parts[name]
    routing = plant.scenario.routings[part.routing] if part.routing is not None else None
    if part.defects.get(kind, 0.0) > 0 or (routing and any(op.defects.get(kind, 0) > 0 for op in routing.operations)):
        return True
    below = set(part.bill_of_materials)
    below |= {item for op in routing.operations for item in op.consumes} if routing else set()
    return any(_may_carry(plant, item, kind) for item in below)
