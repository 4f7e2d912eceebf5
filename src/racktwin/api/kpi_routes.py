"""What a run means: KPIs with their definitions and intervals, distributions, marginal values, assumptions, tornado."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Query, Request, Response

from racktwin.kpi import KPIS, summarize
from racktwin.kpi.shares import SHARES
from racktwin.model import ledger

from .answers import Opened, answer, plain
from .open_runs import OpenRun
from .problems import ApiError, errors
from .studies import studies_of, told_by
from .table_query import quoted

router = APIRouter(prefix="/api/runs/{run}", tags=["numbers"])
_QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
_MOST_GROUPS = 30


def kpi_table(opened: OpenRun) -> pa.Table:
    """The stored KPIs of a run; ApiError 409 where it has none yet."""
    if "kpis" not in opened.run.extras:
        raise ApiError(409, f"run {opened.name!r} has no KPIs", "let it finish, or resume it")
    return opened.run.extra("kpis")


@router.get("/kpis", responses=errors(404, 409))
def read_kpis(
    request: Request,
    opened: Opened,
    kpi: Annotated[list[str], Query(description="only these", examples=[["throughput"]])] = [],  # noqa: B006
) -> Response:
    """Every KPI and subject: mean, half its 95 % interval, value per replication; and what each KPI means."""

    def kpis() -> dict[str, Any]:
        table = kpi_table(opened)
        values: dict[tuple[str, str], list[Any]] = {}
        for name, subject, value in zip(*(table[c].to_pylist() for c in ("kpi", "subject", "value")), strict=True):
            values.setdefault((name, subject), []).append(value)
        found = [
            {**asdict(item), "values": values[item.kpi, item.subject]}
            for item in summarize(table)
            if not kpi or item.kpi in kpi
        ]
        return {"run": opened.name, "estimates": found, "kpis": definitions()}

    return answer(request, opened, kpis)


def definitions() -> dict[str, dict[str, Any]]:
    """Title, unit, whether it reads as a percentage, direction, kind of subject and formula of every KPI, by name."""
    return {
        name: {
            "title": kpi.title,
            "unit": kpi.unit,
            "is_share": name in SHARES,
            "direction": kpi.direction,
            "subject_kind": kpi.subject_kind,
            "formula": kpi.formula,
        }
        for name, kpi in KPIS.items()
    }


@router.get("/distribution", responses=errors(404, 409))
def read_distribution(
    request: Request,
    opened: Opened,
    table: Annotated[str, Query(max_length=80, examples=["shipped"])],
    column: Annotated[str, Query(max_length=80, examples=["cycle_s"])],
    by: Annotated[str, Query(max_length=80, description="one distribution per value of this column")] = "",
    bins: Annotated[int, Query(ge=1, le=200)] = 40,
    replication: Annotated[int | None, Query(ge=0, le=10**9)] = None,
) -> Response:
    """Histogram, quantiles and mean of a numeric column, for the thirty largest groups, on common bin edges."""
    columns = opened.columns(table)
    for name in (column, *([by] if by else [])):
        if name not in columns:
            raise ApiError(422, f"there is no column {name!r}", f"choose from {', '.join(columns)}")
    if columns[column] not in ("DOUBLE", "BIGINT", "INTEGER", "FLOAT"):
        raise ApiError(422, f"{column!r} is not a number", f"it is of type {columns[column]}")
    return answer(request, opened, lambda: _distribution(opened, table, column, by, bins, replication))


def _distribution(
    opened: OpenRun, table: str, column: str, by: str, bins: int, replication: int | None
) -> dict[str, Any]:
    part = None if replication is None else opened.replication(replication)
    value, group = f"CAST({quoted(column)} AS DOUBLE)", f"CAST({quoted(by)} AS VARCHAR)" if by else "''"
    source = f"(SELECT {group} AS g, {value} AS v FROM {quoted(table)} WHERE isfinite({value}))"
    ((low, high),) = opened.rows(f"SELECT min(v), quantile_cont(v, 0.999) FROM {source}", None, part)
    if low is None:
        return {"column": column, "edges": [], "groups": []}
    width = (high - low) / bins or 1.0
    quantiles = ", ".join(map(str, _QUANTILES))
    summaries = opened.rows(
        f"SELECT g, count(*), avg(v), stddev_samp(v), quantile_cont(v, [{quantiles}]), max(v) FROM {source} "
        f"GROUP BY g ORDER BY count(*) DESC, g LIMIT {_MOST_GROUPS}",
        None,
        part,
    )
    counted = opened.rows(
        f"SELECT g, least(CAST(floor((v - ?) / ?) AS BIGINT), ?) AS bin, count(*) FROM {source} GROUP BY ALL",
        [low, width, bins - 1],
        part,
    )
    counts = {summary[0]: [0] * bins for summary in summaries}
    for name, place, count in counted:
        if name in counts:
            counts[name][place] += count
    return {
        "column": column,
        "edges": [low + width * step for step in range(bins + 1)],
        "quantiles": list(_QUANTILES),
        "groups": [
            {"name": g, "count": n, "mean": mean, "sd": sd, "quantiles": list(q), "max": most, "counts": counts[g]}
            for g, n, mean, sd, q, most in summaries
        ],
    }


@router.get("/marginals", responses=errors(404, 409))
def read_marginals(request: Request, opened: Opened) -> Response:
    """What one more unit of each of the tightest limits would bring, with intervals; empty where not computed."""

    def marginals() -> dict[str, Any]:
        held = "marginals" in opened.run.extras
        return {"run": opened.name, "marginals": opened.run.extra("marginals").to_pylist() if held else []}

    return answer(request, opened, marginals)


@router.get("/assumptions", responses=errors(404, 409))
def read_assumptions(request: Request, opened: Opened) -> Response:
    """Every quantity the scenario's author wrote, with its source, confidence and range; SI values."""

    def assumptions() -> dict[str, Any]:
        rows = [
            {
                "path": entry.path,
                "written": entry.written,
                "value": entry.value,
                "unit": entry.unit,
                "source": entry.provenance.source or "",
                "confidence": entry.provenance.confidence if entry.provenance.source else "assumed",
                "low": entry.provenance.low,
                "high": entry.provenance.high,
            }
            for entry in ledger(opened.run.scenario)
        ]
        return {"run": opened.name, "assumptions": rows}

    return answer(request, opened, assumptions)


@router.get("/tornado", responses=errors(404, 409))
def read_tornado(request: Request, opened: Opened) -> dict[str, Any]:
    """The studies of this scenario in the workspace (``racktwin tornado --out``): which unknowns move a KPI how far."""
    root: Path = request.app.state.workspace.root
    found = told_by(
        studies_of(root, opened.run.manifest.scenario_name, "tornado"),
        "tornado",
        lambda study, rows: {"name": study.name, "kpi": study.about.get("kpi"), "bars": rows},
    )
    answered: dict[str, Any] = plain({"run": opened.name, "studies": found})
    return answered
