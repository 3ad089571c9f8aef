import base64
import io
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.schemas.predictions import SEVEN, BatchPrediction, Prediction
from model.network import softmax
from model.serialization.checkpoint import load_model, pretrained
from tests.app.conftest import Pixels, assert_problem, png

OCTETS = "application/octet-stream"
Digits = tuple[Pixels, Pixels]


@pytest.fixture
def cross() -> Pixels:
    """An X, (784,)."""
    y, x = np.mgrid[:28, :28]
    lines = np.minimum(abs(x - y), abs(x + y - 28)) <= 1
    return np.where(lines & (abs(y - 14) <= 9), 255, 0).astype(np.uint8).ravel()


def test_a_picture_is_read(client: TestClient, seven: Pixels) -> None:
    answer = client.post("/predict", files={"image": png(seven)}).json()
    assert answer["digit"] == 7
    assert answer["model"] == "pretrained"
    assert answer["confidence"] == max(answer["probabilities"])
    assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_documented_format_is_read(client: TestClient, seven: Pixels, form: str) -> None:
    response = client.post("/predict", files={"image": png(seven, 140, form)})
    assert response.json()["digit"] == 7


def test_flat_and_square_pixels_are_the_same_image(client: TestClient, seven: Pixels) -> None:
    flat = client.post("/predict", json={"pixels": seven.tolist()})
    square = client.post("/predict", json={"pixels": seven.reshape(28, 28).tolist()})
    assert flat.json() == square.json()


def test_fractions_are_numbers_too(client: TestClient, seven: Pixels) -> None:
    whole = client.post("/predict", json={"pixels": seven.tolist()}).json()
    halves = client.post("/predict", json={"pixels": (seven * 0.5).tolist()}).json()
    assert halves["digit"] == 7
    assert halves["probabilities"] != whole["probabilities"]


def test_json_pixels_are_taken_as_they_are(client: TestClient, seven: Pixels) -> None:
    corner = np.zeros((28, 28), np.uint8)
    corner[:20, :20] = seven.reshape(28, 28)[4:24, 4:24]
    answer = client.post("/predict?details=true", json={"pixels": corner.tolist()}).json()
    classifier = load_model(client.get("/models/pretrained/weights").content)
    expected = classifier.prepare(corner.reshape(1, 784))[0]
    assert np.array_equal(np.array(answer["input"], np.float32), expected)


def test_uploads_are_centred(client: TestClient, seven: Pixels) -> None:
    canvas = np.zeros((200, 200), np.uint8)
    canvas[10:38, 10:38] = seven.reshape(28, 28)
    assert client.post("/predict", files={"image": png(canvas)}).json()["digit"] == 7


def test_details_show_what_the_network_saw_and_each_layer(
    client: TestClient, seven: Pixels
) -> None:
    answer = client.post("/predict?details=true", json={"pixels": seven.tolist()}).json()
    Prediction.model_validate(answer)
    assert len(answer["input"]) == 784
    assert 0 <= min(answer["input"]) <= max(answer["input"]) <= 1
    upright = np.array(answer["upright"], np.float32)
    np.testing.assert_allclose(
        upright, pretrained().upright(seven.reshape(1, 784))[0] / 255, atol=1e-6
    )
    assert [len(layer["z"]) for layer in answer["layers"]] == [128, 10]
    assert [len(layer["a"]) for layer in answer["layers"]] == [128, 10]
    # As derived; the answer is calibrated.
    z = np.array(answer["layers"][-1]["z"])
    assert answer["temperature"] == pretrained().temperature != 1
    assert answer["calibrated"] is True
    for found, logits in (
        (answer["layers"][-1]["a"], z),
        (answer["probabilities"], z / answer["temperature"]),
    ):
        np.testing.assert_allclose(found, softmax(logits[None])[0], rtol=1e-4)


def test_details_show_how_a_picture_was_prepared(client: TestClient, seven: Pixels) -> None:
    response = client.post("/predict?details=true", files={"image": png(255 - seven, 140)})
    answer = response.json()
    Prediction.model_validate(answer)
    assert list(answer["stages"]) == ["grey", "ink", "small", "input"]
    sizes = {}
    for name, url in answer["stages"].items():
        data = base64.b64decode(url.removeprefix("data:image/png;base64,"))
        sizes[name] = Image.open(io.BytesIO(data)).size
    ink = sizes.pop("ink")  # cut to its bounding box
    assert max(ink) == pytest.approx(104, abs=6)
    assert sizes == {"grey": (140, 140), "small": (20, 20), "input": (28, 28)}


def test_without_details_the_answer_is_short(client: TestClient, seven: Pixels) -> None:
    answer = client.post("/predict?details=false", json={"pixels": seven.tolist()}).json()
    short = {"digit", "confidence", "probabilities", "uncertain", "reason", "model"}
    assert set(answer) == short
    Prediction.model_validate(answer)


def test_a_clear_digit_is_certain(client: TestClient, seven: Pixels) -> None:
    for url in ("/predict", "/predict?details=true"):
        answer = client.post(url, json={"pixels": seven.tolist()}).json()
        assert (answer["uncertain"], answer["reason"]) == (False, None)


@pytest.mark.parametrize("url", ["/predict", "/predict?details=true"])
def test_what_is_no_digit_is_uncertain_for_a_reason(
    client: TestClient, cross: Pixels, url: str
) -> None:
    answer = client.post(url, json={"pixels": cross.tolist()}).json()
    Prediction.model_validate(answer)
    assert answer["uncertain"] is True
    assert answer["reason"] == "This looks like a letter or a sign, not a digit."


def test_an_uploaded_picture_of_none_is_uncertain_too(client: TestClient) -> None:
    box = np.zeros((200, 200), np.uint8)
    box[40:160, 30:170] = 255
    answer = client.post("/predict", files={"image": png(box)}).json()
    assert answer["uncertain"] is True
    assert answer["reason"] == "This looks like a filled shape, not a digit."


def test_details_say_how_likely_each_kind_is(
    client: TestClient, seven: Pixels, cross: Pixels
) -> None:
    kinds = [
        client.post("/predict?details=true", json={"pixels": pixels.tolist()}).json()["kinds"]
        for pixels in (seven, cross)
    ]
    assert [max(one, key=one.get) for one in kinds] == ["digit", "letter or sign"]
    assert sum(kinds[0].values()) == pytest.approx(1, abs=1e-5)


def test_another_model_can_be_asked(client: TestClient, seven: Pixels) -> None:
    weights = client.get("/models/pretrained/weights").content
    id = client.post("/models", files={"weights": weights}).json()["id"]
    answer = client.post(f"/predict?model={id}", json={"pixels": seven.tolist()}).json()
    assert answer["model"] == id
    assert answer["digit"] == 7


def test_a_model_that_is_not_there_is_404(client: TestClient, seven: Pixels) -> None:
    response = client.post("/predict?model=nobody", json={"pixels": seven.tolist()})
    assert_problem(response, 404, "nobody", "GET /models")


def test_the_example_of_the_api_page_is_read(client: TestClient) -> None:
    assert client.post("/predict", json={"pixels": SEVEN}).json()["digit"] == 7


def test_a_batch_in_bytes_gives_bytes(client: TestClient, digits: Digits) -> None:
    images, labels = digits
    headers = {"content-type": OCTETS, "accept": OCTETS}
    response = client.post("/predict/batch", content=images.tobytes(), headers=headers)
    assert response.headers["content-type"] == OCTETS
    assert response.headers["x-model"] == "pretrained"
    probabilities = np.frombuffer(response.content, "<f4").reshape(-1, 10)
    assert len(probabilities) == len(images)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities.argmax(axis=1) == labels).mean() > 0.95


def test_a_batch_in_json_says_the_same(client: TestClient, digits: Digits) -> None:
    images, _ = digits
    body = {"pixels": images[:20].tolist()}
    answer = client.post("/predict/batch", json=body).json()
    BatchPrediction.model_validate(answer)
    headers = {"content-type": OCTETS, "accept": OCTETS}
    raw = client.post("/predict/batch", content=images[:20].tobytes(), headers=headers).content
    probabilities = np.frombuffer(raw, "<f4").reshape(-1, 10)
    assert np.array_equal(np.array(answer["probabilities"], np.float32), probabilities)
    assert answer["digits"] == probabilities.argmax(axis=1).tolist()


def test_a_batch_in_json_tells_which_are_uncertain(
    client: TestClient, seven: Pixels, cross: Pixels
) -> None:
    body = {"pixels": [seven.tolist(), cross.tolist()]}
    answer = client.post("/predict/batch", json=body).json()
    BatchPrediction.model_validate(answer)
    assert answer["uncertain"] == [False, True]
    assert answer["reasons"] == [None, "This looks like a letter or a sign, not a digit."]


def test_the_answers_are_in_the_order_of_the_images(client: TestClient, digits: Digits) -> None:
    images, _ = digits
    forwards = client.post("/predict/batch", json={"pixels": images[:9].tolist()}).json()
    backwards = client.post("/predict/batch", json={"pixels": images[8::-1].tolist()}).json()
    assert forwards["digits"] == backwards["digits"][::-1]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/json"),
        ("text/html, application/json;q=0.5, application/octet-stream;q=0.4", "application/json"),
        ("application/*", "application/json"),
        ("application/json;q=0.2, application/octet-stream", OCTETS),
    ],
)
def test_the_accept_header_chooses(
    client: TestClient, seven: Pixels, accept: str, media: str
) -> None:
    headers = {"content-type": OCTETS, "accept": accept}
    response = client.post("/predict/batch", content=seven.tobytes(), headers=headers)
    assert response.headers["content-type"] == media
    assert response.headers["vary"] == "Accept"


def test_a_type_that_is_not_offered_is_406(client: TestClient, seven: Pixels) -> None:
    headers = {"content-type": OCTETS, "accept": "image/png"}
    response = client.post("/predict/batch", content=seven.tobytes(), headers=headers)
    assert_problem(response, 406, OCTETS)


def test_test_images_are_read_as_pictures(client: TestClient, digits: Digits) -> None:
    images, labels = digits
    read = [
        client.post("/predict", files={"image": png(image)}).json()["digit"] for image in images
    ]
    assert (np.array(read) == labels).mean() > 0.95


def test_predicting_asks_the_store_nothing(
    client: TestClient, seven: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: Any) -> None:
        raise AssertionError("the store was asked")

    monkeypatch.setattr("app.store.engine.Database.read", closed)
    monkeypatch.setattr("app.store.engine.Database.begin", closed)
    assert client.post("/predict", json={"pixels": seven.tolist()}).status_code == 200
