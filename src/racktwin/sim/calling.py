"""Calling a user's compiled function by its address, which is data: the kernel is not compiled again for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import types
from numba.core.extending import intrinsic

from .jit import IS_COMPILED
from .rows import first_row

_uncompiled: list[Callable[[Any, int, float], int]] = []


def address_of(function: Callable[[Any, int, float], int]) -> int:
    """A number by which :data:`call_by_address` finds an uncompiled function, for as long as the process lives."""
    _uncompiled.append(function)
    return len(_uncompiled) - 1


@intrinsic
def _call(typing_context: Any, address: Any, table: Any, count: Any, now_s: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, rows, number, instant = arguments
        first = first_row(context, builder, signature.args[1], rows)
        pointer, whole, real = ir.IntType(8).as_pointer(), ir.IntType(64), ir.DoubleType()
        function = builder.inttoptr(target, ir.FunctionType(whole, [pointer, whole, real]).as_pointer())
        return builder.call(function, [builder.bitcast(first, pointer), number, instant])

    return types.int64(types.int64, table, types.int64, types.float64), generate


def _call_uncompiled(address: int, table: Any, count: int, now_s: float) -> int:
    return _uncompiled[address](table, count, now_s)


call_by_address: Callable[[int, Any, int, float], int] = (
    cast(Callable[[int, Any, int, float], int], _call) if IS_COMPILED else _call_uncompiled
)
"""``call_by_address(address, table, count, now_s)``: what the C function ``int64 f(row *, int64, double)`` returns."""
