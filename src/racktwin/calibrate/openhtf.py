"""OpenHTF test records as JSON: a record is a visit, its phases are phases.

``metadata.test_name`` is the operation and ``dut_id`` the serial number; the mapping's ``operations`` and ``phases``
translate their names, ``work_centers`` the ``station_id`` if it names it. Only PASS and FAIL are verdicts.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from .build import RawVisit, observed_from
from .faults import Faults
from .mapping import Mapping
from .observation import Observed
from .plant import Plant
from .times import Clock

_EPOCH_MS = 1000.0


def read_openhtf(files: list[Path], name: str, mapping: Mapping, plant: Plant, faults: Faults) -> Observed:
    """The visits in OpenHTF JSON: a record a file, a list of them, or one a line; ScenarioError through ``faults``."""
    zero_s = Clock.of(plant.scenario).start.timestamp()
    visits: list[RawVisit] = []
    row = 0
    for path in files:
        for record in _records(path, faults, row):
            row += 1
            visits += _visits(record, row, zero_s, mapping, faults)
    return observed_from(name, visits, mapping, plant, faults, ("outcome",))


def _records(path: Path, faults: Faults, before: int) -> list[Any]:
    text = path.read_text("utf-8-sig", "replace")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return _lines(text, faults, before)
    return whole if isinstance(whole, list) else [whole]


def _lines(text: str, faults: Faults, before: int) -> list[Any]:
    records = []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), before + 1):
        try:
            records.append(json.loads(line))
        except (ValueError, RecursionError):
            faults.row(number, "not JSON", "write records with openhtf.output.callbacks.json_factory.OutputToJSON")
            records.append(None)
    return records


def _visits(record: Any, row: int, zero_s: float, mapping: Mapping, faults: Faults) -> list[RawVisit]:
    if record is None:
        return []
    if not isinstance(record, dict) or "dut_id" not in record:
        faults.row(row, "not an OpenHTF record: it has no dut_id", "write records with OutputToJSON")
        return []
    metadata = record.get("metadata")
    test = str(metadata.get("test_name", "")) if isinstance(metadata, dict) else ""
    serial, station = str(record["dut_id"] or ""), str(record.get("station_id") or "")

    def visit(item: dict[str, Any], phase: str) -> RawVisit:
        start_s, end_s = (_time(item, key, row, zero_s, faults) for key in ("start_time_millis", "end_time_millis"))
        outcome = str(item.get("outcome") or "").rpartition(".")[2]
        return RawVisit(
            row=row,
            serial_number=serial,
            operation=test,
            start_s=start_s,
            end_s=end_s,
            phase=phase,
            work_center=station if station in mapping.work_centers else "",
            work_unit=station,
            outcome=outcome if outcome in ("PASS", "FAIL") else "error",
            defect_kind=_code(item) if outcome == "FAIL" else "",
        )

    phases = record.get("phases")
    named = [phase for phase in phases if isinstance(phase, dict)] if isinstance(phases, list) else []
    return [visit(record, ""), *(visit(phase, str(phase.get("name", ""))) for phase in named)]


def _time(item: dict[str, Any], key: str, row: int, zero_s: float, faults: Faults) -> float:
    value = item.get(key)
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        faults.row(row, f"{key} {value!r} is not a number of milliseconds", "write records with OutputToJSON")
        return math.nan
    return value / _EPOCH_MS - zero_s


def _code(item: dict[str, Any]) -> str:
    details = item.get("outcome_details")
    first = details[0] if isinstance(details, list) and details else None
    return str(first.get("code", "")) if isinstance(first, dict) else ""
