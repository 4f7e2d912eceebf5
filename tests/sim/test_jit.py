"""Compiled kernels live together in one process, freshly compiled or loaded from the cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from racktwin.sim.jit import IS_COMPILED, _FilesByKey

ROOT = Path(__file__).parents[2]

compiled_only = pytest.mark.skipif(not IS_COMPILED, reason="needs compiled kernels")

# An engine links and changes its own copy of the kernels that the other functions call as they are. The supply engine's
# compile in a third of the time of the line's.
SHARING = """
from racktwin.engines.supply import replicate_supply
from racktwin.scenario import read_scenario
from tests.sim import test_distributions, test_rng

scenario = read_scenario("georgetown", ["hall=null", "fleet=null", "horizon=20 wk", "warm_up=1 wk"]).scenario
before = replicate_supply(scenario, 0, 5)
for name in test_distributions.CASES:
    test_distributions.test_samples_follow_their_law(name)
test_rng.test_uniforms_are_uniform_and_uncorrelated()
after = replicate_supply(scenario, 0, 5)
assert before["part_receipts"].num_rows > 100
assert before == after
"""


@pytest.mark.slow
@compiled_only
def test_entry_points_do_not_change_the_kernels_of_others(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "NUMBA_CACHE_DIR": ""}
    for attempt in ("compiled", "loaded from the cache"):
        done = subprocess.run(
            [sys.executable, "-c", SHARING], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{attempt}: {done.returncode} {done.stderr[-2000:]}"


@pytest.fixture
def twin(tmp_path: Path) -> Path:
    """A package with our compile options, an entry point in one file and the kernel it calls in another."""
    package = tmp_path / "package" / "twin"
    shutil.copytree(ROOT / "src" / "racktwin" / "sim", package / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    for engine in ("press", "other"):
        (package / "engines" / engine).mkdir(parents=True)
    (package / "engines" / "press" / "callee.py").write_text(CALLEE)
    (package / "engines" / "press" / "caller.py").write_text(CALLER)
    (package / "engines" / "other" / "kernel.py").write_text(CALLEE)
    return package


CALLEE = """
from twin.sim.jit import kernel

@kernel
def answer():
    return 1
"""

CALLER = """
from twin.sim.jit import entry_point
from .callee import answer

@entry_point
def ask():
    return answer()
"""


def _ask(twin: Path, **environment: str) -> tuple[int, bool]:
    """The entry point's answer in a process of its own, and whether its code came from the cache."""
    code = "from twin.engines.press.caller import ask; print(ask(), sum(getattr(ask, 'stats').cache_hits.values()))"
    # bytecode is known by its source's second and length, which a change within that second does not alter
    environment = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(twin.parent)} | environment
    environment = {**os.environ, "NUMBA_CACHE_DIR": ""} | environment
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, env=environment, cwd=twin.parent, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    answer, hits = done.stdout.split()
    return int(answer), hits == "1"


@compiled_only
@pytest.mark.parametrize("variable", ["NUMBA_CACHE_DIR", "XDG_CACHE_HOME"])
def test_a_changed_callee_is_never_stale(twin: Path, tmp_path: Path, variable: str) -> None:
    folder = {variable: str(tmp_path / "cache")}
    assert [_ask(twin, **folder), _ask(twin, **folder)] == [(1, False), (1, True)]
    _change(twin)
    assert _ask(twin, **folder) == (2, False)
    assert len(list(tmp_path.glob("cache/**/kernels/press-*"))) == 2


@compiled_only
def test_a_change_in_another_engine_costs_nothing(twin: Path, tmp_path: Path) -> None:
    folder = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    assert _ask(twin, **folder) == (1, False)
    _change(twin, "other/kernel.py")
    assert _ask(twin, **folder) == (1, True)


@compiled_only
@pytest.mark.parametrize("variable", ["NUMBA_CACHE_DIR", "XDG_CACHE_HOME"])
def test_without_a_cache_folder_nothing_is_stale_or_said(twin: Path, tmp_path: Path, variable: str) -> None:
    """A file where the folder would be cannot be written into, not even by root."""
    blocked = tmp_path / "file"
    blocked.touch()
    folder = {variable: str(blocked), "HOME": ""}
    assert _ask(twin, **folder) == (1, False)
    _change(twin)
    assert _ask(twin, **folder) == (2, False)
    assert not list(twin.rglob("*.nbi"))


@compiled_only
def test_a_cache_that_fails_later_only_costs_time(twin: Path, tmp_path: Path) -> None:
    """A file takes the place of the folder between the import and the first call."""
    spoil = "import shutil; from twin.sim.jit import cache_folder as folder; f = folder(__name__)\n"
    spoil += "shutil.rmtree(f); f.touch()\n"
    caller = twin / "engines" / "press" / "caller.py"
    caller.write_text(caller.read_text() + spoil)
    assert _ask(twin, XDG_CACHE_HOME=str(tmp_path / "cache")) == (1, False)


@compiled_only
def test_the_three_digests_used_last_are_kept(twin: Path, tmp_path: Path) -> None:
    kernels = tmp_path / "cache" / "kernels"
    old = ["press-" + letter * 16 for letter in "abcd"]
    others = ["other-" + "e" * 16, "somebody else's"]
    for age, name in enumerate(old + others):
        (kernels / name).mkdir(parents=True)
        os.utime(kernels / name, (10**9 - age, 10**9 - age))
    _ask(twin, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    left = {folder.name for folder in kernels.iterdir()}
    assert left > {*old[:2], *others}
    assert len(left) == 5


def _change(twin: Path, source: str = "press/callee.py") -> None:
    callee = twin / "engines" / source
    callee.write_text(callee.read_text().replace("return 1", "return 2"))


def test_two_processes_never_give_two_signatures_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read an empty index; one writes all it has before the other comes to write its code."""
    first, second = (_cache_file(tmp_path) for _ in range(2))
    monkeypatch.setattr(second, "_load_index", dict)
    write = first._save_data

    def late(name: str, data: str) -> None:
        second.save(("of a network",), "code of a network")
        write(name, data)

    monkeypatch.setattr(first, "_save_data", late)
    first.save(("of a line",), "code of a line")
    afterwards = _cache_file(tmp_path)
    assert afterwards.load(("of a network",)) == "code of a network"
    assert afterwards.load(("of a line",)) in ("code of a line", None)


def _cache_file(folder: Path) -> Any:
    return _FilesByKey(str(folder), "kernel", "stamp")  # type: ignore[no-untyped-call]
