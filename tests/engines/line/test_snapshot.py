"""A snapshot is the state: what goes on from it is what would have happened, and its origin never notices."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from racktwin.engines.line import CompiledLine, LineRun, compile_line
from racktwin.engines.line.snapshot_file import load_snapshot, save_snapshot
from racktwin.engines.line.state import NEVER_WRITTEN
from racktwin.engines.line.tables import ROW_TABLES, Line
from racktwin.errors import SimulationError
from racktwin.model import Scenario
from tests.properties import small_world
from tests.properties.digests import digest
from tests.properties.plants import plants
from tests.validation.known_answers import load

DAY_S = 86400.0


def state_of(line: Line) -> dict[str, str]:
    """A digest of the bytes of every table; of rows, those recorded."""
    clock = line.clock[0]
    rows = {name: clock[f"{name}_rows"] for name in ROW_TABLES}
    tables = line._asdict().items()
    return {name: sha256(table[: rows.get(name, len(table))].tobytes()).hexdigest() for name, table in tables}


def _interrupted(compiled: CompiledLine, seed: int, shares: list[float]) -> LineRun:
    """A run that was copied at these shares of its horizon, and went on from the copy each time."""
    run = LineRun.start(compiled, 0, seed)
    for share in sorted(shares):
        run.advance(share * compiled.horizon_s)
        run = LineRun.resume(compiled, run.snapshot())
    return run


def _is_as_uninterrupted(scenario: Scenario, shares: list[float]) -> None:
    compiled = compile_line(scenario)
    whole = LineRun.start(compiled, 0, scenario.seed)
    tables = whole.finish()
    parted = _interrupted(compiled, scenario.seed, shares)
    assert digest(parted.finish()) == digest(tables)
    assert state_of(parted.line) == state_of(whole.line)
    fresh = compile_line(scenario).line
    assert all(np.array_equal(getattr(fresh, name), getattr(compiled.line, name)) for name in NEVER_WRITTEN)


SHARES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=3)


@pytest.mark.slow
@settings(max_examples=15)
@given(plants(), SHARES)
def test_going_on_from_a_snapshot_changes_no_byte(scenario: Scenario, shares: list[float]) -> None:
    _is_as_uninterrupted(scenario, shares)


@settings(max_examples=2)
@given(plants(), SHARES)
def test_nor_does_it_uncompiled_in_a_day(scenario: Scenario, shares: list[float]) -> None:
    _is_as_uninterrupted(scenario.model_copy(update={"horizon_s": DAY_S}), shares)


def _compiled(days: float = 3.0) -> CompiledLine:
    return compile_line(load("breakdowns").model_copy(update={"horizon_s": days * DAY_S}))


def test_a_snapshot_does_not_feel_what_happens_later() -> None:
    compiled = _compiled()
    run = LineRun.start(compiled, 0, 1)
    run.advance(DAY_S)
    snapshot = run.snapshot()
    before = state_of(snapshot.line)
    first, second = (LineRun.resume(compiled, snapshot).finish() for _ in range(2))
    run.finish()
    assert state_of(snapshot.line) == before
    assert digest(first) == digest(second)


def test_a_branch_tells_the_whole_story_and_the_stem_keeps_its_own() -> None:
    compiled = compile_line(small_world.SCENARIO)
    run = LineRun.start(compiled, 0, 7)
    run.advance(0.5 * compiled.horizon_s)
    branch = LineRun.resume(compiled, run.snapshot())
    assert digest(branch.finish()) == digest(run.finish()) == digest(LineRun.start(compiled, 0, 7).finish())


def test_tables_that_copies_share_are_never_written() -> None:
    compiled = compile_line(small_world.SCENARIO)
    shared = {name: getattr(compiled.line, name).tobytes() for name in NEVER_WRITTEN}
    run = LineRun.start(compiled, 0, 7)
    assert all(getattr(run.line, name) is getattr(compiled.line, name) for name in NEVER_WRITTEN)
    run.finish()
    assert {name: getattr(compiled.line, name).tobytes() for name in NEVER_WRITTEN} == shared


def test_a_snapshot_is_of_one_plant() -> None:
    snapshot = LineRun.start(_compiled(), 0, 1).snapshot()
    with pytest.raises(SimulationError, match="another plant"):
        LineRun.resume(_compiled(4.0), snapshot)


@pytest.mark.parametrize("until_s", [0.5 * DAY_S, 3.1 * DAY_S, np.nan])
def test_time_goes_forward_to_the_horizon(until_s: float) -> None:
    run = LineRun.start(_compiled(), 0, 1)
    run.advance(DAY_S)
    with pytest.raises(SimulationError, match=r"the run is at day 1\.000"):
        run.advance(until_s)


def test_a_finished_run_has_no_state() -> None:
    run = LineRun.start(_compiled(), 0, 1)
    run.finish()
    with pytest.raises(SimulationError, match="finished"):
        run.snapshot()


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A file with a snapshot of the small world at noon."""
    run = LineRun.start(compile_line(small_world.SCENARIO), 0, 7)
    run.advance(0.5 * run.compiled.horizon_s)
    run.snapshot()
    save_snapshot(run.snapshot(), tmp_path / "noon.npz")
    return tmp_path / "noon.npz"


def test_a_file_holds_the_snapshot(saved: Path, tmp_path: Path) -> None:
    compiled = compile_line(small_world.SCENARIO)
    snapshot = load_snapshot(saved)
    assert digest(LineRun.resume(compiled, snapshot).finish()) == digest(LineRun.start(compiled, 0, 7).finish())
    save_snapshot(snapshot, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == saved.read_bytes()


@pytest.mark.slow
def test_rows_that_were_tables_already_are_kept_too(tmp_path: Path) -> None:
    compiled = _compiled(700.0)
    run = LineRun.start(compiled, 0, 1)
    run.advance(600 * DAY_S)
    snapshot = run.snapshot()
    assert snapshot.written
    save_snapshot(snapshot, tmp_path / "late.npz")
    resumed = LineRun.resume(compiled, load_snapshot(tmp_path / "late.npz")).finish()
    assert digest(resumed) == digest(run.finish())


def test_a_file_that_is_none_is_refused(tmp_path: Path, saved: Path) -> None:
    with pytest.raises(SimulationError, match="cannot be read: No such file"):
        load_snapshot(tmp_path / "missing.npz")
    (tmp_path / "text.npz").write_text("state: fine\n")
    content = bytearray(saved.read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "bent.npz").write_bytes(content)
    (tmp_path / "cut.npz").write_bytes(saved.read_bytes()[:-400])
    np.savez(tmp_path / "other.npz", description=np.arange(3))
    for name in ("text", "bent", "cut", "other"):
        with pytest.raises(SimulationError, match="is no snapshot, or damaged"):
            load_snapshot(tmp_path / f"{name}.npz")


def test_a_file_of_another_version_is_refused(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("racktwin.engines.line.snapshot_file.source_digest", lambda module: "of tomorrow")
    with pytest.raises(SimulationError, match=r"with another version of the engine\n.*observed state"):
        load_snapshot(saved)
