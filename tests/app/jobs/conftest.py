"""A store for jobs, and the model that an undisturbed one makes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.jobs.worker import run_training
from app.store.engine import Database, connect, migrate
from tests.app.jobs.training_jobs import add, weights


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = connect(f"sqlite:///{tmp_path / 'byhand.db'}")
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def undisturbed(database: Database) -> bytes:
    """The model that an undisturbed run of SMALL makes."""
    id = add(database)
    assert run_training(id, database.url) == "succeeded"
    return weights(database, id)
