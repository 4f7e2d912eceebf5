"""Whole runs: what they leave behind, whatever happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.engines.line import compile_line, replicate
from racktwin.errors import RunError
from racktwin.results import RunFolder
from racktwin.run import Progress, run_scenario, simulate_tables

from .plant import small_file


def test_a_run_leaves_tables_kpis_and_marginals(tmp_path: Path) -> None:
    seen: list[Progress] = []
    run = run_scenario(small_file(), tmp_path / "run", progress=seen.append)
    assert run.manifest.status == "finished"
    assert run.replications == (0, 1, 2)
    assert set(run.extras) == {"kpis", "marginals"}
    assert [step.done for step in seen if step.stage == "replications"][-1] == 3
    marginal_steps = [step for step in seen if step.stage == "marginal values"]
    assert marginal_steps[-1].done == marginal_steps[-1].total > 0


def test_tables_in_memory_are_those_in_the_folder(tmp_path: Path) -> None:
    file = small_file()
    run = run_scenario(file, tmp_path / "run", marginals=False, replications=2)
    for replication, tables in enumerate(simulate_tables(file.scenario, 2, 11)):
        for name in tables:
            assert run.table(name, None, replication).to_pydict().keys() == tables[name].to_pydict().keys()
            assert str(run.table(name, None, replication).to_pylist()) == str(tables[name].to_pylist())


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_bytes_do_not_depend_on_the_jobs(tmp_path: Path, jobs: int) -> None:
    one = run_scenario(small_file(), tmp_path / "one", jobs=2, marginals=False)
    other = run_scenario(small_file(), tmp_path / "other", jobs=jobs, marginals=False)
    hashes = [{record.path: record.sha256 for record in run.manifest.written} for run in (one, other)]
    assert hashes[0] == hashes[1]


def test_another_seed_is_another_run(tmp_path: Path) -> None:
    runs = [run_scenario(small_file(), tmp_path / str(s), seed=s, replications=1, marginals=False) for s in (1, 2)]
    assert not runs[0].table("operations").equals(runs[1].table("operations"))


def test_ctrl_c_keeps_what_is_done(tmp_path: Path) -> None:
    def stop(step: Progress) -> None:
        if step.stage == "replications" and step.done >= 2:
            raise KeyboardInterrupt

    run = run_scenario(small_file(), tmp_path / "run", replications=50, jobs=1, progress=stop)
    assert run.manifest.status == "interrupted"
    assert 2 <= len(run.replications) < 50
    assert set(run.extras) == {"kpis"}


def test_ctrl_c_during_marginal_values_keeps_the_kpis(tmp_path: Path) -> None:
    def stop(step: Progress) -> None:
        if step.stage == "marginal values":
            raise KeyboardInterrupt

    run = run_scenario(small_file(), tmp_path / "run", progress=stop)
    assert run.manifest.status == "interrupted"
    assert set(run.extras) == {"kpis"}


def test_a_failure_is_told_in_the_manifest(tmp_path: Path) -> None:
    def break_off(step: Progress) -> None:
        raise RuntimeError("the disk is on fire")

    with pytest.raises(RuntimeError, match="on fire"):
        run_scenario(small_file(), tmp_path / "run", progress=break_off)
    assert RunFolder.open(tmp_path / "run").manifest.status == "failed"


def test_a_taken_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError):
        run_scenario(small_file(), tmp_path)


def test_without_recording_the_shipments_are_the_same() -> None:
    compiled = compile_line(small_file().scenario)
    recorded, bare = (replicate(compiled, 0, 11, is_recording=on) for on in (True, False))
    # as text, in which NaN equals NaN
    assert str(bare["shipments"].to_pylist()) == str(recorded["shipments"].to_pylist())
    assert {name for name, table in bare.items() if table.num_rows} == {"shipments"}
    assert bare.keys() == recorded.keys()
