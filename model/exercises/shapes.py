"""Which submitted arrays have the shape of a gradient, and what the others look like."""

from array import array as packed
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import ExerciseError
from model.exercises.exercise import ARRAYS
from model.exercises.steps import Grads
from model.messages import Message

__all__ = ["exchanged_with", "fitting", "read_arrays", "shape_hint"]

NUMBERS = {int, float}
DEEPEST = 4  # lists within one another: a gradient has two


def read_arrays(submitted: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """The submitted arrays by name, as they came. Raises ExerciseError for what is no gradient."""
    unknown = [str(name)[:40] for name in submitted if name not in ARRAYS]
    if unknown:
        raise ExerciseError("exercise.names", found=unknown[:5], allowed=list(ARRAYS))
    return {name: _read(name, values) for name, values in submitted.items()}


def _read(name: str, values: Any) -> NDArray[Any]:
    # Looked at before NumPy sees them: it would make each as long a text as the longest.
    strange = _strange_type(values, DEEPEST)
    if strange is not None:
        raise ExerciseError("exercise.no_numbers", name=name, found=_called(strange))
    try:
        read = np.asarray(values)
    except ValueError:  # rows of different lengths
        raise ExerciseError("exercise.ragged", name=name) from None
    if read.dtype.kind not in "fiu":
        raise ExerciseError("exercise.no_numbers", name=name, found=_called(read.dtype.type))
    return read


def _called(kind: type) -> str | Message:
    """What a type is called by people; others keep the name that their authors gave them."""
    codes = {str: "text", np.str_: "text", type(None): "null", dict: "object", np.object_: "huge"}
    return Message(f"exercise_kind.{codes[kind]}", {}) if kind in codes else kind.__name__[:40]


def _strange_type(values: Any, depth: int) -> type | None:
    """The type of something in these lists within lists that is no number; None if all are."""
    kind = type(values)
    if kind in NUMBERS or isinstance(values, np.ndarray | np.number | bytearray | packed):
        return None
    if not isinstance(values, list | tuple) or not depth:
        return kind
    if set(map(type, values)) <= NUMBERS:
        return None
    strange = (_strange_type(each, depth - 1) for each in values)
    return next((each for each in strange if each is not None), None)


def fitting(arrays: Mapping[str, NDArray[Any]], right: Grads) -> Grads:
    """Those of the right shape, in float64; a bias's gradient may be (n,), (1, n) or (n, 1)."""
    fits: Grads = {}
    for name, array in arrays.items():
        shape = right[name].shape
        flat_bias = len(shape) == 1 and array.ndim == 2 and min(array.shape) == 1
        if array.shape == shape or (flat_bias and array.size == shape[0]):
            fits[name] = array.astype(np.float64).reshape(shape)
    return fits


def exchanged_with(name: str, arrays: Mapping[str, NDArray[Any]], right: Grads) -> str | None:
    """The gradient whose shape this array has, while that one's has this one's; None for none."""
    for other in arrays.keys() - {name}:
        shapes = right[other].shape, right[name].shape
        if shapes[0] != shapes[1] and (arrays[name].shape, arrays[other].shape) == shapes:
            return other
    return None


def shape_hint(
    name: str, arrays: Mapping[str, NDArray[Any]], right: Grads, examples: int
) -> Message:
    """What an array of another shape looks like."""
    expected, found = right[name].shape, arrays[name]
    other = exchanged_with(name, arrays, right)
    if other is not None:
        kind = "exchanged"
    elif len(expected) == 2 and found.shape == expected[::-1]:
        kind = "transposed"
    elif len(expected) == 1 and found.shape == (examples, *expected):
        kind = "not_summed"
    elif len(expected) == 1 and found.size == examples:
        kind = "along_units"
    elif found.size == right[name].size:
        kind = "flat"
    else:
        kind = "other"
    shapes = {"expected": _words(expected), "found": _words(found.shape)}
    return Message(f"exercise_shape.{kind}", {"name": name, "other": other, **shapes})


def _words(shape: tuple[int, ...]) -> str:
    return str(tuple(int(size) for size in shape))[:60]
