"""A conflict in the words of the scenario."""

from __future__ import annotations

from collections.abc import Sequence

from .conflict import Conflict, Remedy, Rule
from .floor import Floor


def in_words(floor: Floor, conflict: Conflict, *, is_frozen: bool = False) -> str:
    """The conflict in the words of the scenario, with what would mend it."""
    if conflict.misfits:
        lines = ["there is no schedule: work that fits nowhere, even alone"]
        for misfit in conflict.misfits[:5]:
            number, needed = misfit.resource, misfit.needed
            there = floor.problem.resources[number].capacity
            name = floor.problem.activities[misfit.activity].name
            asked, most = _amount(floor, number, needed), _amount(floor, number, there)
            lines.append(f"  {name} needs {asked} of {_resource(floor, number)}, of which there is {most}")
            lines.append(f"    → {_raise(floor, number, needed - there)}")
        return "\n".join([*lines, *_more(len(conflict.misfits) - 5)])
    if not conflict.rules:
        return (
            "no schedule was found, and no contradiction either\n"
            "    → allow more time, a longer horizon, or later due dates"
        )
    kind = (
        "These cannot all hold, and without any one of them the rest could"
        if conflict.is_irreducible
        else ("These cannot all hold (perhaps fewer would do)")
    )
    lines = [f"there is no schedule. {kind}:"]
    lines += [f"  - {_rule(floor, rule)}" for rule in conflict.rules]
    helpful = [remedy for remedy in conflict.remedies if remedy.amount]
    lines += [f"    → {_remedy(floor, remedy)}" for remedy in helpful]
    if not helpful:
        lines.append("    → no single one of them is enough: there are other contradictions besides this one")
    if is_frozen:
        lines.append("    → or freeze less of the running plan")
    return "\n".join(lines)


def _more(count: int) -> Sequence[str]:
    return [f"  and {count} more"] if count > 0 else []


def _rule(floor: Floor, rule: Rule) -> str:
    problem = floor.problem
    if rule.kind == "resource":
        resource = problem.resources[rule.number]
        return f"{_resource(floor, rule.number)}: {_amount(floor, rule.number, resource.capacity)}"
    if rule.kind == "material":
        material = problem.materials[rule.number]
        return f"{material.name}: not before {_when(floor, material.earliest)}"
    if rule.kind == "due":
        return f"{problem.orders[rule.number].name}: {_when(floor, problem.orders[rule.number].due or 0)}"
    return f"the horizon: {_when(floor, problem.horizon)}"


def _remedy(floor: Floor, remedy: Remedy) -> str:
    rule, amount = remedy.rule, remedy.amount or 0
    least = "" if remedy.is_least else " (or perhaps less)"
    if rule.kind == "resource":
        return f"it would be enough to {_raise(floor, rule.number, amount)}{least}"
    hours = amount * floor.options.tick_s / 3600.0
    if rule.kind == "material":
        return f"it would be enough to have {floor.problem.materials[rule.number].name} {hours:g} h sooner{least}"
    if rule.kind == "due":
        return f"it would be enough to move the {floor.problem.orders[rule.number].name} by {hours:g} h{least}"
    return f"it would be enough to lengthen the horizon by {hours:g} h{least}"


def _resource(floor: Floor, number: int) -> str:
    resource = floor.problem.resources[number]
    words = {"cells": "work units of", "people": "people in", "power": "power of", "heat": "heat of", "flow": "flow of"}
    return f"{words.get(resource.kind, '')} {resource.name}".strip()


def _raise(floor: Floor, number: int, amount: int) -> str:
    resource = floor.problem.resources[number]
    more = _amount(floor, number, amount)
    if resource.kind == "cells":
        return f"add {more} to {resource.name.partition('/')[0]}"
    return f"add {more} to {resource.name}"


def _amount(floor: Floor, number: int, amount: int) -> str:
    resource = floor.problem.resources[number]
    if resource.kind == "cells":
        return f"{amount} work unit{'s' if amount != 1 else ''}"
    if resource.kind == "people":
        return f"{amount} {'people' if amount != 1 else 'person'}"
    grain = floor.limits.rows[number - floor.limits.first].grain
    if resource.kind == "flow":
        return f"{amount * grain * 60e3:.4g} L/min"
    return f"{amount * grain / 1e3:.5g} kW"


def _when(floor: Floor, ticks: int) -> str:
    if ticks > floor.problem.horizon:
        return "the end of the horizon (it never comes)"
    return f"day {ticks * floor.options.tick_s / 86400.0:.2f}"
