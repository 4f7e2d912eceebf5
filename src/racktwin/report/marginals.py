"""What one more unit of each limit would bring: a chart and a table of differences under common random numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .blocks import Block, Chart, Column, Note, Row, Table
from .evidence import title_of, unit_of
from .figure import axis, figure, text
from .numbers import MISSING, Scale, estimate, scale, unit_word

_KIND_TITLES = {
    "work_center": "work center",
    "operator_group": "people",
    "feed": "power feed",
    "cooling_loop": "cooling loop",
}


@dataclass(frozen=True)
class Effect:
    """A difference of one KPI and half its 95 % interval, in the KPI's unit."""

    mean: float
    half_width: float

    @property
    def clear(self) -> bool:
        """Whether the interval excludes zero."""
        return math.isfinite(self.half_width) and abs(self.mean) > self.half_width


@dataclass(frozen=True)
class Change:
    """One more unit of one limit, and its effects by KPI."""

    kind: str
    name: str
    change: str
    effects: dict[str, Effect]


def marginal_blocks(rows: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Chart and table of the ``marginals`` of a run, the largest effect on the first KPI first."""
    changes = _changes(rows)
    kpis = list(dict.fromkeys(str(row["kpi"]) for row in rows))
    if not changes:
        return [Note("The plant has no limit to which one could add a unit.")]
    scales = {kpi: _scale(kpi, changes) for kpi in kpis}
    replications = max(int(row["replications"]) for row in rows)
    return [
        _chart(changes, kpis[0], scales[kpis[0]], replications),
        _table(changes, scales),
        Note(
            f"Each change was run alone over {replications} replications with the same random numbers as the plant "
            "as it is; the interval is that of the paired difference. Greyed rows cannot be told from no effect. "
            "Limits that are not listed were not tried."
        ),
    ]


def _changes(rows: Sequence[Mapping[str, Any]]) -> list[Change]:
    changes: dict[tuple[str, str, str], Change] = {}
    for row in rows:
        key = str(row["kind"]), str(row["name"]), str(row["change"])
        change = changes.setdefault(key, Change(*key, {}))
        change.effects[str(row["kpi"])] = Effect(float(row["mean"]), float(row["half_width"]))
    return sorted(changes.values(), key=_strength)


def _strength(change: Change) -> tuple[bool, float]:
    first = next(iter(change.effects.values()))
    return not first.clear, -first.mean


def _scale(kpi: str, changes: list[Change]) -> Scale:
    found = [abs(change.effects[kpi].mean) for change in changes if kpi in change.effects]
    largest = max((value for value in found if math.isfinite(value)), default=0.0)
    unit = unit_of(kpi)
    return Scale("d", 1 / 86400) if unit == "s" and largest > 1800 else scale(unit, largest)


def _chart(changes: list[Change], kpi: str, shown: Scale, replications: int) -> Chart:
    title = title_of(kpi)
    traces = []
    for clear, name, colour in ((True, "clear effect", "$draw"), (False, "not told from zero", "$standby")):
        mine = [change for change in changes if kpi in change.effects and change.effects[kpi].clear is clear]
        if mine:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "y": [_label(change) for change in mine],
                    "x": [shown(change.effects[kpi].mean) for change in mine],
                    "error_x": {
                        "array": [shown(change.effects[kpi].half_width) for change in mine],
                        "color": colour,
                        "thickness": 2,
                    },
                    "marker": {"color": colour, "size": 9, "symbol": "circle" if clear else "circle-open"},
                    "hovertemplate": "%{y}: %{x:+.3g} " + shown.unit + "<extra></extra>",
                }
            )
    return Chart(
        "marginals",
        f"What one more unit of each limit would bring: {title}",
        f"Change of {title} if one unit of this limit were added, with the 95 % interval of the paired difference over "
        f"{replications} replications. Hollow: cannot be told from zero.",
        figure(
            traces,
            height=90 + 26 * max(len(changes), 2),
            xaxis=axis(f"change, {_unit(shown)}", zeroline=True, zerolinecolor="$ink"),
            yaxis=axis(
                type="category",
                categoryorder="array",
                categoryarray=[_label(change) for change in reversed(changes)],
            ),
        ),
    )


def _label(change: Change) -> str:
    return text(f"{change.name}: {change.change}")


def _table(changes: list[Change], scales: dict[str, Scale]) -> Table:
    rows = []
    for change in changes:
        cells = [change.name, _KIND_TITLES.get(change.kind, change.kind), change.change]
        cells += [_cell(change.effects.get(kpi), shown) for kpi, shown in scales.items()]
        clear = any(effect.clear for effect in change.effects.values())
        rows.append(Row((*cells, "yes" if clear else "no"), "" if clear else "muted"))
    effects = [Column(f"Δ {_with_unit(kpi, shown)}") for kpi, shown in scales.items()]
    return Table(
        "What one more unit of each limit would bring",
        (
            Column("Limit", numeric=False),
            Column("Kind", numeric=False),
            Column("Change", numeric=False),
            *effects,
            Column(
                "Told from zero", numeric=False, help="whether the 95 % interval of any of the effects excludes zero"
            ),
        ),
        tuple(rows),
    )


def _cell(effect: Effect | None, shown: Scale) -> str:
    return estimate(shown(effect.mean), shown(effect.half_width), sign=True) if effect else MISSING


def _with_unit(kpi: str, shown: Scale) -> str:
    title, unit = title_of(kpi), _unit(shown)
    return title if title.endswith(unit) else f"{title} ({unit})"


def _unit(shown: Scale) -> str:
    return unit_word(shown.unit) or "count"
