"""Weather and prices of central Texas, small: ``python -m tests.reference.extract_texas FOLDER``.

FOLDER holds ``weather/`` and ``ercot/``. Written are the EPW file with the columns that are read, the others as the
format's words for missing, and the three years of prices to the cent.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from pathlib import Path

TEXAS = Path(__file__).parents[2] / "src" / "racktwin" / "reference" / "texas"
_MISSING = ["9999", "9999", "9999", "9999", "9999", "9999", "999999", "999999", "999999", "9999", "999", "999", "99",
            "99", "9999", "99999", "9", "999999999", "999", ".999", "999", "99", "999", "999", "99"]  # fmt: skip


def weather(path: Path) -> str:
    """The EPW file with date, temperatures, humidity and pressure."""
    lines = path.read_text().splitlines()
    rows = [line.split(",") for line in lines[8:]]
    kept = [
        [*row[:5], "*", f"{float(row[6]):.1f}", f"{float(row[7]):.1f}", f"{float(row[8]):.0f}", f"{float(row[9]):.0f}"]
        for row in rows
    ]
    head = [*lines[:5], "COMMENTS 1,Camp Mabry 2018; CityLearn (MIT); only temperatures humidity and pressure kept"]
    body = [",".join([*row, *_MISSING]) for row in kept]
    return "\n".join([*head, "COMMENTS 2,written by tests/reference/extract_texas.py", lines[7], *body]) + "\n"


def prices(paths: list[Path]) -> str:
    """Hour and price, USD/MWh, of the years after each other."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Datetime (UTC)", "Price (USD/MWh)"])
    for path in paths:
        with path.open() as file:
            for row in csv.DictReader(file):
                writer.writerow([row["Datetime (UTC)"][:16], f"{float(row['Price (USD/MWh)']):.2f}"])
    return out.getvalue()


def main() -> None:
    """Write both files."""
    folder = Path(sys.argv[1])
    texts = {
        "travis_county_2018.epw.gz": weather(folder / "weather" / "travis_county_TX_amy2018_citylearn.epw"),
        "ercot_hub_average.csv.gz": prices(sorted((folder / "ercot").glob("*_electricity_prices_*.csv"))),
    }
    for name, text in texts.items():
        (TEXAS / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
