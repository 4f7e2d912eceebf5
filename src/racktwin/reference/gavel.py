"""How many steps a second the job types of Gavel's Philly traces make, so that their steps become durations."""

from __future__ import annotations

from .files import rows_of


def steps_per_s() -> dict[str, float]:
    """Steps a second by job type. They hold for any number of GPUs, as the traces were made with them so."""
    return {row["job_type"]: float(row["steps_per_s"]) for row in rows_of("gavel_steps.csv")}
