"""Write ``docs/validation_fleet.md``: ``python -m tests.validation.fleet_report``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from racktwin.calibrate.power import read_points
from racktwin.sim.psychrometrics import ZERO_C_K
from tests.reference.hold_back import POINTS, HeldBack, networks_held_back, node_runs_held_back, share_inside

from .recorded_power import (
    FRONTIER_STEP_S,
    coincidence,
    frontier_replayed,
    frontier_w,
    gpt3_expected,
    gpt3_measured,
    gpt3_nodes_w,
    in_steps,
)

PAGE = Path(__file__).parents[2] / "docs" / "validation_fleet.md"


def gpt3_lines() -> list[str]:
    """The GPT-3 run against tables made without it."""
    nodes, measured = gpt3_nodes_w(), gpt3_measured()
    expected, low, high = gpt3_expected()
    swing = float(abs(np.diff(nodes.sum(axis=0))).max())
    return [
        "## 64 nodes training GPT-3 (MLPerf training v4.0, Supermicro, 512 H100, 57 minutes)",
        "",
        "Power at the wall, means of 5 s. Expected from the power tables made *without* this run (class `training_llm`",
        "on H100, leaning on the other classes) and the host's line; the peak with all nodes at their 99th percentile",
        "at once.",
        "",
        "| | measured | expected | error |",
        "|---|---:|---:|---:|",
        f"| mean hall power | {measured.mean_w / 1e3:.1f} kW | {expected.mean_w / 1e3:.1f} kW "
        f"({low / 1e3:.0f} to {high / 1e3:.0f}) | {_percent(expected.mean_w / measured.mean_w)} |",
        f"| peak hall power | {measured.peak_w / 1e3:.1f} kW | {expected.peak_w / 1e3:.1f} kW "
        f"| {_percent(expected.peak_w / measured.peak_w)} |",
        f"| coincidence (peak of the sum by sum of the peaks) | {coincidence(nodes):.3f} | 1 (assumed) "
        f"| {_percent(1 / coincidence(nodes))} |",
        f"| peak by mean | {measured.peak_w / measured.mean_w:.3f} | {expected.peak_w / expected.mean_w:.3f} | |",
        "",
        "One job on 64 nodes does not diversify: all nodes compute, and wait for each other, at the same time. A hall",
        "whose limit is set below the sum of the peaks of one training job will meet it. The interval of the mean is",
        "wide since few workloads were published; the expected peak is high since short runs with their start-up peak",
        "more.",
        "",
        f"Not matched: swings within seconds (steps of up to {swing / 1e3:.0f} kW between means of 5 s), which a",
        "model of constant power between events does not have. Heat was not recorded; air-cooled nodes turn all of",
        "their power into heat.",
        "",
    ]


def frontier_lines() -> list[str]:
    """Frontier's day through the cooling plant."""
    groups, _ = frontier_w()
    made_w = groups.sum(axis=0)
    out = frontier_replayed()
    arrived_w = out.rejected_w - out.pump_w
    returns_c = out.facility_return_k - ZERO_C_K
    it_j = made_w.sum() * FRONTIER_STEP_S
    overhead = float((out.pump_w + out.fan_w).sum() * FRONTIER_STEP_S / it_j)
    water = float(out.water_kg_per_s.sum() * FRONTIER_STEP_S / (it_j / 3.6e6))
    lines = [
        "## Frontier, 2024-04-07 (25 CDU groups, 24 h at 15 s)",
        "",
        "The recorded power of the CDU groups is what the plant is fed with, so it is no test of the power tables. The",
        "plant is Frontier's as far as it is published (`tests/validation/recorded_power.py`); the rest, its set-point",
        "among them, is assumed or this package's default.",
        "",
        "| | recorded | replayed | error |",
        "|---|---:|---:|---:|",
        f"| mean power, and heat to the towers | {made_w.mean() / 1e6:.3f} MW | {arrived_w.mean() / 1e6:.3f} MW "
        f"| {_percent(arrived_w.mean() / made_w.mean())} |",
        f"| peak power, and peak of heat to the towers | {made_w.max() / 1e6:.2f} MW | {arrived_w.max() / 1e6:.2f} MW "
        f"| {_percent(arrived_w.max() / made_w.max())} (the water of the loops) |",
        f"| coincidence of the 25 groups | {coincidence(groups):.3f} | | |",
        f"| facility water from the CDUs | 30 to 38 °C (Sun et al. 2024, A) | {returns_c.min():.1f} to "
        f"{returns_c.max():.1f} °C | |",
        f"| pumps and fans by power | not recorded | {overhead:.1%} | |",
        f"| water | not recorded | {water:.2f} L/kWh | |",
        "",
        "What holding a power for longer than 15 s, as a model does between events, loses of the peak:",
        "",
        "| held for | peak |",
        "|---:|---:|",
    ]
    lines += [
        f"| {steps * FRONTIER_STEP_S:g} s | {_percent(in_steps(made_w, steps).max() / made_w.max())} |"
        for steps in (4, 20, 60, 240)
    ]
    return [
        *lines,
        "",
        "Matched: energy. Not matched: the return's temperature, which is 3 to 7 K too warm and moves little, since",
        "Frontier's flows and set-points are not published and here follow the heat. Not known: the towers' own heat",
        "was not recorded, so that its peak behind the loops' water is a prediction, not a comparison.",
        "",
    ]


def tables_lines() -> list[str]:
    """The power tables against what they were not made from: networks under caps, and nodes."""
    points = read_points(POINTS)
    networks = networks_held_back(points)
    runs = list(node_runs_held_back(points))
    inside = [low <= held.node_w <= high for held, _, low, high in runs]
    everything = [point for found in networks.values() for point in found]
    return [
        "## Power tables (Zeus and MLPerf, 90 % intervals)",
        "",
        "Draw and speed under a cap, as shares of uncapped, on V100 and P100. A network is held back with all its data",
        "sets, batch sizes and optimisers on both models, from the expected value and from what sets the interval:",
        "",
        "| network held back | points | draw inside | speed inside |",
        "|---|---:|---:|---:|",
        *(_inside_row(name, found) for name, found in networks.items()),
        _inside_row("all", everything),
        "",
        f"Node power of {len(runs)} uncapped MLPerf workloads (H100, B200), each held back from value and interval: "
        f"{sum(inside)} inside.",
        "How intervals are made, and what they promise with five networks:",
        "[design/fleet_power.md](design/fleet_power.md#intervals).",
        "",
    ]


def _inside_row(name: str, found: list[HeldBack]) -> str:
    draw, speed = share_inside(found, "draw"), share_inside(found, "speed")
    return f"| {name} | {len(found) // 2} | {draw:.0%} | {speed:.0%} |"


def page() -> str:
    """The page as Markdown."""
    head = [
        "# Validation of the fleet's power and heat",
        "",
        "The power tables against held-back points, and two recorded halls. Written by",
        "`python -m tests.validation.fleet_report`.",
        "",
    ]
    return "\n".join([*head, *tables_lines(), *gpt3_lines(), *frontier_lines()])


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1) + 0.0:+.1f} %".replace("-0.0", "+0.0")


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
