"""A wrong backward pass for somebody to find the mistake in."""

import numpy as np

from model.exercises.exercise import Exercise
from model.exercises.judge import right_gradients
from model.exercises.mistakes import MISTAKES, wrong_gradients
from model.exercises.steps import Grads

__all__ = ["planted"]

SHOWS = 0.05  # of the largest number of a gradient, in one at least
EASY = {23, 40}  # seen at a glance: other shapes, zeros


def planted(exercise: Exercise) -> Grads:
    """The gradients of one mistake, chosen by the exercise's seed among those that show in it."""
    right = right_gradients(exercise)
    order = np.random.default_rng((exercise.level, exercise.seed, 1)).permutation(len(MISTAKES))
    for each in (MISTAKES[at] for at in order):
        wrong = wrong_gradients(exercise.parameters, exercise.X, exercise.targets, each)
        if each.number not in EASY and any(
            np.abs(wrong[name] - g).max() > SHOWS * np.abs(g).max() for name, g in right.items()
        ):
            return wrong
    raise AssertionError("some mistake shows in every exercise")
