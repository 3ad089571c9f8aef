"""Runs of very many epochs: what an answer that tells of them costs, and how long it gets."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from app.main import create_app
from app.settings import Settings
from app.store import jobs, leases
from app.store.engine import Database, connect, migrate
from app.store.tables import JobRow
from tests.app.cost import MOST_ANSWER, MOST_GROWTH, MOST_PAUSE, Call, Cost, measured

LAYERS = 8  # the most hidden ones
EPOCHS = 10_000  # the most
EPOCH = {
    "train_loss": 0.123456789012345678,
    "validation_loss": 0.123456789012345678,
    "validation_accuracy": 0.9876,
    "test_accuracy": 0.9876,
    "seconds": 0.123456789012345,
    "gradient_norms": [0.123456789012345678] * (LAYERS + 1),
    "saturation": [0.123456789012345678] * LAYERS,
    "dead_units": [1000] * LAYERS,
}
RUNS = {"a": 50, "b": 60, "c": EPOCHS, "d": EPOCHS, "e": EPOCHS, "f": 70}


def add_run(database: Database, id: str, epochs: int) -> None:
    """A job that has run so many epochs and was cancelled."""
    with database.begin() as session:
        jobs.add(session, id=id, name="long", request={"epochs": epochs}, epochs=epochs)
        claimed = leases.claim(session, id, owner="me", lease_seconds=30)
        assert claimed
        told = [("epoch", EPOCH | {"epoch": number + 1}) for number in range(epochs)]
        lease = leases.write(session, claimed[0], told, epoch=epochs)
        leases.finish(session, lease, "cancelled")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("long")
    database = connect(f"sqlite:///{directory / 'byhand.db'}")
    migrate(database)
    for id, epochs in RUNS.items():
        add_run(database, id, epochs)
    database.close()
    return directory


def test_whatever_is_asked_of_the_longest_runs_is_bounded(directory: Path) -> None:
    async def send() -> list[Cost]:
        app = create_app(Settings(data_dir=directory))
        async with app.router.lifespan_context(app):
            await measured(app, [Call("/train", kind="", query="limit=1", method="GET")])
            asked = [("/train", "limit=200"), ("/train/c", ""), ("/train/c/events", "")]
            return [
                await measured(app, [Call(path, b"", "", query, "GET")]) for path, query in asked
            ]

    for cost in asyncio.run(send()):
        assert cost.status == 200, cost
        assert cost.grown < MOST_GROWTH, cost
        assert cost.pause < MOST_PAUSE, cost
        assert len(cost.answers[0]) < MOST_ANSWER, cost


def test_a_page_ends_early_and_the_next_goes_on(directory: Path) -> None:
    pages, cursor = [], None
    with TestClient(create_app(Settings(data_dir=directory)), "http://localhost") as client:
        while True:
            asked: dict[str, Any] = {"limit": 200} | ({"cursor": cursor} if cursor else {})
            answer = client.get("/train", params=asked).json()
            pages.append("".join(job["id"] for job in answer["items"]))
            if (cursor := answer["next"]) is None:
                break
    assert pages == ["f", "e", "d", "c", "ba"]


def test_a_sweep_of_longer_runs_is_shown_without_the_metrics_of_some(directory: Path) -> None:
    database = connect(f"sqlite:///{directory / 'byhand.db'}")
    with database.begin() as session:
        session.execute(update(JobRow).values(sweep="s"))
    database.close()
    with TestClient(create_app(Settings(data_dir=directory)), "http://localhost") as client:
        answer = client.delete("/train", params={"sweep": "s"})
    assert answer.status_code == 202
    assert len(answer.content) < MOST_ANSWER
    shown = {job["id"]: len(job["metrics"]) for job in answer.json()["jobs"]}
    assert shown == {"a": 50, "b": 60, "c": 0, "d": 0, "e": 0, "f": 0}
