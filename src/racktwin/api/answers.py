"""From Python to JSON: no NaN, numbers with few digits, and an entity tag so that nothing is sent twice."""

from __future__ import annotations

import gzip
import json
import math
import time
from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
from fastapi import Depends, Path, Request, Response

from racktwin.results.memory import return_freed_memory

from .open_runs import OpenRun, OpenRuns

_LEVEL = 4
_JSON = (str, int, bool, type(None))
_LONG_S = 0.1
"""What takes longer has taken memory too: it goes back to the system (``benchmarks/web.py``: 15 MB at the peak)."""


def runs_of(request: Request) -> OpenRuns:
    """The open runs of this server."""
    found: OpenRuns = request.app.state.runs
    return found


def opened_run(
    request: Request, run: Annotated[str, Path(description="name of a run", examples=["georgetown"], max_length=200)]
) -> OpenRun:
    """The run that the address names."""
    return runs_of(request).get(run)


Opened = Annotated[OpenRun, Depends(opened_run)]


def answer(
    request: Request, opened: OpenRun, make: Callable[[], Any], media_type: str = "application/json", also: str = ""
) -> Response:
    """``make()`` as JSON (or its bytes), compressed once and kept for this version of the run.

    ``also`` is what the answer depends on besides the run and the address.
    """
    tag = f'"{opened.version}{also}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)

    def content() -> bytes:
        begun = time.perf_counter()
        made = make()
        packed = gzip.compress(made if isinstance(made, bytes) else to_json(made), _LEVEL, mtime=0)
        if time.perf_counter() - begun > _LONG_S:
            del made
            return_freed_memory()
        return packed

    packed = opened.owner.answer(opened, (request.url.path, request.url.query, also), content)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed), media_type=media_type, headers=headers)
    return Response(packed, media_type=media_type, headers={**headers, "content-encoding": "gzip"})


def to_json(value: Any) -> bytes:
    """JSON in which what is not a number is null."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def plain(value: Any) -> Any:
    """``value`` with arrays as lists, NaN and infinities as None, and what JSON has no word for as text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value if isinstance(value, _JSON) else str(value)


def _array(values: np.ndarray[Any, Any]) -> list[Any]:
    if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
        return [one if math.isfinite(one) else None for one in values.tolist()]
    found: list[Any] = values.tolist()
    return found


def table_rows(table: pa.Table) -> list[list[Any]]:
    """Rows of an Arrow table as JSON knows them."""
    columns = [_column(column) for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)] if columns else []


def _column(column: pa.ChunkedArray) -> list[Any]:
    values = column.to_pylist()
    if pa.types.is_floating(column.type):
        return [value if value is not None and math.isfinite(value) else None for value in values]
    if pa.types.is_nested(column.type):
        return [plain(value) for value in values]
    return [value if isinstance(value, (float, *_JSON)) else str(value) for value in values]
