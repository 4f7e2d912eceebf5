"""``racktwin check``: every problem of a scenario at once, then what looks odd."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from racktwin.errors import Problem, ScenarioError

if TYPE_CHECKING:
    from racktwin.scenario import ScenarioFile


def check(
    scenario: Annotated[str, typer.Argument(help="Scenario file, or name of a shipped example.")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value; PATH*=FACTOR scales one.")
    ] = None,
    set_file: Annotated[
        list[Path] | None,
        typer.Option("--set-file", help="File of overrides, as racktwin calibrate writes them; repeat."),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Report all errors of a scenario at once, then oddities. Exit code 2 on errors, else 0."""
    from racktwin.scenario import read_overrides, read_scenario

    try:
        from_files = [line for path in set_file or [] for line in read_overrides(path)]
        file = read_scenario(scenario, [*from_files, *(set_ or [])])
    except ScenarioError as error:
        _report_errors(error.problems, json_)
        raise typer.Exit(2) from None
    _report(file, json_)


def _report_errors(problems: list[Problem], json_: bool) -> None:
    if json_:
        _print_json({"ok": False, "problems": problems, "oddities": [], "summary": None})
        return
    _print_by_file(problems)
    print(_count(len(problems), "error"))


def _report(file: ScenarioFile, json_: bool) -> None:
    from racktwin.scenario import summarize

    summary = summarize(file.scenario)
    if json_:
        _print_json({"ok": True, "problems": [], "oddities": list(file.oddities), "summary": asdict(summary)})
        return
    if file.oddities:
        print("No errors, but this looks odd:\n")
        _print_by_file(file.oddities)
    print(f"{file.scenario.name}: {summary}")
    print(f"no errors, {_count(len(file.oddities), 'oddity', 'oddities')}")


def _print_by_file(problems: Iterable[Problem]) -> None:
    for name, group in groupby(problems, key=lambda problem: problem.file):
        print(name)
        for problem in group:
            place = f"  line {problem.line}: " if problem.line else "  "
            print(place + (f"{problem.path}: " if problem.path else "") + problem.message)
            if problem.remedy:
                print(f"      → {problem.remedy}")
        print()


def _print_json(answer: dict[str, Any]) -> None:
    from .terminal import print_json

    print_json(
        {key: [asdict(item) for item in value] if isinstance(value, list) else value for key, value in answer.items()}
    )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number or 'no'} {one if number == 1 else many or one + 's'}"
