"""The engine against closed forms: each lies within the 99 % interval over replications."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from racktwin.scenario import read_scenario

from .known_answers import KNOWN_ANSWERS
from .measure import measure
from .report import PAGE


@pytest.mark.slow
@pytest.mark.parametrize("scenario", dict.fromkeys(answer.scenario for answer in KNOWN_ANSWERS))
def test_closed_forms_lie_in_intervals_narrow_enough_to_notice(scenario: str) -> None:
    """An interval of more than a tenth of its value would hold anything."""
    measured = measure(scenario)
    assert [str(one) for one in measured if not one.agrees] == []
    assert [one for one in measured if one.simulated.half_width > 0.1 * one.closed_form] == []


def test_the_page_tells_every_answer_and_each_lies_inside() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    told = [tuple(cell.strip(" `") for cell in line.strip("|").split("|"))[:2] for line in lines]
    assert told == [(answer.scenario, answer.observable) for answer in KNOWN_ANSWERS]
    assert all(line.endswith("| yes |") for line in lines)


def test_names_are_unique() -> None:
    assert len({answer.name for answer in KNOWN_ANSWERS}) == len(KNOWN_ANSWERS)


@pytest.mark.parametrize(
    "path",
    sorted((Path(__file__).parents[2] / "src" / "racktwin" / "examples" / "validation").iterdir()),
    ids=lambda path: path.stem,
)
def test_a_validation_scenario_is_odd_only_in_that_a_limit_is_short(path: Path) -> None:
    assert {oddity.path.split(".")[0] for oddity in read_scenario(path).oddities} <= {"feeds", "cooling_loops"}


def test_every_validation_scenario_has_an_answer() -> None:
    shipped = {path.name.removesuffix(".yaml") for path in (files("racktwin") / "examples" / "validation").iterdir()}
    assert shipped == {answer.scenario for answer in KNOWN_ANSWERS} | {"tray_line"}
