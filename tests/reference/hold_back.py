"""Power tables against points they were not made from: ``python -m tests.reference.hold_back`` draws the figure."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from racktwin.calibrate.partial_pooling import expected_of, held_back_factor
from racktwin.calibrate.power import CapCurve, Curve, Point, cap_curves, class_curve, network_misses, read_points
from racktwin.calibrate.power_tables import CAPPED_MODELS

POINTS = Path(__file__).parents[2] / "src" / "racktwin" / "reference" / "power_points.csv"
FIGURE = Path(__file__).parents[2] / "docs" / "images" / "fleet_power.svg"


@dataclass(frozen=True)
class HeldBack:
    """A measured share that was predicted without it, and the stated interval."""

    gpu_model: str
    share: str
    x: float
    measured: float
    expected: float
    low: float
    high: float

    @property
    def is_inside(self) -> bool:
        """Whether the interval holds what was measured."""
        return self.low <= self.measured <= self.high


def _against(curve: Curve, held: CapCurve, gpu: str) -> Iterator[HeldBack]:
    for x, draw, speed in zip(held.x[:-1], held.draw[:-1], held.speed[:-1], strict=True):
        if x >= curve.x[0] - 0.01:
            yield HeldBack(gpu, "draw", float(x), float(draw), *curve.at(float(x), "draw"))
            yield HeldBack(gpu, "speed", float(x), float(speed), *curve.at(float(x), "speed"))


def workloads_held_back(points: Sequence[Point], gpu: str, every: int = 1) -> list[HeldBack]:
    """Each ``every``-th workload of a GPU model, predicted from all others; intervals without it too."""
    by_gpu = {model: cap_curves(points, model) for model in CAPPED_MODELS}
    found: list[HeldBack] = []
    for held in by_gpu[gpu][::every]:
        rest = {model: [curve for curve in curves if curve is not held] for model, curves in by_gpu.items()}
        found += _against(class_curve(rest[gpu], held.job_class, network_misses(rest.values())), held, gpu)
    return found


def networks_held_back(points: Sequence[Point]) -> dict[str, list[HeldBack]]:
    """By network: all its workloads on both GPU models, predicted from the other networks, intervals too."""
    by_gpu = {model: cap_curves(points, model) for model in CAPPED_MODELS}
    found: dict[str, list[HeldBack]] = {}
    for network in {curve.network: None for curves in by_gpu.values() for curve in curves}:
        rest = {gpu: [curve for curve in curves if curve.network != network] for gpu, curves in by_gpu.items()}
        misses = network_misses(rest.values())
        found[network] = [
            point
            for gpu, curves in by_gpu.items()
            for held in curves
            if held.network == network
            for point in _against(class_curve(rest[gpu], held.job_class, misses), held, gpu)
        ]
    return found


def profiles(points: Sequence[Point]) -> list[HeldBack]:
    """Zeus's profiles on V100, measured apart with energy counters and never used for tables."""
    own = [replace(point, used=True) for point in points if point.source == "zeus_profile"]
    by_gpu = {model: cap_curves(points, model) for model in CAPPED_MODELS}
    misses = network_misses(by_gpu.values())
    return [
        point
        for held in cap_curves(own, "V100")
        for point in _against(class_curve(by_gpu["V100"], held.job_class, misses), held, "V100")
    ]


def node_runs_held_back(points: Sequence[Point]) -> Iterator[tuple[Point, float, float, float]]:
    """Each uncapped MLPerf workload, its repeats held back from value and interval: expected node power and ends, W."""
    runs = [p for p in points if p.used and p.node_w == p.node_w and p.cap_w != p.cap_w]
    workloads = {(p.gpu_model, p.job_class, p.workload): p for p in runs}
    node_w = {
        key: float(np.mean([p.node_w for p in runs if (p.gpu_model, p.job_class, p.workload) == key]))
        for key in workloads
    }
    for key, held in workloads.items():
        worlds: dict[tuple[str, str], dict[str, list[float]]] = {}
        for (gpu, job_class, workload), mean_w in node_w.items():
            if (gpu, job_class, workload) != key:
                world = worlds.setdefault((gpu, job_class.partition("_")[0]), {})
                world.setdefault(job_class, []).append(mean_w)
        own = worlds[held.gpu_model, held.job_class.partition("_")[0]]
        expected = expected_of(own, held.job_class).widened(held_back_factor(worlds.values()))
        yield held, expected.value, expected.low, expected.high


def share_inside(found: Sequence[HeldBack], share: str) -> float:
    """The share of the points within their interval."""
    chosen = [point.is_inside for point in found if point.share == share]
    return sum(chosen) / len(chosen)


def rms(found: Sequence[HeldBack], share: str) -> float:
    """Root mean square of expected less measured."""
    chosen = [(point.expected - point.measured) ** 2 for point in found if point.share == share]
    return float((sum(chosen) / len(chosen)) ** 0.5)


def figure(found: Sequence[HeldBack]) -> str:
    """Measured over expected shares, one dot a held-back point, as SVG."""
    dots = []
    for column, share in enumerate(("draw", "speed")):
        left = 60 + column * 300
        dots.append(f'<text x="{left + 120}" y="22" text-anchor="middle">{share}: measured over expected</text>')
        dots.append(f'<path d="M{left} 280L{left + 240} 40" stroke="#999"/>')
        dots.append(f'<rect x="{left}" y="40" width="240" height="240" fill="none" stroke="#333"/>')
        for tick in (0.4, 0.6, 0.8, 1.0):
            place = (tick - 0.3) * 300
            dots.append(f'<text x="{left + place:.0f}" y="296" text-anchor="middle">{tick}</text>')
            dots.append(f'<text x="{left - 6}" y="{284 - place:.0f}" text-anchor="end">{tick}</text>')
        for point in found:
            if point.share == share:
                x, y = left + (point.expected - 0.3) * 300, 280 - (point.measured - 0.3) * 300
                colour = "#1f77b4" if point.is_inside else "#d62728"
                dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.8" fill="{colour}" fill-opacity="0.6"/>')
    body = "\n".join(dots)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="310" font-family="sans-serif" font-size="11">\n'
        f'<rect width="640" height="310" fill="white"/>\n{body}\n</svg>\n'
    )


def main() -> None:
    """Print what the design page quotes, and draw its figure."""
    points = read_points(POINTS)
    lines = []
    workloads = [point for gpu in CAPPED_MODELS for point in workloads_held_back(points, gpu)]
    networks = networks_held_back(points)
    sets = {
        "workload": workloads,
        "network": [point for found in networks.values() for point in found],
        **{f"network {name}": found for name, found in networks.items()},
        "profiles": profiles(points),
    }
    for name, found in sets.items():
        for share in ("draw", "speed"):
            count = sum(point.share == share for point in found)
            lines.append(
                f"{name} {share}: {count} points, inside {share_inside(found, share):.3f}, rms {rms(found, share):.3f}"
            )
    for held, expected, low, high in node_runs_held_back(points):
        inside = "inside" if low <= held.node_w <= high else "outside"
        stated = f"{expected:.0f} ({low:.0f} to {high:.0f})"
        lines.append(f"{held.gpu_model} {held.workload}: {held.node_w:.0f} W, expected {stated} {inside}")
    FIGURE.write_text(figure(sets["network"]), encoding="utf-8")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
