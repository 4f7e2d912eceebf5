"""Public instances with published optima, read from their own formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.plan.schedule.check import broken_rules
from racktwin.plan.schedule.instances import read_flexible_job_shop, read_psplib
from racktwin.plan.schedule.problem import makespan
from racktwin.plan.schedule.solve import Limits, solve

_FOLDER = Path(__file__).parent / "instances"

_PROJECTS = {"j301_1": 43, "j3010_1": 42, "j309_1": 83, "j3029_1": 85, "j3017_5": 47}
_SHOPS = {"mk01": 40, "hurink_edata_la01": 609}


@pytest.mark.parametrize(("name", "optimum"), _PROJECTS.items())
def test_project_is_solved_to_its_published_optimum(name: str, optimum: int) -> None:
    problem = read_psplib(_FOLDER / f"{name}.sm")

    answer = solve(problem, limits=Limits(60.0, 2))

    assert answer.schedule is not None
    assert broken_rules(problem, answer.schedule) == []
    assert (answer.status, makespan(answer.schedule)) == ("optimal", optimum)
    assert answer.reached[0].bound == optimum


@pytest.mark.parametrize(("name", "optimum"), _SHOPS.items())
def test_flexible_job_shop_is_solved_to_its_published_optimum(name: str, optimum: int) -> None:
    problem = read_flexible_job_shop(_FOLDER / f"{name}.txt")
    used = {mode.held[0].resource for activity in problem.activities for mode in activity.modes}
    assert used == set(range(len(problem.resources)))  # its machines count from 0

    answer = solve(problem, limits=Limits(20.0, 2))

    assert answer.schedule is not None
    assert broken_rules(problem, answer.schedule) == []
    assert makespan(answer.schedule) == optimum


def test_a_machine_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "shop.txt"
    file.write_text("1 2\n1 1 3 5\n")
    with pytest.raises(ValueError, match="names machines 3 to 3, but says that there are 2"):
        read_flexible_job_shop(file)
