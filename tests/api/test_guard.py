"""Hostile requests: each is refused with a 4xx in the one shape, and the server stays up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from racktwin.api import Settings, create_app

_TRAVERSALS = [
    "..", "../..", "..%2f..%2fetc%2fpasswd", "%2e%2e%2f%2e%2e%2fetc", "....//etc", "plant%2f..%2f..", "plant%00",
    "~root", "c:%5cwindows", "plant/../../scenarios", ".racktwin", ".hidden", "a" * 199, "%ff%fe", "runs%2fplant",
]  # fmt: skip
_INJECTIONS = [
    "part'; DROP TABLE operations; --:eq:x", 'part" OR 1=1 --:eq:x', "part:eq", "part", ":eq:x", "part:like:%",
    "start_s:gt:1 OR 1=1", "start_s:gt:nan", "start_s:gt:1e999", "serial_number:eq:99999999999999999999999",
    "serial_number:in:1,2,x", "latent:eq:maybe", "read_text('/etc/passwd'):eq:x", "part:eq:x:y\0", "*:eq:1",
]  # fmt: skip
_HARMLESS = {"part:eq:x:y\0"}
_STATEMENTS = [
    "DROP TABLE operations", "SELECT 1; SELECT 2", "COPY operations TO '/tmp/x.csv'", "ATTACH '/tmp/x.db'",
    "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'",
    "PRAGMA database_list", "SET memory_limit='10GB'", "INSTALL httpfs", "LOAD httpfs", "CREATE TABLE x AS SELECT 1",
    "SELECT * FROM glob('/*')", "INSERT INTO run SELECT * FROM run", "SELECT", ")", "SELECT * FROM nowhere",
    "CALL pragma_version()", "EXPORT DATABASE '/tmp/x'", "SELECT * FROM read_parquet('http://localhost/x.parquet')",
]  # fmt: skip
_HOSTS = ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "", "localhost:x", "[::2]", "0.0.0.0"]
_ORIGINS = ["http://evil.example", "null", "http://localhost:1", "https://localhost.evil.example", "file://"]
_BODIES: list[Any] = [
    b"", b"{", b"[]", b"null", b'"x"', b"{}", b"\xff\xfe", b'{"source": 1}', b'{"source": "../../etc/passwd"}',
    b'{"source": "nope.yaml"}', b'{"source": "plant.yaml", "extra": 1}',
    b'{"source": "plant.yaml", "replications": -1}',
    b'{"source": "plant.yaml", "replications": 1e9}', b'{"source": "plant.yaml", "seed": -5}',
    b'{"source": "plant.yaml", "name": "../x"}', b'{"source": "plant.yaml", "overrides": ["no.such.key=1"]}',
    b'{"source": "plant.yaml", "text": "' + b"a: &a [*a]" + b'"}', b"[" * 5000,
    b'{"source": "plant.yaml", "text": "!!python/object/apply:os.system [id]"}',
    b'{"source": "plant.yaml", "text": "include: ../../../etc/passwd"}',
]  # fmt: skip


def _refused(answer: Any, *statuses: int) -> None:
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:200])
    assert not statuses or answer.status_code in statuses, (answer.status_code, answer.text[:200])
    error = answer.json()["error"]
    assert error["code"]
    assert error["message"]
    assert "root:" not in answer.text


@pytest.mark.parametrize("name", _TRAVERSALS)
@pytest.mark.parametrize(
    "address", ["/api/runs/{}", "/api/runs/{}/report", "/api/scenarios/{}", "/api/runs/plant/tables/{}"]
)
def test_a_path_does_not_lead_out(client: TestClient, address: str, name: str) -> None:
    answer = client.get(address.format(name))
    if str(answer.url).endswith(address.format(name)) and name != "%2e%2e%2f%2e%2e%2fetc":
        _refused(answer)
    else:  # the client resolved '..' itself: what it asked for instead is an address of ours
        assert answer.status_code < 500
        assert "root:" not in answer.text


def test_a_link_does_not_lead_out(tmp_path: Path, workspace: Path) -> None:
    os.symlink(workspace / "runs", tmp_path / "runs")
    os.symlink(workspace / "scenarios", tmp_path / "scenarios")
    with TestClient(create_app(Settings(tmp_path)), base_url="http://localhost", headers={"X-Racktwin": "1"}) as client:
        assert client.get("/api/runs").json()["total"] == 0
        _refused(client.get("/api/runs/plant"), 404)
        _refused(client.get("/api/scenarios/plant.yaml"), 404)
        _refused(client.post("/api/jobs", json={"source": "georgetown"}), 409)
        new = client.put("/api/scenarios/x.yaml", json={"text": ""}, headers={"If-None-Match": "*"})
        _refused(new, 409)
        assert not (workspace / "scenarios" / "x.yaml").exists()


@pytest.mark.parametrize("text", _INJECTIONS)
def test_a_filter_is_a_value_not_sql(client: TestClient, text: str) -> None:
    table = "defects" if text.startswith("latent") else "operations"
    answer = client.get(f"/api/runs/plant/tables/{table}", params={"filter": text})
    if text in _HARMLESS:
        assert answer.json()["total"] == 0
    else:
        _refused(answer, 422)


@pytest.mark.parametrize("sql", _STATEMENTS)
def test_sql_sees_the_run_and_nothing_else(client: TestClient, sql: str) -> None:
    _refused(client.get("/api/runs/plant/sql", params={"q": sql}), 422)


@pytest.mark.parametrize("host", _HOSTS)
def test_only_names_of_this_server_are_answered(client: TestClient, host: str) -> None:
    _refused(client.get("/api/runs", headers={"host": host}), 400)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9", "127.0.0.1:8451", "[::1]:8451", "[::1]"])
def test_names_of_loopback_are(client: TestClient, host: str) -> None:
    assert client.get("/api/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", _ORIGINS)
def test_another_site_cannot_change_anything(client: TestClient, origin: str) -> None:
    headers = {"origin": origin, "X-Racktwin": "1"}
    _refused(client.post("/api/jobs", json={"source": "georgetown"}, headers=headers), 403)


def test_a_form_of_another_site_cannot(client: TestClient) -> None:
    _refused(client.post("/api/jobs", content=b"a=b", headers={"content-type": "text/plain"}), 403)
    _refused(client.post("/api/jobs", json={}, headers={"X-Racktwin": "1", "sec-fetch-site": "cross-site"}), 403)


@pytest.mark.parametrize("body", _BODIES)
@pytest.mark.parametrize("address", ["/api/jobs", "/api/check"])
def test_a_bad_body_is_told_what_is_wrong(client: TestClient, address: str, body: bytes) -> None:
    answer = client.post(address, content=body, headers={"X-Racktwin": "1", "content-type": "application/json"})
    if address == "/api/check" and answer.status_code == 200:
        assert answer.json()["ok"] is False
        assert answer.json()["problems"]
    else:
        _refused(answer, 400, 404, 422)


def test_a_huge_body_is_not_read(client: TestClient) -> None:
    headers = {"X-Racktwin": "1"}
    _refused(client.post("/api/check", content=b"x" * 4_000_001, headers=headers), 413)
    chunks = (b"x" * 100_000 for _ in range(60))  # without Content-Length
    _refused(client.post("/api/check", content=chunks, headers=headers), 413)
    _refused(client.post("/api/check", content=b"", headers={**headers, "content-length": "-1"}), 413)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
def test_unknown_methods_are_refused(client: TestClient, method: str) -> None:
    _refused(client.request(method, "/api/runs/plant", headers={"X-Racktwin": "1"}), 405)


def test_beyond_loopback_a_token_is_needed(workspace: Path) -> None:
    settings = Settings(workspace, host="192.0.2.7", token="secret", host_names=("plant.example",))
    with TestClient(create_app(settings), base_url="http://plant.example") as client:
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Cookie": "racktwin_token=wrong"},
            {"Cookie": "a=\x01"},
        ):
            _refused(client.get("/api/runs", headers=headers), 401)
        assert client.get("/api/runs", headers={"Authorization": "Bearer secret"}).status_code == 200
        _refused(client.get("/login?token=wrong"), 401)
        assert client.get("/login?token=secret", follow_redirects=False).status_code == 303
        assert client.get("/api/runs").status_code == 200  # the cookie


def test_answers_carry_the_headers_that_keep_browsers_safe(client: TestClient) -> None:
    for address in ("/", "/api/runs", "/api/runs/nope"):
        headers = client.get(address).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in client.get("/api/runs", headers={"origin": "http://x"}).headers


def test_a_report_from_somebody_else_is_shut_off(client: TestClient, workspace: Path) -> None:
    (workspace / "runs" / "other" / "report.html").write_text("<script>alert(1)</script>")
    policy = client.get("/api/runs/other/report").headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts;")
    assert "allow-same-origin" not in policy
