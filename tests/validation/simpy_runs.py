"""What the SimPy twins of ``benchmarks/line`` tell, a replication at a time, and what they told when it was recorded.

SimPy takes a minute for what racktwin does in seconds, and tells the same each time. A recording counts only for what
it was made from; ``python -m tests.validation.simpy_runs`` makes it again.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.line import simpy_twin
from benchmarks.line.plants import PLANTS, Plant

from tests.untraced import untraced

SIZES = {
    "mm4": (10_000, 20),
    "buffered_line": (5_000, 24),
    "reentrant": (2_500, 20),
    "plant": (1_500, 12),
    "limited_plant": (1_000, 12),
}
"""Parts released, on average, and replications, so that the intervals are as narrow as ``twins.MARGIN``."""
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.95)
SEED = 77_000
RECORDED = Path(__file__).parent / "recorded" / "simpy_twins.json"

Told = dict[str, float]


def tell(plant: Plant, cycles_s: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Told:
    """The observables of one replication."""
    told = {"throughput, 1/s": len(cycles_s) / plant.horizon_s, "cycle time, s: mean": float(cycles_s.mean())}
    told["cycle time, s: standard deviation"] = float(cycles_s.std())
    for p in QUANTILES:
        told[f"cycle time, s: {100 * p:g} % quantile"] = float(np.quantile(cycles_s, p))
    return told


def simulated(plant: Plant, replication: int) -> Told:
    """One replication of SimPy's."""
    with untraced():
        shipments = simpy_twin.run(plant.to_json(), SEED + replication)
    return tell(plant, np.array([one.shipped_s - one.release_s for one in shipments]))


def recorded(name: str) -> list[Told]:
    """The replications of one plant as recorded; none where they were made from something else."""
    recording = json.loads(RECORDED.read_text(encoding="utf-8")).get(name, {})
    found: list[Told] = recording["told"] if recording.get("made_from") == _made_from(name) else []
    return found


def _made_from(name: str) -> str:
    """A digest of the plant, the seed, and how they are simulated and told."""
    parts, replications = SIZES[name]
    sources = [inspect.getsource(simpy_twin), inspect.getsource(tell), inspect.getsource(simulated)]
    return _digest([PLANTS[name](parts).to_json(), replications, SEED, QUANTILES, sources])


def _digest(content: Any) -> str:
    return hashlib.blake2b(json.dumps(content).encode(), digest_size=16).hexdigest()


def _record() -> None:
    recordings = {
        name: {
            "made_from": _made_from(name),
            "told": [simulated(PLANTS[name](parts), replication) for replication in range(replications)],
        }
        for name, (parts, replications) in SIZES.items()
    }
    RECORDED.write_text(json.dumps(recordings, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _record()
