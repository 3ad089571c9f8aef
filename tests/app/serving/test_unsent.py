"""Answers that nobody reads: when their connections end, and which go first."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.serving import connections, unsent
from app.serving.connections import BoundedProtocol
from tests.app.serving.test_connections import (
    GET,
    SOON,
    Server,
    Wire,
    echo,
    on_a_loop,
    turns,
    until,
)

CLOSE = GET[:-2] + b"Connection: close\r\n\r\n"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", SOON)  # it looks four times in so long
    monkeypatch.setattr(connections, "ANSWER_SECONDS", 4 * SOON)


async def asked(server: Server, request: bytes = GET) -> tuple[BoundedProtocol, Wire]:
    """A connection whose client reads nothing of its answer."""
    line, wire = server.connect()
    wire.unread = 0
    line.data_received(request)
    await turns()
    assert wire.unread
    return line, wire


@pytest.mark.parametrize("request_", [GET, CLOSE], ids=["kept alive", "closing"])
@pytest.mark.usefixtures("impatient")
def test_an_answer_that_is_not_read_ends_the_connection(request_: bytes) -> None:
    async def scene() -> None:
        line, wire = await asked(Server(), request_)
        assert not wire.aborted
        await until(lambda: wire.aborted)
        assert line not in line.connections

    on_a_loop(scene)


@pytest.mark.usefixtures("impatient")
def test_whoever_reads_a_little_may_read_on() -> None:
    async def scene() -> None:
        line, wire = await asked(Server())
        for _ in range(20):
            await asyncio.sleep(SOON)
            line.transport.write(b"event")
            await turns(2)
            assert wire.unread is not None
            wire.unread -= 1  # less than what was added
        assert not wire.aborted
        wire.unread = 0
        await asyncio.sleep(12 * SOON)
        assert not wire.aborted  # a stream may be silent
        line.connection_lost(None)

    on_a_loop(scene)


def test_the_most_indebted_goes_when_all_owe_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsent, "MOST_UNSENT", 100)

    async def scene() -> list[bool]:
        server = Server()
        lines = [server.connect() for _ in range(4)]
        for (_, wire), unread in zip(lines, (30, 60, 40, 0), strict=True):
            wire.unread = unread
        lines[0][0].pause_writing()
        lines[0][0].pause_writing()  # those that were closed owe nothing
        return [wire.aborted for _, wire in lines]

    assert on_a_loop(scene) == [False, True, False, False]


def test_whoever_reads_nothing_goes_before_whoever_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsent, "MOST_UNSENT", 100)

    class Transport:
        written = 1000

        def __init__(self, unread: int) -> None:
            self.unread = unread

        def unsent(self) -> int:
            return self.unread

    class Line:
        def __init__(self, unread: int) -> None:
            self.wire: Any = Transport(unread)
            self.debt = unsent.Debt(self.wire, 0.0)

    reads, still, little = Line(80), Line(50), Line(10)
    lines = [reads, still, little]
    assert unsent.in_excess(lines, 0.0) == [reads]
    reads.wire.unread -= 1
    assert unsent.in_excess(lines, unsent.STILL_SECONDS) == [still]
    still.wire.unread = 0
    assert unsent.in_excess(lines, 2.0) == []


def test_what_comes_of_a_refused_body_is_read_without_haste() -> None:
    async def scene() -> None:
        async def refuse(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body"})

        post = b"POST / HTTP/1.1\r\nContent-Length: 900000\r\n\r\nx"
        server = Server(refuse)
        line, wire = server.connect(post)
        await turns()
        line.data_received(b"x" * 100_000)
        assert wire.paused  # so that the loop has a turn for others
        await turns()
        assert not wire.paused
        line.data_received(b"x" * (900_000 - 100_001))
        await turns()
        server.config.loaded_app = line.app = echo
        line.data_received(GET)
        await until(lambda: b"200 OK" in wire.written)

    on_a_loop(scene)


def test_silence_before_an_event_does_not_count_against_its_reader() -> None:
    class Transport:
        written = unread = 0

        def unsent(self) -> int:
            return self.unread

    wire: Any = Transport()
    debt = unsent.Debt(wire, 0.0)
    for now in (100.0, 200.0):
        assert debt.look(now) == 0
    wire.written = wire.unread = 5
    assert debt.look(201.0) == 5
    assert debt.still(201.0) == 1.0
