"""The exception tree of racktwin.

RacktwinError
├── ScenarioError      the input is wrong; carries every problem found, each with file, line and remedy
├── RunError           a run folder cannot be read, written or compared
└── SimulationError    the model stopped making sense while it ran (a gridlock, for example)
"""

from __future__ import annotations

from dataclasses import dataclass


class RacktwinError(Exception):
    """Anything racktwin raises on purpose; the command line prints it without a traceback and exits with 2."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong (or odd) in an input: where it is, what it is and what would mend it."""

    file: str
    line: int
    path: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f" {self.path}:" if self.path else ""
        remedy = f"\n    → {self.remedy}" if self.remedy else ""
        return f"{place}:{where} {self.message}{remedy}"


class ScenarioError(RacktwinError):
    """The scenario cannot be used. ``problems`` holds all that was found, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[Problem]]]:
        """So that it comes whole from another process."""
        return type(self), (self.problems,)


class RunError(RacktwinError):
    """A run folder is missing, damaged, or of another format."""


class SimulationError(RacktwinError):
    """The simulated plant can make no further progress, or broke one of its own limits."""
