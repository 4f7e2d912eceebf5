"""Each way in which a hall is wrong gives a clear message at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.scenario import read_scenario

from .hall import HALL, ODD_HALLS, ODD_WORK, WRONG_HALLS, WrongHall
from .test_broken import problems_of, write


def test_the_hall_is_sound(tmp_path: Path) -> None:
    assert read_scenario(write(tmp_path, HALL)).oddities == ()


@pytest.mark.parametrize("wrong", WRONG_HALLS, ids=lambda wrong: wrong.name)
def test_wrong_hall(wrong: WrongHall, tmp_path: Path) -> None:
    problems = problems_of(write(tmp_path, wrong.text))
    fitting = [problem for problem in problems if wrong.says in problem.message and problem.path.endswith(wrong.path)]
    assert fitting, "\n".join(map(str, problems))
    assert all(problem.line and problem.remedy for problem in problems)


@pytest.mark.parametrize("odd", ODD_HALLS, ids=lambda odd: odd.name)
def test_odd_hall(odd: WrongHall, tmp_path: Path) -> None:
    (oddity,) = read_scenario(write(tmp_path, odd.text)).oddities
    assert odd.says in oddity.message
    assert oddity.path.endswith(odd.path)


@pytest.mark.parametrize("odd", ODD_WORK, ids=lambda odd: odd.name)
def test_what_a_trace_left_out_is_said(odd: WrongHall, tmp_path: Path) -> None:
    (oddity,) = read_scenario(write(tmp_path, odd.text)).oddities
    assert odd.says in oddity.message
    assert oddity.path.endswith(odd.path)


def test_jobs_from_a_file(tmp_path: Path) -> None:
    text = HALL[: HALL.index("gpu_jobs:")] + "gpu_jobs: {file: jobs.csv}\n"
    rows = "job,submit,gpus,duration,job_class\none,0 s,8,1 h,training_llm\ntwo,1 h,0.5,2 h,training_llm\n"
    jobs = read_scenario(write(tmp_path, text, jobs_csv=rows)).scenario.gpu_jobs
    assert [(job.job, float(job.gpus), float(job.duration_s)) for job in jobs] == [("one", 8, 3600), ("two", 0.5, 7200)]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("job,submit,gpus,job_class\none,0 s,8,training_llm\n", "column 'duration' is missing"),
        ("job,submit,gpus,duration,job_class\none,0 s,8,-1 h,training_llm\n", "-1 h is too small"),
        ("job,submit,gpus,duration,job_class\none,0 s,nan,1 h,training_llm\n", "nan"),
        ("job,submit,gpus,duration,job_class\none,0 s,500,1 h,training_llm\n", "needs 500 GPUs"),
    ],
)
def test_malformed_jobs(rows: str, says: str, tmp_path: Path) -> None:
    text = HALL[: HALL.index("gpu_jobs:")] + "gpu_jobs: {file: jobs.csv}\n"
    problems = problems_of(write(tmp_path, text, jobs_csv=rows))
    assert any(says in problem.message and "jobs.csv" in problem.file for problem in problems), problems
