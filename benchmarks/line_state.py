"""What a snapshot, a branch and a rule by each door cost on Georgetown: ``python benchmarks/line_state.py``."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import racktwin

DAY_S = 86400.0
SCENARIO = racktwin.read_scenario("georgetown", ["horizon=26 wk", "warm_up=4 wk"]).scenario
CENTERS = [name for name, center in SCENARIO.work_centers.items() if center.batch is None]


def first_of_queue(candidates: Any, now_s: float) -> int:
    """The order of the queue: the rule that costs nothing itself."""
    return 0


def cpu_s(work: Callable[[], Any], times: int) -> float:
    """CPU seconds of one call, the least of ``times``."""
    seconds = []
    for _ in range(times):
        begin_s = time.process_time()
        work()
        seconds.append(time.process_time() - begin_s)
    return min(seconds)


def run_s(rules: Mapping[str, racktwin.DispatchRule]) -> tuple[float, int]:
    """CPU seconds of half a year without recording, and its events."""
    compiled = racktwin.compile_line(SCENARIO, rules=rules)
    seconds, run = [], None
    for _ in range(5):
        run = racktwin.LineRun.start(compiled, 0, 1, is_recording=False)
        begin_s = time.process_time()
        run.advance(compiled.horizon_s)
        seconds.append(time.process_time() - begin_s)
    assert run is not None
    return min(seconds), run.events


def doors() -> None:
    """The cost of each door."""
    questions = 0

    def counted(candidates: Any, now_s: float) -> int:
        nonlocal questions
        questions += 1
        return 0

    compiled = racktwin.compile_line(SCENARIO, rules=dict.fromkeys(CENTERS, racktwin.python_rule(counted)))
    racktwin.LineRun.start(compiled, 0, 1, is_recording=False).advance(compiled.horizon_s)
    base_s, events = run_s({})
    print(f"built in: {base_s / events * 1e9:.0f} ns an event, {events:,} events, {questions:,} questions")
    rule = racktwin.compiled_rule(first_of_queue)
    print(f"a rule compiles in {cpu_s(lambda: rule.address, 1):.2f} s")
    for name, door in (("compiled", rule), ("Python", racktwin.python_rule(first_of_queue))):
        seconds, _ = run_s(dict.fromkeys(CENTERS, door))
        print(f"{name}: {(seconds - base_s) / questions * 1e6:.2f} µs a question")


def state() -> None:
    """The cost of copies."""
    compiled = racktwin.compile_line(SCENARIO)
    run = racktwin.LineRun.start(compiled, 0, 1)
    run.advance(60 * DAY_S)
    snapshot = run.snapshot()
    print(f"snapshot: {cpu_s(run.snapshot, 50) * 1e3:.2f} ms, {snapshot.state_bytes / 1e6:.2f} MB of state")
    print(f"resume: {cpu_s(lambda: racktwin.LineRun.resume(compiled, snapshot), 50) * 1e3:.2f} ms")
    other = cpu_s(lambda: racktwin.LineRun.resume(compiled, snapshot, future=1), 10)
    print(f"resume into another future: {other * 1e3:.1f} ms")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day60.npz"
        save_s = cpu_s(lambda: racktwin.save_snapshot(snapshot, path), 3)
        load_s = cpu_s(lambda: racktwin.load_snapshot(path), 3)
        print(f"save {save_s * 1e3:.0f} ms, load {load_s * 1e3:.0f} ms, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    doors()
    state()
