"""From a scenario to a plan: compile the floor, keep what runs, solve; and where there is none, say why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from racktwin.errors import RacktwinError
from racktwin.model import Scenario

from .conflict import Conflict, explain
from .floor import Floor, Options, floor_of
from .goals import Measures, Target
from .objective import prices_of
from .plan import Plan, frozen, placed_before, read_schedule
from .problem import Material, Placed, Problem, Schedule
from .solve import Limits, Report, solve
from .words import in_words


@dataclass(frozen=True)
class Request:
    """What is asked of a plan.

    ``feed``: whose peak and prices count (by default the feed above all). ``earlier``: folder of the running plan;
    ``now_s``: how far it has run, and ``frozen_s``: how much further it stays as it is.
    """

    targets: tuple[Target, ...]
    options: Options = field(default_factory=Options)
    limits: Limits = field(default_factory=Limits)
    feed: str | None = None
    usd_per_mwh: tuple[float, ...] | None = None
    earlier: Path | None = None
    now_s: float = 0.0
    frozen_s: float = 0.0


class NoScheduleError(RacktwinError):
    """There is no schedule; ``conflict`` says which rules contradict each other."""

    def __init__(self, message: str, conflict: Conflict) -> None:
        super().__init__(message)
        self.conflict = conflict


def make_plan(scenario: Scenario, request: Request, report: Report | None = None) -> Plan:
    """The best plan found in the time given, or up to Ctrl-C (KeyboardInterrupt if there was none by then).

    Raises NoScheduleError with the reason where there is none.
    """
    floor = floor_of(scenario, request.options)
    before = {} if request.earlier is None else placed_before(floor, read_schedule(request.earlier))
    fixed = frozen(floor, before, request.now_s, request.frozen_s)
    floor = replace(floor, problem=_from_now(floor.problem, fixed, request.now_s / request.options.tick_s))
    start: Schedule | None = None
    if len(before) == len(floor.visits):
        start = tuple(before[index] for index in range(len(before)))
    measures = measures_of(floor, request)
    answer = solve(
        floor.problem,
        request.targets,
        request.limits,
        measures=measures,
        start=start,
        fixed=fixed,
        report=report,
    )
    if answer.schedule is None:
        if answer.status == "interrupted":
            raise KeyboardInterrupt  # before there was any schedule
        conflict = explain(floor.problem, min(60.0, max(10.0, request.limits.time_s)))
        raise NoScheduleError(in_words(floor, conflict, is_frozen=bool(fixed)), conflict)
    return Plan(floor, answer, measures)


def _from_now(problem: Problem, fixed: dict[int, Placed], now: float) -> Problem:
    """What is not fixed begins at ``now`` at the earliest."""
    rest = tuple(index for index in range(len(problem.activities)) if index not in fixed)
    if now <= 0 or not rest:
        return problem
    return replace(problem, materials=(*problem.materials, Material("the present", rest, -int(-now // 1))))


def measures_of(floor: Floor, request: Request) -> Measures:
    """Which feed's peak counts, and the prices. Raises RacktwinError where a goal lacks what it needs."""
    goals = {goal for target in request.targets for goal, _ in target.weights}
    if not goals & {"peak", "energy_cost"}:
        return Measures()
    feeds = floor.scenario.feeds
    if not feeds:
        raise RacktwinError("the scenario has no power feed, so there is no peak or energy to plan\n    → add feeds")
    name = request.feed or next(feed for feed, row in feeds.items() if row.parent is None)
    if name not in feeds:
        raise RacktwinError(f"there is no feed {name!r}\n    → choose from {', '.join(feeds)}")
    number = list(feeds).index(name)
    resource = floor.limits.first + number
    if "energy_cost" not in goals:
        return Measures(resource)
    if request.usd_per_mwh is None:
        raise RacktwinError("energy_cost needs prices\n    → give --prices, a CSV file with USD/MWh for each hour")
    grain_w = floor.limits.rows[number].grain
    return Measures(resource, prices_of(resource, request.usd_per_mwh, grain_w, request.options.tick_s))
