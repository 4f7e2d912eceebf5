"""Random numbers by name: a draw is a pure function of (seed, replication, stream, entity, draw).

Philox-2x64 with ten rounds (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC'11).
Since no draw depends on the order of events, two scenarios that differ in one place use equal numbers everywhere
else (common random numbers), and any replication can be run alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, cast

import numpy as np
from llvmlite.ir import IntType
from numba.core import types
from numba.core.extending import intrinsic

from .jit import IS_COMPILED, kernel

_MULTIPLIER = np.uint64(0xD2B74407B1CE6E93)
_WEYL = np.uint64(0x9E3779B97F4A7C15)
_LOW_HALF = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_SHIFT_52 = np.uint64(12)
_TO_UNIT = 2.0**-52


def stream_key(seed: int, replication: int, name: str) -> np.uint64:
    """The 64-bit key of the stream ``name``."""
    return np.uint64(stream_keys(seed, replication, [name])[0])


def stream_keys(seed: int, replication: int, names: Iterable[str]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """The keys of many streams at once: a plant has thousands, and each replication its own."""
    of_replication = hashlib.blake2b(f"{seed}/{replication}/".encode(), digest_size=8)
    digests = []
    for name in names:
        digest = of_replication.copy()
        digest.update(name.encode())
        digests.append(digest.digest())
    return np.frombuffer(b"".join(digests), "<u8").astype(np.uint64)


def _multiply_high(a: Any, b: Any) -> Any:
    """The upper 64 bits of the 128-bit product of two uint64: what runs uncompiled."""
    a_low, a_high = a & _LOW_HALF, a >> _HALF
    b_low, b_high = b & _LOW_HALF, b >> _HALF
    cross = (a_low * b_low >> _HALF) + (a_high * b_low & _LOW_HALF) + a_low * b_high
    return a_high * b_high + (a_high * b_low >> _HALF) + (cross >> _HALF)


@intrinsic
def _multiply_high_compiled(typing_context: Any, a: Any, b: Any) -> Any:
    """The same in one instruction of the processor, which halves the time of a draw."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word, wide = arguments[0].type, IntType(128)
        product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        return builder.trunc(builder.lshr(product, wide(64)), word)

    return types.uint64(types.uint64, types.uint64), generate


multiply_high: Callable[[Any, Any], Any] = (
    cast(Callable[[Any, Any], Any], _multiply_high_compiled) if IS_COMPILED else _multiply_high
)


@kernel
def philox(key: Any, counter_0: Any, counter_1: Any) -> Any:
    """Two uint64 from Philox-2x64-10 for a uint64 key and a 128-bit counter (two uint64)."""
    left, right = counter_0, counter_1
    for _ in range(10):
        high = multiply_high(_MULTIPLIER, left)
        low = _MULTIPLIER * left
        left, right = high ^ key ^ right, low
        key = key + _WEYL
    return left, right


@kernel
def uniform(key: Any, entity: int, draw: int) -> float:
    """A number in (0, 1) for draw number ``draw`` of ``entity`` in the stream ``key``.

    52 bits and a half are exact as a float; a half more than 53 bits would round up to 1.
    """
    bits, _ = philox(key, np.uint64(draw), np.uint64(entity))
    return ((bits >> _SHIFT_52) + 0.5) * _TO_UNIT
