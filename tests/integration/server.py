"""A real server as a process that can be killed, and a client that follows a job meanwhile."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

BYHAND = Path(sys.executable).parent / "byhand"
SECONDS = 120  # a busy machine is slow
# One client: making another reads every certificate authority anew. No TLS is spoken here.
HTTP = httpx.Client(verify=False, timeout=SECONDS, limits=httpx.Limits(max_connections=None))


class Server:
    """`byhand serve` on a store of its own. Started again, it takes another port."""

    def __init__(self, directory: Path, *arguments: str, **environment: str) -> None:
        clean = {name: value for name, value in os.environ.items() if "BYHAND_" not in name}
        self.environment = clean | {"BYHAND_DATA_DIR": str(directory)} | environment
        self.arguments = arguments
        self.command: list[str | Path] = [BYHAND]
        self.log = directory / f"server-{id(self)}.log"
        directory.mkdir(exist_ok=True, parents=True)
        self.process: subprocess.Popen[str] | None = None
        self.address = ""

    def start(self) -> None:
        self.launch()
        self.wait()

    def launch(self) -> None:
        with self.log.open("a") as stderr:
            self.process = subprocess.Popen(
                [*self.command, "serve", "--port", "0", *self.arguments],
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )

    def wait(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        found = re.search(r"http://\S+?:\d+", first)
        assert found, f"{first!r}; {self.log.read_text()}"
        self.address = found[0]
        until(self.is_ready)

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            return HTTP.get(f"{self.address}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def workers(self) -> list[psutil.Process]:
        """The processes that train."""
        assert self.process is not None
        found = psutil.Process(self.process.pid).children(recursive=True)
        return [process for process in found if "from multiprocessing.spawn" in line(process)]

    def kill(self) -> None:
        """kill -9, the server alone."""
        assert self.process is not None
        self.process.kill()
        self._gone()

    def kill_all(self) -> None:
        """kill -9, the server and its processes, as when the machine dies."""
        workers = self.workers()
        assert self.process is not None
        self.process.kill()
        for worker in workers:
            worker.kill()
        self._gone()

    def stop(self) -> None:
        """SIGTERM, on which it ends by itself."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self._gone()

    def _gone(self) -> None:
        assert self.process is not None
        self.process.wait(SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def get(self, path: str) -> Any:
        return HTTP.get(f"{self.address}{path}").json()

    def submit(self, **request: Any) -> str:
        answer = HTTP.post(f"{self.address}/train", json=request)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def state(self, id: str) -> str:
        return str(self.get(f"/train/{id}")["state"])

    def ended(self, id: str) -> dict[str, Any]:
        """The job, when it has ended."""
        until(lambda: self.state(id) not in ("queued", "running"))
        job: dict[str, Any] = self.get(f"/train/{id}")
        return job

    def weights(self, job: dict[str, Any]) -> bytes:
        return HTTP.get(f"{self.address}/models/{job['model']}/weights").content


class Follower(threading.Thread):
    """A client that reads a job's events, and asks again with Last-Event-ID when it is cut off."""

    def __init__(self, server: Server, job: str) -> None:
        super().__init__(daemon=True)
        self.server, self.job = server, job
        self.events: list[tuple[int, str, Any]] = []
        self.start()

    def run(self) -> None:
        while not (self.events and self.events[-1][1] == "end"):
            last = str(self.events[-1][0]) if self.events else "0"
            try:
                with HTTP.stream(
                    "GET",
                    f"{self.server.address}/train/{self.job}/events",
                    headers={"Last-Event-ID": last},
                ) as answer:
                    self._read(answer)
            except httpx.TransportError:
                time.sleep(0.05)

    def _read(self, answer: httpx.Response) -> None:
        found: dict[str, str] = {}
        for text in answer.iter_lines():
            if text:
                field, _, value = text.partition(": ")
                found[field] = value
            elif "id" in found:
                self.events.append((int(found["id"]), found["event"], json.loads(found["data"])))
                found = {}

    def everything(self) -> list[tuple[int, str, Any]]:
        self.join(SECONDS)
        assert not self.is_alive(), self.events[-3:]
        return self.events


def line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def until(condition: Any, seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def assert_whole(events: list[tuple[int, str, Any]], epochs: int) -> None:
    """Nothing missing, nothing doubled, and an end."""
    assert [id for id, _, _ in events] == list(range(1, len(events) + 1))
    assert [data["epoch"] for _, kind, data in events if kind == "epoch"] == [*range(1, epochs + 1)]
    steps = [data["step"] for _, kind, data in events if kind == "progress"]
    assert steps == sorted(set(steps))
    assert [kind for _, kind, _ in events].count("end") == 1
    assert events[-1][1] == "end"
