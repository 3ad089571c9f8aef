"""The page's scripts that need no page, tested in Node: one test for each *.test.mjs beside this.

Numbers of the Python program that a script is held against are handed over as JSON.
"""

import base64
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.data.samples import MOST_POINTS, MOST_STROKES
from model.exercises import (
    LEVELS,
    Exercise,
    exercise,
    mistake,
    right_gradients,
    slope_portrait,
    wrong_gradients,
)
from model.network import Parameters, backward, cross_entropy, forward, initialize, one_hot
from model.preprocessing.gradient_features import DIRECTIONS, edge_features
from tests.node import node

SCRIPTS = sorted(Path(__file__).parent.glob("*.test.mjs"))


def npz(save: Callable[..., None] = np.savez, **arrays: np.ndarray) -> str:
    """An .npz file of these arrays, and of a text, in base64."""
    file = io.BytesIO()
    save(file, meta=np.array("text is skipped"), **arrays)
    return base64.b64encode(file.getvalue()).decode()


def npz_files() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    arrays = {
        "W1": rng.normal(size=(7, 3)).astype(np.float32),
        "b1": rng.normal(size=3),
        "labels": np.arange(5, dtype=np.uint8),
    }
    return {
        "stored": npz(np.savez, **arrays),
        "deflated": npz(np.savez_compressed, **arrays),
        "arrays": {name: [a.ravel().tolist(), list(a.shape)] for name, a in arrays.items()},
    }


def backward_pass() -> dict[str, Any]:
    """What /gradients says of one digit of a small network, and what the model derives of it."""
    rng = np.random.default_rng(2)
    layers = (6, 5, 4, 10)
    parameters = Parameters(layers, "tanh", dtype=np.float64)
    parameters.vector[:] = rng.normal(size=parameters.count)
    x = rng.uniform(size=(1, 6))
    trace = forward(parameters, x)
    gradients = backward(parameters, trace, one_hot(np.array([3]), dtype=np.float64))
    answer = {
        "label": 3,
        "loss": 1.0,
        "input": x[0].tolist(),
        "probabilities": trace.a[-1][0].tolist(),
        "layers": [
            {"z": z[0].tolist(), "a": a[0].tolist()}
            for z, a in zip(trace.z, trace.a[1:], strict=True)
        ],
        "deltas": [delta[0].tolist() for delta in gradients.deltas],
        "norms": {name: float(np.linalg.norm(a)) for name, a in gradients.arrays().items()},
        "input_gradient": [0.0] * 6,
    }
    return {
        "layers": layers,
        "weights": {name: array.ravel().tolist() for name, array in parameters.arrays().items()},
        "answer": answer,
        "dW2": gradients.weights[1].ravel().tolist(),
        "delta1": gradients.deltas[0][0].tolist(),
        "squaredNorm": float(gradients.vector @ gradients.vector),
    }


def one_network() -> dict[str, Any]:
    """The weights file of a small network, and the backward pass of a digit."""
    network = initialize((784, 4, 10), "sigmoid", np.random.default_rng(3))
    return {"weights": npz(**network.arrays()), "answer": backward_pass()["answer"]}


def edges_of_a_block() -> dict[str, Any]:
    block = np.zeros((1, 28, 28), np.uint8)
    block[0, 8:20, 10:18] = 255
    strength = edge_features(block.reshape(1, 784))[0].tolist()
    return {"directions": list(DIRECTIONS), "strength": strength}


def a_digit_derived() -> dict[str, Any]:
    """Both passes over one digit of a network in the text's shape, as the model derives them."""
    rng = np.random.default_rng(4)
    single = initialize((784, 8, 10), "sigmoid", rng)
    single.biases[0][:] = rng.normal(size=8)
    parameters = Parameters(single.layers, "sigmoid", single.vector.astype(np.float64))
    x = np.where(rng.uniform(size=(1, 784)) < 0.2, rng.uniform(size=(1, 784)), 0.0)
    trace = forward(parameters, x)
    y = one_hot(np.array([3]), dtype=np.float64)
    gradients = backward(parameters, trace, y)
    p = trace.a[-1][0]
    expected = {
        "z1": trace.z[0][0],
        "h": trace.a[1][0],
        "z2": trace.z[1][0],
        "yhat": p,
        "J": np.diag(p) - np.outer(p, p),
        "delta2": gradients.deltas[1][0],
        "delta1": gradients.deltas[0][0],
        "L": cross_entropy(trace.z[1], y),
    }
    return {
        "layers": parameters.layers,
        "weights": {name: array.ravel().tolist() for name, array in single.arrays().items()},
        "x": x[0].tolist(),
        "label": 3,
        "expected": {name: np.asarray(values).tolist() for name, values in expected.items()},
    }


def an_exercise() -> dict[str, Any]:
    """The levels, and an exercise with the gradients of who forgot σ′ and of who did not."""
    task = exercise(level=4, seed=3)
    trace = forward(task.parameters, task.X)
    right = right_gradients(task)
    wrong = wrong_gradients(task.parameters, task.X, task.targets, mistake("no_slope"))
    solved = task.solve()
    passes = {name: getattr(solved, name) for name in ("Y", "Z1", "H", "Z2", "P", "D2", "D1")}
    portraits = {"right": right, "forgotten": wrong}
    return {
        "levels": [
            {
                "layers": level.layers,
                "examples": level.examples,
                "asked": level.asked,
                "shown": level.shown,
            }
            for level in LEVELS.values()
        ],
        "shapes": {name: a.shape for name, a in {**task.arrays(), **right, **passes}.items()},
        "task": {
            "exercise": task.id,
            "layers": task.parameters.layers,
            "arrays": as_lists(task.arrays()),
            "gradients": as_lists(wrong),
        },
        "loss": cross_entropy(trace.z[-1], task.targets),
        "right": as_lists(right),
        "portraits": {name: portrait_of(grads, task) for name, grads in portraits.items()},
    }


def as_lists(arrays: Mapping[str, np.ndarray]) -> dict[str, list[Any]]:
    return {name: array.tolist() for name, array in arrays.items()}


def portrait_of(grads: dict[str, np.ndarray], task: Exercise) -> dict[str, list[float]]:
    portrait = slope_portrait(grads, task, 1e-4)
    assert portrait is not None
    return as_lists({"h": portrait.h, "slope": portrait.slope, "right": portrait.right})


FIXTURES: dict[str, Callable[[], dict[str, Any]]] = {
    "npz": npz_files,
    "backward": backward_pass,
    "guess": backward_pass,
    "wires": backward_pass,
    "derivation": a_digit_derived,
    "lesson": one_network,
    "features": edges_of_a_block,
    "exercises": an_exercise,
    "samples": lambda: {"strokes": MOST_STROKES, "points": MOST_POINTS},
}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name.split(".")[0])
def test_in_node(script: Path) -> None:
    fixture = FIXTURES.get(script.name.split(".")[0], dict)()
    done = node("--test-reporter=spec", script, stdin=json.dumps(fixture).encode())
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def test_a_script_that_fails_is_seen(tmp_path: Path) -> None:
    script = tmp_path / "wrong.test.mjs"
    script.write_text('import { test } from "node:test"; test("no", () => { throw Error("so"); });')
    done = node("--test-reporter=spec", script)
    assert done.returncode != 0
    assert b"so" in done.stdout


def test_every_fixture_has_its_script() -> None:
    assert FIXTURES.keys() <= {script.name.split(".")[0] for script in SCRIPTS}
