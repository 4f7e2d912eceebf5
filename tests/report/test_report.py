"""The report of a run, read back: what is there, and that its numbers are those of the KPIs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from racktwin.errors import RunError
from racktwin.kpi import KPIS, compute, summarize
from racktwin.report import write_report
from racktwin.report.numbers import estimate, number, percent
from racktwin.results import RunFolder, RunWriter
from racktwin.results.manifest import read_manifest
from tests.report.reader import Reader, read
from tests.results.plant import plant_document
from tests.results.rows import run_of

SECTIONS = (
    *("headline", "limits", "cycle-time", "typical-week", "power", "equipment", "quality", "flow"),
    *("assumptions", "reading"),
)


@pytest.fixture(scope="module")
def page(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return read(write_report(run, tmp_path_factory.mktemp("page") / "report.html"))


def test_sections_come_in_the_order_in_which_a_plant_manager_asks(page: Reader) -> None:
    assert tuple(page.sections) == SECTIONS


def test_the_report_lies_in_the_run_unless_told_otherwise(run: RunFolder, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(run.folder, folder)
    assert write_report(RunFolder.open(folder)) == folder / "report.html"
    assert write_report(run, tmp_path / "other.html") == tmp_path / "other.html"


def test_the_same_run_gives_the_same_bytes(run: RunFolder, tmp_path: Path) -> None:
    first, second = (write_report(run, tmp_path / name).read_bytes() for name in ("1.html", "2.html"))
    assert first == second


def test_numbers_are_those_of_the_kpis(run: RunFolder, page: Reader) -> None:
    found = {(item.kpi, item.subject): item for item in summarize(compute(run))}
    throughput = found["throughput", ""]
    assert f"The plant ships {number(throughput.mean)} a week" in page.text
    burn_in = page.table("Effectiveness of the work centers").row("burn_in")
    for kpi, title in (("utilization", "Utilization"), ("uptime", "Uptime"), ("oee", "OEE")):
        assert burn_in[title] == percent(found[kpi, "burn_in"].mean)
    test_floor = page.table("Power feeds").row("test_floor")
    mean = found["mean_power", "test_floor"]
    assert test_floor["Mean draw"] == f"{estimate(mean.mean, mean.half_width)} kW"
    assert test_floor["Waited for"] == percent(found["constrained_share", "feed:test_floor"].mean)
    nvl72 = page.table("Quality of the products").row("gb200_nvl72")
    assert nvl72[KPIS["first_time_right"].title] == percent(found["first_time_right", "gb200_nvl72"].mean)


def test_the_parts_of_the_cycle_time_add_up_to_it_in_the_chart(run: RunFolder, page: Reader) -> None:
    found = {(item.kpi, item.subject): item for item in summarize(compute(run))}
    traces = page.figures["cycle-time-chart"]["data"]
    for index, product in enumerate(traces[0]["y"]):
        total_d = sum(trace["x"][index] for trace in traces)
        assert total_d == pytest.approx(found["cycle_time_mean", product].mean / 86400)


def test_bars_are_ranked_and_named_after_the_limits(run: RunFolder, page: Reader) -> None:
    found = {item.subject: item.mean for item in summarize(compute(run)) if item.kpi == "bottleneck_share"}
    best = max(found, key=lambda subject: found[subject])
    figure = page.figures["bottlenecks"]
    assert figure["layout"]["yaxis"]["categoryarray"][-1] == best.partition(":")[2]
    drawn = {
        y: x for trace in figure["data"] if trace["type"] == "bar" for y, x in zip(trace["y"], trace["x"], strict=True)
    }
    assert len(drawn) > 2
    for subject, share in found.items():
        assert drawn.get(subject.partition(":")[2], 100 * share) == pytest.approx(100 * share)


def test_every_chart_has_alternative_text_and_a_figure(page: Reader) -> None:
    assert {plot["data-figure"] for plot in page.plots} == set(page.figures)
    assert all(plot["role"] == "img" and len(plot["aria-label"]) > 40 for plot in page.plots)


def test_every_quantity_is_in_the_ledger(run: RunFolder, page: Reader) -> None:
    table = page.table("Every quantity of the scenario, weakest first")
    feed = table.row("feeds › utility › limit")
    assert (feed["Value"], feed["Confidence"], feed["Source"]) == ("2.4 MW", "B", "interconnection letter")
    assert f"of the {len(table.rows)} quantities" in page.text


def test_every_kpi_is_defined(page: Reader) -> None:
    names = [row[1] for row in page.table("What each number means").rows]
    assert names == list(KPIS)


def test_without_marginals_the_report_says_how_to_get_them(page: Reader) -> None:
    assert "racktwin run synthetic-georgetown --seed 7 --replications 3 --marginals" in page.text


def _effect(name: str, kpi: str, mean: float, half_width: float, kind: str = "feed") -> dict[str, Any]:
    row = {"kind": kind, "name": name, "change": "+100 kW", "kpi": kpi}
    return {**row, "mean": mean, "half_width": half_width, "replications": 3}


@pytest.fixture
def with_marginals(run: RunFolder, tmp_path: Path) -> RunFolder:
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder)
    rows = [
        _effect("utility", "throughput", 0.02, 0.05),
        _effect("utility", "cycle_time_mean", -3600.0, 7200.0),
        _effect("test_floor", "throughput", 1.25, 0.31),
        _effect("test_floor", "cycle_time_mean", -86400.0, 21600.0),
    ]
    RunWriter(folder, read_manifest(folder)).write_extra("marginals", pa.Table.from_pylist(rows))
    return RunFolder.open(folder)


def test_marginals_are_ranked_and_what_cannot_be_told_from_zero_is_greyed(with_marginals: RunFolder) -> None:
    path = write_report(with_marginals)
    table = read(path).table("What one more unit of each limit would bring")
    assert [row[0] for row in table.rows] == ["test_floor", "utility"]
    row = table.row("test_floor")
    assert row["Δ throughput per week"] == "+1.25 ± 0.31"
    assert row["Δ cycle time, mean (days)"] == "−1.00 ± 0.25"
    assert (row["Told from zero"], table.row("utility")["Told from zero"]) == ("yes", "no")
    text = path.read_text()
    assert '<tr class="muted"><th scope="row">utility</th>' in text
    assert "--marginals" not in read(path).text


def test_a_run_cut_short_says_so(run: RunFolder, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder)
    RunWriter(folder, read_manifest(folder)).finish("interrupted")
    assert "This run was interrupted: 3 of 3 replications are done." in read(write_report(RunFolder.open(folder))).text


def test_a_plant_that_does_nothing_still_has_a_report(tmp_path: Path) -> None:
    page = read(write_report(run_of(tmp_path / "run", plant_document(), [{}])))
    assert tuple(page.sections) == SECTIONS
    assert "Nothing shipped in the time watched" in page.text
    assert "nan" not in page.text.lower().split()


def test_the_smallest_plant_has_a_report(tmp_path: Path) -> None:
    document = {
        "racktwin": 1,
        "name": "mm1",
        "start": "2027-01-04",
        "horizon": "1 h",
        "work_centers": {"machine": {"work_units": 1}},
        "parts": {"piece": {"routing": "make"}},
        "routings": {"make": {"operations": [{"operation": "work", "work_center": "machine", "duration": "1 min"}]}},
        "demand": {"all": {"product": "piece", "interarrival": {"exponential": {"mean": "2 min"}}}},
    }
    page = read(write_report(run_of(tmp_path / "run", document, [{}, {}])))
    assert "The scenario has no power feeds." in page.text


def test_a_run_without_a_replication_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no finished replication"):
        write_report(run_of(tmp_path / "run", plant_document(), []))
