"""KPIs of what a hall costs, emits and makes: by hourly price and carbon, per useful work, in units of each class."""

from __future__ import annotations

from .definition import Kpi
from .fleet_work import USEFUL

_HOURS = """
    SELECT replication, sum(facility_j) AS facility_j, sum(cost_usd) AS cost_usd, sum(carbon_kg) AS carbon_kg,
        sum(facility_j * price_usd_per_j) / nullif(sum(facility_j), 0) AS paid, avg(price_usd_per_j) AS asked
    FROM (
        SELECT replication, share * facility_j AS facility_j, share * cost_usd AS cost_usd,
            share * carbon_kg AS carbon_kg, price_usd_per_j
        FROM (
            SELECT h.*, (least(end_s, horizon_s) - greatest(start_s, warm_up_s)) / nullif(end_s - start_s, 0) AS share
            FROM hall_hours h CROSS JOIN run WHERE end_s > warm_up_s AND start_s < horizon_s
        )
    ) GROUP BY replication
"""
_UNITS = """
    SELECT x.replication, x.job_class, sum(x.gpu_s * x.useful_share * c.rate_per_s) AS units,
        sum(x.gpu_s * x.w_per_gpu) AS energy_j
    FROM hall_work x JOIN scenario_job_classes c USING (job_class) WHERE c.rate_per_s IS NOT NULL GROUP BY ALL
"""


def _of_hours(value: str) -> str:
    """A query for one number of the hall's hours per replication; NaN, where there is no price, is nothing."""
    return f"""
        SELECT x.replication, '' AS subject, CASE WHEN isnan({value}) THEN NULL ELSE {value} END AS value
        FROM ({_HOURS}) x CROSS JOIN run LEFT JOIN ({USEFUL}) u USING (replication)
    """


FLEET_COST = (
    Kpi(
        "hall_energy",
        "Energy of the hall",
        "kWh/d",
        "lower",
        "plant",
        "energy at the hall's topmost feeds (losses below them included; of the racks, if it has no feeds) and of its "
        "cooling plant, per day of the observed window",
        _of_hours("x.facility_j / 3.6e6 / (observed_s / 86400)"),
    ),
    Kpi(
        "energy_cost",
        "Cost of the hall's energy",
        "USD/d",
        "lower",
        "plant",
        "the hall's energy of each hour times its price, per day of the observed window; empty without a price",
        _of_hours("x.cost_usd / (observed_s / 86400)"),
    ),
    Kpi(
        "energy_cost_per_gpu_hour",
        "Energy cost per useful GPU-hour",
        "USD",
        "lower",
        "plant",
        "cost of the hall's energy / useful GPU-hours; empty without a price",
        _of_hours("x.cost_usd / nullif(u.useful_s / 3600, 0)"),
    ),
    Kpi(
        "price_paid",
        "Price paid for energy",
        "USD/MWh",
        "lower",
        "plant",
        "mean price of energy weighted by what the hall takes in each hour; empty without a price",
        _of_hours("x.paid * 3.6e9"),
    ),
    Kpi(
        "price_asked",
        "Price asked for energy",
        "USD/MWh",
        "neither",
        "plant",
        "mean price of energy over the hours of the observed window: the baseline of price_paid, what a hall of "
        "constant draw would pay; empty without a price",
        _of_hours("x.asked * 3.6e9"),
    ),
    Kpi(
        "carbon",
        "Carbon of the hall's energy",
        "kg/d",
        "lower",
        "plant",
        "the hall's energy of each hour times its carbon intensity, per day of the observed window; empty without one",
        _of_hours("x.carbon_kg / (observed_s / 86400)"),
    ),
    Kpi(
        "carbon_per_gpu_hour",
        "Carbon per useful GPU-hour",
        "kg",
        "lower",
        "plant",
        "carbon of the hall's energy / useful GPU-hours; empty without a carbon intensity",
        _of_hours("x.carbon_kg / nullif(u.useful_s / 3600, 0)"),
    ),
    Kpi(
        "coincident_peak",
        "Draw at the system's monthly peaks",
        "kW",
        "lower",
        "plant",
        "mean draw of the hall in the hours of the observed window that turned out to be their month's peak of the "
        "system (what transmission is charged by); empty without a system load, or without such an hour",
        """
        SELECT replication, '' AS subject, avg(facility_j / (end_s - start_s)) / 1e3 AS value
        FROM hall_hours CROSS JOIN run WHERE month_peak = 1 AND start_s >= warm_up_s AND end_s <= horizon_s
        GROUP BY ALL
        """,
    ),
    Kpi(
        "useful_units",
        "Useful work in its own unit",
        "1/d",
        "higher",
        "job_class",
        "useful GPU-time of the class times its rate (tokens, samples, steps of a GPU at full speed), per day of the "
        "observed window; empty for classes without a rate",
        f"""
        SELECT x.replication, x.job_class AS subject, x.units / (observed_s / 86400) AS value
        FROM ({_UNITS}) x CROSS JOIN run
        """,
    ),
    Kpi(
        "units_per_joule",
        "Useful work per joule",
        "1/J",
        "higher",
        "job_class",
        "useful work of the class in its own unit / energy drawn for its jobs at the wall above an idle hall: what one "
        "more job takes; empty for classes without a rate",
        f"SELECT x.replication, x.job_class AS subject, x.units / nullif(x.energy_j, 0) AS value FROM ({_UNITS}) x",
    ),
    Kpi(
        "racks_at_work",
        "Racks at work",
        "1",
        "higher",
        "plant",
        "time average over the observed window of the racks that have come and been installed",
        """
        SELECT x.replication, '' AS subject,
            sum(greatest(horizon_s - greatest(x.in_service_s, warm_up_s), 0)) / any_value(observed_s) AS value
        FROM hall_racks x CROSS JOIN run GROUP BY ALL
        """,
    ),
    Kpi(
        "escape_failures",
        "Failures of escaped defects per year",
        "1/yr",
        "lower",
        "plant",
        "nodes put out of service in the observed window by latent defects that the line let escape, per year",
        """
        SELECT r.replication, '' AS subject, count(o.rack) / (any_value(observed_s) / (365 * 86400)) AS value
        FROM replications r CROSS JOIN run CROSS JOIN scenario_hall LEFT JOIN outages o
            ON o.replication = r.replication AND o.cause = 'escaped_defect'
            AND o.start_s BETWEEN warm_up_s AND horizon_s
        GROUP BY ALL
        """,
    ),
)
