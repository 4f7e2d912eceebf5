"""Which KPIs are shares: of unit 1 like counts, and read as percentages."""

from __future__ import annotations

SHARES = frozenset(
    {
        *(
            "on_time_share",
            "bottleneck_share",
            "sole_bottleneck_share",
            "shifting_bottleneck_share",
            "constrained_share",
        ),
        *("first_pass_yield", "rolled_throughput_yield", "first_time_right", "false_failure_rate", "scrap_rate"),
        *("state_share", "utilization", "uptime", "availability", "effectiveness", "quality_ratio", "oee"),
        *("peak_reserved_share", "mean_reserved_share", "operator_utilization"),
        *("goodput", "effective_time_ratio", "lost_work_share", "allocated_share", "nameplate_share"),
        "power_wait_share",
    }
)
"""KPIs of unit 1 that read best as percentages; the others are counts."""
