"""Where training runs: processes of this machine, or a Dask cluster. The only file that knows.

Each process of ours is a pool of its own, so that one that dies takes no other job with it; a pool
that broke is thrown away and the next job gets a new one.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Protocol

from app.blas import ONE_THREAD
from app.logs import log

if TYPE_CHECKING:
    from app.settings import Settings

__all__ = ["DaskWorkers", "LocalWorkers", "Workers", "make_workers", "process_died"]

GIVE_BACK_SECONDS = 3.0  # what a process gets to give its job back before it ends itself
LOWER_PRIORITY = 10  # predictions go before training
CONNECT_SECONDS = 5
RECONNECT_SECONDS = 2


class Workers(Protocol):
    """What the dispatcher needs of an executor: how much it takes at once, and an end."""

    def slots(self) -> int:
        """How many jobs can run at the same time now; 0 while the workers cannot be reached."""

    def submit(self, fn: Callable[..., str], *args: Any) -> Future[str]:
        """Run fn(*args) in a worker."""

    def stop(self) -> None:
        """Take nothing more, and have what runs here give its job back."""


def make_workers(settings: Settings) -> Workers:
    """Choose as the settings say."""
    if settings.dask_address:
        return DaskWorkers(settings.dask_address)
    return LocalWorkers(settings.job_workers)


def process_died(future: Future[str]) -> bool:
    """Whether the process that ran this is gone, and its job with it."""
    return not future.cancelled() and isinstance(future.exception(), BrokenProcessPool)


class LocalWorkers:
    """Processes of this machine, started when there is work for them."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._idle: list[ProcessPoolExecutor] = []
        self._pools: set[ProcessPoolExecutor] = set()
        self._context = multiprocessing.get_context("spawn")
        # Nothing is ever sent: when we close our end, or die, every process reads the end of file.
        self._reader, self._writer = self._context.Pipe(duplex=False)
        os.environ.update(ONE_THREAD)  # the processes inherit it

    def slots(self) -> int:
        """As many as the settings say."""
        return self._count

    def submit(self, fn: Callable[..., str], *args: Any) -> Future[str]:
        """Run fn(*args) in an idle process, or in a new one."""
        with self._lock:
            pool = self._idle.pop() if self._idle else self._new_pool()
        try:
            future = pool.submit(fn, *args)
        except BrokenProcessPool:  # it died while it was idle
            self._throw_away(pool)
            return self.submit(fn, *args)
        future.add_done_callback(lambda done: self._done(pool, done))
        return future

    def stop(self) -> None:
        """Have each process give its job back and end; this does not wait for it."""
        self._writer.close()
        with self._lock:
            pools, self._pools, self._idle = self._pools, set(), []
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        self._reader.close()

    def _new_pool(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(
            1, self._context, initializer=_enter_process, initargs=(self._reader,)
        )
        self._pools.add(pool)
        return pool

    def _done(self, pool: ProcessPoolExecutor, future: Future[str]) -> None:
        if process_died(future):
            self._throw_away(pool)
            return
        with self._lock:
            if pool in self._pools:
                self._idle.append(pool)

    def _throw_away(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            self._pools.discard(pool)
        pool.shutdown(wait=False)


def _enter_process(server: Connection) -> None:
    """Prepare a pool process. Its server's signals are not its own: it follows the pipe."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(LOWER_PRIORITY)
    threading.Thread(target=_follow, args=(server,), name="follow the server", daemon=True).start()


def _follow(server: Connection) -> None:
    from app.jobs.worker import stop_requested

    with contextlib.suppress(OSError):
        server.poll(None)
    stop_requested.set()
    time.sleep(GIVE_BACK_SECONDS)
    os._exit(0)  # idle, with the server gone, or too slow: the lease runs out instead


class DaskWorkers:
    """The workers of a Dask cluster, through a client made anew when the scheduler was away.

    Stopping a server takes nothing from the cluster: what runs there ends there.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: Any = None  # distributed.Client, which is not typed
        self._try_after = 0.0
        self._open: set[Future[str]] = set()

    def slots(self) -> int:
        """As many as the cluster's workers have threads."""
        client = self._connected()
        if client is None:
            return 0
        try:
            return sum(client.nthreads().values())
        except (OSError, TimeoutError) as error:
            self._disconnect(error)
            return 0

    def submit(self, fn: Callable[..., str], *args: Any) -> Future[str]:
        """Run fn(*args) on the cluster, once: a job that is lost is found by its lease."""
        ours: Future[str] = Future()
        client = self._connected()
        if client is None:
            ours.set_exception(ConnectionError("The Dask scheduler cannot be reached."))
            return ours
        self._open.add(ours)
        theirs = client.submit(fn, *args, pure=False, retries=0)
        theirs.add_done_callback(lambda done: self._done(ours, done))
        return ours

    def stop(self) -> None:
        """Leave the cluster."""
        if self._client is not None:
            self._disconnect(None)

    def _done(self, ours: Future[str], theirs: Any) -> None:
        self._open.discard(ours)
        if ours.done():
            return
        if theirs.status == "finished":
            ours.set_result(str(theirs.result()))
        else:
            ours.set_exception(ConnectionError(f"The Dask task was {theirs.status}."))

    def _connected(self) -> Any:
        if self._client is not None and self._client.status == "running":
            return self._client
        if self._client is not None:
            self._disconnect(ConnectionError(f"the client is {self._client.status}"))
        if time.monotonic() < self._try_after:
            return None
        import distributed  # slow to import, and an extra

        connect: Any = distributed.Client
        try:
            self._client = connect(
                self._address, timeout=CONNECT_SECONDS, set_as_default=False, name="byhand"
            )
        except (OSError, TimeoutError) as error:
            log.warning("Dask cannot be reached", scheduler=self._address, error=str(error))
            self._try_after = time.monotonic() + RECONNECT_SECONDS
        return self._client

    def _disconnect(self, error: BaseException | None) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close(timeout=1)
        if error is not None:
            log.warning("Dask was lost", scheduler=self._address, error=str(error))
        lost, self._open = self._open, set()
        for future in lost:
            if not future.done():
                future.set_exception(ConnectionError("The Dask scheduler was lost."))
