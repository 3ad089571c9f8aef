import asyncio
import base64
import hashlib
import json
import re
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute

from app.main import create_app
from app.problems import MOST_ERRORS
from app.security import (
    MOST_FIELDS,
    Guard,
    KeyNeeded,
    LimitedRoute,
    OpenRoute,
    OpenToAll,
    UndeclaredRouteError,
    check_declared,
)
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
        if path.startswith(("/train", "/models", "/samples")) and method.upper() in CHANGES
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
    assert 30 <= int(response.headers["retry-after"]) <= 60  # of a window that has just begun


# Each path with a rate limit. A new one is added here on purpose, or this test goes red.
LIMITED = {
    "/predict",
    "/predict/batch",
    "/check",
    "/exercise",
    "/gradients",
    "/mistakes",
    "/worksheet",
    "/train",
    "/train/sweep",
    "/train/{id}",
    "/train/{id}/events",
    "/train/{id}/pause",
    "/train/{id}/resume",
    "/train/{id}/snapshots",
    "/datasets",
    "/datasets/{id}",
    "/models",
    "/models/active",
    "/models/{id}",
    "/models/{id}/weights",
    "/models/{id}/evaluation",
    "/models/{id}/snapshots",
    "/samples",
    "/samples/{id}",
}


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers every request in the same way."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def ask(
    guard: Guard, method: str, path: str, client: tuple[str, int] | None = ("1.2.3.4", 1)
) -> tuple[int, dict[bytes, bytes], dict[str, Any]]:
    """The guard's answer to one request: its status, its headers, its problem document."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [], "client": client}
    await guard(scope, receive, send)
    problem = json.loads(sent[1]["body"] or "{}")
    return sent[0]["status"], dict(sent[0]["headers"]), problem


def limiting(limit: str) -> Guard:
    """A guard of the service's own routes."""
    settings = Settings(rate_limit=limit)
    return Guard(nothing, settings, create_app(settings).routes)


def statuses(guard: Guard, *calls: tuple[Any, ...]) -> list[int]:
    async def all_of_them() -> list[int]:
        return [(await ask(guard, *call))[0] for call in calls]

    return asyncio.run(all_of_them())


def test_exactly_the_declared_paths_are_limited() -> None:
    operations = [
        (method, route.path)
        for route in create_app(Settings()).routes
        for method in getattr(route, "methods", ("GET",))
    ]
    found = set()
    for method, path in operations:
        actual = re.sub(r"{path:asset}", "css/style.css", path).replace("{index}", "7")
        call = (method, actual.replace("{id}", "x"))
        first, second = statuses(limiting("1/hour"), call, call)
        assert first == 204
        if second == 429:
            found.add(path)
    assert found == LIMITED


@pytest.mark.parametrize("path", ["/", "/docs", "/docs-assets/x.js", "/nowhere", "/predictions"])
def test_pages_and_what_is_not_there_are_not_limited(path: str) -> None:
    assert statuses(limiting("1/hour"), *[("GET", path)] * 3) == [204] * 3


def test_a_wrong_method_counts_too() -> None:
    assert statuses(limiting("1/hour"), *[("GET", "/predict")] * 2) == [204, 429]


def test_health_and_pages_are_not_limited(serve: Serve) -> None:
    client = serve(rate_limit="1/hour")
    for path in ("/healthz", "/readyz", "/metrics", "/docs") * 2:
        assert client.get(path).status_code == 200


def test_a_limit_is_for_all_paths_together() -> None:
    calls = [("POST", "/predict"), ("GET", "/models"), ("GET", "/train")]
    assert statuses(limiting("2/hour"), *calls) == [204, 204, 429]


def test_clients_are_counted_apart() -> None:
    one, other, unknown = ("1.2.3.4", 1), ("1.2.3.5", 1), None
    calls = [("GET", "/models", client) for client in (one, other, unknown) * 2]
    assert statuses(limiting("1/hour"), *calls) == [204] * 3 + [429] * 3


def test_a_client_is_its_address_whatever_its_port() -> None:
    calls = [("GET", "/models", ("1.2.3.4", port)) for port in (1, 2)]
    assert statuses(limiting("1/hour"), *calls) == [204, 429]


@pytest.mark.parametrize("limit", ["1/hour;3/day", "3/day;1/hour"])
def test_of_several_limits_the_tighter_one_counts_and_costs_nothing_of_the_other(
    limit: str,
) -> None:
    guard = limiting(limit)

    async def refusals() -> list[str]:
        assert (await ask(guard, "GET", "/models"))[0] == 204
        return [(await ask(guard, "GET", "/models"))[2]["detail"] for _ in range(5)]

    # Were a refused call counted by the limit of the day, that would refuse from the third on.
    assert all(detail.startswith("1 per 1 hour are") for detail in asyncio.run(refusals()))


@pytest.mark.parametrize("limit", ["1/hour;1/day", "1/day;1/hour"])
def test_of_several_limits_that_are_reached_the_longest_wait_is_told(limit: str) -> None:
    guard = limiting(limit)

    async def second() -> tuple[int, dict[bytes, bytes], dict[str, Any]]:
        await ask(guard, "GET", "/models")
        return await ask(guard, "GET", "/models")

    status, headers, problem = asyncio.run(second())
    assert status == 429
    assert problem["detail"].startswith("1 per 1 day are")
    assert 3600 < int(headers[b"retry-after"]) <= 24 * 3600


def test_the_wait_is_that_until_the_clients_own_window_moves_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    guard, begun = limiting("1/minute"), time.time()
    monkeypatch.setattr(time, "time", lambda: begun)

    async def refused() -> int:
        await ask(guard, "GET", "/models")
        monkeypatch.setattr(time, "time", lambda: begun + 40)
        status, headers, _ = await ask(guard, "GET", "/models")
        assert status == 429
        return int(headers[b"retry-after"])

    assert 19 <= asyncio.run(refused()) <= 21


def test_a_limit_is_looked_at_before_the_body_is_read() -> None:
    guard = limiting("1/hour")

    async def unread() -> Any:
        raise AssertionError("the body was asked for")

    async def second() -> list[Any]:
        await ask(guard, "POST", "/predict")
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/predict", "headers": []}
        await guard(scope | {"client": ("1.2.3.4", 1)}, unread, send)
        return sent

    assert asyncio.run(second())[0]["status"] == 429


def test_without_a_limit_no_route_is_looked_up() -> None:
    class Unmatched:
        def matches(self, scope: Any) -> Any:
            raise AssertionError("a route was looked up")

    guard = Guard(nothing, Settings(), [Unmatched()])  # type: ignore[list-item]
    assert statuses(guard, ("GET", "/models")) == [204]


def test_a_refusal_has_every_header_of_an_answer(serve: Serve) -> None:
    client = serve(rate_limit="2/hour", max_body_bytes=2000, api_key=KEY)
    too_large = client.post("/predict", content=b"x" * 2001)
    no_key = client.delete("/models/x")
    too_many = client.get("/models")
    for response, status, code in (
        (too_large, 413, "security.body_size"),
        (no_key, 401, "security.key_needed"),
        (too_many, 429, "security.rate_limit"),
    ):
        assert assert_problem(response, status)["code"] == code
        assert response.headers["x-content-type-options"] == "nosniff"
        assert re.fullmatch("[0-9a-f]{16}", response.headers["x-request-id"])
    assert no_key.headers["www-authenticate"] == "Bearer"
    assert 1 <= int(too_many.headers["retry-after"]) <= 3600


async def endpoint() -> None:
    """A route of nobody's."""


def declared(route_class: type[APIRoute], method: str, **options: Any) -> list[BaseRoute]:
    router = APIRouter(route_class=route_class)
    router.add_api_route("/saliency", endpoint, methods=[method], **options)
    return router.routes


def told(method: str, what: str, end: str) -> str:
    """The pattern of a sentence to a route's programmer, which ends with the file to look at."""
    return rf"^{method} /saliency: {what}.*{re.escape(end)} \(app/security\.py\)\.$"


def test_a_route_that_does_not_say_whether_it_is_limited_is_refused() -> None:
    with pytest.raises(
        UndeclaredRouteError,
        match=told("GET", "is it rate limited", "or OpenRoute"),
    ):
        check_declared(declared(APIRoute, "GET"))


@pytest.mark.parametrize("route_class", [LimitedRoute, OpenRoute])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_changing_route_that_does_not_say_who_may_call_it_is_refused(
    route_class: type[APIRoute], method: str
) -> None:
    for wrong in ([], [KeyNeeded, OpenToAll]):
        with pytest.raises(
            UndeclaredRouteError,
            match=told(method, "who may call it", "[OpenToAll]"),
        ):
            check_declared(declared(route_class, method, dependencies=wrong))
    for right in (KeyNeeded, OpenToAll):
        check_declared(declared(LimitedRoute, method, dependencies=[right]))


@pytest.mark.parametrize("who", [KeyNeeded, OpenToAll])
def test_a_call_with_a_body_is_limited(who: Any) -> None:
    with pytest.raises(
        UndeclaredRouteError,
        match=told("POST", "a call with a body must be", ""),
    ):
        check_declared(declared(OpenRoute, "POST", dependencies=[who]))


def test_a_route_that_only_reads_needs_no_more_than_its_class() -> None:
    check_declared(declared(LimitedRoute, "GET") + declared(OpenRoute, "GET"))


def test_the_service_does_not_start_with_a_route_that_forgets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    newcomer = SimpleNamespace(router=SimpleNamespace(routes=declared(APIRoute, "POST")))
    monkeypatch.setattr("app.main.RESOURCES", (newcomer,))
    with pytest.raises(UndeclaredRouteError, match="POST /saliency"):
        create_app(Settings())


def test_what_is_limited_says_so_on_the_api_page(client: TestClient) -> None:
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        for operation in operations.values():
            assert ("429" in operation["responses"]) == (path in LIMITED), path


def test_an_upload_past_the_limit_is_refused_by_its_length(serve: Serve) -> None:
    client = serve(max_body_bytes=2000, max_image_bytes=3000)
    response = client.post("/predict", files={"image": b"x" * 3000})
    assert_problem(response, 413, "3,000 bytes")
    response = client.post("/predict", json={"image": "x" * 2000})
    assert_problem(response, 413, "2,000 bytes")
    for path in ("/models", "/predict/batch"):
        assert_problem(client.post(path, files={"weights": b"x" * 2000}), 413, "2,000 bytes")


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream"])
@pytest.mark.parametrize("path", ["/predict", "/gradients?label=7"])
def test_pictures_may_be_larger_than_other_bodies(serve: Serve, path: str, kind: str) -> None:
    client = serve(max_body_bytes=2000, max_image_bytes=3000)
    sent = client.post(path, content=b"x" * 2500, headers={"content-type": kind})
    assert_problem(sent, 415, "not a picture")


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

    guard = Guard(application, Settings(max_body_bytes=2000), [])
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
    assert json.loads(sent[1]["body"])["detail"] == (
        "A request may have 2,000 bytes, found more. Send a smaller file, or fewer at a time."
    )


def test_a_body_that_says_it_is_too_long_is_refused_before_it_is_sent() -> None:
    unread = [part(10)]
    sent = asyncio.run(call_guard(unread, (b"content-length", b"2001")))
    assert sent[0]["status"] == 413
    assert json.loads(sent[1]["body"])["detail"] == (
        "A request may have 2,000 bytes, found 2,001. Send a smaller file, or fewer at a time."
    )
    assert len(unread) == 1


def test_a_body_up_to_the_limit_is_put_together() -> None:
    sent = asyncio.run(call_guard([part(1000), part(999), part(1, more=False)]))
    assert sent[1]["body"] == b"2000"


def test_a_client_that_hangs_up_in_its_own_request_gets_no_answer() -> None:
    assert asyncio.run(call_guard([part(10), {"type": "http.disconnect"}])) == []


def test_a_body_that_trickles_in_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.receiving.SLOWEST_BODY", 0.0)
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


def policy_with(script: str) -> str:
    """The whole policy: what is added to it or taken from it is added or taken here too."""
    return (
        f"default-src 'none'; script-src {script}; style-src 'self'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize(
    "path", ["/", "/derivation", "/exercises", "/css/style.css", "/nothing.js"]
)
def test_pages_take_nothing_from_elsewhere_and_nothing_inline(
    client: TestClient, path: str, encoding: str
) -> None:
    headers = client.get(path, headers={"accept-encoding": encoding}).headers
    if path == "/nothing.js":  # a refusal is JSON, and not rendered
        assert "content-security-policy" not in headers
        return
    assert headers.get_list("content-security-policy") == [policy_with("'self'")]
    assert headers.get_list("referrer-policy") == ["same-origin"]


def test_the_api_page_allows_its_own_script_and_no_other(client: TestClient) -> None:
    page = client.get("/docs")
    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = policy_with(f"'self' 'sha256-{digest}'")
    assert page.headers.get_list("content-security-policy") == [allowed]
    assert page.headers.get_list("referrer-policy") == ["same-origin"]


def test_a_body_of_fields_is_small(client: TestClient) -> None:
    """Pydantic checks such a body on the event loop, and tells of each wrong field."""
    settings = Settings()
    paths = {
        r.path for r in create_app(settings).routes if isinstance(r, APIRoute) and r.body_field
    }
    assert paths == {"/train", "/train/sweep", "/models/active"}
    for path in paths:
        method = "PUT" if path == "/models/active" else "POST"
        response = client.request(method, path, json={"name": "x" * MOST_FIELDS})
        assert_problem(response, 413, f"{MOST_FIELDS:,} bytes")


def test_an_operators_smaller_limit_holds_for_fields_too(serve: Serve) -> None:
    client = serve(max_body_bytes=2000)
    assert_problem(client.post("/train", json={"name": "x" * 2000}), 413, "2,000 bytes")


@pytest.mark.parametrize("digits", ["0" * 5000 + "2", "0" * 5000, "2"])
def test_a_length_may_have_any_number_of_zeros(client: TestClient, digits: str) -> None:
    headers = {"content-length": digits, "content-type": "application/json"}
    assert_problem(client.request("POST", "/train", content=b"[]", headers=headers), 422)


def test_a_length_of_many_digits_is_too_long(client: TestClient) -> None:
    headers = {"content-length": "9" * 5000, "content-type": "application/json"}
    assert_problem(client.request("POST", "/train", content=b"[]", headers=headers), 413)


def test_a_refusal_names_some_of_many_wrong_fields(client: TestClient) -> None:
    response = client.post("/train", json={f"key{number}": 1 for number in range(500)})
    assert len(assert_problem(response, 422, "key0", "key4")["errors"]) == MOST_ERRORS
