import asyncio
import io
import json
import re
import threading
import time
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.pools import CHECKS, CORES, heed
from app.schemas.predictions import Explanation
from model.network import backward, cross_entropy, forward, one_hot
from model.serialization.checkpoint import load_model
from tests.app.conftest import Pixels, assert_problem, png

Digits = tuple[Pixels, Pixels]


def explain(client: TestClient, pixels: Pixels, label: int, query: str = "") -> Any:
    response = client.post(f"/gradients{query}", json={"pixels": pixels.tolist(), "label": label})
    assert response.status_code == 200, response.text
    return response.json()


def test_the_answer_is_the_derivation_number_by_number(client: TestClient, seven: Pixels) -> None:
    answer = explain(client, seven, 7, "?full=true")
    classifier = load_model(client.get("/models/pretrained/weights").content)
    x, y = classifier.prepare(seven), one_hot(np.array([7]))
    trace = forward(classifier.parameters, x)
    expected = backward(classifier.parameters, trace, y)
    assert answer["loss"] == pytest.approx(cross_entropy(trace.z[-1], y), rel=1e-6)
    for name, gradient in expected.arrays().items():
        assert np.array_equal(np.array(answer["gradients"][name], np.float32), gradient)
        norm = float(np.linalg.norm(gradient))
        assert answer["norms"][name] == pytest.approx(norm, rel=1e-5)
    for given, delta in zip(answer["deltas"], expected.deltas, strict=True):
        assert np.array_equal(np.array(given, np.float32), delta[0])
    assert np.array_equal(np.array(answer["input"], np.float32), x[0])


def test_the_answer_has_the_documented_shape(client: TestClient, seven: Pixels) -> None:
    answer = explain(client, seven, 3)
    Explanation.model_validate(answer)
    assert answer["label"] == 3
    assert len(answer["input"]) == len(answer["input_gradient"]) == 784
    assert [len(delta) for delta in answer["deltas"]] == [128, 10]
    assert [len(layer["a"]) for layer in answer["layers"]] == [128, 10]
    assert set(answer["gradients"]) == {"b1", "W2", "b2"}
    assert set(answer["norms"]) == {"W1", "b1", "W2", "b2"}
    assert "check" not in answer
    assert "step" not in answer


def test_the_output_error_is_p_minus_y(client: TestClient, seven: Pixels) -> None:
    answer = explain(client, seven, 2)
    y = np.eye(10)[2]
    assert np.allclose(answer["deltas"][1], np.array(answer["probabilities"]) - y, atol=1e-6)
    assert answer["loss"] == pytest.approx(-np.log(answer["probabilities"][2]), rel=1e-3)


def test_w1_comes_only_when_it_is_asked_for(client: TestClient, seven: Pixels) -> None:
    assert np.shape(explain(client, seven, 7, "?full=true")["gradients"]["W1"]) == (784, 128)
    assert "W1" not in explain(client, seven, 7)["gradients"]


def test_finite_differences_agree(client: TestClient, seven: Pixels) -> None:
    check = explain(client, seven, 4, "?check=true")["check"]
    assert check["max_relative_error"] < 1e-7
    assert check["entries"] > 300
    assert check["epsilon"] > 0
    assert set(check["worst"]) >= {"name", "index", "analytic", "numeric"}


def test_one_step_lowers_the_loss_and_leaves_the_model_alone(
    client: TestClient, seven: Pixels
) -> None:
    before = explain(client, seven, 2)
    answer = explain(client, seven, 2, "?learning_rate=0.05")
    step = answer["step"]
    assert step["loss"] < answer["loss"]
    assert step["probabilities"][2] > answer["probabilities"][2]
    squared = sum(norm**2 for norm in answer["norms"].values())
    assert step["predicted_loss"] == pytest.approx(answer["loss"] - 0.05 * squared, rel=1e-5)
    assert answer["steps"] == [step]
    assert explain(client, seven, 2) == before


def test_more_steps_go_on_from_where_the_last_one_ended(client: TestClient, seven: Pixels) -> None:
    answer = explain(client, seven, 2, "?learning_rate=0.05&learning_rate=0.02&learning_rate=0.05")
    Explanation.model_validate(answer)
    losses = [answer["loss"], *(step["loss"] for step in answer["steps"])]
    assert len(losses) == 4
    assert losses == sorted(losses, reverse=True)
    assert answer["step"] == answer["steps"][-1]
    for before, step in zip(losses, answer["steps"], strict=False):
        promised = before - step["learning_rate"] * step["squared_norm"]
        assert step["predicted_loss"] == pytest.approx(promised, rel=1e-4)


def test_a_hundred_steps_are_enough(client: TestClient, seven: Pixels) -> None:
    body = {"pixels": seven.tolist(), "label": 7}
    query = "&".join(["learning_rate=100"] * 101)
    assert_problem(client.post(f"/gradients?{query}", json=body), 422, "learning_rate", "100")
    response = client.post(f"/gradients?{query[len('learning_rate=100&') :]}", json=body)
    assert response.status_code == 200


def test_a_small_step_does_what_the_gradient_promises(client: TestClient, seven: Pixels) -> None:
    step = explain(client, seven, 2, "?learning_rate=0.001")["step"]
    assert step["loss"] == pytest.approx(step["predicted_loss"], rel=1e-3)


def test_a_picture_and_a_form_field_do_the_same(client: TestClient, seven: Pixels) -> None:
    response = client.post("/gradients", files={"image": png(seven)}, data={"label": "7"})
    assert response.json() == explain(client, seven, 7)


def test_several_images_are_averaged(client: TestClient, digits: Digits) -> None:
    images, labels = digits[0][:3], digits[1][:3]
    body = {"pixels": images.tolist(), "labels": labels.tolist()}
    together = client.post("/gradients", json=body).json()
    Explanation.model_validate(together)
    single = [explain(client, x, int(y)) for x, y in zip(images, labels, strict=True)]
    assert together["label"] == labels.tolist()
    assert together["loss"] == pytest.approx(np.mean([one["loss"] for one in single]), abs=1e-6)
    mean = np.mean([one["gradients"]["W2"] for one in single], axis=0)
    assert np.allclose(together["gradients"]["W2"], mean, atol=1e-7)
    assert np.shape(together["input"]) == (3, 784)
    assert np.shape(together["deltas"][0]) == (3, 128)


def test_npz_holds_every_array_under_its_name(client: TestClient, seven: Pixels) -> None:
    body = {"pixels": seven.tolist(), "label": 7}
    response = client.post("/gradients?format=npz", json=body)
    assert response.headers["content-type"] == "application/octet-stream"
    arrays = np.load(io.BytesIO(response.content), allow_pickle=False)
    assert arrays["dW1"].shape == arrays["W1"].shape == (784, 128)
    assert " ".join(sorted(arrays)) == ("A1 D1 D2 P W1 W2 X Y Z1 Z2 b1 b2 dW1 dW2 dX db1 db2 loss")
    assert np.allclose(arrays["dW1"], arrays["X"].T @ arrays["D1"], atol=1e-7)
    assert np.allclose(arrays["D2"], arrays["P"] - arrays["Y"], atol=1e-7)


@pytest.mark.parametrize("rate", ["-1", "0", "nan", "inf", "1e9", "fast", ""])
def test_a_learning_rate_out_of_range_is_refused(
    client: TestClient, seven: Pixels, rate: str
) -> None:
    body = {"pixels": seven.tolist(), "label": 7}
    response = client.post(f"/gradients?learning_rate={rate}", json=body)
    assert_problem(response, 422, "learning_rate", "above 0")


@pytest.mark.parametrize("label", [11, -1, 1.0, True, "7", None, [7]])
def test_a_label_that_is_no_digit_is_refused(
    client: TestClient, seven: Pixels, label: object
) -> None:
    response = client.post("/gradients", json={"pixels": seven.tolist(), "label": label})
    assert_problem(response, 422, "label", "0 to 9")


@pytest.mark.parametrize("label", ["11", "seven", "", "７７", None])
def test_a_form_label_that_is_no_digit_is_refused(
    client: TestClient, seven: Pixels, label: str | None
) -> None:
    data = {} if label is None else {"label": label}
    response = client.post("/gradients", files={"image": png(seven)}, data=data)
    assert_problem(response, 422, "label")


def test_a_label_is_needed_for_each_image(client: TestClient, seven: Pixels) -> None:
    body = {"pixels": [seven.tolist()] * 2, "labels": [7]}
    assert_problem(client.post("/gradients", json=body), 422, "2 images, 1 labels")
    assert_problem(client.post("/gradients", json={"pixels": seven.tolist()}), 422, "'label'")


@pytest.mark.parametrize("digits", [20, 5000])
def test_a_label_of_many_digits_is_refused(client: TestClient, digits: int) -> None:
    picture = {"image": ("digit.png", b"no picture", "image/png")}
    answer = client.post("/gradients", files=picture, data={"label": "9" * digits})
    assert answer.status_code == 422
    assert answer.json()["code"] == "request.label"
    body = '{"pixels": [1' + ", 0" * 783 + '], "label": ' + "9" * digits + "}"
    answer = client.post("/gradients", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)


def labelled(images: int) -> dict[str, Any]:
    """A request's body in JSON; numbers of one digit, so that many images fit."""
    return {"pixels": [[0] * 392 + [9] * 392] * images, "labels": [7] * images}


def test_a_check_of_many_images_takes_fewer_entries(client: TestClient) -> None:
    """500 images took 10 s, 1,500 took 29 s of a processor; one takes a tenth of a second."""
    before = time.thread_time()
    check = client.post("/gradients?check=true", json=labelled(500)).json()["check"]
    assert time.thread_time() - before < 5  # of this thread alone
    assert 4 <= check["entries"] <= 100
    assert check["max_relative_error"] < 1e-6


def test_a_check_ends_when_its_client_has_gone(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.serving.explain.MOST_PRODUCTS", 10**15)
    monkeypatch.setattr("app.serving.explain.MOST_ENTRIES", 10**6)  # all of them: it takes an hour
    tried = threading.Event()
    monkeypatch.setattr("app.serving.explain.heed", lambda: (tried.set(), heed()))
    body = json.dumps(labelled(500)).encode()
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        assert await asyncio.to_thread(tried.wait, 60)
        return {"type": "http.disconnect"}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def leave() -> None:
        await client.app(scope("/gradients", b"check=true"), receive, send)  # type: ignore[operator]
        # All of the pool's threads are free again: each waits for the others.
        together = threading.Barrier(CORES)
        waiting = [CHECKS.run(None, together.wait, 30) for _ in range(CORES)]
        assert len(await asyncio.gather(*waiting)) == CORES

    asyncio.run(leave())
    assert sent[0]["status"] == 499  # to nobody


def scope(path: str, query: bytes) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "root_path": "",
    }


@pytest.mark.parametrize("form", ["json", "npz"])
def test_an_answer_larger_than_one_may_be_is_refused(client: TestClient, form: str) -> None:
    """1,500 images gave 36 MB."""
    answer = client.post(f"/gradients?format={form}", json=labelled(2100))
    assert_problem(answer, 413, "2,100 images")
    most = int(re.search(r"at most ([\d,]+)", answer.json()["detail"])[1].replace(",", ""))  # type: ignore[index]
    answer = client.post(f"/gradients?format={form}", json=labelled(most))
    assert answer.status_code == 200
    assert 2**22 < len(answer.content) <= 2**24
