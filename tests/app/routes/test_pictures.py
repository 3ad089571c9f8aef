"""The forms in which a picture and its pixels may be sent."""

import base64
import io
import json
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.imaging import decode
from app.routes.bodies import QUICK_BYTES
from model.data.idx import load_mnist_part
from tests.app.conftest import Pixels, assert_problem, in_event_loop, png

JSON = {"content-type": "application/json"}


def digits_in_a_row(*indices: int) -> bytes:
    images = load_mnist_part("test")[0]
    row = np.hstack([images[index].reshape(28, 28) for index in indices])
    return png_of(np.asarray(Image.fromarray(255 - row).resize((280 * len(indices), 280))))


def png_of(grey: np.ndarray) -> bytes:
    picture = io.BytesIO()
    Image.fromarray(grey).save(picture, "PNG")
    return picture.getvalue()


def test_each_digit_of_a_picture_is_read(client: TestClient) -> None:
    """MNIST's first test digits are a 7, a 2 and a 1."""
    file = digits_in_a_row(0, 1, 2)
    answer = client.post("/predict?digits=many", files={"image": file}).json()
    assert answer["number"] == "721"
    assert [each["digit"] for each in answer["digits"]] == [7, 2, 1]
    assert all(len(each["pixels"]) == 784 for each in answer["digits"])
    lefts = [each["box"]["left"] for each in answer["digits"]]
    assert lefts == sorted(lefts)
    assert (answer["width"], answer["height"]) == (840, 280)
    one = client.post("/predict", files={"image": file}).json()
    assert one["uncertain"] is True


def test_pixels_too_may_be_asked_for_each_digit(client: TestClient, seven: Pixels) -> None:
    answer = client.post("/predict?digits=many", json={"pixels": seven.tolist()}).json()
    assert answer["number"] == "7"


def test_a_blank_picture_holds_no_digits(client: TestClient) -> None:
    blank = png(np.zeros(784, np.uint8), 280)
    assert_problem(client.post("/predict?digits=many", files={"image": blank}), 422, "No ink")
    assert_problem(client.post("/predict?digits=few", files={"image": blank}), 422, "one or many")


@pytest.mark.parametrize("kind", ["image/png", "image/x-anything", "application/octet-stream"])
def test_the_file_may_be_the_body(client: TestClient, seven: Pixels, kind: str) -> None:
    file, headers = png(seven, 280), {"content-type": kind}
    assert client.post("/predict", content=file, headers=headers).json()["digit"] == 7
    explained = client.post("/gradients?label=7", content=file, headers=headers).json()
    assert explained["label"] == 7
    assert_problem(client.post("/gradients", content=file, headers=headers), 422, "label=7")


@pytest.mark.parametrize("start", ["", "data:image/png;base64,", "DATA:image/png;base64,"])
def test_the_file_may_come_in_base64(client: TestClient, seven: Pixels, start: str) -> None:
    text = start + base64.b64encode(png(seven, 280)).decode()
    for path in ("/predict", "/predict?digits=many"):
        answer = client.post(path, json={"image": text}).json()
        assert answer.get("digit", answer.get("number")) in (7, "7")
    explained = client.post("/gradients", json={"image": text, "label": 7}).json()
    assert explained["label"] == 7
    asked = client.post("/gradients?label=7", json={"image": text}).json()
    assert asked["label"] == 7


@pytest.mark.parametrize("quoted", ["base64", "percent"])
def test_a_data_url_may_be_quoted(client: TestClient, seven: Pixels, quoted: str) -> None:
    file = png(seven, 280)
    urls = {
        "base64": "data:image/png;base64," + quote(base64.b64encode(file), safe=""),
        "percent": "data:image/png," + quote(file),
    }
    assert client.post("/predict", json={"image": urls[quoted]}).json()["digit"] == 7


def test_a_long_file_in_base64_and_in_a_form_is_read_aside(client: TestClient) -> None:
    """Grain that no compression makes small: more than is parsed on the event loop."""
    noise = np.random.default_rng(0).integers(200, 230, (400, 400)).astype(np.uint8)
    noise[100:300, 190:215] = 20
    file = png_of(noise)
    assert len(file) > QUICK_BYTES
    text = base64.b64encode(file).decode()
    sent = (
        client.post("/predict", json={"image": text}),
        client.post("/predict", files={"image": file}),
    )
    assert [answer.json()["digit"] for answer in sent] == [1, 1]


def test_only_tiny_pictures_are_read_in_the_event_loop(
    client: TestClient, seven: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_loop: list[tuple[str, bool]] = []
    for name in ("read_foreground", "read_digits", "stages"):
        work = getattr(decode, name)

        def noted(*given: Any, name: str = name, work: Any = work) -> Any:
            in_loop.append((name, in_event_loop()))
            return work(*given)

        monkeypatch.setattr(decode, name, noted)
    wide = png(np.pad(seven.reshape(28, 28), ((0, 0), (0, 8))))
    for file, here in ((png(seven, 28), True), (png(seven, 56), False), (wide, False)):
        in_loop.clear()
        for path in ("/predict", "/predict?digits=many", "/predict?details=true"):
            assert client.post(path, files={"image": file}).status_code == 200
        assert in_loop == [
            ("read_foreground", here),
            ("read_digits", here),
            ("read_foreground", here),
            ("stages", False),
        ]


@pytest.mark.parametrize("value", [7, "no base64!", "data:image/png;base64", None])
def test_what_is_no_base64_is_refused(client: TestClient, value: Any) -> None:
    assert_problem(client.post("/predict", json={"image": value}), 422, "base64")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_json_may_be_as_windows_writes_it(client: TestClient, seven: Pixels, encoding: str) -> None:
    body = json.dumps({"pixels": seven.tolist()}).encode(encoding)
    assert client.post("/predict", content=body, headers=JSON).json()["digit"] == 7
    body = json.dumps({"epochs": 0}).encode(encoding)
    assert_problem(client.post("/train", content=body, headers=JSON), 422, "epochs")


def wrongly_scaled(pixels: Pixels) -> dict[str, list[float]]:
    inked = 255 - pixels
    inked[0] = 0  # a pen may have reached a corner
    return {
        "from 0 to 1": (pixels / 255).tolist(),
        "black on white": inked.tolist(),
    }


@pytest.mark.parametrize("said", ["from 0 to 1", "black on white"])
def test_pixels_of_another_scale_are_refused(client: TestClient, seven: Pixels, said: str) -> None:
    wrong = wrongly_scaled(seven)[said]
    for path in ("/predict", "/predict?digits=many"):
        assert_problem(client.post(path, json={"pixels": wrong}), 422, said)
    assert_problem(client.post("/gradients", json={"pixels": wrong, "label": 7}), 422, said)
    batch = {"pixels": [seven.tolist(), wrong]}
    assert_problem(client.post("/predict/batch", json=batch), 422, "Image 1", said)
    batch["labels"] = [7, 7]
    assert_problem(client.post("/gradients", json=batch), 422, "Image 1", said)


def test_no_digit_of_mnist_is_taken_for_another_scale(client: TestClient) -> None:
    images = load_mnist_part("test")[0]
    headers = {"content-type": "application/octet-stream"}
    for sign, status in ((images[:5000], 200), (255 - images[:1], 422)):
        sent = client.post("/predict/batch", content=sign.tobytes(), headers=headers)
        assert sent.status_code == status


def test_lists_within_lists_are_refused(client: TestClient) -> None:
    body = '{"pixels":' + "[" * 900 + "true" + "]" * 900 + "}"
    assert client.post("/predict", content=body, headers=JSON).status_code == 422
