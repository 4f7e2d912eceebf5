"""How a peer's process is asked and answers: the plant as JSON on standard input, what it took on standard output."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

Run = Callable[[], tuple[int, float]]
"""Simulate once: parts shipped, and their mean cycle time in seconds."""


def answer(prepare: Callable[[dict[str, Any], int], Run]) -> None:
    """Build the model outside the clock, run it inside, and print the answer."""
    order = json.load(sys.stdin)
    run = prepare(order["plant"], order["seed"])
    began_s = time.process_time()
    parts, mean_cycle_s = run()
    cpu_s = time.process_time() - began_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(json.dumps({"cpu_s": cpu_s, "parts": parts, "mean_cycle_s": mean_cycle_s, "peak_mb": peak_mb}))
