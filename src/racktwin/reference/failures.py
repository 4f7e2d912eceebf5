"""How often compute nodes, GPUs, switches, supplies and cooling fail, with what is known of each figure."""

from __future__ import annotations

from dataclasses import dataclass

from .files import rows_of

DAY_S = 86_400.0


@dataclass(frozen=True)
class FailureRate:
    """Failures per second of operation of one ``per``, with a 95 % interval (of counts: exact Poisson; else stated)."""

    component: str
    per: str
    rate_per_s: float
    low_per_s: float
    high_per_s: float
    source: str
    confidence: str

    @property
    def mean_time_between_s(self) -> float:
        """One over the rate, s."""
        return 1.0 / self.rate_per_s


def failure_rates() -> dict[str, FailureRate]:
    """All rates by component."""
    return {row["component"]: _rate(row) for row in rows_of("failure_rates.csv")}


def failure_rate(component: str) -> FailureRate:
    """The rate of a component; KeyError with what there is, if there is none."""
    rates = failure_rates()
    if component not in rates:
        raise KeyError(f"no failure rate for {component!r}; there are {', '.join(rates)}")
    return rates[component]


def _rate(row: dict[str, str]) -> FailureRate:
    if row["events"]:
        from scipy.special import gammaincinv  # scipy.stats has the same by a name, and takes a second to load

        events, days = int(row["events"]), float(row["exposure_days"])
        per_day = events / days
        low, high = gammaincinv(events, 0.025) / days, gammaincinv(events + 1, 0.975) / days  # Garwood 1936
    else:
        per_day = float(row["rate_per_day"])
        low, high = (float(row[f"{end}_per_day"] or per_day) for end in ("low", "high"))
    ends = (per_day / DAY_S, float(low) / DAY_S, float(high) / DAY_S)
    return FailureRate(row["component"], row["per"], *ends, row["source"], row["confidence"])
