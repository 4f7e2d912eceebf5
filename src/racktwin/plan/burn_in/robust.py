"""How far the answer can be trusted: the best soak, and the chosen one's regret, over ranges of the Weibull laws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import qmc

from .cost import Prices, Product, cost_of
from .optimum import Choice, best_choice

Ranges = Mapping[str, tuple[tuple[float, float], tuple[float, float]]]
"""Per kind the low and high of its shape, and of its scale in hours."""

BIG_REGRET = 0.10
"""From this share of the least cost on, regret says that the answer is not robust."""


@dataclass(frozen=True)
class Robustness:
    """Over ``n`` draws of the ``kinds``' laws: the range of best hours (5 % to 95 %), and the chosen soak's regret.

    Regret is what it costs more than the best under the law that is true, as a share of that. ``steadier_h`` are the
    hours of least worst regret.
    """

    n: int
    low_h: float
    high_h: float
    mean_regret: float
    worst_regret: float
    steadier_h: float
    steadier_regret: float
    kinds: int

    @property
    def is_robust(self) -> bool:
        """Whether the answer holds over the ranges; False where there are none to judge by."""
        return self.kinds > 0 and self.worst_regret <= BIG_REGRET


def robustness(
    product: Product, prices: Prices, chosen: Choice, ranges: Ranges, *, draws: int = 64, seed: int = 1,
    most_h: float = 2000.0,
) -> Robustness:  # fmt: skip
    """Draw the laws evenly over their ranges (Latin hypercube) and judge the chosen soak under each."""
    kinds = sorted({weakness.kind for weakness in product.weaknesses} & set(ranges))
    shares = qmc.LatinHypercube(max(1, 2 * len(kinds)), rng=np.random.default_rng(seed)).random(draws)
    candidates = np.unique(np.concatenate([[0.0, chosen.soak_h], np.geomspace(1.0, most_h, 40)]))
    best_h, regrets = [], []
    for row in shares:
        other = _with_laws(product, kinds, ranges, row)
        best = best_choice(other, prices, caps=(chosen.cap,), most_h=most_h)
        best_h.append(best.soak_h)
        totals = np.array([cost_of(other, prices, float(hours), chosen.cap).total for hours in candidates])
        regrets.append(totals / max(best.cost.total, 1e-9) - 1.0)
    table = np.array(regrets)
    mine = table[:, int(np.searchsorted(candidates, chosen.soak_h))]
    steadier = int(np.argmin(table.max(axis=0)))
    return Robustness(
        draws,
        float(np.quantile(best_h, 0.05)),
        float(np.quantile(best_h, 0.95)),
        float(mine.mean()),
        float(mine.max()),
        float(candidates[steadier]),
        float(table[:, steadier].max()),
        len(kinds),
    )


def _with_laws(product: Product, kinds: Sequence[str], ranges: Ranges, shares: Sequence[float]) -> Product:
    laws: dict[str, tuple[float, float]] = {}
    for number, kind in enumerate(kinds):
        shape, scale = ranges[kind]
        a, b = float(shares[2 * number]), float(shares[2 * number + 1])
        laws[kind] = shape[0] + a * (shape[1] - shape[0]), scale[0] * (scale[1] / scale[0]) ** b
    return replace(
        product,
        weaknesses=tuple(
            replace(one, shape=laws[one.kind][0], scale_h=laws[one.kind][1]) if one.kind in laws else one
            for one in product.weaknesses
        ),
    )
