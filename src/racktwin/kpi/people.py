"""KPIs of people."""

from __future__ import annotations

from .definition import Kpi

PEOPLE = (
    Kpi(
        "labour_per_product",
        "Labour per product",
        "h",
        "lower",
        "product",
        "attended time times people of the products shipped in the observed window, their components included / "
        "products shipped",
        "SELECT replication, subject, avg(labour_s) / 3600 AS value FROM product_shipments GROUP BY ALL",
    ),
    Kpi(
        "operator_utilization",
        "Operators at work",
        "1",
        "neither",
        "operator_group",
        "people at work / people present, both averaged over the observed window",
        "SELECT replication, operator_group AS subject, busy_s / nullif(present_s, 0) AS value FROM labour_totals",
    ),
)
