"""Keeping the memory of a long run small."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib.abc import MetaPathFinder
from typing import Any

import pyarrow as pa

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_LARGE_BLOCK, _MOST_KEPT = 4 << 20, 48 << 20


@cache
def _glibc() -> Any:
    """The C library if it is glibc, else None."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        library = ctypes.CDLL("libc.so.6")
    except OSError:  # musl
        return None
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def keep_memory_small() -> None:
    """Let freed blocks go back to the system soon: a process-wide setting of glibc, and Arrow's to use it.

    Allocators otherwise keep the arrays of finished replications in per-thread arenas: Georgetown's 20 replications
    peaked at 571 MB with them and stay below 500 MB without.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    if glibc := _glibc():
        glibc.mallopt(_M_ARENA_MAX, 2)
        glibc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK)
        glibc.mallopt(_M_TRIM_THRESHOLD, _MOST_KEPT)


def do_without_pandas() -> None:
    """Let no import of pandas succeed in this process: Arrow looks for it with the first array it makes.

    It takes 60 MB of a server that has no use for it. What cannot be imported Arrow takes as not installed.
    """
    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, _NoPandas())


class _NoPandas(MetaPathFinder):
    def find_spec(self, name: str, _path: Any, _target: Any = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("no pandas here", name=name)


def return_freed_memory() -> None:
    """Give back what was freed, now."""
    if glibc := _glibc():
        glibc.malloc_trim(0)
