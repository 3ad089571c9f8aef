from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from app.errors import NotFound
from app.store import events, jobs, leases
from app.store.clock import new_id
from app.store.engine import Database
from app.store.tables import STATES


def add(database: Database, **more: str) -> str:
    with database.begin() as session:
        return jobs.add(session, id=new_id(), name="job", request={"seed": 1}, epochs=3, **more).id


def finish(database: Database, id: str, state: str = "succeeded") -> None:
    with database.begin() as session:
        claimed = leases.claim(session, id, owner="me", lease_seconds=30)
        assert claimed
        leases.finish(session, claimed[0], state)


def test_a_new_job_is_queued_with_what_was_asked(database: Database) -> None:
    before = time.time()
    id = add(database)
    with database.read() as session:
        job = jobs.get(session, id)
    assert (job.state, job.request, job.epochs, job.last_event) == ("queued", {"seed": 1}, 3, 0)
    assert before - 0.01 <= job.created_at <= time.time() + 0.01


def test_an_unknown_job_is_not_found(database: Database) -> None:
    with database.read() as session, pytest.raises(NotFound, match="There is no job 'nothing'"):
        jobs.get(session, "nothing")


def test_pages_go_from_the_newest_to_the_oldest_and_miss_none(database: Database) -> None:
    ids = sorted((add(database) for _ in range(5)), reverse=True)
    found: list[str] = []
    cursor = None
    for _ in range(3):
        with database.read() as session:
            rows, cursor = jobs.page(session, limit=2, cursor=cursor)
        found += [row.id for row in rows]
    assert found == ids
    assert cursor is None


def test_pages_are_filtered_by_state_and_sweep(database: Database) -> None:
    first, second = add(database, sweep="s"), add(database)
    finish(database, first)
    with database.read() as session:
        assert [row.id for row in jobs.page(session, limit=9, state="queued")[0]] == [second]
        assert [row.id for row in jobs.page(session, limit=9, sweep="s")[0]] == [first]
        assert [row.id for row in jobs.of_sweep(session, "s")] == [first]
        with pytest.raises(NotFound, match="no sweep 't'"):
            jobs.of_sweep(session, "t")


def test_jobs_are_counted_and_found_by_key(database: Database) -> None:
    add(database)
    id = add(database, idempotency_key="mine")
    with database.read() as session:
        assert jobs.waiting(session) == 2
        counts = jobs.count_by_state(session)
        assert counts == dict.fromkeys(STATES, 0) | {"queued": 2, "paused": 0}
        assert jobs.heads(session, [id]) == {id: (0, "queued")}
        found = jobs.by_key(session, "mine")
        assert found is not None
        assert found.id == id
        assert jobs.by_key(session, "other") is None


def test_cancelling_takes_a_waiting_job_and_asks_a_working_one(database: Database) -> None:
    waiting, working = add(database), add(database)
    with database.begin() as session:
        claimed = leases.claim(session, working, owner="me", lease_seconds=30)
        assert claimed
    with database.begin() as session:
        row, lease = jobs.take_for_cancel(session, waiting, 30)
        assert row.cancel_requested
        assert lease is not None
        leases.finish(session, lease, "cancelled")
    with database.begin() as session:
        row, lease = jobs.take_for_cancel(session, working, 30)
        assert row.cancel_requested
        assert lease is None
        assert leases.write(session, claimed[0]).cancel_requested
    with database.begin() as session:
        row, lease = jobs.take_for_cancel(session, waiting, 30)
        assert (row.state, lease) == ("cancelled", None)


def test_cancelling_takes_a_job_whose_worker_fell_silent(database: Database) -> None:
    id = add(database)
    with database.begin() as session:
        claimed = leases.claim(session, id, owner="me", lease_seconds=30)
        assert claimed
        session.execute(text("UPDATE jobs SET heartbeat_at = heartbeat_at - 31"))
    with database.begin() as session:
        lease = jobs.take_for_cancel(session, id, 30)[1]
    assert lease is not None
    with pytest.raises(leases.LeaseLostError), database.begin() as session:
        leases.write(session, claimed[0])
    with database.begin() as session:
        leases.finish(session, lease, "cancelled")


def test_pruning_removes_old_ended_jobs_with_their_events(database: Database) -> None:
    old, new, waiting = add(database), add(database), add(database)
    for id in (old, new):
        finish(database, id)
    with database.begin() as session:
        session.execute(
            text("UPDATE jobs SET finished_at = finished_at - 100 WHERE id = :id"), {"id": old}
        )
    with database.begin() as session:
        assert jobs.prune(session, 50) == 1
    with database.read() as session:
        assert {row.id for row in jobs.page(session, limit=9)[0]} == {new, waiting}
        assert events.after(session, old, 0) == []
        assert len(events.after(session, new, 0)) == 1
