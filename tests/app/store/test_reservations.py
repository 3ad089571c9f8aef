"""What jobs are to store is reserved for them from when they are submitted until it is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from app.errors import InsufficientStorage, TooMany
from app.jobs.service import JobService
from app.jobs.worker import run_training
from app.schemas.training import SweepRequest, TrainRequest
from app.settings import Settings
from app.store import jobs, leases, snapshots
from app.store.engine import Database
from app.store.quotas import Quotas, make_room, used_bytes
from app.store.reservations import needed_bytes, reserved_bytes
from app.visitors import Visitor, Visitors
from model.classifier import Classifier
from model.errors import RecipeError
from model.serialization.checkpoint import dump_model, dump_state
from model.training.loop import start
from model.training.recipe import Recipe
from model.training.snapshots import Snapshot, snapshot_steps
from tests.app.jobs.training_jobs import add

WIDE = TrainRequest(hidden_layers=[2048, 300], epochs=1, train_examples=100, batch_size=100)
MB = 2**20


def reserved(database: Database) -> int:
    with database.read() as session:
        return reserved_bytes(session)


def used(database: Database) -> int:
    with database.read() as session:
        return used_bytes(session)


@pytest.mark.parametrize("hidden", [[1], [128], [300, 200], [4096, 190]])
@pytest.mark.parametrize(("epochs", "wanted"), [(1, 0), (3, 24), (100, 24), (100, 100)])
def test_it_is_enough(hidden: Sequence[int], epochs: int, wanted: int) -> None:
    recipe = Recipe(hidden_layers=tuple(hidden), epochs=epochs)
    state = start(recipe)
    model = len(dump_model(Classifier(state.parameters, name="n" * 200)))
    steps = snapshot_steps(epochs, 900, state.parameters.count, wanted)
    most = 2 * len(dump_state(state)) + (1 + len(steps)) * model
    request = {"hidden_layers": hidden, "epochs": epochs}
    room = needed_bytes(request, wanted)
    assert most < room
    if len(dump_model(Classifier(state.parameters))) > MB:  # of small ones most is for their lines
        assert room < 1.1 * most + 6000 * epochs


def test_what_is_there_is_not_reserved_any_more(database: Database) -> None:
    id = add(database, snapshots=4)
    request = {"hidden_layers": [8], "epochs": 3}
    before = reserved(database)
    assert before == needed_bytes(request, 4)
    made = Classifier(start(Recipe(hidden_layers=(8,))).parameters)
    with database.begin() as session:
        claimed = leases.claim(session, id, owner="me", lease_seconds=30)
        assert claimed
        leases.save_checkpoint(session, id, 1, bytes(1000))
        snapshots.add(session, id, Snapshot(3, 1, made.parameters, None, 0.5), made)
    assert reserved(database) == before - 1000 - len(dump_model(made))
    with database.begin() as session:
        leases.finish(session, claimed[0], "cancelled")
    assert reserved(database) == 0


def test_a_damaged_row_reserves_nothing(database: Database) -> None:
    damaged: list[Any] = [{}, [], {"hidden_layers": 7, "epochs": 1}]
    for number, request in enumerate(damaged):
        with database.begin() as session:
            row = jobs.add(session, id=str(number), name="odd", request={}, epochs=1)
            row.request = request
    assert reserved(database) == 0


def test_a_job_stores_no_more_than_was_reserved(database: Database) -> None:
    before = used(database)
    id = add(database, snapshots=24, hidden_layers=[300])
    room = reserved(database)
    assert run_training(id, database.url) == "succeeded"
    if database.is_sqlite:  # PostgreSQL takes its time to give back what was deleted
        assert used(database) < before + room


def test_jobs_that_wait_leave_no_room_for_others(database: Database) -> None:
    room = needed_bytes(WIDE.model_dump(), 0)
    settings = Settings(max_store_bytes=used(database) + 2 * room + MB, snapshots=0)
    service = JobService(settings, database)
    first = service.submit(WIDE)
    service.submit(WIDE)
    with pytest.raises(InsufficientStorage, match=r"reserved for jobs .* cancel some"):
        service.submit(WIDE)
    with database.read() as session, pytest.raises(InsufficientStorage):
        make_room(session, Quotas.of(settings), 1, 2 * MB)
    service.cancel(first.id)
    service.submit(WIDE)


def test_a_sweep_counts_as_all_its_jobs(database: Database) -> None:
    room = needed_bytes(WIDE.model_dump(), 0)
    settings = Settings(max_store_bytes=used(database) + 2 * room + MB, snapshots=0)
    sweep = WIDE.model_dump(exclude_unset=True) | {"values": {"seed": [1, 2, 3]}}
    with pytest.raises(InsufficientStorage, match=f"{3 * room:,}"):
        JobService(settings, database).sweep(SweepRequest(**sweep))


def test_each_job_is_to_leave_a_model(database: Database) -> None:
    service = JobService(Settings(max_models=2), database)
    service.submit(WIDE)
    add(database)
    with pytest.raises(InsufficientStorage, match=r"0 models are stored, 2 jobs .* at most 2"):
        service.submit(WIDE)


def test_a_visitor_pays_for_what_jobs_store(database: Database) -> None:
    room = needed_bytes(WIDE.model_dump(), 0)
    settings = Settings(visitor_bytes=f"{2 * room}/day", snapshots=0)
    service, visitors = JobService(settings, database), Visitors(settings)
    visitor = Visitor(visitors, "192.0.2.7")
    with pytest.raises(RecipeError):  # what is refused costs nothing
        service.sweep(SweepRequest(values={"hidden_layers": [[8], [4096, 4096]]}), visitor)
    service.submit(WIDE, visitor=visitor)
    with pytest.raises(TooMany, match="bytes may be added from one address"):
        service.sweep(
            SweepRequest(**WIDE.model_dump(exclude_unset=True), values={"seed": [1, 2]}), visitor
        )
    service.submit(WIDE, visitor=visitor)
    with pytest.raises(TooMany):
        service.submit(WIDE, visitor=visitor)
    service.submit(WIDE, visitor=Visitor(visitors, "192.0.2.8"))
