"""A model's file in pieces: what leaves is never in memory as a whole."""

from __future__ import annotations

import pytest

from app.errors import NotFound
from app.store import jobs, models, snapshots
from app.store.engine import Database
from model.training.snapshots import Snapshot
from tests.app.store.test_models import add, small


def whole(database: Database, id: str, length: int) -> bytes:
    parts = []
    with database.read() as session:
        sha256, size = models.file(session, id)
        assert sha256 == models.get(session, id).sha256
        for start in range(0, size, length):
            parts.append(models.piece(session, id, start, length))
            assert 0 < len(parts[-1]) <= length
    return b"".join(parts)


def test_the_pieces_of_a_model_are_its_file(database: Database) -> None:
    id = add(database, 1)
    with database.read() as session:
        weights = models.weights(session, id)
    for length in (997, len(weights), 2**20):
        assert whole(database, id, length) == weights


@pytest.mark.parametrize("id", ["a@3", "pixels@0"])
def test_so_are_those_of_a_snapshot(database: Database, id: str) -> None:
    classifier, _ = small()
    with database.begin() as session:
        jobs.add(session, id="a", name="a", request={}, epochs=1)
        snapshots.add(session, "a", Snapshot(3, 1, classifier.parameters, None, 0.5), classifier)
    with database.read() as session:
        weights = models.weights(session, id)
    assert whole(database, id, 997) == weights


@pytest.mark.parametrize("id", ["none", "none@1", "a@4", "pixels@4"])
def test_what_is_not_there_has_no_pieces(database: Database, id: str) -> None:
    with database.begin() as session:
        jobs.add(session, id="a", name="a", request={}, epochs=1)
    with database.read() as session:
        with pytest.raises(NotFound):
            models.file(session, id)
        with pytest.raises(NotFound):
            models.piece(session, id, 0, 10)
