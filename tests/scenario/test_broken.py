"""Each kind of broken scenario gives one clear message: file, line, what is wrong, and what would mend it."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from racktwin.errors import Problem, ScenarioError
from racktwin.scenario import read_scenario

from .broken import BROKEN, STARTER, Broken


def problems_of(path: Path, *overrides: str) -> list[Problem]:
    """What is wrong with the scenario at ``path``."""
    with pytest.raises(ScenarioError) as refused:
        read_scenario(path, overrides)
    return refused.value.problems


def write(folder: Path, text: str, **others: str) -> Path:
    """A scenario file in ``folder``, with other files beside it."""
    for name, content in others.items():
        (folder / name.replace("_csv", ".csv").replace("_yaml", ".yaml")).write_text(content, encoding="utf-8")
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_starter_is_sound(tmp_path: Path) -> None:
    assert read_scenario(write(tmp_path, STARTER)).oddities == ()


def test_there_are_enough_kinds() -> None:
    assert len({broken.name for broken in BROKEN}) == len(BROKEN) >= 45


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_broken(broken: Broken, tmp_path: Path) -> None:
    path = write(tmp_path, broken.text)

    problems = problems_of(path)

    fitting = [problem for problem in problems if broken.says in problem.message and problem.path.endswith(broken.path)]
    assert fitting, "\n".join(map(str, problems))
    assert fitting[0].line == broken.line
    assert all(problem.file == str(path) and problem.remedy for problem in problems)
    assert broken.remedy in fitting[0].remedy
    assert len(problems) <= broken.most


def test_all_problems_at_once(tmp_path: Path) -> None:
    text = STARTER
    for old, new in (
        ("horizon: 26 wk", "horizon: 26"),
        ("limit: 120 kW, parent", "limit: 120 kg, parent"),
        ("product: rack", "prodct: rack"),
    ):
        text = text.replace(old, new)

    assert {problem.path for problem in problems_of(write(tmp_path, text))} == {
        "horizon",
        "feeds.test_floor.limit",
        "demand.racks.prodct",
    }


def test_all_problems_between_entities_at_once(tmp_path: Path) -> None:
    text = STARTER
    for old, new in (
        ("work_center: dock", "work_center: doc"),
        ("bill_of_materials: {board: 2}", "bill_of_materials: {board: 2, rack: 1}"),
        ("operators: {packing: 2}", "operators: {packing: 5}"),
        ("warm_up: 2 wk", "warm_up: 27 wk"),
    ):
        text = text.replace(old, new)

    messages = " ".join(problem.message for problem in problems_of(write(tmp_path, text)))

    for said in ("unknown work center", "contains itself", "needs 5 people", "not shorter than the horizon"):
        assert said in messages


def test_problems_come_whole_from_another_process() -> None:
    error = ScenarioError(
        [Problem("plant.yaml", 3, "parts", "unknown", "name it"), Problem("plant.yaml", 1, "", "odd")]
    )
    again = copy.deepcopy(error)  # the same way as through a pickle
    assert (again.problems, str(again)) == (error.problems, str(error))
