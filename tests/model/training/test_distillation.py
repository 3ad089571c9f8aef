from typing import Any

import numpy as np
import pytest

from model.classifier import Classifier
from model.errors import RecipeError
from model.network import Array, forward, initialize, softmax
from model.training.distillation import TEMPERATURE, check_teachers, soft_targets
from model.training.recipe import recipe


def a_teacher(inputs: int = 784, outputs: int = 10, **rest: Any) -> Classifier:
    layers = (inputs, 8, outputs)
    return Classifier(initialize(layers, "relu", np.random.default_rng(inputs)), **rest)


def images(inputs: int) -> Array:
    x: Array = np.random.default_rng(1).random((5, inputs), np.float32)
    return x


def test_targets_are_the_softened_probabilities_of_the_teacher() -> None:
    teacher, x = a_teacher(), images(784)
    logits = forward(teacher.parameters, x).z[-1]
    found = soft_targets([teacher], x)
    np.testing.assert_allclose(found, softmax(logits / TEMPERATURE), rtol=1e-6)
    assert (found.max(axis=1) < softmax(logits).max(axis=1)).all()


def test_several_teachers_are_asked_for_the_mean_of_their_logits() -> None:
    one = a_teacher()
    other = Classifier(initialize((784, 30, 10), "tanh", np.random.default_rng(7)))
    x = images(784)
    mean = (forward(one.parameters, x).z[-1] + forward(other.parameters, x).z[-1]) / 2
    np.testing.assert_allclose(
        soft_targets([one, other], x), softmax(mean / TEMPERATURE), rtol=1e-5
    )


@pytest.mark.parametrize(
    ("teacher", "says"),
    [
        (a_teacher(inputs=100), "has 100 inputs and 10 outputs, not 784 and 10"),
        (a_teacher(outputs=6), "has 784 inputs and 6 outputs, not 784 and 10"),
        (a_teacher(deskew=True), "must see images as the recipe does"),
        (a_teacher(features="edges"), "must see images as the recipe does"),
    ],
)
def test_a_teacher_that_sees_or_says_something_else_is_refused(
    teacher: Classifier, says: str
) -> None:
    with pytest.raises(RecipeError, match=says):
        check_teachers([a_teacher(), teacher], recipe("blog"), 784)
    check_teachers([a_teacher()], recipe("blog"), 784)
