"""Which keys the model allows at a place of the file."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from racktwin.model import Operation, Phase, Scenario
from racktwin.model.quantity import Unit

PHASE_KEYS = tuple(name for name in Phase.model_fields if name not in ("name", "description"))
"""The keys an operation of a single phase may give itself."""


def allowed_keys(location: Sequence[str | int]) -> list[str]:
    """The keys of the entity at ``location`` (steps of the file, or the model's with union branches between)."""
    return list(_keys(_annotations_at(location)))


def names_are_free(location: Sequence[str | int]) -> bool:
    """Whether the mapping at ``location`` holds the author's own names (of feeds, parts…), not the model's keys."""
    return any(_is_mapping(annotation) for annotation in _annotations_at(location))


def _annotations_at(location: Sequence[str | int]) -> list[Any]:
    annotations: list[Any] = [Scenario]
    for step in location:
        inner = [found for annotation in annotations for found in _inner(annotation, step)]
        annotations = inner or annotations
    return [member for annotation in annotations for member in _members(annotation)]


def _members(annotation: Any) -> list[Any]:
    """The alternatives of a union, without their annotations."""
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [member for part in get_args(annotation) for member in _members(part)]
    return [annotation]


def _inner(annotation: Any, step: str | int) -> list[Any]:
    """What ``step`` leads to from ``annotation``; nothing if it names no key, index or branch of it."""
    found: list[Any] = []
    for member in _members(annotation):
        if _is_model(member):
            fields = _fields(member)
            if step in fields:
                found.append(fields[step])
            elif step in (member.__name__, getattr(member, "key", None)):
                found.append(member)
        elif _is_mapping(member) and isinstance(step, str):
            found.append(get_args(member)[1])
        elif get_origin(member) is tuple and isinstance(step, int):
            found.append(get_args(member)[0])
    return found


def _fields(model: type[BaseModel]) -> Mapping[str | int, Any]:
    fields: dict[str | int, Any] = {info.alias or name: info.annotation for name, info in model.model_fields.items()}
    if model is Operation:
        fields.update({key: Phase.model_fields[key].annotation for key in PHASE_KEYS})
    return fields


def _keys(annotations: Sequence[Any]) -> dict[str, None]:
    return {str(key): None for member in annotations if _is_model(member) for key in _fields(member)}


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_mapping(annotation: Any) -> bool:
    return get_origin(annotation) is dict


def example(location: Sequence[str | int]) -> str:
    """An example of what may stand at ``location``, where the model's quantities give one."""
    *around, key = location
    for member in _annotations_at(around):
        if _is_model(member):
            for name, info in member.model_fields.items():
                if key == (info.alias or name):
                    return _example_of(info)
    return ""


def _example_of(info: FieldInfo) -> str:
    units = [part for part in info.metadata if isinstance(part, Unit)]
    if units:
        return units[0].example
    return "2027-03-01" if dt.date in _members(info.annotation) else ""
