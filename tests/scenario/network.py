"""A small supply network: boards from Taiwan by air or sea, racks made in Texas, a customer in Dallas."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

NETWORK = (Path(__file__).parent / "network.yaml").read_text()
_STOCK = "sources: [{supply: frames, lane: frames_truck}]"
_MADE = "sources: [{supply: racks}]"


@dataclass(frozen=True)
class Wrong:
    """The network with ``old`` replaced by ``new``; ``says`` is part of the one message, ``path`` ends its path."""

    name: str
    old: str
    new: str
    says: str
    path: str
    also: tuple[str, str] = ("", "")

    @property
    def text(self) -> str:
        """The wrong network."""
        assert self.old in NETWORK, self.name
        return NETWORK.replace(self.old, self.new, 1).replace(*self.also, 1)


WRONG = (
    Wrong("nobody_makes", "frame: 1}\n", "frame: 1, bolt: 2}\n  bolt: {}\n", "nobody makes bolt", "racks"),
    Wrong("made_of_nothing", "bill_of_materials: {board: 36, frame: 1}", "u_height: 48", "nobody makes it", "racks"),
    Wrong(
        "circle",
        _MADE,
        "sources: [{stock: racks_dallas, lane: back}]",
        "replenished in a circle: racks_georgetown ← racks_dallas ← racks_georgetown",
        "racks_georgetown.sources",
        ("  lanes:\n", "  lanes:\n    back: {from: dallas, to: georgetown, lead_time: 1 d}\n"),
    ),
    Wrong(
        "two_ways",
        "  tick: 1 d\n",
        "  tick: 1 d\n  line: {site: georgetown}\n",
        "comes by the network and by part_receipts",
        "boards_georgetown",
        ("network:\n", "part_receipts: [{part: board, quantity: 3, at: 3 d}]\nnetwork:\n"),
    ),
    Wrong(
        "two_stocks",
        "    racks_dallas:\n",
        "    more_frames:\n      part: frame\n      site: georgetown\n"
        "      sources: [{supply: frames, lane: frames_truck}]\n"
        "      policy: {rule: base_stock, level: 2}\n    racks_dallas:\n",
        "a second stock of frame at georgetown, beside frames_georgetown",
        "more_frames",
    ),
    Wrong("lane_to_nowhere", "to: dallas, mode", "to: dalas, mode", "unknown site 'dalas'", "racks_truck.to"),
    Wrong("lane_to_itself", "from: georgetown, to: dallas", "from: dallas, to: dallas", "ends where", "racks_truck.to"),
    Wrong("no_lane", _STOCK, "sources: [{supply: frames}]", "no lane leads from monterrey to georgetown", "sources.0"),
    Wrong("wrong_lane", _STOCK, "sources: [{supply: frames, lane: boards_air}]", "boards_air leads from", "lane"),
    Wrong("no_origin", _STOCK, "sources: [{lane: frames_truck}]", "either a supply or a stock", "sources.0"),
    Wrong("wrong_part", _STOCK, "sources: [{supply: boards, lane: boards_air}]", "its source has board", "sources.0"),
    Wrong("duty_without_date", "starts: 2026-01-15, ", "", "'starts' is missing", "section_232"),
    Wrong("duty_backwards", "starts: 2026-01-15", "starts: 2026-01-15, ends: 2025-01-01", "ends on 2025", "ends"),
    Wrong("zero_capacity", "{pieces: 600, per: 1 wk}", "{pieces: 0, per: 1 wk}", "0 is too small", "capacity.pieces"),
    Wrong("infeasible", "{poisson: {mean: 4}}", "{poisson: {mean: 40}}", "more than the 600 its", "boards.capacity"),
    Wrong("no_currency", "{price: 9000 USD}", "{price: 9000}", "of which currency", "price"),
    Wrong("unknown_currency", "currency: TWD", "currency: TDW", "unknown currency 'TDW'", "boards.currency"),
    Wrong("never_qualified", ", qualification_time: 26 wk", "", "never will be", "boards_mexico.qualified"),
    Wrong("shares", _STOCK, "sources: [{supply: frames, lane: frames_truck, share: 60 %}]", "up to 60 %", "sources"),
    Wrong("content", "lot", "content: {US: 60 %, MX: 50 %}, lot", "add up to 110 %", "content"),
    Wrong("no_level", "role: top_up, top_up_level: 100", "role: top_up", "needs its level", "sources.1"),
    Wrong("policy", "reorder_point: 900", "reorder_point: 1900", "1200 is below reorder_point 1900", "policy"),
    Wrong("no_policy", "rule: base_stock, level: 4", "rule: basestock, level: 4", "basestock", "policy"),
    Wrong("idle_effect", "kind: site_down, sites: [taoyuan]", "kind: site_down", "acts on nothing", "effects.0"),
    Wrong("unknown_effect_site", "sites: [taoyuan]", "sites: [taouan]", "unknown site 'taouan'", "sites.0"),
    Wrong("unknown_disruption", "  disruptions:", "  disrupted_by: [x]\n  disruptions:", "'x'", "disrupted_by.0"),
    Wrong("long_tick", "tick: 1 d", "tick: 30 wk", "longer than the horizon", "tick"),
    Wrong("bad_hts", 'hts: "8471.50"\n', 'hts: "84.71"\n', "84.71", "rack.hts"),
    Wrong("bad_pieces", "{poisson: {mean: 4}}", "{poison: {mean: 4}}", "not a number of pieces: poison", "quantity"),
)  # fmt: skip

ODD_NETWORKS = (Wrong("busy", "review_every: 1 wk", "review_every: 1 h", "more often than ticks", "review_every"),)
