"""Rows gathered on the way to the tables of :mod:`.tables`: nodes, what replenishes them, who asks them, and when."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from racktwin.sim.distributions import FIXED

from .tables import DTYPES, FIFO, SEQUENCE, STOCK, SUPPLY, Supply

Row = dict[str, Any]


@dataclass
class NodeRow:
    """A node with its ways and demands, before the nodes are put in order. ``row`` holds fields of the node table."""

    name: str
    row: Row
    ways: list[WayRow] = field(default_factory=list)
    demands: list[Row] = field(default_factory=list)


@dataclass
class WayRow:
    """A way with its arcs."""

    name: str
    row: Row
    arcs: list[ArcRow] = field(default_factory=list)


@dataclass
class ArcRow:
    """An arc from the node ``upstream`` (None: a source that never lacks)."""

    upstream: str | None
    row: Row
    priority: int = 0


@dataclass
class Streams:
    """Names of random streams by table, field and row: a replication turns them into keys."""

    names: dict[tuple[str, str], dict[int, str]] = field(default_factory=lambda: defaultdict(dict))


@dataclass
class Builder:
    """Everything gathered; :meth:`finish` puts nodes in order and lays out the tables."""

    horizon: int
    tick_s: float = 1.0
    is_whole: bool = True
    slack: int = 0
    nodes: dict[str, NodeRow] = field(default_factory=dict)
    laws: list[Row] = field(default_factory=list)
    samples: list[float] = field(default_factory=list)
    subjects: list[np.ndarray[Any, Any]] = field(default_factory=list)
    forecasts: list[np.ndarray[Any, Any]] = field(default_factory=list)
    streams: Streams = field(default_factory=Streams)

    @property
    def ticks(self) -> int:
        """Ticks for which conditions and forecasts are known: the horizon and some more."""
        return self.horizon + self.slack

    def law(self, **row: Any) -> int:
        """A row of the law table, in seconds."""
        self.laws.append(row)
        return len(self.laws) - 1

    def subject(self, *factors: Any) -> int:
        """The first of new rows of conditions, one per argument: arrays of one factor per tick."""
        self.subjects += [np.broadcast_to(np.asarray(each, dtype=np.float64), (self.ticks,)) for each in factors]
        return len(self.subjects) - len(factors)

    def forecast(self, pieces: Any) -> int:
        """A row of forecasts: pieces per tick."""
        self.forecasts.append(np.broadcast_to(np.asarray(pieces, dtype=np.float64), (self.ticks,)))
        return len(self.forecasts) - 1

    def series(self, values: Sequence[float]) -> tuple[int, int]:
        """(first, count) of new samples."""
        first = len(self.samples)
        self.samples.extend(float(value) for value in values)
        return first, len(values)

    def node(self, name: str, **row: Any) -> NodeRow:
        """A new node."""
        self.nodes[name] = NodeRow(name, {"place": -1, "capacity": -1, "per_tick": math.inf, "review": 1, **row})
        return self.nodes[name]

    def slots_of(self, laws: Iterable[int], lag: int = 0) -> int:
        """Slots of a ring for the sum of these laws: as many as needed if all are fixed, as ticks if one is random."""
        ticks = 0.0
        for law in laws:
            if law >= 0:
                if self.laws[law]["kind"] != FIXED or self.subjects:
                    return self.horizon + lag + 2
                ticks += self.laws[law]["a"] / self.tick_s
        return max(2, int(ticks + 0.5) + lag + 1)

    def fixed_ticks(self, laws: Iterable[int], *subjects: int) -> int:
        """Ticks of these laws in sum where all are fixed and no condition stretches them, else -1."""
        rows = [self.laws[law] for law in laws if law >= 0]
        if max(subjects) >= 0 or any(row["kind"] != FIXED for row in rows):
            return -1
        return int(sum(row["a"] for row in rows) / self.tick_s + 0.5)

    def finish(self) -> tuple[Supply, tuple[str, ...], dict[str, int]]:
        """The tables, the names of the ways by row, and the row of each node. Sourcing must be free of circles."""
        order = in_order(self.nodes)
        number = {name: index for index, name in enumerate(order)}
        layout = _Layout(self, number)
        for name in order:
            layout.add_node(self.nodes[name])
        layout.add_claims()
        layout.add_below(order)
        return layout.tables(), tuple(layout.way_names), number


def in_order(nodes: dict[str, NodeRow]) -> list[str]:
    """The nodes, each after those that replenish it; otherwise as they were declared."""
    placed: dict[str, None] = {}

    def place(name: str) -> None:
        if name in placed:
            return
        for way in nodes[name].ways:
            for arc in way.arcs:
                if arc.upstream is not None:
                    place(arc.upstream)
        placed[name] = None

    for name in nodes:
        place(name)
    return list(placed)


class _Layout:
    def __init__(self, builder: Builder, number: dict[str, int]) -> None:
        self.builder = builder
        self.number = number
        self.rows: dict[str, list[Row]] = {name: [] for name in DTYPES}
        self.way_names: list[str] = []
        self.asked_by: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.claimants: dict[str, list[Row]] = defaultdict(list)
        self.ring = 0
        self.order_ring = 0
        self.has_history = False

    def add_node(self, node: NodeRow) -> None:
        """A node with its ways, arcs and demands."""
        row = {"first_way": len(self.rows["ways"]), "n_ways": len(node.ways), "kind": STOCK, **node.row}
        for way in node.ways:
            self._add_way(way, len(self.rows["nodes"]))
        for demand in node.demands:
            self.claimants[node.name].append(
                {"arc": -1, "demand": len(self.rows["demands"]), "priority": demand.pop("priority", 0)}
            )
            name = demand.pop("stream", None)
            if name is not None:
                self.builder.streams.names["demands", "key"][len(self.rows["demands"])] = name
            self.rows["demands"].append({"factor": -1, "every": 1, "is_backordered": 1, **demand})
        self.rows["nodes"].append(row)

    def _add_way(self, way: WayRow, node: int) -> None:
        builder = self.builder
        row = {"law": -1, "capacity": -1, "per_tick": math.inf, "good": 1.0, "share": 1.0, **way.row}
        slots = builder.slots_of([row["law"]]) if row["law"] >= 0 else 0
        row |= {"node": node, "first_arc": len(self.rows["arcs"]), "n_arcs": len(way.arcs)}
        row |= {"first_slot": self.ring, "slots": slots}
        self.ring += slots
        number = len(self.rows["ways"])
        builder.streams.names["ways", "lead_key"][number] = f"supply/{way.name}/making"
        builder.streams.names["ways", "good_key"][number] = f"supply/{way.name}/yield"
        self.way_names.append(way.name)
        for index, arc in enumerate(way.arcs):
            self._add_arc(arc, number, f"supply/{way.name}/{index}/lead_time")
        self.rows["ways"].append(row)

    def _add_arc(self, arc: ArcRow, way: int, stream: str) -> None:
        none = dict.fromkeys(("supply_law", "lane_law", "lane", "expedite_law", "expedite_lane", "stretch"), -1)
        row = {**none, "count": 1.0, "order_lag": 0, **arc.row}
        number = len(self.rows["arcs"])
        way_laws = [row["supply_law"], row["lane_law"]]
        slots = self.builder.slots_of([*way_laws, row["expedite_law"]], row["order_lag"])
        upstream = -1 if arc.upstream is None else self.number[arc.upstream]
        row |= {"way": way, "upstream": upstream, "first_slot": self.ring, "slots": slots}
        row["fixed_lead"] = min(
            self.builder.fixed_ticks(way_laws, row["lane"], row["stretch"]), slots - 1 - row["order_lag"]
        )
        row |= {"first_order_slot": self.order_ring, "claim": -1}
        self.ring += slots
        self.order_ring += row["order_lag"] + 1
        if arc.upstream is not None:
            self.claimants[arc.upstream].append({"arc": number, "demand": -1, "priority": arc.priority})
        self.builder.streams.names["arcs", "lead_key"][number] = stream
        self.rows["arcs"].append(row)

    def add_claims(self) -> None:
        """Claims of each node in a row: arcs as they were declared, then customers."""
        for name, index in self.number.items():
            node = self.rows["nodes"][index]
            claimants = sorted(self.claimants[name], key=lambda claim: claim["arc"] < 0)
            node |= {"first_claim": len(self.rows["claims"]), "n_claims": len(claimants)}
            if node.get("allocation") == FIFO:
                if len(claimants) < 2:
                    node["allocation"] = SEQUENCE
                else:
                    self.has_history = True
            for claim in claimants:
                number = len(self.rows["claims"])
                if claim["arc"] >= 0:
                    self.rows["arcs"][claim["arc"]]["claim"] = number
                else:
                    self.rows["demands"][claim["demand"]]["claim"] = number
                self.rows["claims"].append({"node": index, **claim})

    def add_below(self, order: list[str]) -> None:
        """What is downstream of each node; a node with none of that is the last."""
        above: dict[str, set[str]] = {name: set() for name in order}
        for name in order:
            for way in self.builder.nodes[name].ways:
                for arc in way.arcs:
                    if arc.upstream is not None:
                        above[name] |= {arc.upstream, *above[arc.upstream]}
        for name in order:
            node = self.rows["nodes"][self.number[name]]
            below = [other for other in order if name in above[other]] if node["kind"] != SUPPLY else []
            node |= {"first_below": len(self.rows["below"]), "n_below": len(below), "is_last": int(not below)}
            self.rows["below"] += [{"to": self.number[other]} for other in below]

    def tables(self) -> Supply:
        """The tables at time zero."""
        builder = self.builder
        horizon, ticks = builder.horizon, builder.ticks
        clock: Row = {"ticks": ticks, "horizon": horizon, "tick_s": builder.tick_s, "is_recording": 1}
        self.rows["clock"] = [{**clock, "is_whole": int(builder.is_whole)}]
        self.rows["laws"] = builder.laws
        sizes = {
            "ring": self.ring,
            "fast_ring": self.ring if any(arc["expedite_law"] >= 0 for arc in self.rows["arcs"]) else 0,
            "order_ring": self.order_ring,
            "history": len(self.rows["claims"]) * ticks if self.has_history else 0,
            "stock_rows": len(self.rows["nodes"]) * horizon,
            "order_rows": 2 * len(self.rows["ways"]) * horizon,
            "receipt_rows": len(self.rows["ways"]) * horizon,
        }
        arrays: dict[str, Any] = {name: _records(name, self.rows[name]) for name in DTYPES}
        for name, size in sizes.items():
            arrays[name] = np.zeros(max(1, size), DTYPES[name]).view(np.recarray)
        for name, column, dense in (
            ("conditions", "factor", builder.subjects),
            ("forecasts", "pieces", builder.forecasts),
        ):
            arrays[name] = np.zeros(max(1, len(dense) * ticks), DTYPES[name]).view(np.recarray)
            if dense:
                arrays[name][column] = np.concatenate(dense)
        arrays["samples"] = np.array(builder.samples or [0.0])
        return Supply(**arrays)


def _records(name: str, rows: list[Row]) -> Any:
    records = np.zeros(len(rows), DTYPES[name])
    for index, row in enumerate(rows):
        for column, value in row.items():
            records[index][column] = value
    return records.view(np.recarray)
