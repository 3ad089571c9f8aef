"""What jobs learn is kept until the last of them has ended, and no longer."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select, update

from app.errors import NotFound
from app.store import jobs, leases, sample_sets
from app.store.clock import new_id
from app.store.engine import Database
from app.store.tables import SampleSetRow
from model.messages import Message
from model.serialization.samples import dump_samples
from tests.app.store.test_samples import drawn

FILE = dump_samples(drawn(1, 2))


def learning(database: Database, count: int = 1) -> tuple[str, list[str]]:
    """A set, and so many queued jobs that learn it."""
    with database.begin() as session:
        kept = sample_sets.add(session, FILE)
        ids = [new_id() for _ in range(count)]
        for id in ids:
            jobs.add(session, id=id, name="j", request={}, epochs=1, samples=kept)
        return kept, ids


def take(database: Database, id: str) -> leases.Lease:
    with database.begin() as session:
        claimed = leases.claim(session, id, owner="me", lease_seconds=30)
        assert claimed
        return claimed[0]


def finish(database: Database, lease: leases.Lease, state: str = "succeeded") -> None:
    with database.begin() as session:
        leases.finish(session, lease, state)


def sets(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(SampleSetRow)) or 0


def test_a_set_is_loaded_as_it_was_kept(database: Database) -> None:
    kept, _ = learning(database)
    with database.read() as session:
        assert sample_sets.load(session, kept).labels.tolist() == [1, 2]


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled"])
def test_it_goes_with_the_last_of_its_jobs(database: Database, state: str) -> None:
    _, ids = learning(database, 2)
    finish(database, take(database, ids[0]), state)
    assert sets(database) == 1
    finish(database, take(database, ids[1]), state)
    assert sets(database) == 0


def test_it_stays_with_a_job_that_is_given_back_paused_or_tried_again(database: Database) -> None:
    _, (id,) = learning(database)
    lease = take(database, id)
    with database.begin() as session:
        leases.release(session, lease)
    lease = take(database, id)
    with database.begin() as session:
        leases.fail_attempt(session, lease, Message("job.process_died"))
    lease = take(database, id)
    with database.begin() as session:
        leases.pause(session, lease)
    assert sets(database) == 1


def test_a_job_that_learns_none_takes_nobodys(database: Database) -> None:
    learning(database)
    with database.begin() as session:
        other = jobs.add(session, id=new_id(), name="j", request={}, epochs=1).id
    finish(database, take(database, other))
    assert sets(database) == 1


def test_two_jobs_that_end_together_leave_nothing(database: Database) -> None:
    _, ids = learning(database, 2)
    held, start = [take(database, id) for id in ids], threading.Barrier(2)

    def end(lease: leases.Lease) -> None:
        start.wait()
        finish(database, lease)

    threads = [threading.Thread(target=end, args=(lease,)) for lease in held]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sets(database) == 0


def test_a_set_that_is_gone_or_damaged_is_told(database: Database) -> None:
    kept, _ = learning(database)
    with database.begin() as session:
        with pytest.raises(NotFound, match="gone or damaged"):
            sample_sets.load(session, "nothing")
        session.execute(update(SampleSetRow).values(file=FILE[:100]))
        with pytest.raises(NotFound, match="gone or damaged"):
            sample_sets.load(session, kept)
