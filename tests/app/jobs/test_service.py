"""The service's own part; what it answers over HTTP is tested in routes/test_train.py."""

from __future__ import annotations

import pytest

from app.errors import Conflict
from app.jobs.service import JobService
from app.schemas.training import SweepRequest, TrainRequest
from app.settings import Settings
from app.store import events, jobs, leases, models
from app.store.engine import Database
from model.data.idx import load_mnist, split
from model.messages import Message
from model.serialization.checkpoint import dump_state, load_model
from model.training.loop import train

QUICK = TrainRequest(epochs=2, train_examples=500, hidden_layers=[8])


@pytest.fixture
def service(database: Database) -> JobService:
    """A service that is not started: jobs stay where they are put."""
    return JobService(Settings(), database)


def test_a_job_given_back_is_cancelled_with_the_model_of_its_best_epoch(
    service: JobService, database: Database
) -> None:
    job = service.submit(QUICK)
    from app.jobs.ending import recipe_of

    recipe = recipe_of(job.request)
    data = split(load_mnist(), train_examples=500)
    state = next(progress.state for progress in train(recipe, data) if progress.state)
    with database.begin() as session:
        claimed = leases.claim(session, job.id, owner="me", lease_seconds=30)
        assert claimed
        leases.save_checkpoint(session, job.id, 1, dump_state(state))
        leases.release(session, claimed[0])
    cancelled = service.cancel(job.id)
    assert cancelled.state == "cancelled"
    assert cancelled.model is not None
    assert cancelled.test_accuracy is not None
    with database.read() as session:
        made = load_model(models.weights(session, cancelled.model))
    assert made.parameters.vector.tobytes() == state.best.vector.tobytes()


def test_hints_and_errors_are_put_into_words_and_those_of_earlier_versions_stay(
    service: JobService, database: Database
) -> None:
    job = service.submit(QUICK)
    with database.begin() as session:
        claimed = leases.claim(session, job.id, owner="me", lease_seconds=30)
        assert claimed
        said = [("hint", {"message": "Said before."}), events.hint_event(Message("digit.8"))]
        lease = leases.write(session, claimed[0], said)
        leases.fail_attempt(session, lease, Message("job.process_died"))
    found = service.job(job.id)
    assert found.hints == ["Said before.", "an 8"]
    assert found.error == (
        "Attempt 1 of 3: The process that trained it died: killed, or out of memory."
    )


def test_a_worker_that_takes_a_job_up_while_it_is_cancelled_ends_it_itself(
    service: JobService, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = service.submit(QUICK)
    take = jobs.take_for_cancel

    def overtaken(*args: object) -> object:
        taken = take(*args)  # type: ignore[arg-type]
        assert leases.claim(args[0], job.id, owner="me", lease_seconds=30)  # type: ignore[arg-type]
        return taken

    monkeypatch.setattr(jobs, "take_for_cancel", overtaken)
    found = service.cancel(job.id)
    assert (found.state, found.cancel_requested) == ("running", True)


def test_a_key_with_another_request_is_a_conflict(service: JobService) -> None:
    job = service.submit(QUICK, "key")
    assert service.submit(QUICK, "key").id == job.id
    with pytest.raises(Conflict, match=job.id):
        service.submit(TrainRequest(epochs=3), "key")


def test_a_request_from_before_a_field_was_known_is_still_the_same(
    service: JobService, database: Database
) -> None:
    job = service.submit(QUICK, "key")
    with database.begin() as session:
        row = jobs.get(session, job.id)
        row.request = {k: v for k, v in row.request.items() if k != "test_each_epoch"}
    assert service.submit(QUICK, "key").id == job.id


def test_the_same_key_does_not_count_as_waiting(database: Database) -> None:
    service = JobService(Settings(max_queued_jobs=1), database)
    job = service.submit(QUICK, "key")
    assert service.submit(QUICK, "key").id == job.id


def test_a_sweep_keeps_the_order_of_its_values(service: JobService) -> None:
    sweep = service.sweep(SweepRequest(epochs=1, values={"seed": list(range(64))}))
    assert [job.request["seed"] for job in sweep.jobs] == list(range(64))
    assert [job.id for job in service.of_sweep(sweep.id).jobs] == [job.id for job in sweep.jobs]
    assert sweep.best is None


def test_the_best_of_a_sweep_is_named_by_validation_accuracy(
    service: JobService, database: Database
) -> None:
    sweep = service.sweep(SweepRequest(epochs=1, values={"seed": [1, 2, 3]}))
    for job, accuracy in zip(sweep.jobs[1:], (0.7, 0.9), strict=True):
        with database.begin() as session:
            claimed = leases.claim(session, job.id, owner="me", lease_seconds=30)
            assert claimed
            leases.write(session, claimed[0], validation_accuracy=accuracy)
    assert service.of_sweep(sweep.id).best == sweep.jobs[2].id
