"""What a plan expects of a network: each piece at the median of the replications."""

from __future__ import annotations

import numpy as np

from racktwin.run import expected_receipts
from racktwin.run.expected_receipts import REPLICATIONS


def test_each_piece_comes_at_the_median_and_what_seldom_comes_does_not() -> None:
    first = [np.array([float(number), 100.0 + number]) for number in range(REPLICATIONS)]
    seldom = [
        *first[: REPLICATIONS // 2],
        *(np.array([float(number)]) for number in range(REPLICATIONS // 2, REPLICATIONS)),
    ]
    middle = REPLICATIONS // 2

    assert expected_receipts._median(first).tolist() == [middle, 100.0 + middle]
    assert expected_receipts._median(seldom).tolist() == [middle]
    assert expected_receipts._median(first[:middle]).tolist() == []
