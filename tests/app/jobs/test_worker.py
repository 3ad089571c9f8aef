"""run_training in this process: what it writes, and when it stops."""

from __future__ import annotations

import itertools
import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from app.jobs import eta, worker
from app.jobs.ending import recipe_of
from app.jobs.worker import run_training
from app.store import events, jobs, leases, models
from app.store.engine import Database, Session, StoreError
from app.store.leases import Lease
from model.classifier import Classifier
from model.confidence.calibration import fit_temperature
from model.data.idx import load_mnist, split
from model.errors import RecipeError
from model.messages import Message
from model.metrics import accuracy
from model.network import initialize
from model.preprocessing.deskew import FORMER_LEAST_SCALE
from model.serialization.checkpoint import dump_model, load_model
from model.training.loop import train
from model.training.recipe import Recipe, going_on, recipe, stored_recipe
from model.training.state import Progress
from tests.app.jobs.training_jobs import (
    SMALL,
    add,
    epochs,
    get,
    on_test_digits,
    steps,
    stop_after,
    told,
    weights,
)


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


def test_test_digits_are_looked_at_after_each_epoch_only_where_that_is_wanted(
    database: Database,
) -> None:
    id, other = add(database, test_each_epoch=True), add(database)
    for each in (id, other):
        assert run_training(each, database.url) == "succeeded"
    mnist = load_mnist()
    made = [
        Classifier(progress.state.parameters).probabilities(mnist.test_images)
        for progress in train(recipe_of(SMALL), split(mnist, train_examples=500))
        if progress.state
    ]
    right = [accuracy(probabilities, mnist.test_labels) for probabilities in made]
    assert on_test_digits(told(database, id)) == right
    assert on_test_digits(told(database, other)) == [None] * 3
    seen, unseen = (load_model(weights(database, each)).parameters for each in (id, other))
    assert seen.vector.tobytes() == unseen.vector.tobytes()


def test_what_test_digits_say_chooses_no_epoch(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    validation, test = itertools.cycle([0.3, 0.9, 0.5]), iter([0.1, 0.2, 1.0])
    monkeypatch.setattr("model.training.loop.accuracy", lambda *_: next(validation))
    monkeypatch.setattr("model.training.onlooker.accuracy", lambda *_: next(test))
    id = add(database, test_each_epoch=True)
    assert run_training(id, database.url) == "succeeded"
    assert on_test_digits(told(database, id)) == [0.1, 0.2, 1.0]
    data = split(load_mnist(), train_examples=500)
    second = [p.state.parameters for p in train(recipe_of(SMALL), data) if p.state][1]
    assert load_model(weights(database, id)).parameters.vector.tobytes() == second.vector.tobytes()
    assert get(database, id).validation_accuracy == 0.9


def test_the_seconds_of_an_epoch_leave_out_the_look_at_test_digits(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: Any) -> float:
        time.sleep(2)
        return 0.5

    monkeypatch.setattr("model.training.onlooker.accuracy", slow)
    id = add(database, test_each_epoch=True, epochs=2)
    assert run_training(id, database.url) == "succeeded"
    found = [event.data["seconds"] for event in told(database, id) if event.kind == "epoch"]
    job = get(database, id)
    assert job.started_at is not None
    assert job.finished_at is not None
    assert sum(found) <= job.finished_at - job.started_at - 2 * 2


@pytest.mark.parametrize("reports", [1, 3])
def test_a_resumed_run_tells_the_same_test_accuracies(
    database: Database, monkeypatch: pytest.MonkeyPatch, reports: int
) -> None:
    whole, id = (add(database, test_each_epoch=True) for _ in range(2))
    assert run_training(whole, database.url) == "succeeded"
    monkeypatch.setattr("model.training.loop.BATCHES_PER_REPORT", 15)  # two reports an epoch
    stop_after(monkeypatch, reports, MemoryError())
    assert run_training(id, database.url) == "attempt failed"
    assert run_training(id, database.url) == "succeeded"
    assert epochs(told(database, id)) == [1, 2, 3]
    assert on_test_digits(told(database, id)) == on_test_digits(told(database, whole))
    assert weights(database, id) == weights(database, whole)


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
    assert get(database, id).failures == 0  # it has made progress since


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


def test_a_run_that_fails_keeps_its_best_epoch_calibrated_and_tested(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_after(monkeypatch, 2, RecipeError("epochs", "job.process_died"))  # as a divergence does
    id = add(database)
    assert run_training(id, database.url) == "failed"
    job, found = get(database, id), told(database, id)
    assert (job.state, epochs(found)) == ("failed", [1, 2])
    assert job.error == f"epochs: {Message('job.process_died')}"
    assert (found[-1].data["model"], found[-1].data["error"]) == (job.model, job.error)
    assert job.test_accuracy == load_model(weights(database, id)).test_accuracy is not None


def test_three_attempts_that_raise_keep_the_best_epoch_of_an_earlier_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = add(database)
    stop_after(monkeypatch, 1, MemoryError())  # after an epoch: it counts from here
    for attempt in (1, 2, 3):
        assert run_training(id, database.url) == "attempt failed"
        job = get(database, id)
        assert (job.failures, job.state) == (attempt, "failed" if attempt == 3 else "queued")
        stop_after(monkeypatch, 0, MemoryError())
    assert load_model(weights(database, id)).parameters.layers == (784, 8, 10)


def test_a_base_model_is_where_it_starts(database: Database) -> None:
    parameters = initialize((784, 8, 10), "sigmoid", np.random.default_rng(5))
    base = Classifier(parameters)
    with database.begin() as session:
        models.add(session, classifier=base, weights=dump_model(base), name="base", id="base")
    id = add(database, base_model="base", learning_rate=1e-9, epochs=1)
    assert run_training(id, database.url) == "succeeded"
    made = load_model(weights(database, id)).parameters.vector
    np.testing.assert_allclose(made, parameters.vector, atol=1e-4)


def test_a_model_and_its_snapshots_say_how_narrow_digits_were_left(database: Database) -> None:
    id = add(database, snapshots=2, least_scale=0.7, deskew=True, epochs=1)
    assert run_training(id, database.url) == "succeeded"
    with database.read() as session:
        files = [models.weights(session, name) for name in (get(database, id).model, f"{id}@0")]
    assert [load_model(file).least_scale for file in files] == [0.7, 0.7]


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
    overfits = Message(
        "hint.overfits", {"epoch": 2, "remedies": [Message("remedy.early_stopping")]}
    )
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
    outage = StoreError(logged="server closed the connection")

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
    outage = StoreError(logged="no route to host")

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
    request = stored | {"base_model": None, "activate": True, "least_scale": made.least_scale}
    assert recipe_of(request) == going_on(made, made.least_scale)


def test_a_job_of_an_earlier_version_keeps_its_deskewing() -> None:
    stored = stored_recipe(recipe("best"))
    assert recipe_of(stored).least_scale == FORMER_LEAST_SCALE


def test_workers_of_an_earlier_version_find_the_function_by_its_path() -> None:
    assert b"app.worker" in pickle.dumps(run_training)
    assert pickle.loads(pickle.dumps(run_training)) is run_training
