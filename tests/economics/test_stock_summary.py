"""What of a tick's demand was given in that tick."""

from __future__ import annotations

import numpy as np

from racktwin.economics.stock_summary import given_at_once


def test_what_is_owed_is_the_newest_and_what_is_lost_was_not_given() -> None:
    """All, with some owed, with some owed and lost, and with more owed than was asked for since."""
    demand, owed, lost = np.array([5.0, 5.0, 5.0, 5.0]), np.array([0.0, 2.0, 2.0, 7.0]), np.array([0.0, 0.0, 1.0, 0.0])
    assert given_at_once(demand, owed, lost).tolist() == [5.0, 3.0, 2.0, 0.0]
