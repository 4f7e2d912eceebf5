"""KPIs of power, coolant and energy."""

from __future__ import annotations

from .definition import Kpi

ENERGY = (
    Kpi(
        "peak_power",
        "Peak draw",
        "kW",
        "neither",
        "feed",
        "highest draw on the feed at any instant of the observed window",
        "SELECT replication, feed AS subject, peak_draw_w / 1000 AS value FROM feed_loads",
    ),
    Kpi(
        "mean_power",
        "Mean draw",
        "kW",
        "neither",
        "feed",
        "time average of the draw on the feed over the observed window, idle draw and losses below included",
        "SELECT replication, feed AS subject, mean_draw_w / 1000 AS value FROM feed_loads",
    ),
    Kpi(
        "peak_reserved_share",
        "Peak reservation",
        "1",
        "neither",
        "feed",
        "highest reservation at any instant of the observed window / the feed's limit",
        "SELECT replication, feed AS subject, peak_reserved_w / limit_w AS value FROM feed_loads",
    ),
    Kpi(
        "mean_reserved_share",
        "Mean reservation",
        "1",
        "neither",
        "feed",
        "time average of what is reserved over the observed window / the feed's limit",
        "SELECT replication, feed AS subject, mean_reserved_w / limit_w AS value FROM feed_loads",
    ),
    Kpi(
        "peak_heat",
        "Peak heat",
        "kW",
        "neither",
        "cooling_loop",
        "highest heat into the cooling loop at any instant of the observed window",
        """
        SELECT replication, cooling_loop AS subject, peak_draw / 1000 AS value
        FROM cooling_loop_loads WHERE quantity = 'heat'
        """,
    ),
    Kpi(
        "mean_heat",
        "Mean heat",
        "kW",
        "neither",
        "cooling_loop",
        "time average of the heat into the cooling loop over the observed window",
        """
        SELECT replication, cooling_loop AS subject, mean_draw / 1000 AS value
        FROM cooling_loop_loads WHERE quantity = 'heat'
        """,
    ),
    Kpi(
        "peak_flow",
        "Peak coolant flow",
        "L/min",
        "neither",
        "cooling_loop",
        "highest flow through the liquid loop at any instant of the observed window",
        """
        SELECT replication, cooling_loop AS subject, peak_draw * 60000 AS value
        FROM cooling_loop_loads WHERE quantity = 'flow'
        """,
    ),
    Kpi(
        "mean_flow",
        "Mean coolant flow",
        "L/min",
        "neither",
        "cooling_loop",
        "time average of the flow through the liquid loop over the observed window",
        """
        SELECT replication, cooling_loop AS subject, mean_draw * 60000 AS value
        FROM cooling_loop_loads WHERE quantity = 'flow'
        """,
    ),
    Kpi(
        "energy_per_product",
        "Test energy per product",
        "kWh",
        "lower",
        "product",
        "energy drawn on the way for the products shipped in the observed window, their components included / "
        "products shipped",
        "SELECT replication, subject, avg(energy_j) / 3.6e6 AS value FROM product_shipments GROUP BY ALL",
    ),
    Kpi(
        "facility_energy_per_product",
        "Facility energy per product",
        "kWh",
        "lower",
        "plant",
        "energy through the feeds that have no feed above them, the hall's aside (idle draw and losses included) in "
        "the observed window / products shipped in it; empty where nothing shipped or the scenario has no feeds",
        """
        SELECT f.replication, '' AS subject,
            sum(f.mean_draw_w) * any_value(observed_s) / 3.6e6 / nullif(any_value(s.shipped), 0) AS value
        FROM feed_loads f CROSS JOIN run
        JOIN (SELECT replication, count(shipped_s) AS shipped FROM product_shipments WHERE subject = '' GROUP BY ALL) s
            USING (replication)
        WHERE f.root AND NOT f.of_hall GROUP BY ALL
        """,
    ),
)
