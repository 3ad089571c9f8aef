"""Calls a student's `backprop` by what its parameters are named, or else by how many they are."""

import contextlib
import inspect
from typing import Any

import numpy as np

from app.sandbox.network import NAMES, Network, network_of
from app.sandbox.returned import StudentError, gradients_in

__all__ = ["gradients"]

RATE = 0.5  # of the step whose gradients are what it moved; dividing by it is exact
PLAIN, STEP, APART = "check.given_plain", "check.given_step", "check.given_apart"
#: What a parameter is, by its name in small letters.
ROLES = {
    "X": ("x", "xb", "x_batch", "x_train", "inputs", "images", "batch_x"),
    "y": ("y", "yb", "y_batch", "y_train", "y_true", "t", "target", "targets", "labels", "batch_y"),
    "params": ("params", "parameters", "param", "p", "theta", "weights", "model", "net", "network"),
    "rate": ("learning_rate", "lr", "rate", "alpha", "eta", "step_size"),
    **{name: (name.lower(),) for name in NAMES},
}
#: What each way of calling needs, by the roles of the parameters, in any order.
WAYS = {
    PLAIN: {"X", "y", "params"},
    STEP: {"X", "y", "params", "rate"},
    APART: {"X", "y", *NAMES},
}
BY_NUMBER = {
    3: ["X", "y", "params"],
    4: ["X", "y", "params", "rate"],
    6: ["X", "y", *NAMES],
}


def gradients(names: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
    """What `backprop` says of one task. What it raises has the sentence `given` of the call."""
    backprop = names.get("backprop")
    if not callable(backprop):
        raise StudentError("check.no_backprop")
    spelled = _positional(backprop)
    order = _roles(spelled)
    way = next(way for way, needed in WAYS.items() if needed == set(order))
    try:
        return _called(backprop, names, task, order, "Y" in spelled)
    except StudentError:
        raise
    except Exception as error:
        with contextlib.suppress(Exception):  # the class of it may be the student's
            error.given = way  # type: ignore[attr-defined]
        raise


def _positional(backprop: Any) -> list[str]:
    """The parameters that it needs, and a rate that it would be content without."""
    try:
        found = inspect.signature(backprop).parameters.values()
    except (TypeError, ValueError):
        raise StudentError("check.signature", found="?") from None
    by_place = [p for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p.name for p in by_place if p.default is p.empty]
    named = [p.name for p in found if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    rest = any(p.kind is p.VAR_POSITIONAL for p in found)
    if named:
        raise StudentError("check.signature", found=", ".join([*needed, "*", *named])[:200])
    if len(needed) == len(by_place) and rest and len(needed) < 3:
        return [*needed, *BY_NUMBER[3][len(needed) :]]
    optional = [p.name for p in by_place[len(needed) :]]
    steps = [name for name in optional[:1] if _role(name) == "rate"]
    network = any(name.lower() in ("model", "net", "network") for name in needed)
    return needed + (steps if network else [])


def _roles(spelled: list[str]) -> list[str]:
    """What to pass, in order."""
    by_name = [_role(name) for name in spelled]
    if set(by_name) in WAYS.values() and len(set(by_name)) == len(by_name):
        return by_name
    by_number = BY_NUMBER.get(len(spelled))
    # A name that is known stands where its like does, or the number says nothing.
    if by_number is None or any(
        known and known != due for known, due in zip(by_name, by_number, strict=True)
    ):
        raise StudentError("check.signature", found=", ".join(spelled)[:200])
    return by_number


def _role(name: str) -> str:
    return next((role for role, names in ROLES.items() if name.lower() in names), "")


def _called(
    backprop: Any, names: Any, task: Any, order: list[str], one_hot: bool
) -> dict[str, Any]:
    arrays = {name: task[name].copy() for name in NAMES}
    given: dict[str, Any] = {"X": task["X"].copy(), "y": task["y"].copy(), "rate": RATE, **arrays}
    if one_hot or "rate" in order:
        given["y"] = np.eye(len(arrays["b2"]))[task["y"]]
    if "rate" not in order:
        given["params"] = Network(arrays)
        return gradients_in(backprop(*(given[role] for role in order)))
    given["params"], place = network_of(names, task)
    for name in NAMES:
        place.put(name, arrays[name])
    before = {name: place.take(name) for name in NAMES}
    returned = backprop(*(given[role] for role in order))
    if returned is not None and returned is not given["params"]:
        return gradients_in(returned)
    return gradients_in({f"d{name}": (before[name] - place.take(name)) / RATE for name in NAMES})
