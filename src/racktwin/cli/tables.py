"""``racktwin tables``: what can be asked of a run."""

from __future__ import annotations

from typing import Annotated

import typer

from .terminal import print_json, print_table


def tables(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the tables and columns of a run.

    They are what 'racktwin query' can ask for.
    """
    from racktwin.results.schema import TABLES

    if as_json:
        print_json(
            {
                table.name: {
                    "row": table.row,
                    "columns": {
                        column.name: {"type": column.type, "description": column.description}
                        for column in table.columns
                    },
                }
                for table in TABLES.values()
            }
        )
        return
    for table in TABLES.values():
        print(f"{table.name}: {table.row}\n")
        print_table(
            ("column", "type", "meaning"), ((column.name, column.type, column.description) for column in table.columns)
        )
        print()
