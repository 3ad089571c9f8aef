"""`byhand serve`: runs the web service in one process or several."""

from __future__ import annotations

import gc
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from rich.console import Console

from app.commands.environment import open_store, settings
from app.commands.errors import CommandError
from app.serving.connections import protocol, raise_file_limit
from app.stderr import flush

__all__ = ["serve"]

DRAIN_SECONDS = 3  # for requests in flight at shutdown; event streams would never end by themselves
# A connection may be idle for longer than proxies and clients keep theirs, 60 s: else one of them
# sends a request on it just as it is closed here, and gets a reset in place of an answer.
IDLE_SECONDS = 75
SILENT_SECONDS = 30  # a server process that does not answer its parent for so long is replaced


def serve(host: str | None, port: int | None, workers: int) -> None:
    """Serve until Ctrl-C or SIGTERM; arguments that are given override the environment."""
    given = {"BYHAND_HOST": host, "BYHAND_PORT": port}
    os.environ |= {name: str(value) for name, value in given.items() if value is not None}
    chosen = settings()
    proxies = chosen.trusted_proxies or os.environ.get("FORWARDED_ALLOW_IPS")  # uvicorn's own name
    free = _free_port(chosen.host, chosen.port)
    open_store(chosen).close()  # first, so that a wrong URL is one line and not a traceback
    raise_file_limit()
    _announce(chosen.host, free, workers)
    signal.signal(signal.SIGTERM, _end)
    gc.disable()  # imports leave no garbage; collecting takes a tenth of the start
    with _shared_metrics() if workers > 1 else nullcontext():
        uvicorn.run(
            "app.main:create_app",
            factory=True,
            host=chosen.host,
            port=free,
            workers=workers,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=DRAIN_SECONDS,
            timeout_worker_healthcheck=SILENT_SECONDS,
            ws="none",  # there are no WebSockets, and their library is slow to import
            http=protocol(),
            # uvicorn would believe whoever calls from this machine, a page's visitor among them.
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies,
            server_header=False,
            access_log=False,  # app/telemetry.py logs each request, with its id
            log_config=None,  # app/telemetry.py configures every logger
        )


def _end(number: int, frame: Any) -> None:
    """End by the signal, as uvicorn has it once it has shut down, but with the log's last lines."""
    flush()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """Give all server processes a directory for their counts; /metrics shows the sums."""
    with TemporaryDirectory(prefix="byhand-metrics-") as directory:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
        yield


def _free_port(host: str, port: int) -> int:
    """`port`, or a free port if it is 0. Raises CommandError if it cannot be bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CommandError("command.port", host=host, port=port, reason=reason) from None
        free: int = probe.getsockname()[1]
        return free


def _announce(host: str, port: int, workers: int) -> None:
    """Print the address of the service and how to use it."""
    anywhere = host in ("0.0.0.0", "::")
    address = f"http://{'localhost' if anywhere else f'[{host}]' if ':' in host else host}:{port}"
    processes = f", {workers} processes" if workers > 1 else ""
    Console(highlight=False, soft_wrap=True).print(
        f"[bold]byhand is at {address}[/]{processes}\n"
        f"  draw a digit      open {address} in a browser\n"
        f"  from a terminal   curl -F image=@digit.png {address}/predict\n"
        f"  every path        {address}/docs\n"
        f"  stop              Ctrl-C"
    )
