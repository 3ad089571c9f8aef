"""Long JSON costs what it weighs: parsed as before where it is meant, refused where it is not."""

import json
from array import array
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from hypothesis import event, given
from hypothesis import strategies as st

from app.errors import Invalid
from app.routes.bodies import shown
from app.routes.long_json import parse_long
from tests.app.conftest import Pixels, assert_problem
from tests.app.cost import MB, MOST_GROWTH, MOST_PAUSE, Call, cost_of

PIXELS = [0] * 300 + [255] * 84 + [0] * 400
WARM = [Call("/predict", orjson.dumps({"pixels": PIXELS}))]

numbers = st.integers(-300, 300) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(max_size=6) | st.sampled_from(['"', "\\", '\\"[1', "[1, 2]", "]", ":[3"])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts | st.lists(numbers, max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def listed(value: Any) -> Any:
    """The value with lists in place of packed numbers."""
    if isinstance(value, list | bytearray | array):
        return [listed(each) for each in value]
    if isinstance(value, dict):
        return {name: listed(each) for name, each in value.items()}
    return value


@given(st.dictionaries(texts, values, max_size=4), st.sampled_from([None, 1]))
def test_it_reads_what_json_reads(value: Any, indent: int | None) -> None:
    body = json.dumps(value, ensure_ascii=False, indent=indent).encode()
    try:
        found = parse_long(body)
    except Invalid as error:  # a list of a number and something else, or too deep
        code = error.message.code
        event(code)
        if code not in ("request.json_numbers", "request.json_deep"):
            raise
    else:
        assert listed(found) == value


def test_a_list_of_lists_is_never_taken_for_a_place() -> None:
    body = b'{"a": [false], "b": [true], "c": [[7]], "d": "[0]", "e": [0], "f": [[]], "c2": [1.5]}'
    assert listed(parse_long(body)) == json.loads(body)


@pytest.mark.parametrize("body", [b'{"a": [1, 2', b'{"a": "b', b'{"a": [1, 2]', b'{"a": [1,, 2]}'])
def test_what_is_no_json_is_not_made_so(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_long(body)


@pytest.mark.parametrize("scale", [1, 0.5])
@pytest.mark.parametrize("rows", [False, True])
def test_a_long_batch_is_read_as_a_short_one(
    client: TestClient, digits: tuple[Pixels, Pixels], scale: float, rows: bool
) -> None:
    images = digits[0][:100].astype(int) * scale if scale != 1 else digits[0][:100]
    pixels = images.reshape(-1, 28, 28).tolist() if rows else images.tolist()
    whole = client.post("/predict/batch", json={"pixels": pixels}).json()
    digits_read = []
    for at in range(0, 100, 20):
        part = client.post("/predict/batch", json={"pixels": pixels[at : at + 20]})
        digits_read += part.json()["digits"]
    assert whole["digits"] == digits_read


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ([0] * 783 + [True], "something else"),
        ([0] * 783 + [None], "something else"),
        ([0] * 783 + ["1"], "something else"),
        ([0] * 783 + [[1]], "something else"),
        ([0] * 783 + [256], "256.0 at place 783"),
        ([0] * 783 + [-0.5], "-0.5 at place 783"),
        ([0] * 783, "783"),
        ([[0] * 28] * 27, "the shape [27, 28]"),
        ([[0] * 28] * 27 + [[0] * 27], "different lengths"),
        (["a"] * 784, "no number"),
        ("a", "no number"),
    ],
)
def test_in_a_long_batch_what_is_wrong_is_named(client: TestClient, what: Any, words: str) -> None:
    response = client.post("/predict/batch", json={"pixels": [*[PIXELS] * 99, what]})
    assert_problem(response, 422, words)


@pytest.mark.parametrize("deep", [60, 900, 1000])
def test_lists_however_deep_are_refused(client: TestClient, deep: int) -> None:
    nested = "[" * deep + "1" + "]" * deep
    for path, body in {
        "/predict": f'{{"pixels": {nested}}}',
        "/predict/batch": f'{{"pixels": {nested}}}',
        "/gradients": f'{{"pixels": {PIXELS}, "label": {nested}}}',
        "/check": f'{{"exercise": "1-42", "dW2": {nested}}}',
    }.items():
        response = client.post(path, content=body, headers={"content-type": "application/json"})
        assert_problem(response, 422)


def test_a_value_is_shown_however_huge_it_is() -> None:
    assert "digits" in shown([10**5000])
    assert len(shown(["a" * 10**6])) <= 40
    assert shown(bytearray([1, 2])) == "[1, 2]"


HOSTILE = {
    "a long text": orjson.dumps({"pixels": ["a" * 10**6, *[0] * 783]}),
    "a text that is short enough": orjson.dumps({"pixels": ["a" * 60_000, *[0] * 783]}),
    "a long text in a batch": orjson.dumps({"pixels": [["a" * 10**6, *[0] * 783]]}),
    "empty lists": b'{"pixels":[' + b",".join([b"[]"] * 1_600_000) + b"]}",
    "lists of lists": b'{"pixels":[' + b",".join([b"[[0],[0]]"] * 500_000) + b"]}",
    "objects": b'{"pixels":[' + b",".join([b"{}"] * 1_600_000) + b"]}",
    "texts": b'{"pixels":[' + b",".join([b'"ab"'] * 1_000_000) + b"]}",
    "numbers": b'{"pixels":[' + b",".join([b"-9"] * 1_600_000) + b"]}",
    "numbers behind another value": b'{"pixels":[null,' + b",".join([b"-9"] * 1_600_000) + b"]}",
    "keys": b"{" + b",".join(b'"%d":1' % n for n in range(400_000)) + b"}",
    "base64 in short lines": b'{"image":"' + b"AB " * 1_600_000 + b'"}',
    "a percent-encoded picture": b'{"image":"data:,' + b"%41" * 1_600_000 + b'"}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=list(HOSTILE))
@pytest.mark.parametrize("path", ["/predict", "/predict/batch"])
def test_a_hostile_body_costs_no_more_than_it_weighs(
    tmp_path: Path, path: str, body: bytes
) -> None:
    cost = cost_of(tmp_path, Call(path, body), warm=WARM)
    assert cost.status in (415, 422), cost
    assert cost.grown < MOST_GROWTH, cost
    assert cost.pause < MOST_PAUSE, cost


@pytest.mark.parametrize("name", ["a long text", "empty lists", "numbers"])
def test_so_does_one_for_an_exercise(tmp_path: Path, name: str) -> None:
    body = HOSTILE[name].replace(b'{"pixels":', b'{"exercise":"1-42","dW2":')
    cost = cost_of(tmp_path, Call("/check", body), warm=WARM)
    assert cost.status == 422, cost
    assert cost.grown < MOST_GROWTH, cost
    assert cost.pause < MOST_PAUSE, cost


@pytest.mark.parametrize("number", [b"0", b"0.5"])
def test_so_does_an_honest_batch_of_5_mb(tmp_path: Path, number: bytes) -> None:
    image = b"[9," + b",".join([number] * 783) + b"]"
    body = b'{"pixels":[' + b",".join([image] * (5 * MB // (len(image) + 1) - 1)) + b"]}"
    cost = cost_of(tmp_path, Call("/predict/batch", body), warm=WARM)
    assert cost.status == 200, cost
    assert cost.grown < MOST_GROWTH, cost
    assert cost.pause < MOST_PAUSE, cost
