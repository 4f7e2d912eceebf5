"""Scenario files: list, read, check as people type, save without losing anybody's change, and their JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import cache
from importlib import resources
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from racktwin.errors import Problem, ScenarioError
from racktwin.scenario import ScenarioFile, examples, read_scenario, scenario_schema, starter_text, summarize

from .answers import to_json
from .problems import ApiError, ProblemOut, errors, problem_dicts
from .workspace import Workspace, version_of

router = APIRouter(prefix="/api", tags=["scenarios"])
_LONGEST_TEXT = 2_000_000
Name = Annotated[str, Path(max_length=80, examples=["plant.yaml"])]


class ScenarioIn(BaseModel):
    """A scenario: a file of the workspace or a shipped example, perhaps with text not yet saved, and overrides."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"source": "georgetown", "overrides": ["horizon=12 wk"]}]}
    )

    source: str = Field(max_length=80, description="a scenario file of the workspace, or a shipped example")
    text: str | None = Field(None, max_length=_LONGEST_TEXT, description="what the file would hold once saved")
    overrides: list[Annotated[str, Field(max_length=500)]] = Field(default_factory=list, max_length=200)


class ScenarioNamesOut(BaseModel):
    """What a run can be started from."""

    files: list[str]
    examples: list[str]


class TextOut(BaseModel):
    """The text of a scenario file; ``version`` is sent back to save it."""

    name: str
    text: str
    version: str = Field(description="empty for a shipped example, which cannot be saved to")
    included: list[str] = Field(description="files beside it that may be included")


class TextIn(BaseModel):
    """The new text of a scenario file."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "racktwin: 1\nname: plant\n"}]})

    text: str = Field(max_length=_LONGEST_TEXT)


class SavedOut(BaseModel):
    """A scenario file after it was saved."""

    name: str
    version: str


class CheckOut(BaseModel):
    """What is wrong with a scenario, what looks odd, and what it comes to if nothing is wrong."""

    ok: bool
    problems: list[ProblemOut]
    oddities: list[ProblemOut]
    summary: dict[str, Any] | None
    sentence: str


@router.get("/scenarios", response_model=ScenarioNamesOut, responses=errors())
def list_scenarios(request: Request) -> dict[str, Any]:
    """Scenario files of the workspace, and the examples that ship with racktwin."""
    return {"files": workspace_of(request).scenario_names(), "examples": examples()}


@router.get("/scenarios/starter", response_model=TextOut, responses=errors())
def read_starter() -> dict[str, Any]:
    """A commented scenario to start from."""
    return {"name": "starter", "text": starter_text(), "version": "", "included": []}


@router.get("/scenarios/{name}", response_model=TextOut, responses=errors(404))
def read_text(request: Request, name: Name) -> dict[str, Any]:
    """The text of a scenario file or shipped example."""
    path = _path(request, name)
    content = path.read_bytes()
    if len(content) > _LONGEST_TEXT:
        raise ApiError(422, f"{name!r} is larger than {_LONGEST_TEXT / 1e6:g} MB", "edit it outside the browser")
    version = "" if name in examples() else version_of(content)
    beside = sorted(one.name for one in path.parent.glob("*.yaml") if one.is_file() and one != path)
    return {"name": name, "text": content.decode("utf-8", "replace"), "version": version, "included": beside[:100]}


@router.put("/scenarios/{name}", response_model=SavedOut, responses=errors(404, 408, 409, 412, 413, 428))
def save_text(
    request: Request,
    name: Name,
    new: TextIn,
    if_match: Annotated[str | None, Header(description="the version that was read", max_length=100)] = None,
    if_none_match: Annotated[str | None, Header(description="`*` for a new file", max_length=100)] = None,
) -> dict[str, Any]:
    """Save a scenario file. Whoever saves must say which version it replaces, so that no change is lost."""
    if if_match is None and if_none_match != "*":
        raise ApiError(428, "say which version this replaces", "If-Match: VERSION, or If-None-Match: * for a new file")
    version = if_match.strip('"') if if_match is not None else None
    return {"name": name, "version": workspace_of(request).save_scenario(name, new.text, version)}


@router.post("/check", response_model=CheckOut, responses=errors(404, 408, 413))
def check_scenario(request: Request, posted: ScenarioIn) -> dict[str, Any]:
    """Everything wrong with a scenario at once, each with its line and remedy; then what looks odd."""
    try:
        file = read_posted(request, posted)
    except ScenarioError as error:
        return {"ok": False, "problems": problem_dicts(error.problems), "oddities": [], "summary": None, "sentence": ""}
    summary = summarize(file.scenario)
    oddities = problem_dicts(file.oddities)
    return {"ok": True, "problems": [], "oddities": oddities, "summary": asdict(summary), "sentence": str(summary)}


@router.get(
    "/schema", responses={**errors(), 200: {"content": {"application/schema+json": {}}}}, response_class=Response
)
def read_schema() -> Response:
    """The JSON Schema of a scenario file."""
    return Response(_schema(), media_type="application/schema+json")


@cache
def _schema() -> bytes:
    return to_json(scenario_schema())


def read_posted(request: Request, posted: ScenarioIn) -> ScenarioFile:
    """The scenario that was posted; ScenarioError with its problems, files named as the workspace knows them."""
    text = posted.text
    try:
        path = _path(request, posted.source)
    except ApiError:
        if text is None:
            raise
        path = workspace_of(request).root / "scenarios" / "unsaved.yaml"
    folder = f"{path.parent}/"
    try:
        file = read_scenario(path, posted.overrides, text=text)
    except ScenarioError as error:
        raise ScenarioError(_as_known_here(error.problems, folder)) from None
    return replace(file, oddities=tuple(_as_known_here(file.oddities, folder)))


def _as_known_here(problems: Iterable[Problem], folder: str) -> list[Problem]:
    """Problems with files named as the reader knows them: below the scenario's folder."""
    return [replace(problem, file=problem.file.removeprefix(folder)) for problem in problems]


def _path(request: Request, name: str) -> FilePath:
    if name in examples():
        return FilePath(str(resources.files("racktwin"))) / "examples" / name / "scenario.yaml"
    return workspace_of(request).scenario_path(name)


def workspace_of(request: Request) -> Workspace:
    """The workspace of this server."""
    found: Workspace = request.app.state.workspace
    return found
