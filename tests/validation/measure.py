"""Simulate a validation scenario and set its observables against their closed forms."""

from __future__ import annotations

from typing import NamedTuple

from tests.simulate import simulate_tables

from .interval import Interval, interval
from .known_answers import KNOWN_ANSWERS, KnownAnswer, load


class Measured(NamedTuple):
    """A known answer, its value, and the 99 % interval of what was simulated."""

    answer: KnownAnswer
    closed_form: float
    simulated: Interval

    @property
    def agrees(self) -> bool:
        """Whether the closed form lies inside the interval, or the whole interval below the bound."""
        if self.answer.is_upper_bound:
            return self.simulated.high <= self.closed_form
        return self.simulated.holds(self.closed_form)


def measure(scenario: str, seed: int | None = None) -> list[Measured]:
    """All known answers of one scenario, from one experiment with the scenario's own replications and seed."""
    loaded = load(scenario)
    runs = simulate_tables(loaded, loaded.replications, loaded.seed if seed is None else seed)
    return [
        Measured(answer, answer.closed_form(loaded), interval([answer.observe(loaded, tables) for tables in runs]))
        for answer in KNOWN_ANSWERS
        if answer.scenario == scenario
    ]
