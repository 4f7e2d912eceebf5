"""The plant at any setting of the levers: compiled once, each replication simulated once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from racktwin.errors import ScenarioError
from racktwin.model import Scenario
from racktwin.plan.sweep.variant import scenario_with
from racktwin.plan.unrecorded import UNRECORDED, in_window, require_unrecorded
from racktwin.run.chain import Chain, compile_chain

from .levers import Lever

Setting = tuple[int, ...]
"""The level of each lever, from 0."""


class Samples(Protocol):
    """Anything that has KPIs at a setting of levers, replication by replication, on common random numbers."""

    def value(self, setting: Setting, kpi: str, replication: int) -> float:
        """The KPI; NaN where there is none, or no such plant."""
        ...


@dataclass
class Plant:
    """A scenario's document with its levers; ``seed`` None is the scenario's own."""

    document: Mapping[str, Any]
    levers: Sequence[Lever]
    seed: int | None = None
    _lines: dict[Setting, tuple[Scenario, Chain] | None] = field(default_factory=dict)
    _values: dict[tuple[Setting, int], dict[str, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def value(self, setting: Setting, kpi: str, replication: int) -> float:
        require_unrecorded(kpi)
        key = (setting, replication)
        if key not in self._values:
            self._values[key] = self._simulate(setting, replication)
        return self._values[key].get(kpi, float("nan"))

    def _simulate(self, setting: Setting, replication: int) -> dict[str, float]:
        line = self._line(setting)
        if line is None:
            return {}
        scenario, chain = line
        seed = scenario.seed if self.seed is None else self.seed
        shipments = chain.replicate(replication, seed, is_recording=False)["shipments"]
        shipped = in_window(shipments, (float(scenario.warm_up_s), float(scenario.horizon_s)))
        return {name: kpi(shipped) for name, kpi in UNRECORDED.items()}

    def _line(self, setting: Setting) -> tuple[Scenario, Chain] | None:
        with self._lock:
            if setting not in self._lines:
                try:
                    scenario = scenario_with(self.document, self.overrides(setting))
                    self._lines[setting] = scenario, compile_chain(scenario)
                except ScenarioError:
                    self._lines[setting] = None
            return self._lines[setting]

    def overrides(self, setting: Setting) -> tuple[str, ...]:
        """The overrides that make the plant of the setting."""
        return tuple(f"{lever.path}={lever.values[level]}" for lever, level in zip(self.levers, setting, strict=True))
