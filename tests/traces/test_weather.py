"""Weather, prices and carbon: what ships, and what is refused."""

from __future__ import annotations

import gzip
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from racktwin.errors import ScenarioError
from racktwin.traces import read_epw, read_hourly_carbon, read_hourly_price

TEXAS = Path(str(resources.files("racktwin.reference").joinpath("texas")))
EPW = gzip.decompress((TEXAS / "travis_county_2018.epw.gz").read_bytes()).decode().splitlines()


def _refusal(path: Path, lines: list[str]) -> str:
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(ScenarioError) as caught:
        read_epw(path)
    return str(caught.value)


def test_austin_is_hot_and_its_wet_bulb_is_not() -> None:
    weather = read_epw(TEXAS / "travis_county_2018.epw.gz")
    dry_c, wet_c = weather.rows.dry_bulb_k - 273.15, weather.rows.wet_bulb_k - 273.15

    assert weather.place == "Camp Mabry, TX, USA"
    assert weather.utc_offset_s == -6 * 3600
    assert np.quantile(dry_c, 0.996) == pytest.approx(37.4, abs=2)  # ASHRAE's 0.4 % design point, in the header
    assert np.quantile(wet_c, 0.996) == pytest.approx(25.8, abs=1)
    assert np.all(wet_c <= dry_c + 1e-3)


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        (6, "99.9", "dry bulb missing"),
        (8, "999", "relative humidity missing"),
        (9, "999999", "pressure missing"),
        (6, "", "dry bulb missing"),
        (3, "7", "an hour out of order"),
        (2, "19", "a day of less than 24 hours"),
    ],
)
def test_an_epw_file_at_fault(tmp_path: Path, column: int, cell: str, says: str) -> None:
    lines = list(EPW)
    cells = lines[100].split(",")
    cells[column] = cell
    lines[100] = ",".join(cells)
    text = _refusal(tmp_path / "a.epw", lines)
    assert f"a.epw:101: {says}" in text


def test_an_epw_file_that_is_short_or_none(tmp_path: Path) -> None:
    assert "8759 hours" in _refusal(tmp_path / "a.epw", EPW[:-1])
    assert "not an EPW file" in _refusal(tmp_path / "a.epw", ["time,temperature", "1,2"])


def test_prices_of_three_years() -> None:
    prices = read_hourly_price(TEXAS / "ercot_hub_average.csv.gz")

    assert len(prices.values) == 3 * 8760
    assert prices.first_epoch_s == 1609459200
    assert prices.at(1609459200 + 59 * 60) * 3.6e9 == pytest.approx(18.26)
    assert prices.values.max() * 3.6e9 > 8000
    with pytest.raises(KeyError, match="holds no value"):
        prices.at(1609459199)
    with pytest.raises(KeyError, match="does not hold 9000 hours"):
        prices.from_epoch(1672531200, 9000)
    assert len(prices.from_epoch(1672531200, 8760)) == 8760


def test_carbon_life_cycle_and_direct(tmp_path: Path) -> None:
    path = tmp_path / "carbon.csv"
    head = "Datetime (UTC),Carbon Intensity gCO₂eq/kWh (direct),Carbon Intensity gCO₂eq/kWh (LCA)\n"
    path.write_text(head + "2023-01-01 00:00:00,269.79,318.54\n2023-01-01 01:00:00,224.45,266.39\n")

    assert read_hourly_carbon(path).values * 3.6e9 == pytest.approx([318.54, 266.39])
    assert read_hourly_carbon(path, direct=True).values * 3.6e9 == pytest.approx([269.79, 224.45])


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["2023-01-01 00:00,1", "2023-01-01 02:00,1"], "p.csv:3: not one hour after the row above"),
        (["2023-01-01 01:00,1", "2023-01-01 00:00,1"], "p.csv:3: not one hour after the row above"),
        (["2023-01-01 00:00,1", "2023-01-01 01:00,"], r"p.csv:3: Price \(USD/MWh\) is not usable"),
        (["yesterday,1"], r"p.csv:2: Datetime \(UTC\) is not a time"),
        ([], "there are no hours"),
    ],
)
def test_prices_at_fault(tmp_path: Path, rows: list[str], says: str) -> None:
    path = tmp_path / "p.csv"
    path.write_text("\n".join(["Datetime (UTC),Price (USD/MWh)", *rows]) + "\n")
    with pytest.raises(ScenarioError, match=says):
        read_hourly_price(path)


def test_negative_prices_are_prices(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("Datetime (UTC),Price (USD/MWh)\n2023-01-01 00:00,-12.5\n")
    assert read_hourly_price(path).values[0] * 3.6e9 == pytest.approx(-12.5)
