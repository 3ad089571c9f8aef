"""Whether the numbers of an exercise for the pencil show every mistake that they can show.

Rounded numbers of so few may hide a mistake by chance: where W2 is symmetric, nobody sees that its
transpose was forgotten. Such numbers are drawn again.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from model.exercises.mistakes import MISTAKES, steps_with
from model.exercises.steps import RIGHT, Batch, Grads
from model.network import Parameters

__all__ = ["tells"]

APART = 0.05  # of the largest number: more than what rounding on the way makes
LEAST = 0.02  # of each gradient's largest number: three decimals say something about it
#: Without those that depend on a value of their own, or that change what no pencil would.
FORMS = tuple(
    each
    for each in MISTAKES
    if (each.changes or each.factors)
    and each.form not in {"normalised", "normalised_each", "float16", "whole_numbers"}
)


def tells(batch: Batch, asked: Sequence[str]) -> bool:
    """Whether every mistake changes the gradients in `asked` by more than rounding does.

    What changes nothing in numbers of no special kind is left out: it cannot be seen at this size,
    such as a forgotten 1/m where m is 1.
    """
    right = RIGHT.run(batch.parameters, batch.X, batch.Y).grads
    if min(float(np.abs(right[name]).max()) for name in asked) < LEAST:
        return False
    unseen = _unseen(batch.parameters.layers, len(batch.X), tuple(asked))
    forms = (each for at, each in enumerate(FORMS) if at not in unseen)
    return all(
        _apart(steps_with(each).run(batch.parameters, batch.X, batch.Y).grads, right, asked)
        for each in forms
    )


def _apart(wrong: Grads, right: Grads, asked: Sequence[str], apart: float = APART) -> bool:
    return any(
        wrong[name].shape != right[name].shape
        or bool(np.abs(wrong[name] - right[name]).max() > apart * np.abs(right[name]).max())
        for name in asked
    )


@lru_cache(maxsize=8)
def _unseen(layers: tuple[int, ...], m: int, asked: tuple[str, ...]) -> frozenset[int]:
    rng = np.random.default_rng(0)
    parameters = Parameters(layers, "sigmoid", dtype=np.float64)
    parameters.vector[...] = rng.normal(size=parameters.count)
    X, Y = rng.uniform(size=(m, layers[0])), np.eye(layers[-1])[np.arange(m) % layers[-1]]
    right = RIGHT.run(parameters, X, Y).grads
    wrong = (steps_with(each).run(parameters, X, Y).grads for each in FORMS)
    return frozenset(at for at, g in enumerate(wrong) if not _apart(g, right, asked, 1e-9))
