"""``racktwin examples``: the scenarios that ship with the package."""

from __future__ import annotations

from .terminal import print_table


def examples() -> None:
    """List the shipped scenarios; each runs by its name."""
    from racktwin.scenario import examples as shipped
    from racktwin.scenario import read_scenario

    print_table(("scenario", "what it is"), [(name, read_scenario(name).scenario.title) for name in shipped()])
