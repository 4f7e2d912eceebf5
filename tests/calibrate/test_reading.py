"""Files as factories write them: columns and words mapped, and everything wrong told at once with its row."""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from racktwin.calibrate import Mapping, Observed, calibrate, read_mapping, read_observed
from racktwin.errors import ScenarioError
from racktwin.scenario import ScenarioFile

_HEAD = "serial_number,operation,start,end,outcome\n"
_GOOD = _HEAD + "A1,test,2026-01-05T06:00,2026-01-05T07:30,pass\nA2,test,2026-01-05T08:00,2026-01-05T09:00,fail\n"


def _read(plant: ScenarioFile, path: Path, text: str, *, skip_bad: bool = False, **mapping: Any) -> Observed:
    path.write_text(text)
    return read_observed(plant, path, mapping=Mapping.model_validate(mapping), skip_bad=skip_bad)


def _faults(plant: ScenarioFile, path: Path, text: str, **mapping: Any) -> str:
    with pytest.raises(ScenarioError) as caught:
        _read(plant, path, text, **mapping)
    return str(caught.value)


def test_plain_table(plant: ScenarioFile, tmp_path: Path) -> None:
    visits = _read(plant, tmp_path / "a.csv", _GOOD).visits.to_pylist()

    assert [row["start_s"] for row in visits] == [6 * 3600, 8 * 3600]
    assert [row["work_s"] for row in visits] == [5400, 3600]
    assert [row["outcome"] for row in visits] == ["pass", "fail"]
    assert {row["part"] for row in visits} == {"tray"}
    assert {row["work_center"] for row in visits} == {"cell"}


def test_columns_words_and_units_are_mapped(plant: ScenarioFile, tmp_path: Path) -> None:
    text = "SN;Station;Von;Bis;Ergebnis\nA1;ICT;10;70;OK-2\nA1;ICT;80;100;n.i.O.\nA1;ICT;120;\n".replace(
        "120;\n", "120;;\n"
    )
    observed = _read(
        plant,
        tmp_path / "a.csv",
        text,
        columns={"serial_number": "SN", "operation": "Station", "start": "Von", "end": "Bis", "outcome": "Ergebnis"},
        operations={"ICT": "test"},
        outcomes={"OK-2": "pass", "n.i.O.": "fail"},
        unit="min",
    )
    visits = observed.visits.to_pylist()

    assert [(row["start_s"], row["visit"], row["outcome"]) for row in visits] == [
        (600, 1, "pass"),
        (4800, 2, "fail"),
        (7200, 3, "error"),
    ]
    assert math.isnan(visits[2]["end_s"])
    assert observed.end_s == 7200


def test_zones_are_respected(plant: ScenarioFile, tmp_path: Path) -> None:
    text = (
        _GOOD.replace(":00,2026", ":00-06:00,2026").replace("T07:30", "T07:30-06:00").replace("T09:00", "T09:00-06:00")
    )
    away = _read(plant, tmp_path / "a.csv", text)
    named = _read(plant, tmp_path / "b.csv", _GOOD, time_zone="America/Chicago")

    assert away.visits["start_s"].to_pylist() == [12 * 3600, 14 * 3600]
    assert named.visits["start_s"] == away.visits["start_s"]


def test_parquet_with_timestamps(plant: ScenarioFile, tmp_path: Path) -> None:
    start = dt.datetime(2026, 1, 5, 6, tzinfo=dt.UTC)
    rows = {"serial_number": ["A1"], "operation": ["test"], "start": [start], "end": [start + dt.timedelta(hours=2)]}
    pq.write_table(pa.table(rows), tmp_path / "a.parquet")
    observed = read_observed(plant, tmp_path / "a.parquet")

    assert observed.visits["work_s"].to_pylist() == [7200]


def test_retest_passed_makes_a_false_failure(plant: ScenarioFile, tmp_path: Path) -> None:
    text = (
        _GOOD.replace("outcome", "outcome,retest_passed").replace("pass\n", "pass,\n").replace("fail\n", "fail,yes\n")
    )
    observed = _read(plant, tmp_path / "a.csv", text)

    assert observed.tells_false_failures
    assert observed.visits["outcome"].to_pylist() == ["pass", "false_fail"]


_BAD = {
    "missing column": ("serial_number,operation,start\nA,test,1\n", "column 'end' is missing"),
    "empty file": ("", "the file is empty"),
    "no rows": (_HEAD, "there are no rows"),
    "negative duration": (
        _HEAD + "A,test,2026-01-05T08:00,2026-01-05T07:00,pass\n",
        ":2: ends 3600 s before it starts",
    ),
    "unparseable time": (_HEAD + "A,test,next week,2026-01-05T07:00,pass\n", ":2: start 'next week' is not a time"),
    "not a number": (_HEAD + "A,test,.nan,2026-01-05T07:00,pass\n", ":2: start '.nan' is not a number"),
    "no unit": (_HEAD + "A,test,5,6,pass\n", "is a number without a unit"),
    "unknown operation": (_HEAD + "A,tset,2026-01-05T06:00,2026-01-05T07:00,pass\n", "did you mean 'test'"),
    "unknown outcome": (
        _HEAD + "A,test,2026-01-05T06:00,2026-01-05T07:00,maybe\n",
        ":2: outcome 'maybe' means nothing",
    ),
    "no serial number": (_HEAD + ",test,2026-01-05T06:00,2026-01-05T07:00,pass\n", ":2: serial_number is empty"),
    "no start": (_HEAD + "A,test,,2026-01-05T07:00,pass\n", ":2: start is empty"),
    "mixed zones": (_GOOD.replace("T08:00", "T08:00Z"), "start has a time zone here, but none in row 2"),
    "short row": (_HEAD + "A,test\n", ":2: 2 cells in a table of 5 columns"),
    "twice the same column": (_GOOD.replace("outcome", "start"), "column 'start' occurs more than once"),
    "repeated row": (_GOOD + "A1,test,2026-01-05T06:00,2026-01-05T07:30,pass\n", ":4: the same visit as in row 2"),
    "negative work": (_HEAD.replace("outcome", "work_s") + "A,test,2026-01-05T06:00,2026-01-05T07:00,-3\n", "negative"),
    "too much work": (
        _HEAD.replace("outcome", "work_s") + "A,test,2026-01-05T06:00,2026-01-05T07:00,9999\n",
        "within 3600",
    ),
}


@pytest.mark.parametrize("fault", _BAD)
def test_fault_is_told_with_row_and_remedy(plant: ScenarioFile, tmp_path: Path, fault: str) -> None:
    text, expected = _BAD[fault]
    told = _faults(plant, tmp_path / "bad.csv", text)

    assert expected in told
    assert "bad.csv" in told


def test_all_faults_are_told_at_once(plant: ScenarioFile, tmp_path: Path) -> None:
    text = (
        _HEAD + "A,test,x,2026-01-05T07:00,pass\nB,nope,2026-01-05T06:00,2026-01-05T05:00,pass\n" + "C,nope,y,z,pass\n"
    )
    told = _faults(plant, tmp_path / "bad.csv", text)

    assert told.count("bad.csv:") == 5
    assert ":4:" in told


def test_bad_rows_are_left_out_and_counted(plant: ScenarioFile, tmp_path: Path) -> None:
    text = _GOOD + "B,nope,2026-01-05T06:00,2026-01-05T07:00,pass\nC,test,x,2026-01-05T05:00,pass\n"
    observed = _read(plant, tmp_path / "a.csv", text, skip_bad=True)

    assert observed.visits.num_rows == 2
    assert sorted(observed.left_out.values()) == [1, 1]


def test_nothing_left_is_an_error(plant: ScenarioFile, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no row can be used"):
        _read(plant, tmp_path / "a.csv", _HEAD + "C,test,x,2026-01-05T05:00,pass\n", skip_bad=True)


def test_many_faults_are_cut_short(plant: ScenarioFile, tmp_path: Path) -> None:
    told = _faults(plant, tmp_path / "bad.csv", _HEAD + "A,test,x,2026-01-05T07:00,pass\n" * 400)

    assert told.count("bad.csv:") == 51
    assert "more problems in this file" in told


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("columns: {strat: X}", "unknown column 'strat'"),
        ("outcomes: {X: passed}", "no outcome"),
        ("unit: kg", "not a unit of time"),
        ("time_zone: Mars/Base", "not a time zone"),
        ("colums: {}", "did you mean 'columns'"),
        ("- 1", "is a mapping"),
    ],
)
def test_bad_mapping(tmp_path: Path, written: str, expected: str) -> None:
    (tmp_path / "map.yaml").write_text(written)
    with pytest.raises(ScenarioError, match=expected):
        read_mapping(tmp_path / "map.yaml")


def test_pairs_win_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("columns: {start: A, end: B}\nunit: h")
    mapping = read_mapping(tmp_path / "map.yaml", ["start=C"], "min")

    assert mapping.columns == {"start": "C", "end": "B"}
    assert mapping.seconds_per_unit == 60
    with pytest.raises(ScenarioError, match="maps nothing"):
        read_mapping(None, ["start"])


def _ocp(*artifacts: tuple[str, dict[str, object]]) -> str:
    head: dict[str, object] = {"schemaVersion": {"major": 2, "minor": 0}, "sequenceNumber": 0}
    lines = [{**artifact, "sequenceNumber": n, "timestamp": time} for n, (time, artifact) in enumerate(artifacts, 1)]
    return "\n".join(json.dumps(line) for line in [head, *lines]) + "\n"


_DUT = {"dutInfoId": "A1"}
_OCP_RUN = _ocp(
    ("2026-01-05T06:00:00Z", {"testRunArtifact": {"testRunStart": {"name": "L10", "dutInfo": _DUT}}}),
    ("2026-01-05T06:00:00Z", {"testStepArtifact": {"testStepId": "0", "testStepStart": {"name": "load"}}}),
    ("2026-01-05T06:05:00Z", {"testStepArtifact": {"testStepId": "0", "testStepEnd": {"status": "COMPLETE"}}}),
    ("2026-01-05T06:05:00Z", {"testStepArtifact": {"testStepId": "1", "testStepStart": {"name": "run"}}}),
    ("2026-01-05T06:50:00Z", {"testStepArtifact": {"testStepId": "1", "diagnosis": {"verdict": "p1", "type": "FAIL"}}}),
    ("2026-01-05T06:55:00Z", {"testStepArtifact": {"testStepId": "1", "error": {"symptom": "x"}}}),
    ("2026-01-05T07:00:00Z", {"testStepArtifact": {"testStepId": "1", "testStepEnd": {"status": "COMPLETE"}}}),
    ("2026-01-05T07:01:00Z", {"testRunArtifact": {"testRunEnd": {"status": "COMPLETE", "result": "FAIL"}}}),
)


def test_ocp_output(plant: ScenarioFile, tmp_path: Path) -> None:
    cut = "\n".join(_OCP_RUN.replace("A1", "A2").splitlines()[:4])
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "1.jsonl").write_text(_OCP_RUN)
    (tmp_path / "logs" / "2.jsonl").write_text(cut)
    mapping = Mapping(operations={"L10": "test"}, defect_kinds={"p1": "pin"})
    observed = read_observed(plant, tmp_path / "logs", mapping=mapping)
    rows = [(r["serial_number"], r["phase"], r["work_s"], r["outcome"]) for r in observed.visits.to_pylist()]

    assert rows[:3] == [("A1", "", 3660, "fail"), ("A1", "load", 300, "error"), ("A1", "run", 3300, "fail")]
    assert [row[:2] for row in rows[3:]] == [("A2", ""), ("A2", "load")]
    assert observed.visits["defect_kind"].to_pylist()[0] == "pin"
    assert observed.left_out == {"error artifacts in OCP output": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (_OCP_RUN + "{nonsense\n", ":10: not a JSON object"),
        (_OCP_RUN.replace('"timestamp": "2026-01-05T07:01:00Z"', '"x": 1'), ":9: timestamp is missing"),
        ("\n".join(_OCP_RUN.splitlines()[::2]), "an artifact before any testRunStart"),
        (_OCP_RUN.replace("testStepStart", "started"), "step '0' ends before it starts"),
        ('{"schemaVersion": {}}\n', "there are no rows"),
        (_OCP_RUN, "unknown operation 'L10'"),
    ],
)
def test_bad_ocp_output(plant: ScenarioFile, tmp_path: Path, text: str, expected: str) -> None:
    assert expected in _faults(plant, tmp_path / "a.jsonl", text)


_RECORD = {
    "dut_id": "A1",
    "station_id": "st-7",
    "start_time_millis": 1767592800000,
    "end_time_millis": 1767596400000,
    "outcome": "FAIL",
    "outcome_details": [{"code": "pin", "description": ""}],
    "metadata": {"test_name": "test"},
    "phases": [
        {"name": "run", "start_time_millis": 1767593100000, "end_time_millis": 1767596400000, "outcome": "PASS"},
    ],
}


@pytest.mark.parametrize("form", ["one", "list", "lines"])
def test_openhtf_records(plant: ScenarioFile, tmp_path: Path, form: str) -> None:
    other = {**_RECORD, "dut_id": "A2", "outcome": "ABORTED"}
    texts = {
        "one": json.dumps(_RECORD, indent=1),
        "list": json.dumps([_RECORD, other]),
        "lines": f"{json.dumps(_RECORD)}\n{json.dumps(other)}\n",
    }
    observed = _read(plant, tmp_path / "a.json", texts[form], work_centers={"st-7": "cell"})
    rows = [(r["serial_number"], r["phase"], r["start_s"], r["work_s"]) for r in observed.visits.to_pylist()]

    assert rows[:2] == [("A1", "", 6 * 3600, 3600), ("A1", "run", 6 * 3600 + 300, 3300)]
    assert observed.visits["outcome"].to_pylist()[::2] == ["fail", "error"][: len(rows) // 2]
    assert observed.visits["defect_kind"].to_pylist()[0] == "pin"


def test_bad_openhtf_records(plant: ScenarioFile, tmp_path: Path) -> None:
    bad = [3, {"x": 1}, {**_RECORD, "start_time_millis": "soon"}, {**_RECORD, "end_time_millis": 0}]
    told = _faults(plant, tmp_path / "a.json", json.dumps(bad))

    assert told.count("a.json:") == 4
    assert "'soon' is not a number of milliseconds" in told


def test_states_and_phases_from_a_plant_are_fitted(plant: ScenarioFile, tmp_path: Path) -> None:
    """Hand-made history: every repair takes an hour, a unit's first spell is left out, its last one censored."""
    (tmp_path / "a.csv").write_text(_GOOD)
    lines = ["work_center,work_unit,state,start,end"]
    for unit in range(4):
        time = 0
        for spell in range(5):
            lines += [
                f"cell,{unit},productive,{time},{time + 10 + spell}",
                f"cell,{unit},standby,{time + 10 + spell},{time + 20}",
            ]
            lines += [f"cell,{unit},unscheduled_down,{time + 20},{time + 21}"] if spell < 4 else []
            time += 21
    (tmp_path / "s.csv").write_text("\n".join(lines))
    observed = read_observed(plant, tmp_path / "a.csv", mapping=Mapping(unit="h"), states=tmp_path / "s.csv")
    changes = {change.path: change for change in calibrate(plant, observed, bootstraps=0).changes}

    assert changes["work_centers.cell.failures.repair_time"].new["value"] == "60 min"
    assert changes["work_centers.cell.failures.repair_time"].n == 16
    between = changes["work_centers.cell.failures.time_between"]
    assert (between.n, between.censored) == (12, 4)


def test_without_outcomes_durations_of_tests_are_still_fitted(plant: ScenarioFile, tmp_path: Path) -> None:
    lines = [f"A{number},test,run,{number * 100},{number * 100 + 50 + number}" for number in range(20)]
    observed = _read(plant, tmp_path / "a.csv", "serial_number,operation,phase,start_s,end_s\n" + "\n".join(lines))
    whole = _read(
        plant,
        tmp_path / "b.csv",
        "serial_number,operation,start_s,end_s\n" + "\n".join(line.replace(",run", "") for line in lines),
    )
    found = calibrate(plant, observed, bootstraps=0)

    assert [(change.path, change.n) for change in found.changes] == [
        ("routings.tray.operations.test.phases.run.duration", 20)
    ]
    assert found.first_pass == ()
    assert any("start to end" in note.text for note in found.notes)
    told = calibrate(plant, whole, bootstraps=0)  # shorter than the fixed phase alone
    assert not told.changes
    assert any("20 too short left out" in note.text for note in told.notes)


@pytest.mark.parametrize("name", ["missing.csv", "a.xlsx", "folder"])
def test_what_is_no_history(plant: ScenarioFile, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.xlsx").write_text("x")
    with pytest.raises(ScenarioError):
        read_observed(plant, tmp_path / name)


_VISITS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B,1", 'C"2', "ü"]),
        st.sampled_from(["a_fixed", "test", "debug"]),
        st.floats(-1e6, 1e6).map(lambda x: round(x, 3)),
        st.floats(0, 1e5).map(lambda x: round(x, 3)),
        st.sampled_from(["pass", "FAIL", "P", "error", ""]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda visit: (visit[0], visit[1], visit[2]),
)


@given(visits=_VISITS)
def test_what_was_written_is_read(
    plant: ScenarioFile, tmp_path_factory: pytest.TempPathFactory, visits: list[tuple[str, str, float, float, str]]
) -> None:
    path = tmp_path_factory.mktemp("written") / "a.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["serial_number", "operation", "start_s", "end_s", "outcome"])
        writer.writerows(
            [name, operation, start, start + length, outcome] for name, operation, start, length, outcome in visits
        )
    read = read_observed(plant, path).visits.to_pylist()

    assert [row["serial_number"] for row in read] == [visit[0] for visit in visits]
    assert [row["start_s"] for row in read] == [visit[2] for visit in visits]
    assert all(row["work_s"] == pytest.approx(visit[3], abs=1e-6) for row, visit in zip(read, visits, strict=True))
    for key in {(visit[0], visit[1]) for visit in visits}:
        mine = sorted((row["start_s"], row["visit"]) for row in read if (row["serial_number"], row["operation"]) == key)
        assert [visit for _, visit in mine] == list(range(1, len(mine) + 1))


@given(
    text=st.text(max_size=200), suffix=st.sampled_from([".csv", ".json", ".jsonl", ".parquet"]), headed=st.booleans()
)
def test_any_file_is_read_or_refused(
    plant: ScenarioFile, tmp_path_factory: pytest.TempPathFactory, text: str, suffix: str, headed: bool
) -> None:
    path = tmp_path_factory.mktemp("any") / f"a{suffix}"
    path.write_bytes(((_HEAD if headed else "") + text).encode("utf-8", "surrogatepass"))
    for skip_bad in (False, True):
        with suppress(ScenarioError):
            assert read_observed(plant, path, skip_bad=skip_bad).visits.num_rows > 0
