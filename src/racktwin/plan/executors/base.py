"""What an executor is: tasks in, outcomes out as they come, each task exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

MOST_ATTEMPTS = 4
"""A task that takes its process down so often is given up."""


@dataclass(frozen=True)
class Outcome:
    """The result of task ``number``, or why it has none."""

    number: int
    result: Any = None
    failure: str | None = None


class Executor(Protocol):
    """Calls ``work`` on each of ``tasks``, several at a time; ``work`` and tasks must be able to travel."""

    def run(self, work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Outcome]:
        """Yield each task's outcome as soon as it is there; stopping early cancels what has not begun."""
        ...
