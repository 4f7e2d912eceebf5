"""Many draws at once are those that a kernel takes one by one."""

from __future__ import annotations

import numpy as np

from racktwin.sim.draws import fill_uniforms
from racktwin.sim.residual import uniforms
from racktwin.sim.rng import stream_key


def test_draws_are_those_of_their_entities() -> None:
    key, found = stream_key(7, 0, "fleet/test"), np.empty(5)
    fill_uniforms(key, 3, 2, found)
    assert found.tolist() == list(uniforms([int(key)] * 5, [3, 4, 5, 6, 7], [2] * 5))
