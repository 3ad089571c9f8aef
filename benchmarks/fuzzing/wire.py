"""Sends a case over a connection of its own and reads what comes back, with limits to both."""

from __future__ import annotations

import io
import socket
import struct
import threading
import time
from contextlib import suppress
from http.client import HTTPException, HTTPResponse

import httptools

from benchmarks.fuzzing.cases import Answer, Case

__all__ = ["HANG", "LARGEST_ANSWER", "send"]

LARGEST_ANSWER = 16 * 10**6
BREATH = 0.002  # seconds between two pieces: enough for the server to read the first
HANG = 45.0  # seconds without an answer; the service itself gives a slow body up after 30
MOST_HELD = 200  # connections left open at a time; more are torn down
SMALL = 60_000  # bytes that are sent in one go, without a reader beside


class _Requests:
    """What uvicorn's own parser makes of the bytes: how many answers are due, and to what."""

    def __init__(self, data: bytes) -> None:
        self.methods: list[str] = []
        parser = httptools.HttpRequestParser(self)
        self._method = parser.get_method
        try:
            parser.feed_data(data)
        except httptools.HttpParserError:
            self.methods.append("?")
        except httptools.HttpParserUpgrade:
            pass  # what follows is in another language

    def on_message_complete(self) -> None:
        self.methods.append(self._method().decode())


class _Stream(io.BufferedReader):
    """A socket's bytes, as http.client wants them; it outlives the answer that is read from it."""

    def makefile(self, mode: str) -> _Stream:
        return self

    def close(self) -> None:
        pass


def send(port: int, case: Case, held: list[socket.socket], hang: float) -> Answer:
    """Send it and read every answer that is due. `held` takes the connections that stay open."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=hang)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if len(case.pieces) == 1 and len(case.pieces[0]) <= SMALL:
        _write(connection, case.pieces)
        writer = None
    else:  # the answers are read meanwhile: else both sides might wait for the other to read
        writer = threading.Thread(target=_write, args=(connection, case.pieces), daemon=True)
        writer.start()
    if case.ending == "answer":
        answer = _read(connection, _Requests(b"".join(case.pieces)).methods)
    else:
        answer = Answer((case.ending,))
    if writer is not None:
        if case.ending == "answer":
            with suppress(OSError):  # nobody reads any more: do not wait for the rest to be sent
                connection.shutdown(socket.SHUT_RDWR)
        writer.join(hang)
    if case.ending == "hold" and len(held) < MOST_HELD:
        held.append(connection)
        return answer
    if case.ending != "answer":  # a reset in place of a farewell
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    return answer


def _write(connection: socket.socket, pieces: tuple[bytes, ...]) -> None:
    with suppress(OSError):  # refused before all was sent: the answer tells
        for number, piece in enumerate(pieces):
            if number:
                time.sleep(BREATH)
            connection.sendall(piece)


def _read(connection: socket.socket, methods: list[str]) -> Answer:
    statuses: list[int | str] = []
    kinds: list[str] = []
    location, largest = "", 0
    stream = _Stream(socket.SocketIO(connection, "r"))
    for method in methods:
        response = HTTPResponse(stream, method=method)  # type: ignore[arg-type]
        try:
            response.begin()
            body = response.read(LARGEST_ANSWER + 1)
        except TimeoutError:
            statuses.append("hang")
            break
        except (ConnectionError, HTTPException) as error:
            closed = isinstance(error, ConnectionError)  # with nothing or in the middle
            statuses.append("closed" if closed else "garbled")
            break
        statuses.append("too large" if len(body) > LARGEST_ANSWER else response.status)
        largest = max(largest, len(body))
        kinds.append(response.getheader("content-type") or "")
        location = response.getheader("location") or location
        if response.will_close:
            break
    return Answer(tuple(statuses), location, tuple(kinds), largest)
