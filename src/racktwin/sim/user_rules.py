"""Doors for users' rules, whatever they choose among: compiled to be called in a kernel, or any function of Python."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Protocol

import numba
import numpy as np
from numba.core import types
from numba.core.errors import NumbaError
from numba.np.numpy_support import carray

from racktwin.errors import SimulationError

FAILED = -1
"""What a compiled rule returns where it raised."""


class Rule(Protocol):
    """``choose(candidates, now_s)`` returns the place of one of them, from 0."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def choose(self) -> Any:
        """The function."""

    @property
    def is_compiled(self) -> bool:
        """Whether the kernel calls it; otherwise it returns for it."""


def compiled_door(name: str, function: Any, row: np.dtype[Any]) -> Any:
    """The function as a C function of a table of rows, their number and the instant; its ``address`` is for kernels.

    Raises SimulationError where numba refuses it.
    """
    choose: Any = numba.njit(nogil=True)(function)
    pointer: Any = types.CPointer
    signature = types.int64(pointer(numba.from_dtype(row)), types.int64, types.float64)

    def door(rows: Any, count: Any, now_s: Any) -> Any:
        candidates = carray(rows, (count,))
        try:
            return choose(candidates, now_s)
        except Exception:
            return FAILED

    try:
        compile_door: Any = numba.cfunc(signature, nogil=True)
        return compile_door(door)
    except NumbaError as error:
        reason = next((line for line in str(error).splitlines() if line.strip()), "")
        raise SimulationError(
            f"the rule {name!r} cannot be compiled: {reason}\n"
            "    → use what numba compiles, or make it a rule of Python: python_rule instead of compiled_rule"
        ) from error


def ask_python(rule: Rule, candidates: Any, now_s: float) -> int:
    """The choice of a rule of Python among the candidates. Raises SimulationError where it is none of them."""
    try:
        choice = rule.choose(candidates, now_s)
    except Exception as error:
        raise SimulationError(
            f"the rule {rule.name!r} raised {type(error).__name__} at day {now_s / 86400.0:.3f} "
            f"with {len(candidates)} candidates: {error}"
        ) from error
    if isinstance(choice, bool | np.bool_) or not isinstance(choice, int | np.integer):
        raise SimulationError(wrong_choice(rule, repr(choice), len(candidates), now_s))
    if not 0 <= choice < len(candidates):
        raise SimulationError(wrong_choice(rule, str(choice), len(candidates), now_s))
    return int(choice)


def wrong_choice(rule: Rule, choice: str, count: int, now_s: float) -> str:
    """What to say of a rule that chose none of its candidates."""
    raised = " (or raised)" if rule.is_compiled and choice == str(FAILED) else ""
    return (
        f"the rule {rule.name!r} returned {choice}{raised} at day {now_s / 86400.0:.3f} for {count} candidates"
        f"\n    → return the place of one of them: a whole number from 0 to {count - 1}"
    )


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.c_double)


def python_door(ask: Callable[[Any, float], int], row: np.dtype[Any]) -> Any:
    """``ask(candidates, now_s)`` as a C function that calls back into Python; it must not raise.

    What it is given is a copy. The door must be kept for as long as a kernel may call it.
    """

    def called(address: int, count: int, now_s: float) -> int:
        rows = np.frombuffer(ctypes.string_at(address, count * row.itemsize), row)
        return ask(rows.copy().view(np.recarray), now_s)

    return _CALLBACK(called)


def door_address(door: Any) -> int:
    """Where a kernel finds a door of either kind."""
    if hasattr(door, "address"):
        return int(door.address)
    return int(ctypes.cast(door, ctypes.c_void_p).value or 0)
