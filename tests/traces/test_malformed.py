"""A malformed trace is one clear error, or rows that are counted; never fewer rows without a word."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from racktwin.errors import ScenarioError
from racktwin.traces import Limits, TraceMapping, batches, names, read, read_gpu_jobs, stream_gpu_jobs

HEAD = "job,submit_s,gpus,duration_s"
GOOD = ("a,0,8,3600", "b,10,0.5,60", "c,20,64,7200")


def _file(folder: Path, *rows: str, head: str = HEAD, name: str = "jobs.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def _refusal(path: Path, **options: object) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_gpu_jobs(path, **options)  # type: ignore[arg-type]
    return [str(problem).replace(str(path), "F") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("d,30,8,-5", "F:5: negative duration: '-5.0'"),
        ("d,30,8,nan", "F:5: no duration"),
        ("d,30,8,inf", "F:5: duration_s is not a time: 'inf'"),
        ("d,30,8,soon", "F:5: duration_s is not a time: 'soon'"),
        ("d,30,,60", "F:5: no number of GPUs"),
        ("d,,8,60", "F:5: no submit time"),
        ("d,30,-8,60", "F:5: negative number of GPUs: '-8.0'"),
        ("d,30,2.5,60", "F:5: a share of more than one GPU: '2.5'"),
        ("d,30,512,60", "F:5: larger than the hall's 128 GPUs: '512.0'"),
        ("a,30,8,60", "F:5: a name that occurs before: 'a'"),
        (",30,8,60", "F:5: no name"),
        ("d,30,8", "F:5: wrong number of cells: '3 cells in a table of 4 columns'"),
        ("d,30,8,60,1", "F:5: wrong number of cells: '5 cells in a table of 4 columns'"),
    ],
)
def test_a_row_at_fault_is_an_error_with_its_line_or_counted(tmp_path: Path, row: str, says: str) -> None:
    path = _file(tmp_path, *GOOD, row)
    wanted = Limits(largest_gpus=128)

    (problem,) = _refusal(path, wanted=wanted)
    assert problem.startswith(says)
    assert "→" in problem

    found = read_gpu_jobs(path, wanted=wanted, skip_bad=True)
    assert found.jobs["job"].to_pylist() == ["a", "b", "c"]
    assert list(found.skipped.values()) == [1]


def test_all_rows_at_fault_come_in_one_error(tmp_path: Path) -> None:
    path = _file(tmp_path, "a,0,8,-1", "b,x,8,1", *GOOD[2:], "d,1e400,1,5")

    assert len(_refusal(path)) == 3


def test_of_very_many_faults_the_first_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    path = _file(tmp_path, *(f"j{index},{index},1,-1" for index in range(1000)))

    problems = _refusal(path)
    assert len(problems) == 21
    assert "980 more rows" in problems[-1]
    assert read_refused(path) == "there are no jobs (1,000 rows: negative duration)"


def read_refused(path: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_gpu_jobs(path, skip_bad=True)
    return caught.value.problems[0].message


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("job,submit_s,gpus,runtime", "column 'duration' is missing"),
        ("job,gpus,duration_s", "column 'submit' is missing"),
        ("job,submit_s,submit_s,gpus,duration_s", "column 'submit_s' occurs more than once"),
        ("", "the file is empty"),
    ],
)
def test_a_missing_column_is_said(tmp_path: Path, head: str, says: str) -> None:
    assert any(says in problem for problem in _refusal(_file(tmp_path, head=head)))


def test_a_mapped_column_that_is_not_there_is_said(tmp_path: Path) -> None:
    mapping = TraceMapping({"submit": "Submit", "job_clas": "x"})

    first, second = _refusal(_file(tmp_path, *GOOD), mapping=mapping)
    assert "did you mean 'job_class'" in first
    assert "no column 'Submit'" in second


def test_out_of_order_is_sorted_and_said_and_cannot_be_streamed(tmp_path: Path) -> None:
    path = _file(tmp_path, "a,50,1,1", "b,10,1,1", "c,60,1,1", "d,20,1,1")

    found = read_gpu_jobs(path)
    assert found.jobs["job"].to_pylist() == ["b", "d", "a", "c"]
    assert found.jobs["submit_s"].to_pylist() == [0, 10, 40, 50]
    assert found.first_s == 10
    assert list(found.changed.values()) == [2]

    with pytest.raises(ScenarioError, match="before the row above"):
        stream_gpu_jobs(path, tmp_path / "out.parquet")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["jobs.csv"]


def test_bytes_that_are_no_text_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_bytes(f"{HEAD}\na,0,8,1\n".encode() + b"\xff\xfe,1,1,1\n")
    assert "not UTF-8" in _refusal(path)[0]


def test_a_file_that_is_not_there_and_a_format_that_is_none(tmp_path: Path) -> None:
    assert "there is no such file" in _refusal(tmp_path / "no.csv")[0]
    assert "did you mean 'openb'" in _refusal(_file(tmp_path), format="openbb")[0]


def test_parquet_that_is_none(tmp_path: Path) -> None:
    assert "not a Parquet file" in _refusal(_file(tmp_path, name="jobs.parquet"))[0]


def test_lines_are_right_past_empty_and_odd_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BLOCK_BYTES", 64)
    rows = [f"j{index},{index},1,1" for index in range(20)]
    rows[5:5] = ["", "odd"]
    rows += ["bad,30,1,-1"]

    messages = _refusal(_file(tmp_path, *rows))
    assert [message.split(":")[1] for message in messages] == ["8", "24"]


def test_duplicates_are_found_across_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BLOCK_BYTES", 256)
    rows = [f"j{index},{index},1,1" for index in range(500)]

    found = read_gpu_jobs(_file(tmp_path, *rows, *(f"j{index},600,1,1" for index in (0, 250, 499))), skip_bad=True)
    assert found.jobs.num_rows == 500
    assert found.skipped == {"a name that occurs before": 3}


@pytest.mark.parametrize("skip_bad", [False, True])
def test_a_stream_finds_duplicates_at_its_end(tmp_path: Path, *, skip_bad: bool) -> None:
    """Nothing is written, as the first of two is gone already."""
    rows = [f"j{index},{index},1,1" for index in range(100)]
    path = _file(tmp_path, *rows, "j7,100,1,1", "j93,101,1,1", "k,102,1,1")

    with pytest.raises(ScenarioError) as caught:
        stream_gpu_jobs(path, tmp_path / "out.parquet", skip_bad=skip_bad)
    assert [problem.line for problem in caught.value.problems] == [102, 103]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["jobs.csv"]


def test_names_of_any_length_have_hashes_of_their_own() -> None:
    texts = pa.array(["", "a", "aa", "a\0", "abcdefgh", "abcdefghi", "job-1", "job-10", "é" * 300, "é" * 299])
    assert len(set(names.hashes_of(texts).tolist())) == len(texts)
    assert names.hashes_of(texts.slice(3, 4)).tolist() == names.hashes_of(texts)[3:7].tolist()


def test_streaming_keeps_memory_at_a_few_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file of 100 blocks the second half takes no more memory than the first."""
    monkeypatch.setattr(batches, "BLOCK_BYTES", 1 << 16)
    monkeypatch.setattr(read, "ROW_GROUP", 10_000)
    path = _file(tmp_path, *(f"job-{index:08},{index},8,3600.25" for index in range(240_000)))
    assert path.stat().st_size > 100 * batches.BLOCK_BYTES
    base, used = pa.total_allocated_bytes(), []
    write = pq.ParquetWriter.write_table

    def watched(writer: pq.ParquetWriter, table: pa.Table) -> None:
        used.append(pa.total_allocated_bytes() - base)
        write(writer, table)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", watched)
    skipped = stream_gpu_jobs(path, tmp_path / "out.parquet")

    assert skipped == {}
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == 240_000
    assert len(used) >= 20
    assert max(used[len(used) // 2 :]) <= 1.05 * max(used[: len(used) // 2])


_CELL = st.one_of(
    st.sampled_from(["", "nan", "NaN", "inf", "-1", "0", "1", "8", "0.5", "1e9", "x", " 3 ", "2023-11-16 18:17:03"]),
    st.text(st.characters(codec="utf-8", exclude_characters='\n\r,"\0'), max_size=4),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(_CELL, _CELL, _CELL, _CELL), min_size=1, max_size=12))
def test_every_row_is_kept_or_counted_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    """Whatever the cells hold: rows in = jobs out + rows counted, or an error that names the file."""
    path = _file(tmp_path_factory.mktemp("any"), *(",".join(row) for row in rows))
    try:
        found = read_gpu_jobs(path, skip_bad=True)
    except ScenarioError as error:
        messages = [problem.message for problem in error.problems]
    else:
        messages = []
    if messages:
        assert "there are no jobs" in messages[0]
        return
    assert found.jobs.num_rows + sum(found.skipped.values()) == len(rows)
    assert min(found.jobs["duration_s"].to_pylist()) > 0
    assert found.jobs["submit_s"].to_pylist() == sorted(found.jobs["submit_s"].to_pylist())
