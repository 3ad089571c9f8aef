"""The fuzzers would notice: a server that does each thing that it must not do is found out."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.fuzzing import run, wire
from benchmarks.fuzzing.cases import Case, request
from benchmarks.fuzzing.run import Cost, attack, with_pauses

PROBLEM = b"Content-Type: application/problem+json\r\n"


def answer(status: int, body: bytes = b"", head: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d X\r\n%bContent-Length: %d\r\n\r\n" % (status, head, len(body)) + body


ANSWERS = {
    "/fine": answer(200, b"a"),
    "/refused": answer(422, b"{}", PROBLEM),
    "/away": answer(503, b"{}", PROBLEM),
    "/closed": b"",
    "/500": answer(500, b"{}", PROBLEM),
    "/503": answer(503, b"Exceeded concurrency limit."),
    "/garbled": b"HELLO\r\n\r\n",
    "/too-large": answer(200, bytes(wire.LARGEST_ANSWER + 1)),
    "/second": answer(200) + answer(500),
}


class Fake:
    """What `attack` needs of a target, answering by path from the table above."""

    def __init__(self, log: Path) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.held: list[socket.socket] = []
        self.log = log
        self.alive = True
        log.write_text("what the server said")
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            path = connection.recv(65536).split(b" ")[1].decode()
            if path == "/hang":
                self.kept = connection
                continue
            connection.sendall(ANSWERS[path])
            connection.close()

    def memory(self) -> tuple[float, float]:
        return 1.0, 2.0

    def forget_peak(self) -> None: ...

    def hear_pauses(self) -> list[tuple[float, float]]:
        return []

    def is_alive(self) -> bool:
        return self.alive


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(run, "WARM_UP", [])
    target = Fake(tmp_path / "log")
    yield target
    target.listener.close()


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        *((path, None) for path in ("/fine", "/refused", "/away", "/closed")),
        ("/500", "500"),
        ("/503", "503"),
        ("/second", "500"),
        ("/garbled", "garbled"),
        ("/too-large", "too large"),
        ("/hang", "hang"),
    ],
)
def test_what_is_a_fault(
    fake: Any, path: str, fault: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "HANG", 0.3)
    sent = request("GET", path) * (2 if path == "/second" else 1)
    folder = tmp_path / "faults"

    def make(rng: object) -> Case:
        return Case("a label", (sent,))

    report = attack(fake, "made", make, [7], seed=1, folder=folder, again=0)
    if fault is None:
        assert not report.faults
        return
    assert report.faults[0].startswith(f"{fault}: case 7, a label; sent: ")
    assert (folder / "made-1-7.http").read_bytes() == sent
    assert (folder / "made-1-7.log").exists()


def test_a_connection_that_stays_open_is_a_fault(fake: Any, tmp_path: Path) -> None:
    def make(rng: object) -> Case:
        return Case("silence", (request("GET", "/hang"),), ending="hold")

    report = attack(fake, "made", make, [1], seed=1, folder=tmp_path, again=0, patience=0.2)
    assert report.faults[0].startswith("still open: 1 of 1 silent connections")


def test_a_server_that_ends_is_a_fault(fake: Any, tmp_path: Path) -> None:
    fake.alive = False

    def make(rng: object) -> Case:
        return Case("a label", (request("GET", "/closed"),))

    report = attack(fake, "made", make, range(9), seed=1, folder=tmp_path)
    assert [fault.partition(":")[0] for fault in report.faults] == ["the server ended"]


def test_a_pause_belongs_to_every_case_that_was_under_way() -> None:
    costs = [Cost(number, "", began=number, seconds=0.9, megabytes=0) for number in range(4)]
    found = with_pauses(costs, [(1.5, 0.2), (1.95, 0.3), (5.0, 9.0)])
    assert [cost.pause for cost in found] == [0, 0.2, 0.3, 0]
