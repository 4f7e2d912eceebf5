"""``racktwin query`` and ``racktwin tables``."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from racktwin.results import RunFolder
from racktwin.results.schema import TABLES

from .command import racktwin

_BY_PART = "SELECT part, count(*) AS shipped, min(due_s) AS first_due_s FROM shipments GROUP BY 1 ORDER BY 1"


@pytest.fixture
def by_part(run_folder: Path) -> dict[str, int]:
    """Shipments per part, counted without SQL."""
    parts = RunFolder.open(run_folder).table("shipments")["part"].to_pylist()
    return {part: parts.count(part) for part in sorted(set(parts))}


def ask(run: Path, sql: str, *options: str) -> str:
    answer = racktwin("query", run, sql, *options)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_table_shows_names_and_numbers(run_folder: Path, by_part: dict[str, int]) -> None:
    lines = ask(run_folder, _BY_PART).splitlines()

    assert lines[0].split() == ["part", "shipped", "first_due_s"]
    assert [line.split()[:2] for line in lines[2:]] == [[part, str(count)] for part, count in by_part.items()]


def test_csv_reads_back(run_folder: Path, by_part: dict[str, int]) -> None:
    rows = csv.DictReader(io.StringIO(ask(run_folder, _BY_PART, "--format", "csv")))

    assert {row["part"]: int(row["shipped"]) for row in rows} == by_part


def test_json_reads_back(run_folder: Path, by_part: dict[str, int]) -> None:
    rows = json.loads(ask(run_folder, _BY_PART, "--format", "json"))

    assert {row["part"]: row["shipped"] for row in rows} == by_part


def test_json_has_null_for_not_a_number(run_folder: Path) -> None:
    (row,) = json.loads(ask(run_folder, "SELECT 'nan'::DOUBLE AS a, 'inf'::DOUBLE AS b, 1.5 AS c", "--format", "json"))

    assert row == {"a": None, "b": None, "c": 1.5}  # c is a DECIMAL


def test_parquet_reads_back(run_folder: Path, by_part: dict[str, int]) -> None:
    command = [sys.executable, "-m", "racktwin", "query", str(run_folder), _BY_PART, "--format", "parquet"]
    content = subprocess.run(command, capture_output=True, check=True).stdout

    assert pq.read_table(pa.BufferReader(content))["shipped"].to_pylist() == list(by_part.values())


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_an_answer_without_rows_is_no_error(run_folder: Path, form: str) -> None:
    ask(run_folder, "SELECT part FROM shipments WHERE false", "--format", form)


def test_limit_bounds_the_rows(run_folder: Path) -> None:
    assert len(json.loads(ask(run_folder, "SELECT * FROM operations", "--format", "json", "--limit", "7"))) == 7


def test_a_long_table_is_cut_and_says_so(run_folder: Path) -> None:
    answer = racktwin("query", run_folder, "SELECT serial_number FROM operations")

    assert len(answer.stdout.splitlines()) == 2 + 50
    assert "first 50 rows" in answer.stderr


def test_tables_prints_every_column() -> None:
    answer = racktwin("tables")

    words = answer.stdout.split()
    assert {column.name for table in TABLES.values() for column in table.columns} <= set(words)
    assert {f"{name}:" for name in TABLES} <= set(words)


def test_tables_as_json() -> None:
    answer = json.loads(racktwin("tables", "--json").stdout)

    assert list(answer) == list(TABLES)
    assert answer["limits"]["columns"]["draw"]["type"] == "float64"
