"""Public scheduling instances as problems: PSPLIB projects and flexible job shops."""

from __future__ import annotations

from pathlib import Path

from .problem import Activity, Mode, Order, Precedence, Problem, Resource, Use


def read_psplib(path: Path) -> Problem:
    """A single-mode project of PSPLIB (``.sm``): makespan under renewable resources.

    Kolisch and Sprecher, European Journal of Operational Research 96 (1997).
    """
    lines = path.read_text().splitlines()
    links = _numbers(lines, "PRECEDENCE RELATIONS")
    durations = _numbers(lines, "REQUESTS/DURATIONS")
    capacities = _numbers(lines, "RESOURCEAVAILABILITIES")[0]
    resources = tuple(Resource(f"R{number + 1}", capacity) for number, capacity in enumerate(capacities))
    activities = tuple(
        _simple(f"activity {row[0]}", (Mode("1", (row[2],), ((),), _uses(row[3:])),)) for row in durations
    )
    precedences = tuple(Precedence(row[0] - 1, after - 1) for row in links for after in row[3:])
    horizon = sum(row[2] for row in durations)
    return Problem(horizon, resources, activities, precedences, orders=(_all_of(activities),))


def read_flexible_job_shop(path: Path) -> Problem:
    """A flexible job shop in Brandimarte's format: per route the operations, each with its machines and times.

    Machines count from 1, or from 0 where some file says so by naming machine 0. Brandimarte, Annals of Operations
    Research 41 (1993); Hurink, Jurisch and Thole, OR Spektrum 15 (1994). Raises ValueError for a machine there is not.
    """
    rows = [[int(float(word)) for word in line.split()] for line in path.read_text().splitlines() if line.strip()]
    n_routes, n_machines = rows[0][0], rows[0][1]
    routes = [_operations(row) for row in rows[1 : 1 + n_routes]]
    named = [machine for operations in routes for choices in operations for machine, _ in choices]
    base = min(*named, 1)
    if base < 0 or max(named) - base >= n_machines:
        raise ValueError(f"{path} names machines {min(named)} to {max(named)}, but says that there are {n_machines}")
    activities: list[Activity] = []
    precedences: list[Precedence] = []
    for number, operations in enumerate(routes):
        for step, choices in enumerate(operations):
            modes = tuple(
                Mode(f"machine {machine - base + 1}", (ticks,), ((),), (Use(machine - base, 1),))
                for machine, ticks in choices
            )
            if step:
                precedences.append(Precedence(len(activities) - 1, len(activities)))
            activities.append(_simple(f"route {number + 1}, operation {step + 1}", modes))
    horizon = sum(max(mode.ticks[0] for mode in activity.modes) for activity in activities)
    machines = tuple(Resource(f"machine {number + 1}", 1, "cells") for number in range(n_machines))
    return Problem(horizon, machines, tuple(activities), tuple(precedences), orders=(_all_of(activities),))


def _operations(row: list[int]) -> list[list[tuple[int, int]]]:
    """The (machine, ticks) choices of each operation of a route."""
    operations, at = [], 1
    for _ in range(row[0]):
        numbers = row[at + 1 : at + 1 + 2 * row[at]]
        operations.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
        at += 1 + 2 * row[at]
    return operations


def _simple(name: str, modes: tuple[Mode, ...]) -> Activity:
    return Activity(name, modes, (None,), (True,))


def _all_of(activities: tuple[Activity, ...] | list[Activity]) -> Order:
    return Order("all", tuple(range(len(activities))))


def _uses(amounts: list[int]) -> tuple[Use, ...]:
    return tuple(Use(number, amount) for number, amount in enumerate(amounts) if amount)


def _numbers(lines: list[str], title: str) -> list[list[int]]:
    """The rows of whole numbers below the title, up to the next row of asterisks."""
    first = next(number for number, line in enumerate(lines) if line.startswith(title))
    rows: list[list[int]] = []
    for line in lines[first + 1 :]:
        if line.startswith("*"):
            break
        words = line.split()
        if words and all(word.lstrip("-").isdigit() for word in words):
            rows.append([int(word) for word in words])
    return rows
