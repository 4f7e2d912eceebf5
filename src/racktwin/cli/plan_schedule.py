"""``racktwin plan schedule``: who is tested where and when."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .progress import progress
from .run import INTERRUPTED, next_free
from .terminal import note, number, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from racktwin.plan.schedule.make import Request
    from racktwin.plan.schedule.plan import Plan
    from racktwin.plan.stress import OrderRisk, Versus


def schedule(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of an example.")],
    objective: Annotated[
        str,
        typer.Option(
            help="tardiness, makespan, throughput, peak, energy_cost; a comma puts one before the next, + weighs them."
        ),
    ] = "tardiness",
    time_s: Annotated[float, typer.Option("--time", min=1.0, help="Seconds to search.")] = 60.0,
    gap: Annotated[float, typer.Option(min=0.0, help="Stop within this share of the bound.")] = 0.0,
    jobs: Annotated[int, typer.Option(min=1, help="Threads.")] = 2,
    tick_min: Annotated[
        float, typer.Option("--tick", min=1.0, max=240.0, help="Minutes that a plan counts in.")
    ] = 15.0,
    allowance: Annotated[float, typer.Option(min=0.0, help="Plan every phase longer by this share.")] = 0.0,
    due_is_hard: Annotated[bool, typer.Option("--hard-due", help="No order may be late.")] = False,
    stagger: Annotated[bool, typer.Option(help="Powered phases may wait in their cell for power.")] = True,
    caps: Annotated[bool, typer.Option(help="Phases may run at their capped levels.")] = True,
    feed: Annotated[str | None, typer.Option(help="Whose peak and prices count.", show_default="the topmost")] = None,
    prices: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Hourly prices, USD/MWh in the last column.")
    ] = None,
    earlier: Annotated[Path | None, typer.Option("--from", metavar="FOLDER", help="The plan that is running.")] = None,
    now_h: Annotated[float, typer.Option("--now", min=0.0, help="Hours that it has run.")] = 0.0,
    frozen_h: Annotated[float, typer.Option("--frozen", min=0.0, help="Hours more that it stays as it is.")] = 0.0,
    stress: Annotated[int, typer.Option(min=0, help="Replays with all that can go wrong, beside dispatch rules.")] = 0,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change the scenario.")] = None,
    set_file: Annotated[
        list[Path] | None, typer.Option("--set-file", metavar="FILE", help="Changes to the scenario from a file.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where it goes.", show_default="plans/NAME-schedule, or the next free"),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Schedule the order book on the test floor.

    Cells, people, shifts, material, power and coolant are kept; soaks run through the night, attended steps do not.
    Ctrl-C keeps the best so far (exit code 130). --stress replays the schedule with breakdowns, rework and chance.
    """
    from racktwin.plan.extras import require
    from racktwin.plan.schedule.folder import require_free

    require("ortools", "plan", "scheduling")
    file = _read(scenario, set_, set_file)
    folder = out or next_free(Path("plans") / f"{file.scenario.name}-schedule")
    require_free(folder)
    from racktwin.plan.schedule.floor import Options
    from racktwin.plan.schedule.folder import write_plan
    from racktwin.plan.schedule.make import Request, make_plan
    from racktwin.plan.schedule.objective import read_prices, read_targets
    from racktwin.plan.schedule.solve import Limits

    request = Request(
        read_targets(objective),
        Options(tick_min * 60.0, stagger, caps, allowance, due_is_hard),
        Limits(time_s, jobs, gap),
        feed,
        None if prices is None else read_prices(prices),
        earlier,
        now_h * 3600.0,
        frozen_h * 3600.0,
    )
    try:
        with progress() as shown:
            made = make_plan(file.scenario, request, lambda seen: shown.show(_Step(seen, time_s, tick_min / 60.0)))
    except KeyboardInterrupt:
        note("interrupted: there was no schedule yet")
        raise typer.Exit(INTERRUPTED) from None
    is_interrupted = made.answer.status == "interrupted"
    tables: dict[str, Sequence[Any]] = {}
    if stress and not is_interrupted:
        try:
            tables = _stress(made, request, stress, jobs)
        except KeyboardInterrupt:
            is_interrupted = True
    write_plan(folder, file, made, tables)
    from racktwin.report.plan_schedule import write_schedule_report

    report = write_schedule_report(made, tables, folder / "report.html")
    _print(made, tables, folder, report, json_)
    if is_interrupted:
        note("interrupted: the best schedule so far is kept" + (", without its stress test" if stress else ""))
        raise typer.Exit(INTERRUPTED)


def _read(scenario: str, set_: list[str] | None, set_file: list[Path] | None) -> Any:
    from racktwin.scenario import read_overrides, read_scenario

    overrides = [line for path in set_file or () for line in read_overrides(path)] + list(set_ or ())
    return read_scenario(scenario, overrides)


class _Step:
    """A better schedule as a step of progress: seconds of those given; times in ticks as weighted hours."""

    def __init__(self, seen: Any, time_s: float, tick_h: float) -> None:
        unit = tick_h if seen.target in ("tardiness", "makespan", "throughput") else 1.0
        bound = f", bound {seen.bound * unit:g}, gap {seen.gap:.1%}" if seen.bound > -(1 << 59) else ""
        self.stage = f"searching: {seen.target} {seen.value * unit:g}{bound}"
        self.done, self.total = int(seen.wall_s), int(time_s)


def _stress(made: Plan, request: Request, replications: int, jobs: int) -> dict[str, Sequence[Any]]:
    from racktwin.plan.stress import lags, order_risks, policies_of, replay, versus

    scenario = made.floor.scenario
    feed = request.feed or next((name for name, row in scenario.feeds.items() if row.parent is None), "")
    with progress() as shown:
        replays = [
            replay(
                policy,
                replications,
                scenario.seed,
                jobs,
                lambda name, done, total: shown.show(_Replays(f"replaying {name}", done, total)),
            )
            for policy in policies_of(made, is_held=_counts_on_times(request))
        ]
    return {
        "policies": versus(made, replays, feed),
        "orders": order_risks(made, replays[0]),
        "lags": lags(made, replays[0]),
    }


def _counts_on_times(request: Request) -> bool:
    """Whether the plan is for power: then nothing may start before its time."""
    return any(goal in ("peak", "energy_cost") for target in request.targets for goal, _ in target.weights)


class _Replays:
    def __init__(self, stage: str, done: int, total: int) -> None:
        self.stage, self.done, self.total = stage, done, total


def _print(made: Plan, tables: dict[str, Sequence[Any]], folder: Path, report: Path, json_: bool) -> None:
    from racktwin.plan.schedule.folder import summary

    if json_:
        from dataclasses import asdict

        rows = {name: [asdict(row) for row in values] for name, values in tables.items()}
        print_json({**summary(made), "folder": str(folder), **rows})
        return
    hours = made.floor.options.tick_s / 3600.0
    orders = made.floor.problem.orders
    ends = [made.end_s(number) for number in range(len(orders))]
    late = sum(order.due is not None and ends[n] > order.due * hours * 3600.0 for n, order in enumerate(orders))
    print(f"{made.answer.status}: {len(made.floor.pieces)} pieces of {len(orders)} orders, {late} orders late")
    for reached in made.answer.reached:
        value, bound = _in_unit(made, reached.target, reached.value), _in_unit(made, reached.target, reached.bound)
        known = "" if bound == "unknown" else f", gap {reached.gap:.1%}"
        proof = "proven the best" if reached.is_optimal else f"bound {bound}{known}"
        print(f"  {reached.target}: {value} ({proof})")
    if capped := _capped(made):
        print(f"  {capped} phases run capped, as much longer as they are slower, so that their stress is the same")
    if tables:
        _print_stress(tables["policies"], tables["orders"])
    print(f"\nschedule and report: {report}")


def _capped(made: Plan) -> int:
    """How many phases are planned below full power."""
    from racktwin.plan.schedule.plan import schedule_table

    return sum(cap is not None and cap < 1.0 for cap in schedule_table(made).column("cap").to_pylist())


def _in_unit(made: Plan, target: str, value: float) -> str:
    shown, unit = made.in_unit(target, value)
    return f"{number(shown)} {unit}" if math.isfinite(shown) else "unknown"


def _print_stress(policies: Sequence[Versus], orders: Sequence[OrderRisk]) -> None:
    columns = ("policy", "weighted tardiness h", "on time", "peak kW", "the plan saves h", "± h", "the plan saves kW")
    rows = [
        (
            one.policy,
            number(one.tardiness_h),
            f"{one.on_time:.0%}",
            number(one.peak_kw),
            number(one.saved_h) if index else "",
            number(one.saved_half_h) if index else "",
            number(one.saved_kw) if index else "",
        )
        for index, one in enumerate(policies)
    ]
    print("\nreplayed with breakdowns, rework and chance, the same for all:")
    print_table(columns, rows, numbers=columns[1:])
    risky = [order for order in orders if order.p_on_time < 0.9][:8]
    if risky:
        print("\norders most at risk; an hour of slack would buy most for the first:")
        titles = ("order", "on time", "95 %", "mean h late", "slack for 90 %, h", "an hour buys, weighted h")
        shown = [
            (
                one.name,
                f"{one.p_on_time:.0%}",
                f"{one.low:.0%}–{one.high:.0%}",
                number(one.mean_tardiness_s / 3600.0),
                number(one.slack_90_s / 3600.0),
                number(one.worth),
            )
            for one in risky
        ]
        print_table(titles, shown, numbers=titles[1:])
    elif orders:
        note("no order is on time less often than nine times in ten")
