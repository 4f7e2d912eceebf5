"""Work from files: traces, models of traces and services, from a few lines of YAML to jobs, with every fault told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from racktwin.engines.fleet import compile_fleet
from racktwin.engines.fleet.compile import planned
from racktwin.engines.fleet.sources import instances, service_draws
from racktwin.engines.fleet.work import Work
from racktwin.errors import ScenarioError
from racktwin.model.gpu_work import GpuService
from racktwin.run import run_scenario
from racktwin.scenario import ScenarioFile, read_scenario
from tests.scenario.hall import HALL

CSV = "submitted,cards,ran\n10,8,60\n0,0.5,30\n20,16,45\n"


def scenario_file(folder: Path, work: str, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_csv", ".csv").replace("_swf", ".swf")).write_text(text, encoding="utf-8")
    path = folder / "hall.yaml"
    sound = HALL[: HALL.index("gpu_jobs:")].replace("  power:", f"  work:\n    it: {work}\n  power:")
    path.write_text(sound, encoding="utf-8")
    return path


def read(folder: Path, work: str, **files: str) -> ScenarioFile:
    return read_scenario(scenario_file(folder, work, **files))


def work_of(file: ScenarioFile, replication: int = 0) -> Work:
    return planned(compile_fleet(file.scenario), replication, 1)[1]


TABLE = """{trace: {file: jobs.csv, columns: {submit: submitted, gpus: cards, duration: ran}, time_unit: 1 min,
             job_class: training_llm MORE}}"""


def table(more: str = "") -> str:
    return TABLE.replace(" MORE", f", {more}" if more else "")


def test_a_table_with_its_own_columns_and_unit(tmp_path: Path) -> None:
    work = work_of(read(tmp_path, table(), jobs_csv=CSV))
    assert work.jobs.submit_s.tolist() == [0.0, 600.0, 1200.0]  # sorted; the first is at the scenario's start
    assert work.jobs.gpus.tolist() == [0.5, 8.0, 16.0]
    assert work.jobs.duration_s.tolist() == [1800.0, 3600.0, 2700.0]


def test_load_scale_window_and_repeat(tmp_path: Path) -> None:
    more = "load: 2, gpu_scale: 2, until: 15 min, repeat: true"
    work = work_of(read(tmp_path, table(more), jobs_csv=CSV))
    # two of the three jobs, at twice the rate: 0 and 300 s; the next turn begins one mean spacing later, at 600 s
    assert work.jobs.submit_s[:6].tolist() == [0.0, 300.0, 600.0, 900.0, 1200.0, 1500.0]
    assert work.jobs.gpus[:4].tolist() == [1.0, 16.0, 1.0, 16.0]
    assert work.names[2] == f"{work.names[0]}#2"


def test_a_run_folder_holds_its_trace(tmp_path: Path) -> None:
    file = read(tmp_path, table(), jobs_csv=CSV)
    run = run_scenario(file, tmp_path / "run", replications=1)
    (tmp_path / "jobs.csv").unlink()
    assert run.scenario == file.scenario
    assert run.table("gpu_jobs").num_rows == 3
    assert "jobs.csv" in {source.path for source in file.files}


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (table().replace("submit: submitted", "submit: submited"), "there is no column 'submited'"),
        (table("skip_bat: true"), "unknown key 'skip_bat'"),
        (table("until: 0 s"), "too small"),
        (table().replace("training_llm", "trainin"), "unknown job class 'trainin'"),
        (table().replace("job_class: training_llm", "load: 1"), "jobs of 'training', which is no class"),
        (table("gpu_scale: 8"), "1 of 3 jobs of the trace need more GPUs of one model than the hall has"),
        ("{trace: {file: nowhere.csv}}", "there is no file"),
        ("{trace: {file: ../jobs.csv}}", "outside the scenario's folder"),
        ("{trace: {file: jobs.csv}, model: {shipped: philly}}", "one of trace, model and service"),
        ("{model: {}}", "one of shipped and file"),
        ("{model: {file: jobs.csv, job_class: training_llm}}", "not JSON"),
        ("{service: {file: jobs.csv, job_class: training_llm, gpus: 1, rate: 10 1/s}}", "'TIMESTAMP' is missing"),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy(tmp_path: Path, work: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, work, jobs_csv=CSV)
    assert message in str(caught.value)
    assert all(problem.remedy for problem in caught.value.problems)


def test_all_faults_of_file_and_scenario_come_at_once(tmp_path: Path) -> None:
    bad = "submitted,cards,ran\n10,8,-60\n0,x,30\n20,16,45\n"
    path = scenario_file(tmp_path, table(), jobs_csv=bad)
    path.write_text(path.read_text("utf-8").replace("feeds: [panel]", "feeds: [pannel]"), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    told = str(caught.value)
    assert "jobs.csv:2: fleet.work.it.trace: negative duration" in told
    assert "jobs.csv:3: fleet.work.it.trace: cards is not a number: 'x'" in told
    assert "unknown feed 'pannel'" in told


def test_rows_and_jobs_left_out_are_told(tmp_path: Path) -> None:
    bad = CSV + "30,8,-60\n31,400,5\n"
    file = read(tmp_path, table("skip_bad: true, larger_jobs: leave_out"), jobs_csv=bad)
    told = [oddity.message for oddity in file.oddities]
    assert any("1 row: negative duration" in message for message in told)
    assert any("1 of 4 jobs of the trace need more GPUs" in message and "left out" in message for message in told)
    assert len(work_of(file).jobs) == 3


def test_rows_that_are_no_fault_are_told_too(tmp_path: Path) -> None:
    """Pods without GPUs, jobs outside the time wanted and jobs out of order, without ``skip_bad``."""
    more = "200000,8,60\n21,0,60\n"
    told = [oddity.message for oddity in read(tmp_path, table("until: 1 d"), jobs_csv=CSV + more).oddities]
    assert told == [
        "rows changed in jobs.csv: 1 row: out of order, sorted by when they were submitted",
        "rows left out of jobs.csv: 1 row: asks for no GPU; 1 row: submitted outside the time wanted",
    ]


def test_standard_workload_format(tmp_path: Path) -> None:
    jobs = "; a comment\n1 0 5 100 16 -1 -1 16 200 -1 1 3 1 1 2 1 -1 -1\n2 60 5 50 8 -1 -1 8 -1 -1 1 3 1 1 2 1 -1 -1\n"
    work = "{trace: {file: jobs.swf, format: swf, processors_per_gpu: 8, job_class: training_llm}}"
    found = work_of(read(tmp_path, work, jobs_swf=jobs)).jobs
    assert found.gpus.tolist() == [2.0, 1.0]
    assert found.limit_s.tolist() == [200.0, 50.0]


@pytest.mark.slow
def test_a_shipped_model_is_drawn_anew_in_every_replication(tmp_path: Path) -> None:
    file = read(tmp_path, "{model: {shipped: philly, job_class: training_llm, load: 4}}")
    one, again, other = work_of(file, 0), work_of(file, 0), work_of(file, 1)
    assert one.jobs.submit_s.tolist() == again.jobs.submit_s.tolist()
    assert one.jobs.duration_s[:20].tolist() != other.jobs.duration_s[:20].tolist()
    assert set(one.jobs.gpus.tolist()) <= {1.0, 2.0, 4.0, 7.0, 8.0, 16.0, 20.0, 32.0}


def test_instances_follow_their_requests(tmp_path: Path) -> None:
    """At 10 tokens a second and a target of one half, 300 tokens a minute are one instance, and 301 are two."""
    stamps = "".join(
        f"2023-11-16 18:{minute:02d}:05.0000000,100,{tokens}\n" for minute, tokens in enumerate([300, 301, 900, 300])
    )
    file = read(
        tmp_path,
        "{service: {file: azure.csv, job_class: training_llm, gpus: 2, rate: 10 1/s, target: 0.5, step: 1 min, "
        "repeat: false}}",
        azure_csv="TIMESTAMP,ContextTokens,GeneratedTokens\n" + stamps,
    )
    service = file.scenario.fleet.work["it"].service
    assert service is not None
    begin_s, end_s = instances(service, 86_400.0)
    assert list(zip(begin_s.tolist(), end_s.tolist(), strict=True)) == [(0.0, 240.0), (60.0, 180.0), (120.0, 180.0)]
    assert work_of(file).jobs.gpus.tolist() == [2.0, 2.0, 2.0]
    there = [int(((begin_s <= t) & (end_s > t)).sum()) for t in (30, 90, 150, 210)]
    assert there == [1, 2, 3, 1]


def test_failures_by_reference_have_their_source_and_count_gpus(tmp_path: Path) -> None:
    path = scenario_file(tmp_path, table(), jobs_csv=CSV)
    text = path.read_text("utf-8").replace("  power:", "  failures: {gpus: {reference: gpu}}\n  power:")
    path.write_text(text, "utf-8")
    scenario = read_scenario(path).scenario
    cause = scenario.fleet.failures["gpus"]
    assert cause.of == "gpu"
    assert cause.time_between is not None
    assert cause.time_between.mean_s == pytest.approx(884_736 / 268 * 86_400, rel=1e-3)
    plan = compile_fleet(scenario).plan
    gpus = [plan.node_kinds[rack.node_kind].gpus for rack in plan.racks for _ in range(rack.nodes)]
    assert np.array([clock.hazard for clock in plan.failures]) == pytest.approx(gpus)


def test_the_draw_of_instances_goes_with_their_requests() -> None:
    service = GpuService.model_validate(
        {
            "file": "requests.csv",
            "job_class": "chat",
            "gpus": 8,
            "rate": "100 1/s",
            "target": 1.0,
            "unloaded_draw": 0.4,
            "requests": {"step_s": 60.0, "tokens": [6000.0, 9000.0, 0.0, 3000.0]},
        }
    )
    # one instance in full, two at three quarters, none, one at half; then again
    found = service_draws([service], 480.0)
    assert found == [
        (60.0, pytest.approx(0.85)),
        (120.0, 1.0),
        (180.0, pytest.approx(0.7)),
        (240.0, 1.0),
        (300.0, pytest.approx(0.85)),
        (360.0, 1.0),
        (420.0, pytest.approx(0.7)),
    ]
    full = service.model_copy(update={"unloaded_draw": 1.0})
    assert service_draws([full], 480.0) == []
