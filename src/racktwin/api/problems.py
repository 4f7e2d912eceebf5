"""One shape for every error: a code, what is wrong, what would mend it, and the problems of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from racktwin.errors import RacktwinError, RunError, ScenarioError

_CODES = {
    400: "bad_request",
    401: "token_needed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    409: "conflict",
    412: "changed_meanwhile",
    413: "too_large",
    422: "not_valid",
    428: "version_needed",
    429: "busy",
}


class ProblemOut(BaseModel):
    """One thing wrong or odd in a scenario, with its place and remedy."""

    file: str = Field(examples=["plant.yaml"])
    line: int = Field(description="from 1; 0 where none is known", examples=[12])
    path: str = Field(examples=["feeds.test_floor.limit"])
    message: str = Field(examples=["900 has no unit"])
    remedy: str = Field(examples=["write it with a unit of power, as '900 kW'"])


class ErrorBody(BaseModel):
    """What went wrong, in words for people and one for programs."""

    code: str = Field(examples=["not_found"])
    message: str = Field(examples=["there is no run 'georgetwn'"])
    remedy: str = Field("", examples=["choose from georgetown, georgetown-2"])
    problems: list[ProblemOut] = Field(default_factory=list)


class ErrorOut(BaseModel):
    """The one shape of an error."""

    error: ErrorBody


class ApiError(Exception):
    """An answer other than 2xx, in the one shape."""

    def __init__(self, status: int, message: str, remedy: str = "", problems: list[dict[str, Any]] | None = None):
        super().__init__(message)
        self.status, self.message, self.remedy, self.problems = status, message, remedy, problems or []


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route that may fail with these, beside those any request may get."""
    every = (400, 401, 403, 422, *statuses)
    return {status: {"model": ErrorOut, "description": _CODES[status].replace("_", " ")} for status in sorted(every)}


def error_body(
    status: int, message: str, remedy: str = "", problems: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """An error as JSON."""
    code = _CODES.get(status, "failed")
    return {"error": {"code": code, "message": message, "remedy": remedy, "problems": problems or []}}


def problem_dicts(problems: Any) -> list[dict[str, Any]]:
    """Problems of a scenario as JSON."""
    return [
        {"file": item.file, "line": item.line, "path": item.path, "message": item.message, "remedy": item.remedy}
        for item in problems
    ]


def install(app: FastAPI) -> None:
    """Give every error of ``app`` the one shape."""

    @app.exception_handler(ApiError)
    async def _api(_: Request, error: ApiError) -> JSONResponse:
        return _answer(error.status, error.message, error.remedy, error.problems)

    @app.exception_handler(RacktwinError)
    async def _ours(_: Request, error: RacktwinError) -> JSONResponse:
        if isinstance(error, ScenarioError):
            count = len(error.problems)
            return _answer(
                422, f"the scenario has {count} problem{'s' * (count != 1)}", "", problem_dicts(error.problems)
            )
        message, _arrow, remedy = str(error).partition("\n    → ")
        return _answer(409 if isinstance(error, RunError) else 422, message, remedy)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return _answer(
            422, "; ".join(map(_words, error.errors()[:5])), "see /api/openapi.json for what this address takes"
        )

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        answer = _answer(error.status_code, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer


def _words(fault: Mapping[str, Any]) -> str:
    place = ".".join(str(step) for step in fault["loc"][1:])
    return f"{place}: {fault['msg']}"[:300] if place else str(fault["msg"])[:300]


def _answer(status: int, message: str, remedy: str = "", problems: list[dict[str, Any]] | None = None) -> JSONResponse:
    return JSONResponse(error_body(status, message, remedy, problems), status)
