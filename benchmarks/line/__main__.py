"""``python -m benchmarks.line``: racktwin beside SimPy, Naga and prodsys, and racktwin's own bars, as one table.

Takes ``--repeat N``, ``--only PLANT …``, ``--sizes small middle large``, ``--no-bars``, ``--json FILE``. Times are CPU
seconds, so a busy machine widens them less than it would wall-clock times; close other programs all the same.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from . import bars
from .measure import OURS, RECORDED, Measured, compare
from .plants import SIZES

AGAINST_SIMPY = {"mm4": 50.0, "buffered_line": 50.0, "reentrant": 50.0, "plant": 50.0, "limited_plant": 20.0}
AGAINST_PRODSYS = 1000.0
PRODSYS_PARTS = 500
NAGA_PARTS = 20_000
"""Naga and prodsys are not measured beyond this: their speed does not depend on it, and the wait would be long."""


_SIZE_NAMES = ("small", "middle", "large")


def main() -> None:
    """Measure, print, and exit with 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.line")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--sizes", nargs="*", choices=_SIZE_NAMES, default=_SIZE_NAMES)
    parser.add_argument("--no-bars", action="store_true", help="only the comparison with the peers")
    parser.add_argument("--json", type=Path, help="write what was measured into this file")
    options = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    measured: list[Measured] = []
    missed: list[str] = []
    print("| plant | parts | simulator | parts per CPU-s | × SimPy | mean cycle, s | peak MB |")
    print("|---|---:|---|---:|---:|---:|---:|")
    for plant in options.only:
        for parts in (SIZES[plant][_SIZE_NAMES.index(size)] for size in options.sizes):
            rows = compare(_simulators(plant, parts), plant, parts, options.repeat)
            measured += rows
            missed += _print(rows, parts == SIZES[plant][_SIZE_NAMES.index(options.sizes[-1])])
    if "buffered_line" in options.only:
        rows = compare(["prodsys", OURS], "buffered_line", PRODSYS_PARTS, min(3, options.repeat))
        measured += rows
        missed += _print_prodsys(rows)
    found = [] if options.no_bars else bars.all_bars()
    missed += [bar.name for bar in found if not bar.is_met]
    for bar in found:
        print(f"{'met   ' if bar.is_met else 'MISSED'} {bar.name}: {bar.value:.3g} {bar.unit} (bar {bar.limit:g})")
    print(f"load average {os.getloadavg()[0]:.1f}")
    if options.json:
        told = {"compared": [asdict(one) for one in measured], "bars": [asdict(bar) for bar in found]}
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if missed:
        sys.exit("missed: " + ", ".join(missed))


def _simulators(plant: str, parts: int) -> list[str]:
    with_naga = parts <= NAGA_PARTS and plant in ("mm4", "buffered_line", "reentrant")
    return ["simpy", OURS, RECORDED, *(["naga"] if with_naga else [])]


def _print(rows: list[Measured], is_largest: bool) -> list[str]:
    """The rows as Markdown; the bar is on the largest size asked for."""
    simpy = next(row for row in rows if row.simulator == "simpy")
    for row in rows:
        ratio = row.parts_per_cpu_s / simpy.parts_per_cpu_s
        print(
            f"| {row.plant} | {row.parts:,.0f} | {row.simulator} | {row.parts_per_cpu_s:,.0f} | {ratio:.3g} "
            f"| {row.mean_cycle_s:,.0f} | {row.peak_mb:,.0f} |",
            flush=True,
        )
    ours = next(row for row in rows if row.simulator == OURS)
    ratio, bar = ours.parts_per_cpu_s / simpy.parts_per_cpu_s, AGAINST_SIMPY[ours.plant]
    return [f"{ours.plant}: {ratio:.1f} × SimPy (bar {bar:g})"] if is_largest and ratio < bar else []


def _print_prodsys(rows: list[Measured]) -> list[str]:
    theirs, ours = rows
    ratio = ours.parts_per_cpu_s / theirs.parts_per_cpu_s
    print(
        f"prodsys on the line ({theirs.parts:,.0f} parts): {theirs.parts_per_cpu_s:,.0f} parts per CPU-s, "
        f"{theirs.peak_mb:,.0f} MB; racktwin {ratio:,.0f} × as fast",
        flush=True,
    )
    return [f"{ratio:.0f} × prodsys (bar {AGAINST_PRODSYS:g})"] if ratio < AGAINST_PRODSYS else []


if __name__ == "__main__":
    main()
