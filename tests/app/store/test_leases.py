from __future__ import annotations

import multiprocessing
import time
from typing import Any

import pytest
from sqlalchemy import text

from app.store import events, jobs, leases
from app.store.clock import new_id
from app.store.engine import Database, connect
from app.store.leases import Lease, LeaseLostError
from app.store.tables import JobRow
from model.messages import Message

LEASE = 30.0


def add(database: Database, name: str = "job", **more: Any) -> str:
    with database.begin() as session:
        return jobs.add(session, id=new_id(), name=name, request={}, epochs=3, **more).id


def claim(database: Database, id: str, owner: str = "me", lease: float = LEASE) -> Lease | None:
    with database.begin() as session:
        claimed = leases.claim(session, id, owner=owner, lease_seconds=lease)
        return claimed[0] if claimed else None


def get(database: Database, id: str) -> JobRow:
    with database.read() as session:
        return jobs.get(session, id)


def told(database: Database, id: str) -> list[tuple[int, str]]:
    with database.read() as session:
        return [(event.id, event.kind) for event in events.after(session, id, 0)]


def age(database: Database, id: str, seconds: float) -> None:
    with database.begin() as session:
        query = "UPDATE jobs SET heartbeat_at = heartbeat_at - :age WHERE id = :id"
        session.execute(text(query), {"age": seconds, "id": id})


def test_a_job_is_claimed_once(database: Database) -> None:
    id, before = add(database), time.time()
    assert claim(database, id) == Lease(id, 1, 0)
    assert claim(database, id) is None
    job = get(database, id)
    assert (job.state, job.owner, job.attempt, job.failures) == ("running", "me", 1, 0)
    assert job.started_at is not None
    assert before - 0.01 <= job.heartbeat_at <= time.time() + 0.01


def test_a_silent_worker_loses_its_job_to_the_next(database: Database) -> None:
    id = add(database)
    first = claim(database, id)
    assert first is not None
    age(database, id, LEASE + 1)
    second = claim(database, id, "other")
    assert second is not None
    assert second.attempt > first.attempt
    for write in (leases.write, leases.release):
        with pytest.raises(LeaseLostError), database.begin() as session:
            write(session, first)
    with database.begin() as session:
        assert not leases.renew_heartbeat(session, first)
        assert leases.renew_heartbeat(session, second)
    job = get(database, id)
    assert (job.failures, job.owner) == (1, "other")
    assert "not heard of for 30 seconds" in str(job.error)


def test_the_third_lost_worker_ends_the_job(database: Database) -> None:
    id = add(database)
    for _ in range(3):
        assert claim(database, id) is not None
        age(database, id, LEASE + 1)
    assert claim(database, id) is None
    job = get(database, id)
    assert (job.state, job.failures) == ("failed", 3)
    assert str(job.error).startswith("Attempt 3 of 3: Its worker was not heard of")
    assert job.finished_at is not None
    assert told(database, id) == [(1, "end")]


def test_attempts_count_against_no_progress_and_not_for_ever(database: Database) -> None:
    """Ten crashes with an epoch between each, and the job goes on; three without one end it."""
    id = add(database)
    for epoch in range(1, 11):
        lease = claim(database, id)
        assert lease is not None
        with database.begin() as session:
            lease = leases.write(session, lease, [("epoch", {})], epoch=epoch)
            leases.save_checkpoint(session, id, epoch, b"state")
        assert get(database, id).failures == 0
        age(database, id, LEASE + 1)
    kept = []

    def keep(session: Any, job: str) -> str:
        kept.append((job, leases.checkpoint(session, job)))
        return "best"

    for attempt in (2, 3):
        assert claim(database, id) is not None
        assert get(database, id).failures == attempt - 1
        age(database, id, LEASE + 1)
    with database.begin() as session:
        assert leases.claim(session, id, owner="me", lease_seconds=LEASE, keep=keep) is None
    job = get(database, id)
    assert (job.state, job.failures, job.model) == ("failed", 3, "best")
    assert kept == [(id, b"state")]


def test_a_job_whose_heart_beat_before_the_clock_was_set_back_is_found(database: Database) -> None:
    id = add(database)
    assert claim(database, id) is not None
    age(database, id, -86_400)  # the clock says yesterday
    with database.read() as session:
        assert leases.any_claimable(session, LEASE)
    with database.begin() as session:  # its worker may live: it gets a lease's time to beat
        assert leases.offer(session, limit=1, lease_seconds=LEASE, seconds=5) == []
    with database.read() as session:
        assert not leases.any_claimable(session, LEASE)
    age(database, id, LEASE + 1)
    with database.begin() as session:
        assert leases.offer(session, limit=1, lease_seconds=LEASE, seconds=5) == [id]
    assert claim(database, id) is not None


def test_events_are_numbered_without_a_gap(database: Database) -> None:
    id = add(database)
    lease = claim(database, id)
    assert lease is not None
    with database.begin() as session:
        lease = leases.write(session, lease, [("progress", {}), ("epoch", {})], step=5)
    with database.begin() as session:
        lease = leases.write(session, lease, [("progress", {})], step=6, eta_seconds=9.0)
    with database.begin() as session:
        leases.finish(session, lease, "succeeded", model="m", test_accuracy=0.5)
    assert told(database, id) == [(1, "progress"), (2, "epoch"), (3, "progress"), (4, "end")]
    job = get(database, id)
    assert (job.state, job.model, job.step, job.last_event) == ("succeeded", "m", 6, 4)
    assert job.eta_seconds is None


@pytest.mark.parametrize("error", [None, Message("job.process_died")])
def test_what_a_job_ended_of_stands_in_its_row_and_in_its_last_event(
    database: Database, error: Message | None
) -> None:
    id = add(database)
    lease = claim(database, id)
    assert lease is not None
    with database.begin() as session:
        leases.finish(session, lease, "failed" if error else "succeeded", error=error)
    with database.read() as session:
        last = events.after(session, id, 0)[-1]
    said = None if error is None else str(error)
    assert (get(database, id).error, last.kind, last.data["error"]) == (said, "end", said)


def test_whoever_lost_a_lease_is_told_of_which_job(database: Database) -> None:
    id = add(database)
    lease = claim(database, id)
    assert lease is not None
    with database.begin() as session:
        leases.release(session, lease)
    with database.begin() as session, pytest.raises(LeaseLostError, match=id):
        leases.write(session, lease)
    assert get(database, id).attempt == lease.attempt + 1


def test_a_write_that_went_through_unheard_is_recognised(database: Database) -> None:
    id = add(database)
    lease = claim(database, id)
    assert lease is not None
    with database.begin() as session:
        assert not leases.was_written(session, lease, 1)
        leases.write(session, lease, [("progress", {})])
    with database.begin() as session:
        assert leases.was_written(session, lease, 1)
        with pytest.raises(LeaseLostError):  # and cannot be written twice
            leases.write(session, lease, [("progress", {})])


def test_a_report_beats_the_heartbeat(database: Database) -> None:
    """Or a worker that reports all the time would be taken for dead between two beats."""
    id = add(database)
    lease = claim(database, id)
    assert lease is not None
    age(database, id, LEASE + 1)
    with database.begin() as session:
        leases.write(session, lease, [("progress", {})])
    assert claim(database, id, "other") is None
    assert get(database, id).owner == "me"


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled"])
def test_nothing_is_written_to_a_job_that_has_ended(database: Database, state: str) -> None:
    id = add(database)
    lease = claim(database, id)
    assert lease is not None
    with database.begin() as session:
        ended = leases.finish(session, lease, state)
    assert (ended.attempt, ended.last_event) == (lease.attempt, 1)
    for write in (
        lambda session: leases.write(session, ended, [("progress", {})]),
        lambda session: leases.release(session, ended),
        lambda session: leases.finish(session, ended, "succeeded"),
    ):
        with pytest.raises(LeaseLostError), database.begin() as session:
            write(session)
    with database.begin() as session:
        assert not leases.renew_heartbeat(session, ended)
    assert (get(database, id).state, told(database, id)) == (state, [(1, "end")])


def test_what_another_attempt_wrote_is_not_taken_for_ones_own(database: Database) -> None:
    id = add(database)
    first = claim(database, id)
    assert first is not None
    age(database, id, LEASE + 1)
    second = claim(database, id, "other")
    assert second is not None
    with database.begin() as session:
        leases.write(session, second, [("progress", {})])
    with database.read() as session:
        assert leases.was_written(session, second, 1)
        assert not leases.was_written(session, first, 1)
        assert not leases.was_written(session, second, 0)
        assert not leases.was_written(session, second, 2)


def test_a_job_began_when_its_first_attempt_did(database: Database) -> None:
    id = add(database)
    assert claim(database, id) is not None
    began = get(database, id).started_at
    assert began is not None
    with database.begin() as session:
        query = "UPDATE jobs SET started_at = :earlier WHERE id = :id"
        session.execute(text(query), {"earlier": began - 100, "id": id})
    age(database, id, LEASE + 1)
    assert claim(database, id, "other") is not None
    assert get(database, id).started_at == pytest.approx(began - 100, abs=0.01)


def test_a_job_given_back_costs_no_attempt_and_keeps_its_checkpoint(database: Database) -> None:
    id = add(database)
    lease = claim(database, id)
    assert lease is not None
    with database.begin() as session:
        lease = leases.write(session, lease, [("epoch", {})], epoch=1, eta_seconds=9.0)
        leases.save_checkpoint(session, id, 1, b"one")
    with database.begin() as session:
        leases.save_checkpoint(session, id, 2, b"two")
        leases.release(session, lease)
    job = get(database, id)
    assert (job.state, job.failures, job.epoch) == ("queued", 0, 1)
    assert job.eta_seconds is None  # nobody works on it
    with database.read() as session:
        assert leases.checkpoint(session, id) == b"two"
    with pytest.raises(LeaseLostError), database.begin() as session:
        leases.release(session, lease)


def test_an_attempt_that_raised_is_tried_three_times(database: Database) -> None:
    id = add(database)
    raised = Message("job.raised", {"kind": "MemoryError", "error": "too large"})
    for attempt in (1, 2, 3):
        lease = claim(database, id)
        assert lease is not None
        with database.begin() as session:
            ended = leases.fail_attempt(session, lease, raised)
        assert ended == (attempt == 3)
        error = get(database, id).error
        assert error == f"Attempt {attempt} of 3: MemoryError: too large"
    assert claim(database, id) is None
    assert (get(database, id).state, get(database, id).failures) == ("failed", 3)
    assert told(database, id) == [(1, "end")]
    with database.read() as session:
        (end,) = events.after(session, id, 0)
    values = {"attempt": 3, "attempts": 3, "reason": raised.to_dict()}
    assert (end.data["code"], end.data["values"]) == ("job.attempt_failed", values)


def test_an_error_of_an_earlier_version_is_the_sentence_that_it_wrote(database: Database) -> None:
    id = add(database)
    with database.begin() as session:
        query = text("UPDATE jobs SET error = :error WHERE id = :id")
        session.execute(query, {"error": "Attempt 1 of 3: KeyError: {'a': 1}", "id": id})
    assert get(database, id).error == "Attempt 1 of 3: KeyError: {'a': 1}"


def test_a_job_that_ended_has_no_checkpoint(database: Database) -> None:
    id = add(database)
    lease = claim(database, id)
    assert lease is not None
    with database.begin() as session:
        leases.save_checkpoint(session, id, 1, b"one")
        leases.finish(session, lease, "cancelled")
    with database.read() as session:
        assert leases.checkpoint(session, id) is None


def test_offers_are_made_in_order_and_to_one_replica(database: Database) -> None:
    ids = sorted(add(database) for _ in range(3))

    def offer(limit: int, seconds: float = 5) -> list[str]:
        with database.begin() as session:
            return leases.offer(session, limit=limit, lease_seconds=LEASE, seconds=seconds)

    assert offer(2) == ids[:2]
    assert offer(2) == ids[2:]
    with database.read() as session:
        assert not leases.any_claimable(session, LEASE)
    with database.begin() as session:
        leases.renew_offers(session, ids, -1)
    with database.read() as session:
        assert leases.any_claimable(session, LEASE)
    assert offer(5) == ids


def test_an_epoch_wipes_out_the_failures_of_its_own_job_alone(database: Database) -> None:
    advancing, stuck = add(database), add(database)
    for id in (advancing, stuck):
        lease = claim(database, id)
        assert lease is not None
        with database.begin() as session:
            leases.fail_attempt(session, lease, Message("job.process_died"))
    with database.begin() as session:
        leases.save_checkpoint(session, advancing, 1, b"state")
    assert (get(database, advancing).failures, get(database, stuck).failures) == (0, 1)


def test_an_offer_made_before_the_clock_was_set_back_holds_nothing_up(database: Database) -> None:
    id = add(database)
    with database.begin() as session:
        leases.renew_offers(session, [id], 86_400)
        assert leases.any_claimable(session, LEASE)
        assert leases.offer(session, limit=1, lease_seconds=LEASE, seconds=5) == [id]


def test_a_job_that_ended_before_the_clock_was_set_back_is_not_looked_for(
    database: Database,
) -> None:
    id = add(database)
    lease = claim(database, id)
    assert lease is not None
    with database.begin() as session:
        leases.finish(session, lease, "succeeded")
    age(database, id, -86_400)
    with database.read() as session:
        assert not leases.any_claimable(session, LEASE)


def test_a_worker_beats_for_its_own_job_and_no_other(database: Database) -> None:
    mine, other = add(database), add(database)
    lease = claim(database, mine)
    assert lease is not None
    assert claim(database, other) is not None
    age(database, other, LEASE + 1)
    with database.begin() as session:
        assert leases.renew_heartbeat(session, lease)
        assert leases.any_claimable(session, LEASE)  # the other one is silent still
        assert not leases.was_written(session, lease, 0)
    assert claim(database, other, "next") is not None


def test_an_offer_is_kept_only_while_the_job_waits(database: Database) -> None:
    id = add(database)
    assert claim(database, id) is not None
    with database.begin() as session:
        leases.renew_offers(session, [id], 60)
    age(database, id, LEASE + 1)
    with database.begin() as session:
        assert leases.offer(session, limit=1, lease_seconds=LEASE, seconds=5) == [id]


def test_an_offer_is_renewed_for_the_jobs_that_are_named(database: Database) -> None:
    named, other = sorted(add(database) for _ in range(2))
    with database.begin() as session:
        leases.renew_offers(session, [named], 50)
        assert leases.offer(session, limit=2, lease_seconds=LEASE, seconds=50) == [other]
    with database.begin() as session:
        leases.renew_offers(session, [], -1)
        assert leases.offer(session, limit=2, lease_seconds=LEASE, seconds=50) == []
        leases.renew_offers(session, [other], -1)
        assert leases.offer(session, limit=2, lease_seconds=LEASE, seconds=50) == [other]


def test_a_job_that_its_worker_paused_waits_until_it_is_resumed(database: Database) -> None:
    id = add(database)
    lease = claim(database, id)
    assert lease is not None
    with database.begin() as session:
        assert jobs.pause(session, id).pause_after_epoch == 0
    with database.begin() as session:
        leases.pause(session, leases.write(session, lease))
    job = get(database, id)
    assert (job.state, job.paused, job.pause_after_epoch) == ("queued", True, None)
    assert (job.failures, claim(database, id)) == (0, None)
    with database.begin() as session:
        jobs.resume(session, id)
    assert claim(database, id) is not None


def test_the_owner_of_several_jobs_finds_the_one_that_he_asks_for(database: Database) -> None:
    first, second, waiting = (add(database) for _ in range(3))
    ended, held = (claim(database, id, "mine") for id in (first, second))
    assert ended is not None
    with database.begin() as session:
        assert leases.held_by(session, second, "mine") == held
        assert leases.held_by(session, waiting, "mine") is None
    with database.begin() as session:
        leases.finish(session, ended, "succeeded")
    with database.begin() as session:
        assert leases.held_by(session, first, "mine") is None  # who ended it is not who holds it


def test_only_the_owner_of_a_running_job_finds_what_its_worker_left(database: Database) -> None:
    id = add(database)
    lease = claim(database, id, "mine")
    with database.begin() as session:
        assert leases.held_by(session, id, "mine") == lease
        assert leases.held_by(session, id, "other") is None


def contend(url: str, ids: list[str], barrier: Any, won: Any) -> None:
    database = connect(url)
    barrier.wait()
    for id in ids:
        with database.begin() as session:
            if leases.claim(session, id, owner=str(barrier), lease_seconds=LEASE):
                won.put(id)
    database.close()


def test_of_four_contenders_one_gets_each_job(database: Database) -> None:
    """Half of the jobs are queued, half were left by a worker that fell silent."""
    ids = [add(database) for _ in range(10)]
    for id in ids[::2]:
        assert claim(database, id) is not None
        age(database, id, LEASE + 1)
    context = multiprocessing.get_context("spawn")
    barrier, won = context.Barrier(4), context.Queue()
    contenders = [
        context.Process(target=contend, args=(database.url, ids, barrier, won)) for _ in range(4)
    ]
    for process in contenders:
        process.start()
    for process in contenders:
        process.join()
    assert [process.exitcode for process in contenders] == [0] * 4
    assert sorted(won.get(timeout=5) for _ in ids) == sorted(ids)
    assert won.empty()
