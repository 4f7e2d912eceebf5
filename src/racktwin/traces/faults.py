"""What is wrong with a trace: the first rows at fault with their lines, or their number by reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from racktwin.errors import Problem, ScenarioError

MOST_SHOWN = 20
"""Rows at fault that are shown with their line; beyond them only their number is kept, so that memory is bounded."""

Mask = npt.NDArray[np.bool_]


class TraceFaults:
    """Counts rows by what happened to them. Strict: any row at fault makes :meth:`raise_if_any` raise.

    ``skipped``: rows not used, by why. ``changed``: rows used, but not as written, by how.
    """

    def __init__(self, path: Path, *, skip_bad: bool) -> None:
        self.file = str(path)
        self.skip_bad = skip_bad
        self.skipped: dict[str, int] = {}
        self.changed: dict[str, int] = {}
        self._at_fault = 0
        self._shown: list[Problem] = []
        self._of_file: list[Problem] = []

    def rows(self, bad: Mask, lines: npt.NDArray[np.int64], reason: str, remedy: str, cells: Any = None) -> None:
        """The rows where ``bad`` are at fault; ``cells``: their values of the column at fault, to be shown."""
        count = int(np.count_nonzero(bad))
        if self.skip_bad:
            self.leave_out(reason, count)
        elif count:
            self.rows_in_any_case(bad, lines, reason, remedy, cells)

    def rows_in_any_case(
        self, bad: Mask, lines: npt.NDArray[np.int64], reason: str, remedy: str, cells: Any = None
    ) -> None:
        """The rows where ``bad`` are at fault, and cannot be skipped."""
        self._at_fault += int(np.count_nonzero(bad))
        for index in np.flatnonzero(bad)[: MOST_SHOWN + 1 - len(self._shown)]:
            shown = "" if cells is None else f": {str(cells[index])[:60]!r}"
            self._shown.append(Problem(self.file, int(lines[index]), "", reason + shown, remedy))

    def leave_out(self, reason: str, count: int) -> None:
        """``count`` rows are not used, which is no fault of theirs."""
        if count:
            self.skipped[reason] = self.skipped.get(reason, 0) + count

    def change(self, how: str, count: int) -> None:
        """``count`` rows are used, but not as they were written."""
        if count:
            self.changed[how] = self.changed.get(how, 0) + count

    def file_fault(self, message: str, remedy: str, line: int = 0) -> None:
        """A fault of the file as a whole, which cannot be skipped."""
        self._of_file.append(Problem(self.file, line, "", message, remedy))

    def raise_if_any(self) -> None:
        """ScenarioError with what was found so far."""
        shown = sorted(self._shown)
        if len(shown) > MOST_SHOWN:
            message = f"and {self._at_fault - MOST_SHOWN} more rows at fault"
            remedy = "mend the file, or leave such rows out and have them counted: skip_bad"
            shown[MOST_SHOWN:] = [Problem(self.file, shown[MOST_SHOWN].line, "", message, remedy)]
        if self._of_file or shown:
            raise ScenarioError([*self._of_file, *shown])
