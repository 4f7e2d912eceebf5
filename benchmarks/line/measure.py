"""Measuring: every simulator in a process of its own, in turns, so that what disturbs one disturbs the others."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .peers import python_of
from .plants import PLANTS

ROOT = Path(__file__).resolve().parents[2]
OURS, RECORDED = "racktwin", "racktwin, event log on"


@dataclass(frozen=True)
class Measured:
    """Medians over the repetitions of one simulator on one plant."""

    simulator: str
    plant: str
    released: int
    parts: float
    cpu_s: float
    parts_per_cpu_s: float
    mean_cycle_s: float
    peak_mb: float


def run_once(simulator: str, plant: str, parts: int, seed: int) -> dict[str, float]:
    """One run in a process of its own: ``cpu_s``, ``parts``, ``mean_cycle_s``, ``peak_mb``."""
    if simulator in (OURS, RECORDED):
        command = [sys.executable, "-m", "benchmarks.line.ours_run"]
        order: dict[str, Any] = {"name": plant, "parts": parts, "seed": seed, "recording": simulator == RECORDED}
    else:
        command = [str(python_of(simulator)), "-m", f"benchmarks.line.{simulator}_twin"]
        order = {"plant": PLANTS[plant](parts).to_json(), "seed": seed}
    paths = [str(ROOT / "src"), str(ROOT)] if simulator in (OURS, RECORDED) else [str(ROOT)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(
        command, input=json.dumps(order), capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    if done.returncode:
        sys.exit(f"{simulator} on {plant} failed:\n{done.stderr[-2000:]}")
    answer: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def compare(simulators: Iterable[str], plant: str, parts: int, repetitions: int) -> list[Measured]:
    """Each simulator that many times, in turns, with another seed each time."""
    names = list(simulators)
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for repetition in range(repetitions):
        for name in names:
            runs[name].append(run_once(name, plant, parts, 1 + repetition))
    return [_median(name, plant, parts, runs[name]) for name in names]


def _median(simulator: str, plant: str, released: int, runs: list[dict[str, float]]) -> Measured:
    def middle(key: str) -> float:
        return statistics.median(run[key] for run in runs)

    speed = statistics.median(run["parts"] / run["cpu_s"] for run in runs)
    return Measured(
        simulator, plant, released, middle("parts"), middle("cpu_s"), speed, middle("mean_cycle_s"), middle("peak_mb")
    )
