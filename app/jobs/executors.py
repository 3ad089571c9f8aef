"""Executors of training jobs: processes of this machine, or a Dask cluster, which only this knows.

Each local process is a pool of its own, so that a crash affects one job only; a broken pool is
replaced by a new one.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, InvalidStateError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Protocol

from app.blas import ONE_THREAD
from app.logs import adopt, log
from app.stderr import flush
from model.messages import Message

if TYPE_CHECKING:
    from app.settings import Settings

__all__ = ["DaskWorkers", "LocalWorkers", "Workers", "make_workers", "process_died"]

RELEASE_SECONDS = 3.0  # for a process to release its job before it exits
LOWER_PRIORITY = 10  # added to the niceness, so that predictions have precedence over training
CONNECT_SECONDS = 5  # timeout of a connection to the scheduler
ANSWER_SECONDS = 5  # for the scheduler to answer, while it is connected
RECONNECT_SECONDS = 2  # between attempts to connect
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has one way to end a process


class Workers(Protocol):
    """An executor as the dispatcher needs it."""

    def slots(self) -> int:
        """The number of jobs that can run at the same time; 0 while no worker can be reached."""

    def trouble(self) -> Message | None:
        """Why no job can be run just now, where it is not that all workers are busy."""

    def submit(self, fn: Callable[..., str], *args: Any) -> Future[str]:
        """Run fn(*args) in a worker."""

    def end(self, future: Future[str]) -> bool:
        """End the process that runs this, whatever it does; False where that is not ours to do."""

    def warm_up(self) -> None:
        """Have a worker ready for the first job, if that takes time."""

    def stop(self) -> None:
        """Accept no more jobs, and make local workers release theirs."""


def make_workers(settings: Settings) -> Workers:
    """The executor that the settings choose."""
    if settings.dask_address:
        return DaskWorkers(settings.dask_address)
    return LocalWorkers(settings.job_workers)


def process_died(future: Future[str]) -> bool:
    """Whether the process that ran this crashed, with its job unfinished."""
    return not future.cancelled() and isinstance(future.exception(), BrokenProcessPool)


class LocalWorkers:
    """Processes of this machine, started when they are needed."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._idle: list[ProcessPoolExecutor] = []
        self._pools: dict[ProcessPoolExecutor, Future[int]] = {}  # with the id of its process
        self._runs: dict[Future[str], Future[int]] = {}
        self._context = multiprocessing.get_context("spawn")
        # Nothing is ever sent: processes read an end of file when the server closes it, or dies.
        self._reader, self._writer = self._context.Pipe(duplex=False)
        os.environ.update(ONE_THREAD)  # the processes inherit it

    def slots(self) -> int:
        """The number of processes in the settings."""
        return self._count

    def trouble(self) -> Message | None:
        """Nothing: processes are started when they are needed."""
        return None

    def submit(self, fn: Callable[..., str], *args: Any) -> Future[str]:
        """Run fn(*args) in an idle process, or in a new one."""
        with self._lock:
            pool = self._idle.pop() if self._idle else self._new_pool()
            process = self._pools[pool]
        try:
            future = pool.submit(fn, *args)
        except BrokenProcessPool:  # it died while it was idle
            self._discard(pool)
            return self.submit(fn, *args)
        self._runs[future] = process
        future.add_done_callback(lambda done: self._done(pool, done))
        return future

    def end(self, future: Future[str]) -> bool:
        """Kill the process that runs this, unless it is still being started: its id is unknown."""
        process = self._runs.get(future)
        if process is not None and not future.done():
            with contextlib.suppress(OSError, BrokenProcessPool, CancelledError):
                os.kill(process.result(timeout=0), KILL)
                return True
        return False

    def warm_up(self) -> None:
        """Start the first process, unless there is one: it takes about half a second."""
        with self._lock:
            if self._pools or self._writer.closed:
                return
            pool = self._new_pool()
        pool.submit(_get_ready).add_done_callback(lambda done: self._done(pool, done))

    def stop(self) -> None:
        """Make each process release its job and exit; this does not wait for it."""
        self._writer.close()
        with self._lock:
            pools, self._pools, self._idle = self._pools, {}, []
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        self._reader.close()

    def _new_pool(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(
            1, self._context, initializer=_initialize_process, initargs=(self._reader,)
        )
        self._pools[pool] = pool.submit(os.getpid)
        return pool

    def _done(self, pool: ProcessPoolExecutor, future: Future[str]) -> None:
        self._runs.pop(future, None)
        if process_died(future):
            self._discard(pool)
            return
        with self._lock:
            if pool in self._pools:
                self._idle.append(pool)

    def _discard(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            self._pools.pop(pool, None)
        pool.shutdown(wait=False)


def _initialize_process(server: Connection) -> None:
    """Set up a pool process: ignore signals, lower its priority, and watch the server's pipe."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(LOWER_PRIORITY)
    threading.Thread(
        target=_watch_server, args=(server,), name="follow the server", daemon=True
    ).start()


def _get_ready() -> str:
    """Import and load what the first job needs, while there is none."""
    import app.jobs.worker  # noqa: F401 (what a job runs)
    from app.jobs.ending import load_training_data

    return load_training_data()


def _watch_server(server: Connection) -> None:
    """Request a release and exit when the server has closed its end of the pipe, or died."""
    from app.jobs.worker import stop_requested

    with contextlib.suppress(OSError):
        server.poll(None)
    stop_requested.set()
    time.sleep(RELEASE_SECONDS)
    flush()
    os._exit(0)  # idle, or too slow to release its job, whose lease then expires


class DaskWorkers:
    """The workers of a Dask cluster, by a client that reconnects when the scheduler was away.

    Stopping a server does not stop the cluster: jobs that run there continue.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: Any = None  # distributed.Client, which is not typed
        self._try_after = 0.0
        self._open: set[Future[str]] = set()
        self._trouble: Message | None = None

    def slots(self) -> int:
        """The number of threads of the cluster's workers."""
        client = self._connected()
        if client is None:
            return 0
        try:
            # Not client.nthreads(), which waits for ever for a scheduler that was stopped.
            threads = client.sync(client.scheduler.ncores, callback_timeout=ANSWER_SECONDS)
        except (OSError, TimeoutError) as error:
            self._disconnect(error)
            return 0
        found: int = sum(threads.values())
        self._tell(None if found else Message("job.no_workers"))
        return found

    def trouble(self) -> Message | None:
        """That the scheduler is away, or has no workers."""
        return self._trouble

    def submit(self, fn: Callable[..., str], *args: Any) -> Future[str]:
        """Run fn(*args) on the cluster, without retries: a lost job is found by its lease.

        The future tells that it has ended, not what it returned.
        """
        ours: Future[str] = Future()
        client = self._connected()
        if client is None:
            ours.set_exception(ConnectionError("The Dask scheduler cannot be reached."))
            return ours
        self._open.add(ours)
        theirs = client.submit(fn, *args, pure=False, retries=0)
        theirs.add_done_callback(lambda done: self._done(ours, done))
        return ours

    def end(self, future: Future[str]) -> bool:
        """False: the cluster looks after its own workers."""
        return False

    def warm_up(self) -> None:
        """Nothing is to be done: the cluster's workers run already."""

    def stop(self) -> None:
        """Disconnect from the cluster."""
        if self._client is not None:
            self._disconnect(None)

    def _done(self, ours: Future[str], theirs: Any) -> None:
        self._open.discard(ours)
        with contextlib.suppress(InvalidStateError):  # the scheduler was lost at the same time
            if theirs.status == "finished":
                # Not theirs.result(), which asks the scheduler, and raises if that has just gone:
                # what became of the job is in the store.
                ours.set_result(theirs.status)
            else:
                ours.set_exception(ConnectionError(f"The Dask task was {theirs.status}."))

    def _connected(self) -> Any:
        if self._client is not None and self._client.status == "running":
            return self._client
        if self._client is not None:
            self._disconnect(ConnectionError(f"the client is {self._client.status}"))
        if time.monotonic() < self._try_after:
            return None
        try:
            import distributed  # slow to import, and an optional dependency

            adopt("distributed")
            connect: Any = distributed.Client
            self._client = connect(
                self._address, timeout=CONNECT_SECONDS, set_as_default=False, name="byhand"
            )
        except (OSError, TimeoutError, ImportError) as error:
            self._lost(error)
            self._try_after = time.monotonic() + RECONNECT_SECONDS
        return self._client

    def _lost(self, error: BaseException) -> None:
        self._tell(Message("job.scheduler_away"), error)

    def _tell(self, trouble: Message | None, error: BaseException | None = None) -> None:
        """Keep what is wrong, and log it when it changes, not at each look."""
        if trouble == self._trouble:
            return
        self._trouble = trouble
        if trouble is None:
            log.warning("training goes on: Dask has workers again", scheduler=self._address)
        else:
            why = {"error": str(error)} if error else {}
            log.warning("training waits", scheduler=self._address, why=str(trouble), **why)

    def _disconnect(self, error: BaseException | None) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close(timeout=1)
        if error is not None:
            self._lost(error)
        lost, self._open = self._open, set()
        for future in lost:
            with contextlib.suppress(InvalidStateError):
                future.set_exception(ConnectionError("The Dask scheduler was lost."))
