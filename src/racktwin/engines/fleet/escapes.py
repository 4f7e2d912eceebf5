"""Latent defects that left the factory in a rack: when they will fail in service, and the hazard they add.

A latent defect fails when the stress it has had passes its Weibull time (docs/model.md). Burn-in brought it
``stressed_s``; each second of service brings ``stress_per_service_s`` more. Where the line was simulated, the very
defects and their times are known; where only counts are, the closed forms hold.
"""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa

STRESS_PER_SERVICE_S = 0.5
"""Seconds of burn-in stress in a second of service, if not given. Assumed, 0.1 to 1: jobs draw less than burn-in."""

ESCAPES = pa.schema(
    [
        ("replication", pa.int64()),
        ("serial_number", pa.int64()),
        ("part", pa.string()),
        ("kind", pa.string()),
        ("shipped_s", pa.float64()),
        ("fails_after_s", pa.float64()),
    ]
)
"""One latent defect in a shipped product, and how long it will be in service before it fails."""


def escaped_defects(
    shipments: pa.Table, defects: pa.Table, stress_per_service_s: float = STRESS_PER_SERVICE_S
) -> pa.Table:
    """:data:`ESCAPES` from a run's ``shipments`` and ``defects``, by replication, serial number and time.

    A defect is taken to have had all the stress its product had; if that would have made it fail, it came in later, and
    is taken to have had none. Patent defects that escaped are not in it: they fail when first looked at.
    """
    products = {
        (row["replication"], row["serial_number"]): row
        for row in shipments.select(["replication", "serial_number", "part", "shipped_s", "stress_s"]).to_pylist()
    }
    rows = []
    wanted = ["replication", "serial_number", "kind", "fate", "latent", "precipitated_s", "precipitates_at_stress_s"]
    for defect in defects.select(wanted).to_pylist():
        product = products.get((defect["replication"], defect["serial_number"]))
        is_latent = defect["latent"] and not math.isfinite(defect["precipitated_s"])
        if product is None or defect["fate"] != "escaped" or not is_latent:
            continue
        at_s = defect["precipitates_at_stress_s"]
        left_s = at_s - product["stress_s"] if at_s > product["stress_s"] else at_s
        rows.append(
            {
                **{name: product[name] for name in ("replication", "serial_number", "part", "shipped_s")},
                "kind": defect["kind"],
                "fails_after_s": left_s / stress_per_service_s,
            }
        )
    rows.sort(key=lambda row: (row["replication"], row["serial_number"], row["fails_after_s"]))
    return pa.Table.from_pylist(rows, schema=ESCAPES)


def hazard_per_s(
    shape: float,
    scale_s: float,
    stressed_s: float,
    service_s: float,
    stress_per_service_s: float = STRESS_PER_SERVICE_S,
) -> float:
    """The hazard, 1/s of service, that one latent defect adds that survived ``stressed_s`` and then ``service_s``."""
    stress_s = stressed_s + stress_per_service_s * service_s
    if stress_s <= 0.0:
        return math.inf if shape < 1.0 else (stress_per_service_s / scale_s if shape == 1.0 else 0.0)
    return shape / scale_s * (stress_s / scale_s) ** (shape - 1.0) * stress_per_service_s


def p_failed(
    shape: float,
    scale_s: float,
    stressed_s: float,
    service_s: float,
    stress_per_service_s: float = STRESS_PER_SERVICE_S,
) -> float:
    """The probability that a latent defect that survived ``stressed_s`` fails within ``service_s``."""
    before = (stressed_s / scale_s) ** shape
    after = ((stressed_s + stress_per_service_s * service_s) / scale_s) ** shape
    return -math.expm1(before - after)


def failures_by(escapes: pa.Table, service_s: float) -> dict[tuple[int, int], int]:
    """How many of each product's latent defects fail within ``service_s``, by (replication, serial number)."""
    found: dict[tuple[int, int], int] = {}
    keys = zip(escapes["replication"].to_pylist(), escapes["serial_number"].to_pylist(), strict=True)
    for key, fails_s in zip(keys, np.asarray(escapes["fails_after_s"]), strict=True):
        found[key] = found.get(key, 0) + int(fails_s <= service_s)
    return found
