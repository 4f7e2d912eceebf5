"""Random numbers against the published answers of Philox, and as uniforms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from racktwin.sim.rng import stream_key

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


def test_streams_differ_by_seed_replication_and_name() -> None:
    keys = {int(stream_key(seed, r, name)) for seed in (1, 2) for r in (0, 1) for name in ("a", "b")}
    assert len(keys) == 8
