"""The commands that make a run again, ready to paste into a shell."""

from __future__ import annotations

import shlex

from racktwin.results import Manifest
from racktwin.scenario import examples


def run_command(manifest: Manifest) -> str:
    """The command that makes the same run again."""
    return (
        f"racktwin run {shlex.quote(source(manifest))} --seed {manifest.seed} "
        f"--replications {manifest.replications_planned}"
    )


def marginals_command(manifest: Manifest) -> str:
    """The command that makes the same run with the worth of one more unit of each limit."""
    return f"{run_command(manifest)} --marginals"


def source(manifest: Manifest) -> str:
    """The file the scenario was read from, below its folder; the name of the scenario if that ships with racktwin."""
    if manifest.scenario_name in examples() or not manifest.source_files:
        return manifest.scenario_name
    return manifest.source_files[0].path
