import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.security import Guard
from app.settings import Settings
from tests.app.conftest import Pixels, assert_problem

Serve = Callable[..., TestClient]
KEY = "a key of some length"
CHANGES = {"POST", "PUT", "DELETE", "PATCH"}


def changing_routes(client: TestClient) -> list[tuple[str, str]]:
    return [
        (method.upper(), path.replace("{id}", "x"))
        for path, operations in client.get("/openapi.json").json()["paths"].items()
        for method in operations
        if path.startswith(("/train", "/models")) and method.upper() in CHANGES
    ]


def test_every_changing_call_needs_the_key(serve: Serve) -> None:
    client = serve(api_key=KEY)
    routes = changing_routes(client)
    assert len(routes) >= 6
    for method, path in routes:
        body = {"model": "x", "values": {"seed": [1]}} if method == "PUT" else None
        assert_problem(client.request(method, path, json=body), 401, "Bearer")


@pytest.mark.parametrize(
    "headers", [{"Authorization": f"Bearer {KEY}"}, {"X-API-Key": KEY}], ids=["bearer", "header"]
)
def test_the_key_opens(serve: Serve, headers: dict[str, str]) -> None:
    client = serve(api_key=KEY)
    response = client.put("/models/active", json={"model": "pretrained"}, headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {KEY}"},
        {"X-API-Key": KEY[:-1]},
        {"X-API-Key": "ключ".encode()},
    ],
)
def test_a_wrong_key_does_not(serve: Serve, headers: dict[str, str]) -> None:
    client = serve(api_key=KEY)
    response = client.put("/models/active", json={"model": "pretrained"}, headers=headers)
    assert_problem(response, 401)


def test_reading_and_predicting_stay_open(serve: Serve, seven: Pixels) -> None:
    client = serve(api_key=KEY)
    assert client.get("/models").status_code == 200
    assert client.get("/train").status_code == 200
    assert client.post("/predict", json={"pixels": seven.tolist()}).status_code == 200


def test_without_a_key_everything_is_open(client: TestClient) -> None:
    assert client.put("/models/active", json={"model": "pretrained"}).status_code == 200


def test_the_rate_limit_says_when_to_come_back(serve: Serve, seven: Pixels) -> None:
    client = serve(rate_limit="3/minute")
    body = {"pixels": seven.tolist()}
    assert [client.post("/predict", json=body).status_code for _ in range(3)] == [200] * 3
    response = client.post("/predict", json=body)
    assert_problem(response, 429, "3 per 1 minute")
    assert 1 <= int(response.headers["retry-after"]) <= 60


def test_health_and_pages_are_not_limited(serve: Serve) -> None:
    client = serve(rate_limit="1/hour")
    for path in ("/healthz", "/readyz", "/metrics", "/docs") * 2:
        assert client.get(path).status_code == 200


def test_an_upload_past_the_limit_is_refused_by_its_length(serve: Serve) -> None:
    client = serve(max_body_bytes=2000)
    response = client.post("/predict", files={"image": b"x" * 2000})
    assert_problem(response, 413, "2,000 bytes")


async def call_guard(
    messages: list[dict[str, Any]], *headers: tuple[bytes, bytes]
) -> list[dict[str, Any]]:
    """What a guard with a limit of 2,000 bytes answers to a body in these messages."""
    sent: list[dict[str, Any]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"%d" % len(body)})

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.001)
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    guard = Guard(application, Settings(max_body_bytes=2000))
    scope = {"type": "http", "method": "POST", "path": "/predict", "headers": headers}
    await guard(scope, receive, send)
    return sent


def part(size: int, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": b"1" * size, "more_body": more}


@pytest.mark.parametrize(
    "messages", [[part(500)] * 5, [part(2001, more=False)]], ids=["in chunks", "at once"]
)
def test_the_limit_holds_for_a_body_that_does_not_say_its_length(
    messages: list[dict[str, Any]],
) -> None:
    sent = asyncio.run(call_guard(list(messages)))
    assert sent[0]["status"] == 413
    assert b"2,000 bytes" in sent[1]["body"]


def test_a_body_that_says_it_is_too_long_is_refused_before_it_is_sent() -> None:
    unread = [part(10)]
    sent = asyncio.run(call_guard(unread, (b"content-length", b"2001")))
    assert sent[0]["status"] == 413
    assert len(unread) == 1


def test_a_body_up_to_the_limit_is_put_together() -> None:
    sent = asyncio.run(call_guard([part(1000), part(999), part(1, more=False)]))
    assert sent[1]["body"] == b"2000"


def test_a_client_that_hangs_up_in_its_own_request_gets_no_answer() -> None:
    assert asyncio.run(call_guard([part(10), {"type": "http.disconnect"}])) == []


def test_a_body_that_trickles_in_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.security.SLOWEST_BODY", 0.0)
    sent = asyncio.run(call_guard([part(10), part(10, more=False)]))
    assert sent[0]["status"] == 408


def test_a_body_in_chunks_arrives_whole(client: TestClient, seven: Pixels) -> None:
    body = json.dumps({"pixels": seven.tolist()}).encode()
    parts = (body[i : i + 100] for i in range(0, len(body), 100))
    headers = {"content-type": "application/json"}
    assert client.post("/predict", content=parts, headers=headers).json()["digit"] == 7


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/nowhere", "/models"])
def test_no_answer_is_taken_for_another_type(client: TestClient, path: str) -> None:
    assert client.get(path).headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/derivation", "/css/style.css", "/docs"])
def test_pages_take_nothing_from_elsewhere_and_nothing_inline(
    client: TestClient, path: str
) -> None:
    for encoding in ("gzip", "identity"):
        headers = client.get(path, headers={"accept-encoding": encoding}).headers
        assert headers["referrer-policy"] == "no-referrer"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "unsafe" not in policy
        assert "http:" not in policy


def test_the_api_page_allows_its_own_script_and_no_other(client: TestClient) -> None:
    policy = client.get("/docs").headers.get_list("content-security-policy")
    assert len(policy) == 1
    assert "script-src 'self' 'sha256-" in policy[0]
    assert "unsafe" not in policy[0]
