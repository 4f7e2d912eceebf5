"""Summary views over a run's tables, all cut to the observed window from the warm-up's end to the horizon.

They are what the KPIs are written against; ``racktwin query`` has them too. But for ``shipped``, ``limit_totals`` and
``hall_work``, every view holds a row for each replication done and each of its subjects, so that what never happened
counts as zero.
"""

from __future__ import annotations

from .schema import E10_STATES, WAIT_CAUSES

CYCLE_CAUSES = ("work", "rework", *(f"wait_{cause}" for cause in WAIT_CAUSES), "down", "blocked", "other")
"""Where a product's time from release to shipping goes; these add up to its cycle time.

``work``: worked on in first visits · ``rework``: worked on in debug operations and repeated visits · ``wait_*``: see
WAIT_CAUSES (``wait_material`` holds the wait for components made here) · ``down``: in a broken-down work unit ·
``blocked``: finished with nowhere to go · ``other``: the rest, which no visit accounts for.
"""

SUMMARY_VIEWS = {
    # One row per shipment in the window; wanted_s and cycle_s added.
    "shipped": """
        SELECT s.*, o.wanted_s, s.shipped_s - s.release_s AS cycle_s
        FROM shipments s LEFT JOIN work_orders o USING (replication, serial_number)
        WHERE s.shipped_s BETWEEN {warm_up_s} AND {horizon_s}
    """,
    # The same once per product and once for the whole plant (subject ''); empty columns where nothing was shipped.
    "product_shipments": """
        SELECT g.replication, g.subject, s.* EXCLUDE (replication)
        FROM (
            SELECT replication, subject
            FROM replications, (SELECT part AS subject FROM scenario_parts WHERE product UNION ALL SELECT '')
        ) g
        LEFT JOIN shipped s ON s.replication = g.replication AND (g.subject = '' OR g.subject = s.part)
    """,
    # Piece-seconds in the plant by made part: as a customer's order, as a component (in stock included).
    "wip_totals": """
        SELECT r.replication, p.part, p.product,
            coalesce(sum(w.piece_s) FILTER (NOT w.component), 0) AS order_piece_s,
            coalesce(sum(w.piece_s) FILTER (w.component), 0) AS component_piece_s
        FROM replications r CROSS JOIN scenario_parts p
        LEFT JOIN (
            SELECT replication, part, source = 'component' AS component,
                least(end_s, {horizon_s}) - greatest(release_s, {warm_up_s}) AS piece_s
            FROM work_orders WHERE end_s > {warm_up_s} AND release_s < {horizon_s}
        ) w ON w.replication = r.replication AND w.part = p.part
        WHERE p.made
        GROUP BY ALL
    """,
    # Visits that ended in the window, counted by part and operation of its routing.
    "visit_totals": """
        SELECT r.replication, p.part, p.operation, p.work_center, p.test AND NOT p.rework AS test, p.rework,
            coalesce(v.visits, 0) AS visits,
            coalesce(v.first_visits, 0) AS first_visits,
            coalesce(v.first_passes, 0) AS first_passes,
            coalesce(v.passes, 0) AS passes,
            coalesce(v.false_fails, 0) AS false_fails,
            coalesce(v.good, 0) AS good,
            coalesce(v.work_s, 0) AS work_s,
            coalesce(v.planned_s, 0) AS planned_s
        FROM replications r CROSS JOIN scenario_operations p
        LEFT JOIN (
            SELECT o.replication, o.part, o.operation,
                count(*) AS visits,
                count(*) FILTER (o.visit = 1) AS first_visits,
                count(*) FILTER (o.visit = 1 AND o.outcome = 'pass') AS first_passes,
                count(*) FILTER (o.outcome = 'pass') AS passes,
                count(*) FILTER (o.outcome = 'false_fail') AS false_fails,
                count(*) FILTER (o.outcome IN ('pass', 'repaired')) AS good,
                sum(o.work_s) AS work_s,
                sum(CASE
                    WHEN q.planned_s IS NULL THEN o.work_s
                    WHEN o.outcome = 'fail' THEN least(q.planned_s, o.work_s)
                    ELSE q.planned_s
                END) AS planned_s
            FROM operations o LEFT JOIN scenario_operations q USING (part, operation)
            WHERE o.end_s BETWEEN {warm_up_s} AND {horizon_s}
            GROUP BY ALL
        ) v USING (replication, part, operation)
    """,
    # Where the time of the products shipped in the window went, by cause: sums over their own visits, s.
    "cycle_times": """
        WITH by_product AS (
            SELECT s.replication, s.part, count(*) AS pieces, {cause_sums},
                sum(s.cycle_s) - ({cause_total}) AS other
            FROM shipped s LEFT JOIN (
                SELECT o.replication, o.serial_number,
                    sum(o.work_s) FILTER (o.visit = 1 AND NOT coalesce(q.rework, false)) AS work,
                    sum(o.work_s) FILTER (o.visit > 1 OR coalesce(q.rework, false)) AS rework,
                    {wait_sums},
                    sum(o.down_s) AS down,
                    sum(o.blocked_s) AS blocked
                FROM operations o
                SEMI JOIN shipped USING (replication, serial_number)
                LEFT JOIN scenario_operations q USING (part, operation)
                GROUP BY ALL
            ) v USING (replication, serial_number)
            GROUP BY ALL
        )
        SELECT r.replication, p.part, c.cause, t.pieces, t.time_s
        FROM replications r CROSS JOIN scenario_parts p CROSS JOIN (SELECT unnest([{causes}]) AS cause) c
        LEFT JOIN (UNPIVOT by_product ON {cause_names} INTO NAME cause VALUE time_s) t USING (replication, part, cause)
        WHERE p.product
    """,
    # Time by work center and SEMI E10 state, summed over work units.
    "state_times": """
        SELECT r.replication, c.work_center, e.state, coalesce(s.time_s, 0) AS time_s
        FROM replications r CROSS JOIN scenario_work_centers c CROSS JOIN (SELECT unnest([{states}]) AS state) e
        LEFT JOIN (
            SELECT replication, work_center, state,
                sum(least(end_s, {horizon_s}) - greatest(start_s, {warm_up_s})) AS time_s
            FROM states WHERE end_s > {warm_up_s} AND start_s < {horizon_s}
            GROUP BY ALL
        ) s USING (replication, work_center, state)
    """,
    # Breakdowns that began in the window and their time to the end of repair; touching rows are one breakdown.
    "failure_totals": """
        SELECT r.replication, c.work_center, count(f.began_s) AS failures, coalesce(sum(f.down_s), 0) AS down_s
        FROM replications r CROSS JOIN scenario_work_centers c
        LEFT JOIN (
            SELECT replication, work_center, min(start_s) AS began_s,
                least(max(end_s), {horizon_s}) - min(start_s) AS down_s
            FROM (
                SELECT *, sum(begins::INTEGER) OVER (
                    PARTITION BY replication, work_center, work_unit ORDER BY start_s
                ) AS breakdown
                FROM (
                    SELECT replication, work_center, work_unit, start_s, end_s,
                        coalesce(start_s > lag(end_s) OVER (
                            PARTITION BY replication, work_center, work_unit ORDER BY start_s
                        ), true) AS begins
                    FROM states WHERE state = 'unscheduled_down'
                )
            )
            GROUP BY replication, work_center, work_unit, breakdown
            HAVING min(start_s) >= {warm_up_s} AND min(start_s) < {horizon_s}
        ) f USING (replication, work_center)
        GROUP BY ALL
    """,
    # Load on each limit of each feed and cooling loop: peak and time average of what is drawn and reserved, time above.
    "limit_totals": """
        SELECT replication, name, quantity,
            max(draw) AS peak_draw,
            sum(draw * time_s) / {observed_s} AS mean_draw,
            max(reserved) AS peak_reserved,
            sum(reserved * time_s) / {observed_s} AS mean_reserved,
            max("limit") AS "limit",
            coalesce(sum(time_s) FILTER (draw > "limit" * (1 + 1e-9)), 0) AS above_limit_s
        FROM (
            SELECT *, least(end_s, {horizon_s}) - greatest(start_s, {warm_up_s}) AS time_s
            FROM limits WHERE end_s > {warm_up_s} AND start_s < {horizon_s} AND end_s > start_s
        )
        GROUP BY ALL
    """,
    # The same by feed, in W.
    "feed_loads": """
        SELECT r.replication, f.feed, f.parent IS NULL AS root, f.of_hall, coalesce(t."limit", f.limit_w) AS limit_w,
            coalesce(peak_draw, 0) AS peak_draw_w, coalesce(mean_draw, 0) AS mean_draw_w,
            coalesce(peak_reserved, 0) AS peak_reserved_w, coalesce(mean_reserved, 0) AS mean_reserved_w,
            coalesce(above_limit_s, 0) AS above_limit_s
        FROM replications r CROSS JOIN scenario_feeds f
        LEFT JOIN limit_totals t ON t.replication = r.replication AND t.name = f.feed AND t.quantity = 'power'
    """,
    # The same by cooling loop and quantity (heat in W, flow in m3/s).
    "cooling_loop_loads": """
        SELECT r.replication, c.cooling_loop, q.quantity, t."limit",
            coalesce(peak_draw, 0) AS peak_draw, coalesce(mean_draw, 0) AS mean_draw,
            coalesce(peak_reserved, 0) AS peak_reserved, coalesce(mean_reserved, 0) AS mean_reserved
        FROM replications r CROSS JOIN scenario_cooling_loops c
        CROSS JOIN (SELECT unnest(['heat', 'flow']) AS quantity) q
        LEFT JOIN limit_totals t ON
            t.replication = r.replication AND t.name = c.cooling_loop AND t.quantity = q.quantity
        WHERE q.quantity = 'heat' OR c.medium = 'liquid'
    """,
    # Person-seconds present and at work by operator group.
    "labour_totals": """
        SELECT r.replication, g.operator_group,
            coalesce(sum(l.present * l.time_s), 0) AS present_s, coalesce(sum(l.busy * l.time_s), 0) AS busy_s
        FROM replications r CROSS JOIN scenario_operator_groups g
        LEFT JOIN (
            SELECT *, least(end_s, {horizon_s}) - greatest(start_s, {warm_up_s}) AS time_s
            FROM labour WHERE end_s > {warm_up_s} AND start_s < {horizon_s}
        ) l USING (replication, operator_group)
        GROUP BY ALL
    """,
    # GPU-time that each job of a hall held, and the share of it that was useful or lost; W a GPU at the wall.
    "hall_work": """
        SELECT p.replication, p.job, j.job_class, p.gpu_s,
            CASE WHEN j.busy_s > 0 THEN j.work_s / j.busy_s ELSE 0 END AS useful_share,
            CASE WHEN j.busy_s > 0 THEN j.lost_s / j.busy_s ELSE 0 END AS lost_share,
            CASE WHEN j.busy_s > 0 AND j.gpus > 0 THEN j.energy_j / (j.busy_s * j.gpus) ELSE 0 END AS w_per_gpu
        FROM (
            SELECT replication, job, sum(gpus * (least(end_s, {horizon_s}) - greatest(start_s, {warm_up_s}))) AS gpu_s
            FROM placements WHERE end_s > {warm_up_s} AND start_s < {horizon_s} AND gpus > 0 GROUP BY ALL
        ) p JOIN gpu_jobs j USING (replication, job)
    """,
}


def summary_views(warm_up_s: float, horizon_s: float) -> dict[str, str]:
    """SQL of each view, by name, in an order in which they can be created."""
    known = CYCLE_CAUSES[:-1]
    words = {
        "warm_up_s": f"{warm_up_s!r}::DOUBLE",
        "horizon_s": f"{horizon_s!r}::DOUBLE",
        "observed_s": f"{horizon_s - warm_up_s!r}::DOUBLE",
        "states": ", ".join(f"'{state}'" for state in E10_STATES),
        "causes": ", ".join(f"'{cause}'" for cause in CYCLE_CAUSES),
        "cause_names": ", ".join(CYCLE_CAUSES),
        "cause_sums": ", ".join(f"coalesce(sum(v.{cause}), 0) AS {cause}" for cause in known),
        "cause_total": " + ".join(f"coalesce(sum(v.{cause}), 0)" for cause in known),
        "wait_sums": ", ".join(f"sum(o.wait_{cause}_s) AS wait_{cause}" for cause in WAIT_CAUSES),
    }
    return {name: sql.format(**words) for name, sql in SUMMARY_VIEWS.items()}
