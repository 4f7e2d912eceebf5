"""Three rules of one's own in a hall: who is first in line, where a job goes, how deep racks are capped.

Evenings are dear. Jobs that need most GPUs go first; a job goes to the rack that draws least; racks go at 60 % of their
draw in dear hours. What each rule changes, alone and together, is printed.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import racktwin

HALL = """\
racktwin: 1
name: ruled_hall
start: 2027-01-04
horizon: 4 d
feeds:
  utility: {limit: 160 kW}
hall:
  compute_nodes:
    hgx: {gpu_model: H100, gpus: 8}
  racks:
    row: {compute_node: hgx, compute_nodes: 4, count: 4, feeds: [utility]}
  price: {file: prices.csv}
fleet:
  job_classes:
    training_llm: {checkpoint: 1 h, restart: 10 min}
  demand:
    small: {job_class: training_llm, interarrival: {exponential: {mean: 50 min}}, gpus: [[1, 0.5], [4, 0.5]],
            duration: {lognormal: {mean: 5 h, cv: 1}}}
    large: {job_class: training_llm, interarrival: {exponential: {mean: 4 h}}, gpus: [[32, 1.0]],
            duration: {lognormal: {mean: 5 h, cv: 1}}}
  scheduling: {order: fifo, backfill: easy}
  power: {control: 10 min}
"""


@racktwin.compiled_rule
def largest_first(candidates: Any, now_s: float) -> int:
    """Who needs most GPUs; of equals who came first."""
    best = 0
    for place in range(1, len(candidates)):
        if candidates[place].gpus > candidates[best].gpus:
            best = place
    return best


@racktwin.compiled_rule
def coolest_rack(candidates: Any, now_s: float) -> int:
    """Where the rack draws least."""
    best = 0
    for place in range(1, len(candidates)):
        if candidates[place].rack_draw_w < candidates[best].rack_draw_w:
            best = place
    return best


def dear_hours_at_60_percent(candidates: Any, now_s: float) -> int:
    """Full speed below 60 USD/MWh; above, the first setting at which the rack draws no more than 60 % of it."""
    if candidates[0].price_usd_per_mwh < 60:
        return 0
    within = candidates.draw_w <= 0.6 * candidates[0].draw_w
    return int(within.argmax()) if within.any() else len(candidates) - 1


ORDER = {"fleet.order": largest_first}
PLACEMENT = {"fleet.placement": coolest_rack}
CAP = {"fleet.cap": racktwin.python_rule(dear_hours_at_60_percent)}
RULES = {
    "built-in": {},
    "order": ORDER,
    "placement": PLACEMENT,
    "cap": CAP,
    "all three": {**ORDER, **PLACEMENT, **CAP},
}


def main() -> None:
    """Print what each rule makes of work, wait, price and the highest draw of a rack."""
    shown = ("useful_gpu_hours", "queue_wait_mean", "price_paid", "energy_per_gpu_hour")
    print(f"{'rules':12}" + "".join(f"{name:>22}" for name in shown))
    with tempfile.TemporaryDirectory() as folder:
        write_prices(Path(folder))
        for name, rules in RULES.items():
            (Path(folder) / "hall.yaml").write_text(HALL, encoding="utf-8")
            scenario = racktwin.read_scenario(Path(folder) / "hall.yaml")
            run = racktwin.run_scenario(scenario, Path(folder) / name, replications=3, rules=rules)
            rows = [row for row in run.extra("kpis").to_pylist() if row["subject"] == ""]
            means = [mean([row["value"] for row in rows if row["kpi"] == kpi]) for kpi in shown]
            print(f"{name:12}" + "".join(f"{value:22.4g}" for value in means))


def mean(values: list[float]) -> float:
    """Of replications."""
    return math.fsum(values) / len(values)


def write_prices(folder: Path) -> None:
    """Four days, cheap (30 USD/MWh) but for the hours from 16 to 21 (120)."""
    rows = [
        f"2027-01-{4 + day:02} {hour:02}:00:00,{120 if 16 <= hour < 21 else 30}"
        for day in range(4)
        for hour in range(24)
    ]
    (folder / "prices.csv").write_text("Datetime (UTC),Price (USD/MWh)\n" + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
