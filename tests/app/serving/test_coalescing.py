from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from app.serving.coalescing import FEW, MOST_BYTES
from app.serving.connections import BoundedProtocol

ASK = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
CLOSE = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
LENGTH = (b"content-length", b"5")
TURNS = 20  # of the event loop: more than any of these answers takes

App = Callable[[Any, Any, Any], Awaitable[None]]


class Connection(asyncio.Transport):
    """Keeps what is written to it, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def ask(app: App, connection: Connection, request: bytes = ASK, others: int = 0) -> list[bytes]:
    """What the server writes to the connection in answer to a request, `others` under way."""

    async def run() -> None:
        config = uvicorn.Config(app, http=BoundedProtocol, log_config=None, ws="none")
        config.load()
        state = ServerState()
        state.tasks |= {asyncio.create_task(asyncio.sleep(0.5)) for _ in range(others)}
        protocol = BoundedProtocol(config=config, server_state=state, app_state={})
        protocol.connection_made(connection)
        protocol.data_received(request)
        await turns(TURNS)

    asyncio.run(run())
    return connection.written


async def turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def five_letters(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [LENGTH]})
    await send({"type": "http.response.body", "body": b"seven"})


@pytest.mark.parametrize("others", [0, FEW - 1, FEW, 40])
def test_head_and_body_are_one_write(others: int) -> None:
    connection = Connection()
    seen = []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        await five_letters(scope, receive, send)
        seen.append(len(connection.written))

    (only,) = ask(watched, connection, others=others)
    assert only.startswith(b"HTTP/1.1 200 OK\r\n")
    assert only.endswith(b"\r\n\r\nseven")
    assert seen == [1 if others < FEW else 0]  # with many others, at the end of the turn


def test_requests_that_follow_each_other_are_all_answered() -> None:
    answers = b"".join(ask(five_letters, Connection(), ASK * 3))
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == answers.count(b"\r\n\r\nseven") == 3


def test_a_stream_leaves_as_it_comes() -> None:
    async def events(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for event in (b"one", b"two"):
            await turns(3)
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await turns(3)
        await send({"type": "http.response.body"})

    head, *rest = ask(events, Connection())
    assert head.endswith(b"\r\n\r\n")  # it does not wait for a body that is late
    assert rest == [b"3\r\none\r\n", b"3\r\ntwo\r\n", b"0\r\n\r\n"]


def test_much_does_not_wait() -> None:
    half, seen = bytes(MOST_BYTES // 2 + 1), []
    connection = Connection()

    async def weights(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(4):
            await send({"type": "http.response.body", "body": half, "more_body": True})
            seen.append(len(connection.written))
        await send({"type": "http.response.body"})

    answer = b"".join(ask(weights, connection, others=FEW))
    assert seen == [0, 1, 1, 2]
    assert answer.count(half) == 4
    assert answer.endswith(b"\r\n0\r\n\r\n")


def test_what_waits_is_sent_before_the_connection_is_closed() -> None:
    connection = Connection()
    (only,) = ask(five_letters, connection, CLOSE, others=FEW)
    assert only.endswith(b"\r\n\r\nseven")
    assert connection.closed


def test_nothing_is_written_to_a_client_that_has_gone() -> None:
    connection = Connection()

    async def late(scope: Any, receive: Any, send: Any) -> None:
        await five_letters(scope, receive, send)
        connection.closed = True  # between the answer and the end of the turn

    assert ask(late, connection, others=FEW) == []


def test_a_large_body_is_not_copied() -> None:
    large = bytes(MOST_BYTES + 1)

    async def weights(scope: Any, receive: Any, send: Any) -> None:
        length = (b"content-length", b"%d" % len(large))
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": large})

    head, body = ask(weights, Connection())
    assert head.endswith(b"\r\n\r\n")
    assert body is large
