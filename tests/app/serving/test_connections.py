"""A connection's bounds, byte by byte, on a transport of the test's own."""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import Callable
from importlib import metadata
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from app.serving import connections
from app.serving.connections import (
    MOST_HEAD,
    MOST_URL,
    SLICE,
    TRIED,
    BoundedProtocol,
    most_connections,
    protocol,
    raise_file_limit,
)

HOST = b"Host: localhost\r\n"
GET = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
SOON = 0.05  # seconds, in place of 20 and 30


class Wire(asyncio.Transport):
    """Keeps what is written to it, whether it is read, and how it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = self.aborted = self.paused = False
        self.answers = 0
        self.unread: int | None = None  # bytes that the client leaves; None: it reads all

    def write(self, data: Any) -> None:
        self.answers += data.count(b"HTTP/1.1 200 OK")
        if self.answers < 100:
            self.written += data
        if self.unread is not None:
            self.unread += len(data)

    def get_write_buffer_size(self) -> int:
        return self.unread or 0

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = self.aborted = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class Server:
    """Connections to one application, without a network."""

    def __init__(self, app: Any = None) -> None:
        self.config = uvicorn.Config(app or echo, http=BoundedProtocol, log_config=None, ws="none")
        self.config.load()
        self.state = ServerState()

    def connect(self, *chunks: bytes) -> tuple[BoundedProtocol, Wire]:
        line = BoundedProtocol(config=self.config, server_state=self.state, app_state={})
        wire = Wire()
        line.connection_made(wire)
        for chunk in chunks:
            line.data_received(chunk)
        return line, wire


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the method, the path and the body that came."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    answer = b"%s %s %s" % (scope["method"].encode(), scope["raw_path"], body)
    length = (b"content-length", b"%d" % len(answer))
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": answer})


def on_a_loop(scene: Callable[[], Any]) -> Any:
    async def run() -> Any:
        return await scene()

    return asyncio.run(run())


async def turns(number: int = 20) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


def answer_to(*chunks: bytes) -> tuple[bytes, bool]:
    """What comes back, and whether the connection was closed."""

    async def scene() -> tuple[bytes, bool]:
        _, wire = Server().connect(*chunks)
        await turns()
        return wire.written, wire.closed

    result: tuple[bytes, bool] = on_a_loop(scene)
    return result


def in_chunks(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def assert_refused(answer: tuple[bytes, bool], status: int, code: str) -> None:
    written, closed = answer
    head, _, body = written.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d" % status), written[:200]
    assert b"\r\nconnection: close" in head
    assert b"\r\ncontent-type: application/problem+json" in head
    assert b"\r\ncontent-length: %d" % len(body) in head
    assert json.loads(body)["code"] == code
    assert closed


@pytest.mark.parametrize("size", [1000, SLICE, 10**9])
@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"])
def test_a_head_that_is_too_large_is_refused(size: int, end: bytes) -> None:
    one = b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + end
    many = b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 12_000 + end
    for head in (one, many):
        assert_refused(answer_to(*in_chunks(head, size)), 431, "security.head")


@pytest.mark.parametrize("size", [1000, SLICE, 10**9])
@pytest.mark.parametrize("length", [MOST_URL + 1, 300_000])
def test_an_address_that_is_too_long_is_refused(size: int, length: int) -> None:
    head = b"GET /" + b"a" * (length - 1) + b" HTTP/1.1\r\n\r\n"
    assert_refused(answer_to(*in_chunks(head, size)), 414, "security.url")


CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
BETWEEN = {
    "a trailer": CHUNKED + b"1\r\na\r\n0\r\nX: " + b"a" * 300_000,
    "trailers": CHUNKED + b"1\r\na\r\n0\r\n" + b"a: b\r\n" * 50_000,
    "an extension of a chunk": CHUNKED + b"1;" + b"a" * 300_000,
    "empty lines": b"\r\n" * 150_000,
    "empty lines after a request": GET + b"\r\n" * 150_000,
}


@pytest.mark.parametrize("name", BETWEEN)
def test_what_comes_beside_heads_and_bodies_is_bounded_too(name: str) -> None:
    async def scene() -> tuple[bytes, bool]:
        line, wire = Server().connect()
        for chunk in in_chunks(BETWEEN[name], SLICE):
            line.data_received(chunk)
            await turns(3)
            if wire.closed:
                break
        return wire.written[wire.written.rfind(b"HTTP/1.1 ") :], wire.closed

    assert_refused(on_a_loop(scene), 431, "security.head")


def test_a_body_in_the_smallest_chunks_arrives() -> None:
    written, _ = answer_to(CHUNKED + b"1\r\na\r\n" * 30_000 + b"0\r\n\r\n")
    assert written.endswith(b"POST / " + b"a" * 30_000)


@pytest.mark.parametrize("size", [1, 1000, 10**9])
def test_a_head_up_to_the_limit_is_taken(size: int) -> None:
    url = b"/" + b"a" * (MOST_URL - 1)
    filler = b"X: " + b"a" * (MOST_HEAD - SLICE - MOST_URL - 100) + b"\r\n"
    request = b"POST %s HTTP/1.1\r\n%sContent-Length: 3\r\n\r\nabc" % (url, filler)
    written, closed = answer_to(*in_chunks(request, size))
    assert written.endswith(b"POST %s abc" % url)
    assert not closed


def test_large_bodies_do_not_count_as_heads() -> None:
    body = b"b" * 500_000
    request = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    written, _ = answer_to(request + GET[:30], GET[30:])
    assert written.count(b"HTTP/1.1 200 OK") == 2
    assert b"POST / bbb" in written


@pytest.mark.parametrize(
    "nonsense", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"CONNECT x:1 HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_request_is_refused(nonsense: bytes) -> None:
    assert_refused(answer_to(nonsense), 400, "request.http")


def test_requests_ahead_of_their_turn_are_held_back_and_all_answered() -> None:
    many = 10_000

    async def scene() -> tuple[int, int, int, bool]:
        line, wire = Server().connect(GET * many)
        waiting, held, paused = len(line.pipeline), len(line.held), wire.paused
        line.data_received(GET * 3)  # one more read may be under way
        while wire.answers < many + 3:
            await asyncio.sleep(0)
            waiting = max(waiting, len(line.pipeline))
        assert not line.held
        assert not wire.paused
        return waiting, held, wire.answers, paused

    waiting, held, answered, paused = on_a_loop(scene)
    assert waiting <= SLICE // len(GET) + 1
    assert held > (many - 1000) * len(GET)
    assert paused
    assert answered == many + 3


def test_a_body_after_a_request_that_waits_arrives() -> None:
    post = b"POST /p HTTP/1.1\r\nContent-Length: 40000\r\n\r\n" + b"x" * 40_000
    written, _ = answer_to(post + GET + post + GET, post)
    assert written.count(b"POST /p " + b"x" * 40_000) == 3
    assert written.count(b"GET /healthz") == 2


UPGRADES = [
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
    b"Connection: upgrade\r\nUPGRADE: websocket\r\nSec-WebSocket-Key: x\r\n",
]


@pytest.mark.parametrize("upgrade", UPGRADES)
@pytest.mark.parametrize("size", [1, 50, 10**9])
def test_a_body_is_not_lost_to_an_upgrade(upgrade: bytes, size: int) -> None:
    whole = b"POST /a HTTP/1.1\r\n%sContent-Length: 3\r\n\r\nabc" % (HOST + upgrade)
    parts = b"POST /b HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n" % (HOST + upgrade)
    parts += b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    bare = b"GET /c HTTP/1.1\r\n%s\r\n" % (HOST + upgrade)
    written, closed = answer_to(*in_chunks(whole + parts + bare + GET, size))
    for answer in (b"POST /a abc", b"POST /b abcde", b"GET /c ", b"GET /healthz "):
        assert written.count(answer) == 1
    assert written.count(b"HTTP/1.1") == 4
    assert not closed


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", SOON)
    monkeypatch.setattr(connections, "BODY_SECONDS", SOON)


LATE = {
    "silent": ((), None),
    "half a line": ((b"GET /he",), "security.slow_head"),
    "half a head": ((GET[:-2],), "security.slow_head"),
    "trickling": ((GET[:5], GET[5:6], GET[6:7]), "security.slow_head"),
    "no body": ((b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n",), "security.slow_body"),
    "half a body": ((b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc",), "security.slow_body"),
    "no chunk": ((b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",), "security.slow_body"),
}


@pytest.mark.parametrize("name", LATE)
@pytest.mark.usefixtures("impatient")
def test_what_does_not_come_is_not_waited_for(name: str) -> None:
    chunks, code = LATE[name]

    async def scene() -> tuple[bytes, bool]:
        _, wire = Server().connect(*chunks)
        await turns()
        assert not wire.closed
        await until(lambda: wire.closed)
        return wire.written, wire.closed

    answer = on_a_loop(scene)
    if code is None:
        assert answer == (b"", True)
    else:
        assert_refused(answer, 408, code)


@pytest.mark.parametrize("more", [b"\r\n", b"GET /h"])
@pytest.mark.usefixtures("impatient")
def test_a_next_head_that_does_not_come_is_not_waited_for(more: bytes) -> None:
    async def scene() -> None:
        line, wire = Server().connect(GET)
        await turns()
        assert b"200 OK" in wire.written
        await asyncio.sleep(4 * SOON)
        assert not wire.closed  # it may be idle between requests for as long as uvicorn allows
        line.data_received(more)
        await until(lambda: wire.closed)

    on_a_loop(scene)


@pytest.mark.usefixtures("impatient")
def test_an_answer_may_take_its_time() -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(6 * SOON)
        await echo(scope, receive, send)

    async def scene() -> None:
        line, wire = Server(slow).connect(GET + GET[:9])  # half of the next one, too
        await until(lambda: b"200 OK" in wire.written)
        assert not wire.closed
        line.connection_lost(None)

    on_a_loop(scene)


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen in time")


def crowd(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(connections, "most_connections", lambda: most)


def test_a_newcomer_takes_the_place_of_who_is_silent_longest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crowd(monkeypatch, 10)

    async def scene() -> list[bool]:
        server = Server()
        wires = [server.connect()[1] for _ in range(25)]
        assert len(server.state.connections) == 10
        return [wire.aborted for wire in wires]

    assert on_a_loop(scene) == [True] * 15 + [False] * 10


def test_silence_goes_before_bodies_and_bodies_before_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crowd(monkeypatch, 3)
    body = b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n"

    async def stuck(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(60)

    async def scene() -> None:
        server = Server(stuck)
        answered = server.connect(GET)[1]
        await turns()
        server.config.loaded_app = echo
        owing, silent = server.connect(body)[1], server.connect()[1]
        await turns()
        assert [w.aborted for w in (answered, owing, silent)] == [False, False, False]
        server.connect(body)
        assert [w.aborted for w in (answered, owing, silent)] == [False, False, True]
        server.connect(body)
        assert [w.aborted for w in (answered, owing)] == [False, True]
        for task in server.state.tasks:
            task.cancel()

    on_a_loop(scene)


def test_the_door_opens_even_where_everyone_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(monkeypatch, 2)

    async def stuck(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(60)

    async def scene() -> None:
        server = Server(stuck)
        wires = []
        for _ in range(2):
            wires.append(server.connect(GET)[1])
            await turns()
        server.config.loaded_app = echo
        _, newcomer = server.connect(GET)
        await turns()
        assert b"200 OK" in newcomer.written
        assert [wire.aborted for wire in wires] == [True, False]
        for task in server.state.tasks:
            task.cancel()

    on_a_loop(scene)


@pytest.mark.parametrize(
    ("files", "most"),
    [(20, 16), (256, 64), (1024, 448), (10**6, 8192), (resource.RLIM_INFINITY, 8192)],
)
def test_connections_leave_handles_for_the_rest(
    monkeypatch: pytest.MonkeyPatch, files: int, most: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    most_connections.cache_clear()
    try:
        assert most_connections() == most
    finally:
        most_connections.cache_clear()


@pytest.mark.parametrize(
    ("limits", "asked"),
    [
        ((256, 256), None),
        ((256, 4096), (4096, 4096)),
        ((256, resource.RLIM_INFINITY), (65_536, resource.RLIM_INFINITY)),
        ((10**6, 10**6), None),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None),
    ],
)
def test_as_many_handles_are_used_as_there_are(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], asked: tuple[int, int] | None
) -> None:
    seen: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: seen.append(pair))
    raise_file_limit()
    assert seen == ([] if asked is None else [asked])


def test_the_uvicorn_that_is_installed_was_tried() -> None:
    """When it is not: run this file and test_hostile_heads.py with it, then raise TRIED."""
    assert protocol() is BoundedProtocol


@pytest.mark.parametrize("version", ["0.36.1", f"0.{TRIED[1][1] + 1}.0", "1.0.0"])
def test_another_uvicorn_speaks_for_itself_and_still_bounds_heads(
    monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setattr(metadata, "version", lambda _: version)
    assert protocol() == "h11"

    async def scene() -> bytes:
        config = uvicorn.Config(echo, http="h11", log_config=None, ws="none")
        config.load()
        line, wire = H11Protocol(config=config, server_state=ServerState(), app_state={}), Wire()
        line.connection_made(wire)
        for chunk in in_chunks(b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000, 1000):
            if not wire.closed:
                line.data_received(chunk)
        return wire.written

    assert on_a_loop(scene).startswith(b"HTTP/1.1 400")
