"""Published scheduling instances: PSPLIB j30, Brandimarte and Hurink, solved by the planner's own model.

    python benchmarks/plan_instances.py FOLDER [--only j30|brandimarte|edata] [--every N] [--seconds S]

FOLDER holds `rcpsp_j30/*.sm`, `rcpsp_j30_bounds.csv` and `fjsp/` with `instances.json`. Ten seconds on two cores for
each project, thirty for each shop; the tabu search is compiled, or read from its cache, within the first. Every
schedule is checked by the independent checker before it counts.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from pathlib import Path

from racktwin.plan.schedule.check import broken_rules
from racktwin.plan.schedule.instances import read_flexible_job_shop, read_psplib
from racktwin.plan.schedule.problem import Problem
from racktwin.plan.schedule.solve import Limits, solve

Instance = tuple[str, Problem, int, int, float]
"""Name, problem, best known value, proven bound, seconds."""


def projects(folder: Path) -> Iterator[Instance]:
    """PSPLIB j30 with published optima."""
    with (folder / "rcpsp_j30_bounds.csv").open() as file:
        for row in csv.DictReader(file, delimiter=";"):
            name = row["Model name"].removeprefix("rcpsp_j30_")
            problem = read_psplib(folder / "rcpsp_j30" / f"{name}.sm")
            yield name, problem, int(row["Objective"]), int(row["Lower bound"]), 10.0


def shops(folder: Path, kind: str) -> Iterator[Instance]:
    """Flexible job shops of one kind with best known values and bounds."""
    for row in json.loads((folder / "fjsp" / "instances.json").read_text()):
        known = row["optimum"] or row.get("bounds", {}).get("upper")
        is_wanted = f"{kind}/" in row["path"] and known is not None
        if is_wanted and (kind != "brandimarte" or int(row["name"][2:]) <= 10):
            bound = row["optimum"] or row["bounds"]["lower"]
            yield row["name"], read_flexible_job_shop(folder / "fjsp" / row["path"]), known, bound, 30.0


def main() -> None:
    """A line per instance, then the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=("j30", "brandimarte", "edata"), default="j30")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seconds", type=float, help="for each, instead of 10 or 30")
    given = parser.parse_args()
    found = projects(given.folder) if given.only == "j30" else shops(given.folder, given.only)
    gaps, at_best, proven, below = [], 0, 0, 0
    for name, problem, known, bound, seconds in list(found)[:: given.every]:
        answer = solve(problem, limits=Limits(given.seconds or seconds, 2))
        assert answer.schedule is not None
        assert not broken_rules(problem, answer.schedule)
        value = answer.reached[0].value
        gaps.append(value / known - 1.0)
        at_best += value <= known
        proven += answer.reached[0].is_optimal
        below += value < bound or answer.reached[0].bound > known
        line = f"{name:12} {value:6} best known {known:6} bound {answer.reached[0].bound:8.0f} {answer.wall_s:6.1f} s"
        print(line, flush=True)
    print(f"{len(gaps)} instances: {at_best} at the best known value, {proven} proven here, {below} contradict a bound")
    print(f"mean excess over best known: {sum(gaps) / len(gaps):.2%}, worst {max(gaps):.2%}")


if __name__ == "__main__":
    main()
