"""What LLVM is told of kernels, and how often numba compiles them."""

from __future__ import annotations

import math
from typing import Any

import numba
import pytest

from racktwin.sim.jit import IS_COMPILED, inlined, kernel, rare

pytestmark = pytest.mark.skipif(not IS_COMPILED, reason="needs compiled kernels")


@rare
def _seldom(x: float) -> float:
    return 3.0 * x


@inlined
def _often(x: float, times: int) -> float:
    """Long enough that LLVM would not put it into each caller by itself."""
    for _ in range(times):
        if x < 1.0:
            x = math.exp(x) + 1.0 / (x + 0.5)
        elif x < 3.0:
            x = math.log(x) * math.cos(x) + 2.0
        elif x < 10.0:
            x = math.sqrt(x) + math.sin(x) ** 3.0
        elif x < 50.0:
            x = math.atan2(x, 3.0) / math.tanh(x)
        else:
            x = (x % 7.0) * math.log1p(x)
        for k in range(times):
            x += math.exp(-x * k) if k % 3 else math.expm1(-x) * k
    return x


@kernel
def _both(x: float, times: int) -> float:
    return _seldom(x) + _often(x, times) + _often(x, 7)


@numba.njit
def _called(x: float) -> float:
    return _both(x, 2) + _both(x, 3)


@pytest.fixture(scope="module")
def called() -> Any:
    function: Any = _called
    function(1.0)
    return function


def test_what_is_rare_is_called_and_what_is_inlined_is_not(called: Any) -> None:
    (llvm,) = called.inspect_llvm().values()
    calls = [line for line in llvm.splitlines() if " call " in line]
    assert any("_seldom" in line for line in calls)
    assert not any("_often" in line for line in calls)


def test_constants_do_not_compile_a_kernel_again(called: Any) -> None:
    assert len(_both.overloads) == len(_often.overloads) == 1  # type: ignore[attr-defined]
