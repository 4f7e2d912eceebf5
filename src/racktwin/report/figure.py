"""Plotly figures as plain dicts: the house layout, safe texts, safe JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from .blocks import Figure
from .palette import HATCHES

_JSON_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
_TEXT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

DATES: dict[str, Any] = {
    "type": "date",
    "tickformatstops": [
        {"dtickrange": [None, 43_200_000], "value": "%H:%M\n%a %-d %b"},
        {"dtickrange": [43_200_000, 86_400_000], "value": "%a %-d %b"},
        {"dtickrange": [86_400_001, "M1"], "value": "%-d %b\n%Y"},
        {"dtickrange": ["M1", None], "value": "%b\n%Y"},
    ],
}
"""Settings of a date axis, day before month, finer as one zooms in."""


def figure(data: Sequence[Mapping[str, Any]], height: int = 320, **layout: Any) -> Figure:
    """A figure with the house layout; ``layout`` adds to it, one level deep."""
    merged = _base(height)
    for key, value in layout.items():
        merged[key] = {**merged.get(key, {}), **value} if isinstance(value, Mapping) else value
    return {"data": [dict(trace) for trace in data], "layout": merged}


def axis(title: str = "", **settings: Any) -> dict[str, Any]:
    """An axis in the house style; its title says the unit."""
    return {
        "title": {"text": title, "standoff": 10},
        "automargin": True,
        "gridcolor": "$grid",
        "linecolor": "$grid",
        "zerolinecolor": "$grid",
        **settings,
    }


def marker(colour: str) -> dict[str, Any]:
    """The fill of a bar: the colour and, where its meaning has one, the hatch."""
    shape = HATCHES.get(colour, "")
    fill: dict[str, Any] = {"color": colour, "line": {"width": 0.5, "color": "$paper"}}
    if shape:
        fill["pattern"] = {"shape": shape, "size": 6, "solidity": 0.25, "fgcolor": "$paper", "fillmode": "overlay"}
    return fill


def text(name: str) -> str:
    """``name`` for a chart, which would read ``<`` and ``&`` as markup."""
    return name.translate(_TEXT_ESCAPES)


def to_json(value: Any) -> str:
    """JSON that can stand inside a script element whatever the names in it; what is not finite becomes null."""
    plain = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return plain.translate(_JSON_ESCAPES)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def _base(height: int) -> dict[str, Any]:
    return {
        "height": height,
        "margin": {"l": 10, "r": 16, "t": 12, "b": 10},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": "$ink"},
        "hoverlabel": {"bgcolor": "$paper", "bordercolor": "$muted", "font": {"color": "$ink"}, "namelength": -1},
        "legend": {
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "xanchor": "left",
            "traceorder": "normal",
        },
        "hovermode": "closest",
        "xaxis": axis(),
        "yaxis": axis(),
    }
