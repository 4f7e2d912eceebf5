"""A run folder: what is written is what is read, whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from racktwin.errors import RunError
from racktwin.results import replication
from racktwin.results.manifest import RUN_FORMAT_VERSION, read_manifest
from racktwin.results.schema import TABLES
from racktwin.results.store import RunFolder, RunWriter
from racktwin.scenario import SourceFile
from tests.results.plant import plant_document
from tests.results.rows import Rows, run_of, tables_of

ROWS: Rows = {
    "shipments": [{"serial_number": 1, "part": "gb200_nvl72", "shipped_s": 700_000.0}],
    "material": [
        {"part": "gb200_board", "time_s": 5.0, "change": -2, "on_hand": -2, "reason": "consumed"},
        {"part": "nvlink_cartridge", "time_s": 6.0, "change": -4, "on_hand": -4, "reason": "consumed"},
    ],
}


def writer_of(path: Path, replications: int = 2) -> RunWriter:
    return RunWriter.create(path, plant_document(), (), seed=3, replications=replications)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", plant_document(), [ROWS, ROWS])

    assert run.table("material").drop_columns("replication").to_pylist() == [*ROWS["material"], *ROWS["material"]]
    assert run.table("shipments")["replication"].to_pylist() == [0, 1]
    assert run.table("shipments")["part"].to_pylist() == ["gb200_nvl72"] * 2
    assert run.table("material", ["change"], replication=1).to_pydict() == {"change": [-2, -4]}
    assert run.scenario.name == "synthetic-georgetown"


def test_manifest_tells_what_was_run(tmp_path: Path) -> None:
    before = dt.datetime.now(dt.UTC)
    source = SourceFile("scenario.yaml", "ab" * 32)
    writer = RunWriter.create(tmp_path / "run", plant_document(weeks=2), [source], seed=3, replications=5)
    writer.write(1, tables_of(ROWS, 1))
    writer.finish("interrupted")
    manifest = RunFolder.open(tmp_path / "run").manifest

    assert manifest.document == plant_document(weeks=2)
    assert (manifest.source_files[0].path, manifest.source_files[0].sha256) == ("scenario.yaml", "ab" * 32)
    assert (manifest.seed, manifest.replications_planned, manifest.replications_done) == (3, 5, (1,))
    assert (manifest.horizon_s, manifest.warm_up_s) == (2 * 604_800.0, 604_800.0)
    assert manifest.status == "interrupted"
    assert manifest.finished_utc is not None
    assert before <= manifest.started_utc <= manifest.finished_utc
    assert manifest.row_counts == {name: len(list(ROWS.get(name, ()))) for name in TABLES}
    assert set(manifest.versions) == {"python", "numpy", "numba", "pyarrow", "duckdb"}


def test_every_file_is_listed_with_its_hash(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", plant_document(), [ROWS])
    found = {
        str(path.relative_to(run.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in run.folder.rglob("*.parquet")
    }

    assert {record.path: record.sha256 for record in run.manifest.written} == found
    assert len(found) == len(TABLES)


def test_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (run_of(tmp_path / name, plant_document(), [ROWS, ROWS]) for name in ("first", "second"))

    assert first.manifest.written == second.manifest.written


def test_replications_may_come_from_threads_in_any_order(tmp_path: Path) -> None:
    writer = writer_of(tmp_path / "run", 12)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: writer.write(number, tables_of(ROWS, number)), reversed(range(12))))
    writer.finish("finished")
    run = RunFolder.open(tmp_path / "run")

    assert run.replications == tuple(range(12))
    assert run.table("shipments")["replication"].to_pylist() == list(range(12))
    assert run.manifest.row_counts["material"] == 24


def test_a_replication_counts_only_once_all_of_it_is_there(tmp_path: Path) -> None:
    writer = writer_of(tmp_path / "run")
    writer.write(0, tables_of(ROWS, 0))
    (tmp_path / "run/tables/material/replication-0001.parquet").mkdir()
    with pytest.raises(RunError, match=r"replication-0001\.parquet"):
        writer.write(1, tables_of(ROWS, 1))
    run = RunFolder.open(tmp_path / "run")

    assert run.manifest.status == "running"
    assert run.replications == (0,)
    assert run.table("shipments").num_rows == 1
    assert not list((tmp_path / "run").rglob("*.tmp"))


def test_batches_make_one_table_and_long_ones_are_written_as_they_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replication, "GROUP_ROWS", 4)
    writer = writer_of(tmp_path / "run")
    with writer.replication(0) as rows:
        rows.add(tables_of(ROWS, 0))
        for _ in range(4):
            rows.add({"material": tables_of(ROWS, 0)["material"]})
        begun = list((tmp_path / "run").rglob("*.tmp"))
    run = RunFolder.open(tmp_path / "run")

    assert [path.parent.name for path in begun] == ["material"]
    assert run.table("material").drop_columns("replication").to_pylist() == [*ROWS["material"]] * 5
    assert pq.ParquetFile(run.table_files("material")[0]).num_row_groups == 3
    assert run.manifest.row_counts["material"] == 10


def test_a_replication_that_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replication, "GROUP_ROWS", 2)
    writer = writer_of(tmp_path / "run")

    def fail() -> None:
        with writer.replication(0) as rows:
            rows.add(tables_of(ROWS, 0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert not [path for path in (tmp_path / "run/tables").rglob("*") if path.is_file()]
    writer.write(0, tables_of(ROWS, 0))
    assert writer.run.replications == (0,)


def test_a_run_without_replications_has_empty_tables(tmp_path: Path) -> None:
    writer_of(tmp_path / "run").finish("failed")
    run = RunFolder.open(tmp_path / "run")

    assert run.table("operations").num_rows == 0
    assert run.table("operations").column_names == [column.name for column in TABLES["operations"].columns]


def test_extra_tables_are_kept_and_replaced(tmp_path: Path) -> None:
    writer = writer_of(tmp_path / "run")
    writer.write_extra("kpis", pa.table({"value": [1.0]}))
    writer.write_extra("kpis", pa.table({"value": [2.0]}))
    run = RunFolder.open(tmp_path / "run")

    assert run.extra("kpis").to_pydict() == {"value": [2.0]}
    assert list(run.extras) == ["kpis"]
    with pytest.raises(RunError, match="has no table 'marginals'"):
        run.extra("marginals")


@pytest.mark.parametrize("name", ["operations", "shipped", "run", "scenario_parts", "../kpis", "KPIs", 'a"b', ""])
def test_an_extra_table_needs_a_name_of_its_own(tmp_path: Path, name: str) -> None:
    with pytest.raises(RunError, match="cannot name an extra table"):
        writer_of(tmp_path / "run").write_extra(name, pa.table({"value": [1.0]}))


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("all of it")
    with pytest.raises(RunError, match="is not empty"):
        writer_of(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(RunError, match="cannot be made"):
        writer_of(tmp_path / "run")


def test_a_replication_is_written_once_and_planned(tmp_path: Path) -> None:
    writer = writer_of(tmp_path / "run")
    writer.write(0, tables_of(ROWS, 0))
    with pytest.raises(RunError, match="replication 0 is written already"):
        writer.write(0, tables_of(ROWS, 0))
    with pytest.raises(RunError, match="replication 2 is not one of the 2 planned"):
        writer.write(2, tables_of(ROWS, 2))


def test_unknown_tables_and_replications_are_named(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", plant_document(), [ROWS])
    with pytest.raises(RunError, match="there is no table 'racks'"):
        run.table("racks")
    with pytest.raises(RunError, match="replication 7 is not in the run"):
        run.table("shipments", replication=7)


def edit_manifest(run: Path, **changes: Any) -> None:
    path = run / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def first_file(run: Path) -> Path:
    return run / "tables/shipments/replication-0000.parquet"


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no such folder": lambda run: run.rename(run.with_name("elsewhere")),
    "is not a run": lambda run: (run / "manifest.json").unlink(),
    r"manifest\.json is damaged: .*JSON": lambda run: (run / "manifest.json").write_text('{"format_version": 1, "se'),
    r"manifest\.json is damaged: Field required": lambda run: (run / "manifest.json").write_text(
        '{"format_version":1}'
    ),
    f"is of run format {RUN_FORMAT_VERSION + 1}": lambda run: edit_manifest(run, format_version=2, new=1),
    r"replication-0000\.parquet is missing": lambda run: first_file(run).unlink(),
    r"replication-0000\.parquet is damaged": lambda run: first_file(run).write_bytes(first_file(run).read_bytes()[:-9]),
    "it does not list tables/ballast/replication-0001": lambda run: edit_manifest(run, replications_done=[0, 1]),
    "should match pattern": lambda run: edit_manifest(run, written=[{"path": "../../etc/passwd", "sha256": ""}]),
}


@pytest.mark.parametrize("message", DAMAGES)
def test_a_damaged_run_is_refused_with_a_remedy(tmp_path: Path, message: str) -> None:
    run_of(tmp_path / "run", plant_document(), [ROWS])
    DAMAGES[message](tmp_path / "run")
    with pytest.raises(RunError, match=message) as refused:
        RunFolder.open(tmp_path / "run")
    assert "\n    → " in str(refused.value)


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    run_of(tmp_path / "run", plant_document(), [ROWS])
    content = bytearray(first_file(tmp_path / "run").read_bytes())
    content[len(content) // 2] ^= 1
    first_file(tmp_path / "run").write_bytes(content)
    with pytest.raises(RunError, match="its contents are not what was written"):
        RunFolder.open(tmp_path / "run")


def test_a_table_lost_after_opening_is_an_error_not_a_traceback(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", plant_document(), [ROWS])
    first_file(run.folder).write_bytes(b"PAR1")
    with pytest.raises(RunError, match="cannot be read"):
        run.table("shipments")


def test_manifest_is_readable_json(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", plant_document(), [ROWS])
    told = json.loads((run.folder / "manifest.json").read_text())

    assert told["document"]["title"] == "Georgetown, made up for tests"
    assert read_manifest(run.folder) == run.manifest
