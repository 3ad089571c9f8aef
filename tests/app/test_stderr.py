"""A reader of the log that stalls holds up nobody."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import stderr
from app.stderr import Lines
from tests.conftest import BYHAND

Pipe = tuple[int, io.FileIO]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """The end to read from, and the file that is written to."""
    reader, writer = os.pipe()
    file = io.FileIO(writer, "w")
    yield reader, file
    read_all(reader, file)


def read_all(reader: int, file: io.FileIO) -> bytes:
    """What comes until the lines' thread has nothing more to write; closes both ends."""
    got: list[bytes] = []

    def read() -> None:
        while piece := os.read(reader, 2**16):
            got.append(piece)

    if file.closed:
        return b""
    thread = threading.Thread(target=read)
    thread.start()
    time.sleep(0.5)  # for the note on what was dropped
    file.close()
    thread.join(30)
    os.close(reader)
    return b"".join(got)


def test_lines_come_in_order_and_whole(pipe: Pipe) -> None:
    lines = Lines(lambda: pipe[1])  # type: ignore[arg-type, return-value]
    for number in range(1000):
        lines.put(f"line {number}".encode())
    lines.flush(30)
    written = [f"line {number}" for number in range(1000)]
    assert read_all(*pipe).decode().splitlines() == written


def noted(data: bytes) -> int:
    """How many lines the notes among these say were dropped."""
    return sum(int(count) for count in re.findall(rb"dropped (\d+)\n", data))


def test_lines_that_nobody_reads_are_dropped_and_counted(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stderr, "MOST_BYTES", 2**20)
    reader, file = pipe
    lines, dropped = Lines(lambda: file), []  # type: ignore[arg-type, return-value]
    lines.note = lambda count: f"dropped {count}".encode()
    lines.on_drop = lambda: dropped.append(1)
    slowest = 0.0
    for _ in range(5000):  # of 1 KB each: some 1,000 may wait, and as many be on their way
        began = time.thread_time()
        lines.put(b"x" * 1023)
        slowest = max(slowest, time.thread_time() - began)
    lines.flush(0.1)  # in vain, and not for ever
    assert slowest < 0.05
    most = 2**20 // 1023 + 1  # that wait; as many are on their way, some came in between
    assert 5000 - 3 * most < len(dropped) < 5000
    written = b""
    os.set_blocking(reader, False)
    deadline = time.monotonic() + 30
    while written.count(b"x" * 1023 + b"\n") + noted(written) < 5000:  # lines may follow a note
        assert time.monotonic() < deadline, (len(dropped), noted(written), len(written))
        with contextlib.suppress(BlockingIOError):
            written += os.read(reader, 2**16)
    os.set_blocking(reader, True)
    assert noted(written) == len(dropped)


@pytest.mark.parametrize("stream", [io.StringIO, io.BytesIO])
def test_what_is_no_file_is_written_to_as_it_takes_it(
    monkeypatch: pytest.MonkeyPatch, stream: type
) -> None:
    there = stream()
    monkeypatch.setattr(stderr.sys, "stderr", there)
    lines = Lines()
    lines.put("α".encode())
    lines.flush(30)
    assert there.getvalue() in ("α\n", "α\n".encode())


def test_a_reader_that_has_gone_is_no_error(pipe: Pipe) -> None:
    reader, file = pipe
    os.close(reader)
    lines = Lines(lambda: file)  # type: ignore[arg-type, return-value]
    lines.put(b"to nobody")
    lines.flush(30)
    lines.put(b"to nobody")
    lines.flush(30)
    file.close()


def test_a_server_whose_log_is_not_read_answers_and_stops(tmp_path: Path) -> None:
    """It hung at the 335th request: a pipe holds 64 KB."""
    reader, writer = os.pipe()
    clean = {name: value for name, value in os.environ.items() if "BYHAND_" not in name}
    server = subprocess.Popen(
        [BYHAND, "serve", "--port", "0"],
        env=clean | {"BYHAND_DATA_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=writer,
        text=True,
    )
    try:
        assert server.stdout is not None
        found = re.search(r"http://\S+?:\d+", server.stdout.readline())
        assert found
        answered = 0
        deadline = time.monotonic() + 120
        while answered < 600:
            assert time.monotonic() < deadline, answered
            try:
                urllib.request.urlopen(f"{found[0]}/presets", timeout=60).close()
                answered += 1
            except urllib.error.URLError:
                assert not answered  # it is starting
                time.sleep(0.05)
        server.terminate()
        server.wait(60)
        log = os.read(reader, 2**17).splitlines()
        assert len(log) > 100
        assert json.loads(log[10])["event"]
    finally:
        server.kill()
        server.wait(60)
        server.stdout.close()  # type: ignore[union-attr]
        os.close(reader)
        os.close(writer)
