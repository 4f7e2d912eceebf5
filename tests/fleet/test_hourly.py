"""Hours: prices laid out in time, hours that rules choose, and energy, cost and carbon against sums by hand."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from racktwin.engines.fleet import compile_fleet, tables
from racktwin.engines.fleet.hourly import chosen_hours, prices
from racktwin.errors import ScenarioError
from racktwin.run import run_scenario
from racktwin.scenario import ScenarioFile, read_scenario
from tests.scenario.hall import HALL

MWH_J = 3.6e9
STARTS = dt.datetime(2027, 1, 4, tzinfo=dt.UTC)


def read(folder: Path, hall: str, fleet: str = "", zone: str = "UTC") -> ScenarioFile:
    text = HALL.replace("hall:\n", f"hall:\n{hall}", 1).replace("fleet:\n", f"fleet:\n{fleet}", 1)
    path = folder / "hall.yaml"
    path.write_text(text.replace("name: hall\n", f"name: hall\ntime_zone: {zone}\n", 1), encoding="utf-8")
    return read_scenario(path)


def price_file(folder: Path, start: dt.datetime = STARTS, hours: int = 60) -> None:
    rows = [f"{start + dt.timedelta(hours=hour):%Y-%m-%d %H:%M:%S},{hour}" for hour in range(hours)]
    (folder / "prices.csv").write_text("Datetime (UTC),Price (USD/MWh)\n" + "\n".join(rows) + "\n", encoding="utf-8")


FILE = "  price: {file: prices.csv, delivery: 10 USD/MWh}\n"


def test_a_file_of_prices_begins_where_the_scenario_does(tmp_path: Path) -> None:
    price_file(tmp_path)
    found = prices(read(tmp_path, FILE).scenario)
    assert found is not None
    assert found * MWH_J == pytest.approx(np.arange(48) + 10.0)
    local = prices(read(tmp_path, FILE, zone="America/Chicago").scenario)
    assert local is not None
    assert local[0] * MWH_J == pytest.approx(16.0)  # midnight in Texas is six o'clock UTC


def test_a_year_of_ercot_stands_for_another(tmp_path: Path) -> None:
    found = prices(read(tmp_path, "  price: {shipped: ercot_hub_average, year: 2021}\n").scenario)
    assert found is not None
    assert len(found) == 48
    assert 5.0 < found.mean() * MWH_J < 60.0


def test_prices_that_do_not_cover_the_run_are_refused(tmp_path: Path) -> None:
    price_file(tmp_path, hours=20)
    with pytest.raises(ScenarioError, match=r"prices\.csv holds 2027-01-04 to 2027-01-04"):
        read(tmp_path, FILE)
    with pytest.raises(ScenarioError, match="hold 2021 to 2023"):
        read(tmp_path, "  price: {shipped: ercot_hub_average}\n")
    with pytest.raises(ScenarioError, match="the hall has no price"):
        read(tmp_path, "", "  hours: {dear: {of: price, dearest: 5 %, job_classes: [training_llm]}}\n")


def test_rules_choose_the_dearest_hours_and_those_of_a_calendar(tmp_path: Path) -> None:
    price_file(tmp_path)
    rules = (
        "  hours:\n"
        "    dear: {of: price, dearest: 12.5 %, job_classes: [training_llm]}\n"
        "    above: {of: price, above: 50, job_classes: [training_llm]}\n"
        "    peak: {of: calendar, months: [1], from_hour: 15, to_hour: 18, weekdays_only: true, feed: panel,\n"
        "      share: 80 %}\n"
        "    night: {of: calendar, from_hour: 22, to_hour: 2, feed: panel, share: 80 %}\n"
        "    summer: {of: calendar, months: [6, 7], feed: panel, share: 80 %}\n"
    )
    scenario = read(tmp_path, FILE, rules).scenario
    found = {name: np.flatnonzero(chosen_hours(scenario, rule)).tolist() for name, rule in scenario.fleet.hours.items()}
    assert found["dear"] == [42, 43, 44, 45, 46, 47]
    assert found["above"] == list(range(40, 48))
    assert found["peak"] == [15, 16, 17, 39, 40, 41]
    assert found["night"] == [0, 1, 22, 23, 24, 25, 46, 47]
    assert found["summer"] == []


def test_of_several_rules_in_an_hour_the_least_share_counts_until_the_last_is_over(tmp_path: Path) -> None:
    rules = (
        "  hours:\n"
        "    first: {of: calendar, from_hour: 2, to_hour: 6, feed: panel, share: 80 %, job_classes: [training_llm]}\n"
        "    second: {of: calendar, from_hour: 4, to_hour: 9, feed: panel, share: 90 %, job_classes: [training_llm]}\n"
    )
    steps = compile_fleet(read(tmp_path, "", rules).scenario).plan.steps
    first_day = [(time_s / 3600, kind, amount) for time_s, kind, _, amount in steps if time_s < 86400]
    assert [(hour, amount) for hour, kind, amount in first_day if kind == tables.LIMIT_SCALE] == [
        (2.0, 0.8),
        (6.0, 0.9),
        (9.0, 1.0),
    ]
    assert [(hour, amount) for hour, kind, amount in first_day if kind == tables.GATE] == [(2.0, 0.0), (9.0, 1.0)]


def test_cost_and_carbon_are_energy_by_the_hour_times_price(tmp_path: Path) -> None:
    price_file(tmp_path)
    hall = FILE + "  carbon: {fixed: 400 g/kWh}\n"
    text = "  hours: {peak: {of: calendar, from_hour: 0, to_hour: 6, job_classes: [training_llm]}}\n"
    run = run_scenario(read(tmp_path, hall, text), tmp_path / "run", replications=1)
    hours = run.table("hall_hours").to_pylist()
    racks = run.table("rack_power").to_pylist()
    for hour in (0, 6, 8, 30):
        drawn_j = sum(
            row["draw_w"] * max(0.0, min(row["end_s"], (hour + 1) * 3600.0) - max(row["start_s"], hour * 3600.0))
            for row in racks
        )
        assert hours[hour]["it_j"] == pytest.approx(drawn_j, rel=1e-9)
        assert hours[hour]["facility_j"] == pytest.approx(drawn_j, rel=1e-9)  # feeds without losses
        assert hours[hour]["cost_usd"] == pytest.approx(drawn_j / MWH_J * (hour + 10.0), rel=1e-9)
    found = {row["kpi"]: row["value"] for row in run.extra("kpis").to_pylist() if row["subject"] == ""}
    total_j, cost = sum(row["facility_j"] for row in hours), sum(row["cost_usd"] for row in hours)
    assert found["hall_energy"] == pytest.approx(total_j / 3.6e6 / 2)
    assert found["energy_cost"] == pytest.approx(cost / 2)
    assert found["price_paid"] == pytest.approx(cost / (total_j / MWH_J))
    assert found["price_asked"] == pytest.approx(10.0 + 47 / 2)
    assert found["carbon"] == pytest.approx(total_j / 3.6e6 * 0.4 / 2)
    # job a asks at midnight and is held until six: the gate of the calendar
    assert min(row["start_s"] for row in run.table("gpu_jobs").to_pylist()) == pytest.approx(6 * 3600.0)


def test_useful_work_per_joule_is_in_the_unit_of_its_class(tmp_path: Path) -> None:
    text = HALL.replace("training_llm: {", "training_llm: {unit: tokens, rate: 1000 1/s, ")
    path = tmp_path / "hall.yaml"
    path.write_text(text, encoding="utf-8")
    run = run_scenario(read_scenario(path), tmp_path / "run", replications=1)
    jobs = run.table("gpu_jobs").to_pylist()
    tokens = 1000 * sum(job["work_s"] * job["gpus"] for job in jobs)
    found = {row["kpi"]: row["value"] for row in run.extra("kpis").to_pylist() if row["subject"] == "training_llm"}
    assert found["useful_units"] == pytest.approx(tokens / 2)
    assert found["units_per_joule"] == pytest.approx(tokens / sum(job["energy_j"] for job in jobs))
    above = [row for row in run.extra("kpis").to_pylist() if row["kpi"] == "seconds_above_limit"]
    assert {row["subject"]: row["value"] for row in above} == {"utility": 0.0, "panel": 0.0}


def test_hours_are_those_of_the_clock_wherever_the_run_begins(tmp_path: Path) -> None:
    price_file(tmp_path)
    text = "  hours: {dear: {of: price, above: 15, job_classes: [training_llm]}}\n"
    file = read(tmp_path, FILE, text)
    late = read_scenario(tmp_path / "hall.yaml", ["start=2027-01-04T01:30:00", "horizon=4 h"])
    assert file.scenario.fleet.hours == late.scenario.fleet.hours
    found = prices(late.scenario)
    assert found is not None
    assert found * MWH_J == pytest.approx([11.0, 12.0, 13.0, 14.0, 15.0])
    gates = [step for step in compile_fleet(late.scenario).plan.steps if step[1] == tables.GATE]
    assert gates == [(3.5 * 3600.0, tables.GATE, 0, 0.0), (4.0 * 3600.0, tables.GATE, 0, 1.0)]
    run = run_scenario(late, tmp_path / "run", replications=1)
    hours = run.table("hall_hours").to_pylist()
    assert [(row["start_s"], row["end_s"]) for row in hours[:2]] == [(0.0, 1800.0), (1800.0, 5400.0)]
    assert hours[0]["price_usd_per_j"] * MWH_J == pytest.approx(11.0)


def test_another_file_of_prices_is_read(tmp_path: Path) -> None:
    price_file(tmp_path)
    document = read(tmp_path, FILE).document
    rows = (tmp_path / "prices.csv").read_text("utf-8").replace(",3\n", ",99\n")
    (tmp_path / "other.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "again.json").write_text(json.dumps(document, default=str), encoding="utf-8")
    same = prices(read_scenario(tmp_path / "again.json").scenario)
    other = prices(read_scenario(tmp_path / "again.json", ["hall.price.file=other.csv"]).scenario)
    assert same is not None
    assert other is not None
    assert (same[3] * MWH_J, other[3] * MWH_J) == pytest.approx((13.0, 109.0))


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("{of: calendar, from_hour: 1, to_hour: 2}", "nothing happens in its hours"),
        ("{of: calendar, feed: panel}", "nothing happens in its hours"),
        ("{of: price, above: 900, job_classes: [training_llm]}", "no hour reaches 900"),
        ("{of: calendar, months: [7], job_classes: [training_llm]}", "no hour of the run is within its months"),
    ],
)
def test_rules_that_do_nothing_are_told(tmp_path: Path, rule: str, says: str) -> None:
    price_file(tmp_path)
    oddities = read(tmp_path, FILE, f"  hours: {{it: {rule}}}\n").oddities
    assert any(says in str(oddity) for oddity in oddities)


def test_peaks_are_avoided_by_forecast_and_counted_by_what_came(tmp_path: Path) -> None:
    # the last day of January is its highest by far; the run holds the last two days
    start = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    rows = [
        f"{start + dt.timedelta(hours=hour):%Y-%m-%d %H:%M:%S},{50_000 + 1000 * (hour // 24) + 100 * (hour % 24)}"
        for hour in range(24 * 31)
    ]
    (tmp_path / "load.csv").write_text("Datetime (UTC),Load (MW)\n" + "\n".join(rows) + "\n", encoding="utf-8")
    rule = "{of: month_peak, above: 0.2, forecast_error: 0.01 %, job_classes: [training_llm]}"
    read(tmp_path, "  system_load: {file: load.csv}\n", f"  hours: {{peak: {rule}}}\n")
    file = read_scenario(tmp_path / "hall.yaml", ["start=2027-01-30"])
    hours = np.flatnonzero(chosen_hours(file.scenario, file.scenario.fleet.hours["peak"])).tolist()
    assert 47 in hours
    assert len(hours) < 4
    run = run_scenario(file, tmp_path / "run", replications=1)
    table = run.table("hall_hours").to_pylist()
    assert [row["start_s"] / 3600 for row in table if row["month_peak"]] == [47.0]
    found = {row["kpi"]: row["value"] for row in run.extra("kpis").to_pylist() if row["subject"] == ""}
    assert found["coincident_peak"] == pytest.approx(table[47]["facility_j"] / 3.6e6)
