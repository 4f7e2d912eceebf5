"""How a foreign table's columns and words become ours: ``--map start=StartTime``, or a mapping file.

::

    columns: {serial_number: SN, operation: Station, start: StartTime, end: EndTime, outcome: Result}
    operations: {ICT: test_board}     # their word: ours
    outcomes: {P: pass, F: fail}
    unit: min                         # of times and durations written as numbers
    time_zone: America/Chicago        # of timestamps without one; the scenario's otherwise
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError

from racktwin.errors import Problem, ScenarioError
from racktwin.scenario.yaml_text import parse_yaml
from racktwin.spelling import did_you_mean

from .times import seconds_per

COLUMNS = {
    "serial_number": "the part's serial number",
    "part": "its part number; needed where an operation occurs in more than one routing",
    "operation": "operation of the routing",
    "phase": "phase of the operation, where rows are phases; empty for the whole visit",
    "work_center": "where",
    "work_unit": "which cell, slot or bench",
    "start": "when work began",
    "end": "when work ended; empty while it is still going on",
    "work": "time worked, where that is known and shorter than from start to end",
    "outcome": "pass, fail, false_fail, scrap, repaired, or error for none",
    "defect_kind": "what was found or repaired",
    "retest_passed": "yes if the part passed when tested again without repair: a false failure",
    "released": "when the part's order was released",
}
"""The columns an operations table may have, by our name."""

STATE_COLUMNS = {
    "work_center": "where",
    "work_unit": "which cell, slot or bench",
    "state": "SEMI E10 state: productive, standby, unscheduled_down…",
    "reason": "repair, or repair_wait while no one repairs; may be left out",
    "start": "when the state began",
    "end": "when it ended; empty while it lasts",
}
"""The columns of a table of equipment states."""

OUTCOMES = {
    **dict.fromkeys(("pass", "passed", "p", "ok", "good", "true", "1"), "pass"),
    **dict.fromkeys(("fail", "failed", "f", "ng", "bad", "false", "0"), "fail"),
    **dict.fromkeys(("error", "abort", "aborted", "timeout", "skip", "skipped", "n/a", "none", ""), "error"),
    **{word: word for word in ("false_fail", "scrap", "repaired")},
}
"""What outcomes mean that the mapping does not name, in small letters."""


class Mapping(BaseModel):
    """The mapping file; every part may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, str] = {}
    parts: dict[str, str] = {}
    operations: dict[str, str] = {}
    phases: dict[str, str] = {}
    work_centers: dict[str, str] = {}
    outcomes: dict[str, str] = {}
    defect_kinds: dict[str, str] = {}
    states: dict[str, str] = {}
    unit: str | None = None
    time_zone: str | None = None

    @property
    def seconds_per_unit(self) -> float | None:
        """Seconds in a unit of times written as numbers; None if none was given."""
        return None if self.unit is None else seconds_per(self.unit)

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of timestamps without one, if given."""
        return None if self.time_zone is None else ZoneInfo(self.time_zone)

    def outcome(self, word: str) -> str | None:
        """Our word for an outcome; None if it means nothing to us."""
        return self.outcomes.get(word, OUTCOMES.get(word.strip().lower()))


def read_mapping(path: Path | None, pairs: Sequence[str] = (), unit: str | None = None) -> Mapping:
    """The mapping in ``path`` with ``--map`` ``pairs`` over it; raises ScenarioError with every problem found."""
    shown = str(path) if path else "--map"
    written: dict[str, Any] = dict(_read(path)) if path else {}
    problems: list[Problem] = []
    columns = dict(written["columns"]) if isinstance(written.get("columns"), dict) else {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not equals or not theirs:
            problems.append(Problem("--map", 0, pair, "maps nothing", "write OURS=THEIRS, as start=StartTime"))
        columns[ours.strip()] = theirs.strip()
    written |= ({"columns": columns} if pairs else {}) | ({"unit": unit} if unit else {})
    try:
        mapping = Mapping.model_validate(written)
    except ValidationError as error:
        raise ScenarioError(problems + [_fault(shown, fault) for fault in error.errors()]) from None
    problems += _check(mapping, shown)
    if problems:
        raise ScenarioError(problems)
    return mapping


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError([Problem(str(path), 0, "", "not UTF-8 text", "save the file as UTF-8")]) from None
    value = parse_yaml(text, str(path)).value
    if not isinstance(value, dict):
        raise ScenarioError([Problem(str(path), 1, "", "a mapping file is a mapping", "columns: {start: StartTime}")])
    return value


def _fault(shown: str, fault: Any) -> Problem:
    path = ".".join(map(str, fault["loc"]))
    remedy = did_you_mean(str(fault["loc"][0]), Mapping.model_fields, "keys")
    return Problem(shown, 0, path, str(fault["msg"]).lower(), remedy)


def _check(mapping: Mapping, shown: str) -> list[Problem]:
    known = {**COLUMNS, **STATE_COLUMNS}
    problems = [
        Problem(shown, 0, f"columns.{ours}", f"unknown column {ours!r}", did_you_mean(ours, known, "columns"))
        for ours in mapping.columns
        if ours not in known
    ]
    problems += [
        Problem(shown, 0, f"outcomes.{theirs}", f"{ours!r} is no outcome", did_you_mean(ours, _OURS, "outcomes"))
        for theirs, ours in mapping.outcomes.items()
        if ours not in _OURS
    ]
    try:
        _ = mapping.seconds_per_unit
    except ValueError:
        problems.append(
            Problem(shown, 0, "unit", f"{mapping.unit!r} is not a unit of time", "unit: s, min, h, d or ms")
        )
    try:
        _ = mapping.zone
    except (KeyError, ValueError, OSError):
        message = f"{mapping.time_zone!r} is not a time zone"
        problems.append(Problem(shown, 0, "time_zone", message, "use an IANA name, as America/Chicago"))
    return problems


_OURS = tuple(dict.fromkeys(OUTCOMES.values()))
