"""How a run shows that it goes on: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from .terminal import console, note

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_LINES = 10


class Step(Protocol):
    """What is being done, how much of it is done and how much there is."""

    @property
    def stage(self) -> str: ...

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...


class ProgressLines:
    """One line per stage and at most ten between, for logs."""

    def __init__(self) -> None:
        self._shown: tuple[str, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, step: Step) -> None:
        """Print the step if it is a new stage, or a tenth further."""
        reached = (step.stage, step.done * _LINES // max(1, step.total))
        if reached != self._shown:
            self._shown = reached
            note(f"{step.stage}: {step.done} of {step.total}" if step.total else step.stage)


class ProgressBar:
    """A bar that follows the steps, on standard error."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar: Bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console(notes=True),
            transient=True,
        )
        self._stage = ""
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, step: Step) -> None:
        """Move the bar to the step; a new stage begins anew, and pulses where its length is not known."""
        if step.stage != self._stage:
            self._stage = step.stage
            self._bar.remove_task(self._task)
            self._task = self._bar.add_task(step.stage, total=None)
        self._bar.update(self._task, completed=step.done, total=step.total or None)


def progress() -> ProgressLines | ProgressBar:
    """The way that suits standard error."""
    return ProgressBar() if sys.stderr.isatty() else ProgressLines()
