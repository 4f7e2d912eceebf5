"""Each format on a few of its own lines."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from racktwin.errors import ScenarioError
from racktwin.traces import GPU_JOBS, Limits, TraceMapping, read_gpu_jobs, read_request_load, stream_gpu_jobs

OPENB = """name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
openb-pod-0000,12000,16384,1,1000,,LS,Running,100,12537496,120
openb-pod-0001,6000,12288,1,460,V100M16|V100M32,BE,Running,427061,12902960,427061
openb-pod-0002,88000,327680,8,1000,,Burstable,Succeeded,9437497,10769854,9437497
openb-pod-0061,11908,47104,1,1000,,BE,Pending,10001278,10001403,
openb-pod-0100,8000,30517,0,0,,BE,Running,10565025,10589760,10565025
"""
SWF = """; Version: 2.2
; MaxProcs: 128
  1  0    10  3600  64 -1 2048 64 7200 -1 1 3 1 -1 1 -1 -1 -1
  2  60   -1    -1  -1 -1   -1 32 7200 -1 5 4 1 -1 2 -1 -1 -1
  3  120   5   600  16 -1   -1 -1   -1 -1 0 -1 1 -1 2 -1 -1 -1
"""
GAVEL = (
    'LM (batch size 80)\tcd %s/x && python3 main.py --cuda "\t-n\t1\t{}\t0.000000\t8\n'
    "ResNet-50 (batch size 16)\tcd x\t-s\t1\t{}\t476.000000\t1\n"
)


def _read(folder: Path, name: str, text: str, format: str, **options: object) -> dict[str, list[object]]:
    path = folder / name
    path.write_text(text)
    read = read_gpu_jobs(path, format, **options)  # type: ignore[arg-type]
    assert read.jobs.schema == GPU_JOBS
    return {**read.jobs.to_pydict(), "skipped": [read.skipped]}


def test_openb(tmp_path: Path) -> None:
    jobs = _read(tmp_path, "pods.csv", OPENB, "openb")

    assert jobs["job"] == ["openb-pod-0000", "openb-pod-0001", "openb-pod-0002"]
    assert jobs["gpus"] == [1.0, 0.46, 8.0]
    assert jobs["submit_s"] == [0, 426961, 9437397]
    assert jobs["duration_s"] == [12537376, 12475899, 1332357]
    assert jobs["job_class"] == ["inference", "training", "training"]
    assert jobs["priority"] == [2, 0, 1]
    assert jobs["gpu_model"] == ["", "V100M16|V100M32", ""]
    assert jobs["cpus"] == [12, 6, 88]
    assert jobs["memory_bytes"][0] == 16 * 2**30
    assert jobs["skipped"] == [{"asks for no GPU": 1, "never started": 1}]


def test_openb_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="column 'num_gpu' is missing"):
        _read(tmp_path, "nodes.csv", "sn,cpu_milli,memory_mib,gpu,model\n", "openb")


def test_swf(tmp_path: Path) -> None:
    mapping = TraceMapping(job_classes={"1": "training_llm"}, default_class="training")
    jobs = _read(tmp_path, "x.swf", SWF, "swf", mapping=mapping)

    assert jobs["job"] == ["1", "3"]
    assert jobs["gpus"] == [64, 16]
    assert jobs["duration_s"] == [3600, 600]
    assert jobs["time_limit_s"][0] == 7200
    assert math.isnan(jobs["time_limit_s"][1])  # type: ignore[arg-type]
    assert jobs["job_class"] == ["training_llm", "2"]
    assert jobs["user"] == ["3", ""]
    assert jobs["memory_bytes"][0] == 2048 * 1024 * 64
    assert jobs["skipped"] == [{"never ran": 1}]


def test_swf_with_a_line_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"x\.swf:6: not 18 numbers"):
        _read(tmp_path, "x.swf", SWF + "1 2 3\n", "swf")


def test_gavel_steps_become_whole_seconds(tmp_path: Path) -> None:
    """Jobs of 1,210 and 1,205 s, as in the trace: 53,123 and 20,936 steps, cut to whole steps."""
    jobs = _read(tmp_path, "vc1.trace", GAVEL.format(math.floor(1210 * 43.9036), math.floor(1205 * 17.37441)), "gavel")

    assert jobs["job"] == ["vc1-1", "vc1-2"]
    assert jobs["duration_s"] == pytest.approx([1210, 1205], abs=0.06)
    assert jobs["job_class"] == ["training_language", "training_vision"]
    assert jobs["user"] == ["vc1", "vc1"]
    assert jobs["gpus"] == [8, 1]


def test_gavel_with_a_job_type_of_unknown_speed(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="without a known duration of a step: 'GPT'"):
        _read(tmp_path, "vc1.trace", GAVEL.format(1, 1) + "GPT\tx\t-n\t1\t5\t9\t1\n", "gavel")


def test_a_table_with_other_names_units_and_timestamps(tmp_path: Path) -> None:
    text = (
        "JobID;Submitted;Started;Finished;NumGPU;Owner;Kind\n"
        "17;2027-03-01T06:00:00Z;2027-03-01T06:10:00Z;2027-03-01T07:10:00Z;8;ada;pretrain\n"
        "18;2027-03-01T08:00:00+02:00;2027-03-01T06:30:00Z;2027-03-01T06:30:30.5Z;0.25;bob;\n"
    )
    columns = {"job": "JobID", "submit": "Submitted", "start": "Started", "end": "Finished", "gpus": "NumGPU"}
    mapping = TraceMapping(
        {**columns, "user": "Owner", "job_class": "Kind"},
        job_classes={"pretrain": "training_llm"},
        default_class="inference_llm",
    )
    jobs = _read(tmp_path, "jobs.csv", text, "table", mapping=mapping)

    assert jobs["submit_s"] == [0, 0]
    assert jobs["duration_s"] == [3600, 30.5]
    assert jobs["job_class"] == ["training_llm", "inference_llm"]
    assert jobs["user"] == ["ada", "bob"]


def test_a_day_that_no_month_has_is_no_time(tmp_path: Path) -> None:
    text = "job,submit,gpus,duration\na,2027-02-30T06:00,1,60\nb,2027-02-28T06:00,1,60\n"
    with pytest.raises(ScenarioError, match=r"jobs\.csv:2: submit is not a time"):
        _read(tmp_path, "jobs.csv", text, "table")


def test_units_of_the_mapping_hold_where_the_column_does_not_say(tmp_path: Path) -> None:
    text = "submit_s,duration,gpus\n60,2,1\n120,3,1\n"
    jobs = _read(tmp_path, "j.csv", text, "table", mapping=TraceMapping(seconds_per_unit=3600))

    assert jobs["submit_s"] == [0, 60]
    assert jobs["duration_s"] == [7200, 10800]
    assert jobs["job"] == ["j-2", "j-3"]


def test_csv_parquet_and_gzip_give_the_same_jobs(tmp_path: Path) -> None:
    csv = tmp_path / "j.csv"
    csv.write_text("job,submit_s,gpus,duration_s,priority\na,0,1,60,2\nb,5,0.5,90,\n")
    (tmp_path / "j.csv.gz").write_bytes(gzip.compress(csv.read_bytes()))
    columns = {"job": pa.array(["a", "b"]).dictionary_encode(), "submit_s": [0, 5], "gpus": [1.0, 0.5]}
    pq.write_table(pa.table({**columns, "duration_s": [60.0, 90.0], "priority": [2, None]}), tmp_path / "j.parquet")

    first, *others = [read_gpu_jobs(tmp_path / name).jobs for name in ("j.csv", "j.csv.gz", "j.parquet")]
    for other in others:
        for name in GPU_JOBS.names:
            np.testing.assert_array_equal(first[name].to_pylist(), other[name].to_pylist())


def test_streaming_writes_what_reading_reads(tmp_path: Path) -> None:
    path = tmp_path / "pods.csv"
    path.write_text(OPENB)
    skipped = stream_gpu_jobs(path, tmp_path / "pods.parquet", "openb")
    streamed, read = read_gpu_jobs(tmp_path / "pods.parquet"), read_gpu_jobs(path, "openb")

    assert skipped == read.skipped
    assert streamed.jobs.drop_columns("time_limit_s").equals(read.jobs.drop_columns("time_limit_s"))


def test_jobs_outside_the_window_are_counted(tmp_path: Path) -> None:
    jobs = _read(tmp_path, "pods.csv", OPENB, "openb", wanted=Limits(from_s=200, until_s=1e6))

    assert jobs["job"] == ["openb-pod-0001"]
    assert jobs["skipped"] == [
        {"asks for no GPU": 1, "never started": 1, "submitted outside the time wanted": 2},
    ]


def test_requests_are_summed_by_step(tmp_path: Path) -> None:
    path = tmp_path / "requests.csv"
    path.write_text(
        "TIMESTAMP,ContextTokens,GeneratedTokens\n"
        "2023-11-16 18:17:03.9799600,4808,10\n"
        "2023-11-16 18:17:59.0000000,100,1\n"
        "2023-11-16 18:19:00.0000000,7,2"
    )
    read = read_request_load(path, 60.0)

    assert read.load.to_pydict() == {
        "start_s": [0, 60, 120],
        "requests": [2, 0, 1],
        "context_tokens": [4908, 0, 7],
        "generated_tokens": [11, 0, 2],
    }
    assert read.first_epoch_s == 1700158620


def test_requests_at_fault(tmp_path: Path) -> None:
    path = tmp_path / "requests.csv"
    path.write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,-1,10\n,3,3\n")
    with pytest.raises(ScenarioError) as caught:
        read_request_load(path)
    assert [problem.message for problem in caught.value.problems] == ["negative number of tokens", "no time"]
    with pytest.raises(ScenarioError, match="there are no requests"):
        read_request_load(path, skip_bad=True)
