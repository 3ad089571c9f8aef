"""Reads the gradients out of what a student's `backprop` returned."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from app.sandbox.network import NAMES

__all__ = ["StudentError", "gradients_in"]

#: dW1, W1, w1, grad_W1, dL_dW1, gW_1, …
NAME = re.compile(r"(d|g|grad|grads|delta|nabla|∇|∂|d[LJCE]_?d|dloss_?d)?_?([wb])_?([12])", re.I)
MOST = 2**20  # numbers of one gradient; the largest that is asked for has 100,352


class StudentError(Exception):
    """Something to be told the student: a code of the messages, and its values."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values


def gradients_in(returned: Any) -> dict[str, Any]:
    """The gradients by name, copied: what was returned may change in the next call."""
    found = _found(returned)
    if not found:
        raise StudentError("check.returned", found=_described(returned))
    return {f"d{name}": _array(f"d{name}", value) for name, value in found.items()}


def _found(returned: Any) -> dict[str, Any]:
    """Gradients by W1, …; nothing if there are none, or in more than one place."""
    named = _by_name(returned)
    if named is None and isinstance(returned, (tuple, list)) and len(returned) == len(NAMES):
        return dict(zip(NAMES, returned, strict=True))
    inner = [returned] if named is None else list(named.values())
    if named is None and isinstance(returned, (tuple, list)):  # such as (loss, gradients)
        inner = list(returned)
    known = _known(named or {})
    if known or inner == [returned]:
        return known
    each = [_found(one) for one in inner if isinstance(one, (tuple, list)) or _by_name(one)]
    each = [one for one in each if one]
    return each[0] if len(each) == 1 else {}


def _by_name(returned: Any) -> Mapping[Any, Any] | None:
    if isinstance(returned, Mapping):
        return returned
    if isinstance(returned, tuple) and hasattr(returned, "_fields"):
        return dict(zip(returned._fields, returned, strict=True))
    if dataclasses.is_dataclass(returned) and not isinstance(returned, type):
        return {each.name: getattr(returned, each.name) for each in dataclasses.fields(returned)}
    if isinstance(returned, (np.ndarray, np.generic, type)):
        return None
    return getattr(returned, "__dict__", None)


def _known(named: Mapping[Any, Any]) -> dict[str, Any]:
    """Where both W1 and dW1 are there, the first is the parameter."""
    known: dict[str, Any] = {}
    matches = ((NAME.fullmatch(str(name)), name) for name in named)
    for match, name in sorted(
        ((match, name) for match, name in matches if match), key=lambda one: bool(one[0][1])
    ):
        letter = "W" if match[2] in "wW" else "b"
        known[f"{letter}{match[3]}"] = named[name]
    return known


def _array(name: str, value: Any) -> Any:
    try:
        array = np.array(value)
    except Exception as error:  # a ragged list, or whatever an object's __array__ raises
        raise StudentError("check.no_numbers", name=name, found=type(value).__name__) from error
    if array.dtype.kind not in "fiu":
        raise StudentError("check.no_numbers", name=name, found=str(array.dtype))
    if array.size > MOST:
        raise StudentError("check.no_numbers", name=name, found=f"{array.size} of them")
    return array


def _described(returned: Any) -> str:
    named = _by_name(returned)
    if isinstance(returned, (tuple, list)) and named is None:
        kinds = ", ".join(type(one).__name__ for one in returned[:8])
        return f"{type(returned).__name__} of {len(returned)} ({kinds})"
    if not isinstance(returned, Mapping):
        return type(returned).__name__
    return ", ".join(str(name) for name in list(returned)[:8])[:80] or "an empty dict"
