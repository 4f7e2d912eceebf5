"""The web app's own files, as the build put them into the package."""

from __future__ import annotations

import hmac
from importlib import resources
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from .guard import COOKIE
from .problems import ApiError, errors

router = APIRouter(include_in_schema=False)
_YEAR = "public, max-age=31536000, immutable"
_NOT_BUILT = """<!doctype html><html lang="en"><title>racktwin</title><h1>The pages are not built</h1>
<p>The HTTP API works: see <a href="/api/openapi.json">its description</a>.
To build the pages: <code>scripts/pages</code>.</p>
</html>"""


def folder() -> Path:
    """Where the built pages are."""
    return Path(str(resources.files("racktwin"))) / "web" / "pages"


@router.get("/login")
def log_in(request: Request, token: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Keep the token in a cookie that no other site and no script can use."""
    expected: str = request.app.state.settings.token
    if expected and not hmac.compare_digest(token.encode(), expected.encode()):
        raise ApiError(401, "that is not the token", "open the address that 'racktwin serve' printed")
    answer = RedirectResponse("/", 303)
    answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", max_age=30 * 86400)
    return answer


@router.get("/assets/{name}")
def asset(name: str) -> Response:
    """A file whose name changes with its content."""
    path = folder() / "assets" / name
    if path.parent != folder() / "assets" or not path.is_file():
        raise ApiError(404, "there is no such file")
    return FileResponse(path, headers={"cache-control": _YEAR})


@router.get("/{path:path}", responses=errors(404))
def page(path: str) -> Response:
    """Every other address is the app, which reads the address itself."""
    if path.startswith("api/"):
        raise ApiError(404, f"there is no address /{path[:80]}", "see /api/openapi.json")
    index = folder() / "index.html"
    if path in ("favicon.svg",) and (folder() / path).is_file():
        return FileResponse(folder() / path)
    if not index.is_file():
        return HTMLResponse(_NOT_BUILT)
    return FileResponse(index, headers={"cache-control": "no-cache"}, media_type="text/html; charset=utf-8")
