"""Networks that are brought along: how large they may be, and what the largest one costs."""

import asyncio
import io
import json
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from fastapi.testclient import TestClient

from app.jobs.resolve import MOST_WEIGHTS
from app.main import create_app
from app.routes import models as routes
from app.settings import Settings
from app.store import models
from app.store.engine import connect, migrate
from model.classifier import Classifier
from model.network import initialize
from model.serialization import npz
from model.serialization.checkpoint import dump_model
from model.training.hyperparameters import check_weights
from tests.app.conftest import assert_problem
from tests.app.cost import MB, MOST_ANSWER, MOST_GROWTH, MOST_PAUSE, Call, Cost, measured

PIXELS = [0] * 300 + [255] * 84 + [0] * 400
ONE = orjson.dumps({"pixels": PIXELS, "label": 3})


def network(layers: Sequence[int], **meta: Any) -> bytes:
    """The file of a network of zeros, compressed."""
    arrays: dict[str, Any] = {}
    for number, (n_in, n_out) in enumerate(pairwise(layers), start=1):
        arrays[f"W{number}"] = np.zeros((n_in, n_out), np.float32)
        arrays[f"b{number}"] = np.full(n_out, 0.1234567, np.float32)
    if meta:
        # Not by `npz.dump`, as no name that this service writes has half a character in it.
        head = {"kind": "model", "format": 1, "sha256": npz._digest(arrays), **meta}
        arrays["meta"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def upload(client: TestClient, data: bytes, **fields: str) -> Any:
    return client.post("/models", files={"weights": data}, data=fields)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ((784, *[1] * 9, 10), "9 hidden layers; at most 8"),
        ((784, *[1] * 60, 10), "122 arrays"),
        ((784, *[1] * 3000, 10), "6,002 arrays"),
        ((784, 5, 4097, 10), "4,097 units; at most 4,096"),
        ((784, 4096, 10), "unpacks to"),
    ],
)
def test_larger_networks_than_can_be_trained_are_refused(
    client: TestClient, layers: Sequence[int], words: str
) -> None:
    assert_problem(upload(client, network(layers)), 422, words)


@pytest.mark.parametrize("layers", [(784, 10), (784, *[2] * 8, 10), (784, 3, 4096, 10)])
def test_those_within_the_limits_are_taken(client: TestClient, layers: Sequence[int]) -> None:
    assert upload(client, network(layers)).status_code == 201


@pytest.mark.parametrize("name", ["a" * 201, "half \ud800", "nul \0", "two\nlines"])
def test_a_name_in_a_file_is_held_to_what_one_in_a_form_is(client: TestClient, name: str) -> None:
    data = network((784, 8, 10), name=name)
    assert_problem(upload(client, data), 422, "name", "Send another")
    assert upload(client, data, name="Another").json()["name"] == "Another"


def test_other_odd_characters_in_meta_hurt_nobody(client: TestClient) -> None:
    response = upload(client, network((784, 8, 10), recipe={"\ud800": "\0"}))
    assert response.status_code == 201
    assert client.get("/models").status_code == 200
    problem = upload(client, network((784, 8, 10), activation="\ud800"))
    assert_problem(problem, 422, "activation")


LARGEST = {"wide": (784, 2600, 10), "deep": (784, 2000, 1, 4096, 1, 4096, 1, 4096, 10)}
BATCH = orjson.dumps({"pixels": [PIXELS] * 250})
MANY = orjson.dumps({"pixels": [PIXELS] * 600, "labels": [1] * 600})


@pytest.mark.parametrize("layers", LARGEST.values(), ids=list(LARGEST))
def test_whatever_is_asked_of_the_largest_one_is_bounded(
    tmp_path: Path, layers: Sequence[int]
) -> None:
    steps = "&learning_rate=0.1" * 20
    asked = [
        ("/predict", ONE, "application/json", ""),
        ("/predict", ONE, "application/json", "&details=true"),
        ("/predict/batch", BATCH, "application/json", ""),
        ("/predict/batch", bytes(PIXELS) * 6600, "application/octet-stream", ""),
        ("/gradients", ONE, "application/json", ""),
        ("/gradients", ONE, "application/json", "&full=true"),
        ("/gradients", ONE, "application/json", "&format=npz"),
        ("/gradients", ONE, "application/json", steps),
        ("/gradients", ONE, "application/json", "&test_digits=1000"),
        ("/gradients", MANY, "application/json", ""),
    ]

    async def send() -> list[Cost]:
        app = create_app(Settings(data_dir=tmp_path))
        async with app.router.lifespan_context(app):
            await measured(app, [Call("/predict", ONE)])
            form = (
                b'--XX\r\nContent-Disposition: form-data; name="weights"; filename="f"\r\n\r\n'
                + network(layers)
                + b"\r\n--XX--\r\n"
            )
            added = await measured(app, [Call("/models", form, "multipart/form-data; boundary=XX")])
            id = json.loads(added.answers[0])["id"]
            calls = [
                Call(path, body, kind, f"model={id}{more}") for path, body, kind, more in asked
            ]
            evaluation = Call(f"/models/{id}/evaluation", b"", "", "worst=200", "GET")
            return [added] + [await measured(app, [call]) for call in [*calls, evaluation]]

    for cost in asyncio.run(send()):
        assert cost.status in (200, 201, 413), cost
        assert cost.grown < MOST_GROWTH, cost
        assert cost.pause < MOST_PAUSE, cost
        assert len(cost.answers[0]) < MOST_ANSWER, cost


def test_many_images_are_explained_only_as_far_as_an_answer_may_be_long(tmp_path: Path) -> None:
    body = orjson.dumps({"pixels": [PIXELS] * 2800, "labels": [1] * 2800})
    assert len(body) < 5 * MB
    for query in ("", "format=npz"):

        async def send(query: str = query) -> Cost:
            app = create_app(Settings(data_dir=tmp_path))
            async with app.router.lifespan_context(app):
                await measured(app, [Call("/predict", ONE)])
                return await measured(app, [Call("/gradients", body, query=query)])

        cost = asyncio.run(send())
        assert cost.status == 413, cost
        assert cost.grown < MOST_GROWTH, cost
        assert cost.pause < MOST_PAUSE, cost


def cold_requests(directory: Path, made: Classifier) -> Cost:
    """What a dozen requests for two models that are not loaded yet cost."""

    async def send() -> Cost:
        app = create_app(Settings(data_dir=directory))
        async with app.router.lifespan_context(app):
            for id in ("a", "b"):
                with app.state.database.begin() as session:
                    models.add(session, classifier=made, weights=dump_model(made), name=id, id=id)
            await measured(app, [Call("/predict", ONE)])
            return await measured(
                app, [Call("/predict", ONE, query=f"model={id}") for id in "abababababab"]
            )

    return asyncio.run(send())


@pytest.mark.parametrize("hidden", [(2048, 430), (3148,)], ids=["deep", "wide"])
def test_the_largest_that_a_service_trains_costs_many_at_once_no_more_than_one(
    tmp_path: Path, hidden: Sequence[int]
) -> None:
    check_weights("hidden_layers", hidden, MOST_WEIGHTS)
    made = Classifier(initialize((784, *hidden, 10), "sigmoid", np.random.default_rng(0)))
    # In a process of its own: what other tests have freed would be counted again.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        cost = pool.submit(cold_requests, tmp_path, made).result(120)
    assert set(cost.statuses) == {200}, cost
    assert cost.grown < 5 * MOST_GROWTH, cost  # 45 to 110; before, of the largest, 1,400
    assert cost.pause < MOST_PAUSE, cost
    assert len(dump_model(made)) < MOST_ANSWER


def test_its_file_leaves_in_pieces(tmp_path: Path) -> None:
    made = Classifier(initialize((784, 1000, 10), "sigmoid", np.random.default_rng(0)))
    database = connect(f"sqlite:///{tmp_path / 'byhand.db'}")
    migrate(database)
    weights = dump_model(made)
    with database.begin() as session:
        models.add(session, classifier=made, weights=weights, name="a", id="a")

    async def pieces() -> list[bytes]:
        return [part async for part in routes._pieces(database, "a", len(weights))]

    parts = asyncio.run(pieces())
    assert b"".join(parts) == weights
    assert max(map(len, parts)) == routes.SENT_BYTES
    database.close()
