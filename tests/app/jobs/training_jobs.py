"""Small training jobs in a store, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.jobs import worker
from app.store import events, jobs, models
from app.store.clock import new_id
from app.store.engine import Database
from app.store.events import StoredEvent
from app.store.tables import JobRow
from model.training.loop import train
from model.training.state import Progress

SMALL: dict[str, Any] = {
    "epochs": 3,
    "train_examples": 500,
    "hidden_layers": [8],
    "batch_size": 20,
    "base_model": None,
    "activate": False,
}


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


def told(database: Database, id: str) -> list[StoredEvent]:
    with database.read() as session:
        return list(events.after(session, id, 0))


def steps(found: list[StoredEvent]) -> list[int]:
    return [event.data["step"] for event in found if event.kind == "progress"]


def epochs(found: list[StoredEvent]) -> list[int]:
    return [event.data["epoch"] for event in found if event.kind == "epoch"]


def on_test_digits(found: list[StoredEvent]) -> list[float | None]:
    """One for each epoch, None where its event has none."""
    return [event.data.get("test_accuracy") for event in found if event.kind == "epoch"]


def weights(database: Database, id: str) -> bytes:
    model = get(database, id).model
    assert model is not None
    with database.read() as session:
        return models.weights(session, model)


def stop_after(monkeypatch: pytest.MonkeyPatch, reports: int, error: BaseException) -> None:
    """Raise in the training loop after so many reports, once."""

    def interrupted(*args: Any) -> Iterator[Progress]:
        for number, progress in enumerate(train(*args)):
            if number == reports:
                monkeypatch.setattr(worker, "train", train)
                raise error
            yield progress

    monkeypatch.setattr(worker, "train", interrupted)
