"""The engines of a scenario, one after another in each replication: what one gives, the next receives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from racktwin.engines.fleet import DECISIONS, CompiledFleet, compile_fleet, replicate_fleet
from racktwin.engines.line import (
    CompiledLine,
    DispatchRule,
    PlannedStarts,
    Sink,
    compile_line,
    replicate,
    replicate_into,
    with_receipts,
)
from racktwin.engines.supply import replicate_supply
from racktwin.errors import SimulationError
from racktwin.model import Scenario
from racktwin.model.quantity import Count
from racktwin.model.requirements import line_stocks

_HALL = "fleet."


@dataclass(frozen=True)
class Chain:
    """A scenario ready to be replicated; ``line`` and ``fleet`` are None where there is none.

    ``hall_rules`` decide ``order``, ``placement`` or ``cap`` in the hall.
    """

    scenario: Scenario
    line: CompiledLine | None
    fleet: CompiledFleet | None = None
    hall_rules: Mapping[str, DispatchRule] = field(default_factory=dict)

    @property
    def rules(self) -> dict[str, DispatchRule]:
        """The rules by which work centers of the line order their queues."""
        if self.line is None:
            return {}
        return {self.line.names.work_centers[center]: rule for center, rule in self.line.rules.items()}

    def supply(self, replication: int, seed: int) -> dict[str, pa.Table]:
        """The tables of the supply engine; empty without a network."""
        return replicate_supply(self.scenario, replication, seed) if self.scenario.has_supply else {}

    def receipts(self, supply: dict[str, pa.Table]) -> pa.Table | None:
        """What of the network's receipts reaches the line."""
        stocks = line_stocks(self.scenario)
        if not supply or not stocks:
            return None
        receipts = supply["part_receipts"]
        return receipts.filter(pc.is_in(receipts["stock"].cast(pa.string()), pa.array(list(stocks.values()))))

    def replicate(
        self, replication: int, seed: int, *, is_recording: bool = True, supply: dict[str, pa.Table] | None = None
    ) -> dict[str, pa.Table]:
        """The tables of all engines in one replication.

        Without recording the line has rows in ``shipments`` and ``work_orders`` only, and no fleet is run; ``supply``
        is then what :meth:`supply` gives, if that is known already. Raises SimulationError if a simulated state breaks
        one of its own rules.
        """
        if not is_recording:
            tables = dict(self.supply(replication, seed) if supply is None else supply)
            if self.line is not None:
                line = self._supplied_line(self.line, tables)
                tables |= replicate(line, replication, seed, is_recording=False)
            return tables
        batches: list[dict[str, pa.Table]] = []
        self.replicate_into(batches.append, replication, seed)
        names = dict.fromkeys(name for batch in batches for name in batch)
        return {name: _joined([batch[name] for batch in batches if name in batch]) for name in names}

    def replicate_into(self, sink: Sink, replication: int, seed: int) -> None:
        """As :meth:`replicate`, each engine's rows handed to ``sink`` in batches as they come."""
        tables = self.supply(replication, seed)
        sink(tables)
        shipments: list[pa.Table] = []
        defects: list[pa.Table] = []
        if self.line is not None:

            def take(batch: dict[str, pa.Table]) -> None:
                if self.fleet is not None:
                    shipments.append(batch["shipments"])
                    defects.append(batch["defects"])
                sink(batch)

            replicate_into(take, self._supplied_line(self.line, tables), replication, seed)
        if self.fleet is not None:
            told = [_joined(rows) if rows else None for rows in (shipments, defects)]
            sink(replicate_fleet(self.fleet, replication, seed, *told, rules=self.hall_rules))

    def _supplied_line(self, line: CompiledLine, supply: dict[str, pa.Table]) -> CompiledLine:
        receipts = self.receipts(supply)
        return line if receipts is None else with_receipts(line, receipts)


def compile_chain(
    scenario: Scenario, rules: Mapping[str, DispatchRule] | None = None, plan: PlannedStarts | None = None
) -> Chain:
    """The scenario's engines, with ``rules`` by what they decide, the line following ``plan``.

    A rule belongs to a work center of the line, or to the hall: ``fleet.order``, ``fleet.placement``, ``fleet.cap``.
    The scenario must have passed ``scenario.checks``. Raises SimulationError where a rule has nothing to decide.
    """
    of_line, of_hall = _by_engine(scenario, rules or {})
    return Chain(
        scenario,
        compile_line(_supplied(scenario.of_line), plan, of_line) if scenario.has_line else None,
        compile_fleet(scenario) if scenario.hall is not None else None,
        of_hall,
    )


def _by_engine(
    scenario: Scenario, rules: Mapping[str, DispatchRule]
) -> tuple[dict[str, DispatchRule], dict[str, DispatchRule]]:
    """Rules of the line by work center, and rules of the hall by what they decide."""
    of_hall = {name.removeprefix(_HALL): rule for name, rule in rules.items() if name.startswith(_HALL)}
    of_line = {name: rule for name, rule in rules.items() if not name.startswith(_HALL)}
    if unknown := [f"{_HALL}{name}" for name in of_hall if name not in DECISIONS]:
        known = ", ".join(f"{_HALL}{name}" for name in DECISIONS)
        raise SimulationError(
            f"rules for what the hall does not decide: {', '.join(unknown)}\n    → choose from {known}"
        )
    if of_hall and scenario.hall is None:
        raise SimulationError("a rule for the hall, but the scenario has none\n    → describe one: see docs/fleet.md")
    if of_line and not scenario.has_line:
        known = ", ".join(f"{_HALL}{name}" for name in DECISIONS)
        raise SimulationError(
            f"rules for work centers, but the scenario has no line: {', '.join(of_line)}\n    → choose from {known}"
        )
    return of_line, of_hall


def _joined(tables: list[pa.Table]) -> pa.Table:
    """Rows that came in batches, or from two engines, as one table."""
    return pa.concat_tables(tables).unify_dictionaries()


def _supplied(scenario: Scenario) -> Scenario:
    """The scenario with the parts that its network brings to the line coming by receipts only, from nothing on hand."""
    brought = line_stocks(scenario) if scenario.has_supply else {}
    if not brought:
        return scenario
    by_receipts = {"supply": "receipts", "initial_stock": Count(0)}
    parts = {
        name: part.model_copy(update=by_receipts) if name in brought else part for name, part in scenario.parts.items()
    }
    return scenario.model_copy(update={"parts": parts})
