"""KPIs of quality: yields, false failures, escapes, defects found, scrap."""

from __future__ import annotations

from .definition import Kpi

QUALITY = (
    Kpi(
        "first_pass_yield",
        "First-pass yield",
        "1",
        "higher",
        "operation",
        "first visits to the test operation that passed / first visits, of those ended in the observed window; a false "
        "failure is not a pass",
        """
        SELECT replication, part || ':' || operation AS subject, first_passes / nullif(first_visits, 0) AS value
        FROM visit_totals WHERE test
        """,
    ),
    Kpi(
        "rolled_throughput_yield",
        "Rolled-throughput yield",
        "1",
        "higher",
        "product",
        "chance that a product is built without one failed test, its components included: the product of the "
        "first-pass yields of all test operations of its routing and of the routings of all components made for it, "
        "each to the power of the pieces that go into one product (18 trays at 99 % give 83 %). Empty while a "
        "test has no first visit",
        """
        WITH yields AS (
            SELECT replication, part, first_passes / nullif(first_visits, 0) AS yield FROM visit_totals WHERE test
        )
        SELECT replication, t.product AS subject,
            CASE WHEN count(yield) = count(*) THEN product(pow(yield, t.quantity)) END AS value
        FROM yields JOIN scenario_tree t USING (part) GROUP BY replication, t.product
        """,
    ),
    Kpi(
        "first_time_right",
        "Shipped without a failed test",
        "1",
        "higher",
        "product",
        "of the products shipped in the observed window, the share that had no failed test on the way, their "
        "components included: what rolled_throughput_yield predicts",
        "SELECT replication, subject, avg((failures = 0)::DOUBLE) AS value FROM product_shipments GROUP BY ALL",
    ),
    Kpi(
        "false_failure_rate",
        "False failures",
        "1",
        "lower",
        "operation",
        "visits failed with nothing wrong that the test could see / (those and visits passed), ended in the observed "
        "window: the test's p_false_failure as it turned out",
        """
        SELECT replication, part || ':' || operation AS subject, false_fails / nullif(false_fails + passes, 0) AS value
        FROM visit_totals WHERE test
        """,
    ),
    Kpi(
        "latent_escapes",
        "Latent defects shipped per product",
        "1",
        "lower",
        "product",
        "latent defects on the products shipped in the observed window / products shipped",
        "SELECT replication, subject, avg(latent_escapes) AS value FROM product_shipments GROUP BY ALL",
    ),
    Kpi(
        "patent_escapes",
        "Patent defects shipped per product",
        "1",
        "lower",
        "product",
        "patent defects on the products shipped in the observed window / products shipped",
        "SELECT replication, subject, avg(patent_escapes) AS value FROM product_shipments GROUP BY ALL",
    ),
    Kpi(
        "escapes_by_kind",
        "Defects shipped per product, by kind",
        "1",
        "lower",
        "defect_kind",
        "defects of the kind that left on a product in the observed window / all products shipped in it",
        """
        SELECT r.replication, k.kind AS subject, coalesce(d.escaped, 0) / nullif(s.shipped, 0) AS value
        FROM replications r CROSS JOIN scenario_defect_kinds k
        JOIN (SELECT replication, count(shipped_s) AS shipped FROM product_shipments WHERE subject = '' GROUP BY ALL) s
            USING (replication)
        LEFT JOIN (
            SELECT replication, kind, count(*) AS escaped FROM defects, run
            WHERE fate = 'escaped' AND end_s BETWEEN warm_up_s AND horizon_s GROUP BY ALL
        ) d USING (replication, kind)
        """,
    ),
    Kpi(
        "defects_found",
        "Defects found per week",
        "1/week",
        "neither",
        "defect",
        "defects of the kind found at the operation in the observed window / its length in weeks",
        """
        WITH found AS (
            SELECT replication, found_at || ':' || kind AS subject FROM defects, run
            WHERE found_at <> '' AND found_s BETWEEN warm_up_s AND horizon_s
        )
        SELECT replication, subject, count(*) * 604800 / any_value(observed_s) AS value FROM found CROSS JOIN run
        GROUP BY ALL
        """,
        is_count=True,
    ),
    Kpi(
        "scrap_rate",
        "Scrapped",
        "1",
        "lower",
        "part",
        "pieces scrapped / pieces shipped, used in an assembly or scrapped, in the observed window",
        """
        SELECT r.replication, coalesce(p.part, '') AS subject,
            count(*) FILTER (w.fate = 'scrapped') / nullif(count(w.fate), 0) AS value
        FROM replications r CROSS JOIN scenario_parts p
        LEFT JOIN (
            SELECT replication, part, fate FROM work_orders, run WHERE end_s BETWEEN warm_up_s AND horizon_s
        ) w ON w.replication = r.replication AND w.part = p.part
        WHERE p.made
        GROUP BY GROUPING SETS ((r.replication, p.part), (r.replication))
        """,
    ),
)
