"""Empty tables of rows."""

from __future__ import annotations

import numpy as np

from . import tables
from .tables import DTYPES


def records(name: str, count: int) -> tables.Records:
    return np.zeros(count, DTYPES[name]).view(np.recarray)


def chained(name: str, count: int) -> tables.Records:
    """Unused rows, each leading to the next."""
    rows = records(name, count)
    rows.following = np.arange(1, count + 1)
    rows.following[-1] = -1
    return rows


def power_of_two(count: int) -> int:
    return 1 << max(count - 1, 1).bit_length()
