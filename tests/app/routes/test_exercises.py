"""GET /exercise and POST /check: what is handed out, what is said of it, what is refused."""

import io
import json
import zipfile
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray

from model.exercises import ARRAYS, LEVELS, diagnose, exercise, exercise_of, right_gradients
from tests.app.conftest import assert_problem
from tests.app.sandbox.test_run import DICT, RIGHT

NPZ = "application/octet-stream"


def packed(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def opened(content: bytes) -> dict[str, NDArray[Any]]:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return dict(file)


def sent(client: TestClient, data: bytes, id: str | None = "5-3", query: str = "") -> Any:
    fields = {"exercise": id} if id else {}
    return client.post(f"/check{query}", data=fields, files={"gradients": ("mine.npz", data)})


@pytest.mark.parametrize("level", LEVELS)
def test_an_exercise_is_what_level_and_seed_make(client: TestClient, level: int) -> None:
    answer = client.get("/exercise", params={"level": level, "seed": 9})
    assert answer.headers["X-Exercise"] == f"{level}-9"
    assert answer.headers["Content-Type"] == NPZ
    arrays = opened(answer.content)
    assert str(arrays.pop("exercise")) == f"{level}-9"
    assert arrays.keys() == {"W1", "b1", "W2", "b2", "X", "y"}
    for name, array in exercise(level, 9).arrays().items():
        assert np.array_equal(arrays[name], array)
        assert arrays[name].dtype == (np.int64 if name == "y" else np.float64)


@pytest.mark.parametrize("how", [{"headers": {"Accept": "application/json"}}, {"format": "json"}])
def test_json_has_the_steps_that_the_level_shows(client: TestClient, how: dict[str, Any]) -> None:
    headers = how.get("headers", {})
    query = {"level": 7, "seed": 1} | {k: v for k, v in how.items() if k != "headers"}
    sheet = client.get("/exercise", params=query, headers=headers).json()
    task = exercise(7, 1)
    assert sheet["exercise"] == "7-1"
    assert sheet["layers"] == [14, 11, 6]
    assert sheet["asked"] == list(ARRAYS)
    assert sheet["shown"].keys() == {"Y", "Z1"}
    assert np.array_equal(sheet["shown"]["Z1"], task.solve().Z1)
    assert np.array_equal(sheet["arrays"]["W1"], task.parameters.weights[0])
    assert "gradients" not in sheet


def test_a_planted_mistake_is_wrong_and_named_by_check(client: TestClient) -> None:
    named = set()
    for level, seed in ((4, 1), (5, 2), (1, 3), (8, 4)):
        query = {"level": level, "seed": seed, "planted": True, "format": "json"}
        sheet = client.get("/exercise", params=query).json()
        assert sheet["gradients"].keys() == set(ARRAYS)
        body = {"exercise": sheet["exercise"], "gradients": sheet["gradients"]}
        checked = client.post("/check", json=body).json()
        assert not checked["right"]
        assert checked["mistakes"]
        named |= {each["number"] for each in checked["mistakes"]}
    assert len(named) > 2


@pytest.mark.parametrize("level", [1, 5, 10])
def test_right_gradients_are_right(client: TestClient, level: int) -> None:
    task = exercise(level, 3)
    grads = right_gradients(task)
    checked = sent(client, packed(**grads), task.id).json()
    assert checked["right"] is True
    assert {each["verdict"] for each in checked["arrays"].values()} == {"right"}
    assert checked["mistakes"] == checked["explanations"] == []
    slope, right = checked["slope"]["slope"], checked["slope"]["right"]
    assert np.allclose(slope, right, rtol=1e-5)
    body = {"exercise": task.id} | {name: g.tolist() for name, g in grads.items()}
    assert client.post("/check", json=body).json()["right"] is True
    sums = {name: g * len(task.X) for name, g in grads.items()}
    assert sent(client, packed(**sums), task.id, "?convention=sum").json()["right"] is True


def test_the_answer_is_the_diagnosis(client: TestClient) -> None:
    task = exercise(5, 3)
    grads = {name: g * len(task.X) for name, g in right_gradients(task).items()}
    checked = sent(client, packed(**grads, exercise=np.array("5-3")), id=None).json()
    found = diagnose(grads, task)
    assert checked["exercise"] == "5-3"
    assert checked["explanations"] == [[1]]
    assert checked["mistakes"][0]["name"] == found.mistakes[0].name == "no 1/m"
    assert checked["arrays"]["dW2"]["verdict"] == "wrong"
    assert checked["arrays"]["dW1"]["verdict"] == "right_given_yours"
    assert checked["arrays"]["dW2"]["relative_error"] == 6.0


def test_who_sends_the_exercises_own_file_back_is_understood(client: TestClient) -> None:
    arrays = opened(client.get("/exercise?level=4&seed=2").content)
    grads = right_gradients(exercise_of("4-2"))
    assert sent(client, packed(**arrays, **grads), id=None).json()["right"] is True


def test_what_is_not_there_is_missing_and_null_is_not_there(client: TestClient) -> None:
    body = {"exercise": "5-3", "dW1": None, "db2": right_gradients(exercise(5, 3))["db2"].tolist()}
    arrays = client.post("/check", json=body).json()["arrays"]
    assert [arrays[name]["verdict"] for name in ("dW2", "db2", "dW1", "db1")] == [
        *("missing", "right", "missing", "missing")
    ]


def bomb() -> bytes:
    """An array that claims a gigabyte, packed into a megabyte."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        head = io.BytesIO()
        shape = {"shape": (2**27,), "fortran_order": False, "descr": "<f8"}
        np.lib.format.write_array_header_1_0(head, shape)
        with archive.open("dW1.npy", "w", force_zip64=True) as member:
            member.write(head.getvalue())
            for _ in range(32):
                member.write(bytes(2**20))
    return file.getvalue()


def short() -> bytes:
    """An array whose header claims a gigabyte and that has a few bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        head = io.BytesIO()
        shape = {"shape": (2**27,), "fortran_order": False, "descr": "<f8"}
        np.lib.format.write_array_header_1_0(head, shape)
        archive.writestr("dW1.npy", head.getvalue() + b"few")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a whole .npz"),
        (b"PK\x03\x04 no", "not a whole .npz"),
        (packed(dW1=np.zeros(3))[:-30], "not a whole .npz"),
        (packed(dW1=np.array([{}], dtype=object)), "pickled"),
        (packed(W9=np.zeros(3)), "W9 is no gradient"),
        (packed(dW1=np.array(["a"])), "expected an array of real numbers"),
        (packed(dW1=np.array([1j])), "expected an array of real numbers"),
        (bomb(), "bytes; at most"),
        (short(), "expected size in bytes"),
    ],
)
def test_files_that_are_no_gradients_are_refused_in_words(
    client: TestClient, data: bytes, words: str
) -> None:
    answer = sent(client, data)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"dW1": [[1]]}, 422, "exercise"),
        ({"exercise": 5}, 422, "exercise"),
        ({"exercise": "5"}, 422, "its id is LEVEL-SEED"),
        ({"exercise": "11-1"}, 422, "no level 11"),
        ({"exercise": "5-99999999999"}, 422, "seed must lie from 0"),
        ({"exercise": "5-1", "gradients": [1]}, 422, "JSON object"),
        ({"exercise": "5-1", "W1": [[1]]}, 422, "W1 is no gradient"),
        ({"exercise": "5-1", "dW1": [[1], [1, 2]]}, 422, "different lengths"),
        ({"exercise": "5-1", "dW1": [["1"]]}, 422, "real numbers"),
        ({"exercise": "5-1", "dW1": [[None]]}, 422, "real numbers"),
        ({"exercise": "5-1", "dW1": [[True]]}, 422, "real numbers"),
        ({"exercise": "5-1", "dW1": {"a": 1}}, 422, "real numbers"),
        ({"exercise": "5-1", "dW1": [10**400]}, 422, "real numbers"),
        ([1], 422, "JSON object"),
    ],
)
def test_json_that_is_no_submission_is_refused_in_words(
    client: TestClient, body: Any, status: int, words: str
) -> None:
    text = json.dumps(body)
    headers = {"Content-Type": "application/json"}
    answer = client.post("/check", content=text, headers=headers)
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_numbers_that_are_none_and_other_shapes_are_verdicts(client: TestClient) -> None:
    grads = right_gradients(exercise(5, 3))
    odd = {**grads, "dW2": grads["dW2"].T, "db1": grads["db1"] * np.nan}
    checked = sent(client, packed(**odd))
    assert checked.status_code == 200
    assert checked.json()["arrays"]["dW2"]["verdict"] == "shape"
    assert "transposed" in checked.json()["arrays"]["dW2"]["hint"]
    assert checked.json()["arrays"]["db1"]["verdict"] == "wrong"
    deep = "[" * 100 + "]" * 100
    text = f'{{"exercise": "5-3", "db1": {deep}, "db2": [NaN, Infinity, 1, 2, 3]}}'
    headers = {"Content-Type": "application/json"}
    assert client.post("/check", content=text, headers=headers).status_code in (200, 422)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "level"),
        ("level=0", "1 or more"),
        ("level=11", "10 or less"),
        ("level=1&seed=-1", "0 or more"),
        ("level=1&seed=4294967296", "seed"),
        ("level=1&format=xml", "npz"),
    ],
)
def test_there_are_ten_levels(client: TestClient, query: str, words: str) -> None:
    answer = client.get(f"/exercise?{query}")
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert client.get("/exercise?level=1", headers={"Accept": "image/png"}).status_code == 406


def test_another_body_or_convention_is_refused(client: TestClient) -> None:
    assert client.post("/check", content=b"x").status_code == 415
    answer = sent(client, packed(), query="?convention=median")
    assert answer.status_code == 422
    assert "mean" in answer.json()["detail"]
    assert client.post("/check", data={"exercise": "5-1"}).status_code in (415, 422)
    body = {"files": {"gradients": ("g.npz", packed(dW1=np.zeros(3)))}}
    assert "exercise" in client.post("/check", **body).json()["detail"]


CODE = RIGHT % ("pass", DICT)


def test_code_is_not_run_unless_the_operator_says_so(client: TestClient) -> None:
    files = {"code": ("mine.py", CODE.encode())}
    answer = client.post("/check", data={"exercise": "5-3"}, files=files)
    assert_problem(answer, 403, "runs no code")


def test_code_is_judged_where_it_may_run(serve: Any) -> None:
    client = serve(run_code=True)

    def sent_code(text: str, **more: Any) -> Any:
        files = {"code": ("mine.py", text.encode())}
        return client.post("/check", data={"exercise": "5-3"}, files=files, **more)

    assert sent_code(CODE).json()["right"] is True
    wrong = sent_code(CODE.replace("* H * (1 - H)", "* 1")).json()
    assert wrong["exercise"] == "5-3"
    assert wrong["explanations"] == [[30]]
    assert np.allclose(wrong["slope"]["slope"], 1)
    assert_problem(sent_code("1 / 0"), 422, "ZeroDivisionError")
    assert_problem(sent_code("import os; os._exit(0)"), 422, "without an answer")
    assert_problem(client.post("/check", files={"code": ("a.py", b"")}), 422, "exercise")


def test_code_needs_the_key_where_one_is_set(serve: Any) -> None:
    client = serve(run_code=True, api_key="sesame")
    files = {"code": ("mine.py", CODE.encode())}
    data = {"exercise": "5-3"}
    assert_problem(client.post("/check", data=data, files=files), 401, "key")
    headers = {"X-API-Key": "sesame"}
    assert client.post("/check", data=data, files=files, headers=headers).json()["right"] is True


def test_a_file_of_another_exercise_is_not_judged_as_this_one(client: TestClient) -> None:
    file = packed(**right_gradients(exercise(6, 1)), exercise=np.array("6-1"))
    assert_problem(sent(client, file, "5-1"), 422, "for exercise 6-1, and was handed in for 5-1")
    assert sent(client, file, "6-1").json()["right"] is True


def test_a_slip_is_pointed_at(client: TestClient) -> None:
    grads = {name: g.round(4).tolist() for name, g in right_gradients(exercise(3, 1)).items()}
    grads["dW1"][0][1] = -grads["dW1"][0][1]
    found = client.post("/check", json={"exercise": "3-1", **grads}).json()["arrays"]["dW1"]
    assert found["entries"] == [[0, 1]]
    assert "dW1[0, 1]" in found["hint"]
