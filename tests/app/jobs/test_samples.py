"""What a job learns is fixed when it is submitted; whoever runs it hands that to `train`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, func, select

from app.errors import Conflict, Forbidden, InsufficientStorage, Invalid, TooMany
from app.jobs import worker
from app.jobs.service import JobService
from app.jobs.worker import run_training
from app.schemas.training import SweepRequest, TrainRequest
from app.settings import Settings
from app.store import samples
from app.store.engine import Database, connect, migrate
from app.store.tables import JobRow, SampleSetRow
from app.visitors import Visitor, Visitors
from model.data.idx import Split
from model.data.samples import Samples
from model.training.loop import train
from model.training.recipe import PRESETS
from model.training.state import Progress
from tests.app.jobs.training_jobs import get, weights
from tests.app.store.test_samples import STROKES, drawn

QUICK: dict[str, Any] = {"epochs": 3, "train_examples": 500, "hidden_layers": [8], "batch_size": 20}
QUICK |= {"preset": "fast"}
LEARN = TrainRequest(**QUICK, samples=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A store with three samples, once on each database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'byhand.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    database = connect(url)
    migrate(database)
    put(database, drawn(7, 1, 4, strokes=(STROKES, [], [])))
    yield database
    database.close()


@pytest.fixture
def service(database: Database) -> JobService:
    """A service that is not started: jobs stay where they are put."""
    return JobService(Settings(), database)


def put(database: Database, given: Samples) -> None:
    with database.begin() as session:
        samples.add(session, samples.unknown(session, given), 100)


def forget(database: Database) -> None:
    with database.begin() as session:
        samples.delete_all(session)


def sets(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(SampleSetRow)) or 0


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The labels of the samples that are handed to `train`, one list for each call."""
    seen: list[list[int]] = []

    def watched(recipe: Any, data: Split, *others: Any) -> Iterator[Progress]:
        seen.append([] if data.samples is None else data.samples.labels.tolist())
        return train(recipe, data, *others)

    monkeypatch.setattr(worker, "train", watched)
    return seen


def test_a_job_learns_what_there_was_when_it_was_submitted(
    service: JobService, database: Database, learnt: list[list[int]]
) -> None:
    job = service.submit(LEARN)
    assert (job.request["samples"], job.request["sample_count"]) == (True, 3)
    forget(database)
    put(database, drawn(9, first=9))
    assert run_training(job.id, database.url) == "succeeded"
    assert learnt == [[7, 1, 4]]
    assert sets(database) == 0
    assert service.job(job.id).request["sample_count"] == 3


def test_pixels_and_strokes_are_those_that_were_stored(
    service: JobService, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Samples | None] = []

    def watched(recipe: Any, data: Split, *others: Any) -> Iterator[Progress]:
        seen.append(data.samples)
        return train(recipe, data, *others)

    monkeypatch.setattr(worker, "train", watched)
    run_training(service.submit(LEARN).id, database.url)
    (found,) = seen
    assert found is not None
    assert np.array_equal(found.images, drawn(7, 1, 4).images)
    assert [len(strokes) for strokes in found.strokes] == [2, 0, 0]


def test_a_job_that_is_resumed_learns_the_same_though_they_are_deleted(
    service: JobService, database: Database, learnt: list[list[int]]
) -> None:
    undisturbed = service.submit(LEARN)
    run_training(undisturbed.id, database.url)
    job = service.submit(LEARN)
    service.resume(job.id, epochs=1)
    assert run_training(job.id, database.url) == "paused"
    forget(database)
    service.resume(job.id)
    assert run_training(job.id, database.url) == "succeeded"
    assert learnt == [[7, 1, 4]] * 3
    assert weights(database, job.id) == weights(database, undisturbed.id)


def test_a_job_without_samples_is_given_none(
    service: JobService, database: Database, learnt: list[list[int]]
) -> None:
    job = service.submit(TrainRequest(**QUICK))
    assert (job.request["samples"], "sample_count" in job.request) == (False, False)
    run_training(job.id, database.url)
    assert learnt == [[]]
    assert get(database, job.id).samples is None


def test_the_jobs_of_a_sweep_learn_the_same(
    service: JobService, database: Database, learnt: list[list[int]]
) -> None:
    request = SweepRequest(**QUICK | {"epochs": 1}, samples=True, values={"seed": [1, 2]})
    made = service.sweep(request)
    assert [job.request["sample_count"] for job in made.jobs] == [3, 3]
    assert sets(database) == 1
    forget(database)
    for job in made.jobs:
        assert run_training(job.id, database.url) == "succeeded"
    assert learnt == [[7, 1, 4]] * 2
    assert sets(database) == 0


def test_a_sweep_may_compare_with_and_without(
    service: JobService, database: Database, learnt: list[list[int]]
) -> None:
    request = SweepRequest(**QUICK | {"epochs": 1}, values={"samples": [False, True]})
    without, with_them = service.sweep(request).jobs
    assert ("sample_count" in without.request, with_them.request["sample_count"]) == (False, 3)
    for job in (with_them, without):
        run_training(job.id, database.url)
    assert learnt == [[7, 1, 4], []]


def test_a_cancelled_job_leaves_none(service: JobService, database: Database) -> None:
    job = service.submit(LEARN)
    assert service.cancel(job.id).state == "cancelled"
    assert sets(database) == 0


def test_without_samples_there_is_nothing_to_learn(service: JobService, database: Database) -> None:
    forget(database)
    for ask in (
        lambda: service.submit(LEARN),
        lambda: service.sweep(SweepRequest(**QUICK, samples=True, values={"seed": [1]})),
    ):
        with pytest.raises(Invalid, match="no sample to learn yet") as refused:
            ask()
        assert [error["field"] for error in refused.value.errors] == ["samples"]
    assert service.page(limit=9, cursor=None, state=None, sweep=None).items == []


def test_a_repeated_request_gives_the_job_whatever_became_of_the_samples(
    service: JobService, database: Database
) -> None:
    first = service.submit(LEARN, key="k")
    put(database, drawn(9, first=9))
    assert service.submit(LEARN, key="k").id == first.id
    forget(database)
    assert service.submit(LEARN, key="k").request["sample_count"] == 3
    assert sets(database) == 1
    with pytest.raises(Conflict):
        service.submit(TrainRequest(**QUICK), key="k")


def test_where_they_are_off_none_is_learnt(database: Database) -> None:
    service = JobService(Settings(samples=False), database)
    with pytest.raises(Forbidden, match="BYHAND_SAMPLES=off"):
        service.submit(LEARN)
    assert service.submit(TrainRequest(**QUICK)).state == "queued"


def test_what_is_refused_keeps_no_samples(database: Database) -> None:
    full = JobService(Settings(max_queued_jobs=1), database)
    full.submit(TrainRequest(**QUICK))
    with pytest.raises(TooMany):
        full.submit(LEARN)
    settings = Settings(max_store_bytes=2**20, visitor_jobs="1/day")
    visitor = Visitor(Visitors(settings), "192.0.2.7")
    small = JobService(Settings(max_store_bytes=2**20), database)
    with database.begin() as session:
        session.execute(delete(JobRow))
        session.add(SampleSetRow(id="large", file=bytes(2**20)))
    with pytest.raises(InsufficientStorage):
        small.submit(LEARN, visitor=visitor)
    visitor.spend(jobs=1)  # it was not spent on what was refused
    assert sets(database) == 1


def test_samples_that_are_lost_end_the_job_with_a_sentence(
    service: JobService, database: Database
) -> None:
    job = service.submit(LEARN)
    with database.begin() as session:
        session.execute(delete(SampleSetRow))
    assert run_training(job.id, database.url) == "failed"
    assert "gone or damaged" in (service.job(job.id).error or "")


@pytest.mark.parametrize(
    ("request_", "preset"),
    [
        ({"samples": True}, "hand"),
        ({"samples": True, "preset": None}, "hand"),
        ({"samples": True, "preset": "fast"}, "fast"),
        ({"samples": True, "preset": "blog"}, "blog"),
        ({"samples": False}, "fast"),
        ({"samples": None}, "fast"),
        ({}, "fast"),
    ],
)
def test_without_a_named_preset_samples_are_learnt_as_hand(
    service: JobService, monkeypatch: pytest.MonkeyPatch, request_: dict[str, Any], preset: str
) -> None:
    hand = PRESETS.get("hand", replace(PRESETS["fast"], preset="hand"))
    monkeypatch.setitem(PRESETS, "hand", hand)
    assert service.submit(TrainRequest.model_validate(request_)).request["preset"] == preset


@pytest.mark.parametrize("value", ["maybe", 2, [True], {}])
def test_samples_is_yes_or_no(value: Any) -> None:
    with pytest.raises(ValueError, match="samples"):
        TrainRequest.model_validate({"samples": value})
