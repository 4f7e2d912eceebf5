"""A lock that lives as long as its process: it tells a job that runs from one whose worker is gone."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_fcntl: Any = import_module("fcntl") if find_spec("fcntl") else None
"""None on Windows, where a job that is found at the start counts as ended."""


def hold(path: Path) -> int:
    """Take the lock until this process ends; the open file must stay open."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
    if _fcntl is not None:
        _fcntl.flock(handle, _fcntl.LOCK_EX)
    return handle


def is_held(path: Path) -> bool:
    """Whether some process holds it."""
    if _fcntl is None or not path.exists():
        return False
    handle = os.open(path, os.O_RDWR)
    try:
        _fcntl.flock(handle, _fcntl.LOCK_EX | _fcntl.LOCK_NB)
        return False
    except OSError:
        return True
    finally:
        os.close(handle)
