"""A small test floor: two bays on a feed and a loop, a day shift, a soak that may be capped, a gang at the end."""

from __future__ import annotations

from pathlib import Path

from racktwin.plan.schedule.floor import Options
from racktwin.plan.schedule.make import Request, make_plan
from racktwin.plan.schedule.objective import read_targets
from racktwin.plan.schedule.plan import Plan
from racktwin.plan.schedule.solve import Limits
from racktwin.scenario import ScenarioFile, read_scenario

TEXT = """
racktwin: 1
name: small_floor
start: 2026-01-05T00:00
horizon: 12 d
replications: 4
seed: 3
admission: {rule: time_phased, order: greedy}
calendars:
  day: {shifts: [{days: daily, start: "06:00", end: "14:00"}]}
feeds:
  site: {limit: 300 kW}
  floor: {limit: 200 kW, parent: site, efficiency: 0.95}
cooling_loops:
  cdu: {heat_limit: 400 kW, flow_limit: 400 L/min}
operator_groups:
  testers: {skills: [test], crews: [{calendar: day, headcount: 2}]}
work_centers:
  bay:
    work_units: 2
    feed: floor
    cooling_loops: [cdu]
    idle_draw: 1 kW
    failures: {time_between: {exponential: {mean: 200 h}}, repair_time: {exponential: {mean: 2 h}}}
  cluster: {work_units: 2, feed: floor, cooling_loops: [cdu]}
cap_tables: {half: {points: [[0.5, 0.5], [1, 1]]}}
parts:
  rack:
    routing: rack
    rated_power: 120 kW
    liquid_fraction: 0.8
    coolant_flow: 1.2 L/min/kW
    bill_of_materials: {frame: 1}
  frame: {supply: receipts, initial_stock: 8}
defect_kinds: {crack: {repair_time: 1 h}}
routings:
  rack:
    operations:
      - operation: burn_in
        work_center: bay
        phases:
          - {name: dock, duration: 1 h, operators: {test: 1}}
          - name: soak
            duration: {triangular: {low: 16 h, mode: 20 h, high: 24 h}}
            draw: 0.8
            cap: {table: half, levels: [1.0, 0.5]}
          - {name: undock, duration: 30 min, operators: {test: 1}}
        consumes: {frame: 1}
      - {operation: cluster_test, work_center: cluster, gang: 2, duration: 6 h, draw: 0.5}
order_book:
  - {product: rack, quantity: 2, due: 3 d, priority: 1}
  - {product: rack, quantity: 2, release: 1 d, due: 4 d}
"""


def small(folder: Path, *overrides: str) -> ScenarioFile:
    """The scenario, read from ``folder``."""
    path = folder / "small.yaml"
    path.write_text(TEXT)
    return read_scenario(path, overrides)


def planned(file: ScenarioFile, objective: str = "tardiness, makespan", time_s: float = 5.0, **options: object) -> Plan:
    """Its best plan, counted in half hours."""
    chosen = Options(tick_s=1800.0, **options)  # type: ignore[arg-type]
    return make_plan(file.scenario, Request(read_targets(objective), chosen, Limits(time_s, 2), feed="floor"))
