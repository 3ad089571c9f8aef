"""Leases against a model of them in plain objects (plain_leases.py), in any order of events.

Workers of two replicas claim jobs, report, end and fail; they crash in the middle of a transaction,
do not hear that it went through, fall silent and come back; users cancel, pause and resume; the
clock moves on, jumps and is set back. After every step the store must hold what the model holds.

The suite takes a short walk, and where that fails, says so at once. A long one takes about an hour,
and cuts a failure down to the few steps that matter:

    pytest tests/app/store/test_leases_in_any_order.py --hypothesis-profile=long --timeout=0
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select, text
from sqlalchemy.ext.compiler import compiles

from app.store import clock, events, jobs, leases
from app.store.engine import Database, Session
from app.store.events import StoredEvent
from app.store.leases import Lease, LeaseLostError
from app.store.tables import CheckpointRow, JobRow
from model.messages import Message
from tests.app.store.plain_leases import ENDS, LEASE, Holder, PlainJob

START = 1_700_000_000.0
OFFER = 5.0
JOBS = 2  # at a time
DIED = Message("job.process_died")

IN_NO_HURRY = """DO $$ BEGIN
    EXECUTE 'ALTER DATABASE ' || current_database() || ' SET synchronous_commit = off';
END $$"""

WALK = settings(
    max_examples=12,
    stateful_step_count=50,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)

first_few = st.integers(0, 2)
owners = st.sampled_from(["here", "there"])
#: What becomes of a transaction: a crash undoes it, or its worker does not hear that it is done.
fates = st.sampled_from(["done", "done", "done", "unheard", "undone"])


def keep(session: Session, job: str) -> str:
    """What stores the best epoch of a job that has failed."""
    return "kept"


class CrashError(Exception):
    """Of a worker, in the middle of a transaction."""


@dataclass
class Worker:
    """One who was given a job, what he thinks of his lease, and how many events he knows of."""

    job: PlainJob
    holder: Holder | None
    lease: Lease

    @property
    def seen(self) -> int:
        return self.lease.last_event


class AnyOrder(RuleBasedStateMachine):
    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database, self.now, self.submitted = database, START, 0
        self.jobs, self.workers = list[PlainJob](), list[Worker]()
        with database.begin() as session:
            session.execute(delete(JobRow))
        self.move_clock(0)
        for _ in range(JOBS):
            self.submit()

    def job(self, number: int) -> PlainJob:
        return self.jobs[number % len(self.jobs)]

    def worker(self, number: int) -> Worker:
        """The last to be given a job is number 0."""
        return self.workers[-1 - number % len(self.workers)]

    # the outer world

    @rule(seconds=st.sampled_from([LEASE + 1, LEASE + 1, LEASE, LEASE / 2, OFFER + 1, OFFER, 1e5]))
    def time_passes(self, seconds: float) -> None:
        self.move_clock(seconds)

    @rule(seconds=st.sampled_from([-1.0, -1.5, -OFFER, -LEASE, -1e5]))
    def the_clock_is_set_back(self, seconds: float) -> None:
        self.move_clock(seconds)

    def move_clock(self, seconds: float) -> None:
        self.now += seconds
        with self.database.begin() as session:
            session.execute(text("UPDATE test_clock SET seconds = :now"), {"now": self.now})

    @precondition(lambda self: sum(not job.ended for job in self.jobs) < JOBS)
    @rule()
    def submit(self) -> None:
        """A job; those that have ended are forgotten, but not by their workers."""
        self.submitted += 1
        job = PlainJob(f"job{self.submitted:03d}")
        self.jobs = [job for job in self.jobs if not job.ended] + [job]
        with self.database.begin() as session:
            jobs.add(session, id=job.id, name="job", request={}, epochs=3)

    @rule(number=first_few, wish=st.sampled_from(["pause", "resume", "resume for", "cancel"]))
    def wish(self, number: int, wish: str) -> None:
        job = self.job(number)
        with self.database.begin() as session:
            if wish == "cancel":
                self.cancel(session, job)
            elif wish == "pause":
                jobs.pause(session, job.id)
                job.ask_to_pause()
            else:
                epochs = 2 if wish == "resume for" else None
                jobs.resume(session, job.id, epochs)
                job.resume(epochs)

    def cancel(self, session: Session, job: PlainJob) -> None:
        """If no worker holds the job, the one who cancels it is to `leave` it as its worker."""
        holder = job.cancel(self.now)
        row, lease = jobs.take_for_cancel(session, job.id, LEASE)
        assert (row.state, lease is None) == (job.state, holder is None)
        if lease is not None:
            self.workers.append(Worker(job, holder, lease))

    # replicas

    @rule(limits=st.lists(st.integers(1, 2), min_size=1, max_size=2))
    def offer(self, limits: list[int]) -> None:
        """Two replicas look at the same time, where neither waits for the other."""
        set_back = [job for job in self.jobs if job.beat_in_the_future(self.now)]
        waits = self.database.is_sqlite or set_back
        with self.database.begin() as session:
            found = [self.offered(session, limits[0])]
            if not waits:
                found += self.look_too(limits[1:])
        if waits:
            found += self.look_too(limits[1:])
        for job in set_back:
            job.heartbeat = self.now
        for limit, ids in zip(limits, found, strict=True):
            free = [job for job in self.jobs if job.offerable(self.now)][:limit]
            assert ids == [job.id for job in free]
            for job in free:
                job.offered_until = self.now + OFFER

    def look_too(self, limits: list[int]) -> list[list[str]]:
        with self.database.begin() as session:
            return [self.offered(session, limit) for limit in limits]

    @staticmethod
    def offered(session: Session, limit: int) -> list[str]:
        return leases.offer(session, limit=limit, lease_seconds=LEASE, seconds=OFFER)

    @rule(numbers=st.sets(first_few))
    def renew_offers(self, numbers: set[int]) -> None:
        renewed = [job for number, job in enumerate(self.jobs) if number in numbers]
        with self.database.begin() as session:
            leases.renew_offers(session, [job.id for job in renewed], OFFER)
        for job in renewed:
            if job.state == "queued":
                job.offered_until = self.now + OFFER

    @rule(number=first_few, owner=owners)
    def claim(self, number: int, owner: str) -> None:
        job = self.job(number)
        with self.database.begin() as session:
            claimed = leases.claim(session, job.id, owner=owner, lease_seconds=LEASE, keep=keep)
        holder = job.claim(self.now, owner)
        assert (claimed is None) == (holder is None)
        if claimed is not None:
            lease, row = claimed
            assert (row.id, row.owner) == (job.id, owner)
            self.workers.append(Worker(job, holder, lease))
            self.hears(self.workers[-1])

    @rule(number=first_few, owner=owners, stopped=st.booleans())
    def a_process_died(self, number: int, owner: str, stopped: bool) -> None:
        """Its replica gives the job back where it stopped the process itself."""
        job = self.job(number)
        with self.database.begin() as session:
            lease = leases.held_by(session, job.id, owner)
            assert (lease is not None) == (job.state == "running" and job.owner == owner)
            if lease is None:
                return
            if stopped:
                leases.release(session, lease)
                job.give_back()
            else:
                assert leases.fail_attempt(session, lease, DIED, keep) == job.fail(self.now)

    # workers, those too that were taken for dead and are not

    @precondition(lambda self: self.workers)
    @rule(number=first_few)
    def beat(self, number: int) -> None:
        worker = self.worker(number)
        job = worker.job
        with self.database.begin() as session:
            held = leases.renew_heartbeat(session, worker.lease)
        assert held == (job.state == "running" and job.holder is worker.holder)
        if held:
            job.heartbeat = self.now

    @precondition(lambda self: self.workers)
    @rule(
        number=first_few,
        kinds=st.lists(st.sampled_from(["progress", "epoch"]), max_size=2),
        fate=fates,
    )
    def report(self, number: int, kinds: list[str], fate: str) -> None:
        """Of epochs there is a checkpoint."""
        worker = self.worker(number)
        reached = worker.seen + len(kinds)
        told = [(kind, {"reached": reached}) for kind in kinds]
        saved = (reached, f"{reached}".encode()) if "epoch" in kinds else None

        def write(session: Session) -> Lease:
            lease = leases.write(session, worker.lease, told)
            if saved:
                leases.save_checkpoint(session, worker.job.id, *saved)
            return lease

        self.commit(worker, write, lambda job: job.write(self.now, told, saved), len(told), fate)

    @precondition(lambda self: self.workers)
    @rule(
        number=first_few,
        how=st.sampled_from(["raise", "raise", "succeeded", "release", "pause"]),
        fate=fates,
    )
    def leave(self, number: int, how: str, fate: str) -> None:
        worker = self.worker(number)

        def write(session: Session) -> Lease | None:
            if how in ENDS:
                return leases.finish(session, worker.lease, how)
            if how == "raise":
                leases.fail_attempt(session, worker.lease, DIED, keep)
            else:
                (leases.pause if how == "pause" else leases.release)(session, worker.lease)
            return None

        self.commit(
            worker, write, lambda job: job.leave(self.now, how), 1 if how in ENDS else 0, fate
        )

    def commit(
        self,
        worker: Worker,
        write: Callable[[Session], Lease | None],
        plainly: Callable[[PlainJob], Any],
        count: int,
        fate: str,
    ) -> None:
        """Write as a worker does (app/jobs/worker.py), who asks whether it is written already."""
        job, lease = worker.job, worker.lease
        already = 0 < count == len(job.events) - worker.seen and job.holder is worker.holder
        may = job.obeys(worker.holder, worker.seen)
        try:
            with self.database.begin() as session:
                assert leases.was_written(session, lease, count) == already
                if already:
                    lease = replace(lease, last_event=lease.last_event + count)
                else:
                    lease = write(session) or lease
                    assert may, "a lease that is lost was good enough"
                if fate == "undone":
                    raise CrashError
        except LeaseLostError:
            assert not may, "a lease that is held was not good enough"
            return
        except CrashError:
            return
        if not already:
            plainly(job)
        if fate == "done":
            worker.lease = lease
            if not already and count:
                self.hears(worker)

    @staticmethod
    def hears(worker: Worker) -> None:
        """He knows how far the job has come, and what is wished of him."""
        job, lease = worker.job, worker.lease
        heard = (lease.last_event, lease.cancel_requested, lease.pause_after_epoch)
        assert heard == (len(job.events), job.cancel_requested, job.pause_after)

    # what must hold after each step

    @invariant()
    def the_store_holds_what_the_model_holds(self) -> None:
        with self.database.read() as session:
            assert stored(session, [job.id for job in self.jobs]) == {
                job.id: promised(job) for job in self.jobs
            }
            worth_a_look = any(
                job.offerable(self.now) or job.beat_in_the_future(self.now) for job in self.jobs
            )
            assert leases.any_claimable(session, LEASE) == worth_a_look


def promised(job: PlainJob) -> dict[str, Any]:
    return {
        "state": (job.state, job.paused),
        "wishes": (job.cancel_requested, job.pause_after),
        "failures": (job.failures, job.model),
        "lease": (job.owner, job.heartbeat) if job.state == "running" else None,
        "times": (job.started, job.finished),
        "events": [(n, kind, data) for n, (kind, data) in enumerate(job.events, 1)],
        "last event": len(job.events),
        "checkpoint": job.checkpoint,
    }


def stored(session: Session, ids: list[str]) -> dict[str, dict[str, Any]]:
    rows = session.scalars(select(JobRow).where(JobRow.id.in_(ids))).all()
    saved = {row.job: (row.epoch, row.state) for row in session.scalars(select(CheckpointRow))}
    told = events.of_jobs(session, ids, ["progress", "epoch", "end"])
    return {
        row.id: {
            "state": (row.state, row.paused),
            "wishes": (row.cancel_requested, row.pause_after_epoch),
            "failures": (row.failures, row.model),
            "lease": (row.owner, row.heartbeat_at) if row.state == "running" else None,
            "times": (row.started_at, row.finished_at),
            "events": [(event.id, event.kind, data_of(event)) for event in told[row.id]],
            "last event": row.last_event,
            "checkpoint": saved.get(row.id),
        }
        for row in rows
    }


def data_of(event: StoredEvent) -> dict[str, Any]:
    return {"state": event.data["state"]} if event.kind == "end" else event.data


@pytest.fixture
def clocked(database: Database) -> Iterator[Database]:
    """A store whose clock is a row of a table, and which does not wait for its disk."""
    with database.begin() as session:
        if not database.is_sqlite:
            session.execute(text(IN_NO_HURRY))
        session.execute(text("CREATE TABLE test_clock (seconds DOUBLE PRECISION)"))
        session.execute(text("INSERT INTO test_clock VALUES (0)"))
    database.close()  # its next connections know of both
    own = {"sqlite": clock._sqlite_now, "postgresql": clock._postgresql_now}
    for dialect in own:
        compiles(clock.now, dialect)(lambda *_, **__: "(SELECT seconds FROM test_clock)")
    yield database
    for dialect, tell in own.items():
        compiles(clock.now, dialect)(tell)


def test_leases_come_to_what_the_model_does_in_any_order(clocked: Database) -> None:
    long = settings.get_current_profile_name() == "long"
    run_state_machine_as_test(lambda: AnyOrder(clocked), settings=settings() if long else WALK)
