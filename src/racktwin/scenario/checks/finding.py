"""What a rule finds: where in the scenario, what, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from racktwin.errors import Problem
from racktwin.model import Scenario
from racktwin.scenario.document import Document, Steps


@dataclass(frozen=True)
class Finding:
    """A problem that only shows between entities. ``odd``: allowed, but probably not meant."""

    steps: Steps
    message: str
    remedy: str
    odd: bool = False

    def problem(self, document: Document) -> Problem:
        """The finding with the file and line of ``document`` it is about."""
        steps = document.follow(self.steps)
        return document.place(steps).problem(document.dotted(steps), self.message, self.remedy)


Rule = Callable[[Scenario], Iterator[Finding]]


def error(steps: Steps, message: str, remedy: str) -> Finding:
    """A finding that keeps the scenario from being used."""
    return Finding(steps, message, remedy)


def oddity(steps: Steps, message: str, remedy: str) -> Finding:
    """A finding that is allowed, but probably not meant."""
    return Finding(steps, message, remedy, odd=True)
