"""Exercises: made from level and seed alone, and of sizes that keep mistakes apart."""

import numpy as np
import pytest

from model.errors import ExerciseError
from model.exercises import ARRAYS, LEVELS, exercise, exercise_of, right_gradients
from model.exercises.exercise import SHOWN
from model.network import cross_entropy, forward_to_logits


@pytest.mark.parametrize("level", LEVELS)
def test_the_same_level_and_seed_make_the_same(level: int) -> None:
    one, again, other = exercise(level, 3), exercise_of(f"{level}-3"), exercise(level, 4)
    for name, array in one.arrays().items():
        assert np.array_equal(array, again.arrays()[name])
    assert not np.array_equal(one.parameters.vector, other.parameters.vector)
    assert one.id == f"{level}-3"


@pytest.mark.parametrize("level", [level for level in LEVELS if level > 3])
def test_sizes_keep_mistakes_apart(level: int) -> None:
    task = exercise(level, 0)
    inputs, hidden, classes = task.parameters.layers
    m = len(task.X)
    assert 3 <= m <= hidden
    sizes = [m, m - 1, classes, hidden, inputs]
    assert len(set(sizes)) == len(sizes)
    if level < 10:  # the derivation's own network has ten classes
        assert 10 not in sizes
    assert (task.X == 0).all(axis=0).any()
    assert np.linalg.matrix_rank(task.X) == m
    assert np.linalg.matrix_rank(task.solve().H) == m
    assert (np.diff(task.labels) != 0).any()


def test_each_level_leaves_one_step_more_to_the_reader() -> None:
    asked = {("db2",): 1, ("dW2", "db2"): 2, ARRAYS: 3}  # δ2, its weights, the hidden layer
    left = [
        len(SHOWN) - len(level.shown) + asked[level.asked] + (level.examples > 1)
        for level in LEVELS.values()
    ]
    assert left == [1, 2, 3, 4, 5, 6, 7, 8, 9, 9]  # the last is without the page's start in NumPy
    assert all(level.shown == SHOWN[: len(level.shown)] for level in LEVELS.values())
    assert LEVELS[10].layers == (784, 128, 10)
    assert LEVELS[10].examples == 64


@pytest.mark.parametrize("level", [1, 4, 5, 9])
def test_the_right_pass_is_the_networks(level: int) -> None:
    task = exercise(level, 8)
    solved = task.solve()
    for name, g in right_gradients(task).items():
        assert np.allclose(solved.grads[name], g, rtol=1e-12, atol=1e-15)
    logits = forward_to_logits(task.parameters, task.X).z[-1]
    assert cross_entropy(logits, task.targets) > 0.1


@pytest.mark.parametrize("id", ["", "5", "5-", "-5", "5-x", "x-5", "5-1-1", "٥-1", "5-" + "9" * 20])
def test_what_is_no_id_is_said_so(id: str) -> None:
    with pytest.raises(ExerciseError, match="its id is LEVEL-SEED"):
        exercise_of(id)


def test_levels_and_seeds_have_limits() -> None:
    with pytest.raises(ExerciseError, match="no level 11; choose 1 to 10"):
        exercise(11)
    for seed in (-1, 2**32):
        with pytest.raises(ExerciseError, match="seed must lie from 0"):
            exercise(5, seed)
    assert exercise(5, 2**32 - 1).id == "5-4294967295"


def test_what_many_share_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        exercise(5, 0).X[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        exercise(5, 0).parameters.weights[0][0, 0] = 1
