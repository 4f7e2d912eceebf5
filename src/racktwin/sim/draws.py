"""Many draws of a named stream at once, for code that is no kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import entry_point
from .rng import uniform


def fill_uniforms(key: Any, first_entity: int, draw: int, out: Any) -> None:
    """Set ``out[k]`` to draw number ``draw`` of entity ``first_entity + k`` in the stream ``key``."""
    with np.errstate(over="ignore"):  # Philox multiplies modulo 2^64; uncompiled, numpy would warn of it
        _fill(key, first_entity, draw, out)


@entry_point
def _fill(key: Any, first_entity: int, draw: int, out: Any) -> None:
    for k in range(len(out)):
        out[k] = uniform(key, first_entity + k, draw)
