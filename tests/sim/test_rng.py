"""Random numbers against the published answers of Philox, and as uniforms."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from scipy import stats

from racktwin.sim.rng import stream_key, stream_keys

from . import compiled

# Random123 1.14, kat_vectors: philox2x64, 10 rounds: counter, key, result.
KNOWN = [
    ((0, 0), 0, (0xCA00A0459843D731, 0x66C24222C9A845B5)),
    (
        (0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF),
        0xFFFFFFFFFFFFFFFF,
        (0x65B021D60CD8310F, 0x4D02F3222F86DF20),
    ),
    (
        (0x243F6A8885A308D3, 0x13198A2E03707344),
        0xA4093822299F31D0,
        (0x0A5E742C2997341C, 0xB0F883D38000DE5D),
    ),
]


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN)
def test_philox_gives_the_published_answers(counter: tuple[int, int], key: int, result: tuple[int, int]) -> None:
    with np.errstate(over="ignore"):
        words = compiled.philox(np.uint64(key), np.uint64(counter[0]), np.uint64(counter[1]))
    assert tuple(int(word) for word in words) == result


def test_uniforms_are_uniform_and_uncorrelated() -> None:
    with np.errstate(over="ignore"):
        u = compiled.uniforms(stream_key(1, 0, "line/test"), 0, 4000, 7)
    assert 0.0 < u.min() < u.max() < 1.0
    assert stats.kstest(u, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 0.05


@pytest.mark.parametrize("bits", [0, 2**64 - 1])
def test_the_extreme_bits_stay_within_0_and_1(bits: int) -> None:
    key = int(stream_key(1, 0, "line/test"))
    draw, entity = next(counter for word in range(100) if max(counter := _counter_for(bits, word, key)) < 2**63)
    with np.errstate(over="ignore"):
        assert int(compiled.philox(np.uint64(key), np.uint64(draw), np.uint64(entity))[0]) == bits
        (u,) = compiled.uniforms(np.uint64(key), entity, 1, draw)
    assert 0.0 < u < 1.0
    assert min(u, 1.0 - u) == 2.0**-53


def _counter_for(left: int, right: int, key: int) -> tuple[int, int]:
    """The counter from which Philox comes to ``left, right``: the rounds backwards, in Python's whole numbers."""
    multiplier, weyl, mask = 0xD2B74407B1CE6E93, 0x9E3779B97F4A7C15, 2**64 - 1
    for number in reversed(range(10)):
        before = right * pow(multiplier, -1, 2**64) & mask
        left, right = before, left ^ (multiplier * before >> 64) ^ (key + number * weyl & mask)
    return left, right


def test_streams_differ_by_seed_replication_and_name() -> None:
    keys = {int(stream_key(seed, r, name)) for seed in (1, 2) for r in (0, 1) for name in ("a", "b")}
    assert len(keys) == 8


def test_keys_of_many_streams_are_those_of_each_by_name() -> None:
    names = ["line/rack/assemble", "line/rack/köln", ""]
    digests = [hashlib.blake2b(f"7/3/{name}".encode(), digest_size=8).digest() for name in names]
    expected = [int.from_bytes(digest, "little") for digest in digests]
    assert stream_keys(7, 3, names).tolist() == expected
    assert [int(stream_key(7, 3, name)) for name in names] == expected
    assert stream_keys(7, 3, []).tolist() == []
