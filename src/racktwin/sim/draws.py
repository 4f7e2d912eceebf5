"""Many draws of a named stream at once, for code that is no kernel."""

from __future__ import annotations

from typing import Any

from .jit import entry_point
from .rng import uniform


@entry_point
def fill_uniforms(key: Any, first_entity: int, draw: int, out: Any) -> None:
    """Set ``out[k]`` to draw number ``draw`` of entity ``first_entity + k`` in the stream ``key``."""
    for k in range(len(out)):
        out[k] = uniform(key, first_entity + k, draw)
