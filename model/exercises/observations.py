"""What can be seen in a wrong gradient itself, where no mistake that has a name explains it."""

from collections.abc import Sequence

import numpy as np

from model.exercises.exercise import Exercise
from model.exercises.fit import close
from model.exercises.steps import Grads
from model.messages import Message
from model.network import Array

__all__ = ["observation", "wrong_entries"]

MOST_ENTRIES = 3
POWER = 0.02  # of ten: five per cent
NEARLY = 0.12  # of the largest number: rounding on the way makes as much, if it is done early


def wrong_entries(submitted: Array, right: Array, allowed: float) -> list[list[int]] | None:
    """The index of each entry that is wrong, if those are few; None where they are not.

    `allowed` is a share of the largest number of `right`.
    """
    wrong = np.argwhere(np.abs(submitted - right) > allowed * np.abs(right).max())
    few = 0 < len(wrong) <= min(MOST_ENTRIES, right.size // 2)
    return [[int(at) for at in index] for index in wrong] if few else None


def observation(
    name: str, grads: Grads, right: Grads, allowed: float, exercise: Exercise
) -> Message | None:
    """What is peculiar about the gradient `name`, without its right numbers; None for nothing."""
    submitted, wanted = grads[name], right[name]
    if np.abs(submitted).max() < 1e-9 * np.abs(wanted).max():
        return Message("exercise_seen.zero", {"name": name})
    for other, g in right.items():
        if other != name and g.shape == wanted.shape and close(submitted, g, allowed):
            return Message("exercise_seen.exchanged", {"name": name, "other": other})
    if wanted.ndim == 2 and wanted.shape == wanted.T.shape and close(submitted, wanted.T, allowed):
        return Message("exercise_seen.transposed", {"name": name})
    if exercise.by_pencil and close(submitted, wanted, NEARLY):
        return Message("exercise_seen.nearly", {"name": name})
    entries = wrong_entries(submitted, wanted, allowed)
    if entries is not None and len(entries) == 1:
        return _entry(name, entries[0], submitted, wanted, allowed)
    ratio = float(np.vdot(submitted, wanted) / np.vdot(wanted, wanted))
    if abs(ratio) > allowed and close(submitted, ratio * wanted, allowed):
        return _factor(name, ratio, exercise)
    if entries is not None:
        places = [f"{name}{index}" for index in entries]
        return Message("exercise_seen.entries", {"places": places})
    return None


def _factor(name: str, ratio: float, exercise: Exercise) -> Message:
    """One factor on all numbers: named where it is a ratio of the exercise's sizes."""
    if exercise.by_pencil:  # so few sizes are much alike
        return Message("exercise_seen.factor", {"name": name})
    inputs, hidden, classes = exercise.parameters.layers
    m = len(exercise.X)
    sizes = {"m": m, "m − 1": m - 1, "classes": classes, "hidden units": hidden, "inputs": inputs}
    counts = {**sizes, "1": 1}
    fractions = [
        (f"{over}/{under}", counts[over] / counts[under])
        for over in counts
        for under in counts
        if over != under and counts[under] > 0
    ]
    fits = [text for text, value in fractions if abs(ratio / value - 1) < 1e-3]
    if len(fits) != 1:
        return Message("exercise_seen.factor", {"name": name})
    return Message("exercise_seen.ratio", {"name": name, "ratio": fits[0].replace("/1", "")})


def _entry(
    name: str, index: Sequence[int], submitted: Array, wanted: Array, allowed: float
) -> Message:
    """The one number that is wrong, and what is typical of it: its sign, or its decimal point."""
    s, w = float(submitted[tuple(index)]), float(wanted[tuple(index)])
    kind = "entry"
    if s and w:
        power = np.log10(abs(s / w))
        if abs(s / w + 1) < 10 * allowed:
            kind = "sign"
        elif round(power) != 0 and abs(power - round(power)) < POWER:
            kind = "point"
    return Message(f"exercise_seen.{kind}", {"place": f"{name}{list(index)}"})
