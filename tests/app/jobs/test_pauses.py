"""Snapshots that a job keeps, and pauses that change nothing of what it makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from app.errors import NotFound
from app.jobs import worker
from app.jobs.ending import end
from app.jobs.worker import run_training
from app.store import jobs, leases, snapshots
from app.store.engine import Database
from model.serialization.checkpoint import load_model, load_state
from model.training.loop import train
from model.training.state import Progress
from tests.app.jobs.training_jobs import (
    add,
    epochs,
    get,
    on_test_digits,
    steps,
    stop_after,
    told,
    weights,
)


def kept(database: Database, id: str) -> dict[int, bytes]:
    """The files of a job's snapshots by step."""
    with database.read() as session:
        lines = snapshots.lines(session, id)
        return {line.step: snapshots.load(session, f"{id}@{line.step}").weights for line in lines}


def test_a_job_keeps_snapshots_and_tells_of_them(database: Database) -> None:
    id = add(database, snapshots=24)
    assert run_training(id, database.url) == "succeeded"
    steps_kept = [0, 1, 3, 10, 25, 30, 50, 75]
    assert list(kept(database, id)) == steps_kept
    told_of = [e.data["snapshot"] for e in told(database, id) if "snapshot" in e.data]
    assert told_of == [25, 50, 75]
    last = load_model(kept(database, id)[75])
    assert (last.name, last.temperature, last.test_accuracy) == ("mine@75", 1.0, None)
    assert (last.deskew, last.features) == (False, "pixels")
    assert list(kept(database, add(database))) == []


def test_no_more_snapshots_are_kept_than_wanted_and_none_change_the_result(
    database: Database, undisturbed: bytes
) -> None:
    for most in (1, 4, 24):
        id = add(database, snapshots=most)
        assert run_training(id, database.url) == "succeeded"
        assert len(kept(database, id)) <= most
        assert weights(database, id) == undisturbed


def test_a_job_that_was_stopped_keeps_the_snapshots_of_one_that_was_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, other = add(database, snapshots=24), add(database, snapshots=24)
    assert run_training(other, database.url) == "succeeded"
    stop_after(monkeypatch, 2, MemoryError())
    assert run_training(id, database.url) == "attempt failed"
    before = kept(database, id)
    assert 0 < len(before) < 8
    assert run_training(id, database.url) == "succeeded"
    assert kept(database, id) == kept(database, other)


def pause(database: Database, id: str) -> None:
    with database.begin() as session:
        jobs.pause(session, id)


def resume(database: Database, id: str, epochs: int | None = None) -> None:
    with database.begin() as session:
        jobs.resume(session, id, epochs)


def pause_within(monkeypatch: pytest.MonkeyPatch, database: Database, id: str, step: int) -> None:
    """Pause from outside when the run reaches this step, once."""

    def watched(*args: Any) -> Iterator[Progress]:
        for progress in train(*args):
            if progress.step >= step:
                monkeypatch.setattr(worker, "train", train)
                pause(database, id)
            yield progress

    monkeypatch.setattr(worker, "train", watched)


@pytest.mark.parametrize("step", [1, 25, 50])
def test_a_paused_job_goes_on_to_the_bits_of_an_undisturbed_one(
    step: int, database: Database, undisturbed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = add(database)
    pause_within(monkeypatch, database, id, step)
    assert run_training(id, database.url) == "paused"
    job = get(database, id)
    assert (jobs.state_of(job), job.failures, job.pause_after_epoch) == ("paused", 0, None)
    assert run_training(id, database.url) == "not free"
    resume(database, id)
    assert jobs.state_of(get(database, id)) == "queued"
    assert run_training(id, database.url) == "succeeded"
    assert weights(database, id) == undisturbed
    found = told(database, id)
    assert epochs(found) == [1, 2, 3]
    assert steps(found) == sorted(set(steps(found)))


def test_a_paused_job_goes_on_telling_its_test_accuracies(database: Database) -> None:
    id, whole = (add(database, test_each_epoch=True) for _ in range(2))
    pause(database, id)
    for _ in range(3):
        resume(database, id, epochs=1)
        run_training(id, database.url)
    assert run_training(whole, database.url) == "succeeded"
    assert None not in on_test_digits(told(database, id))
    assert on_test_digits(told(database, id)) == on_test_digits(told(database, whole))


def test_one_epoch_more_and_it_is_paused_again(database: Database, undisturbed: bytes) -> None:
    id = add(database)
    pause(database, id)
    assert run_training(id, database.url) == "not free"
    for epoch in (1, 2):
        resume(database, id, 1)
        assert run_training(id, database.url) == "paused"
        assert epochs(told(database, id)) == list(range(1, epoch + 1))
    resume(database, id, 1)  # the last one: there is nothing left to pause
    assert run_training(id, database.url) == "succeeded"
    assert weights(database, id) == undisturbed


def test_a_pause_outlives_the_worker_that_was_to_make_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = add(database)
    stop_after(monkeypatch, 1, MemoryError())
    assert run_training(id, database.url) == "attempt failed"
    with database.begin() as session:
        found = leases.claim(session, id, owner="lost", lease_seconds=30)
        assert found is not None
    pause(database, id)
    with database.begin() as session:
        session.execute(text("UPDATE jobs SET heartbeat_at = 0"))
    assert run_training(id, database.url) == "paused"


def test_a_paused_job_is_cancelled_with_what_it_has(database: Database) -> None:
    id = add(database)
    resume(database, id, 1)
    assert run_training(id, database.url) == "paused"
    with database.begin() as session:
        row, lease = jobs.take_for_cancel(session, id, 30)
        assert lease is not None
        state = load_state(leases.checkpoint(session, id) or b"")
    finish = end(row, state, "cancelled")
    with database.begin() as session:
        finish(session, lease)
    job = get(database, id)
    assert (jobs.state_of(job), job.model is not None) == ("cancelled", True)


def test_pausing_what_is_over_changes_nothing(database: Database) -> None:
    id = add(database)
    assert run_training(id, database.url) == "succeeded"
    pause(database, id)
    resume(database, id, 3)
    job = get(database, id)
    assert (job.state, job.paused, job.pause_after_epoch) == ("succeeded", False, None)
    with database.begin() as session, pytest.raises(NotFound):
        jobs.pause(session, "nothing")
