"""Traces, models of traces and requests that ``fleet.work`` names, read where a scenario is read.

What was read stands in the document (``jobs``, ``fitted``, ``requests``), so that a run's folder holds its work. A
trace is read again only where the keys that decide how it is read have changed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from racktwin.errors import Problem, ScenarioError
from racktwin.model.gpu_work import GpuGenerator, GpuService, GpuTrace
from racktwin.model.hourly import PowerCarbon, PowerPrice, SystemLoad

from .document import Document, Steps
from .folder import MAX_TABLE_BYTES, Folder, decode

MOST_JOBS = 200_000
"""Jobs of one trace that a scenario can hold: they are written into its run folder."""

_READ_WITH = ("file", "format", "columns", "time_unit", "memory_unit", "processors_per_gpu", "from", "until")
_TRACE_KEYS = (*_READ_WITH, "skip_bad", "job_classes")
_SERVICE_KEYS = ("file", "step", "skip_bad")
_SERIES: dict[str, Any] = {"price": PowerPrice, "carbon": PowerCarbon, "system_load": SystemLoad}
_SERIES_KEYS = ("file", "direct")
_BYTES = {"B": 1.0, "KiB": 1024.0, "MiB": 1024.0**2, "GiB": 1024.0**3}


def inline_work(document: Document, folder: Folder, problems: list[Problem]) -> None:
    """Put what each source of ``fleet.work`` names beside its name; adds to ``problems``."""
    for steps, kind, raw in [*_sources(document.value), *_series(document.value)]:
        try:
            if kind in _SERIES:
                _put_hours(document, folder, steps, raw)
            elif kind == "trace":
                _put_trace(document, folder, steps, raw)
            elif kind == "model":
                _put_model(document, folder, steps, raw)
            else:
                _put_requests(document, folder, steps, raw)
        except ScenarioError as error:
            problems += error.problems


def _sources(value: Any) -> Iterator[tuple[Steps, str, dict[str, Any]]]:
    fleet = value.get("fleet") if isinstance(value, dict) else None
    work = fleet.get("work") if isinstance(fleet, dict) else None
    for name, source in work.items() if isinstance(work, dict) else ():
        for kind in ("trace", "model", "service"):
            if isinstance(source, dict) and isinstance(source.get(kind), dict):
                yield ("fleet", "work", name, kind), kind, source[kind]


def _series(value: Any) -> Iterator[tuple[Steps, str, dict[str, Any]]]:
    hall = value.get("hall") if isinstance(value, dict) else None
    for kind in ("price", "carbon", "system_load"):
        series = hall.get(kind) if isinstance(hall, dict) else None
        if isinstance(series, dict) and isinstance(series.get("file"), str):
            yield ("hall", kind), kind, series


def _put_hours(document: Document, folder: Folder, steps: Steps, raw: dict[str, Any]) -> None:
    kind = steps[-1]
    series, of = _parsed(_SERIES[str(kind)], raw, "hours"), _key(raw, _SERIES_KEYS)
    if series is None or (raw.get("hours") or {"of": ""}).get("of", of) == of:
        return
    raw.pop("hours", None)
    path = _file(document, folder, steps, series.file)
    from racktwin.traces import read_hourly_carbon, read_hourly_load, read_hourly_price

    with _told(folder, path, document.dotted(steps)):
        if kind == "carbon":
            found = read_hourly_carbon(path, direct=series.direct)
        else:
            found = read_hourly_price(path) if kind == "price" else read_hourly_load(path)
        raw["hours"] = {"of": of, "first_epoch_s": found.first_epoch_s, "values": found.values.tolist()}


def _put_trace(document: Document, folder: Folder, steps: Steps, raw: dict[str, Any]) -> None:
    trace, of = _parsed(GpuTrace, raw, "jobs"), _key(raw, _TRACE_KEYS)
    if trace is None or (raw.get("jobs") or {}).get("of") == of:
        return
    raw["jobs"] = {"of": of}  # so that a fault is not told twice
    path = _file(document, folder, steps, trace.file)
    with _told(folder, path, document.dotted(steps)):
        raw["jobs"] = {"of": of, **_columns(trace, path)}


def _columns(trace: GpuTrace, path: Path) -> dict[str, Any]:
    """The trace as :class:`racktwin.model.TraceJobs` holds it."""
    from racktwin.traces import Limits, TraceMapping, read_gpu_jobs

    mapping = TraceMapping(
        columns=trace.columns,
        seconds_per_unit=float(trace.time_unit_s),
        bytes_per_unit=_BYTES[trace.memory_unit],
        job_classes=trace.job_classes,
        processors_per_gpu=float(trace.processors_per_gpu),
    )
    until_s = math.inf if trace.until_s is None else float(trace.until_s)
    wanted = Limits(from_s=float(trace.from_s), until_s=until_s, after_first=True)
    found = read_gpu_jobs(path, trace.format, mapping, wanted=wanted, skip_bad=trace.skip_bad)
    if found.jobs.num_rows > MOST_JOBS:
        message = f"{found.jobs.num_rows:,} jobs; a scenario holds at most {MOST_JOBS:,} of a trace"
        raise ScenarioError([Problem(str(path), 0, "", message, "take a part of it: until: 7 d")])
    columns: dict[str, Any] = {"left_out": found.skipped, "changed": found.changed}
    for name in ("job", "submit_s", "gpus", "duration_s"):
        columns[name] = found.jobs[name].to_pylist()
    for name in ("time_limit_s", "cpus", "memory_bytes"):
        values = [None if math.isnan(value) else value for value in found.jobs[name].to_pylist()]
        columns[name] = values if any(value is not None for value in values) else []
    priority = found.jobs["priority"].to_pylist()
    columns["priority"] = priority if any(priority) else []
    for name, words in (("job_class", "job_classes"), ("user", "users"), ("gpu_model", "gpu_models")):
        coded = found.jobs[name].combine_chunks().dictionary_encode()
        columns[words], columns[name] = coded.dictionary.to_pylist(), coded.indices.to_pylist()
        if columns[words] == [""]:
            columns[words], columns[name] = [], []
    return columns


def _put_model(document: Document, folder: Folder, steps: Steps, raw: dict[str, Any]) -> None:
    model = _parsed(GpuGenerator, raw, "fitted")
    if model is None:
        return
    if model.shipped is not None:
        text = resources.files("racktwin.reference").joinpath("work", f"{model.shipped}.json").read_text("utf-8")
        raw["fitted"] = json.loads(text)
        return
    path, asked_at = _file(document, folder, steps, str(model.file), noting=False), document.place((*steps, "file"))
    shown = folder.show(path)
    try:
        raw["fitted"] = json.loads(decode(folder.read(path, asked_at, MAX_TABLE_BYTES), shown))
    except ValueError as error:
        remedy = "make one with racktwin fleet fit TRACE"
        problem = Problem(shown, getattr(error, "lineno", 0), document.dotted(steps), f"not JSON: {error}", remedy)
        raise ScenarioError([problem]) from None


def _put_requests(document: Document, folder: Folder, steps: Steps, raw: dict[str, Any]) -> None:
    service, of = _parsed(GpuService, raw, "requests"), _key(raw, _SERVICE_KEYS)
    if service is None or (raw.get("requests") or {}).get("of") == of:
        return
    raw["requests"] = {"of": of}
    path = _file(document, folder, steps, service.file)
    from racktwin.traces import read_request_load

    with _told(folder, path, document.dotted(steps)):
        found = read_request_load(path, float(service.step_s), skip_bad=service.skip_bad)
        tokens = found.load["generated_tokens"].to_pylist()
        raw["requests"] = {"of": of, "left_out": found.skipped, "step_s": found.step_s, "tokens": tokens}


def _parsed(kind: Any, raw: dict[str, Any], filled: str) -> Any:
    """The source as its author wrote it; None if that is wrong, which the validation of the whole will tell."""
    try:
        return kind.model_validate({key: value for key, value in raw.items() if key != filled})
    except ValidationError:
        return None


def _key(raw: dict[str, Any], keys: tuple[str, ...]) -> str:
    return json.dumps({key: raw[key] for key in keys if key in raw}, sort_keys=True, default=str)


def _file(document: Document, folder: Folder, steps: Steps, name: str, *, noting: bool = True) -> Path:
    asked_at = document.place((*steps, "file"))
    path = folder.find(name, folder.beside(asked_at), asked_at)
    return folder.note(path, asked_at) if noting else path


@contextmanager
def _told(folder: Folder, path: Path, dotted: str) -> Iterator[None]:
    """Problems of a file are told with the file's name as its reader knows it, and with the key that named it."""
    try:
        yield
    except ScenarioError as error:
        shown = folder.show(path)
        renamed = [
            replace(problem, file=shown if problem.file == str(path) else problem.file, path=dotted)
            for problem in error.problems
        ]
        raise ScenarioError(renamed) from None
