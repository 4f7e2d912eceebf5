"""Work that takes its process down, or fails; imports nothing heavy, since each new process imports it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def die_once(task: Path) -> str:
    """Kill the own process the first time, as an administrator or a lack of memory would."""
    if task.name == "victim" and not task.exists():
        task.touch()
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGKILL)
    return task.name


def always_die(task: Path) -> str:
    if task.name == "victim":
        os.kill(os.getpid(), signal.SIGKILL)
    return task.name


def fail(task: Path) -> str:
    raise ValueError(task.name)
