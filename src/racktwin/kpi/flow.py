"""KPIs of flow: what ships, how long it takes and where the time goes."""

from __future__ import annotations

from .definition import Kpi

FLOW = (
    Kpi(
        "throughput",
        "Throughput per week",
        "1/week",
        "higher",
        "product",
        "products shipped in the observed window / its length in weeks",
        """
        SELECT replication, subject, count(shipped_s) * 604800 / any_value(observed_s) AS value
        FROM product_shipments CROSS JOIN run GROUP BY ALL
        """,
    ),
    Kpi(
        "shipped",
        "Products shipped",
        "1",
        "higher",
        "product",
        "products shipped in the observed window",
        "SELECT replication, subject, count(shipped_s) AS value FROM product_shipments GROUP BY ALL",
    ),
    Kpi(
        "cycle_time_mean",
        "Cycle time, mean",
        "s",
        "lower",
        "product",
        "mean time from release to shipping of the products shipped in the observed window",
        "SELECT replication, subject, avg(cycle_s) AS value FROM product_shipments GROUP BY ALL",
    ),
    Kpi(
        "cycle_time_p50",
        "Cycle time, median",
        "s",
        "lower",
        "product",
        "half of the products shipped in the observed window took no longer from release to shipping",
        "SELECT replication, subject, quantile_cont(cycle_s, 0.5) AS value FROM product_shipments GROUP BY ALL",
    ),
    Kpi(
        "cycle_time_p95",
        "Cycle time, 95 % within",
        "s",
        "lower",
        "product",
        "95 % of the products shipped in the observed window took no longer from release to shipping",
        "SELECT replication, subject, quantile_cont(cycle_s, 0.95) AS value FROM product_shipments GROUP BY ALL",
    ),
    Kpi(
        "lead_time_mean",
        "Lead time, mean",
        "s",
        "lower",
        "product",
        "mean time from when the order wanted to be released (before a limit on work in progress held it back) to "
        "shipping, of the products shipped in the observed window",
        "SELECT replication, subject, avg(shipped_s - wanted_s) AS value FROM product_shipments GROUP BY ALL",
    ),
    Kpi(
        "cycle_time_breakdown",
        "Cycle time by cause",
        "s",
        "lower",
        "cause",
        "mean time per product shipped in the observed window, from the product's own visits to operations: work "
        "(first visits), rework (work in debug operations and repeated visits), wait_* (by cause, in queue and in "
        "cell; wait_material holds the wait for components made here), down, blocked; other is the rest of its cycle "
        "time, so that all causes add up to cycle_time_mean",
        """
        SELECT replication, part || ':' || cause AS subject, time_s / pieces AS value
        FROM cycle_times
        """,
    ),
    Kpi(
        "wip",
        "Products in progress",
        "1",
        "lower",
        "product",
        "time average over the observed window of the ordered products released and not yet shipped or scrapped",
        """
        SELECT replication, coalesce(part, '') AS subject, sum(order_piece_s) / any_value(observed_s) AS value
        FROM wip_totals CROSS JOIN run WHERE product
        GROUP BY GROUPING SETS ((replication, part), (replication))
        """,
    ),
    Kpi(
        "component_wip",
        "Components in progress and in stock",
        "1",
        "lower",
        "part",
        "time average over the observed window of the components made here, from their release until an assembly takes "
        "them or they are scrapped: stock of finished ones is included",
        """
        SELECT replication, coalesce(part, '') AS subject, sum(component_piece_s) / any_value(observed_s) AS value
        FROM wip_totals CROSS JOIN run
        WHERE NOT product OR part IN (SELECT part FROM scenario_tree WHERE part <> product)
        GROUP BY GROUPING SETS ((replication, part), (replication))
        """,
    ),
    Kpi(
        "on_time_share",
        "On time",
        "1",
        "higher",
        "product",
        "of the products with a due date shipped in the observed window, the share shipped by it",
        """
        SELECT replication, subject, avg((shipped_s <= due_s)::DOUBLE) FILTER (NOT isnan(due_s)) AS value
        FROM product_shipments GROUP BY ALL
        """,
    ),
    Kpi(
        "tardiness_mean",
        "Tardiness, mean",
        "s",
        "lower",
        "product",
        "mean time shipped after the due date, early ones counting as zero, of the products with a due date shipped in "
        "the observed window",
        """
        SELECT replication, subject, avg(greatest(shipped_s - due_s, 0)) FILTER (NOT isnan(due_s)) AS value
        FROM product_shipments GROUP BY ALL
        """,
    ),
)
