"""What the guard in front of the application reads of a request, and what it hands on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request
from starlette.routing import BaseRoute, Match

from app.errors import Unauthorized
from app.security import (
    Guard,
    UndeclaredRouteError,
    check_declared,
    page_headers,
    require_key_of,
    visitor,
)
from app.settings import Settings
from tests.app.test_security import nothing

MOST = 2000
KEY = "a key of some length"
GONE = {"type": "http.disconnect"}


class Application:
    """Notes what reaches it, twice as much as there is, and answers 204."""

    def __init__(self) -> None:
        self.received: list[Any] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.received = [await receive(), await receive()]
        await nothing(scope, receive, send)


def asked(
    messages: Sequence[dict[str, Any]], method: str = "POST", **headers: str
) -> tuple[int | None, list[Any]]:
    """The status of the answer, and what the application received."""
    application, sent = Application(), []
    guard = Guard(application, Settings(max_body_bytes=MOST), [])
    coming = list(messages)

    async def receive() -> Any:
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/predict", "headers": pairs}
    asyncio.run(guard(scope, receive, send))
    return (sent[0]["status"] if sent else None), application.received


def part(body: bytes | None = None, more: bool | None = None) -> dict[str, Any]:
    """A message of a request; what is None is left out of it, as a server may."""
    given = {"body": body, "more_body": more}
    return {"type": "http.request"} | {k: v for k, v in given.items() if v is not None}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_body_that_means_nothing_is_not_read(method: str) -> None:
    first = part(b"x" * (MOST + 1), more=True)
    assert asked([first, GONE], method, content_length=str(MOST + 1)) == (204, [first, GONE])


@pytest.mark.parametrize(
    "messages",
    [
        [part(b"ab", more=True), part(b"cd", more=False)],
        [part(b"ab", more=True), part(more=True), part(b"cd")],
        [part(b"", more=True), part(b"abcd")],
    ],
)
def test_a_body_in_pieces_arrives_whole_and_once(messages: list[Any]) -> None:
    assert asked([*messages, GONE]) == (204, [part(b"abcd", more=False), GONE])


@pytest.mark.parametrize("message", [part(), part(b""), part(b"ab"), part(b"ab", more=False)])
def test_a_body_in_one_piece_is_handed_on_as_it_is(message: dict[str, Any]) -> None:
    assert asked([message, GONE]) == (204, [message, GONE])


@pytest.mark.parametrize(("size", "status"), [(MOST, 204), (MOST + 1, 413)])
def test_a_body_may_have_so_many_bytes_and_no_more(size: int, status: int) -> None:
    body = b"x" * size
    announced, *_ = asked([part(body), GONE], content_length=f"000{size}")
    unannounced, *_ = asked([part(body), GONE])
    in_pieces, *_ = asked([part(body[:9], more=True), part(body[9:]), GONE])
    assert [announced, unannounced, in_pieces] == [status] * 3


@pytest.mark.parametrize(
    ("length", "status"),
    [
        ("0" * 5000, 204),
        ("1" + "0" * 5000, 413),
        ("2001", 413),
        ("0" * 30 + "2001", 413),
        ("2000", 204),
        ("two", 204),
    ],
)
def test_what_is_announced_is_believed(length: str, status: int) -> None:
    assert asked([part(b""), GONE], content_length=length)[0] == status


@pytest.mark.parametrize("messages", [[GONE], [part(b"a", more=True), GONE]])
def test_a_client_that_goes_before_its_body_is_whole_gets_no_answer(messages: list[Any]) -> None:
    status, received = asked([*messages, GONE, GONE])
    assert status is None or received[0] == GONE


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("application/json", b'"\xc3\xa4"'),
        ("Application/JSON; charset=utf-16", b'"\xc3\xa4"'),
        ("application/octet-stream", '"ä"'.encode("utf-16")),
        ("text/plain", '"ä"'.encode("utf-16")),
    ],
)
def test_json_is_brought_to_utf_8_and_nothing_else(kind: str, read: bytes) -> None:
    status, (message, _) = asked([part('"ä"'.encode("utf-16")), GONE], content_type=kind)
    assert (status, message["body"]) == (204, read)


def test_json_without_a_body_has_an_empty_one() -> None:
    status, (message, _) = asked([part(), GONE], content_type="application/json")
    assert (status, message.get("body")) == (204, b"")


class Partly(BaseRoute):
    """A route of this path for another method."""

    def __init__(self, limited: bool) -> None:
        self.limited = limited

    def matches(self, scope: Any) -> Any:
        return Match.PARTIAL, {}


@pytest.mark.parametrize("order", [(True, False), (False, True), (False, False)])
def test_a_path_is_limited_if_any_of_its_methods_is(order: tuple[bool, bool]) -> None:
    guard = Guard(nothing, Settings(rate_limit="1/hour"), [Partly(limited) for limited in order])
    scope = {"type": "http", "method": "PUT", "path": "/", "headers": [], "client": None}
    assert guard._is_limited(scope) == any(order)


def test_pages_may_use_nothing_of_others() -> None:
    headers = page_headers()
    assert set(headers) == {"Content-Security-Policy", "Referrer-Policy"}
    assert headers["Referrer-Policy"] == "same-origin"
    policy = dict(
        directive.split(maxsplit=1) for directive in headers["Content-Security-Policy"].split("; ")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    assert "script-src 'sha256-x';" in page_headers("'sha256-x'")["Content-Security-Policy"]


def request(key: str | None = None, **headers: str) -> Request:
    state = SimpleNamespace(settings=Settings(api_key=key), visitors="all")
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    app = SimpleNamespace(state=state)
    return Request({"type": "http", "headers": pairs, "app": app, "client": ("192.0.2.7", 1)})


def test_who_stores_something_is_the_client() -> None:
    found = visitor(request())
    assert (found.visitors, found.address) == ("all", "192.0.2.7")


@pytest.mark.parametrize("headers", [{"authorization": f"Bearer {KEY}"}, {"x_api_key": KEY}])
def test_a_route_that_asks_for_the_key_itself_takes_it_either_way(headers: dict[str, str]) -> None:
    asyncio.run(require_key_of(request()))
    asyncio.run(require_key_of(request(KEY, **headers)))
    with pytest.raises(Unauthorized, match="not the one"):
        asyncio.run(require_key_of(request(f"{KEY}!", **headers)))
    with pytest.raises(Unauthorized, match="needs the API key"):
        asyncio.run(require_key_of(request(KEY)))


def test_a_route_without_a_path_is_called_what_it_is() -> None:
    route = BaseRoute()
    with pytest.raises(UndeclaredRouteError, match=re.escape(repr(route))):
        check_declared([route])
