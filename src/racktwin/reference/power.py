"""What a job draws on a GPU and how a power cap slows it, by class of job and GPU model, as measured.

Where a class was not measured on a model, its row says so (:attr:`PowerTable.draw_basis`, ``curve_basis``), and its
interval is wider. Sources: ``power_tables.csv``, docs/design/fleet_power.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from .files import rows_of

Basis = Literal["measured", "pooled", "transferred", "assumed"]
"""measured in this class on this model · pooled over the model's other classes · transferred from another model."""

_ALIASES = {"V100M16": "V100", "V100M32": "V100", "H100-SXM": "H100", "H200-SXM": "H200", "B200-SXM": "B200"}


@dataclass(frozen=True)
class Knot:
    """A point of a curve: the cap by the natural draw, and what is left of draw and speed, with 90 % intervals."""

    x: float
    draw: float
    draw_low: float
    draw_high: float
    speed: float
    speed_low: float
    speed_high: float


@dataclass(frozen=True)
class PowerTable:
    """A class of job on a GPU model. ``draw_w``: natural draw of one GPU, W, with its 90 % interval for one more job.

    ``tdp_w``: rated power. ``peak_ratio``: 99th percentile of a node's power by its mean. ``knots``: the cap's effect.
    """

    job_class: str
    gpu_model: str
    tdp_w: float
    draw_w: float
    draw_low_w: float
    draw_high_w: float
    peak_ratio: float
    draw_basis: Basis
    curve: str
    curve_basis: Basis
    knots: tuple[Knot, ...]


@dataclass(frozen=True)
class HostPower:
    """What a node draws at the wall beyond its GPUs: ``fixed_w + factor × GPU power``; reaches: half 90 % intervals.

    The factor holds fans, voltage regulators and power supplies; ``idle_gpu_w`` is a GPU without work.
    """

    gpus: int
    fixed_w: float
    fixed_reach_w: float
    factor: float
    factor_reach: float

    def node_w(self, gpu_w: float) -> float:
        """The node's power at the wall when its GPUs draw ``gpu_w`` in all."""
        return self.fixed_w + self.factor * gpu_w


def gpu_models() -> tuple[str, ...]:
    """The GPU models there are tables for."""
    return tuple(dict.fromkeys(row["gpu_model"] for row in rows_of("power_tables.csv")))


def job_classes() -> tuple[str, ...]:
    """The classes of jobs there are tables for; ``training`` and ``inference`` stand for any of theirs."""
    return tuple(dict.fromkeys(row["job_class"] for row in rows_of("power_tables.csv")))


def power_table(job_class: str, gpu_model: str) -> PowerTable:
    """The table of a class on a GPU model; KeyError with what there is, if there is none."""
    model = _ALIASES.get(gpu_model, gpu_model)
    if model not in gpu_models():
        raise KeyError(f"no power table for GPU model {gpu_model!r}; there are {', '.join(gpu_models())}")
    if job_class not in job_classes():
        raise KeyError(f"no power table for job class {job_class!r}; there are {', '.join(job_classes())}")
    return _tables()[job_class, model]


def gpu_rating_w(gpu_model: str) -> float:
    """The rated power of a GPU, W; KeyError if there is no table for the model."""
    return power_table(job_classes()[0], gpu_model).tdp_w


def host_power() -> HostPower:
    """The host of 8 air-cooled GPUs on an HGX board."""
    (row,) = rows_of("power_host.csv")
    numbers = {name: float(row[name]) for name in ("fixed_w", "fixed_reach_w", "factor", "factor_reach")}
    return HostPower(int(row["gpus"]), **numbers)


@cache
def _tables() -> dict[tuple[str, str], PowerTable]:
    knots: dict[str, list[Knot]] = {}
    for row in rows_of("power_curves.csv"):
        ends = {name: float(row[name]) for name in Knot.__dataclass_fields__}
        knots.setdefault(row["curve"], []).append(Knot(**ends))
    found = {}
    for row in rows_of("power_tables.csv"):
        numbers = {name: float(row[name]) for name in ("tdp_w", "draw_w", "draw_low_w", "draw_high_w", "peak_ratio")}
        words = {name: row[name] for name in ("job_class", "gpu_model", "draw_basis", "curve", "curve_basis")}
        table = PowerTable(**numbers, **words, knots=tuple(knots[row["curve"]]))  # type: ignore[arg-type]
        found[table.job_class, table.gpu_model] = table
    return found
