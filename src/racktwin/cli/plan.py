"""``racktwin plan``: what to do."""

from __future__ import annotations

import typer

from .plan_burn_in import burn_in
from .plan_capacity import capacity
from .plan_schedule import schedule

plan_app = typer.Typer(
    name="plan", no_args_is_help=True, help="Decide: schedule the test floor, size the plant, set the burn-in."
)
plan_app.command()(schedule)
plan_app.command()(capacity)
plan_app.command()(burn_in)
