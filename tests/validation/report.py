"""Write ``docs/validation.md``: ``python -m tests.validation.report``."""

from __future__ import annotations

from pathlib import Path

from .known_answers import KNOWN_ANSWERS
from .measure import Measured, measure
from .simpy_runs import SIZES
from .twins import CONFIDENCE, Difference, compare

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
HEAD = """# Validation

The line engine against closed forms of queueing theory. Each scenario is a file of `src/racktwin/examples/validation/`
and runs with its own seed and replications. *Simulated* is the mean over replications with its 99 % interval, so one
correct answer in a hundred may lie outside; the tests demand *inside* (or, for a bound, *below*) for these seeds.
Values are in SI units.

Written by `python -m tests.validation.report`.

| scenario | observable | closed form | by | simulated | 99 % interval | inside |
|---|---|---:|---|---:|---:|---|
"""
TWINS = f"""
## Beside SimPy

The plants of `benchmarks/line` have no closed form. Each was written again in SimPy (`benchmarks/line/simpy_twin.py`)
and run from empty, a number of times in each simulator with random numbers of its own. They agree where the difference
of means lies inside its {100 * CONFIDENCE:g} % interval (Welch; Bonferroni over the observables of a plant).
*Noticed* is the half width of that interval: the difference, as a share of the value, that would be found half of the
time.

| plant | observable | racktwin | SimPy | difference | noticed | agree |
|---|---|---:|---:|---:|---:|---|
"""
TAIL = """
`tray_line`, with people, power and rework, is compared with a SimPy twin of its own (`tests/validation/simpy_twin.py`).
What holds for every run of every scenario (Little's law, conservation, limits, states) is tested over generated plants
in `tests/properties/`.
"""


def page(measured: list[Measured], differences: list[Difference]) -> str:
    """The page as Markdown."""
    return HEAD + "".join(map(_line, measured)) + TWINS + "".join(map(_twin_line, differences)) + TAIL


def _twin_line(one: Difference) -> str:
    cells = (
        one.plant,
        one.observable,
        f"{one.ours:.5g}",
        f"{one.simpy:.5g}",
        f"{100.0 * (one.ours / one.simpy - 1.0):+.1f} %",
        f"{100.0 * one.noticed:.1f} %",
        "yes" if one.holds_zero else "**no**",
    )
    return "| " + " | ".join(cells) + " |\n"


def _line(one: Measured) -> str:
    answer, simulated = one.answer, one.simulated
    inside = "yes" if one.agrees else "**no**"
    unit = f" {answer.unit}" if answer.unit else ""
    cells = (
        f"`{answer.scenario}`",
        answer.observable,
        f"{one.closed_form:.6g}{unit}",
        answer.reference,
        f"{simulated.mean:.6g}",
        f"{simulated.low:.6g} to {simulated.high:.6g}",
        inside,
    )
    return "| " + " | ".join(cells) + " |\n"


def main() -> None:
    """Run every known answer and write the page."""
    scenarios = dict.fromkeys(answer.scenario for answer in KNOWN_ANSWERS)
    measured = [one for scenario in scenarios for one in measure(scenario)]
    PAGE.write_text(page(measured, [one for plant in SIZES for one in compare(plant)]), encoding="utf-8")


if __name__ == "__main__":
    main()
