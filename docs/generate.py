"""Write the pages of docs/ that come from the code: commands, scenario keys, tables, KPIs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from racktwin.results.schema import TABLES

DOCS = Path(__file__).parent
_NOTE = "<!-- Written by scripts/docs from the code: change it there. -->\n\n"


def cli_page() -> str:
    """Every command and option, as typer describes them."""
    command = [sys.executable, "-m", "typer", "racktwin.cli.main", "utils", "docs", "--name", "racktwin"]
    answer = subprocess.run(
        [*command, "--title", "The command line"], capture_output=True, text=True, check=True, cwd=DOCS
    )
    return _NOTE + answer.stdout.rstrip() + "\n"


def tables_page() -> str:
    """The tables of a run, column by column."""
    parts = [
        "# The tables of a run\n",
        "A run folder holds these as Parquet files, one per replication, and `racktwin query` sees each as a view over",
        "all replications. Times are seconds after the scenario's start; intervals are from `start_s` to `end_s`.\n",
    ]
    for table in TABLES.values():
        parts += [f"## {table.name}\n", f"One row: {table.row}.\n", "| column | type | meaning |", "|---|---|---|"]
        parts += [f"| `{column.name}` | {column.type} | {column.description} |" for column in table.columns]
        parts.append("")
    return _NOTE + "\n".join(parts)


def kpis_page() -> str:
    """Every KPI with its definition."""
    from racktwin.kpi import KPIS, SUBJECT_KINDS

    parts = [
        "# KPIs\n",
        "Each looks only at the time from the end of the warm-up to the horizon, once per replication.",
        "`racktwin kpis` and the report give the mean and its 95 % interval over replications (Student's t).\n",
        "| KPI | meaning | unit | per | better | definition |",
        "|---|---|---|---|---|---|",
    ]
    parts += [
        f"| `{kpi.name}` | {kpi.title} | {kpi.unit} | {kpi.subject_kind} | {kpi.direction} | {kpi.formula} |"
        for kpi in KPIS.values()
    ]
    parts += ["", "## What a KPI is per\n", "| per | subject |", "|---|---|"]
    parts += [f"| {kind} | {meaning} |" for kind, meaning in SUBJECT_KINDS.items()]
    return _NOTE + "\n".join(parts) + "\n"


def keys_page() -> str:
    """Every key of a scenario file, entity by entity, from its JSON Schema."""
    from racktwin.scenario import scenario_schema

    schema = scenario_schema()
    parts = [
        "# The keys of a scenario file\n",
        "Where a quantity stands as `132 kW` it may also be written with its source, and a duration as a distribution:",
        "see [scenario.md](scenario.md). A key without a default must be given.\n",
        *_entity("Scenario", schema),
    ]
    for name, entity in schema["$defs"].items():
        if not name.endswith("Duration"):
            parts += _entity(name, entity)
    return _NOTE + "\n".join(parts)


def _entity(name: str, entity: dict[str, Any]) -> list[str]:
    about = entity.get("description", "").replace("``", "`")
    rows = [
        f"| `{key}` | {_value(value)} | {_default(value)} |"
        for key, value in entity["properties"].items()
        if key != "description"
    ]
    return [f"## {name}\n", f"{about}\n", "| key | value | default |", "|---|---|---|", *rows, ""]


def _value(schema: dict[str, Any]) -> str:
    """What may be written there, in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{choice}`" for choice in schema.get("enum", [schema.get("const")]))
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return _alternatives(schema[key])
    if "patternProperties" in schema:
        (held,) = schema["patternProperties"].values()
        return f"name: {_value(held)}, …"
    if schema.get("type") == "array":
        items = schema.get("prefixItems") or [schema["items"]]
        return f"list of {' and '.join(dict.fromkeys(map(_value, items)))}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"text: {_value(schema['additionalProperties'])}, …"
    if "file" in schema.get("properties", {}):
        return f"`{{file: {schema['properties']['file']['examples'][0]}}}`"
    if "examples" in schema:
        return f"`{schema['examples'][0]}`"
    kinds = {
        "integer": "whole number",
        "number": "number",
        "boolean": "`true`, `false`",
        "string": "name" if "pattern" in schema else "text",
    }
    return kinds[str(schema["type"])]


def _alternatives(choices: list[dict[str, Any]]) -> str:
    plain = [choice for choice in choices if _is_plain(choice)]
    laws = [choice for choice in plain if choice.get("$ref", "").endswith("Duration")]
    shown = [_value(choice) for choice in plain if choice not in laws]
    if len(laws) > 1:
        shown = [value for value in shown if value.startswith("`")] + ["a distribution"]
    return " or ".join(dict.fromkeys(shown))


def _is_plain(schema: dict[str, Any]) -> bool:
    """Whether it is neither nothing nor the long form of a quantity with its source."""
    return schema.get("type") != "null" and "source" not in schema.get("properties", {})


def _default(schema: dict[str, Any]) -> str:
    if "default" not in schema:
        return ""
    default = schema["default"]
    if isinstance(default, dict):
        shown = {key: value for key, value in default.items() if value and not isinstance(value, dict)}
        return ", ".join(f"`{key}: {value}`" for key, value in shown.items()) or (
            "`{}`" if any(default.values()) else "none"
        )
    if default in (None, "", []):
        return "none"
    return f"`{json.dumps(default)}`" if isinstance(default, bool) else f"`{default}`"


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "keys.md": keys_page,
    "tables.md": tables_page,
    "kpis.md": kpis_page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
