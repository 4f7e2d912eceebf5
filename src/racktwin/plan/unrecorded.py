"""KPIs without tables: what shipments alone tell, for sweeps that run a line thousands of times.

A replication without recording takes a fraction of the time of a recorded one and leaves nothing on disk. The KPIs
here are those of :mod:`racktwin.kpi` for the whole plant, computed again; tests/plan holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from racktwin.errors import RacktwinError
from racktwin.run.chain import Chain, compile_chain

if TYPE_CHECKING:
    import pyarrow as pa

    from racktwin.model import Scenario

Floats = npt.NDArray[np.float64]
_WEEK_S = 7 * 86400.0
_KWH_J = 3.6e6
_HOUR_S = 3600.0

Columns = Mapping[str, Floats]


@dataclass(frozen=True)
class Shipped:
    """The products shipped in the observed window, column by column, and its length."""

    columns: Columns
    observed_s: float

    def __len__(self) -> int:
        return len(self.columns["shipped_s"])

    @property
    def cycle_s(self) -> Floats:
        """From release to shipping."""
        return np.asarray(self.columns["shipped_s"] - self.columns["release_s"])

    def mean(self, column: str) -> float:
        """Mean of a column; NaN where nothing was shipped."""
        return _mean(self.columns[column])


def _mean(values: npt.NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _quantile(values: Floats, p: float) -> float:
    return float(np.quantile(values, p)) if len(values) else float("nan")


def _on_time(shipped: Shipped) -> float:
    due_s = shipped.columns["due_s"]
    has_due = ~np.isnan(due_s)
    return _mean((shipped.columns["shipped_s"] <= due_s)[has_due].astype(np.float64))


def _tardiness_s(shipped: Shipped) -> float:
    late_s = shipped.columns["shipped_s"] - shipped.columns["due_s"]
    return _mean(np.maximum(late_s[~np.isnan(late_s)], 0.0))


UNRECORDED: dict[str, Callable[[Shipped], float]] = {
    "throughput": lambda shipped: len(shipped) * _WEEK_S / shipped.observed_s,
    "shipped": lambda shipped: float(len(shipped)),
    "cycle_time_mean": lambda shipped: _mean(shipped.cycle_s),
    "cycle_time_p50": lambda shipped: _quantile(shipped.cycle_s, 0.5),
    "cycle_time_p95": lambda shipped: _quantile(shipped.cycle_s, 0.95),
    "on_time_share": _on_time,
    "tardiness_mean": _tardiness_s,
    "energy_per_product": lambda shipped: shipped.mean("energy_j") / _KWH_J,
    "labour_per_product": lambda shipped: shipped.mean("labour_s") / _HOUR_S,
    "latent_escapes": lambda shipped: shipped.mean("latent_escapes"),
    "patent_escapes": lambda shipped: shipped.mean("patent_escapes"),
}
"""The KPIs that need no recording, by name."""


def require_unrecorded(kpi: str) -> None:
    """RacktwinError unless the KPI needs no recording."""
    if kpi not in UNRECORDED:
        raise RacktwinError(f"{kpi!r} cannot be swept\n    → choose from {', '.join(UNRECORDED)}")


@dataclass(frozen=True)
class Experiment:
    """A chain of engines, ready to be asked for one KPI of any replication."""

    chain: Chain
    kpi: str
    seed: int
    window_s: tuple[float, float]

    @classmethod
    def of(cls, scenario: Scenario, kpi: str, seed: int | None = None) -> Experiment:
        """The scenario's line; ``seed`` defaults to the scenario's. Raises RacktwinError for an unfit KPI."""
        require_unrecorded(kpi)
        window_s = float(scenario.warm_up_s), float(scenario.horizon_s)
        return cls(compile_chain(scenario), kpi, scenario.seed if seed is None else seed, window_s)

    def value(self, replication: int) -> float:
        """The KPI in that replication; NaN where there is nothing to measure."""
        shipments = self.chain.replicate(replication, self.seed, is_recording=False)["shipments"]
        return UNRECORDED[self.kpi](in_window(shipments, self.window_s))

    def mean(self, replications: int) -> float:
        """The mean over the first ``replications``."""
        return float(np.mean([self.value(replication) for replication in range(replications)]))


def in_window(shipments: pa.Table, window_s: tuple[float, float]) -> Shipped:
    """The shipments between the ends of a window (s)."""
    names = [name for name in shipments.column_names if name not in ("replication", "part")]
    shipped_s = shipments["shipped_s"].to_numpy()
    seen = (shipped_s >= window_s[0]) & (shipped_s <= window_s[1])
    columns = {name: shipments[name].to_numpy()[seen].astype(np.float64) for name in names}
    return Shipped(columns, window_s[1] - window_s[0])
