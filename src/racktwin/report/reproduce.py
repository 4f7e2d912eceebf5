"""The commands that make a run again, ready to paste into a shell."""

from __future__ import annotations

import shlex

from racktwin.results import Manifest


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
    """The file the scenario was read from; its name where it was read from none."""
    return manifest.source_files[0].path if manifest.source_files else manifest.scenario_name
