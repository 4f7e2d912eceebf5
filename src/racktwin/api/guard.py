"""What every request must pass before a route sees it: host, token, origin, size and pace.

A page of another site can make a reader's browser call a local server. It cannot fake the ``Host`` header (which stops
DNS rebinding), cannot set the header that changes ask for without a preflight that nobody answers, and its ``Origin``
shows. A token is compared in constant time and travels as ``Authorization: Bearer`` or as a strict cookie.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import error_body
from .settings import Settings

COOKIE = "racktwin_token"
_HOW_TO_LOG_IN = "open the address that 'racktwin serve' printed, or send the token as Bearer"
CHANGE_HEADER = "x-racktwin"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class _RefusedError(Exception):
    def __init__(self, status: int, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.remedy = status, message, remedy


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it in the one shape of an error."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def guarded_send(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                held = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in _HEADERS.items() if k.encode() not in held),
                ]
            await send(message)

        try:
            headers = Headers(scope=scope)
            self._check_host(headers)
            self._check_token(scope, headers)
            self._check_origin(scope, headers)
            body = await self._read(scope, headers, receive)
            await self._app(scope, _replay(body, receive), guarded_send)
        except _RefusedError as refusal:
            if not started:
                await _refuse(guarded_send, refusal)

    def _check_host(self, headers: Headers) -> None:
        names = headers.getlist("host")
        if len(names) != 1 or _host_name(names[0]) not in self._settings.allowed_hosts:
            raise _RefusedError(
                400, "this server is not known by that name", "racktwin serve --host-name NAME allows it"
            )

    def _check_token(self, scope: Scope, headers: Headers) -> None:
        token = self._settings.token
        if not token or scope["path"] in ("/login", "/api/health"):
            return
        given = _bearer(headers) or _cookie(headers)
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise _RefusedError(401, "a token is needed", _HOW_TO_LOG_IN)

    def _check_origin(self, scope: Scope, headers: Headers) -> None:
        if scope["method"] in SAFE_METHODS:
            return
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
            raise _RefusedError(403, "another site asked for this change", "call it from racktwin's own pages")
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise _RefusedError(403, "another site asked for this change", "call it from racktwin's own pages")
        if headers.get(CHANGE_HEADER) is None and scope["path"] != "/login":
            raise _RefusedError(403, "a change needs the header X-Racktwin", "send 'X-Racktwin: 1' with it")

    async def _read(self, scope: Scope, headers: Headers, receive: Receive) -> bytes | None:
        """The whole body, small and in time; None where the method has none."""
        if scope["method"] in SAFE_METHODS:
            return None
        most = self._settings.max_body_bytes
        told = headers.get("content-length", "0")
        if not told.isdigit() or int(told) > most:
            raise _RefusedError(413, f"the body is larger than {most / 1e6:g} MB", "send less at a time")
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._settings.body_timeout_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _RefusedError(400, "the client went away")
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > most:
                        raise _RefusedError(413, f"the body is larger than {most / 1e6:g} MB", "send less at a time")
                    if not message.get("more_body"):
                        return b"".join(parts)
        except TimeoutError:
            raise _RefusedError(408, "the body took too long to arrive", "send it faster") from None


def _replay(body: bytes | None, receive: Receive) -> Receive:
    """A ``receive`` that first gives the body that was read."""
    if body is None:
        return receive
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _host_name(host: str) -> str:
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    return (name if port.isdigit() and name else host).lower()


def _bearer(headers: Headers) -> str:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def _cookie(headers: Headers) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


async def _refuse(send: Any, refusal: _RefusedError) -> None:
    content = json.dumps(error_body(refusal.status, refusal.message, refusal.remedy)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if refusal.status in (408, 413):
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
