"""The loop that brings queued jobs, and those whose worker fell silent, to the workers."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from concurrent import futures
from concurrent.futures import Future

from app.jobs.executors import Workers, process_died
from app.jobs.worker import run_training
from app.store import jobs, leases
from app.store.engine import Database, StoreError
from model.messages import Message

__all__ = ["Dispatcher"]

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5  # how soon a job is seen that another replica was given
OFFER_SECONDS = 5.0  # how long the others leave a job to us; renewed while it waits for a worker
PRUNE_SECONDS = 600.0
DAY = 86_400.0
GIVE_BACK_SECONDS = 3.5


class Dispatcher:
    """One thread. Everything it knows is in the store, so losing it loses nothing."""

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
        self._dead: list[str] = []
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._looked = time.time()
        self._awake_since = 0.0
        self._pruned = -PRUNE_SECONDS
        self._thread = threading.Thread(target=self._loop, name="dispatch jobs", daemon=True)

    def start(self) -> None:
        """Begin to look for jobs."""
        self._thread.start()

    def wake(self) -> None:
        """Look for jobs now: one was submitted, or a worker is free."""
        self._wake.set()

    def stop(self) -> None:
        """Take no more jobs; those that run here are given back, to go on from a checkpoint."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(GIVE_BACK_SECONDS)
        self._workers.stop()
        futures.wait(self._running, timeout=GIVE_BACK_SECONDS)
        for future, id in self._running.items():
            if future.done() and process_died(future):
                self._give_back(id)

    def _give_back(self, id: str) -> None:
        """For a process that was too busy to do so itself before it had to end."""
        try:
            with self._database.begin() as session:
                lease = leases.held_by(session, id, self.owner)
                if lease is not None:
                    leases.release(session, lease)
        except StoreError as error:
            log.warning("job %s: its lease has to run out, the store is away: %s", id, error.orig)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except StoreError as error:
                log.warning("The store is away; jobs wait: %s", error.orig)
            except Exception:
                log.exception("Looking for jobs failed; it is tried again")
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()

    def look(self) -> None:
        """Bring as many jobs to the workers as they have room for."""
        self._notice_sleep()
        self._collect()
        waiting = [id for future, id in self._running.items() if not future.done()]
        free = self._workers.slots() - len(self._running)
        if waiting:
            with self._database.begin() as session:
                leases.keep_offers(session, waiting, OFFER_SECONDS)
        if free > 0:
            for id in self._offered(free):
                self._send(id)
        self._prune()

    def _offered(self, limit: int) -> list[str]:
        lease = self._lease_seconds
        if time.time() - self._awake_since < lease:
            # Just awake: workers that slept with us need a moment for their next heartbeat.
            lease += self._lease_seconds
        with self._database.read() as session:
            if not leases.anything_free(session, lease):
                return []
        with self._database.begin() as session:
            return leases.offer(session, limit=limit, lease_seconds=lease, seconds=OFFER_SECONDS)

    def _send(self, id: str) -> None:
        future = self._workers.submit(
            run_training, id, self._database.url, self.owner, self._lease_seconds
        )
        self._running[future] = id
        future.add_done_callback(lambda done: self._wake.set())

    def _collect(self) -> None:
        for future in [future for future in self._running if future.done()]:
            id = self._running.pop(future)
            if process_died(future):
                self._dead.append(id)
            elif not future.cancelled() and future.exception() is not None:
                log.warning("job %s: its worker gave up: %s", id, future.exception())
        while self._dead:
            with self._database.begin() as session:
                lease = leases.held_by(session, self._dead[0], self.owner)
                if lease is not None:
                    leases.fail_attempt(session, lease, Message("job.process_died"))
            log.warning("job %s: the process that trained it died", self._dead.pop(0))

    def _notice_sleep(self) -> None:
        """A machine that slept finds every heartbeat old, its own workers' too."""
        now = time.time()
        if now - self._looked > max(self._lease_seconds / 2, 5 * POLL_SECONDS):
            self._awake_since = now
        self._looked = now

    def _prune(self) -> None:
        if self._keep_days is None or time.monotonic() - self._pruned < PRUNE_SECONDS:
            return
        with self._database.begin() as session:
            pruned = jobs.prune(session, self._keep_days * DAY)
        if not pruned:
            self._pruned = time.monotonic()
