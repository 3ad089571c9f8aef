"""Bodies that nobody would write by hand: whatever arrives, the answer is no 500."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.jobs.service import JobService
from tests.app.conftest import png, service

fuzz = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)

CLEAR = np.zeros((28, 28), np.uint8)
CLEAR[6:22, 13:16] = 255
PICTURES = [png(CLEAR, 56, form) for form in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=40,
)
numbers = st.integers() | st.floats() | st.integers(0, 255)
almost_images = st.lists(numbers, min_size=1, max_size=3).flatmap(
    lambda few: st.sampled_from([few * 784, few * 28, [few * 28] * 28, [[n] * 784 for n in few]])
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JobService, "start", lambda self: None)  # jobs are queued, and never trained
        with service(tmp_path_factory.mktemp("data"), max_queued_jobs=5) as client:
            yield client


def damaged(data: bytes, cut: int, changes: list[tuple[int, int]]) -> bytes:
    """The file without its last `cut` bytes, and with some bytes changed."""
    mutable = bytearray(data[: max(len(data) - cut, 0)])
    for place, value in changes:
        if mutable:
            mutable[place % len(mutable)] = value
    return bytes(mutable)


changes = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6)


@fuzz
@given(st.sampled_from(PICTURES), st.integers(0, 40), changes)
def test_damaged_pictures(
    client: TestClient, picture: bytes, cut: int, changes: list[tuple[int, int]]
) -> None:
    data = damaged(picture, cut, changes)
    for path in ("/predict?details=true", "/gradients"):
        response = client.post(path, files={"image": data}, data={"label": "1"})
        assert response.status_code in (200, 413, 415, 422), response.text


@fuzz
@given(st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"BM"]), st.binary())
def test_bytes_that_only_begin_like_a_picture(
    client: TestClient, start: bytes, rest: bytes
) -> None:
    response = client.post("/predict", files={"image": start + rest})
    assert response.status_code in (413, 415, 422), response.text


@fuzz
@given(
    st.sampled_from(["/predict", "/predict/batch", "/gradients"]),
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("pixels", "label", "labels"), json_values | almost_images)
    ),
)
def test_json_of_any_shape(client: TestClient, path: str, body: dict[str, Any]) -> None:
    content = dump(body)
    response = client.post(path, content=content, headers={"content-type": "application/json"})
    assert response.status_code in (200, 400, 422), response.text


def dump(value: Any) -> bytes:
    """JSON with NaN, Infinity and lone surrogates, which the strict encoders refuse to write."""
    return json.dumps(value).encode("utf-8", "surrogatepass")


@fuzz
@given(st.sampled_from(["/train", "/train/sweep", "/models/active"]), json_values)
def test_json_for_the_changing_calls(client: TestClient, path: str, body: Any) -> None:
    method = "PUT" if path == "/models/active" else "POST"
    headers = {"content-type": "application/json"}
    response = client.request(method, path, content=dump(body), headers=headers)
    assert response.status_code in (202, 400, 404, 422, 429), response.text


@fuzz
@given(st.binary(max_size=400), st.sampled_from(["x", '"x"', "", "ä", "x" * 80]))
def test_forms_of_any_bytes(client: TestClient, body: bytes, boundary: str) -> None:
    kind = f"multipart/form-data; boundary={boundary}".encode()
    for path in ("/predict", "/gradients", "/models"):
        response = client.post(path, content=body, headers={"content-type": kind})
        assert response.status_code in (400, 415, 422), response.text


@fuzz
@given(cut=st.integers(0, 40), changes=changes)
def test_damaged_models(client: TestClient, cut: int, changes: list[tuple[int, int]]) -> None:
    data = damaged(client.get("/models/pretrained/weights").content, cut, changes)
    response = client.post("/models", files={"weights": data})
    assert response.status_code in (201, 422), response.text


@fuzz
@given(st.text(), st.text(), st.text())
def test_queries_of_any_text(client: TestClient, one: str, two: str, three: str) -> None:
    body = {"pixels": CLEAR.tolist(), "label": 1}
    query = {"details": one, "model": two, "learning_rate": three}
    for path in ("/predict", "/gradients"):
        response = client.post(path, json=body, params=query)
        assert response.status_code in (200, 404, 422), response.text
    assert client.get("/models", params={"cursor": one}).status_code in (200, 422)
    assert client.get("/train", params={"cursor": one}).status_code in (200, 422)
