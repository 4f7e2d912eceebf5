"""What is wrong with an observed file: all of it at once, or left out and counted if the caller wants that."""

from __future__ import annotations

from racktwin.errors import Problem, ScenarioError

MOST_SHOWN = 50


class Faults:
    """Collects faults by row. With ``skip``, rows at fault are left out and counted, and only the file's own raise."""

    def __init__(self, file: str, *, skip: bool) -> None:
        self.file = file
        self.skip = skip
        self.bad_rows: set[int] = set()
        self.left_out: dict[str, int] = {}
        self._problems: list[Problem] = []

    def row(self, row: int, message: str, remedy: str = "", *, kind: str = "rows that could not be read") -> None:
        """A fault of one row; ``kind`` names it where it is only counted."""
        if self.skip:
            if row not in self.bad_rows:
                self.left_out[kind] = self.left_out.get(kind, 0) + 1
        else:
            self._problems.append(Problem(self.file, row, "", message, remedy))
        self.bad_rows.add(row)

    def file_fault(self, message: str, remedy: str) -> None:
        """A fault of the file as a whole, which cannot be skipped."""
        self._problems.append(Problem(self.file, 0, "", message, remedy))

    def count(self, kind: str, number: int = 1) -> None:
        """Something that is no fault, but is not used."""
        if number:
            self.left_out[kind] = self.left_out.get(kind, 0) + number

    def raise_if_any(self) -> None:
        """ScenarioError with the faults found so far, the first fifty in full."""
        if not self._problems:
            return
        problems = sorted(set(self._problems))
        if len(problems) > MOST_SHOWN:
            last = problems[MOST_SHOWN]
            message = f"and {len(problems) - MOST_SHOWN} more problems in this file"
            remedy = "--skip-bad leaves out rows that cannot be used, and counts them"
            problems = [*problems[:MOST_SHOWN], Problem(self.file, last.line, "", message, remedy)]
        raise ScenarioError(problems)
