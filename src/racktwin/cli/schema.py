"""``racktwin schema``: the JSON Schema of a scenario file, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def schema(
    out: Annotated[Path | None, typer.Option("--output", "-o", help="File to write instead of printing.")] = None,
) -> None:
    """Print the JSON Schema of a scenario file, so that editors complete and check it."""
    from racktwin.scenario import scenario_schema

    text = json.dumps(scenario_schema(), indent=2, ensure_ascii=False)
    if out is None:
        print(text)
        return
    from racktwin.results.manifest import write_atomically

    from .terminal import note

    write_atomically(out, text.encode() + b"\n")
    note(f"{out} written. In a YAML file: # yaml-language-server: $schema={out.name}")
