"""Queries that the KPIs of a hall share: what jobs hold, what of it is useful, by class."""

from __future__ import annotations

SUBJECTS = "(SELECT job_class AS subject FROM scenario_job_classes UNION ALL SELECT '' FROM scenario_hall)"
PER_CLASS = f"FROM replications r CROSS JOIN {SUBJECTS} s"
OF_SUBJECT = "r.replication = x.replication AND (s.subject = '' OR s.subject = x.job_class)"
USEFUL = "SELECT replication, sum(gpu_s * useful_share) AS useful_s FROM hall_work GROUP BY ALL"
THERE = """
    SELECT replication, sum(gpus * greatest(horizon_s - greatest(in_service_s, warm_up_s), 0)) AS there_s
    FROM hall_racks CROSS JOIN run GROUP BY replication
"""
"""GPU-time of the racks that have come, over the observed window."""
