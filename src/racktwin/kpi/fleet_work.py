"""Queries that the KPIs of a hall share: what jobs hold, what of it is useful, by class."""

from __future__ import annotations

PLACED = """
    SELECT p.replication, j.job_class, p.gpus * (least(p.end_s, horizon_s) - greatest(p.start_s, warm_up_s)) AS gpu_s,
        CASE WHEN j.busy_s > 0 THEN j.work_s / j.busy_s ELSE 0 END AS useful_share,
        CASE WHEN j.busy_s > 0 THEN j.lost_s / j.busy_s ELSE 0 END AS lost_share,
        CASE WHEN j.busy_s > 0 AND j.gpus > 0 THEN j.energy_j / (j.busy_s * j.gpus) ELSE 0 END AS w_per_gpu
    FROM placements p CROSS JOIN run JOIN gpu_jobs j USING (replication, job)
    WHERE p.end_s > warm_up_s AND p.start_s < horizon_s AND p.gpus > 0
"""
SUBJECTS = "(SELECT job_class AS subject FROM scenario_job_classes UNION ALL SELECT '' FROM scenario_hall)"
PER_CLASS = f"FROM replications r CROSS JOIN {SUBJECTS} s"
OF_SUBJECT = "r.replication = x.replication AND (s.subject = '' OR s.subject = x.job_class)"
USEFUL = f"SELECT replication, sum(gpu_s * useful_share) AS useful_s FROM ({PLACED}) GROUP BY ALL"
THERE = """
    SELECT replication, sum(gpus * greatest(horizon_s - greatest(in_service_s, warm_up_s), 0)) AS there_s
    FROM hall_racks CROSS JOIN run GROUP BY replication
"""
"""GPU-time of the racks that have come, over the observed window."""
