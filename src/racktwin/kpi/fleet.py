"""KPIs of a hall: work done, waits, use of GPUs, energy, limits.

The table ``largest_falls`` that one of them reads is made by :mod:`racktwin.kpi.falls`.
"""

from __future__ import annotations

from .definition import Kpi
from .fleet_work import OF_SUBJECT, PER_CLASS, THERE, USEFUL

_STARTED = "SELECT j.* FROM gpu_jobs j CROSS JOIN run WHERE submit_s >= warm_up_s AND isfinite(start_s)"
_ENDED = """
    SELECT j.* FROM gpu_jobs j CROSS JOIN run
    WHERE fate IN ('completed', 'timed_out') AND end_s BETWEEN warm_up_s AND horizon_s
"""
_ENERGY = """
    SELECT replication, sum(draw_w * (least(end_s, horizon_s) - greatest(start_s, warm_up_s))) AS energy_j
    FROM rack_power CROSS JOIN run WHERE end_s > warm_up_s AND start_s < horizon_s GROUP BY ALL
"""

_PLANT = """
    SELECT c.*, least(end_s, horizon_s) - greatest(start_s, warm_up_s) AS lasts_s FROM cooling c CROSS JOIN run
    WHERE end_s > warm_up_s AND start_s < horizon_s
"""


def _of_plant(value: str) -> str:
    """A query for one number of the cooling plant per replication."""
    return f"SELECT replication, '' AS subject, {value} AS value FROM ({_PLANT}) GROUP BY replication"


FLEET = (
    Kpi(
        "useful_gpu_hours",
        "Useful GPU-hours per day",
        "h",
        "higher",
        "job_class",
        "GPU-hours of work kept, worth at full speed, per day of the observed window: the time jobs hold GPUs times "
        "the share of it that was work and not lost, overhead or slowness",
        f"""
        SELECT r.replication, s.subject,
            coalesce(sum(x.gpu_s * x.useful_share), 0) / 3600 / (any_value(observed_s) / 86400) AS value
        {PER_CLASS} CROSS JOIN run LEFT JOIN hall_work x ON {OF_SUBJECT} GROUP BY ALL
        """,
    ),
    Kpi(
        "goodput",
        "Goodput",
        "1",
        "higher",
        "plant",
        "useful GPU-time / GPU-time of all GPUs that have come to the hall, over the observed window",
        f"""
        SELECT r.replication, '' AS subject, coalesce(x.useful_s, 0) / nullif(h.there_s, 0) AS value
        FROM replications r JOIN ({THERE}) h USING (replication) LEFT JOIN ({USEFUL}) x USING (replication)
        """,
    ),
    Kpi(
        "effective_time_ratio",
        "Effective time ratio",
        "1",
        "higher",
        "job_class",
        "useful GPU-time / GPU-time held by jobs (ETTR): below 1 by caps, restarts and lost work; empty where "
        "nothing ran",
        f"""
        SELECT r.replication, s.subject, sum(x.gpu_s * x.useful_share) / sum(x.gpu_s) AS value
        {PER_CLASS} LEFT JOIN hall_work x ON {OF_SUBJECT} GROUP BY ALL
        """,
    ),
    Kpi(
        "lost_work_share",
        "Work lost",
        "1",
        "lower",
        "job_class",
        "GPU-time of work done and lost to interruptions / GPU-time held by jobs; empty where nothing ran",
        f"""
        SELECT r.replication, s.subject, sum(x.gpu_s * x.lost_share) / sum(x.gpu_s) AS value
        {PER_CLASS} LEFT JOIN hall_work x ON {OF_SUBJECT} GROUP BY ALL
        """,
    ),
    Kpi(
        "allocated_share",
        "GPUs allocated",
        "1",
        "higher",
        "plant",
        "GPU-time held by jobs / GPU-time of all GPUs that have come to the hall, over the observed window",
        f"""
        SELECT r.replication, '' AS subject, coalesce(sum(x.gpu_s), 0) / nullif(any_value(h.there_s), 0) AS value
        FROM replications r JOIN ({THERE}) h USING (replication) LEFT JOIN hall_work x USING (replication)
        GROUP BY ALL
        """,
    ),
    Kpi(
        "jobs_ended",
        "Jobs ended per day",
        "1/d",
        "higher",
        "job_class",
        "jobs completed or ended by their time limit in the observed window, per day",
        f"""
        SELECT r.replication, s.subject, count(x.job) / (any_value(observed_s) / 86400) AS value
        {PER_CLASS} CROSS JOIN run LEFT JOIN ({_ENDED}) x ON {OF_SUBJECT} GROUP BY ALL
        """,
    ),
    Kpi(
        "queue_wait_mean",
        "Mean queue wait",
        "s",
        "lower",
        "job_class",
        "mean time from submission to first start of jobs submitted in the observed window that started",
        f"""
        SELECT r.replication, s.subject, avg(x.start_s - x.submit_s) AS value
        {PER_CLASS} LEFT JOIN ({_STARTED}) x ON {OF_SUBJECT} GROUP BY ALL
        """,
    ),
    Kpi(
        "jobs_unstarted",
        "Jobs that have not started",
        "1",
        "lower",
        "job_class",
        "jobs submitted in the observed window that wait or are held at its end without having started: queue waits "
        "are without theirs, and so too short where there are many",
        f"""
        SELECT r.replication, s.subject, count(x.job) AS value
        {PER_CLASS} LEFT JOIN (
            SELECT j.* FROM gpu_jobs j CROSS JOIN run
            WHERE submit_s BETWEEN warm_up_s AND horizon_s AND NOT isfinite(start_s) AND fate <> 'rejected'
        ) x ON {OF_SUBJECT} GROUP BY ALL
        """,
    ),
    Kpi(
        "queue_wait_p95",
        "Queue wait, 95th percentile",
        "s",
        "lower",
        "job_class",
        "time from submission to first start that 95 % of the jobs submitted in the observed window that started "
        "keep within",
        f"""
        SELECT r.replication, s.subject, quantile_cont(x.start_s - x.submit_s, 0.95) AS value
        {PER_CLASS} LEFT JOIN ({_STARTED}) x ON {OF_SUBJECT} GROUP BY ALL
        """,
    ),
    Kpi(
        "bounded_slowdown",
        "Bounded slowdown",
        "1",
        "lower",
        "job_class",
        "mean over jobs ended in the observed window of (end - submission) / duration at full power, durations below "
        "10 s counted as 10 s",
        f"""
        SELECT r.replication, s.subject, avg(greatest((x.end_s - x.submit_s) / greatest(x.duration_s, 10), 1)) AS value
        {PER_CLASS} LEFT JOIN ({_ENDED}) x ON {OF_SUBJECT} GROUP BY ALL
        """,
    ),
    Kpi(
        "hall_mean_power",
        "Mean power of the racks",
        "kW",
        "neither",
        "plant",
        "time average of the draw of all racks of the hall over the observed window, before losses upstream",
        f"""
        SELECT r.replication, '' AS subject, x.energy_j / observed_s / 1000 AS value
        FROM replications r CROSS JOIN run CROSS JOIN scenario_hall JOIN ({_ENERGY}) x USING (replication)
        """,
    ),
    Kpi(
        "energy_per_gpu_hour",
        "Energy per useful GPU-hour",
        "kWh",
        "lower",
        "plant",
        "energy of all racks of the hall, idle draw and hosts included, / useful GPU-hours; a saving between two runs "
        "is by this measured draw, not by nameplate",
        f"""
        SELECT r.replication, '' AS subject, x.energy_j / 3.6e6 / nullif(u.useful_s / 3600, 0) AS value
        FROM replications r CROSS JOIN scenario_hall JOIN ({_ENERGY}) x USING (replication)
        JOIN ({USEFUL}) u USING (replication)
        """,
    ),
    Kpi(
        "gpu_hours_per_provisioned_mw",
        "Useful GPU-hours per day and provisioned MW",
        "h",
        "higher",
        "plant",
        "useful GPU-hours per day / limits of the hall's feeds that have no feed above them, MW; empty without feeds",
        f"""
        SELECT r.replication, '' AS subject,
            u.useful_s / 3600 / (observed_s / 86400) / nullif(h.provisioned_w / 1e6, 0) AS value
        FROM replications r CROSS JOIN run CROSS JOIN scenario_hall h JOIN ({USEFUL}) u USING (replication)
        """,
    ),
    Kpi(
        "nameplate_share",
        "Nameplate by provisioned power",
        "1",
        "neither",
        "plant",
        "draw of all racks with every GPU at its rated power / limits of the hall's feeds that have no feed above "
        "them: above 1 the hall is oversubscribed by nameplate",
        """
        SELECT r.replication, '' AS subject, h.nameplate_w / nullif(h.provisioned_w, 0) AS value
        FROM replications r CROSS JOIN scenario_hall h
        """,
    ),
    Kpi(
        "racks_per_mw",
        "Racks per provisioned MW",
        "1",
        "higher",
        "plant",
        "racks of the hall / limits of its feeds that have no feed above them, MW",
        """
        SELECT r.replication, '' AS subject, h.racks / nullif(h.provisioned_w / 1e6, 0) AS value
        FROM replications r CROSS JOIN scenario_hall h
        """,
    ),
    Kpi(
        "power_wait_share",
        "Wait for power",
        "1",
        "lower",
        "plant",
        "share of the whole run in which the first job of the queue waits for power or coolant, not for GPUs",
        """
        SELECT r.replication, '' AS subject, coalesce(sum(j.wait_power_s), 0) / any_value(horizon_s) AS value
        FROM replications r CROSS JOIN run CROSS JOIN scenario_hall LEFT JOIN gpu_jobs j USING (replication)
        GROUP BY ALL
        """,
    ),
    Kpi(
        "interruptions",
        "Interruptions per day",
        "1/d",
        "lower",
        "plant",
        "placements ended by failure, preemption or shedding in the observed window, gangs counted once, per day",
        """
        SELECT r.replication, '' AS subject, count(p.job) / (any_value(observed_s) / 86400) AS value
        FROM replications r CROSS JOIN run CROSS JOIN scenario_hall LEFT JOIN (
            SELECT DISTINCT replication, job, attempt FROM placements CROSS JOIN run
            WHERE outcome IN ('failed', 'preempted', 'shed') AND end_s BETWEEN warm_up_s AND horizon_s
        ) p USING (replication)
        GROUP BY ALL
        """,
    ),
    Kpi(
        "seconds_above_limit",
        "Time above a limit",
        "s",
        "lower",
        "feed",
        "time within the observed window in which the feed carries more than its limit at that moment: only after a "
        "loss, until racks have followed",
        "SELECT replication, feed AS subject, above_limit_s AS value FROM feed_loads",
    ),
    Kpi(
        "ballast_energy",
        "Energy of ballast",
        "kWh/d",
        "lower",
        "feed",
        "energy that ballast below the feed draws so that its load falls no faster than it may, per day of the "
        "observed window; part of the hall's energy",
        """
        SELECT r.replication, f.feed AS subject,
            coalesce(sum(b.ballast_w * (least(b.end_s, horizon_s) - greatest(b.start_s, warm_up_s))), 0) / 3.6e6
            / (any_value(observed_s) / 86400) AS value
        FROM replications r CROSS JOIN run CROSS JOIN scenario_feeds f LEFT JOIN ballast b
            ON b.replication = r.replication AND b.feed = f.feed AND b.end_s > warm_up_s AND b.start_s < horizon_s
        WHERE EXISTS (SELECT 1 FROM hall_racks)
        GROUP BY ALL
        """,
    ),
    Kpi(
        "largest_fall",
        "Largest fall of load",
        "kW",
        "lower",
        "feed",
        "by how much the draw of the feed falls at most from one moment to the next in the observed window",
        """
        SELECT r.replication, f.feed AS subject, coalesce(x.fall_w, 0) / 1e3 AS value
        FROM replications r CROSS JOIN scenario_feeds f LEFT JOIN largest_falls x USING (replication, feed)
        WHERE EXISTS (SELECT 1 FROM hall_racks)
        """,
    ),
    Kpi(
        "pue",
        "PUE of the cooling plant",
        "1",
        "lower",
        "plant",
        "(energy of the racks + pumps + fans + chillers of the cooling plant) / energy of the racks; losses upstream "
        "and air cooling aside; empty without a cooling plant",
        _of_plant("sum((it_w + pump_w + fan_w + chiller_w) * lasts_s) / nullif(sum(it_w * lasts_s), 0)"),
    ),
    Kpi(
        "wue",
        "Water of the cooling plant",
        "L/kWh",
        "lower",
        "plant",
        "make-up water of the cooling plant, L / energy of the racks, kWh; empty without a cooling plant",
        _of_plant("sum(water_kg_per_s * lasts_s) / nullif(sum(it_w * lasts_s) / 3.6e6, 0)"),
    ),
    Kpi(
        "hottest_coolant",
        "Warmest coolant",
        "K",
        "lower",
        "plant",
        "highest temperature at which coolant reaches the racks; empty without a cooling plant",
        _of_plant("max(supply_k)"),
    ),
)
