from collections.abc import Callable

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.schemas.digits import Evaluation
from model.data.idx import load_mnist_part
from tests.app.conftest import assert_problem
from tests.app.routes.test_models import upload, weights_of

Serve = Callable[..., TestClient]


def test_a_model_is_examined_on_every_test_digit(client: TestClient) -> None:
    answer = client.get("/models/pretrained/evaluation").json()
    result = Evaluation.model_validate(answer)
    confusion = np.array(result.confusion)
    labels = load_mnist_part("test")[1]
    assert confusion.sum(axis=1).tolist() == np.bincount(labels).tolist()
    assert result.accuracy == pytest.approx(confusion.trace() / 10_000)
    assert result.accuracy == client.get("/models/pretrained").json()["test_accuracy"]


def test_its_worst_mistakes_come_with_their_pixels(client: TestClient) -> None:
    answer = client.get("/models/pretrained/evaluation?worst=3").json()
    images, labels = load_mnist_part("test")
    assert len(answer["mistakes"]) == 3
    for mistake in answer["mistakes"]:
        assert mistake["label"] == labels[mistake["index"]]
        assert mistake["pixels"] == images[mistake["index"]].tolist()
        body = {"pixels": mistake["pixels"]}
        read = client.post("/predict?model=pretrained", json=body).json()
        assert read["digit"] == mistake["digit"] != mistake["label"]
        assert read["confidence"] == pytest.approx(mistake["confidence"], rel=1e-3)
        assert read["probabilities"][mistake["label"]] == pytest.approx(
            mistake["label_probability"], rel=1e-3
        )


def test_a_cell_of_the_matrix_comes_with_its_digits(client: TestClient) -> None:
    id = upload(client, weights_of()).json()["id"]
    path = f"/models/{id}/evaluation"
    confusion = np.array(client.get(f"{path}?worst=0").json()["confusion"])
    label, digit = (int(at) for at in np.unravel_index(confusion.argmax(), confusion.shape))
    cell = client.get(f"{path}?label={label}&digit={digit}&worst=3").json()["mistakes"]
    assert len(cell) == 3
    assert {(one["label"], one["digit"]) for one in cell} == {(label, digit)}
    row = client.get(f"{path}?label={label}&worst=200").json()["mistakes"]
    wrong = confusion[label].sum() - confusion[label, label]
    assert len(row) == min(wrong, 200)
    assert {one["label"] for one in row} <= {label}
    assert label not in {one["digit"] for one in row}


def test_another_model_has_other_mistakes(client: TestClient) -> None:
    id = upload(client, weights_of()).json()["id"]
    answer = client.get(f"/models/{id}/evaluation?worst=0").json()
    assert answer["model"] == id
    assert answer["accuracy"] < 0.5
    assert answer["mistakes"] == []


def test_what_cannot_be_examined_is_said(client: TestClient) -> None:
    assert_problem(client.get("/models/gone/evaluation"), 404, "gone")
    assert_problem(client.get("/models/pretrained/evaluation?worst=201"), 422, "200")
    assert_problem(client.get("/models/pretrained/evaluation?label=10"), 422, "label", "9")
