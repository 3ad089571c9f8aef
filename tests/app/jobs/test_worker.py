"""run_training in this process: what it writes, and when it stops."""

from __future__ import annotations

import itertools
import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from app.errors import NotFound
from app.jobs import eta, worker
from app.jobs.ending import end, recipe_of
from app.jobs.worker import run_training
from app.store import events, jobs, leases, models, snapshots
from app.store.clock import new_id
from app.store.engine import Database, Session, StoreError, connect, migrate
from app.store.leases import Lease
from app.store.tables import EventRow, JobRow
from model.classifier import Classifier
from model.confidence.calibration import fit_temperature
from model.data.idx import load_mnist, split
from model.errors import RecipeError
from model.messages import Message
from model.network import initialize
from model.serialization.checkpoint import dump_model, load_model, load_state
from model.training.loop import train
from model.training.recipe import Recipe, recipe
from model.training.state import Progress

SMALL: dict[str, Any] = {
    "epochs": 3,
    "train_examples": 500,
    "hidden_layers": [8],
    "batch_size": 20,
    "base_model": None,
    "activate": False,
}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = connect(f"sqlite:///{tmp_path / 'byhand.db'}")
    migrate(database)
    yield database
    database.close()


def add(database: Database, snapshots: int = 0, **request: Any) -> str:
    request = SMALL | request
    with database.begin() as session:
        return jobs.add(
            session,
            id=new_id(),
            name="mine",
            request=request,
            epochs=request["epochs"],
            snapshots=snapshots,
        ).id


def get(database: Database, id: str) -> JobRow:
    with database.read() as session:
        return jobs.get(session, id)


def told(database: Database, id: str) -> list[EventRow]:
    with database.read() as session:
        return list(events.after(session, id, 0))


def steps(found: list[EventRow]) -> list[int]:
    return [event.data["step"] for event in found if event.kind == "progress"]


def epochs(found: list[EventRow]) -> list[int]:
    return [event.data["epoch"] for event in found if event.kind == "epoch"]


def weights(database: Database, id: str) -> bytes:
    model = get(database, id).model
    assert model is not None
    with database.read() as session:
        return models.weights(session, model)


@pytest.fixture
def undisturbed(database: Database) -> bytes:
    """The model that an undisturbed run of SMALL makes."""
    id = add(database)
    assert run_training(id, database.url) == "succeeded"
    return weights(database, id)


def stop_after(monkeypatch: pytest.MonkeyPatch, reports: int, error: BaseException) -> None:
    """Raise in the training loop after so many reports, once."""

    def interrupted(*args: Any) -> Iterator[Progress]:
        for number, progress in enumerate(train(*args)):
            if number == reports:
                monkeypatch.setattr(worker, "train", train)
                raise error
            yield progress

    monkeypatch.setattr(worker, "train", interrupted)


def test_a_job_ends_with_a_model_its_metrics_and_its_events(database: Database) -> None:
    id = add(database, activate=True)
    assert run_training(id, database.url, "me") == "succeeded"
    job = get(database, id)
    assert (job.state, job.epoch, job.step, job.steps) == ("succeeded", 3, 75, 75)
    assert job.error is None
    assert job.finished_at is not None
    found = told(database, id)
    assert [event.id for event in found] == list(range(1, len(found) + 1))
    assert epochs(found) == [1, 2, 3]
    assert found[-1].kind == "end"
    assert found[-1].data == {
        "state": "succeeded",
        "model": job.model,
        "test_accuracy": job.test_accuracy,
        "error": None,
    }
    with database.read() as session:
        assert job.model is not None
        model = models.get(session, job.model)
        active = models.active(session)
        assert leases.checkpoint(session, id) is None
    assert active == (job.model, model.sha256)
    assert (model.job, model.name, model.layers) == (id, "mine", [784, 8, 10])
    assert model.test_accuracy == job.test_accuracy
    best = max(event.data["validation_accuracy"] for event in found if event.kind == "epoch")
    assert job.validation_accuracy == best


def test_a_model_is_that_of_the_best_epoch(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which epoch that is, the test says: a real run's depends on how the processor rounds."""
    script = itertools.cycle([0.3, 0.9, 0.5])
    monkeypatch.setattr("model.training.loop.accuracy", lambda probabilities, labels: next(script))
    id = add(database)
    assert run_training(id, database.url) == "succeeded"
    data = split(load_mnist(), train_examples=500)
    states = [p.state.parameters for p in train(recipe_of(SMALL), data) if p.state]
    epochs_bits = [parameters.vector.tobytes() for parameters in states]
    assert len(set(epochs_bits)) == 3  # or this would prove nothing
    assert load_model(weights(database, id)).parameters.vector.tobytes() == epochs_bits[1]
    assert get(database, id).validation_accuracy == 0.9


def test_a_models_temperature_is_fitted_to_the_images_held_back(undisturbed: bytes) -> None:
    model, digits = load_model(undisturbed), split(load_mnist())
    logits = model.trace(digits.validation_images).z[-1]
    assert model.temperature == fit_temperature(logits, digits.validation_labels) != 1


@pytest.mark.parametrize("reports", [0, 1, 2, 3, 4])
def test_a_run_killed_anywhere_goes_on_to_the_same_bits(
    database: Database, undisturbed: bytes, monkeypatch: pytest.MonkeyPatch, reports: int
) -> None:
    """As after kill -9: nothing is written any more, the lease runs out, another takes it up."""
    monkeypatch.setattr(eta, "REPORT_SECONDS", 0.0)
    monkeypatch.setattr("model.training.loop.BATCHES_PER_REPORT", 15)  # two reports an epoch
    id = add(database)
    stop_after(monkeypatch, reports, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run_training(id, database.url)
    assert run_training(id, database.url) == "not free"
    with database.begin() as session:
        session.execute(text("UPDATE jobs SET heartbeat_at = heartbeat_at - 31"))
    assert run_training(id, database.url) == "succeeded"
    assert weights(database, id) == undisturbed
    found = told(database, id)
    assert [event.id for event in found] == list(range(1, len(found) + 1))
    assert epochs(found) == [1, 2, 3]
    assert steps(found) == sorted(set(steps(found)))
    assert [event.kind for event in found].count("end") == 1
    assert get(database, id).failures == 1


def test_a_job_is_given_back_when_its_server_stops(
    database: Database, undisturbed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = add(database)
    worker.stop_requested.set()
    try:
        assert run_training(id, database.url) == "released"
    finally:
        worker.stop_requested.clear()
    job = get(database, id)
    assert (job.state, job.epoch, job.failures, job.owner) == ("queued", 1, 0, None)
    assert run_training(id, database.url) == "succeeded"
    assert weights(database, id) == undisturbed
    assert epochs(told(database, id)) == [1, 2, 3]


def test_a_cancelled_job_keeps_its_best_epoch(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = add(database, activate=True)

    def cancelled(*args: Any) -> Iterator[Progress]:
        for progress in train(*args):
            if progress.epoch == 2:
                with database.begin() as session:
                    jobs.take_for_cancel(session, id, 30)
            yield progress

    monkeypatch.setattr(worker, "train", cancelled)
    assert run_training(id, database.url) == "cancelled"
    job = get(database, id)
    assert (job.state, job.epoch, job.error) == ("cancelled", 2, None)
    assert load_model(weights(database, id)).test_accuracy == job.test_accuracy
    assert told(database, id)[-1].data["state"] == "cancelled"
    with database.read() as session:
        assert models.active(session) is None


def test_a_job_cancelled_before_its_first_epoch_has_no_model(database: Database) -> None:
    id = add(database)
    with database.begin() as session:
        session.execute(text("UPDATE jobs SET cancel_requested = 1"))
    assert run_training(id, database.url) == "cancelled"
    assert get(database, id).model is None
    assert [event.kind for event in told(database, id)] == ["end"]


def test_a_worker_whose_lease_is_lost_writes_nothing_more(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = add(database)
    other: list[Lease] = []

    def overtaken(*args: Any) -> Iterator[Progress]:
        for progress in train(*args):
            if progress.epoch == 2 and not other:
                with database.begin() as session:
                    session.execute(text("UPDATE jobs SET heartbeat_at = heartbeat_at - 31"))
                    claimed = leases.claim(session, id, owner="other", lease_seconds=30)
                    assert claimed
                    other.append(claimed[0])
            yield progress

    monkeypatch.setattr(worker, "train", overtaken)
    assert run_training(id, database.url, "me") == "lost"
    assert get(database, id).owner == "other"
    assert epochs(told(database, id)) == [1]
    with database.begin() as session:
        leases.write(session, other[0])  # the other's lease is as it was


def test_what_raises_is_tried_three_times_and_then_says_why(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = add(database)

    def out_of_memory(*args: Any) -> Iterator[Progress]:
        raise MemoryError("8 GiB wanted")
        yield

    monkeypatch.setattr(worker, "train", out_of_memory)
    for attempt in (1, 2, 3):
        assert run_training(id, database.url) == "attempt failed"
        job = get(database, id)
        assert str(job.error) == f"Attempt {attempt} of 3: MemoryError: 8 GiB wanted"
        assert job.state == ("failed" if attempt == 3 else "queued")
    assert events.api_data(told(database, id)[-1])["error"] == str(job.error)


def test_a_run_that_diverges_fails_at_once_with_a_remedy(database: Database) -> None:
    id = add(database, learning_rate=100.0, activation="relu", hidden_layers=[64, 64, 64, 64])
    assert run_training(id, database.url) == "failed"
    job = get(database, id)
    assert told(database, id)[-1].data["code"] == "training.diverged"
    assert "Lower the learning rate" in str(job.error)
    assert job.failures == 0
    assert [event.kind for event in told(database, id)][-1] == "end"


def test_a_base_model_is_where_it_starts(database: Database) -> None:
    parameters = initialize((784, 8, 10), "sigmoid", np.random.default_rng(5))
    base = Classifier(parameters)
    with database.begin() as session:
        models.add(session, classifier=base, weights=dump_model(base), name="base", id="base")
    id = add(database, base_model="base", learning_rate=1e-9, epochs=1)
    assert run_training(id, database.url) == "succeeded"
    made = load_model(weights(database, id)).parameters.vector
    np.testing.assert_allclose(made, parameters.vector, atol=1e-4)


def test_a_base_model_deleted_meanwhile_fails_the_job(database: Database) -> None:
    id = add(database, base_model="gone")
    assert run_training(id, database.url) == "failed"
    assert get(database, id).error == str(Message("model.not_found", {"id": "gone"}))


def numbered(epoch: int) -> Message:
    return Message("hint.hidden_layer", {"number": epoch})


def test_a_recipe_that_is_refused_names_its_field(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any) -> Iterator[Progress]:
        raise RecipeError("epochs", "job.process_died")
        yield

    monkeypatch.setattr(worker, "train", refuse)
    id = add(database)
    assert run_training(id, database.url) == "failed"
    assert str(get(database, id).error) == f"epochs: {Message('job.process_died')}"


def test_hints_are_told_once_even_across_attempts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    slower = Message("hint.too_slow", {"from_rate": 0.1, "to_rate": 1.0})
    overfits = Message("hint.overfits", {"epoch": 2, "remedies": [Message("remedy.fewer_epochs")]})
    monkeypatch.setattr(
        worker,
        "hints",
        lambda history, recipe: [slower, overfits, Message("digit.1"), numbered(len(history))],
    )
    id = add(database)
    with database.begin() as session:  # by a worker of an earlier version, which knew no codes
        found = leases.claim(session, id, owner="before", lease_seconds=30)
        assert found is not None
        lease = leases.write(session, found[0], [("hint", {"message": str(Message("digit.1"))})])
        leases.release(session, lease)
    worker.stop_requested.set()
    try:
        run_training(id, database.url)
    finally:
        worker.stop_requested.clear()
    run_training(id, database.url)
    hints = [events.stored_hint(event) for event in told(database, id) if event.kind == "hint"]
    assert hints == ["a 1", slower, overfits, numbered(1)]  # a code once, whatever its values


def test_a_store_that_is_away_for_a_moment_costs_nothing(
    database: Database, undisturbed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks before every second commit, and just after every third."""
    monkeypatch.setattr(worker, "RETRY_SECONDS", (0.0,) * 5)
    real, calls = Database.begin, itertools.count(1)
    outage = StoreError("COMMIT", {}, RuntimeError("server closed the connection"))

    @contextmanager
    def flaky(self: Database) -> Iterator[Session]:
        call = next(calls)
        with real(self) as session:
            yield session
            if call % 2 == 0:
                raise outage
        if call % 3 == 0:
            raise outage

    id = add(database)
    monkeypatch.setattr(Database, "begin", flaky)
    assert run_training(id, database.url) == "succeeded"
    assert weights(database, id) == undisturbed
    found = told(database, id)
    assert [event.id for event in found] == list(range(1, len(found) + 1))
    assert epochs(found) == [1, 2, 3]
    assert get(database, id).failures == 0


def test_a_store_that_stays_away_ends_the_attempt(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "RETRY_SECONDS", (0.0,))
    outage = StoreError("UPDATE", {}, RuntimeError("no route to host"))

    def away(*args: Any, **kw: Any) -> Lease:
        raise outage

    monkeypatch.setattr(leases, "write", away)
    id = add(database)
    with pytest.raises(StoreError):
        run_training(id, database.url)
    assert get(database, id).state == "running"  # until its lease runs out


def test_the_heartbeat_goes_on_while_a_step_takes_long(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = add(database)
    beats: list[float] = []

    def slow(*args: Any) -> Iterator[Progress]:
        for _ in range(4):
            deadline = time.monotonic() + 60
            while (beat := get(database, id).heartbeat_at) in beats:
                assert time.monotonic() < deadline, "the heart has stopped"
                time.sleep(0.01)
            beats.append(beat)
        yield from train(*args)

    monkeypatch.setattr(worker, "train", slow)
    assert run_training(id, database.url, "me", 0.4) == "succeeded"
    assert len(set(beats)) == 4


def test_a_server_of_an_earlier_version_finds_the_job_by_its_former_path() -> None:
    """Dask pickles a function as module and name: app.worker was its place."""
    assert pickle.loads(b"capp.worker\nrun_training\n.") is run_training


def test_the_recipe_is_read_back_from_a_stored_request() -> None:
    made = recipe("best", epochs=7, hidden_layers=[30, 20])
    stored = {name: getattr(made, name) for name in Recipe.__dataclass_fields__}
    assert recipe_of(stored | {"base_model": None, "activate": True}) == replace(made)


def test_workers_of_an_earlier_version_find_the_function_by_its_path() -> None:
    assert b"app.worker" in pickle.dumps(run_training)
    assert pickle.loads(pickle.dumps(run_training)) is run_training


# --- snapshots and pauses ------------------------------------------------------------------------


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
