"""Starts the servers to be measured, pinned to one core, and reads their CPU time and memory."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from peers.environment import python_with

from app.blas import ONE_THREAD

PEERS = Path(__file__).parent / "peers"
BIN = Path(sys.executable).parent
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60


@dataclass
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen
    seconds_to_start: float

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """What all its processes have used so far."""
        return sum(self._each(lambda fields: (int(fields[11]) + int(fields[12])) / TICKS))

    def resident_megabytes(self) -> float:
        """Of all its processes."""
        page = os.sysconf("SC_PAGE_SIZE")
        return sum(self._each(lambda fields: int(fields[21]) * page / 1e6))

    def _each(self, measure) -> list[float]:
        """`measure` of the numbers in /proc/PID/stat, for the process and all its descendants."""
        stats = {}
        for entry in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has ended since the directory was listed
                stats[int(entry.parent.name)] = entry.read_text().rpartition(")")[2].split()

        def ours(pid: int) -> bool:
            return pid == self.process.pid or (pid in stats and ours(int(stats[pid][1])))

        return [measure(fields) for pid, fields in stats.items() if ours(pid)]


def command_of(
    name: str, port: int, weights: Path, processes: int = 1
) -> tuple[list, dict[str, str], str]:
    """How to start a server, its environment, and a path that it answers when it is ready.

    Raises UnavailableError for a peer that cannot be installed.
    """
    if name == "byhand":
        several = ["--workers", str(processes)] if processes > 1 else []
        return [BIN / "byhand", "serve", "--port", str(port), *several], {}, "/readyz"
    if name == "fastapi":
        return [sys.executable, PEERS / "serve_fastapi.py", str(port)], {}, "/hello"
    if name == "litserve":
        python = python_with(name, "litserve>=0.2.19", "numpy")
        return [python, PEERS / "serve_litserve.py", str(port), weights], {}, "/health"
    python = python_with(name, "bentoml>=1.4.39", "numpy")
    arguments = ["serve", "serve_bentoml:Digits", "--port", str(port), "--working-dir", PEERS]
    return (
        [python, "-m", "bentoml", *arguments],
        {"WEIGHTS": str(weights), "BENTOML_DO_NOT_TRACK": "True"},
        "/readyz",
    )


@contextmanager
def running(
    name: str, folder: Path, weights: Path, cores: str = "0", processes: int = 1
) -> Iterator[Server]:
    """Start a server, its logs and store in `folder`; wait until it answers; end it."""
    port = free_port()
    command, environment, ready = command_of(name, port, weights, processes)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("BYHAND_")}
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("w") as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            ["taskset", "-c", cores, *map(str, command)],
            env=clean | ONE_THREAD | environment | {"BYHAND_DATA_DIR": str(folder)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    server = Server(port, process, 0.0)
    try:
        wait_for(server.url + ready, process, folder / "log")
        server.seconds_to_start = time.perf_counter() - began
        yield server
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        with suppress(ProcessLookupError):  # what it left behind
            os.killpg(process.pid, signal.SIGKILL)


def wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.perf_counter() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except urllib.error.HTTPError:
            return  # it answers, if not this path
        except OSError:
            if process.poll() is not None or time.perf_counter() > deadline:
                raise SystemExit(f"{url} does not answer:\n{log.read_text()[-2000:]}") from None
            time.sleep(0.005)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
