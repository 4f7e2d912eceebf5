"""One cell, with ranges of every form a file may give, and one quantity that cannot matter."""

from __future__ import annotations

from pathlib import Path

from racktwin.scenario import ScenarioFile, read_scenario

TEXT = """
racktwin: 1
name: queue
start: 2026-01-05T00:00:00
horizon: 40 d
warm_up: 5 d
replications: 6
work_centers:
  cell: {work_units: {value: 1, low: 1, high: 3}}
  bench:
    work_units: 2
    failures:
      time_between: {exponential: {mean: {value: 100 h, low: 50 h, high: 200 h}}}
      repair_time: {lognormal: {mean: 2 h, cv: {value: 0.8, low: 0.4, high: 1.2}}}
parts:
  tray:
    routing: tray
    rated_power: {value: 6 kW, low: 5 kW, high: 7 kW}
    mass: {value: 30 kg, low: 20 kg, high: 40 kg}
routings:
  tray:
    operations:
      - operation: test
        work_center: cell
        duration: {exponential: {mean: {value: 48 min, low: 30 min, high: 1 h}}}
        draw: 0.9
      - operation: pack
        work_center: bench
        duration: {value: 10 min, low: 300 s, high: 0.5 h}
      - operation: scan
        work_center: bench
        phases:
          - {name: look, duration: {value: 1 min, low: 1 min, high: 2 min}}
demand:
  trays:
    product: tray
    interarrival: {exponential: {mean: 60 min}}
    due_in: {uniform: {low: {value: 2 h, low: 1 h, high: 6 h}, high: 5 h}}
"""


def queue(folder: Path, *overrides: str) -> ScenarioFile:
    """The scenario, read from ``folder/queue.yaml``."""
    return read_scenario(queue_path(folder), overrides)


def queue_path(folder: Path) -> Path:
    """Where the scenario is, written if it was not."""
    path = folder / "queue.yaml"
    path.write_text(TEXT)
    return path
