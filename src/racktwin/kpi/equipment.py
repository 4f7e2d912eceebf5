"""KPIs of equipment: SEMI E10 states, OEE after ISO 22400, failures and repairs."""

from __future__ import annotations

from .definition import Kpi

EQUIPMENT = (
    Kpi(
        "state_share",
        "Share of time by SEMI E10 state",
        "1",
        "neither",
        "state",
        "time of the work center's work units in the state / time in all states, within the observed window; sums to 1",
        """
        SELECT replication, work_center || ':' || state AS subject,
            time_s / nullif(sum(time_s) OVER (PARTITION BY replication, work_center), 0) AS value
        FROM state_times
        """,
    ),
    Kpi(
        "utilization",
        "Utilization",
        "1",
        "neither",
        "work_center",
        "productive time / all time of the work units (SEMI E10 total utilization)",
        """
        SELECT replication, work_center AS subject,
            sum(time_s) FILTER (state = 'productive') / nullif(sum(time_s), 0) AS value
        FROM state_times GROUP BY ALL
        """,
    ),
    Kpi(
        "uptime",
        "Uptime",
        "1",
        "higher",
        "work_center",
        "1 − (unscheduled and scheduled down time / all time but non-scheduled time) (SEMI E10 operational uptime)",
        """
        SELECT replication, work_center AS subject,
            1 - sum(time_s) FILTER (state IN ('unscheduled_down', 'scheduled_down'))
                / nullif(sum(time_s) FILTER (state <> 'non_scheduled'), 0) AS value
        FROM state_times GROUP BY ALL
        """,
    ),
    Kpi(
        "availability",
        "Availability (ISO 22400)",
        "1",
        "higher",
        "work_center",
        "actual production time / planned busy time: productive time / all time but non-scheduled and scheduled down "
        "time. After ISO 22400, waiting for parts, people or power lowers it; see uptime for breakdowns alone",
        """
        SELECT replication, work_center AS subject,
            sum(time_s) FILTER (state = 'productive')
                / nullif(sum(time_s) FILTER (state NOT IN ('non_scheduled', 'scheduled_down')), 0) AS value
        FROM state_times GROUP BY ALL
        """,
    ),
    Kpi(
        "effectiveness",
        "Effectiveness (ISO 22400)",
        "1",
        "higher",
        "work_center",
        "planned run time / actual run time of the visits that ended in the observed window. Planned is the mean of "
        "the scenario's durations at full power; for debug, which has no plan, the actual time; for a visit "
        "that a failure cut short, no more than the actual time. Power caps lower it; chance can lift it "
        "slightly above 1",
        """
        SELECT replication, work_center AS subject, sum(planned_s) / nullif(sum(work_s), 0) AS value
        FROM visit_totals GROUP BY ALL
        """,
    ),
    Kpi(
        "quality_ratio",
        "Quality ratio (ISO 22400)",
        "1",
        "higher",
        "work_center",
        "visits that ended in pass or repaired / all visits, of those ended in the observed window; a visit that "
        "ends in a failed test counts against the work center that tests",
        """
        SELECT replication, work_center AS subject, sum(good) / nullif(sum(visits), 0) AS value
        FROM visit_totals GROUP BY ALL
        """,
    ),
    Kpi(
        "oee",
        "OEE (ISO 22400)",
        "1",
        "higher",
        "work_center",
        "availability × effectiveness × quality_ratio; 0 where nothing was produced in planned busy time",
        """
        WITH times AS (
            SELECT replication, work_center,
                sum(time_s) FILTER (state = 'productive')
                    / nullif(sum(time_s) FILTER (state NOT IN ('non_scheduled', 'scheduled_down')), 0) AS availability
            FROM state_times GROUP BY ALL
        ), visits AS (
            SELECT replication, work_center,
                sum(planned_s) / nullif(sum(work_s), 0) * sum(good) / nullif(sum(visits), 0) AS yielded
            FROM visit_totals GROUP BY ALL
        )
        SELECT replication, work_center AS subject,
            CASE WHEN availability = 0 THEN 0 ELSE availability * yielded END AS value
        FROM times LEFT JOIN visits USING (replication, work_center)
        """,
    ),
    Kpi(
        "mtbf",
        "Mean time between failures",
        "s",
        "higher",
        "work_center",
        "productive time / breakdowns that began in the observed window (SEMI E10 MTBFp); empty without a breakdown",
        """
        SELECT replication, work_center AS subject,
            sum(time_s) FILTER (state = 'productive') / nullif(any_value(failures), 0) AS value
        FROM state_times JOIN failure_totals USING (replication, work_center) GROUP BY ALL
        """,
    ),
    Kpi(
        "mttr",
        "Mean time to repair",
        "s",
        "lower",
        "work_center",
        "mean time from breakdown to the end of repair, waiting for repairers included, of the breakdowns that began "
        "in the observed window; cut at the horizon",
        """
        SELECT replication, work_center AS subject, down_s / nullif(failures, 0) AS value
        FROM failure_totals
        """,
    ),
)
