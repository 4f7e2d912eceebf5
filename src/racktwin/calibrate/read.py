"""Read what was observed, whatever it is written in."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from racktwin.errors import Problem, ScenarioError
from racktwin.results import RunFolder
from racktwin.results.manifest import MANIFEST_NAME
from racktwin.scenario import ScenarioFile

from .faults import Faults
from .mapping import Mapping
from .observation import Observed
from .ocp import ARTIFACTS, read_ocp
from .openhtf import read_openhtf
from .plant import Plant
from .run_folder import keep_known, observe_run
from .table_file import read_operations, read_states

Format = Literal["table", "ocp", "openhtf", "run"]
"""table: CSV or Parquet · ocp: OCP Test & Validation JSON lines · openhtf: OpenHTF JSON · run: a run folder."""

FORMATS: tuple[Format, ...] = get_args(Format)
_JSON = (".json", ".jsonl", ".ndjson")


def read_observed(
    file: ScenarioFile,
    path: str | Path,
    *,
    mapping: Mapping | None = None,
    states: str | Path | None = None,
    format_: Format | None = None,
    skip_bad: bool = False,
) -> Observed:
    """What was observed at ``path``, in the words of the scenario ``file``.

    ``path`` is a CSV or Parquet table, OCP or OpenHTF output (a file, or a folder of them), or a run folder; the
    format is found from the content unless given. ``states`` is a table of equipment states beside it. Raises
    ScenarioError with every fault and its row, unless ``skip_bad`` leaves such rows out and counts them.
    """
    path, mapping, plant = Path(path), mapping or Mapping(), Plant(file)
    faults = Faults(str(path), skip=skip_bad)
    files = _files(path, faults)
    kind = format_ or _format(path, files)
    if kind == "run":
        observed = keep_known(observe_run(RunFolder.open(path)), plant, faults)
    elif kind == "table":
        observed = read_operations(path, mapping, plant, faults)
    elif kind == "ocp":
        observed = read_ocp(files, path.name, mapping, plant, faults)
    else:
        observed = read_openhtf(files, path.name, mapping, plant, faults)
    if states is None:
        return observed
    of_states = Faults(str(states), skip=skip_bad)
    table = read_states(Path(states), mapping, plant, of_states)
    return replace(observed, states=table, left_out={**observed.left_out, **of_states.left_out})


def _files(path: Path, faults: Faults) -> list[Path]:
    """The file, or the JSON files of a folder."""
    if not path.exists():
        faults.file_fault("there is no such file or folder", "check the spelling")
    elif path.is_dir() and not (path / MANIFEST_NAME).is_file():
        files = sorted(child for child in path.iterdir() if child.suffix.lower() in _JSON)
        if files:
            return files
        faults.file_fault("a folder without JSON files, and no run", "name a table, or a folder of test records")
    faults.raise_if_any()
    return [path]


def _format(path: Path, files: list[Path]) -> Format:
    if path.is_dir() and (path / MANIFEST_NAME).is_file():
        return "run"
    if files[0].suffix.lower() not in _JSON:
        if path.is_dir() or path.suffix.lower() in (".csv", ".parquet", ".tsv", ".txt"):
            return "table"
        remedy = f"use .csv or .parquet, or say what it is: --format {' or '.join(FORMATS)}"
        raise ScenarioError([Problem(str(path), 0, "", "not a kind of file calibration reads", remedy)])
    with files[0].open("rb") as stream:
        head = stream.readline(1_000_000)
    try:
        first = json.loads(head)
    except (ValueError, RecursionError):
        return "openhtf"
    ocp = isinstance(first, dict) and any(key in first for key in ("schemaVersion", *ARTIFACTS))
    return "ocp" if ocp else "openhtf"
