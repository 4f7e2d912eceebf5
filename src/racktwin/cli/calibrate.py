"""``racktwin calibrate`` and ``racktwin validate``: parameters from history, and a twin held against it."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .terminal import note, number, print_json, print_table

if TYPE_CHECKING:
    from racktwin.calibrate import Calibration, Change, Comparison, Observed
    from racktwin.results import RunFolder
    from racktwin.scenario import ScenarioFile

_MAP = typer.Option("--map", metavar="OURS=THEIRS", help="Name of a column in the file, as start=StartTime; repeat.")
_MAPPING = typer.Option("--mapping", help="YAML or JSON file of columns, words and units; see docs/calibrate.md.")
_UNIT = typer.Option("--unit", help="Unit of times written as numbers: s, min, h, d, ms.")
_STATES = typer.Option("--states", help="Table of equipment states, for breakdowns.")
_FORMAT = typer.Option("--format", help="table, ocp, openhtf or run.", show_default="from the content")
_SKIP = typer.Option("--skip-bad", help="Leave out rows that cannot be used, and count them.")
_SET = typer.Option("--set", metavar="PATH=VALUE", help="Change a value first; PATH*=FACTOR scales one.")
_SET_FILE = typer.Option("--set-file", help="File of overrides, as racktwin calibrate writes them; repeat.")
_JSON = typer.Option("--json", help="Print JSON.")


def calibrate(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of an example.")],
    observed: Annotated[
        Path, typer.Argument(metavar="OBSERVED", help="CSV or Parquet table, OCP or OpenHTF output, or a run folder.")
    ],
    out: Annotated[Path | None, typer.Option(help="Write the overrides here, for --set-file.")] = None,
    pairs: Annotated[list[str] | None, _MAP] = None,
    mapping: Annotated[Path | None, _MAPPING] = None,
    unit: Annotated[str | None, _UNIT] = None,
    states: Annotated[Path | None, _STATES] = None,
    format_: Annotated[str | None, _FORMAT] = None,
    skip_bad: Annotated[bool, _SKIP] = False,
    laws: Annotated[
        list[str] | None, typer.Option("--law", help="Try only this law; repeat.", show_default="all")
    ] = None,
    bootstraps: Annotated[
        int, typer.Option(min=0, max=9999, help="Samples of the goodness-of-fit test; 0: none.")
    ] = 199,
    overrides: Annotated[list[str] | None, _SET] = None,
    set_file: Annotated[list[Path] | None, _SET_FILE] = None,
    json_: Annotated[bool, _JSON] = False,
) -> None:
    """Fit a scenario's durations, breakdowns, yields and arrivals to history.

    Prints each parameter as it is and as fitted, with its 95 % interval and how well the law fits. With --out, writes
    a file to run it with: racktwin run SCENARIO --set-file FILE.
    """
    from racktwin.calibrate import calibrate as fit

    tried = _laws(laws)
    file = _scenario(scenario, overrides, set_file)
    history = _read(file, observed, pairs, mapping, unit, states, format_, skip_bad)
    found = fit(file, history, laws=tried, bootstraps=bootstraps)
    if out is not None:
        found.write(out, f" for {file.scenario.name}")
    if json_:
        print_json(_as_json(found))
        return
    _print(found)
    if out is not None:
        print(f"\noverrides: {out}\nrun:       racktwin run {scenario} --set-file {out}")


def validate(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A scenario file, the name of an example, or a run folder.")
    ],
    against: Annotated[
        Path, typer.Option(metavar="OBSERVED", help="History: a table, OCP or OpenHTF output, or a run folder.")
    ],
    pairs: Annotated[list[str] | None, _MAP] = None,
    mapping: Annotated[Path | None, _MAPPING] = None,
    unit: Annotated[str | None, _UNIT] = None,
    format_: Annotated[str | None, _FORMAT] = None,
    skip_bad: Annotated[bool, _SKIP] = False,
    replications: Annotated[
        int | None, typer.Option(min=2, help="Independent repetitions.", show_default="the scenario's")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of chance.", show_default="the scenario's")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Replications at a time.", show_default="all cores")] = None,
    overrides: Annotated[list[str] | None, _SET] = None,
    set_file: Annotated[list[Path] | None, _SET_FILE] = None,
    json_: Annotated[bool, _JSON] = False,
) -> None:
    """Hold a twin against history: which KPIs lie inside its 95 % prediction interval.

    Simulates the scenario, unless given the folder of a run that is done.
    """
    from racktwin.calibrate import Plant, compare_with_history
    from racktwin.results import RunFolder

    with tempfile.TemporaryDirectory(prefix="racktwin-") as folder:
        if _is_run(scenario):
            _refuse_settings(overrides, set_file, replications, seed)
            run = RunFolder.open(scenario)
            file = _file_of(run)
            history = _read(file, against, pairs, mapping, unit, None, format_, skip_bad)
        else:
            file = _scenario(scenario, overrides, set_file)
            history = _read(file, against, pairs, mapping, unit, None, format_, skip_bad)
            run = _simulate(file, Path(folder) / "run", replications, seed, jobs)
        found = compare_with_history(run, history, Plant(file))
        seen_s, twin_s = history.end_s - history.start_s, run.observed_s
    if json_:
        print_json(
            {"history_s": seen_s, "twin_s": twin_s, "left_out": history.left_out, "kpis": list(map(asdict, found))}
        )
        return
    _print_comparison(found)
    if seen_s > twin_s:
        days = f"the twin was watched for {twin_s / 86400:.3g} d, history for {seen_s / 86400:.3g} d"
        note(f"{days}: the intervals are too wide")
    _print_left_out(history.left_out)


def _scenario(scenario: str, overrides: list[str] | None, set_files: list[Path] | None) -> ScenarioFile:
    from racktwin.scenario import read_overrides, read_scenario

    return read_scenario(
        scenario, [*(line for path in set_files or [] for line in read_overrides(path)), *(overrides or [])]
    )


def _read(
    file: ScenarioFile,
    path: Path,
    pairs: list[str] | None,
    mapping: Path | None,
    unit: str | None,
    states: Path | None,
    format_: str | None,
    skip_bad: bool,
) -> Observed:
    from racktwin.calibrate import FORMATS, read_mapping, read_observed

    known = _one_of(format_, FORMATS, "format")
    return read_observed(
        file,
        path,
        mapping=read_mapping(mapping, pairs or (), unit),
        states=states,
        format_=known,
        skip_bad=skip_bad,
    )


def _laws(laws: list[str] | None) -> list[str]:
    from racktwin.calibrate import LAWS

    return [_one_of(law, LAWS, "law") for law in laws] if laws else list(LAWS)


def _one_of(word: str | None, known: Any, what: str) -> Any:
    from racktwin.errors import RacktwinError

    if word is not None and word not in known:
        raise RacktwinError(f"there is no {what} {word!r}\n    → choose from {', '.join(known)}")
    return word


def _is_run(source: str) -> bool:
    from racktwin.results.manifest import MANIFEST_NAME

    return (Path(source) / MANIFEST_NAME).is_file()


def _refuse_settings(*settings: object) -> None:
    from racktwin.errors import RacktwinError

    if any(setting is not None and setting != [] for setting in settings):
        raise RacktwinError("a run that is done cannot be changed\n    → name its scenario to simulate it again")


def _file_of(run: RunFolder) -> ScenarioFile:
    from racktwin.scenario import ScenarioFile

    return ScenarioFile(run.scenario, run.manifest.document, (), ())


def _simulate(
    file: ScenarioFile, folder: Path, replications: int | None, seed: int | None, jobs: int | None
) -> RunFolder:
    from racktwin.run import run_scenario

    from .progress import progress
    from .run import cores

    with progress() as shown:
        return run_scenario(
            file,
            folder,
            replications=replications,
            seed=seed,
            jobs=jobs or cores(),
            progress=shown.show,
            marginals=False,
        )


def _print(found: Calibration) -> None:
    columns = ("parameter", "old → new", "n", "cut", "mean", "KS p", "A–D p", "old fits")
    print_table(columns, map(_row, found.changes), numbers=("n", "cut", "KS p", "A–D p"))
    if found.first_pass:
        rows = [
            (
                f"{item.routing}:{item.operation}",
                f"{item.passed / item.n:.2%}",
                f"{item.low:.2%} – {item.high:.2%}",
                f"{item.n}",
            )
            for item in found.first_pass
        ]
        print()
        print_table(("first-pass yield of", "passed", "95 %", "n"), rows, numbers=("passed", "95 %", "n"))
    for item in found.notes:
        note(f"{item.subject}: {item.text}")
    _print_left_out(found.left_out)


def _row(change: Change) -> tuple[str, ...]:
    fitted = change.fitted
    goodness = fitted.goodness if fitted else None
    ks, ad = (f"{goodness.ks_p:.3g}", f"{goodness.ad_p:.3g}") if goodness else ("", "")
    rejected = f" ({fitted.rejected})" if fitted and fitted.rejected else ""
    agrees = {True: "yes", False: "no", None: ""}[change.agrees]
    mean = f"{number(fitted.mean_s)} s" if fitted else ""
    values = f"{_short(change.old)} → {_short(change.new)}"
    return change.path, values, f"{change.n}", f"{change.censored or ''}", mean, ks, ad + rejected, agrees


def _short(value: Any) -> str:
    """A value of the document in a few words: laws with their parameters and ranges, without sources."""
    if value is None:
        return "none"
    if not isinstance(value, dict):
        return str(value)
    if "value" in value:
        ends = f" [{value['low']} – {value['high']}]" if {"low", "high"} <= set(value) else ""
        return f"{value['value']}{ends}"
    law = next((key for key in value if key not in ("source", "confidence")), "")
    parameters = value[law]
    if law == "empirical" and isinstance(parameters, dict):
        return f"empirical ({len(parameters.get('values_s', ()))} values)"
    if not isinstance(parameters, dict):
        return json.dumps(value, ensure_ascii=False)
    return f"{law}(" + ", ".join(f"{key} {_short(inner)}" for key, inner in parameters.items()) + ")"


def _print_left_out(left_out: dict[str, int]) -> None:
    for what, count in left_out.items():
        note(f"left out: {count} {what}")


def _as_json(found: Calibration) -> dict[str, Any]:
    return {
        "source": found.source,
        "changes": [{**asdict(change), "set": change.override} for change in found.changes],
        "first_pass": list(map(asdict, found.first_pass)),
        "notes": list(map(asdict, found.notes)),
        "left_out": found.left_out,
    }


def _print_comparison(found: list[Comparison]) -> None:
    words = {True: "inside", False: "OUTSIDE", None: "–"}
    columns = ("KPI", "of", "observed", "twin", "95 % prediction", "unit", "")
    rows = [
        (
            item.kpi,
            item.subject,
            number(item.observed),
            number(item.mean),
            f"{number(item.low)} – {number(item.high)}",
            item.unit,
            words[item.inside],
        )
        for item in found
    ]
    print_table(columns, rows, numbers=columns[2:5])
    told = [item for item in found if item.inside is not None]
    print(
        f"\n{sum(bool(item.inside) for item in told)} of {len(told)} KPIs inside; 95 % of those of a true twin would be"
    )
