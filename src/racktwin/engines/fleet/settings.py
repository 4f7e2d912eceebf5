"""The settings of power: what each step of capping does to the draw and speed of each class on each kind of node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from racktwin.model import ComputeNode, JobClass, PowerPolicy
from racktwin.reference import PowerTable, power_table

from .plan import Settings

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Kind:
    """A class of jobs on a kind of node: its curve of (share of natural draw the cap allows, draw, speed)."""

    table: PowerTable
    node: ComputeNode
    oversubscribe: float

    @property
    def caps_w(self) -> Floats:
        """Caps of the measured curve, W, rising; the last does nothing."""
        return np.array([knot.x * self.table.draw_w for knot in self.table.knots])

    def draw_w(self, cap_w: Floats) -> Floats:
        """Draw of one GPU under caps, W; below the curve a cap is taken as its lowest (nothing lower was measured).

        A cap at the rated power is none: the curves are relative to runs at it.
        """
        shares = np.array([knot.draw for knot in self.table.knots])
        return self.table.draw_w * np.where(cap_w < self.table.tdp_w, np.interp(cap_w, self.caps_w, shares), 1.0)

    def speed(self, cap_w: Floats) -> Floats:
        """Speed under caps, by that without."""
        speeds = np.array([knot.speed for knot in self.table.knots])
        return np.where(cap_w < self.table.tdp_w, np.interp(cap_w, self.caps_w, speeds), 1.0)

    def at_wall_w(self, gpu_w: Floats) -> Floats:
        """What one GPU at work adds to its node's draw, above idle."""
        return self.node.host_factor * np.maximum(gpu_w - self.node.idle_gpu_w, 0.0)

    def reserved_w(self, cap_w: Floats, reserve: str) -> Floats:
        """What one GPU counts for under caps, at the wall above idle: never less than it draws."""
        highest = np.minimum(cap_w, self.table.tdp_w)
        draw_w = self.draw_w(cap_w)
        if reserve == "peak":
            highest = np.minimum(draw_w * self.table.peak_ratio, highest)
        elif reserve == "mean":
            highest = draw_w
        shared = draw_w + self.oversubscribe * (highest - draw_w)
        return self.at_wall_w(np.maximum(shared, draw_w))


def settings_of(policy: PowerPolicy, classes: dict[str, JobClass], nodes: Sequence[ComputeNode]) -> Settings:
    """The settings of a policy for every class × kind of node, in that order; setting 0 is what applies unasked."""
    kinds = [
        Kind(power_table(klass.power or name, node.gpu_model), node, float(klass.oversubscribe)) if node.gpus else None
        for name, klass in classes.items()
        for node in nodes
    ]
    known = [kind for kind in kinds if kind is not None]
    caps_w = iter(caps_of(policy, known))
    levels = len(next(iter(caps_of(policy, known)))) if known else 1
    draw_w, reserve_w, speed = (np.ones((len(kinds), levels)) for _ in range(3))
    draw_w[:], reserve_w[:] = 0.0, 0.0
    for row, kind in enumerate(kinds):
        if kind is not None:
            cap_w = next(caps_w)
            draw_w[row] = kind.at_wall_w(kind.draw_w(cap_w))
            reserve_w[row] = kind.reserved_w(cap_w, policy.reserve)
            speed[row] = kind.speed(cap_w)
    return Settings(draw_w, reserve_w, speed)


def caps_of(policy: PowerPolicy, kinds: Sequence[Kind]) -> list[Floats]:
    """Caps of each kind by setting, W, falling."""
    if not kinds:
        return []
    steps = np.linspace(0.0, 1.0, max(int(policy.levels), 2))
    match policy.rule:
        case "none":
            return [_deeper(kind, kind.table.tdp_w, steps) for kind in kinds]
        case "static":
            return [_deeper(kind, policy.cap * kind.table.tdp_w, steps) for kind in kinds]
        case "max_q":
            return [_deeper(kind, best_cap_w(kind), steps) for kind in kinds]
        case "uniform":
            lowest = min(kind.caps_w[0] / kind.table.tdp_w for kind in kinds)
            return [kind.table.tdp_w * (policy.cap - steps * max(policy.cap - lowest, 0.0)) for kind in kinds]
        case "water_filling":
            return filled_caps(kinds, len(steps))


def _deeper(kind: Kind, cap_w: float, steps: Floats) -> Floats:
    """A cap, and deeper ones to the lowest that was measured, for emergencies, events and coolant that is too warm."""
    return cap_w - steps * max(cap_w - float(kind.caps_w[0]), 0.0)


def most_draw_w(policy: PowerPolicy, classes: dict[str, JobClass], nodes: Sequence[ComputeNode]) -> Floats:
    """By setting, the most that a GPU of any kind draws with any class of jobs, W."""
    kinds = [
        Kind(power_table(klass.power or name, node.gpu_model), node, 1.0)
        for name, klass in classes.items()
        for node in nodes
        if node.gpus
    ]
    draws_w = [kind.draw_w(caps_w) for kind, caps_w in zip(kinds, caps_of(policy, kinds), strict=True)]
    return np.max(draws_w, axis=0) if draws_w else np.zeros(1)


def best_cap_w(kind: Kind) -> float:
    """The cap under which the GPU does most work per joule, its share of the host included, W."""
    caps_w = np.linspace(kind.caps_w[0], kind.table.tdp_w, 200)
    share_w = (kind.node.host_power_w + kind.node.host_factor * kind.node.gpus * kind.node.idle_gpu_w) / kind.node.gpus
    work_per_j = kind.speed(caps_w) / (share_w + kind.at_wall_w(kind.draw_w(caps_w)))
    return float(caps_w[int(np.argmax(work_per_j))])


def filled_caps(kinds: Sequence[Kind], levels: int) -> list[Floats]:
    """Caps that take away, step by step and over all kinds, the watts that cost the least speed.

    Each kind's curve is cut into small pieces of draw; their order is by speed lost per watt, made rising along each
    curve (pooled where it is not), so that a deeper setting never gives a kind more than a shallower one. Reservations
    of peak draw follow the same caps.
    """
    pieces: list[tuple[float, int, int, float]] = []
    grids = []
    for index, kind in enumerate(kinds):
        caps_w = np.linspace(kind.caps_w[-1], kind.caps_w[0], 65)
        grids.append(caps_w)
        saved_w = -np.diff(kind.draw_w(caps_w))
        lost = -np.diff(kind.speed(caps_w))
        slopes = _rising(np.where(saved_w > 1e-9, lost / np.maximum(saved_w, 1e-9), 0.0), np.maximum(saved_w, 1e-9))
        pieces += [(float(slopes[step]), index, step, float(saved_w[step])) for step in range(len(slopes))]
    pieces.sort()
    total_w = sum(piece[3] for piece in pieces)
    depth = [0] * len(kinds)
    caps: list[list[float]] = [[float(kind.table.tdp_w)] for kind in kinds]
    taken_w, position = 0.0, 0
    for level in range(1, levels):
        while position < len(pieces) and taken_w < total_w * level / (levels - 1) - 1e-9:
            _, index, step, freed_w = pieces[position]
            depth[index] = max(depth[index], step + 1)
            taken_w += freed_w
            position += 1
        for index in range(len(kinds)):
            caps[index].append(float(grids[index][depth[index]]) if depth[index] else float(kinds[index].table.tdp_w))
    return [np.array(row) for row in caps]


def _rising(slopes: Floats, weights: Floats) -> Floats:
    """The nearest sequence that never falls (pool adjacent violators), by weight."""
    blocks: list[list[float]] = []
    for slope, weight in zip(slopes, weights, strict=True):
        blocks.append([float(slope), float(weight), 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last, before = blocks.pop(), blocks.pop()
            weight_both = last[1] + before[1]
            blocks.append([(last[0] * last[1] + before[0] * before[1]) / weight_both, weight_both, last[2] + before[2]])
    return np.concatenate([np.full(int(count), slope) for slope, _, count in blocks])
