"""CSV and Parquet files in place of lists: their rows, and their faults with the row's line."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.errors import ScenarioError
from racktwin.model import Quantity
from racktwin.model.distribution import Empirical
from racktwin.scenario import read_scenario, scenario_from_document

from .broken import STARTER
from .test_broken import problems_of, write

ORDERS = "product,quantity,release,due,priority\nrack,2,5 d,2027-03-01,1\n\nrack,1,2027-02-01T06:00,,\n"
WITH_ORDERS = STARTER + "order_book: {file: orders.csv}\n"
MEASURED = STARTER.replace(
    "duration: {lognormal: {mean: 4 h, cv: 0.2}}",
    "duration: {empirical: {file: times.csv, column: minutes, unit: min}}",
)


def test_order_book_from_csv(tmp_path: Path) -> None:
    file = read_scenario(write(tmp_path, WITH_ORDERS, orders_csv=ORDERS))

    first, second = file.scenario.order_book
    assert (first.quantity, first.priority, str(first.due)) == (2, 1, "2027-03-01 00:00:00")
    assert isinstance(first.release, Quantity)
    assert (second.quantity, second.due) == (1, None)
    assert [used.path for used in file.files] == ["scenario.yaml", "orders.csv"]
    assert scenario_from_document(file.document).order_book == file.scenario.order_book


def test_order_book_from_parquet(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"product": ["rack"], "quantity": [3], "release": ["5 d"]}), tmp_path / "orders.parquet")

    file = read_scenario(write(tmp_path, STARTER + "order_book: {file: orders.parquet}\n"))

    assert [order.quantity for order in file.scenario.order_book] == [3]


@pytest.mark.parametrize(
    ("csv", "says", "line"),
    [
        ("", "the first line must name the columns", 1),
        ("product;quantity\nrack;1\n", "unknown column 'product;quantity'", 1),
        ("product,product\n", "the first line must name the columns, each once", 1),
        ("quantity\n1\n", "column 'product' is missing", 1),
        ("product,quantty\nrack,1\n", "unknown column 'quantty'", 1),
        ("product,quantity\nrack,1\nrack\n", "1 cells, but the header names 2", 3),
        ("product,quantity\nrack,1\nrack,many\n", "expected a whole number, found 'many'", 3),
        ("product,quantity\nrack,1\nrack,-1\n", "-1 is too small", 3),
        ("product,quantity\nrack,1\n\nwreck,1\n", "unknown part 'wreck'", 4),
        ("product,due\nrack,soon\n", "'soon' is not a date, a time or a duration", 2),
        ('product,quantity\n"rack,1\n', "not valid CSV", 2),
        (b"product\nr\xffck\n", "not UTF-8", 2),
    ],
)
def test_faults_of_an_order_book(csv: str | bytes, says: str, line: int, tmp_path: Path) -> None:
    path = write(tmp_path, WITH_ORDERS)
    (tmp_path / "orders.csv").write_bytes(csv if isinstance(csv, bytes) else csv.encode())

    problems = [problem for problem in problems_of(path) if says in problem.message]

    assert [(problem.file, problem.line) for problem in problems] == [(str(tmp_path / "orders.csv"), line)]
    assert problems[0].remedy


def test_many_faults_of_a_file_are_cut_short(tmp_path: Path) -> None:
    path = write(tmp_path, MEASURED, times_csv="minutes\n" + "none\n" * 50)

    problems = problems_of(path)

    assert len(problems) == 21
    assert "and 30 more problems in this file" in problems[-1].message


def test_measured_durations(tmp_path: Path) -> None:
    file = read_scenario(write(tmp_path, MEASURED, times_csv="n,minutes\n1,60\n2,90.5\n3,1e2\n"))

    law = file.scenario.routings["rack"].operations[0].phases[0].duration
    assert isinstance(law, Empirical)
    assert law.values_s == (3600.0, 5430.0, 6000.0)
    assert scenario_from_document(file.document) == file.scenario


@pytest.mark.parametrize(
    ("csv", "says", "line"),
    [
        ("minutes\n", "the file has no rows", 1),
        ("minutes\n5\n-5\n", "'-5' is not a duration", 3),
        ("minutes\n5\nnan\n", "'nan' is not a duration", 3),
        ("minutes\n5\n.nan\n", "'.nan' is not a duration", 3),
        ("minutes\n1e999\n", "'1e999' is not a duration", 2),
        ("minutes,n\n5,1\n,2\n", "'' is not a duration", 3),
        ("minutes\n5 min\n", "'5 min' is not a duration", 2),
        ("minutes\ntrue\n", "'true' is not a duration", 2),
    ],
)
def test_faults_of_measured_durations(csv: str, says: str, line: int, tmp_path: Path) -> None:
    (problem,) = problems_of(write(tmp_path, MEASURED, times_csv=csv))

    assert says in problem.message
    assert (problem.file, problem.line) == (str(tmp_path / "times.csv"), line)
    assert "minutes" in problem.remedy or "value" in problem.remedy


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("column: minutes", "column: minuts", "has no column 'minuts'"),
        ("unit: min}", "unit: kg}", "'kg' is not a unit of time"),
        ("file: times.csv", "file: tmes.csv", "there is no file"),
        ("file: times.csv", "file: ../times.csv", "outside the scenario's folder"),
        ("file: times.csv", "file: times.txt", "not a kind of table"),
    ],
)
def test_faults_in_naming_a_table(old: str, new: str, says: str, tmp_path: Path) -> None:
    path = write(tmp_path, MEASURED.replace(old, new), times_csv="minutes\n5\n")
    (tmp_path / "times.txt").write_text("minutes\n5\n")

    (problem,) = problems_of(path)

    assert says in problem.message
    assert (problem.file, "empirical" in path.read_text().splitlines()[problem.line - 1]) == (str(path), True)


def test_not_parquet(tmp_path: Path) -> None:
    path = write(tmp_path, STARTER + "order_book: {file: orders.parquet}\n")
    (tmp_path / "orders.parquet").write_text("no")

    (problem,) = problems_of(path)

    assert "not valid Parquet" in problem.message


def test_large_table(tmp_path: Path) -> None:
    path = write(tmp_path, WITH_ORDERS)
    with (tmp_path / "orders.csv").open("wb") as file:
        file.truncate(50_000_000)

    with pytest.raises(ScenarioError, match=r"50\.0 MB, more than the 20 MB allowed"):
        read_scenario(path)
