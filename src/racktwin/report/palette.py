"""Colours by meaning, for light and dark pages, told apart by colour-blind readers and in print.

A figure names a colour as ``"$power"``; the page's script looks it up for the reader's colour scheme. The same word
has the same colour in every chart: what a work unit does, what a rack waits for, a limit, a product.
"""

from __future__ import annotations

# name: (light page, dark page); from Okabe and Ito, and Tol's "muted"
COLOURS: dict[str, tuple[str, str]] = {
    # the page itself
    "ink": ("#1b2330", "#e6eaf0"),
    "muted": ("#556070", "#a5b0bf"),
    "grid": ("#dde2e9", "#333d4a"),
    "paper": ("#ffffff", "#171d26"),
    # what fills a rack's time, and what a work unit does
    "work": ("#0072b2", "#4ba3dd"),
    "cell": ("#88ccee", "#9bd8f5"),
    "people": ("#44aa99", "#55c2af"),
    "power": ("#d55e00", "#f0802b"),
    "coolant": ("#aa4499", "#d37cc4"),
    "material": ("#ddcc77", "#e5d68c"),
    "gang": ("#999933", "#b9b956"),
    "calendar": ("#c9ced6", "#4d5866"),
    "blocked": ("#6b7280", "#98a1ae"),
    "down": ("#882255", "#cf5f96"),
    "rework": ("#332288", "#9a8ff0"),
    # SEMI E10 states that are not among the above
    "standby": ("#b4bcc8", "#6d7989"),
    "engineering": ("#999933", "#b9b956"),
    "scheduled_down": ("#e69f00", "#ffb833"),
    # operations at work: cool hues, so that waits stand out
    "operation_0": ("#0072b2", "#4ba3dd"),
    "operation_1": ("#7cc4ee", "#b5e2fb"),
    "operation_2": ("#1f3a93", "#8796ff"),
    "operation_3": ("#117733", "#2f8f4e"),
    "operation_4": ("#8fbf3f", "#c0e07a"),
    "operation_5": ("#5b7f95", "#8fb3c9"),
    # limits and their use
    "limit": ("#b00020", "#ff6b7d"),
    "draw": ("#0072b2", "#4ba3dd"),
    "reserved": ("#d55e00", "#f0802b"),
    "band": ("#0072b233", "#4ba3dd40"),
    "band_2": ("#d55e0033", "#f0802b40"),
    # series without a meaning of their own: products, feeds, operations
    "series_0": ("#0072b2", "#4ba3dd"),
    "series_1": ("#e69f00", "#ffb833"),
    "series_2": ("#009e73", "#2fc79a"),
    "series_3": ("#cc79a7", "#e39cc3"),
    "series_4": ("#56b4e9", "#9bd8f5"),
    "series_5": ("#882255", "#cf5f96"),
    "series_6": ("#999933", "#b9b956"),
    "series_7": ("#6b7280", "#98a1ae"),
}

SERIES = tuple(f"$series_{number}" for number in range(8))
"""Colours for things that have none of their own, in this order."""

OPERATIONS = tuple(f"$operation_{number}" for number in range(6))
"""Colours for operations at work, in this order; the last is for all that remain."""

E10_COLOURS = {
    "productive": "$work",
    "standby": "$standby",
    "engineering": "$engineering",
    "scheduled_down": "$scheduled_down",
    "unscheduled_down": "$down",
    "non_scheduled": "$calendar",
}

HATCHES = {"$blocked": "/", "$down": "x", "$calendar": ".", "$rework": "\\", "$standby": ""}
"""Patterns that tell neighbours apart without colour."""


def scheme(dark: bool) -> dict[str, str]:
    """The colours of one colour scheme, by name."""
    return {name: pair[dark] for name, pair in COLOURS.items()}
