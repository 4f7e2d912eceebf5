"""When will the racks on the floor ship? A forecast from what was seen on a Monday, in twenty futures."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

import racktwin

STATE = Path(__file__).parent / "monday.yaml"
FUTURES = 20


def main() -> None:
    """Print, for each rack seen, when it ships: a day that is likely, and one that is safe."""
    file = racktwin.read_scenario("georgetown", ["hall=null", "fleet=null", "horizon=17 wk"], observed=STATE)
    scenario = file.scenario
    assert scenario.observed is not None
    compiled = racktwin.compile_line(scenario)
    pieces = scenario.observed.work_in_progress
    shipped_s = np.full((FUTURES, len(pieces)), np.inf)
    for future in range(FUTURES):
        tables = racktwin.LineRun.start(compiled, future, scenario.seed, is_recording=False).finish()
        for row in tables["shipments"].to_pylist():
            if row["serial_number"] < len(pieces):
                shipped_s[future, row["serial_number"]] = row["shipped_s"]
    print(f"{'order':8} {'at':20} {'likely':>12} {'safe (90 %)':>12}  in time")
    for piece, at_s in zip(pieces, shipped_s.T, strict=True):
        likely, safe = (scenario.start + dt.timedelta(seconds=float(np.quantile(at_s, p))) for p in (0.5, 0.9))
        assert piece.due is not None
        in_time = np.mean(at_s <= scenario.instant_s(piece.due))
        print(f"{piece.order:8} {piece.operation:20} {likely:%a %d %b %Hh} {safe:%a %d %b %Hh} {in_time:8.0%}")


if __name__ == "__main__":
    main()
