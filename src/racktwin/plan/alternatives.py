"""Alternatives of a scenario, by overrides, and the choice between them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from racktwin.errors import RacktwinError
from racktwin.scenario import read_scenario

from .selection import Report, Selection, select, select_with_budget
from .unrecorded import Experiment, require_unrecorded


@dataclass(frozen=True)
class Alternative:
    """A scenario as it is but for ``overrides``."""

    title: str
    overrides: tuple[str, ...] = ()


AS_IT_IS = Alternative("as it is")


def read_alternative(text: str) -> Alternative:
    """``path=value; path=value``, with ``title:`` before it where one is wanted."""
    title, colon, rest = text.partition(":")
    is_titled = bool(colon) and "=" not in title
    body = rest if is_titled else text
    overrides = tuple(part.strip() for part in body.split(";") if part.strip())
    if not overrides:
        raise RacktwinError(f"{text!r} changes nothing\n    → write path=value, or title: path=value; path=value")
    return Alternative(title.strip() if is_titled else "; ".join(overrides), overrides)


def choose(
    source: str,
    alternatives: Sequence[Alternative],
    kpi: str,
    *,
    indifference: float | None = None,
    budget: int | None = None,
    maximize: bool = True,
    confidence: float = 0.95,
    first: int = 10,
    at_most: int = 200,
    report: Report | None = None,
) -> Selection:
    """The best alternative of the scenario: by KN for an ``indifference``, by OCBA for a ``budget``.

    All use the scenario's seed, so replication r is the same chance for all. Raises ScenarioError for an alternative
    that is no scenario, RacktwinError where an alternative has no value of the KPI.
    """
    require_unrecorded(kpi)
    if (indifference is None) == (budget is None):
        raise RacktwinError("no rule to choose by\n    → give an indifference (KN) or a budget (OCBA), not both")
    lines = [Experiment.of(read_scenario(source, one.overrides).scenario, kpi) for one in alternatives]
    simulate = _simulating(lines, alternatives)
    if budget is not None:
        return select_with_budget(
            len(lines), simulate, budget=budget, maximize=maximize, first=first, step=len(lines), report=report
        )
    assert indifference is not None
    return select(
        len(lines),
        simulate,
        indifference=indifference,
        maximize=maximize,
        confidence=confidence,
        first=first,
        at_most=at_most,
        report=report,
    )


def _simulating(lines: Sequence[Experiment], alternatives: Sequence[Alternative]) -> Callable[[int, int], float]:
    def simulate(number: int, replication: int) -> float:
        value = lines[number].value(replication)
        if math.isnan(value):
            raise RacktwinError(
                f"{alternatives[number].title!r} has no {lines[number].kpi} in replication {replication}\n"
                "    → lengthen the horizon, or choose another KPI"
            )
        return value

    return simulate
