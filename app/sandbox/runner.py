"""Calls `backprop` of a student's file: python -m app.sandbox.runner FILE FOLDER SECONDS.

FOLDER has `task.npz`, arrays named CALL/W1, …; what `backprop` returned is written there as
`grads.npz`, CALL/dW1, …, or what went wrong as `failed.json`.
"""

import inspect
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from app.sandbox import limits

FILE, FOLDER, SECONDS = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
limits.without_network()

import numpy as np  # noqa: E402 (it may start threads, which cannot leave the network)

NAMES = ("W1", "b1", "W2", "b2")
RATE = 0.5  # of the step whose gradients are what it moved; dividing by it is exact


class Params(dict[str, Any]):
    """W1 b1 W2 b2, as params["W1"] and as params.W1."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Model:
    """The network as the text's class has it: biases are rows, `forward` keeps what it computed."""

    w1: Any
    b1: Any
    w2: Any
    b2: Any

    def forward(self, X: Any) -> Any:
        """The probabilities P (m, k)."""
        self.z1 = X @ self.w1 + self.b1
        self.a1 = self.h = 1 / (1 + np.exp(-self.z1))
        self.z2 = self.a1 @ self.w2 + self.b2
        e = np.exp(self.z2 - self.z2.max(axis=1, keepdims=True))
        self.a2 = self.f_c = e / e.sum(axis=1, keepdims=True)
        return self.a2


class StudentError(Exception):
    """Something to be told the student: a code of the messages, and its values."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values


def load(path: Path) -> dict[str, Any]:
    """Run the file, and give what it defines."""
    sys.path.insert(0, str(path.parent))
    names: dict[str, Any] = {"__name__": "student", "__file__": str(path)}
    exec(compile(path.read_bytes(), str(path), "exec"), names)
    return names


def gradients(names: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
    """What `backprop` says of one task, by whichever of the two signatures it has."""
    backprop = names.get("backprop")
    if not callable(backprop):
        raise StudentError("check.no_backprop")
    parameters = list(inspect.signature(backprop).parameters)
    X, labels = task["X"].copy(), task["y"].copy()
    Y = np.eye(len(task["b2"]))[labels]
    if len(parameters) >= 4:
        return by_its_steps(backprop, names, task, X, Y)
    if len(parameters) != 3:
        raise StudentError("check.signature", found=", ".join(parameters))
    targets = Y if parameters[1] == "Y" else labels
    params = Params({name: task[name].copy() for name in NAMES})
    return named(backprop(X, targets, params))


def by_its_steps(backprop: Any, names: dict[str, Any], task: Any, X: Any, Y: Any) -> dict[str, Any]:
    """The gradients of the text's signature: what one step moved, divided by its rate."""
    model = own_model(names, task)
    for name in NAMES:
        array = task[name].copy()
        setattr(model, name.lower(), array[None] if array.ndim == 1 else array)
    before = {name: getattr(model, name.lower()).copy() for name in NAMES}
    returned = backprop(X, Y, model, RATE)
    if returned is not None:
        return named(returned)
    after = {name: np.asarray(getattr(model, name.lower())) for name in NAMES}
    return {f"d{name}": (before[name] - after[name]) / RATE for name in NAMES}


def own_model(names: dict[str, Any], task: Any) -> Any:
    """The student's own network if the file has a class with `forward`, else the one above."""
    for each in list(names.values()):
        if inspect.isclass(each) and each.__module__ == "student" and hasattr(each, "forward"):
            make: Any = each
            return make(*task["W1"].shape, len(task["b2"]))
    return Model()


def named(returned: Any) -> dict[str, Any]:
    """The gradients by name, of a dictionary, of four in the order of the parameters, or more."""
    if isinstance(returned, (tuple, list)) and len(returned) == 4:
        returned = dict(zip(NAMES, returned, strict=True))
    if hasattr(returned, "__dict__") and not isinstance(returned, dict):
        returned = vars(returned)
    if not isinstance(returned, dict):
        raise StudentError("check.returned", found=type(returned).__name__)
    known = {}
    for name, array in returned.items():
        plain = str(name).lower().removeprefix("grad_").removeprefix("d").lstrip("_")
        if plain in ("w1", "b1", "w2", "b2"):
            plain = plain.replace("w", "W")
            known[f"d{plain}"] = np.asarray(array)
    if not known:
        raise StudentError(
            "check.returned", found=", ".join(map(str, returned))[:80] or "an empty dict"
        )
    odd = [name for name, array in known.items() if array.dtype.kind not in "fiu"]
    if odd:
        raise StudentError("check.no_numbers", name=odd[0], found=str(known[odd[0]].dtype))
    return known


def tasks() -> dict[str, dict[str, Any]]:
    """The arrays of each call, by their names."""
    found: dict[str, dict[str, Any]] = {}
    with np.load(FOLDER / "task.npz", allow_pickle=False) as file:
        for full, array in file.items():
            call, _, name = full.partition("/")
            found.setdefault(call, {})[name] = array
    return found


def main() -> None:
    """Run the file within limits, and write what came of it."""
    calls, path = tasks(), FILE.resolve()
    sys.argv = [FILE.name]
    os.chdir(FOLDER)
    limits.limit_resources(SECONDS + 1)  # whoever waits notices first, and says so
    limits.watch_over(str(FOLDER))
    try:
        names = load(path)
        found = {
            f"{call}/{name}": array
            for call, task in calls.items()
            for name, array in gradients(names, task).items()
        }
        np.savez(FOLDER / "grads.npz", allow_pickle=False, **found)
    except BaseException as error:
        text = json.dumps(told(error, path))
        (FOLDER / "failed.json").write_text(text, encoding="utf-8")


def told(error: BaseException, path: Path) -> dict[str, Any]:
    """What went wrong, with the lines of the student's own file that led there."""
    if isinstance(error, StudentError):
        return {"code": error.code, "values": error.values}
    if isinstance(error, SystemExit):
        return {"code": "check.exited", "values": {}}
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    lines = [f"{path.name}:{f.lineno}: {f.line}" for f in frames[-5:]]
    if isinstance(error, SyntaxError):
        lines = [f"{path.name}:{error.lineno}: {(error.text or '').strip()}"]
    message = f"{type(error).__name__}: {error}"[:500]
    return {"code": "check.raised", "values": {"error": message, "lines": lines}}


main()
