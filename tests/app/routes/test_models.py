import io
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.schemas.models import Model
from model.classifier import Classifier
from model.network import initialize
from model.serialization.checkpoint import dump_model, load_model
from tests.app.conftest import Pixels, assert_problem, service

Serve = Callable[..., TestClient]


def weights_of(layers: tuple[int, ...] = (784, 16, 10)) -> bytes:
    parameters = initialize(layers, "sigmoid", np.random.default_rng(1))
    return dump_model(Classifier(parameters, name="Tiny"))


def upload(client: TestClient, data: bytes, **fields: str) -> Any:
    return client.post("/models", files={"weights": data}, data=fields)


def archive(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def test_the_bundled_model_is_there_and_active(client: TestClient) -> None:
    model = client.get("/models/pretrained").json()
    Model.model_validate(model)
    assert model["layers"] == [784, 128, 10]
    assert model["parameters"] == 101_770
    assert model["active"] is True


def test_an_upload_is_created_and_listed(client: TestClient) -> None:
    response = upload(client, weights_of(), name="Mine")
    assert response.status_code == 201
    model = response.json()
    assert response.headers["location"] == f"/models/{model['id']}"
    assert model["name"] == "Mine"
    assert model["layers"] == [784, 16, 10]
    assert model["active"] is False
    assert client.get(response.headers["location"]).json() == model
    assert model in client.get("/models").json()["items"]


def test_without_a_name_the_files_own_is_kept(client: TestClient) -> None:
    assert upload(client, weights_of()).json()["name"] == "Tiny"


def test_a_download_is_what_was_uploaded(client: TestClient) -> None:
    data = weights_of()
    model = upload(client, data).json()
    response = client.get(f"/models/{model['id']}/weights?format=npz")
    assert response.content == data
    assert model["sha256"] == sha256(data).hexdigest()
    assert model["id"] in response.headers["content-disposition"]


def test_weights_made_elsewhere_can_be_uploaded(client: TestClient, seven: Pixels) -> None:
    bundled = load_model(client.get("/models/pretrained/weights").content)
    model = upload(client, archive(**bundled.parameters.arrays())).json()
    assert (model["deskew"], model["features"]) == (False, "pixels")
    answer = client.post(f"/predict?model={model['id']}", json={"pixels": seven.tolist()})
    expected = Classifier(bundled.parameters).probabilities(seven.reshape(1, 784))[0]
    np.testing.assert_allclose(answer.json()["probabilities"], expected, atol=1e-6)


@pytest.mark.parametrize("known", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
def test_a_known_version_is_not_sent_again(client: TestClient, known: str) -> None:
    first = client.get("/models/pretrained/weights")
    etag = first.headers["etag"]
    headers = {"If-None-Match": known.format(etag=etag)}
    again = client.get("/models/pretrained/weights", headers=headers)
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == etag


def test_another_version_is_sent(client: TestClient) -> None:
    response = client.get("/models/pretrained/weights", headers={"If-None-Match": '"other"'})
    assert response.status_code == 200
    assert load_model(response.content).parameters.count == 101_770


def test_an_unknown_weights_format_is_refused(client: TestClient) -> None:
    assert_problem(client.get("/models/pretrained/weights?format=onnx"), 422, "npz")


def test_the_activated_model_predicts_from_now_on(serve: Serve, seven: Pixels) -> None:
    client = serve()
    id = upload(client, weights_of()).json()["id"]
    assert client.put("/models/active", json={"model": id}).json()["active"] is True
    assert client.post("/predict", json={"pixels": seven.tolist()}).json()["model"] == id
    assert [m["id"] for m in client.get("/models").json()["items"] if m["active"]] == [id]


def test_the_choice_outlives_a_restart(tmp_path: Path, seven: Pixels) -> None:
    with service(tmp_path) as client:
        id = upload(client, weights_of()).json()["id"]
        client.put("/models/active", json={"model": id})
    with service(tmp_path) as client:
        assert client.post("/predict", json={"pixels": seven.tolist()}).json()["model"] == id


def test_a_deleted_model_is_gone(client: TestClient, seven: Pixels) -> None:
    id = upload(client, weights_of()).json()["id"]
    assert client.post(f"/predict?model={id}", json={"pixels": seven.tolist()}).status_code == 200
    response = client.delete(f"/models/{id}")
    assert response.status_code == 204
    assert response.content == b""
    assert "content-type" not in response.headers
    assert_problem(client.get(f"/models/{id}"), 404)
    assert_problem(client.post(f"/predict?model={id}", json={"pixels": seven.tolist()}), 404)


def test_the_active_model_is_not_deleted(client: TestClient) -> None:
    assert_problem(client.delete("/models/pretrained"), 409, "active", "PUT /models/active")


@pytest.mark.parametrize("id", ["nobody", "x" * 100, "a%00b", "a b", "äö"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_model_is_404(client: TestClient, method: str, id: str) -> None:
    assert_problem(client.request(method, f"/models/{id}"), 404, "GET /models")


@pytest.mark.parametrize("id", ["nobody", "", "a\0b", "ä"])
def test_an_unknown_model_cannot_be_activated(client: TestClient, id: str) -> None:
    assert_problem(client.put("/models/active", json={"model": id}), 404, "GET /models")


def test_the_list_comes_in_pages(serve: Serve) -> None:
    client = serve()
    made = [upload(client, weights_of()).json()["id"] for _ in range(4)]
    seen, cursor = [], None
    while True:
        query = f"/models?limit=2{f'&cursor={cursor}' if cursor else ''}"
        page = client.get(query).json()
        seen += [model["id"] for model in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
        assert len(page["items"]) == 2
    assert seen == [*reversed(made), "pixels", "pretrained"]


@pytest.mark.parametrize("query", ["limit=0", "limit=1000", "limit=x", "cursor=x"])
def test_a_page_that_cannot_be_is_refused(client: TestClient, query: str) -> None:
    assert_problem(client.get(f"/models?{query}"), 422, query.partition("=")[0])


W1, b1 = np.zeros((784, 8), np.float32), np.zeros(8, np.float32)
W2, b2 = np.zeros((8, 10), np.float32), np.zeros(10, np.float32)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["npz"]),
        (b"not a zip at all", ["npz"]),
        (weights_of()[:-100], ["npz"]),
        (archive(W1=W1, b1=b1, W2=W2), ["W2"]),
        (archive(W1=W1, b1=b1, W2=W2.T, b2=b2), ["W2", "8", "10"]),
        (archive(W1=W1, b1=b1, W2=W2.astype(np.float64), b2=b2), ["W2", "float32", "float64"]),
        (archive(W1=W1 * np.nan, b1=b1, W2=W2, b2=b2), ["W1", "finite"]),
        (archive(W1=np.array([{}]), b1=b1, W2=W2, b2=b2), ["W1", "pickled"]),
        (weights_of((100, 8, 10)), ["W1", "784", "100"]),
        (weights_of((784, 8, 7)), ["W2", "10", "7"]),
        (archive(W1=W1, b1=b1, W2=np.full_like(W2, 3e38), b2=b2), ["W2", "sums"]),
    ],
    ids=[
        "empty",
        "no zip",
        "cut off",
        "missing array",
        "wrong shape",
        "wrong dtype",
        "NaN",
        "pickle",
        "wrong input",
        "wrong output",
        "overflow",
    ],
)
def test_a_bad_file_is_refused_with_the_reason(
    client: TestClient, data: bytes, words: list[str]
) -> None:
    assert_problem(upload(client, data), 422, *words)


def test_an_upload_needs_its_part_and_a_sensible_name(client: TestClient) -> None:
    assert_problem(client.post("/models", files={"file": b"x"}), 422, "'weights'")
    assert_problem(client.post("/models", content=b"x"), 415, "multipart/form-data")
    assert_problem(upload(client, weights_of(), name="x" * 201), 422, "name", "200")
    assert_problem(upload(client, weights_of(), name="a\0b"), 422, "name")


def test_a_full_store_takes_no_more_models_and_no_more_jobs(serve: Serve) -> None:
    client = serve(max_models=3)  # two of them are bundled
    mine = upload(client, weights_of()).json()["id"]
    for refused in (upload(client, weights_of()), client.post("/train", json={"preset": "fast"})):
        assert_problem(refused, 507, "3 models are stored and at most 3")
    assert client.delete(f"/models/{mine}").status_code == 204
    assert upload(client, weights_of()).status_code == 201
