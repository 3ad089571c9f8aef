"""Which signatures `backprop` may have and what it may return, and what is said of others."""

import sys
import types
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.calling import gradients
from app.sandbox.returned import StudentError
from model.exercises import diagnose
from tests.app.sandbox.test_run import DICT, NETWORK, RIGHT, TASK, TEXT, failure

PLAIN = "def backprop(X, y, params):"
FOUR = "X.T @ D1, D1.sum(axis=0), H.T @ D2, D2.sum(axis=0)"
GOOD = RIGHT % ("pass", DICT)
APART = (
    GOOD.replace("X, y, params", "X, y, W1, b1, W2, b2")
    .replace("params.", "")
    .replace('params["b1"]', "b1")
)
ITEMS = TEXT.replace(
    "model.forward(X)",
    "(lambda e: e / e.sum(axis=1, keepdims=True))"
    "(np.exp(1 / (1 + np.exp(-(X @ model['W1'] + model['b1']))) @ model['W2'] + model['b2']))",
).replace("model.a1", "(1 / (1 + np.exp(-(X @ model['W1'] + model['b1']))))")
ITEMS = ITEMS.replace("model.z1", "X @ model['W1'] + model['b1']")


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What `backprop` of a text says, called in this process."""

    def call(text: str) -> dict[str, Any]:
        student = types.ModuleType("student")
        monkeypatch.setitem(sys.modules, "student", student)
        exec(text, vars(student))
        return gradients(vars(student), TASK.arrays())

    return call


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("params):", "params, reg=0.0):"),
        GOOD.replace("params):", "params, *, verbose=False):"),
        GOOD.replace("params):", "params, **kw):"),
        GOOD.replace("params):", "params, lr=0.1):"),
        GOOD.replace(PLAIN, "def backprop(*a):\n    X, y, params = a"),
        GOOD.replace("X, y, params", "params, X, y"),
        GOOD.replace("X, y, params", "X, y, model").replace("params", "model"),
        GOOD.replace("X, y, params", "inputs, labels, p")
        .replace("params", "p")
        .replace("    Y =", "    X, y = inputs, labels\n    Y ="),
        APART,
        APART.replace("X, y, W1, b1, W2, b2", "W1, b1, W2, b2, X, y"),
        GOOD.replace("params.", "params.").replace(PLAIN, PLAIN + "\n    W1, *_ = params.values()"),
        "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\n"
        "class Config:\n    eps: float = 0.0\n" + GOOD,
        "import pickle\nclass Own: pass\npickle.dumps(Own())\n" + GOOD,
        "import asyncio\nasync def waits(): await asyncio.sleep(0)\nasyncio.run(waits())\n" + GOOD,
        RIGHT % ("pass", f"0.5, {DICT}"),
        RIGHT % ("pass", f"{DICT}, 0.5"),
        RIGHT % ("pass", f"0.5, ({FOUR})"),
        RIGHT % ("pass", f"{{'loss': 0.5, 'grads': {DICT}}}"),
        RIGHT % ("pass", DICT.replace("'dW", "'dL_dW").replace("'db", "'dL_db")),
        RIGHT % ("pass", f"{{**params, **{DICT}}}"),
        "from collections import namedtuple\nG = namedtuple('G', 'dW2 db2 dW1 db1')\n"
        + RIGHT % ("pass", f"G(**{DICT})"),
        "import types\n" + RIGHT % ("pass", f"types.MappingProxyType({DICT})"),
        "import io\n"
        + RIGHT % (f"f = io.BytesIO(); np.savez(f, **{DICT}); f.seek(0)", "np.load(f)"),
        "from dataclasses import dataclass\n@dataclass(slots=True)\nclass G:\n"
        "    dW1: object\n    db1: object\n    dW2: object\n    db2: object\n"
        + RIGHT % ("pass", f"G({FOUR})"),
        TEXT.replace("model.w", "model.W"),
        TEXT.replace("learning_rate=0.01", "lr").replace("learning_rate", "lr"),
        TEXT.replace("X, y, model", "model, X, y"),
        ITEMS.replace("model.w1", "model['W1']").replace("model.w2", "model['W2']"),
        (TEXT + NETWORK).replace(".w1", ".W1").replace(".w2", ".W2"),
        TEXT + "\nclass Sigmoid:\n    def forward(self, z): return z\n",
        TEXT + NETWORK.replace("input_dim, hidden_dim, output_dim):", "sizes):\n"
        "        input_dim, hidden_dim, output_dim = sizes"),
    ],
)  # fmt: skip
def test_right_programs_are_right_however_they_take_and_give(called: Any, text: str) -> None:
    assert diagnose(called(text), TASK).right


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("X, y, params", "params, batch"), "backprop takes (params, batch)."),
        (GOOD.replace("X, y, params", "y, params, data"), "backprop takes (y, params, data)."),
        (GOOD.replace("params):", "params, *, scale):"), "backprop takes (X, y, params, *, scale)"),
        (RIGHT % ("pass", "0.5, 1.5"), "returned tuple of 2 (float, float)"),
        (RIGHT % ("pass", f"{DICT}, {DICT}"), "returned tuple of 2 (dict, dict)"),
        (GOOD.replace("[y]", "[Y]"), "y the labels 0..k-1 as m numbers"),
        (GOOD.replace("params.W1", "params.W3"), "params['W1'] or params.W1 (n, h)"),
        (TEXT.replace("dz2 = y_hat - y", "dz2 = np.eye(4)[y]"), "y one-hot (m, k)"),
        ("open('conf.json')", "Path(__file__).parent"),
    ],
)
def test_what_is_not_accepted_is_told_what_is(tmp_path: Path, text: str, words: str) -> None:
    said = failure(tmp_path, text)
    assert words in said
    assert "byhand calls backprop(" in said or "byhand called backprop(" in said or "open(" in text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("backprop = 3", "check.no_backprop"),
        ("backprop = max", "check.signature"),
        (GOOD.replace("X, y, params", "X, y"), "check.signature"),
        (GOOD.replace("X, y, params", "y, X, data"), "check.signature"),
        (GOOD.replace("params):", "params, *, scale):"), "check.signature"),
        (RIGHT % ("pass", "None"), "check.returned"),
        (RIGHT % ("pass", "{}"), "check.returned"),
        (RIGHT % ("pass", "0.5, 1.5"), "check.returned"),
        (RIGHT % ("pass", "np.zeros(3)"), "check.returned"),
        (RIGHT % ("pass", f"{DICT}, {DICT}"), "check.returned"),
        (RIGHT % ("pass", "{'dW1': [[1], [2, 3]]}"), "check.no_numbers"),
        (RIGHT % ("pass", "{'dW1': 'many'}"), "check.no_numbers"),
        (RIGHT % ("pass", "{'dW1': np.zeros(2**20 + 1)}"), "check.no_numbers"),
    ],
)
def test_what_cannot_be_judged_has_a_code(called: Any, text: str, code: str) -> None:
    with pytest.raises(StudentError) as error:
        called(text)
    assert error.value.code == code


def test_what_it_raises_carries_what_it_was_given(called: Any) -> None:
    with pytest.raises(IndexError) as error:
        called(GOOD.replace("[y]", "[y + 100]"))
    assert error.value.given == "check.given_plain"  # type: ignore[attr-defined]
