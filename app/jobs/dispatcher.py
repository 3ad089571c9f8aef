"""The dispatcher: a loop that sends queued jobs, and those with an expired lease, to workers."""

from __future__ import annotations

import math
import os
import secrets
import socket
import threading
import time
from concurrent import futures
from concurrent.futures import Future

from app.jobs.ending import keep_best
from app.jobs.executors import Workers, process_died
from app.jobs.silence import Silence
from app.jobs.worker import run_training
from app.logs import log
from app.store import jobs, leases
from app.store.engine import Database, StoreError
from model.messages import Message

__all__ = ["Dispatcher"]

POLL_SECONDS = 0.5  # between queries for jobs that other replicas accepted
OFFER_SECONDS = 5.0  # of an offer to this replica, renewed while the job waits for a worker
PRUNE_SECONDS = 600.0  # between prunings of old jobs; less where they are kept for less
DAY = 86_400.0  # seconds
RELEASE_SECONDS = 3.5  # for workers to release their jobs at shutdown


class Dispatcher:
    """A thread that dispatches jobs. All of its state is in the store, so a crash loses nothing."""

    def __init__(
        self,
        database: Database,
        workers: Workers,
        *,
        lease_seconds: float,
        keep_days: float | None = None,
    ) -> None:
        self.owner = f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._database = database
        self._workers = workers
        self._lease_seconds = lease_seconds
        self._keep_days = keep_days
        self._running: dict[Future[str], str] = {}
        self._silence = Silence(lease_seconds)
        self._silent: set[str] = set()  # jobs whose process was ended for its silence
        self._dead: list[str] = []
        self._expecting = False  # a job, so that a worker should be warm
        self._away = False  # the store, at the last look
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._looked = time.time()
        self._awake_since = -math.inf  # by the clock that is never set
        self._pruned = -PRUNE_SECONDS
        self._thread = threading.Thread(target=self._loop, name="dispatch jobs", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Look for jobs now, since one was submitted or a worker became idle."""
        self._wake.set()

    def warm_up(self) -> None:
        """Have a worker ready, since a job may be submitted soon; the thread does it, not you."""
        self._expecting = True
        self._wake.set()

    def trouble(self) -> Message | None:
        """Why no job of this replica can be begun just now, where workers are not only busy."""
        return self._workers.trouble()

    def stop(self) -> None:
        """Stop dispatching; running jobs are released, to be resumed from their checkpoints."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(RELEASE_SECONDS)
        self._workers.stop()
        _, stuck = futures.wait(self._running, timeout=RELEASE_SECONDS)
        for future in stuck:  # the server would wait for its process when it exits
            self._workers.end(future)
        for future, id in self._running.items():
            if future.done() and process_died(future):
                self._release(id)

    def _release(self, id: str) -> None:
        """Release a job for a process that had to end before it could do so itself."""
        try:
            with self._database.begin() as session:
                lease = leases.held_by(session, id, self.owner)
                if lease is not None:
                    leases.release(session, lease)
        except StoreError as error:
            log.warning("a lease has to run out: the store is away", job=id, error=error.cause)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
                self._away = False
            except StoreError as error:
                if not self._away:  # logged once, not twice a second
                    log.warning("jobs wait: the store is away", error=error.cause)
                self._away = True
            except Exception:
                log.exception("looking for jobs failed; it is tried again")
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()

    def look(self) -> None:
        """Send as many claimable jobs to the workers as there are free slots."""
        self._detect_suspension()
        self._collect()
        self._end_silent()
        if self._expecting:
            self._expecting = False
            self._workers.warm_up()
        waiting = [id for future, id in self._running.items() if not future.done()]
        free = self._workers.slots() - len(self._running)
        if waiting:
            with self._database.begin() as session:
                leases.renew_offers(session, waiting, OFFER_SECONDS)
        if free > 0:
            for id in self._offered(free):
                self._send(id)
        self._prune()

    def _offered(self, limit: int) -> list[str]:
        """The ids of at most `limit` jobs that are offered to this replica."""
        lease = self._lease_seconds
        if time.monotonic() - self._awake_since < lease:
            # After a suspension, workers of this machine need a moment to renew their heartbeats.
            lease += self._lease_seconds
        with self._database.read() as session:
            if not leases.any_claimable(session, lease):
                return []
        with self._database.begin() as session:
            return leases.offer(
                session,
                limit=limit,
                lease_seconds=lease,
                seconds=OFFER_SECONDS,
                but=self._running.values(),
            )

    def _send(self, id: str) -> None:
        future = self._workers.submit(
            run_training, id, self._database.url, self.owner, self._lease_seconds
        )
        self._running[future] = id
        future.add_done_callback(lambda done: self._wake.set())

    def _collect(self) -> None:
        """Remove finished futures; where the process died, the attempt counts as failed."""
        for future in [future for future in self._running if future.done()]:
            id = self._running.pop(future)
            if process_died(future):
                self._dead.append(id)
                continue
            self._silent.discard(id)
            if not future.cancelled() and future.exception() is not None:
                log.warning("a worker gave up", job=id, error=str(future.exception()))
        while self._dead:
            with self._database.begin() as session:
                lease = leases.held_by(session, self._dead[0], self.owner)
                if lease is not None:
                    leases.fail_attempt(session, lease, self._why_dead(), keep_best)
            log.warning("a training process died", job=self._dead[0])
            self._silent.discard(self._dead.pop(0))

    def _why_dead(self) -> Message:
        died = self._dead[0] not in self._silent
        return Message("job.process_died" if died else "job.process_silent")

    def _end_silent(self) -> None:
        """End the processes that have shown no sign of life for too long.

        One that was stopped, or hangs, keeps its worker's place: no lease that expires frees that.
        """
        if not self._running:
            return
        with self._database.read() as session:
            beats = leases.last_beats(session, self._running.values(), self.owner)
        for future in self._silence.listen(self._running, beats):
            id = self._running[future]
            if id not in self._silent and self._workers.end(future):
                self._silent.add(id)
                log.warning("a training process was silent, and is ended", job=id)

    def _detect_suspension(self) -> None:
        """After a machine's suspension all heartbeats are old, those of its own workers too.

        So they are when its clock was set.
        """
        now = time.time()
        if abs(now - self._looked) > max(self._lease_seconds / 2, 5 * POLL_SECONDS):
            self._awake_since = time.monotonic()
        self._looked = now

    def _prune(self) -> None:
        if self._keep_days is None:
            return
        if time.monotonic() - self._pruned < min(PRUNE_SECONDS, self._keep_days * DAY / 4):
            return
        seconds = self._keep_days * DAY
        pruned = self._database.free(lambda session: jobs.prune(session, seconds))
        if not pruned:
            self._pruned = time.monotonic()
