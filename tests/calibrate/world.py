"""A small plant in which every parameter that can be fitted is known."""

from __future__ import annotations

from pathlib import Path

from racktwin.scenario import ScenarioFile, read_scenario

PLANT = """
racktwin: 1
name: known
start: 2026-01-05T00:00:00
horizon: 100 d
warm_up: 5 d
replications: 4
work_centers:
  bench: {work_units: 60}
  cell:
    work_units: 6
    failures: {time_between: {weibull: {shape: 1.5, scale: 20 h}}, repair_time: {gamma: {mean: 90 min, cv: 0.5}}}
defect_kinds:
  pin: {repair_time: {gamma: {mean: 50 min, cv: 0.7}}}
  lid: {repair_time: {exponential: {mean: 30 min}}}
parts:
  tray: {routing: tray, bill_of_materials: {board: 2}}
  board: {defects: {pin: "6 %"}}
routings:
  tray:
    operations:
      - {operation: a_fixed, work_center: bench, duration: 20 min}
      - {operation: b_uniform, work_center: bench, duration: {uniform: {low: 10 min, high: 30 min}}}
      - {operation: c_triangular, work_center: bench, duration: {triangular: {low: 10 min, mode: 15 min, high: 45 min}}}
      - {operation: d_exponential, work_center: bench, duration: {exponential: {mean: 25 min}}}
      - {operation: e_gamma, work_center: bench, duration: {gamma: {mean: 40 min, cv: 0.4}}}
      - {operation: f_lognormal, work_center: bench, duration: {lognormal: {mean: 30 min, cv: 0.8}}}
      - operation: g_weibull
        work_center: bench
        duration: {weibull: {shape: 3, scale: 50 min}}
        defects: {lid: "5 %"}
      - operation: test
        work_center: cell
        phases:
          - {name: load, duration: 5 min}
          - {name: run, duration: {lognormal: {mean: 60 min, cv: 0.3}}}
        detects: {pin: "80 %", lid: "90 %"}
        p_false_failure: "4 %"
        on_fail: {debug: debug, retest_from: test}
      - {operation: debug, work_center: bench, duration: by_defect, rework: true}
demand:
  trays: {product: tray, interarrival: {gamma: {mean: 30 min, cv: 0.5}}}
"""

TRUTH = {
    "routings.tray.operations.b_uniform.duration": ("uniform", {"low": 600.0, "high": 1800.0}),
    "routings.tray.operations.c_triangular.duration": ("triangular", {"low": 600.0, "mode": 900.0, "high": 2700.0}),
    "routings.tray.operations.d_exponential.duration": ("exponential", {"mean": 1500.0}),
    "routings.tray.operations.e_gamma.duration": ("gamma", {"mean": 2400.0, "cv": 0.4}),
    "routings.tray.operations.f_lognormal.duration": ("lognormal", {"mean": 1800.0, "cv": 0.8}),
    "routings.tray.operations.g_weibull.duration": ("weibull", {"shape": 3.0, "scale": 3000.0}),
    "routings.tray.operations.test.phases.run.duration": ("lognormal", {"mean": 3600.0, "cv": 0.3}),
    "defect_kinds.pin.repair_time": ("gamma", {"mean": 3000.0, "cv": 0.7}),
    "defect_kinds.lid.repair_time": ("exponential", {"mean": 1800.0}),
    "work_centers.cell.failures.time_between": ("weibull", {"shape": 1.5, "scale": 72000.0}),
    "work_centers.cell.failures.repair_time": ("gamma", {"mean": 5400.0, "cv": 0.5}),
    "demand.trays.interarrival": ("gamma", {"mean": 1800.0, "cv": 0.5}),
}
PROBABILITIES = {
    "routings.tray.operations.test.p_false_failure": 0.04,
    "parts.board.defects.pin": 0.06,
    "routings.tray.operations.g_weibull.defects.lid": 0.05,
}


def known_plant(folder: Path, *overrides: str) -> ScenarioFile:
    """The plant, read from a file in ``folder``."""
    path = folder / "known.yaml"
    path.write_text(PLANT)
    return read_scenario(path, overrides)
