"""``racktwin plan burn-in``: how long to soak, and at what cap."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .run import next_free
from .terminal import note, number, print_json, print_table

if TYPE_CHECKING:
    from racktwin.plan.burn_in.study import Study
    from racktwin.plan.burn_in.test_plan import Freedom


def burn_in(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of an example.")],
    product: Annotated[str, typer.Argument(metavar="PART", help="The product.")],
    operation: Annotated[str, typer.Argument(metavar="OPERATION", help="The operation that soaks.")],
    field_failure: Annotated[float, typer.Option(min=0.0, help="USD that a failure in service costs.")] = 25_000.0,
    energy: Annotated[float, typer.Option(min=0.0, help="USD/kWh.")] = 0.08,
    power: Annotated[float, typer.Option(min=0.0, help="USD a year for a kilowatt of test power.")] = 300.0,
    bay: Annotated[float, typer.Option(min=0.0, help="USD an hour for a bay.")] = 25.0,
    capital: Annotated[float, typer.Option(min=0.0, help="Rate a year on the product's price.")] = 0.10,
    repair: Annotated[float, typer.Option(min=0.0, help="USD for a repair in the plant.")] = 1500.0,
    service_years: Annotated[float, typer.Option(min=0.0, help="How long failures in service count.")] = 5.0,
    service_stress: Annotated[float, typer.Option(min=0.0, help="Hours of stress in an hour of service.")] = 0.5,
    retest: Annotated[bool, typer.Option("--retest", help="Decide where each test's failures lead back to.")] = False,
    reorder: Annotated[
        str, typer.Option(metavar="OP,OP", help="Tests that may change places.", show_default="none")
    ] = "",
    coverage: Annotated[
        list[str] | None,
        typer.Option(metavar="'OP=SHARE @ USD'", help="A better test on offer, USD a pass; repeat."),
    ] = None,
    may_skip: Annotated[
        list[str] | None, typer.Option(metavar="OP", help="A test that may be left out; repeat.")
    ] = None,
    caps: Annotated[bool, typer.Option(help="Try the caps of the phase's table too.")] = True,
    replay: Annotated[int, typer.Option(min=0, help="Replications of now and then in the simulator.")] = 5,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change the scenario.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where it goes.", show_default="plans/NAME-burn-in, or the next free"),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Set a product's soak and tests: hours, cap, retest points, order and coverage of least expected cost.

    Test energy, power, bays and the capital that waits against failures in service. Prices are not in a scenario: the
    defaults are assumed. Says how far the answer can be trusted over the ranges of the Weibull laws.
    """
    from racktwin.plan.burn_in import Prices, product_of
    from racktwin.plan.burn_in.cost import HOURS_PER_YEAR
    from racktwin.plan.burn_in.study import study
    from racktwin.plan.schedule.folder import require_free
    from racktwin.scenario import read_scenario

    file = read_scenario(scenario, list(set_ or ()))
    folder = out or next_free(Path("plans") / f"{file.scenario.name}-burn-in")
    require_free(folder)
    freedom = _freedom(retest, reorder, coverage or [], may_skip or [])
    prices = Prices(energy, power, bay, capital, repair, field_failure, service_years * HOURS_PER_YEAR, service_stress)
    found = study(
        file,
        product_of(file.scenario, product, operation),
        operation,
        prices,
        tries_caps=caps,
        replay=replay,
        freedom=freedom,
    )
    _write(folder, file, found)
    from racktwin.report.plan_burn_in import write_burn_in_report

    report = write_burn_in_report(file.scenario, found, folder / "report.html")
    _print(found, report, json_)


def _freedom(retest: bool, reorder: str, coverage: list[str], may_skip: list[str]) -> Freedom | None:
    """What may be decided besides the soak; None for nothing."""
    from racktwin.plan.burn_in.test_plan import Coverage, Freedom, read_coverage

    if not (retest or reorder or coverage or may_skip):
        return None
    movable = tuple(name.strip() for name in reorder.split(",") if name.strip())
    return Freedom(retest, movable, (*map(read_coverage, coverage), *(Coverage(name, 0.0) for name in may_skip)))


def _write(folder: Path, file: Any, found: Study) -> None:
    import pyarrow as pa

    from racktwin.plan.record import write_study
    from racktwin.results.manifest import racktwin_version

    curve = [{"soak_h": h, "cap": c, **cost} for h, c, cost in found.curve_rows()]
    about = {"racktwin_version": racktwin_version(), "scenario_name": file.scenario.name, "kind": "burn_in"}
    write_study(folder, {"costs": pa.Table.from_pylist(curve)}, {**about, **found.as_dict(), "document": file.document})


def _print(found: Study, report: Path, json_: bool) -> None:
    if json_:
        print_json({**found.as_dict(), "report": str(report)})
        return
    from racktwin.report.plan_burn_in import simulated_rows

    best, now = found.best, found.now
    print(f"{found.product.name}: soak {number(best.soak_h)} h at {best.cap:.0%} power (now {number(now.soak_h)} h)")
    if found.tests is None:
        _print_soak(found)
    _print_tests(found)
    for line in found.cautions():
        note(line)
    if found.replayed:
        print("\nsimulated, on the same random numbers:")
        print_table(
            ("", "now", "plan", "change ± 95 %", "unit"),
            simulated_rows(found),
            numbers=("now", "plan", "change ± 95 %"),
        )
    if math.isfinite(found.break_even_usd):
        print(f"any soak pays from {number(found.break_even_usd)} USD a failure in service on")
    print(f"\nreport: {report}")


def _print_soak(found: Study) -> None:
    best, now = found.best, found.now
    columns = ("USD a product", "now", "then")
    names = ("energy", "power", "bay", "capital", "repair", "field", "total")
    rows = [(name, number(getattr(now.cost, name)), number(getattr(best.cost, name))) for name in names]
    rows += [
        ("found in the plant, per 1,000", number(1e3 * now.cost.found), number(1e3 * best.cost.found)),
        ("failures in service, per 1,000", number(1e3 * now.cost.escapes), number(1e3 * best.cost.escapes)),
    ]
    print_table(columns, rows, numbers=columns[1:])


def _print_tests(found: Study) -> None:
    now, then = found.tests_now, found.tests
    if now is None or then is None:
        return
    print("all tests and all defects, expected a product:")
    columns = ("", "now", "then")
    rows = [(f"{cause}, USD", number(now.passage.usd[cause]), number(usd)) for cause, usd in then.passage.usd.items()]
    rows += [
        ("total, USD", number(now.passage.total), number(then.passage.total)),
        ("failed tests", number(sum(now.passage.failures)), number(sum(then.passage.failures))),
        ("hours of work and repair", number(now.passage.hours), number(then.passage.hours)),
        ("failures in service, per 1,000", number(1e3 * now.passage.escapes), number(1e3 * then.passage.escapes)),
    ]
    print_table(columns, rows, numbers=columns[1:])
    for test, before, after in found.retest_changes():
        print(f"{test}: failures lead back to {after}" + ("" if before == after else f" (now {before})"))
    if moved := found.moved():
        print(f"order: {', '.join(moved)}")
    for offer in then.offers:
        taken = "is left out" if offer.is_skip else f"covers {offer.p:.0%} at {number(offer.usd)} USD a pass"
        print(f"{offer.operation} {taken}")
