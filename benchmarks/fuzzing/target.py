"""The server under attack, a process of its own on loopback; its memory, its loop, its log."""

from __future__ import annotations

import multiprocessing
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from multiprocessing.connection import Connection
from pathlib import Path

__all__ = ["Target", "attacked"]

# As `byhand serve` serves. Jobs are queued and never trained, since training would be measured as
# well; so the streams of their events would have no end, and are given one after what there is.
SERVE = """
from app.jobs import event_stream
from app.jobs.service import JobService
JobService.start = lambda self: self.event_stream.catch_signals()
event_stream.FINISHED = {"queued", "running", "paused", "succeeded", "failed", "cancelled"}
from app.cli import main
main()
"""
START_SECONDS = 60
EVERY = 0.01  # seconds between two questions to the event loop
WORTH_TELLING = 0.005


class Target:
    """A running server and the process that asks it without pause whether it is there."""

    def __init__(self, process: subprocess.Popen[str], port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log
        self.held: list[socket.socket] = []
        self.pauses: list[tuple[float, float]] = []
        spawn = multiprocessing.get_context("spawn")
        self._heard, ours = spawn.Pipe(duplex=False)
        self._watcher = spawn.Process(target=_ask, args=(port, ours), daemon=True)
        self._watcher.start()
        self._heard.recv()  # it has begun

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def forget_peak(self) -> None:
        """Let `memory` count its peak from now on (proc(5), clear_refs)."""
        with suppress(OSError):
            Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def memory(self) -> tuple[float, float]:
        """Megabytes that are resident now, and the most since `forget_peak`."""
        try:
            text = Path(f"/proc/{self.process.pid}/status").read_text()
            found = dict(re.findall(r"Vm(RSS|HWM):\s+(\d+) kB", text))
            return int(found["RSS"]) / 1000, int(found["HWM"]) / 1000
        except (OSError, KeyError):  # it has ended
            return 0.0, 0.0

    def hear_pauses(self) -> list[tuple[float, float]]:
        """When each answer to the watcher that took long was asked for, and how long it took."""
        with suppress(EOFError, OSError):
            while self._heard.poll():
                self.pauses.append(self._heard.recv())
        return self.pauses

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    def close(self) -> None:
        """End both."""
        self._watcher.terminate()
        self._watcher.join()
        self._heard.close()
        for connection in self.held:
            connection.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _ask(port: int, told: Connection) -> None:
    """Ask /healthz over and over, and tell of every answer that was late."""
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    told.send("begun")
    while True:
        began = time.monotonic()
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except (OSError, HTTPException):
            connection.close()
            time.sleep(0.05)
        took = time.monotonic() - began
        if took > WORTH_TELLING:
            told.send((began, took))
        time.sleep(EVERY)


@contextmanager
def attacked(**settings: str) -> Iterator[Target]:
    """Start a server on a free port, its store in a new directory; end it afterwards."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BYHAND_")}
    with tempfile.TemporaryDirectory(prefix="byhand-fuzzing-") as folder:
        log = Path(folder) / "log"
        environment = {"BYHAND_DATA_DIR": folder, "BYHAND_MAX_QUEUED_JOBS": "20"} | settings
        with log.open("w") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-c", SERVE, "serve", "--port", "0"],
                env=clean | environment,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        assert process.stdout is not None
        with process.stdout:
            found = re.search(r"http://\S+?:(\d+)", process.stdout.readline())
            if found is None:
                raise SystemExit(f"The server did not start:\n{log.read_text()[-2000:]}")
            port = int(found[1])
            _wait(port, process, log)
            target = Target(process, port, log)
            try:
                yield target
            finally:
                target.close()


def _wait(port: int, process: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"The server did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.02)
