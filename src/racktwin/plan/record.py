"""The folder of a study: its tables as Parquet, and what was asked as ``about.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from racktwin.errors import RunError
from racktwin.results.manifest import racktwin_version, write_atomically
from racktwin.results.parquet import parquet_bytes

from .sensitivity import Bar, Influence, Sweep
from .sobol import Indices
from .unknowns import Unknown


def write_study(folder: Path, tables: Mapping[str, pa.Table], about: Mapping[str, Any]) -> None:
    """Write each table and ``about.json`` into the new or empty ``folder``; RunError if anything is in it."""
    require_empty(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_atomically(folder / f"{name}.parquet", parquet_bytes(table))
    text = json.dumps(dict(about), indent=1, ensure_ascii=False, default=str)
    write_atomically(folder / "about.json", f"{text}\n".encode())


def require_empty(folder: Path) -> None:
    """RunError if anything is in the folder, before an hour is spent on what goes there."""
    if folder.exists() and any(folder.iterdir()):
        raise RunError(f"{folder} exists and is not empty\n    → choose another folder, or remove this one")


def about(sweep: Sweep, **more: Any) -> dict[str, Any]:
    """What was asked, and the whole scenario it was asked of."""
    seed = sweep.file.scenario.seed if sweep.seed is None else sweep.seed
    return {
        "racktwin_version": racktwin_version(),
        "scenario_name": sweep.file.scenario.name,
        "kpi": sweep.kpi,
        "replications": sweep.replications,
        "seed": seed,
        **more,
        "document": sweep.file.document,
    }


def influence_table(influences: Sequence[Influence]) -> pa.Table:
    """One row per entity or quantity, as in :class:`Influence`."""
    return pa.Table.from_pylist([asdict(one) for one in influences])


def tornado_table(bars: Sequence[Bar]) -> pa.Table:
    """One row per quantity: its range (SI) and what the KPI is at either end."""
    return pa.Table.from_pylist(
        [
            {
                "path": bar.unknown.path,
                "unit": bar.unknown.unit,
                "low": bar.unknown.low,
                "value": bar.unknown.value,
                "high": bar.unknown.high,
                "kpi_low": bar.low,
                "kpi_base": bar.base,
                "kpi_high": bar.high,
                "swing": bar.swing,
            }
            for bar in bars
        ]
    )


def variance_table(chosen: Sequence[Unknown], indices: Indices) -> pa.Table:
    """One row per quantity: the shares of the KPI's variance, as in :class:`Indices`."""
    columns = {name: pa.array(values, pa.float64()) for name, values in asdict(indices).items()}
    return pa.table({"path": [one.path for one in chosen], **columns})
