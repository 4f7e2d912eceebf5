"""What ``racktwin fleet tune`` tells: each point that was tried, and the best in a sentence."""

from __future__ import annotations

from racktwin.run.fleet_tuning import Trial, Tuned

from .numbers import MISSING, number

HEADINGS = (
    "cap",
    "set-point, degC",
    "useful GPU-h/d",
    "kWh per GPU-h",
    "USD per GPU-h",
    "above limit, s",
    "allowed",
    "best",
)


def trial_cells(trial: Trial) -> tuple[str, ...]:
    """A point as the reader sees it, in the order of HEADINGS."""
    result = trial.result
    return (
        f"{100 * trial.cap:.1f} %",
        MISSING if trial.supply_k is None else f"{trial.supply_k - 273.15:.1f}",
        number(result.useful_gpu_h_per_day, 4),
        number(result.kwh_per_gpu_h, 4),
        number(result.usd_per_gpu_h, 4) if result.usd_per_gpu_h == result.usd_per_gpu_h else MISSING,
        number(result.above_limit_s),
        "no" if trial.misses else "yes",
        "best so far" if trial.is_kept else "",
    )


def tuned_sentence(found: Tuned) -> str:
    """The best point against the baseline."""
    best, base = found.best, found.baseline
    unit = "kWh" if found.objective == "energy" else "USD"
    where = f"cap {100 * best.cap:.1f} %"
    if best.supply_k is not None:
        where += f", set-point {best.supply_k - 273.15:.1f} degC"
    saved = 1.0 - best.value / base.value if base.value else 0.0
    asked = base.result.useful_gpu_h_per_day
    kept = best.result.useful_gpu_h_per_day / asked if asked else 1.0
    return (
        f"Best of {len(found.trials)}: {where}: {number(best.value, 4)} {unit} per useful GPU-hour, "
        f"{100 * saved:.1f} % less than uncapped at the hall's own set-point ({number(base.value, 4)}), "
        f"with {100 * kept:.1f} % of its work (asked: {100 * found.least_work:.0f} %)."
    )
