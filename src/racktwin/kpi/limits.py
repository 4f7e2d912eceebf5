"""KPIs of what limits the plant; the table ``bottlenecks`` they read is made by :mod:`racktwin.kpi.bottleneck`."""

from __future__ import annotations

from .definition import Kpi

LIMITS = (
    Kpi(
        "bottleneck_share",
        "Bottleneck",
        "1",
        "neither",
        "limit",
        "share of the observed window in which this is the momentary bottleneck: of all that is active then, the one "
        "active for the longest unbroken period (active-period method of Roser, Nakano and Tanaka). A work center is "
        "active while none of its work units is idle; an operator group while all present are busy and somebody waits "
        "for them; a feed or loop while an operation waits for it. Adds up to at most 1: the rest is time when nothing "
        "is active",
        "SELECT replication, subject, bottleneck_share AS value FROM bottlenecks",
    ),
    Kpi(
        "sole_bottleneck_share",
        "Sole bottleneck",
        "1",
        "neither",
        "limit",
        "the part of bottleneck_share in which it does not overlap the bottleneck before or after it",
        "SELECT replication, subject, sole_share AS value FROM bottlenecks",
    ),
    Kpi(
        "shifting_bottleneck_share",
        "Shifting bottleneck",
        "1",
        "neither",
        "limit",
        "share of the observed window in which the bottleneck passes from or to this: the active periods of one "
        "bottleneck and the next overlap. Counted for both, so that it does not add up over limits",
        "SELECT replication, subject, shifting_share AS value FROM bottlenecks",
    ),
    Kpi(
        "constrained_share",
        "Share of time at its limit",
        "1",
        "neither",
        "limit",
        "share of the observed window in which it is active, as bottleneck_share says: for a feed or loop, that some "
        "operation waits for it; for a work center, that no work unit is idle",
        "SELECT replication, subject, active_share AS value FROM bottlenecks",
    ),
    Kpi(
        "mean_active_period",
        "Mean active period",
        "s",
        "neither",
        "limit",
        "mean length of its active periods in the observed window; empty if it never is active. The average "
        "form of the method names the limit with the longest as the bottleneck",
        "SELECT replication, subject, CASE WHEN active_share > 0 THEN mean_active_s END AS value FROM bottlenecks",
    ),
)
