"""Every KPI once more, in plain Python loops over plain rows: what the SQL must agree with.

A function takes the tables of one replication as lists of rows, the scenario, and gives the value by subject.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from racktwin.model import Operation, Scenario
from racktwin.results import RunFolder
from racktwin.results.schema import TABLES
from tests.kpi.sweep import sweep

Row = dict[str, Any]
Values = dict[str, float | None]

WEEK_S = 604_800.0


@dataclass(frozen=True)
class World:
    """One replication: the scenario and its rows."""

    scenario: Scenario
    rows: dict[str, list[Row]]
    products: tuple[str, ...]

    @property
    def window(self) -> tuple[float, float]:
        return float(self.scenario.warm_up_s), float(self.scenario.horizon_s)

    @property
    def observed_s(self) -> float:
        return self.window[1] - self.window[0]

    def inside(self, time_s: float) -> bool:
        return self.window[0] <= time_s <= self.window[1]

    def overlap_s(self, start_s: float, end_s: float) -> float:
        if math.isnan(end_s):
            end_s = self.window[1]
        return max(0.0, min(end_s, self.window[1]) - max(start_s, self.window[0]))

    def shipped(self, subject: str) -> list[Row]:
        return [row for row in self.rows["shipments"] if self.inside(row["shipped_s"]) and subject in ("", row["part"])]

    def visits(self, part: str, operation: str) -> list[Row]:
        return [
            row
            for row in self.rows["operations"]
            if self.inside(row["end_s"]) and (row["part"], row["operation"]) == (part, operation)
        ]

    def steps(self) -> Iterable[tuple[str, Operation]]:
        for name, part in self.scenario.parts.items():
            if part.routing is not None:
                for operation in self.scenario.routings[part.routing].operations:
                    yield name, operation


def worlds(run: RunFolder, products: tuple[str, ...]) -> dict[int, World]:
    """Each replication's rows as plain Python."""
    return {
        number: World(
            run.scenario, {name: run.table(name, replication=number).to_pylist() for name in TABLES}, products
        )
        for number in run.replications
    }


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _by_product(measure: Callable[[list[Row]], float | None]) -> Callable[[World], Values]:
    return lambda world: {subject: measure(world.shipped(subject)) for subject in ("", *world.products)}


def _percentile(values: list[float], share: float) -> float | None:
    """Linear between the order statistics, the first at share 0 and the last at share 1."""
    if not values:
        return None
    place = share * (len(values) - 1)
    low, high = sorted(values)[math.floor(place)], sorted(values)[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


def _cycle_s(row: Row) -> float:
    return float(row["shipped_s"] - row["release_s"])


def throughput(world: World) -> Values:
    return {subject: len(world.shipped(subject)) / (world.observed_s / WEEK_S) for subject in ("", *world.products)}


def lead_time_mean(world: World) -> Values:
    wanted_s = {row["serial_number"]: row["wanted_s"] for row in world.rows["work_orders"]}
    return _by_product(lambda shipped: _mean(row["shipped_s"] - wanted_s[row["serial_number"]] for row in shipped))(
        world
    )


def cycle_time_breakdown(world: World) -> Values:
    values: Values = {}
    rework = {(part, step.operation) for part, step in world.steps() if step.rework}
    waits = [column.name for column in TABLES["operations"].columns if column.name.startswith("wait_")]
    for product in world.products:
        shipped = world.shipped(product)
        causes = dict.fromkeys(
            ("work", "rework", *(wait.removesuffix("_s") for wait in waits), "down", "blocked", "other"), 0.0
        )
        for rack in shipped:
            causes["other"] += _cycle_s(rack)
            for visit in world.rows["operations"]:
                if visit["serial_number"] != rack["serial_number"]:
                    continue
                again = visit["visit"] > 1 or (visit["part"], visit["operation"]) in rework
                spent = {wait.removesuffix("_s"): visit[wait] for wait in waits}
                spent |= {"down": visit["down_s"], "blocked": visit["blocked_s"]}
                spent["rework" if again else "work"] = visit["work_s"]
                for cause, time_s in spent.items():
                    causes[cause] += time_s
                    causes["other"] -= time_s
        values |= {f"{product}:{cause}": _ratio(time_s, len(shipped)) for cause, time_s in causes.items()}
    return values


def _piece_s(world: World, part: str, is_component: bool) -> float:
    return sum(
        world.overlap_s(row["release_s"], row["end_s"])
        for row in world.rows["work_orders"]
        if row["part"] == part and (row["source"] == "component") == is_component
    )


def wip(world: World) -> Values:
    by_part: Values = {part: _piece_s(world, part, False) / world.observed_s for part in world.products}
    return by_part | {"": sum(value or 0 for value in by_part.values())}


def component_wip(world: World) -> Values:
    made = [name for name, part in world.scenario.parts.items() if part.routing and name not in world.products]
    by_part: Values = {part: _piece_s(world, part, True) / world.observed_s for part in made}
    return by_part | {"": sum(value or 0 for value in by_part.values())}


def _due(shipped: list[Row]) -> list[Row]:
    return [row for row in shipped if not math.isnan(row["due_s"])]


def _limits_by(column: str) -> Callable[[World], Values]:
    return lambda world: {subject: verdict[column] for subject, verdict in sweep(world.scenario, world.rows).items()}


def _tests(world: World) -> list[tuple[str, str]]:
    return [(part, step.operation) for part, step in world.steps() if step.tests and not step.rework]


def first_pass_yield(world: World) -> Values:
    values: Values = {}
    for part, operation in _tests(world):
        first = [row for row in world.visits(part, operation) if row["visit"] == 1]
        values[f"{part}:{operation}"] = _ratio(sum(row["outcome"] == "pass" for row in first), len(first))
    return values


def rolled_throughput_yield(world: World) -> Values:
    yields = first_pass_yield(world)
    values: Values = {}

    def chance(part: str) -> float:
        """That one piece and all that was made for it passes at once."""
        found = 1.0
        for name, operation in _tests(world):
            if name == part:
                value = yields[f"{part}:{operation}"]
                found *= math.nan if value is None else value
        for below, pieces in world.scenario.parts[part].bill_of_materials.items():
            found *= chance(below) ** pieces if world.scenario.parts[below].routing else 1.0
        return found

    for product in world.products:
        found = chance(product)
        values[product] = None if math.isnan(found) else found
    return values


def false_failure_rate(world: World) -> Values:
    values: Values = {}
    for part, operation in _tests(world):
        outcomes = [row["outcome"] for row in world.visits(part, operation)]
        false = outcomes.count("false_fail")
        values[f"{part}:{operation}"] = _ratio(false, false + outcomes.count("pass"))
    return values


def escapes_by_kind(world: World) -> Values:
    escaped = [row["kind"] for row in world.rows["defects"] if row["fate"] == "escaped" and world.inside(row["end_s"])]
    return {kind: _ratio(escaped.count(kind), len(world.shipped(""))) for kind in world.scenario.defect_kinds}


def defects_found(world: World) -> Values:
    values: Values = {}
    for row in world.rows["defects"]:
        if row["found_at"] and world.inside(row["found_s"]):
            subject = f"{row['found_at']}:{row['kind']}"
            values[subject] = (values.get(subject) or 0.0) + WEEK_S / world.observed_s
    return values


def scrap_rate(world: World) -> Values:
    made = [name for name, part in world.scenario.parts.items() if part.routing]
    ended = [row for row in world.rows["work_orders"] if world.inside(row["end_s"])]
    values: Values = {}
    for subject in ("", *made):
        fates = [row["fate"] for row in ended if subject in ("", row["part"])]
        values[subject] = _ratio(fates.count("scrapped"), len(fates))
    return values


def _state_s(world: World, center: str, *states: str) -> float:
    return sum(
        world.overlap_s(row["start_s"], row["end_s"])
        for row in world.rows["states"]
        if row["work_center"] == center and (not states or row["state"] in states)
    )


def _by_center(measure: Callable[[World, str], float | None]) -> Callable[[World], Values]:
    return lambda world: {center: measure(world, center) for center in world.scenario.work_centers}


def state_share(world: World) -> Values:
    states = ("productive", "standby", "engineering", "scheduled_down", "unscheduled_down", "non_scheduled")
    return {
        f"{center}:{state}": _ratio(_state_s(world, center, state), _state_s(world, center))
        for center in world.scenario.work_centers
        for state in states
    }


def _utilization(world: World, center: str) -> float | None:
    return _ratio(_state_s(world, center, "productive"), _state_s(world, center))


def _uptime(world: World, center: str) -> float | None:
    scheduled_s = _state_s(world, center) - _state_s(world, center, "non_scheduled")
    down = _ratio(_state_s(world, center, "unscheduled_down", "scheduled_down"), scheduled_s)
    return None if down is None else 1 - down


def _availability(world: World, center: str) -> float | None:
    busy_s = _state_s(world, center) - _state_s(world, center, "non_scheduled", "scheduled_down")
    return _ratio(_state_s(world, center, "productive"), busy_s)


def _visits_at(world: World, center: str) -> list[tuple[Operation, Row]]:
    return [
        (step, row)
        for part, step in world.steps()
        if step.work_center == center
        for row in world.visits(part, step.operation)
    ]


def _effectiveness(world: World, center: str) -> float | None:
    planned_s = worked_s = 0.0
    for step, row in _visits_at(world, center):
        if any(phase.duration == "by_defect" for phase in step.phases):
            plan_s = row["work_s"]
        else:
            plan_s = sum(phase.duration.mean_s for phase in step.phases if not isinstance(phase.duration, str))
        planned_s += min(plan_s, row["work_s"]) if row["outcome"] == "fail" else plan_s
        worked_s += row["work_s"]
    return _ratio(planned_s, worked_s)


def _quality_ratio(world: World, center: str) -> float | None:
    outcomes = [row["outcome"] for _, row in _visits_at(world, center)]
    return _ratio(outcomes.count("pass") + outcomes.count("repaired"), len(outcomes))


def _oee(world: World, center: str) -> float | None:
    factors = [measure(world, center) for measure in (_availability, _effectiveness, _quality_ratio)]
    if factors[0] == 0:
        return 0.0
    return None if None in factors else math.prod(factor for factor in factors if factor is not None)


def _breakdowns(world: World, center: str) -> list[float]:
    """Lengths of the breakdowns that began in the window; rows that touch are one."""
    found = []
    for unit in {row["work_unit"] for row in world.rows["states"] if row["work_center"] == center}:
        down = sorted(
            (row["start_s"], row["end_s"])
            for row in world.rows["states"]
            if (row["work_center"], row["work_unit"], row["state"]) == (center, unit, "unscheduled_down")
        )
        joined: list[list[float]] = []
        for start_s, end_s in down:
            if joined and joined[-1][1] == start_s:
                joined[-1][1] = end_s
            else:
                joined.append([start_s, end_s])
        found += [
            min(end_s, world.window[1]) - start_s
            for start_s, end_s in joined
            if world.window[0] <= start_s < world.window[1]
        ]
    return found


def _load(world: World, name: str, quantity: str, column: str = "draw") -> tuple[float, float]:
    """Peak and time average."""
    rows = [row for row in world.rows["limits"] if (row["name"], row["quantity"]) == (name, quantity)]
    weighed = [(row[column], world.overlap_s(row["start_s"], row["end_s"])) for row in rows]
    peak = max((load for load, time_s in weighed if time_s > 0), default=0.0)
    return peak, sum(load * time_s for load, time_s in weighed) / world.observed_s


def _feeds(peak_or_mean: int, column: str = "draw", as_share: bool = False) -> Callable[[World], Values]:
    def measure(world: World) -> Values:
        return {
            name: _load(world, name, "power", column)[peak_or_mean] / (feed.limit_w if as_share else 1000)
            for name, feed in world.scenario.feeds.items()
        }

    return measure


def _loops(peak_or_mean: int, quantity: str, factor: float) -> Callable[[World], Values]:
    def measure(world: World) -> Values:
        return {
            name: _load(world, name, quantity)[peak_or_mean] * factor
            for name, loop in world.scenario.cooling_loops.items()
            if quantity == "heat" or loop.medium == "liquid"
        }

    return measure


def facility_energy_per_product(world: World) -> Values:
    roots = [name for name, feed in world.scenario.feeds.items() if feed.parent is None]
    energy_j = sum(_load(world, name, "power")[1] * world.observed_s for name in roots)
    return {"": _ratio(energy_j / 3.6e6, len(world.shipped("")))}


def operator_utilization(world: World) -> Values:
    values: Values = {}
    for group in world.scenario.operator_groups:
        rows = [row for row in world.rows["labour"] if row["operator_group"] == group]
        times_s = [world.overlap_s(row["start_s"], row["end_s"]) for row in rows]
        present_s, busy_s = (
            sum(row[column] * time_s for row, time_s in zip(rows, times_s, strict=True))
            for column in ("present", "busy")
        )
        values[group] = _ratio(busy_s, present_s)
    return values


ORACLES: dict[str, Callable[[World], Values]] = {
    "throughput": throughput,
    "shipped": _by_product(len),
    "cycle_time_mean": _by_product(lambda shipped: _mean(map(_cycle_s, shipped))),
    "cycle_time_p50": _by_product(lambda shipped: median(map(_cycle_s, shipped)) if shipped else None),
    "cycle_time_p95": _by_product(lambda shipped: _percentile(list(map(_cycle_s, shipped)), 0.95)),
    "lead_time_mean": lead_time_mean,
    "cycle_time_breakdown": cycle_time_breakdown,
    "wip": wip,
    "component_wip": component_wip,
    "on_time_share": _by_product(lambda shipped: _mean(row["shipped_s"] <= row["due_s"] for row in _due(shipped))),
    "tardiness_mean": _by_product(
        lambda shipped: _mean(max(0.0, row["shipped_s"] - row["due_s"]) for row in _due(shipped))
    ),
    "bottleneck_share": _limits_by("bottleneck"),
    "sole_bottleneck_share": _limits_by("sole"),
    "shifting_bottleneck_share": _limits_by("shifting"),
    "constrained_share": _limits_by("active"),
    "mean_active_period": _limits_by("mean_active_s"),
    "first_pass_yield": first_pass_yield,
    "rolled_throughput_yield": rolled_throughput_yield,
    "first_time_right": _by_product(lambda shipped: _mean(row["failures"] == 0 for row in shipped)),
    "false_failure_rate": false_failure_rate,
    "latent_escapes": _by_product(lambda shipped: _mean(row["latent_escapes"] for row in shipped)),
    "patent_escapes": _by_product(lambda shipped: _mean(row["patent_escapes"] for row in shipped)),
    "escapes_by_kind": escapes_by_kind,
    "defects_found": defects_found,
    "scrap_rate": scrap_rate,
    "state_share": state_share,
    "utilization": _by_center(_utilization),
    "uptime": _by_center(_uptime),
    "availability": _by_center(_availability),
    "effectiveness": _by_center(_effectiveness),
    "quality_ratio": _by_center(_quality_ratio),
    "oee": _by_center(_oee),
    "mtbf": _by_center(
        lambda world, center: _ratio(_state_s(world, center, "productive"), len(_breakdowns(world, center)))
    ),
    "mttr": _by_center(lambda world, center: _mean(_breakdowns(world, center))),
    "peak_power": _feeds(0),
    "mean_power": _feeds(1),
    "peak_reserved_share": _feeds(0, "reserved", as_share=True),
    "mean_reserved_share": _feeds(1, "reserved", as_share=True),
    "peak_heat": _loops(0, "heat", 1e-3),
    "mean_heat": _loops(1, "heat", 1e-3),
    "peak_flow": _loops(0, "flow", 60_000),
    "mean_flow": _loops(1, "flow", 60_000),
    "energy_per_product": _by_product(lambda shipped: _mean(row["energy_j"] / 3.6e6 for row in shipped)),
    "facility_energy_per_product": facility_energy_per_product,
    "labour_per_product": _by_product(lambda shipped: _mean(row["labour_s"] / 3600 for row in shipped)),
    "operator_utilization": operator_utilization,
}
