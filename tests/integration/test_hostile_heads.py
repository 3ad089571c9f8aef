"""Heads and fields of absurd size, silence and crowds: what they cost a server, and who waits.

Time is the server's own CPU time, which also bounds the event loop's pause, and which a busy
machine does not change as it changes the clock's.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.integration.server import Server, until

pytestmark = pytest.mark.timeout(300)

MOST_SECONDS = 0.5  # of CPU; without bounds it is 2 to 15
MOST_GROWTH = 50e6  # bytes
MOST_ANSWER = 100_000  # bytes; without bounds 14 MB

JSON = "Content-Type: application/json"
DISPOSITION = b"Content-Disposition: form-data"
KEYS = {f"key{number}": 1 for number in range(200_000)}


def request(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    length = [f"Content-Length: {len(body)}"] if body else []
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, *length]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode() + body


def fields(method: str, path: str, value: Any) -> bytes:
    return request(method, path, JSON, body=json.dumps(value).encode())


def form(head: bytes) -> bytes:
    body = b"--X\r\n" + head + b"\r\n\r\nx\r\n--X--\r\n"
    return request("POST", "/predict", "Content-Type: multipart/form-data; boundary=X", body=body)


#: What is sent, and the status that may come back.
ABSURD = {
    "a name of 5 MB": (form(DISPOSITION + b'; name="' + b"a" * 5_000_000), 400),
    "1.2 million parameters of a part": (form(DISPOSITION + b";a=b" * 1_200_000), 400),
    "a header of 60 MB": (request("GET", "/healthz", "X: " + "a" * 60_000_000), 431),
    "2 million headers": (request("GET", "/healthz", *["a: b"] * 2_000_000), 431),
    "an address of 66 MB": (request("GET", "/" + "a" * 66_000_000), 414),
    "30,000 parameters": (request("GET", "/train?" + "a=b&" * 30_000), 414),
    "200,000 keys, train": (fields("POST", "/train", KEYS), 413),
    "200,000 keys, sweep": (fields("POST", "/train/sweep", {"values": KEYS}), 413),
    "200,000 keys, active": (fields("PUT", "/models/active", KEYS), 413),
    "1,400 keys": (fields("POST", "/train", {f"{number}": 1 for number in range(1400)}), 422),
    "a length of 5,000 zeros": (
        request("POST", "/train", JSON, f"Content-Length: {'0' * 5000}2") + b"[]",
        422,
    ),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("hostile") / "data")
    server.start()
    yield server
    server.stop()


def connected(server: Server) -> socket.socket:
    host, port = server.address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=120)


def answer_to(server: Server, data: bytes) -> bytes:
    """What comes back until the connection is closed."""
    answer = b""
    with connected(server) as line:
        with suppress(OSError):  # it may be closed while it is still being sent
            line.sendall(data)
        with suppress(OSError):
            while part := line.recv(2**20):
                answer += part
    return answer


def is_open(server: Server, path: str = "/healthz") -> bool:
    """Whether the server answers somebody who comes now."""
    return b'{"status":"ok"' in answer_to(server, request("GET", path))


def measured(server: Server) -> tuple[float, float]:
    """The server's CPU seconds and resident bytes."""
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    times = process.cpu_times()
    return times.user + times.system, process.memory_info().rss


@pytest.mark.parametrize("name", ABSURD)
def test_what_is_absurdly_large_costs_next_to_nothing(server: Server, name: str) -> None:
    data, status = ABSURD[name]
    assert is_open(server)
    seconds, size = measured(server)
    answer = answer_to(server, data)
    seconds_after, size_after = measured(server)
    # It may be lost where the server hangs up while much is still on its way to it.
    assert not answer or answer.startswith(b"HTTP/1.1 %d " % status), answer[:300]
    assert len(answer) < MOST_ANSWER
    assert seconds_after - seconds < MOST_SECONDS
    assert size_after - size < MOST_GROWTH
    assert is_open(server)


def test_requests_ahead_of_their_turn_take_no_memory(server: Server) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    _, size = measured(server)
    with connected(server) as line:
        line.setblocking(False)
        sent = stalled = 0
        # Nothing of the answers is read, so the server should read no more either.
        while stalled < 20 and sent < 7_700_000:
            try:
                sent += line.send(one * 1000)
                stalled = 0
            except BlockingIOError:
                stalled += 1
                time.sleep(0.05)
        assert is_open(server)
        assert measured(server)[1] - size < MOST_GROWTH


def test_an_upgrade_does_not_start_a_default_job(server: Server) -> None:
    """What `curl --http2 -d '{"epochs": 0}'` sends."""
    upgrade = ("Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA")
    body = b'{"epochs": 0}'
    data = request("POST", "/train", JSON, *upgrade, body=body)
    data = data.replace(b"Connection: close", b"Connection: Upgrade, HTTP2-Settings, close")
    assert answer_to(server, data).startswith(b"HTTP/1.1 422 ")
    assert server.get("/train")["items"] == []


def test_a_crowd_of_silent_connections_does_not_close_the_door(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    server.command = ["sh", "-c", 'ulimit -n 256 && exec "$0" "$@"', *server.command]
    server.start()
    crowd: list[socket.socket] = []
    owing = b"POST /train HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
    try:
        for number in range(400):
            crowd.append(connected(server))
            with suppress(OSError):  # another may have taken its place
                crowd[-1].sendall((b"", b"GET /heal", owing)[number % 3])
        assert all(is_open(server) for _ in range(3))
        assert server.process is not None
        process = psutil.Process(server.process.pid)
        until(lambda: process.num_fds() < 250)
        assert is_open(server, "/readyz")
    finally:
        for line in crowd:
            line.close()
        server.stop()
