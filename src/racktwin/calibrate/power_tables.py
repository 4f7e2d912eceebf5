"""The power tables that ship with the package: every class on every GPU model, and how it is known."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .partial_pooling import Expected, expected_of, held_back_factor
from .power import (
    Curve,
    HostLoad,
    Point,
    between,
    cap_curves,
    class_curve,
    exponents,
    host_load,
    natural_draws,
    network_misses,
    power_law_curve,
)

TDP_W = {"P100": 250.0, "V100": 250.0, "A100": 400.0, "H100": 700.0, "H200": 700.0, "B200": 1000.0, "GB200": 1200.0}
"""Rated power of a GPU, W (NVIDIA data sheets; V100 and P100 as PCIe cards, which is what Zeus measured)."""

TRAINING = ("training_llm", "training_language", "training_vision", "training_recommendation",
            "training_image_generation", "training_speech")  # fmt: skip
INFERENCE = ("inference_llm", "inference_language", "inference_vision", "inference_recommendation",
             "inference_image_generation", "inference_speech", "inference_graph")  # fmt: skip
PARENTS = ("training", "inference")
"""Any training or inference: what to expect where nothing more is known."""

INFERENCE_NATURAL_SHARE = Expected(0.95, 0.85, 1.0, 0)
"""Natural draw of saturated inference as a share of rated power. Assumed, since MLPerf's uncapped round has no power:
below 0.85 a cap of 71 % could not have cost a fifth of the speed, as it did."""

GB200_BY_B200 = Expected(1.0, 0.74, 1.33, 0)
"""Draw of a GB200 by that of a B200 in watts: 10 % to 90 % of 157,000 kernels of equal shape measured on both
(aiconfigurator); median 0.91 for matrix products, 1.02 for prefill attention, 0.93 for decode attention."""

CAPPED_MODELS = ("V100", "P100")
"""Models whose training was measured under several caps."""

_DONORS = {
    "P100": {"inference": "B200"},
    "V100": {"inference": "B200"},
    "A100": {"training": "H100", "inference": "B200"},
    "H100": {"inference": "H200"},
    "H200": {"training": "H100"},
    "GB200": {"training": "B200", "inference": "B200"},
}
_WIDER = 1.5
"""Intervals taken over from another GPU model are wider by this. Assumed; P100 held against V100: tests/reference."""


@dataclass(frozen=True)
class PowerRow:
    """A class on a GPU model: natural draw of a GPU, W, and which curve holds.

    Basis: ``measured`` on this model in this class · ``pooled`` over the model's other classes · ``transferred`` from
    another model · ``assumed``.
    """

    job_class: str
    gpu_model: str
    draw: Expected
    draw_basis: str
    peak_ratio: float
    curve: str
    curve_basis: str


@dataclass(frozen=True)
class PowerTables:
    """All rows, the curves they name, and the host's load."""

    rows: tuple[PowerRow, ...]
    curves: Mapping[str, Curve]
    host: HostLoad


def power_tables(points: Sequence[Point]) -> PowerTables:
    """Every class on every GPU model of :data:`TDP_W`, from ``points``."""
    host = host_load(points)
    curves = _curves(points)
    draws = natural_draws(points, host)
    wider = _held_back_factors(draws)
    peaks = _peak_ratios(points)
    rows = []
    for gpu in TDP_W:
        for job_class in (*TRAINING, *INFERENCE, *PARENTS):
            draw, basis = _draw(draws, wider, gpu, job_class)
            curve, curve_basis = _curve_of(curves, gpu, job_class)
            parent = job_class.partition("_")[0]
            rows.append(PowerRow(job_class, gpu, draw, basis, peaks[parent], curve, curve_basis))
    return PowerTables(tuple(rows), curves, host)


def _curves(points: Sequence[Point]) -> dict[str, Curve]:
    found: dict[str, Curve] = {}
    measured = {gpu: cap_curves(points, gpu) for gpu in CAPPED_MODELS}
    misses = network_misses(measured.values())
    for gpu, curves in measured.items():
        for job_class in (*TRAINING, "training"):
            found[f"{gpu} {job_class}"] = class_curve(curves, job_class, misses)
    laws = exponents(points, INFERENCE_NATURAL_SHARE.value * TDP_W["H200"])
    for job_class in (*INFERENCE, "inference"):
        found[f"H200 {job_class}"] = power_law_curve(expected_of(laws, job_class))
    for job_class in (*TRAINING, "training"):
        found[f"later {job_class}"] = between(found[f"V100 {job_class}"], found["H200 inference"])
    return found


def _curve_of(curves: Mapping[str, Curve], gpu: str, job_class: str) -> tuple[str, str]:
    own = "H200" if job_class.startswith("inference") else gpu if gpu in CAPPED_MODELS else "later"
    name = f"{own} {job_class}"
    if own != gpu:
        return name, "transferred"
    return name, "measured" if max(row.n for row in curves[name].speed) else "pooled"


def _held_back_factors(draws: Mapping[str, Mapping[str, list[float]]]) -> dict[str, float]:
    """By GPU model, what widens stated intervals of natural draw: models measured in the same way share theirs."""
    ways = [CAPPED_MODELS, tuple(gpu for gpu in draws if gpu not in CAPPED_MODELS)]
    return {
        gpu: held_back_factor(_of_parent(draws[gpu], parent) for gpu in way for parent in PARENTS)
        for way in ways
        for gpu in way
    }


def _of_parent(by_class: Mapping[str, list[float]], parent: str) -> dict[str, list[float]]:
    return {name: values for name, values in by_class.items() if name.startswith(parent)}


def _draw(
    draws: Mapping[str, Mapping[str, list[float]]], wider: Mapping[str, float], gpu: str, job_class: str
) -> tuple[Expected, str]:
    parent = job_class.partition("_")[0]
    if gpu == "H200" and parent == "inference":
        return _scaled(INFERENCE_NATURAL_SHARE, TDP_W[gpu], TDP_W[gpu]), "assumed"
    donor = _DONORS.get(gpu, {}).get(parent, gpu)
    if donor == "H200":
        return _scaled(INFERENCE_NATURAL_SHARE, TDP_W[gpu], TDP_W[gpu]), "assumed"
    expected = expected_of(_of_parent(draws[donor], parent), job_class).widened(wider[donor])
    basis = "measured" if expected.n else "pooled"
    if donor == gpu:
        return _scaled(expected, 1.0, TDP_W[gpu]), basis
    ratio = GB200_BY_B200 if gpu == "GB200" else None
    scale = ratio.value if ratio else TDP_W[gpu] / TDP_W[donor]
    value, low, high = expected.value, expected.widened(_WIDER).low, expected.widened(_WIDER).high
    if ratio:
        low, high = min(low, ratio.low * value), max(high, ratio.high * value)
    return _scaled(Expected(value, low, high, 0), scale, TDP_W[gpu]), "transferred"


def _scaled(expected: Expected, factor: float, most: float) -> Expected:
    ends = (expected.value * factor, expected.low * factor, expected.high * factor)
    value, low, high = (min(max(end, 0.0), most) for end in ends)
    return Expected(value, low, high, expected.n)


def _peak_ratios(points: Sequence[Point]) -> dict[str, float]:
    """The mean over runs of the 99th percentile of power by its mean, for training and inference."""
    found = {}
    for parent in PARENTS:
        ratios = [
            point.peak_ratio
            for point in points
            if point.used and point.job_class.startswith(parent) and point.peak_ratio == point.peak_ratio
        ]
        found[parent] = sum(ratios) / len(ratios)
    return found


_TABLES_HEAD = """\
# Natural draw of a GPU by class of job and GPU model, W, with 90 % prediction intervals for one more workload.
# Sources (all Apache-2.0): ml-energy/zeus NSDI'23 (V100, P100); MLCommons training v4.0, v4.1, v5.0 (H100, B200) and
# inference v4.1 Max-Q, v5.1 (H200, B200); ai-dynamo/aiconfigurator (B200 to GB200). Written from power_points.csv by
# tests/reference/extract_power.py; how: docs/design/fleet_power.md.
"""
_CURVES_HEAD = """\
# Draw and speed under a power cap, as shares of uncapped, over x = cap / natural draw, with 90 % prediction intervals.
# Below the first x nothing was measured. Sources and licence as power_tables.csv.
"""
_HOST_HEAD = """\
# What a node of 8 GPUs draws at the wall: fixed_w + factor x what its GPUs draw; reaches are half 90 % intervals.
# From NVIDIA's H200 Max-Q submission (MLCommons inference v4.1, Apache-2.0): node power over 8 x the power cap.
"""


def write_tables(points: Sequence[Point], folder: Path) -> None:
    """``power_tables.csv``, ``power_curves.csv`` and ``power_host.csv`` in ``folder``."""
    tables = power_tables(points)
    rows = [
        [row.job_class, row.gpu_model, f"{TDP_W[row.gpu_model]:g}", *_ends(row.draw, 1), row.draw.n, row.draw_basis,
         f"{row.peak_ratio:.3f}", row.curve, row.curve_basis]
        for row in tables.rows
    ]  # fmt: skip
    head = ("job_class", "gpu_model", "tdp_w", "draw_w", "draw_low_w", "draw_high_w", "workloads", "draw_basis",
            "peak_ratio", "curve", "curve_basis")  # fmt: skip
    _write(folder / "power_tables.csv", _TABLES_HEAD, head, rows)
    knots = [
        [name, f"{x:g}", *_ends(draw, 4), *_ends(speed, 4), speed.n]
        for name, curve in tables.curves.items()
        for x, draw, speed in zip(curve.x, curve.draw, curve.speed, strict=True)
    ]
    curve_head = ("curve", "x", "draw", "draw_low", "draw_high", "speed", "speed_low", "speed_high", "workloads")
    _write(folder / "power_curves.csv", _CURVES_HEAD, curve_head, knots)
    host = tables.host
    host_row = [
        f"{host.fixed_w:.0f}",
        f"{host.fixed_reach_w:.0f}",
        f"{host.factor:.4f}",
        f"{host.factor_reach:.4f}",
        host.gpus,
    ]
    _write(
        folder / "power_host.csv",
        _HOST_HEAD,
        ("fixed_w", "fixed_reach_w", "factor", "factor_reach", "gpus"),
        [host_row],
    )


def _ends(expected: Expected, digits: int) -> list[str]:
    return [f"{end:.{digits}f}" for end in (expected.value, expected.low, expected.high)]


def _write(path: Path, comment: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(comment)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
