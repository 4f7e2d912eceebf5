"""Answers are made once, however many ask for them."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from racktwin.api.open_runs import OpenRuns
from racktwin.api.workspace import Workspace


def test_who_asks_meanwhile_waits_for_the_same_answer(workspace: Path) -> None:
    runs = OpenRuns(Workspace(workspace), 5.0)
    opened, made, begun = runs.get("plant"), list[int](), threading.Event()

    def make() -> bytes:
        made.append(1)
        begun.set()
        time.sleep(0.1)
        return b"once"

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(runs.answer, opened, ("x",), make)
        begun.wait(5)
        others = [pool.submit(runs.answer, opened, ("x",), make) for _ in range(3)]
        assert [one.result(5) for one in (first, *others)] == [b"once"] * 4
    assert made == [1]


def test_a_failure_is_told_to_all_and_not_kept(workspace: Path) -> None:
    runs = OpenRuns(Workspace(workspace), 5.0)
    opened = runs.get("plant")

    def fail() -> bytes:
        raise ValueError

    with pytest.raises(ValueError):
        runs.answer(opened, ("y",), fail)
    assert runs.answer(opened, ("y",), lambda: b"now") == b"now"
