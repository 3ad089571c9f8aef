"""The loop between the queue and the workers, with workers of the test's own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from app.jobs import dispatcher, silence, worker
from app.jobs.dispatcher import Dispatcher
from app.store import jobs, leases, models
from app.store.clock import new_id
from app.store.engine import Database, StoreError
from app.store.tables import CheckpointRow, JobRow
from model.messages import Message
from model.serialization.checkpoint import load_state
from tests.app.jobs.training_jobs import add as small_job


class Hands:
    """Workers that keep what they are given until the test says what became of it."""

    def __init__(self, slots: int) -> None:
        self.room = slots
        self.given: dict[str, Future[str]] = {}
        self.busy = threading.Event()
        self.stopped = False
        self.ended: list[Future[str]] = []

    def slots(self) -> int:
        return self.room

    def trouble(self) -> Message | None:
        return None

    def submit(self, fn: Callable[..., str], *args: Any) -> Future[str]:
        future: Future[str] = Future()
        self.given[args[0]] = future
        self.busy.set()
        return future

    def end(self, future: Future[str]) -> bool:
        self.ended.append(future)
        return True

    def warm_up(self) -> None:
        pass

    def stop(self) -> None:
        self.stopped = True
        for future in self.given.values():
            if future.cancel():
                future.set_running_or_notify_cancel()


def make_dispatcher(database: Database, hands: Hands, **more: Any) -> Dispatcher:
    return Dispatcher(database, hands, lease_seconds=30, **more)


def add(database: Database, count: int = 1) -> list[str]:
    with database.begin() as session:
        ids = sorted(new_id() for _ in range(count))
        for id in ids:
            jobs.add(session, id=id, name="job", request={}, epochs=1)
    return ids


def get(database: Database, id: str) -> JobRow:
    with database.read() as session:
        return jobs.get(session, id)


def test_jobs_go_to_the_workers_in_order_and_no_more_than_they_take(database: Database) -> None:
    ids, hands = add(database, 3), Hands(2)
    loop = make_dispatcher(database, hands)
    loop.look()
    loop.look()
    assert list(hands.given) == ids[:2]
    hands.given[ids[0]].set_result("succeeded")
    loop.look()
    assert list(hands.given) == ids


def test_two_replicas_do_not_send_the_same_job(database: Database) -> None:
    ids, first, second = add(database, 4), Hands(2), Hands(9)
    make_dispatcher(database, first).look()
    make_dispatcher(database, second).look()
    assert (list(first.given), list(second.given)) == (ids[:2], ids[2:])


def test_an_offer_is_renewed_while_its_job_waits_for_a_worker(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "OFFER_SECONDS", 50.0)
    (id,) = add(database)
    loop, other = make_dispatcher(database, Hands(1)), Hands(1)

    def let_pass(seconds: float) -> None:
        with database.begin() as session:
            query = "UPDATE jobs SET offered_until = offered_until - :seconds"
            session.execute(text(query), {"seconds": seconds})

    loop.look()
    for _ in range(4):
        let_pass(35)
        loop.look()
        make_dispatcher(database, other).look()
    assert other.given == {}
    let_pass(51)  # the first replica is gone
    make_dispatcher(database, other).look()
    assert list(other.given) == [id]


def test_a_job_whose_process_died_is_tried_again_at_once(database: Database) -> None:
    (id,), hands = add(database), Hands(1)
    loop = make_dispatcher(database, hands)
    for attempt in (1, 2, 3):
        loop.look()
        with database.begin() as session:
            assert leases.claim(session, id, owner=loop.owner, lease_seconds=30)
        hands.given.pop(id).set_exception(BrokenProcessPool("gone"))
        loop._collect()
        job = get(database, id)
        assert str(job.error).startswith(f"Attempt {attempt} of 3: The process that trained it")
        assert job.state == ("failed" if attempt == 3 else "queued")


def test_a_job_that_failed_for_good_keeps_its_best_epoch(database: Database) -> None:
    id, hands = small_job(database), Hands(1)
    loop = make_dispatcher(database, hands)
    worker.stop_requested.set()  # at the end of its first epoch, which has a checkpoint
    try:
        assert worker.run_training(id, database.url) == "released"
    finally:
        worker.stop_requested.clear()
    with database.read() as session:
        saved = leases.checkpoint(session, id)
    assert saved is not None
    for _ in range(3):
        loop.look()
        with database.begin() as session:
            assert leases.claim(session, id, owner=loop.owner, lease_seconds=30)
        hands.given.pop(id).set_exception(BrokenProcessPool("gone"))
        loop._collect()
    job = get(database, id)
    assert job.state == "failed"
    with database.read() as session:
        network, _ = models.load(session, str(job.model))
    assert np.array_equal(network.parameters.vector, load_state(saved).best.vector)


def test_a_damaged_checkpoint_holds_the_loop_up_no_longer_than_its_job(database: Database) -> None:
    (id,), hands = add(database), Hands(1)
    loop = make_dispatcher(database, hands)
    with database.begin() as session:
        session.execute(text("UPDATE jobs SET failures = 2"))
        leases.claim(session, id, owner=loop.owner, lease_seconds=30)
        session.add(CheckpointRow(job=id, epoch=1, state=b"cut off"))
    loop._dead.append(id)
    loop._collect()
    assert (get(database, id).state, get(database, id).model) == ("failed", None)


def test_a_dead_process_of_ours_costs_nothing_when_another_has_the_job(database: Database) -> None:
    (id,), hands = add(database), Hands(1)
    loop = make_dispatcher(database, hands)
    loop.look()
    with database.begin() as session:
        leases.claim(session, id, owner="another replica", lease_seconds=30)
    hands.given[id].set_exception(BrokenProcessPool("gone"))
    loop._collect()
    assert (get(database, id).state, get(database, id).failures) == ("running", 0)


def test_a_dead_process_is_not_forgotten_while_the_store_is_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (id,), hands = add(database), Hands(1)
    loop = make_dispatcher(database, hands)
    loop.look()
    with database.begin() as session:
        leases.claim(session, id, owner=loop.owner, lease_seconds=30)
    hands.given[id].set_exception(BrokenProcessPool("gone"))

    def away(*args: Any) -> None:
        raise StoreError(logged="no route to host")

    with monkeypatch.context() as patch:
        patch.setattr(leases, "held_by", away)
        with pytest.raises(StoreError):
            loop._collect()
    loop._collect()
    assert get(database, id).failures == 1


def test_a_silent_worker_is_not_blamed_for_the_sleep_of_the_machine(database: Database) -> None:
    (id,), hands = add(database), Hands(1)
    with database.begin() as session:
        leases.claim(session, id, owner="me", lease_seconds=30)
        session.execute(text("UPDATE jobs SET heartbeat_at = heartbeat_at - 40"))
    loop = make_dispatcher(database, hands)
    loop._looked -= 40  # the lid was closed for as long
    loop.look()
    assert hands.given == {}
    loop._awake_since -= 31  # and it stays silent
    loop.look()
    assert list(hands.given) == [id]


def test_a_clock_set_back_holds_no_job_up(database: Database) -> None:
    """One job ran, its worker is dead; one was offered. Both say: until tomorrow."""
    ran, offered, hands = small_job(database), small_job(database), Hands(2)
    loop = make_dispatcher(database, hands)
    with database.begin() as session:
        leases.claim(session, ran, owner="me", lease_seconds=30)
        session.execute(text("UPDATE jobs SET heartbeat_at = heartbeat_at + 86400"))
        session.execute(text("UPDATE jobs SET offered_until = heartbeat_at + 5"))
    loop._looked += 86400
    loop.look()
    assert list(hands.given) == [offered]
    with database.begin() as session:  # a worker that lived would have beaten meanwhile
        jobs.take_for_cancel(session, ran, 30)
        session.execute(text("UPDATE jobs SET heartbeat_at = heartbeat_at - 31"))
    loop._awake_since -= 60
    loop.look()
    assert set(hands.given) == {ran, offered}
    assert worker.run_training(ran, database.url) == "cancelled"


def test_the_loop_survives_a_store_that_is_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = Hands(1)
    loop = make_dispatcher(database, hands)
    outage = [
        StoreError(logged="no route to host"),
        RuntimeError("a fault of our own"),
    ]
    look = loop.look

    def flaky() -> None:
        if outage:
            raise outage.pop()
        look()

    monkeypatch.setattr(loop, "look", flaky)
    monkeypatch.setattr(dispatcher, "POLL_SECONDS", 0.01)
    (id,) = add(database)
    loop.start()
    assert hands.busy.wait(60)
    assert list(hands.given) == [id]
    loop.stop()
    assert hands.stopped


def test_a_process_too_busy_to_give_its_job_back_costs_no_attempt(database: Database) -> None:
    (id,), hands = add(database), Hands(1)
    loop = make_dispatcher(database, hands)
    loop.look()
    with database.begin() as session:
        leases.claim(session, id, owner=loop.owner, lease_seconds=30)
    hands.given[id].set_exception(BrokenProcessPool("it ended itself"))
    loop.stop()
    assert (get(database, id).state, get(database, id).failures) == ("queued", 0)


def test_waking_the_loop_sends_a_job_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "POLL_SECONDS", 3600)
    hands = Hands(1)
    loop, looked = make_dispatcher(database, hands), threading.Event()
    look = loop.look

    def seen() -> None:
        look()
        looked.set()

    monkeypatch.setattr(loop, "look", seen)
    loop.start()
    assert looked.wait(60)  # in vain; the next look is an hour away
    (id,) = add(database)
    loop.wake()
    assert hands.busy.wait(60)
    assert list(hands.given) == [id]
    loop.stop()


def test_old_jobs_are_pruned_where_a_limit_is_set(database: Database) -> None:
    (id,) = add(database)
    with database.begin() as session:
        claimed = leases.claim(session, id, owner="me", lease_seconds=30)
        assert claimed
        leases.finish(session, claimed[0], "succeeded")
        session.execute(text("UPDATE jobs SET finished_at = finished_at - 2 * 86400"))
    make_dispatcher(database, Hands(1)).look()
    make_dispatcher(database, Hands(1), keep_days=3).look()
    assert get(database, id).state == "succeeded"
    make_dispatcher(database, Hands(1), keep_days=1).look()
    with database.read() as session:
        assert jobs.page(session, limit=1)[0] == []


def pass_in_silence(loop: Dispatcher, clock: list[float], seconds: float) -> None:
    """Let the loop look every second, for so long."""
    for _ in range(int(seconds)):
        clock[0] += 1
        loop.look()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(silence.time, "monotonic", lambda: now[0])
    return now


def test_a_process_that_hangs_is_ended_and_its_job_goes_on_in_another(
    database: Database, clock: list[float]
) -> None:
    (id,), hands = add(database), Hands(1)
    loop = make_dispatcher(database, hands)
    loop.look()
    with database.begin() as session:
        assert leases.claim(session, id, owner=loop.owner, lease_seconds=30)
    loop.look()
    pass_in_silence(loop, clock, 59)
    assert hands.ended == []
    pass_in_silence(loop, clock, 5)
    first = hands.given[id]
    assert hands.ended == [first]  # once
    first.set_exception(BrokenProcessPool("killed"))
    loop.look()
    assert str(get(database, id).error).startswith("Attempt 1 of 3: The process that trained it ga")
    assert hands.given[id] is not first
    pass_in_silence(loop, clock, 30)
    assert hands.ended == [first]


def test_a_process_that_beats_is_left_alone_however_long_its_job_takes(
    database: Database, clock: list[float]
) -> None:
    (id,), hands = add(database), Hands(1)
    loop = make_dispatcher(database, hands)
    loop.look()
    with database.begin() as session:
        claimed = leases.claim(session, id, owner=loop.owner, lease_seconds=30)
    assert claimed
    for _ in range(10):
        with database.begin() as session:
            assert leases.renew_heartbeat(session, claimed[0])
        pass_in_silence(loop, clock, 50)
    assert hands.ended == []


def test_silence_in_which_nobody_listened_is_blamed_on_no_process(
    database: Database, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine slept, or the store was away for an hour."""
    (id,), hands = add(database), Hands(1)
    loop = make_dispatcher(database, hands)
    loop.look()
    with database.begin() as session:
        assert leases.claim(session, id, owner=loop.owner, lease_seconds=30)
    loop.look()
    for _ in range(3):
        clock[0] += 3600
        loop.look()
    assert hands.ended == []


@pytest.mark.parametrize("lost", [False, True])
def test_a_process_that_does_not_begin_or_does_not_let_go_is_ended(
    database: Database, clock: list[float], lost: bool
) -> None:
    (id,), hands = add(database), Hands(1)
    loop = make_dispatcher(database, hands)
    loop.look()
    if lost:
        with database.begin() as session:
            assert leases.claim(session, id, owner=loop.owner, lease_seconds=30)
        loop.look()
        with database.begin() as session:
            session.execute(text("UPDATE jobs SET owner = 'another'"))
    pass_in_silence(loop, clock, 70)
    assert len(hands.ended) == 1
    hands.given[id].set_exception(BrokenProcessPool("killed"))
    loop.look()
    assert get(database, id).failures == 0  # whoever has it now is not to blame


def test_a_job_is_not_offered_to_a_second_process_while_the_first_has_it(
    database: Database,
) -> None:
    (id,), hands = add(database), Hands(2)
    loop = make_dispatcher(database, hands)
    loop.look()
    with database.begin() as session:
        assert leases.claim(session, id, owner=loop.owner, lease_seconds=30)
        session.execute(text("UPDATE jobs SET heartbeat_at = 1, offered_until = 0"))
    first = hands.given[id]
    loop._awake_since = -1e9
    loop.look()
    assert hands.given[id] is first


def test_a_process_that_hangs_holds_up_no_stop(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "RELEASE_SECONDS", 0.01)
    (id,), hands = add(database), Hands(1)
    loop = make_dispatcher(database, hands)
    loop.look()
    hands.given[id].set_running_or_notify_cancel()
    loop.stop()
    assert hands.ended == [hands.given[id]]
