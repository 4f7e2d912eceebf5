"""The base of all entities: frozen, strict about unknown keys, read by the file's own words."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", max_length=80)]
"""A name people write in the file and read in the report: letters, digits, ``_ - .``."""


class Entity(BaseModel):
    """Something that exists in the plant. Attributes carry their SI unit; the file's key is the alias without it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)

    description: str = ""
