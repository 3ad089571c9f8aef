from __future__ import annotations

import threading
from hashlib import sha256

import numpy as np
import pytest

from app.errors import Conflict, Invalid, NotFound
from app.store import models
from app.store.engine import Database
from model.classifier import Classifier
from model.network import initialize
from model.serialization.checkpoint import dump_model, load_model


def small(seed: int = 0) -> tuple[Classifier, bytes]:
    parameters = initialize((784, 3, 10), "tanh", np.random.default_rng(seed))
    classifier = Classifier(parameters, deskew=True, features="edges", test_accuracy=0.25)
    return classifier, dump_model(classifier)


def add(database: Database, seed: int = 0, id: str | None = None) -> str:
    classifier, weights = small(seed)
    with database.begin() as session:
        return models.add(session, classifier=classifier, weights=weights, name="m", id=id).id


def both(seed: int) -> dict[str, Classifier]:
    """The bundled models, small."""
    return {"pretrained": small(seed)[0], "pixels": small(seed + 10)[0]}


def test_a_model_comes_back_with_its_weights(database: Database) -> None:
    classifier, weights = small()
    id = add(database)
    with database.read() as session:
        row = models.get(session, id)
        assert models.weights(session, id) == weights
    assert (row.layers, row.activation) == ([784, 3, 10], "tanh")
    assert (row.deskew, row.features) == (True, "edges")
    assert (row.parameters, row.test_accuracy) == (classifier.parameters.count, 0.25)
    assert row.sha256 == sha256(weights).hexdigest()
    assert load_model(weights).parameters.vector.tobytes() == classifier.parameters.vector.tobytes()


def test_an_unknown_model_is_not_found(database: Database) -> None:
    with database.begin() as session:
        for ask in (models.get, models.weights, models.activate, models.delete):
            with pytest.raises(NotFound, match="no model 'nothing'"):
                ask(session, "nothing")


def test_one_model_is_active_at_a_time(database: Database) -> None:
    first, second = add(database, 1), add(database, 2)
    with database.begin() as session:
        assert models.active(session) is None
        models.activate(session, first)
        models.activate(session, second)
    with database.read() as session:
        found = models.active(session)
    assert found == (second, sha256(small(2)[1]).hexdigest())


def test_the_active_model_cannot_be_deleted_and_others_can(database: Database) -> None:
    first, second = add(database, 1), add(database, 2)
    with database.begin() as session:
        models.activate(session, first)
    with database.begin() as session, pytest.raises(Conflict, match="is the active one"):
        models.delete(session, first)
    with database.begin() as session:
        models.delete(session, second)
    with database.read() as session:
        assert [row.id for row in models.page(session, 9, None)[0]] == [first]


def test_pages_go_from_the_newest_to_the_oldest_and_miss_none(database: Database) -> None:
    ids = {add(database, n) for n in range(5)}
    found: list[str] = []
    cursor = None
    for _ in range(3):
        with database.read() as session:
            rows, cursor = models.page(session, 2, cursor)
        found += [row.id for row in rows]
    assert len(found) == 5
    assert set(found) == ids
    assert cursor is None
    with database.read() as session, pytest.raises(Invalid, match="cursor: expected the `next`"):
        models.page(session, 2, "rubbish")


def test_the_bundled_model_is_put_once_renewed_and_never_deleted(database: Database) -> None:
    for seed in (1, 1, 2):
        with database.begin() as session:
            models.put_bundled(session, both(seed))
    with database.begin() as session:
        rows, _ = models.page(session, 9, None)
        assert {row.id for row in rows} == {"pretrained", "pixels"}
        assert models.active(session) == ("pretrained", sha256(small(2)[1]).hexdigest())
    other = add(database, 3)
    with database.begin() as session:
        models.activate(session, other)
        models.put_bundled(session, both(2))
        assert models.active(session) == (other, sha256(small(3)[1]).hexdigest())
        for id in ("pretrained", "pixels"):
            with pytest.raises(Conflict, match="bundled models stay"):
                models.delete(session, id)


def test_replicas_that_start_together_put_the_bundled_model_once(database: Database) -> None:
    barrier, failed = threading.Barrier(4), []

    def start() -> None:
        barrier.wait()
        try:
            with database.begin() as session:
                models.put_bundled(session, both(0))
        except Exception as error:
            failed.append(error)

    replicas = [threading.Thread(target=start) for _ in range(4)]
    for replica in replicas:
        replica.start()
    for replica in replicas:
        replica.join()
    assert failed == []
    with database.read() as session:
        found = [row.id for row in models.page(session, 9, None)[0]]
    assert sorted(found) == ["pixels", "pretrained"]


def test_a_model_is_not_deleted_while_it_is_being_activated(database: Database) -> None:
    first, second = add(database, 1), add(database, 2)
    with database.begin() as session:
        models.activate(session, first)
    refused: list[Exception] = []

    def delete() -> None:
        try:
            with database.begin() as session:
                models.delete(session, second)
        except Conflict as error:
            refused.append(error)

    deletion = threading.Thread(target=delete)
    with database.begin() as session:
        models.activate(session, second)
        deletion.start()
        deletion.join(0.3)  # it waits
        assert deletion.is_alive()
    deletion.join()
    assert len(refused) == 1
