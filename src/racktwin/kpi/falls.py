"""By how much each feed's draw falls at most from one moment to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from racktwin.results import RunFolder

SCHEMA = pa.schema([("replication", pa.int64()), ("feed", pa.string()), ("fall_w", pa.float64())])


def largest_falls(run: RunFolder) -> pa.Table:
    """A row per replication and feed whose draw changes in the observed window; empty where there is no hall.

    Here and not in SQL, whose window functions sort all replications at once: 150 MB for ten of Georgetown.
    """
    falls = [] if run.scenario.hall is None else [_of_replication(run, number) for number in run.replications]
    return pa.concat_tables([SCHEMA.empty_table(), *falls])


def _of_replication(run: RunFolder, replication: int) -> pa.Table:
    limits = run.table("limits", ["name", "quantity", "start_s", "draw"], replication)
    names, quantities = (limits[column].combine_chunks() for column in ("name", "quantity"))
    start_s, is_power = limits["start_s"].to_numpy(), np.array(quantities.dictionary.to_pylist()) == "power"
    chosen = is_power[quantities.indices.to_numpy()] if len(limits) else np.zeros(0, bool)
    chosen &= (start_s >= run.manifest.warm_up_s) & (start_s <= run.manifest.horizon_s)
    feed, start_s, draw_w = names.indices.to_numpy()[chosen], start_s[chosen], limits["draw"].to_numpy()[chosen]
    order = np.argsort(feed.astype(np.int16), kind="stable")
    if (np.diff(start_s[order])[np.diff(feed[order]) == 0] < 0.0).any():  # rows come feed by feed in order of time
        order = np.lexsort((start_s, feed))
    feed, fall_w = feed[order], -np.diff(draw_w[order])
    same = feed[1:] == feed[:-1]
    largest = np.full(len(names.dictionary), -np.inf)
    np.maximum.at(largest, feed[1:][same], fall_w[same])
    found = np.flatnonzero(np.isfinite(largest))
    return pa.table(
        [np.full(len(found), replication), names.dictionary.take(pa.array(found)).cast(pa.string()), largest[found]],
        schema=SCHEMA,
    )
