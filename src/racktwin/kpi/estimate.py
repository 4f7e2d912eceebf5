"""From replications to estimates: means with 95 % intervals, and differences of two runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .catalogue import KPIS

Values = Mapping[int, float]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A KPI's mean over the ``n`` replications in which it has a value, and half its 95 % interval.

    ``mean`` is NaN for ``n`` 0, ``half_width`` for ``n`` below 2.
    """

    kpi: str
    subject: str
    mean: float
    half_width: float
    n: int


@dataclass(frozen=True)
class Difference:
    """``b`` less ``a`` in one KPI, with half the 95 % interval of the difference (NaN if it cannot be told).

    ``paired``: taken replication by replication, which under common random numbers removes the chance both share;
    otherwise by Welch's interval for two independent samples.
    """

    kpi: str
    subject: str
    mean_a: float
    mean_b: float
    difference: float
    half_width: float
    n: int
    paired: bool

    @property
    def significant(self) -> bool:
        """Whether the 95 % interval leaves out zero."""
        return abs(self.difference) > self.half_width


def summarize(kpis: pa.Table) -> list[Estimate]:
    """One estimate per KPI and subject, in the table's order."""
    return [
        Estimate(kpi, subject, _mean(sample), _half_width(sample), len(sample))
        for (kpi, subject), values in _by_subject(kpis).items()
        for sample in [_sample(values)]
    ]


def difference(a: pa.Table, b: pa.Table) -> list[Difference]:
    """``b`` less ``a`` for every KPI and subject of either, those of ``a`` first.

    Paired if both hold the same replications, over those in which both have a value; else by Welch. What is counted in
    one and never in the other is 0 there.
    """
    paired = set(a["replication"].to_pylist()) == set(b["replication"].to_pylist())
    of_a, of_b = _by_subject(a), _by_subject(b)
    for key in [key for key in dict.fromkeys((*of_a, *of_b)) if key[0] in KPIS and KPIS[key[0]].is_count]:
        for table, values in ((a, of_a), (b, of_b)):
            values[key] = dict.fromkeys(table["replication"].to_pylist(), 0.0) | values.get(key, {})
    compare = _paired if paired else _welch
    return [compare(key, of_a.get(key, {}), of_b.get(key, {})) for key in dict.fromkeys((*of_a, *of_b))]


def _by_subject(kpis: pa.Table) -> dict[tuple[str, str], dict[int, float]]:
    grouped: dict[tuple[str, str], dict[int, float]] = {}
    columns = (kpis[name].to_pylist() for name in ("kpi", "subject", "replication", "value"))
    for kpi, subject, replication, value in zip(*columns, strict=True):
        values = grouped.setdefault((kpi, subject), {})
        if value is not None and value == value:
            values[replication] = value
    return grouped


def _paired(key: tuple[str, str], a: Values, b: Values) -> Difference:
    both = [replication for replication in a if replication in b]
    of_a, of_b = np.array([a[r] for r in both]), np.array([b[r] for r in both])
    change = of_b - of_a
    means = (_mean(of_a), _mean(of_b)) if both else (_mean(_sample(a)), _mean(_sample(b)))
    return Difference(*key, *means, _mean(change), _half_width(change), len(both), True)


def _welch(key: tuple[str, str], a: Values, b: Values) -> Difference:
    of_a, of_b = _sample(a), _sample(b)
    n = min(len(of_a), len(of_b))
    half_width = _welch_half_width(of_a, of_b) if n > 1 else float("nan")
    return Difference(*key, _mean(of_a), _mean(of_b), _mean(of_b) - _mean(of_a), half_width, n, False)


def _welch_half_width(a: Floats, b: Floats) -> float:
    """By Welch's degrees of freedom; 0 if neither sample varies."""
    variances = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    total = sum(variances)
    if total == 0:
        return 0.0
    degrees = total**2 / (variances[0] ** 2 / (len(a) - 1) + variances[1] ** 2 / (len(b) - 1))
    return student_quantile(degrees) * float(np.sqrt(total))


def _sample(values: Values) -> Floats:
    return np.array(list(values.values()), np.float64)


def _mean(sample: Floats) -> float:
    return float(sample.mean()) if len(sample) else float("nan")


def _half_width(sample: Floats) -> float:
    n = len(sample)
    return student_quantile(n - 1) * float(sample.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")


def student_quantile(degrees: float, confidence: float = 0.95) -> float:
    """The factor of a two-sided interval, by Student's t."""
    from scipy.special import stdtrit  # imported late: 0.4 s that a run's workers need not spend

    return float(stdtrit(degrees, (1.0 + confidence) / 2.0))


def pair_means(kpis: pa.Table) -> pa.Table:
    """KPIs of antithetic pairs: the mean of replications 2k and 2k + 1 as replication k; half a pair is left out.

    The two of a pair depend on each other, pairs do not: intervals are over pairs (Law, Simulation Modeling and
    Analysis, section 11.3).
    """
    rows = []
    for (kpi, subject), values in _by_subject(kpis).items():
        for first, value in values.items():
            if first % 2 == 0 and first + 1 in values:
                mean = (value + values[first + 1]) / 2.0
                rows.append({"replication": first // 2, "kpi": kpi, "subject": subject, "value": mean})
    return pa.Table.from_pylist(rows, schema=kpis.schema)
