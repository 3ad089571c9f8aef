"""What people send by mistake: each gets a 4xx that says what is wrong and what would be right."""

import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.app.conftest import Pixels, assert_problem, png

Serve = Callable[..., TestClient]
JSON = {"content-type": "application/json"}


def chunk(kind: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def huge_png(side: int) -> bytes:
    """A small file that claims side x side black pixels, 1 bit each."""
    row = b"\0" + bytes((side + 7) // 8)
    deflate = zlib.compressobj(9)
    packed = b"".join([deflate.compress(row * 100) for _ in range(side // 100)])
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", packed + deflate.flush()) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def predict(client: TestClient, data: bytes) -> Any:
    return client.post("/predict", files={"image": ("digit.png", data, "image/png")})


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_blank_picture(client: TestClient, grey: int) -> None:
    blank = png(np.full((60, 60), grey, np.uint8))
    assert_problem(predict(client, blank), 422, "blank", "faint", "darker")
    response = client.post("/gradients", files={"image": blank}, data={"label": "7"})
    assert_problem(response, 422, "blank")


def test_blank_pixels(client: TestClient) -> None:
    assert_problem(client.post("/predict", json={"pixels": [0] * 784}), 422, "blank", "Draw")


def test_a_text_file(client: TestClient) -> None:
    assert_problem(predict(client, b"Dear diary, today I drew a seven."), 415, "PNG", "JPEG")


def test_an_empty_file(client: TestClient) -> None:
    assert_problem(predict(client, b""), 422, "empty")


@pytest.mark.parametrize("kept", [10, 60, 200])
def test_a_truncated_png(client: TestClient, seven: Pixels, kept: int) -> None:
    problem = assert_problem(predict(client, png(seven)[:kept]), 422)
    assert "damaged" in problem["detail"]


def test_a_png_of_20000_by_20000(client: TestClient) -> None:
    data = huge_png(20_000)
    assert len(data) < 200_000
    assert_problem(predict(client, data), 413, "20,000 x 20,000")


@pytest.mark.parametrize("count", [0, 1, 783, 785, 1568])
def test_a_wrong_number_of_pixels(client: TestClient, count: int) -> None:
    response = client.post("/predict", json={"pixels": [1] * count})
    assert_problem(response, 422, "784", f"found {count}")


def test_rows_of_different_lengths(client: TestClient) -> None:
    rows = [[1] * 28] * 27 + [[1] * 29]
    assert_problem(client.post("/predict", json={"pixels": rows}), 422, "28 rows of 28")


def test_the_wrong_shape_of_the_right_size(client: TestClient) -> None:
    rows = np.ones((14, 56)).tolist()
    assert_problem(client.post("/predict", json={"pixels": rows}), 422, "[14, 56]")


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "256", "-1", "1e999"])
def test_a_number_that_is_no_grey_value(client: TestClient, word: str) -> None:
    body = '{"pixels": [' + "0," * 783 + word + "]}"
    response = client.post("/predict", content=body, headers=JSON)
    assert_problem(response, 422, "0 to 255", "at place 783")


@pytest.mark.parametrize("word", ['"7"', "null", "true", "{}", "9" * 400])
def test_what_is_no_number_at_all(client: TestClient, word: str) -> None:
    body = '{"pixels": [' + "0," * 783 + word + "]}"
    assert_problem(client.post("/predict", content=body, headers=JSON), 422, "0 to 255")


@pytest.mark.parametrize("pixels", [None, 7, "x" * 784, {"0": 1}, [[[1]]], [10**15] * 28])
@pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/gradients"])
def test_pixels_that_are_no_image(client: TestClient, path: str, pixels: Any) -> None:
    response = client.post(path, json={"pixels": pixels, "label": 1})
    assert_problem(response, 422, "784")


@pytest.mark.parametrize("body", ["", "{", '{"pixels": [1, 2', "\xff", "[" * 10_000])
@pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/gradients"])
def test_what_is_not_json(client: TestClient, path: str, body: str) -> None:
    response = client.post(path, content=body.encode("latin-1"), headers=JSON)
    assert_problem(response, 400, "not JSON")


@pytest.mark.parametrize("body", ["[]", "7", '"x"', "null"])
def test_json_that_is_no_object(client: TestClient, body: str) -> None:
    assert_problem(client.post("/predict", content=body, headers=JSON), 422, "object")


def test_a_missing_field(client: TestClient) -> None:
    assert_problem(client.post("/predict", json={"picture": [1]}), 422, "'pixels'")
    assert_problem(client.post("/predict", files={"photo": b"x"}), 422, "'image'")


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_content_type_that_is_not_taken(client: TestClient, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    response = client.post("/predict", content=b"pixels=1", headers=headers)
    assert_problem(response, 415, "multipart/form-data", "application/json", kind or "none")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\nno blank line"),
        ("multipart/form-data; boundary=x", b"--x\r\nA: b\r\n\r\n7\r\n--x--\r\n"),
    ],
    ids=["no boundary", "empty", "cut off", "no name"],
)
def test_a_damaged_form(client: TestClient, kind: str, body: bytes) -> None:
    response = client.post("/predict", content=body, headers={"content-type": kind})
    assert_problem(response, 400)


@pytest.mark.parametrize("size", [0, 1, 783, 785])
def test_a_batch_that_is_no_whole_number_of_images(client: TestClient, size: int) -> None:
    headers = {"content-type": "application/octet-stream"}
    response = client.post("/predict/batch", content=b"1" * size, headers=headers)
    assert_problem(response, 422, "n x 784", f"{size} bytes")


def test_a_batch_with_one_bad_image_says_which(client: TestClient) -> None:
    body = {"pixels": [[1] * 784, [1] * 783]}
    assert_problem(client.post("/predict/batch", json=body), 422, "Image 1", "783")
    assert_problem(client.post("/predict/batch", json={"pixels": []}), 422, "list of images")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("activation", "softplus"),
        ("learning_rate", -1),
        ("learning_rate", "fast"),
        ("epochs", 0),
        ("batch_size", 0),
        ("momentum", 2),
        ("hidden_layers", [0]),
        ("hidden_layers", []),
        ("preset", "worst"),
        ("schedule", "sometimes"),
        ("augment", "everything"),
        ("train_examples", 60_001),
        ("seed", -1),
        ("eopchs", 3),
    ],
)
def test_a_hyperparameter_out_of_range(client: TestClient, field: str, value: Any) -> None:
    problem = assert_problem(client.post("/train", json={field: value}), 422, field)
    assert any(error["field"].startswith(field) for error in problem["errors"])


def test_a_learning_rate_that_json_has_no_number_for(client: TestClient) -> None:
    response = client.post("/train", content='{"learning_rate": NaN}', headers=JSON)
    assert_problem(response, 422, "learning_rate")


def test_a_base_model_that_is_not_there(client: TestClient) -> None:
    response = client.post("/train", json={"base_model": "nobody"})
    assert response.status_code in (404, 422)
    assert "nobody" in response.json()["detail"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("id", ["nobody", "x" * 300, "a%00b"])
def test_an_unknown_job(client: TestClient, method: str, id: str) -> None:
    assert_problem(client.request(method, f"/train/{id}"), 404)


def test_the_events_of_an_unknown_job(client: TestClient) -> None:
    assert_problem(client.get("/train/nobody/events"), 404, "nobody")


def test_an_upload_past_the_limit(serve: Serve, seven: Pixels) -> None:
    client = serve(max_body_bytes=1024, max_image_bytes=1024)
    response = client.post("/predict", files={"image": png(seven, 280)})
    assert_problem(response, 413, "1,024 bytes", "smaller")


@pytest.mark.parametrize("query", ["details=perhaps", "details="])
def test_an_option_that_is_neither_true_nor_false(
    client: TestClient, seven: Pixels, query: str
) -> None:
    response = client.post(f"/predict?{query}", json={"pixels": seven.tolist()})
    assert_problem(response, 422, "details", "true or false")


@pytest.mark.parametrize("query", ["format=onnx", "check=2", "full=si"])
def test_an_option_of_gradients_that_is_not_offered(
    client: TestClient, seven: Pixels, query: str
) -> None:
    response = client.post(f"/gradients?{query}", json={"pixels": seven.tolist(), "label": 7})
    assert_problem(response, 422, query.partition("=")[0])
