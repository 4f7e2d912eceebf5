"""Write ``docs/validation.md``: ``python -m tests.validation.report``."""

from __future__ import annotations

from pathlib import Path

from .known_answers import KNOWN_ANSWERS
from .measure import Measured, measure

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
HEAD = """# Validation

The line engine against closed forms of queueing theory. Each scenario is a file of `src/racktwin/examples/validation/`
and runs with its own seed and replications. *Simulated* is the mean over replications with its 99 % interval, so one
correct answer in a hundred may lie outside; the tests demand *inside* for these seeds. Values are in SI units.

Written by `python -m tests.validation.report`.

| scenario | observable | closed form | by | simulated | 99 % interval | inside |
|---|---|---:|---|---:|---:|---|
"""
TAIL = """
`tray_line` has no closed form; it is compared with a line written again in SimPy (`tests/validation/simpy_twin.py`).
What holds for every run of every scenario (Little's law, conservation, limits, states) is tested over generated plants
in `tests/properties/`.
"""


def page(measured: list[Measured]) -> str:
    """The page as Markdown."""
    return HEAD + "".join(map(_line, measured)) + TAIL


def _line(one: Measured) -> str:
    answer, simulated = one.answer, one.simulated
    inside = "yes" if simulated.holds(one.closed_form) else "**no**"
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
    PAGE.write_text(page([one for scenario in scenarios for one in measure(scenario)]), encoding="utf-8")


if __name__ == "__main__":
    main()
