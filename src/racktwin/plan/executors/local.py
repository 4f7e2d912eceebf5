"""Processes of this machine; when one is killed, a new pool takes up what was not done."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from queue import SimpleQueue
from typing import Any

from .base import MOST_ATTEMPTS, Outcome


class LocalProcesses:
    """``jobs`` processes, each started afresh (not forked from one that has threads)."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def run(self, work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Outcome]:
        left = dict(enumerate(tasks))
        attempts = dict.fromkeys(left, 0)
        while left:
            yield from self._one_pool(work, left, attempts)
            for number in [n for n, tried in attempts.items() if n in left and tried >= MOST_ATTEMPTS]:
                left.pop(number)
                yield Outcome(number, failure=f"its process died {MOST_ATTEMPTS} times")

    def _one_pool(
        self, work: Callable[[Any], Any], left: dict[int, Any], attempts: dict[int, int]
    ) -> Iterator[Outcome]:
        """Work until all is done or a process dies; whoever was at work then has one attempt more."""
        pool = ProcessPoolExecutor(self.jobs, mp_context=multiprocessing.get_context("spawn"))
        waiting = list(left)
        running: dict[Future[Any], int] = {}
        finished: SimpleQueue[Future[Any]] = SimpleQueue()  # why not wait(): run/experiment.py
        try:
            while waiting or running:
                while waiting and len(running) < self.jobs:
                    number = waiting.pop(0)
                    try:
                        future = pool.submit(work, left[number])
                    except BrokenProcessPool:
                        for other in running.values():
                            attempts[other] += 1
                        return
                    running[future] = number
                    future.add_done_callback(finished.put)
                future = finished.get()
                number = running.pop(future)
                try:
                    outcome = Outcome(number, future.result())
                except BrokenProcessPool:
                    for other in (number, *running.values()):
                        attempts[other] += 1
                    return
                except Exception as failure:
                    outcome = Outcome(number, failure=f"{type(failure).__name__}: {failure}")
                left.pop(number)
                yield outcome
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
